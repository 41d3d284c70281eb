// Signal delivery: default actions, the handler's frame, forced signals (kernel/signal.c, arch/arm/kernel/signal.c).
#include "core/base/check.h"
#include "core/base/log.h"
#include "core/os/linux/frames.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

namespace layout = abi::linux_eabi;

namespace {

constexpr u32 fpscr_length_and_stride = 0x0037'0000;
constexpr u32 sigframe_uc_flags = 0x5ac3'c35a;  // "a value which sc.trap_no would never have"

}  // namespace

// An asynchronous signal that take_signal() has just given.
void LinuxKernel::deliver(Thread& thread, const SigInfo& info) {
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

void LinuxKernel::default_action(Thread& thread, const SigInfo& info) {
  switch (default_action_of(info.signal.value)) {
    case DefaultAction::ignore: return;
    case DefaultAction::terminate: return end_by_signal(thread, info.signal, false);
    case DefaultAction::core: return end_by_signal(thread, info.signal, true);
    case DefaultAction::stop: {
      // It was caught when it came and is not any more: stop now. kill(2), number 37.
      abi::Call stop{.system = abi::System::linux_eabi, .number = 37};
      stop.row = abi::row_of(stop.system, stop.number);
      stop.words[0] = static_cast<u32>(thread.group->pid);
      stop.words[1] = signal::stop;
      abi::Answer ignored;
      outside_.call(thread, stop, ignored);
    }
  }
}

void LinuxKernel::end_by_signal(Thread& thread, Signal signal, bool core) {
  end_process(thread, {outside::EndKind::signal, signal.value, core});
}

// force_sig_info: a signal that the thread's own instruction brought about. Where it is blocked or ignored, it kills.
// False, with nothing done, if an asynchronous signal was captured before: that one goes first, and the instruction
// then comes to the same end again.
bool LinuxKernel::raise(Thread& thread, const SigInfo& given) {
  SigInfo info = given;
  info.synchronous = true;
  thread.cpu.monitor.open = false;
  SigAction& action = thread.group->dispositions->action[static_cast<u32>(info.signal.value)];
  if (thread.mask.contains(info.signal) || action.is_ignore() || action.is_default()) {
    raise_deadly(thread, info);
    return true;
  }
  SigAction copy = action;
  return run_handler(thread, info, copy);
}

void LinuxKernel::raise_deadly(Thread& thread, const SigInfo& info) {
  SigAction standard = thread.group->dispositions->action[static_cast<u32>(info.signal.value)];
  standard.handler = 0;
  outside_.delivered(thread, info, standard, GuestAddr{0});
  default_action(thread, info);
}

bool LinuxKernel::run_handler(Thread& thread, const SigInfo& info, const SigAction& action) {
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
  if (action.resethand) {  // at the moment of dequeuing, whatever becomes of the frame
    SigAction& standing = thread.group->dispositions->action[static_cast<u32>(info.signal.value)];
    standing.handler = 0;
    outside_.set_action(thread, info.signal, standing);
  }
  GuestAddr frame;
  if (!build_frame(thread, info, action, frame)) {
    bad_frame(thread, info.signal);
    return true;
  }
  thread.mask = during;
  thread.mask_to_restore.reset();
  if (thread.altstack.flags & ss_autodisarm) thread.altstack = {GuestAddr{0}, 0, ss_disable};
  LOG(signal, "signal {} code {}: handler {:#x}, frame {:#x}", info.signal.value, info.code, action.handler,
      frame.value);
  outside_.delivered(thread, info, action, frame);
  if (!info.synchronous) CHECK_THAT(outside_.set_mask(thread), "a mask was refused after take_signal");
  return true;
}

// signal_setup_done, force_sigsegv. The mask that the outside has is of no matter: either the process ends, or
// SIGSEGV's handler brings its own.
void LinuxKernel::bad_frame(Thread& thread, Signal signal) {
  SigInfo info{.signal = Signal{signal::segv}, .code = code_kernel};
  if (signal.value == signal::segv) thread.group->dispositions->action[signal::segv].handler = 0;
  CHECK_THAT(raise(thread, info), "a mask was refused after a signal was taken");
}

// setup_frame and setup_rt_frame
bool LinuxKernel::build_frame(Thread& thread, const SigInfo& info, const SigAction& action, GuestAddr& where) {
  cpu::State& cpu = thread.cpu;
  u32 sp = cpu.r[13];
  const AltStack& alternate = thread.altstack;
  if (action.onstack && altstack_state(alternate, sp) == 0) sp = alternate.base.value + alternate.bytes;
  u64 saved = thread.mask_to_restore ? thread.mask_to_restore->words[0] : thread.mask.words[0];
  layout::RtSigframe frame{};
  frame.sig = frame_of(cpu, saved);
  frame.sig.uc.mcontext.trap_no = thread.trap_number;
  frame.sig.uc.mcontext.error_code = thread.fault_status;
  frame.sig.uc.mcontext.fault_address = thread.fault_address;
  bool thumb = action.handler & 1;
  u32 code = (thumb ? 2 : 0) + (action.siginfo ? 3 : 0);
  bool has_restorer = action.raw_flags & sa_restorer;
  if (!has_restorer) {
    frame.sig.retcode[0] = sigreturn_codes[code];
    frame.sig.retcode[1] = sigreturn_codes[code + 1];
  }
  u32 bytes = action.siginfo ? sizeof(layout::RtSigframe) : sizeof(layout::Sigframe);
  u32 at = (sp - bytes) & ~u32{7};
  bool stored = false;
  if (action.siginfo) {
    frame.info = siginfo_of(info);
    frame.sig.uc.stack = {alternate.base.value, static_cast<i32>(alternate.flags), alternate.bytes};
    stored = store_bytes(at, bytes_of(frame));
  } else {
    frame.sig.uc.flags = sigframe_uc_flags;
    stored = store_bytes(at, bytes_of(frame.sig));
  }
  if (!stored) return false;
  where = GuestAddr{at};
  cpu.r[0] = static_cast<u32>(info.signal.value);
  if (action.siginfo) {
    cpu.r[1] = at;
    cpu.r[2] = at + static_cast<u32>(offsetof(layout::RtSigframe, sig));
  }
  cpu.r[13] = at;
  cpu.r[14] = has_restorer ? action.restorer : sigreturn_page_ + code * 4 + (thumb ? 1 : 0);
  cpu.r[15] = action.handler & (thumb ? ~u32{1} : ~u32{3});
  cpu.thumb = thumb;
  // cpsr & ~(PSR_f | PSR_E_BIT), and out of any IT block
  cpu.flags.n = cpu.flags.z = cpu.flags.c = cpu.flags.v = cpu.flags.q = 0;
  cpu.it = 0;
  cpu.big_endian = false;
  cpu.fpscr &= ~fpscr_length_and_stride;  // vfp_preserve_user_clear_hwstate, as the procedure call standard wants
  return true;
}

}  // namespace sigtape::os::linux_eabi
