// Signal frames of FreeBSD/armv7 as sys/arm/arm/exec_machdep.c lays them out; the code that handlers return to.
#include "core/os/freebsd/frames.h"

#include "core/os/freebsd/sets.h"

namespace sigtape::os::freebsd {

namespace layout = abi::freebsd;

namespace {

// FPSCR bits of a Cortex-A15 that can be set, as for Linux guests.
constexpr u32 fpscr_bits = 0xfff7'009f;
constexpr u32 mode_mask = 0x1f, user_mode = 0x10, interrupts_disabled = 0xc0;

}  // namespace

const u32 sigcode[sigcode_words] = {
    0xe1a0'000d,  // mov r0, sp
    0xe280'0040,  // add r0, r0, #64: sf_uc
    0xe59f'700c,  // ldr r7, [pc, #12]
    0xef00'01a1,  // swi SYS_sigreturn
    0xe59f'7008,  // ldr r7, [pc, #8]
    0xef00'0001,  // swi SYS_exit, where sigreturn came back
    0xeaff'fffa,  // b .-16
    417,         1,
};

layout::Siginfo siginfo_of(const SigInfo& i) {
  layout::Siginfo info{};
  info.signo = i.signal.value;
  info.error = i.error;
  info.code = i.code;
  info.pid = i.pid;
  info.uid = i.uid;
  info.status = i.status;
  info.address = i.address.value;
  info.value = static_cast<u32>(i.value);
  constexpr i32 si_timer = 0x10003;
  if (i.code == si_timer) {
    info.reason[0] = i.timer_id;
    info.reason[1] = i.overrun;
  } else if (i.signal.value == signal::io) {
    info.reason[0] = i.band;
  }
  return info;
}

layout::Mcontext mcontext_of(const cpu::State& cpu) {
  layout::Mcontext context{};
  for (unsigned i = 0; i < 16; i++) context.gregs[i] = cpu.r[i];
  context.gregs[16] = cpu.cpsr();
  return context;
}

layout::McontextVfp vfp_of(const cpu::State& cpu) {
  layout::McontextVfp vfp{};
  for (unsigned i = 0; i < 32; i++) vfp.regs[i] = cpu.d[i];
  vfp.fpscr = cpu.fpscr;
  return vfp;
}

ContextError read_context(const mem::Space& space, u32 address, ContextContents& contents) {
  struct Copied {  // what the context calls take: everything before uc_link
    layout::Sigset sigmask;
    layout::Mcontext mcontext;
  };
  static_assert(sizeof(Copied) == offsetof(layout::Ucontext, link));
  auto uc = space.load<Copied>(GuestAddr{address});
  if (!uc) return ContextError::fault;
  contents.mask = set_of(uc->sigmask);
  contents.registers = uc->mcontext;
  u32 cpsr = uc->mcontext.gregs[16];
  if ((cpsr & mode_mask) != user_mode || (cpsr & interrupts_disabled) != 0) return ContextError::invalid;
  if (uc->mcontext.vfp_size != sizeof(layout::McontextVfp) || uc->mcontext.vfp_ptr == 0) return ContextError::none;
  contents.vfp = space.load<layout::McontextVfp>(GuestAddr{uc->mcontext.vfp_ptr});
  return contents.vfp ? ContextError::none : ContextError::fault;
}

void ContextContents::load_into(cpu::State& cpu) const {
  for (unsigned i = 0; i < 16; i++) cpu.r[i] = registers.gregs[i];
  cpu.set_cpsr(registers.gregs[16]);
  cpu.r[15] &= cpu.thumb ? ~u32{1} : ~u32{3};
  if (!cpu.thumb) cpu.it = 0;
  if (!vfp) return;
  for (unsigned i = 0; i < 32; i++) cpu.d[i] = vfp->regs[i];
  cpu.fpscr = vfp->fpscr & fpscr_bits;
}

}  // namespace sigtape::os::freebsd
