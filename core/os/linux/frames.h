// Signal frames of Linux/ARM: contents in and out of guest memory, and the rules of the alternate stack.
#pragma once
#include <optional>

#include "core/abi/linux/structs_signal.h"
#include "core/cpu/state.h"
#include "core/mem/space.h"
#include "core/os/signal_info.h"

namespace sigtape::os::linux_eabi {

// include/uapi/linux/signal.h
enum : u32 { ss_onstack = 1, ss_disable = 2, ss_autodisarm = 1u << 31, ss_flag_bits = ss_autodisarm };
inline constexpr u32 sa_restorer = 0x0400'0000;  // arch/arm/include/uapi/asm/signal.h
inline constexpr i32 code_kernel = 0x80;         // SI_KERNEL

// include/linux/sched/signal.h: on_sig_stack, sas_ss_flags
inline bool on_altstack(const AltStack& stack, u32 sp) {
  if (stack.flags & ss_autodisarm) return false;  // it was taken away when the handler began
  return sp > stack.base.value && sp - stack.base.value <= stack.bytes;
}
inline u32 altstack_state(const AltStack& stack, u32 sp) {
  if (stack.bytes == 0) return ss_disable;
  return on_altstack(stack, sp) ? u32{ss_onstack} : 0;
}

// What sigreturn takes from a frame, checked.
struct FrameContents {
  u64 mask = 0;
  abi::linux_eabi::StackT altstack{};  // rt frames only
  abi::linux_eabi::Sigcontext registers{};
  abi::linux_eabi::VfpFrame vfp{};
  void load_into(cpu::State& cpu) const;
};

// nullopt: not readable, or contents that the kernel answers with SIGSEGV.
std::optional<FrameContents> read_frame(const mem::Space& space, u32 frame, bool rt);

// What a frame starts from: the interrupted registers and the mask to go back to.
abi::linux_eabi::Sigframe frame_of(const cpu::State& cpu, u64 mask);
abi::linux_eabi::Siginfo siginfo_of(const SigInfo& info);

// The words of the four ways to return (arch/arm/kernel/sigreturn_codes.S): ARM, Thumb, ARM rt, Thumb rt.
inline constexpr u32 sigreturn_code_words = 7;
extern const u32 sigreturn_codes[sigreturn_code_words];

}  // namespace sigtape::os::linux_eabi
