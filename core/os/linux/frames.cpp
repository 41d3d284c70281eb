// Signal frames of Linux/ARM as arch/arm/kernel/signal.c lays them out: contents in and out of guest memory.
#include "core/os/linux/frames.h"

#include <cstring>

#include "core/base/bytes.h"

namespace sigtape::os::linux_eabi {

namespace layout = abi::linux_eabi;

namespace {

constexpr u32 fpexc_enabled = 0x4000'0000;
// FPSCR bits of a Cortex-A15 that can be set: NZCV QC AHP DN FZ RMode Stride Len IDC IXC UFC OFC DZC IOC (no trap
// enables).
constexpr u32 fpscr_bits = 0xfff7'009f;
constexpr u32 mode_mask = 0x1f, user_mode = 0x10, irq_disabled = 0x80;

// arch/arm/kernel/signal.c: preserve_iwmmxt_context of a thread that does not use it
struct DummyBlock {
  u32 magic = 0xb0d9'ed01, size = sizeof(DummyBlock);
  u8 unused[152] = {};
};

constexpr u32 mov_r7(u32 number) { return 0xe3a0'7000 | number; }      // mov r7, #number
constexpr u32 svc(u32 number) { return 0xef90'0000 | number; }         // svc #0x900000 + number
constexpr u32 thumb_pair(u32 number) { return 0xdf00'2700 | number; }  // movs r7, #number; svc #0
constexpr u32 call_sigreturn = 119, call_rt_sigreturn = 173;

}  // namespace

const u32 sigreturn_codes[sigreturn_code_words] = {mov_r7(call_sigreturn),
                                                   svc(call_sigreturn),
                                                   thumb_pair(call_sigreturn),
                                                   mov_r7(call_rt_sigreturn),
                                                   svc(call_rt_sigreturn),
                                                   thumb_pair(call_rt_sigreturn),
                                                   0};

layout::Sigframe frame_of(const cpu::State& cpu, u64 mask) {
  layout::Sigframe frame{};
  layout::Sigcontext& context = frame.uc.mcontext;
  context.oldmask = static_cast<u32>(mask);
  for (unsigned i = 0; i < 16; i++) context.r[i] = cpu.r[i];
  context.cpsr = cpu.cpsr();
  frame.uc.sigmask = {{static_cast<u32>(mask), static_cast<u32>(mask >> 32)}};
  layout::VfpFrame vfp{};
  vfp.magic = layout::vfp_magic;
  vfp.size = sizeof vfp;
  for (unsigned i = 0; i < 32; i++) vfp.fpregs[i] = cpu.d[i];
  vfp.fpscr = cpu.fpscr;
  vfp.fpexc = fpexc_enabled;
  // Debian's kernel knows iWMMXt and keeps its room with a dummy block; the zero word behind VFP's ends the list.
  store(frame.uc.regspace, DummyBlock{});
  std::memcpy(frame.uc.regspace + sizeof(DummyBlock), &vfp, sizeof vfp);
  return frame;
}

std::optional<FrameContents> read_frame(const mem::Space& space, u32 frame, bool rt) {
  u32 at = frame + (rt ? static_cast<u32>(offsetof(layout::RtSigframe, sig)) : 0);
  auto uc = space.load<layout::Ucontext>(GuestAddr{at});
  if (!uc) return std::nullopt;
  FrameContents contents;
  contents.mask = uc->sigmask.words[0] | (u64{uc->sigmask.words[1]} << 32);
  contents.altstack = uc->stack;
  contents.registers = uc->mcontext;
  // restore_iwmmxt_context: the dummy block may be missing
  bool has_dummy = load<u32>(uc->regspace) == DummyBlock{}.magic && load<u32>(uc->regspace + 4) == sizeof(DummyBlock);
  contents.vfp = load<layout::VfpFrame>(uc->regspace + (has_dummy ? sizeof(DummyBlock) : 0));
  // arch/arm/include/asm/ptrace.h: valid_user_regs
  u32 cpsr = contents.registers.cpsr;
  if ((cpsr & mode_mask) != user_mode || (cpsr & irq_disabled)) return std::nullopt;
  // restore_vfp_context
  if (contents.vfp.magic != layout::vfp_magic || contents.vfp.size != sizeof contents.vfp) return std::nullopt;
  return contents;
}

void FrameContents::load_into(cpu::State& cpu) const {
  for (unsigned i = 0; i < 16; i++) cpu.r[i] = registers.r[i];
  cpu.set_cpsr(registers.cpsr);
  cpu.r[15] &= cpu.thumb ? ~u32{1} : ~u32{3};
  if (!cpu.thumb) cpu.it = 0;
  for (unsigned i = 0; i < 32; i++) cpu.d[i] = vfp.fpregs[i];
  cpu.fpscr = vfp.fpscr & fpscr_bits;
}

}  // namespace sigtape::os::linux_eabi
