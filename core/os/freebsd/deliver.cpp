// Signal delivery: default actions, the handler's frame, signals of the thread's own making (sys/kern/kern_sig.c,
// sys/arm/arm/exec_machdep.c: sendsig).
#include "core/base/check.h"
#include "core/base/log.h"
#include "core/os/freebsd/frames.h"
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/sets.h"

namespace sigtape::os::freebsd {

namespace layout = abi::freebsd;

// An asynchronous signal that take_signal() has just given.
void FreebsdKernel::deliver(Thread& thread, const SigInfo& info) {
  thread.cpu.monitor.open = false;
  SigAction action = thread.group->dispositions->action[static_cast<u32>(info.signal.value)];
  if (!action.is_default() && !action.is_ignore()) {
    run_handler(thread, info, action);
    return;
  }
  outside_.delivered(thread, info, action, GuestAddr{0});
  if (action.is_default()) default_action(thread, info);
  if (thread.life != Life::running) return;
  CHECK_THAT(outside_.set_mask(thread), "a mask was refused after take_signal");
}

void FreebsdKernel::default_action(Thread& thread, const SigInfo& info) {
  switch (default_action_of(info.signal.value)) {
    case DefaultAction::ignore: return;
    case DefaultAction::terminate: return end_by_signal(thread, info.signal, false);
    case DefaultAction::core: return end_by_signal(thread, info.signal, true);
    case DefaultAction::stop: {
      // It was caught when it came and is not any more: stop now, by kill(2).
      abi::Call stop{.system = abi::System::freebsd, .number = 37, .pc = thread.call.pc};
      stop.row = abi::row_of(stop.system, stop.number);
      stop.words[0] = static_cast<u32>(thread.group->pid);
      stop.words[1] = signal::stop;
      abi::Answer ignored;
      outside_.call(thread, stop, ignored);
    }
  }
}

void FreebsdKernel::end_by_signal(Thread& thread, Signal signal, bool core) {
  end_process(thread, {outside::EndKind::signal, signal.value, core});
}

// trapsignal. Where it is blocked or ignored, it kills (kern.forcesigexit). False, with nothing done, if an
// asynchronous signal was captured before: that one goes first, and the instruction then comes to the same end again.
bool FreebsdKernel::raise(Thread& thread, const SigInfo& given) {
  SigInfo info = given;
  info.synchronous = true;
  thread.cpu.monitor.open = false;
  const SigAction action = thread.group->dispositions->action[static_cast<u32>(info.signal.value)];
  if (thread.mask.contains(info.signal) || action.is_ignore() || action.is_default()) {
    SigAction standard = action;
    standard.handler = 0;
    outside_.delivered(thread, info, standard, GuestAddr{0});
    default_action(thread, info);
    return true;
  }
  return run_handler(thread, info, action);
}

bool FreebsdKernel::run_handler(Thread& thread, const SigInfo& info, const SigAction& action) {
  SigSet former = thread.mask;
  SigSet during = former | action.mask;
  if (!action.nodefer) during.add(info.signal);
  if (info.synchronous) {
    thread.mask = during;
    if (!outside_.set_mask(thread)) {
      thread.mask = former;
      return false;
    }
    thread.mask = former;
  }
  GuestAddr frame;
  if (!build_frame(thread, info, action, frame)) {  // sendsig: "process has trashed its stack, kill it"
    outside_.delivered(thread, info, action, GuestAddr{0});
    end_by_signal(thread, Signal{signal::ill}, true);
    return true;
  }
  if (action.resethand) {  // postsig_done: sigdflt
    SigAction& standing = thread.group->dispositions->action[static_cast<u32>(info.signal.value)];
    standing.handler = 0;
    outside_.set_action(thread, info.signal, standing);
  }
  thread.mask = during;
  thread.mask_to_restore.reset();
  LOG(signal, "signal {} code {:#x}: handler {:#x}, frame {:#x}", info.signal.value, info.code, action.handler,
      frame.value);
  outside_.delivered(thread, info, action, frame);
  if (!info.synchronous) CHECK_THAT(outside_.set_mask(thread), "a mask was refused after take_signal");
  return true;
}

bool FreebsdKernel::build_frame(Thread& thread, const SigInfo& info, const SigAction& action, GuestAddr& where) {
  cpu::State& cpu = thread.cpu;
  u32 sp = cpu.r[13];
  const AltStack& alternate = thread.altstack;
  u32 state = altstack_state(alternate, sp);
  if (action.onstack && state == 0) sp = alternate.base.value + alternate.bytes;
  u32 at = (sp - static_cast<u32>(sizeof(layout::Sigframe))) & ~u32{7};
  layout::Sigframe frame{};
  frame.si = siginfo_of(info);
  frame.uc.sigmask = sigset_of(thread.mask_to_restore.value_or(thread.mask));
  frame.uc.mcontext = mcontext_of(cpu);
  frame.uc.mcontext.vfp_size = sizeof frame.vfp;
  frame.uc.mcontext.vfp_ptr = at + static_cast<u32>(offsetof(layout::Sigframe, vfp));
  frame.uc.stack = {alternate.base.value, alternate.bytes, static_cast<i32>(state)};
  frame.vfp = vfp_of(cpu);
  if (!give(at, frame)) return false;
  where = GuestAddr{at};
  u32 context = at + static_cast<u32>(offsetof(layout::Sigframe, uc));
  bool thumb = action.handler & 1;
  cpu.r[0] = static_cast<u32>(info.signal.value);
  cpu.r[1] = at;  // also without SA_SIGINFO
  cpu.r[2] = cpu.r[5] = context;
  cpu.r[13] = at;
  cpu.r[14] = shared_page;
  cpu.r[15] = action.handler & (thumb ? ~u32{1} : ~u32{3});
  cpu.thumb = thumb;
  cpu.it = 0;  // the kernel forgets this one, which would skip some of the handler's first instructions
  return true;
}

}  // namespace sigtape::os::freebsd
