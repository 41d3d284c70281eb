// sigaction, sigprocmask, sigaltstack, sigreturn (sys/kern/kern_sig.c, sys/arm/arm/exec_machdep.c).
#include "core/os/freebsd/frames.h"
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/sets.h"

namespace sigtape::os::freebsd {

namespace layout = abi::freebsd;

namespace {

enum : u32 {
  sa_onstack = 1,
  sa_restart = 2,
  sa_resethand = 4,
  sa_nocldstop = 8,
  sa_nodefer = 0x10,
  sa_nocldwait = 0x20,
  sa_siginfo = 0x40,
  known_flags = 0x7f,
};
enum : u32 { how_block = 1, how_unblock = 2, how_set = 3 };
constexpr u32 smallest_altstack = 4096;  // MINSIGSTKSZ

SigAction action_of(const layout::Sigaction& given) {
  SigAction a;
  u32 flags = static_cast<u32>(given.flags);
  a.handler = given.handler;
  a.raw_flags = flags;
  a.mask = blockable(set_of(given.mask));
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

// kern_sigaction
Answered FreebsdKernel::sigaction(Thread& thread) {
  const abi::Call& call = thread.call;
  std::optional<layout::Sigaction> given;
  if (u32 at = call.word(1)) {
    given = space_.load<layout::Sigaction>(GuestAddr{at});
    if (!given) return fail(Errno::fault);
  }
  i32 number = static_cast<i32>(call.word(0));
  if (number < 1 || number > signal::largest) return fail(Errno::inval);
  SigAction& action = thread.group->dispositions->action[static_cast<u32>(number)];
  const SigAction former = action;
  if (given) {
    SigAction wanted = action_of(*given);
    bool catches = !wanted.is_default() && !wanted.is_ignore();
    if (catches && (wanted.raw_flags & ~known_flags)) return fail(Errno::inval);
    if ((number == signal::kill || number == signal::stop) && !wanted.is_default()) return fail(Errno::inval);
    wanted.raw_flags &= known_flags;
    if (number != signal::chld) {
      wanted.nocldstop = wanted.nocldwait = false;
      wanted.raw_flags &= ~(sa_nocldstop | sa_nocldwait);
    }
    action = wanted;
    outside_.set_action(thread, Signal{number}, action);
  }
  layout::Sigaction old{former.handler, static_cast<i32>(former.raw_flags), sigset_of(former.mask)};
  if (u32 at = call.word(2); at && !give(at, old)) return fail(Errno::fault);
  return done();
}

Answered FreebsdKernel::sigprocmask(Thread& thread) {
  const abi::Call& call = thread.call;
  const SigSet former = thread.mask;
  if (u32 at = call.word(1)) {
    auto given = space_.load<layout::Sigset>(GuestAddr{at});
    if (!given) return fail(Errno::fault);
    SigSet set = blockable(set_of(*given));
    switch (call.word(0)) {
      case how_block: thread.mask = former | set; break;
      case how_unblock: thread.mask = former.without(set); break;
      case how_set: thread.mask = set; break;
      default: return fail(Errno::inval);
    }
    if (!outside_.set_mask(thread)) {
      thread.mask = former;
      return abi::NotDone{};
    }
  }
  if (u32 at = call.word(2); at && !give(at, sigset_of(former))) return fail(Errno::fault);
  return done();
}

// kern_sigaltstack
Answered FreebsdKernel::sigaltstack(Thread& thread) {
  const abi::Call& call = thread.call;
  AltStack& now = thread.altstack;
  u32 state = altstack_state(now, thread.cpu.r[13]);
  layout::StackT old{now.base.value, now.bytes, static_cast<i32>(state)};
  if (u32 at = call.word(0)) {
    auto wanted = space_.load<layout::StackT>(GuestAddr{at});
    if (!wanted) return fail(Errno::fault);
    u32 flags = static_cast<u32>(wanted->flags);
    if (state == ss_onstack) return fail(Errno::perm);
    if (flags & ~u32{ss_disable}) return fail(Errno::inval);
    if (!(flags & ss_disable) && wanted->size < smallest_altstack) return fail(Errno::nomem);
    now = {GuestAddr{wanted->sp}, wanted->size, flags};
  }
  if (u32 at = call.word(1); at && !give(at, old)) return fail(Errno::fault);
  return done();
}

// Registers and mask of the ucontext at `address`, in one go: only the mask can be refused, by a signal that was
// captured before this call.
Answered FreebsdKernel::enter_context(Thread& thread, u32 address) {
  ContextContents contents;
  switch (read_context(space_, address, contents)) {
    case ContextError::fault: return fail(Errno::fault);
    case ContextError::invalid: return fail(Errno::inval);
    case ContextError::none: break;
  }
  SigSet before = thread.mask;
  thread.mask = blockable(contents.mask);
  if (!outside_.set_mask(thread)) {
    thread.mask = before;
    return abi::NotDone{};
  }
  contents.load_into(thread.cpu);
  return abi::Gone{};
}

Answered FreebsdKernel::sigreturn(Thread& thread) { return enter_context(thread, thread.call.word(0)); }

// --- getcontext, setcontext, swapcontext (sys/kern/kern_context.c)

// Of the thread as it goes on behind its call: r0 and the carry flag are clear.
layout::Ucontext FreebsdKernel::context_of(const Thread& thread) const {
  cpu::State cpu = thread.cpu;
  cpu.skip_svc();
  cpu.r[0] = 0;
  cpu.flags.c = 0;
  layout::Ucontext uc{};
  uc.sigmask = sigset_of(thread.mask);
  uc.mcontext = mcontext_of(cpu);
  return uc;
}

Answered FreebsdKernel::getcontext(Thread& thread) {
  u32 at = thread.call.word(0);
  if (at == 0) return fail(Errno::inval);
  layout::Ucontext uc = context_of(thread);
  if (!store_bytes(at, bytes_of(uc).first(offsetof(layout::Ucontext, link)))) return fail(Errno::fault);
  return done();
}

Answered FreebsdKernel::setcontext(Thread& thread) {
  if (thread.call.word(0) == 0) return fail(Errno::inval);
  return enter_context(thread, thread.call.word(0));
}

Answered FreebsdKernel::swapcontext(Thread& thread) {
  u32 old = thread.call.word(0), next = thread.call.word(1);
  if (old == 0 || next == 0) return fail(Errno::inval);
  layout::Ucontext uc = context_of(thread);
  if (!store_bytes(old, bytes_of(uc).first(offsetof(layout::Ucontext, link)))) return fail(Errno::fault);
  return enter_context(thread, next);
}

}  // namespace sigtape::os::freebsd
