// Linux/ARM EABI signal structures: actions, sets, siginfo, stacks, frames with VFP state.
#pragma once
#include "core/base/ints.h"

namespace sigtape::abi::linux_eabi {

struct SigSet64 {  // the kernel's sigset_t of the rt_ calls, 8 bytes; signal n is bit n - 1
  u32 words[2];
};
struct SigactionOld {  // of sigaction (67)
  u32 handler, mask, flags, restorer;
};
struct Sigaction {  // of rt_sigaction (174)
  u32 handler, flags, restorer;
  SigSet64 mask;
};
struct StackT {
  u32 sp;
  i32 flags;
  u32 size;
};
struct Sigevent {  // 64 bytes
  u32 value;
  i32 signo, notify;
  i32 tid;  // SIGEV_THREAD_ID; function and attribute for SIGEV_THREAD, which the kernel does not look at
  u32 attribute;
  u32 pad[11];
};

// siginfo_t, 128 bytes: three words, then a union that starts at offset 12.
struct SiginfoHeader {
  i32 signo, error, code;
};
struct SiginfoKill {  // also of queued signals: SI_QUEUE, SI_MESGQ, SI_TKILL
  SiginfoHeader header;
  i32 pid;
  u32 uid;
  u32 value;
};
struct SiginfoTimer {
  SiginfoHeader header;
  i32 timer_id, overrun;
  u32 value;
  i32 sys_private;
};
struct SiginfoChild {
  SiginfoHeader header;
  i32 pid;
  u32 uid;
  i32 status;
  u32 utime, stime;
};
struct SiginfoFault {
  SiginfoHeader header;
  u32 address;
  u16 address_lsb;
  u16 pad;
  u32 lower, upper;
};
struct SiginfoPoll {
  SiginfoHeader header;
  i32 band, fd;
};
struct SiginfoSyscall {
  SiginfoHeader header;
  u32 call_address;
  i32 syscall;
  u32 arch;
};
struct Siginfo {
  SiginfoHeader header;
  u32 fields[29];
};
struct SignalfdSiginfo {  // same on both sides
  u32 signo;
  i32 error, code;
  u32 pid, uid;
  i32 fd;
  u32 tid, band, overrun, trapno;
  i32 status, value_int;
  u64 value_ptr, utime, stime, address;
  u16 address_lsb, pad2;
  i32 syscall;
  u64 call_address;
  u32 arch;
  u8 pad[28];
};

struct Sigcontext {
  u32 trap_no, error_code, oldmask;
  u32 r[16];  // arm_r0 ... arm_pc
  u32 cpsr;
  u32 fault_address;
};
// arch/arm/include/asm/ucontext.h: the coprocessor area holds tagged blocks, which a zero word ends.
inline constexpr u32 vfp_magic = 0x56465001;
struct VfpFrame {   // struct vfp_sigframe
  u32 magic, size;  // size: of this whole block, 288
  u64 fpregs[32];
  u32 fpscr;
  u32 pad0;
  u32 fpexc, fpinst, fpinst2;
  u32 pad1;
};
struct Ucontext {
  u32 flags, link;
  StackT stack;
  Sigcontext mcontext;
  SigSet64 sigmask;
  u32 unused[30];
  alignas(8) u8 regspace[512];
};
struct Sigframe {  // without SA_SIGINFO
  Ucontext uc;
  u32 retcode[4];
};
struct RtSigframe {  // with SA_SIGINFO
  Siginfo info;
  Sigframe sig;
};

static_assert(sizeof(Sigaction) == 20 && sizeof(Sigevent) == 64 && sizeof(Siginfo) == 128);
static_assert(sizeof(SignalfdSiginfo) == 128 && sizeof(Sigcontext) == 84 && sizeof(VfpFrame) == 288);
static_assert(sizeof(Ucontext) == 744 && sizeof(Sigframe) == 760 && sizeof(RtSigframe) == 888);

}  // namespace sigtape::abi::linux_eabi
