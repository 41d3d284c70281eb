// sigaction, sigprocmask, sigaltstack, sigreturn and their rt_ forms (kernel/signal.c, arch/arm/kernel/signal.c).
#include "core/abi/linux/structs_signal.h"
#include "core/os/linux/frames.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

namespace layout = abi::linux_eabi;

namespace {

enum : u32 {
  sa_nocldstop = 1,
  sa_nocldwait = 2,
  sa_siginfo = 4,
  sa_expose_tagbits = 0x800,
  sa_thirtytwo = 0x0200'0000,
  sa_onstack = 0x0800'0000,
  sa_restart = 0x1000'0000,
  sa_nodefer = 0x4000'0000,
  sa_resethand = 0x8000'0000,
};
constexpr u32 known_flags = sa_nocldstop | sa_nocldwait | sa_siginfo | sa_expose_tagbits | sa_thirtytwo | sa_restorer |
                            sa_onstack | sa_restart | sa_nodefer | sa_resethand;
enum : u32 { how_block = 0, how_unblock = 1, how_set = 2 };
constexpr u32 smallest_altstack = 2048;  // MINSIGSTKSZ

u64 bits_of(const layout::SigSet64& set) { return set.words[0] | (u64{set.words[1]} << 32); }
layout::SigSet64 set_of(u64 bits) { return {{static_cast<u32>(bits), static_cast<u32>(bits >> 32)}}; }

SigAction action_of(u32 handler, u32 flags, u32 restorer, u64 mask) {
  SigAction a;
  a.handler = handler;
  a.raw_flags = flags & known_flags;  // do_sigaction clears what it does not know
  a.restorer = restorer;
  a.mask = blockable(mask);
  a.restart = flags & sa_restart;
  a.nodefer = flags & sa_nodefer;
  a.resethand = flags & sa_resethand;
  a.onstack = flags & sa_onstack;
  a.siginfo = flags & sa_siginfo;
  a.nocldstop = flags & sa_nocldstop;
  a.nocldwait = flags & sa_nocldwait;
  return a;
}

}  // namespace

// --- actions

Answered LinuxKernel::change_action(Thread& thread, u32 number, const SigAction* wanted, SigAction& former) {
  if (number < 1 || number > 64) return fail(Errno::inval);
  if (wanted && (number == signal::kill || number == signal::stop)) return fail(Errno::inval);
  SigAction& action = thread.group->dispositions->action[number];
  former = action;
  if (wanted) {
    action = *wanted;
    outside_.set_action(thread, Signal{static_cast<i32>(number)}, action);
  }
  return done();
}

Answered LinuxKernel::rt_sigaction(Thread& thread) {
  const abi::Call& call = thread.call;
  if (call.word(3) != 8) return fail(Errno::inval);
  std::optional<SigAction> wanted;
  if (u32 at = call.word(1)) {
    auto given = space_.load<layout::Sigaction>(GuestAddr{at});
    if (!given) return fail(Errno::fault);
    wanted = action_of(given->handler, given->flags, given->restorer, bits_of(given->mask));
  }
  SigAction former;
  Answered answer = change_action(thread, call.word(0), wanted ? &*wanted : nullptr, former);
  if (answer != done()) return answer;
  layout::Sigaction old{former.handler, former.raw_flags, former.restorer, set_of(former.mask.words[0])};
  if (u32 at = call.word(2); at && !store_bytes(at, bytes_of(old))) return fail(Errno::fault);
  return answer;
}

Answered LinuxKernel::sigaction(Thread& thread) {
  const abi::Call& call = thread.call;
  std::optional<SigAction> wanted;
  if (u32 at = call.word(1)) {
    auto given = space_.load<layout::SigactionOld>(GuestAddr{at});
    if (!given) return fail(Errno::fault);
    wanted = action_of(given->handler, given->flags, given->restorer, given->mask);
  }
  SigAction former;
  Answered answer = change_action(thread, call.word(0), wanted ? &*wanted : nullptr, former);
  if (answer != done()) return answer;
  layout::SigactionOld old{former.handler, static_cast<u32>(former.mask.words[0]), former.raw_flags, former.restorer};
  if (u32 at = call.word(2); at && !store_bytes(at, bytes_of(old))) return fail(Errno::fault);
  return answer;
}

// --- masks

// `affected`: the bits that the call speaks of (sigprocmask's old form knows 32 signals only).
Answered LinuxKernel::change_mask(Thread& thread, u32 how, u64 bits, u64 affected, u64& former) {
  former = thread.mask.words[0];
  u64 wanted = bits & affected & ~kill_and_stop;
  u64 result = 0;
  switch (how) {
    case how_block: result = former | wanted; break;
    case how_unblock: result = former & ~wanted; break;
    case how_set: result = (former & ~affected) | wanted; break;
    default: return fail(Errno::inval);
  }
  SigSet before = thread.mask;
  thread.mask = SigSet::of(result);
  if (outside_.set_mask(thread)) return done();
  thread.mask = before;
  return abi::NotDone{};
}

Answered LinuxKernel::rt_sigprocmask(Thread& thread) {
  const abi::Call& call = thread.call;
  if (call.word(3) != 8) return fail(Errno::inval);
  u64 former = thread.mask.words[0];
  Answered answer = done();
  if (u32 at = call.word(1)) {
    auto set = space_.load<layout::SigSet64>(GuestAddr{at});
    if (!set) return fail(Errno::fault);
    answer = change_mask(thread, call.word(0), bits_of(*set), ~u64{0}, former);
    if (answer != done()) return answer;
  }
  if (u32 at = call.word(2); at && !store_bytes(at, bytes_of(set_of(former)))) return fail(Errno::fault);
  return answer;
}

Answered LinuxKernel::sigprocmask(Thread& thread) {
  const abi::Call& call = thread.call;
  u64 former = thread.mask.words[0];
  Answered answer = done();
  if (u32 at = call.word(1)) {
    auto set = space_.load<u32>(GuestAddr{at});
    if (!set) return fail(Errno::fault);
    answer = change_mask(thread, call.word(0), *set, 0xffff'ffff, former);
    if (answer != done()) return answer;
  }
  if (u32 at = call.word(2); at && !store_bytes(at, bytes_of(static_cast<u32>(former)))) return fail(Errno::fault);
  return answer;
}

// --- the alternate stack

u32 LinuxKernel::set_altstack(Thread& thread, const layout::StackT& wanted, u32 sp) {
  AltStack& now = thread.altstack;
  if (on_altstack(now, sp)) return static_cast<u32>(Errno::perm);
  u32 flags = static_cast<u32>(wanted.flags), mode = flags & ~ss_flag_bits;
  if (mode != ss_disable && mode != ss_onstack && mode != 0) return static_cast<u32>(Errno::inval);
  AltStack next{GuestAddr{wanted.sp}, wanted.size, flags};
  if (mode == ss_disable) {
    next.base = GuestAddr{0};
    next.bytes = 0;
  } else if (wanted.size < smallest_altstack) {
    return static_cast<u32>(Errno::nomem);
  }
  now = next;
  return 0;
}

Answered LinuxKernel::sigaltstack(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 sp = thread.cpu.r[13];
  const AltStack& now = thread.altstack;
  layout::StackT old{now.base.value, static_cast<i32>(altstack_state(now, sp) | (now.flags & ss_flag_bits)), now.bytes};
  if (u32 at = call.word(0)) {
    auto wanted = space_.load<layout::StackT>(GuestAddr{at});
    if (!wanted) return fail(Errno::fault);
    if (u32 error = set_altstack(thread, *wanted, sp)) return abi::Failed{error};
  }
  if (u32 at = call.word(1); at && !store_bytes(at, bytes_of(old))) return fail(Errno::fault);
  return done();
}

// --- sigreturn

// Mask first, because only that can be refused (a signal captured before this call); then registers, in one go.
Answered LinuxKernel::return_from(Thread& thread, u32 frame, bool rt) {
  std::optional<FrameContents> contents;
  if ((frame & 7) == 0) contents = read_frame(space_, frame, rt);
  if (!contents) {
    cpu::State before = thread.cpu;
    thread.cpu.r[0] = 0;
    thread.cpu.skip_svc();
    if (raise(thread, SigInfo{.signal = Signal{signal::segv}, .code = code_kernel})) return abi::Gone{};
    thread.cpu = before;
    return abi::NotDone{};
  }
  SigSet before = thread.mask;
  thread.mask = blockable(contents->mask);
  if (!outside_.set_mask(thread)) {
    thread.mask = before;
    return abi::NotDone{};
  }
  contents->load_into(thread.cpu);
  if (rt) set_altstack(thread, contents->altstack, thread.cpu.r[13]);  // its errors are dropped: restore_altstack
  return abi::Gone{};
}

Answered LinuxKernel::rt_sigreturn(Thread& thread) { return return_from(thread, thread.cpu.r[13], true); }
Answered LinuxKernel::sigreturn(Thread& thread) { return return_from(thread, thread.cpu.r[13], false); }

}  // namespace sigtape::os::linux_eabi
