// Signal frames and ucontext of FreeBSD/armv7: contents in and out of guest memory, the alternate stack's state.
#pragma once
#include <optional>

#include "core/abi/freebsd/structs.h"
#include "core/cpu/state.h"
#include "core/mem/space.h"
#include "core/os/signal_info.h"

namespace sigtape::os::freebsd {

inline constexpr u32 initial_fpscr = 0x0200'0000;  // default-NaN mode; sys/arm/arm/vfp.c

enum : u32 { ss_onstack = 1, ss_disable = 4 };

// sys/sys/proc.h: sigonstack
inline bool on_altstack(const AltStack& stack, u32 sp) {
  return !(stack.flags & ss_disable) && sp - stack.base.value < stack.bytes;
}
inline u32 altstack_state(const AltStack& stack, u32 sp) {
  if (stack.flags & ss_disable || stack.bytes == 0) return ss_disable;
  return on_altstack(stack, sp) ? u32{ss_onstack} : 0;
}

abi::freebsd::Siginfo siginfo_of(const SigInfo& info);
abi::freebsd::Mcontext mcontext_of(const cpu::State& cpu);
abi::freebsd::McontextVfp vfp_of(const cpu::State& cpu);

// What sigreturn and setcontext take, checked as set_mcontext (sys/arm/arm/exec_machdep.c) does.
struct ContextContents {
  SigSet mask;
  abi::freebsd::Mcontext registers{};
  std::optional<abi::freebsd::McontextVfp> vfp;
  void load_into(cpu::State& cpu) const;
};
enum class ContextError : u8 { none, fault, invalid };
ContextError read_context(const mem::Space& space, u32 address, ContextContents& contents);

// The code at the start of the shared page, to which handlers return (sys/arm/arm/locore.S: sigcode).
inline constexpr u32 sigcode_words = 9;
extern const u32 sigcode[sigcode_words];

}  // namespace sigtape::os::freebsd
