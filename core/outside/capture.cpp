// Captures a host signal into the interrupted thread's slot, and takes a call that has not happened off the host's pc.
#include "core/outside/capture.h"

#include <errno.h>
#include <ucontext.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "core/base/clock.h"
#include "core/base/host_fault.h"
#include "core/outside/live.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {

constinit thread_local HostThread* current_host_thread = nullptr;

namespace {

using abi::System;

// As the kernel takes it (arch/x86/include/uapi/asm/signal.h); libc's own struct differs and refuses 32 and 33.
struct KernelSigaction {
  u64 handler = 0;
  u64 flags = 0;
  u64 restorer = 0;
  u64 mask = 0;
};
constexpr u64 sa_restorer = 0x04000000;

DeliveryMode capture_mode = DeliveryMode::safe;
System capture_system = System::linux_eabi;

constexpr u64 bit_of(int signal) { return u64{1} << (signal - 1); }
constexpr u64 fault_signals = bit_of(SIGSEGV) | bit_of(SIGBUS) | bit_of(SIGILL) | bit_of(SIGFPE);

bool rewinds_pc(DeliveryMode mode) { return mode != DeliveryMode::check_first && mode != DeliveryMode::mask_and_pcall; }

[[noreturn]] void die_of_own_fault(int signal, const siginfo_t* info, const ucontext_t* context) {
  static const char* const names[] = {"SIGILL", "SIGFPE", "SIGBUS", "SIGSEGV"};
  const char* name = names[signal == SIGILL ? 0 : signal == SIGFPE ? 1 : signal == SIGBUS ? 2 : 3];
  const HostThread* host = current_host_thread;
  std::array<char, 400> text{};
  u64 pc = static_cast<u64>(context->uc_mcontext.gregs[REG_RIP]);
  auto end = fmt::format_to_n(
      text.data(), text.size() - 1,
      "sigtape: internal error: {} at host address {:#x}, host pc {:#x} (safe_syscall is at {:#x}), guest thread {} at "
      "tick {}, guest pc {:#x}\n",
      name, reinterpret_cast<u64>(info->si_addr), pc, reinterpret_cast<u64>(&sigtape_safe_begin),
      host && host->thread ? host->thread->id.value : 0, host && host->thread ? host->thread->tick.value : 0,
      host && host->thread ? host->thread->cpu.r[15] : 0);
  raw_syscall(SYS_write, 2, text.data(), end.out - text.data());
  if (std::getenv("SIGTAPE_ABORT")) {  // for a core file or a debugger
    KernelSigaction default_action;
    raw_syscall(SYS_rt_sigaction, signal, &default_action, nullptr, 8);
    set_real_mask(0);
    raw_syscall(SYS_tgkill, raw_syscall(SYS_getpid), raw_syscall(SYS_gettid), signal);
  }
  while (true) raw_syscall(SYS_exit_group, 125);
}

// A second signal while the slot is full, or one for a thread that has no slot (a host thread that begins or ends):
// back into the kernel's queue, blocked here, so that it waits or another thread gets it.
void put_back(int signal, siginfo_t* info, u64& mask, const HostThread* host) {
  mask |= bit_of(signal);
  if (host)
    raw_syscall(SYS_rt_tgsigqueueinfo, raw_syscall(SYS_getpid), raw_syscall(SYS_gettid), signal, info);
  else
    queue_to_process(signal, *info);
}

// Whether the syscall instruction changes rcx. Processors with FRED leave it alone: then a pc on the instruction is
// taken for a rewound call, as the moment before it is issued is short.
bool syscall_marks_rcx = true;

void learn_whether_rcx_is_marked() {
  long number = SYS_getpid, rcx = 0;
  asm volatile("syscall" : "+a"(number), "+c"(rcx) : : "r11", "memory");
  syscall_marks_rcx = rcx != 0;
}

CaptureSpot spot_of(u64 pc, u64 rcx, CallPhase phase) {
  u64 enter = reinterpret_cast<u64>(sigtape_safe_enter), issue = reinterpret_cast<u64>(sigtape_safe_issue);
  u64 begin = reinterpret_cast<u64>(sigtape_safe_begin), end = reinterpret_cast<u64>(sigtape_safe_end);
  if (pc == issue && !syscall_marks_rcx) return CaptureSpot::rewound;
  if (pc >= enter && pc <= issue) return rcx == 0 ? CaptureSpot::before_issue : CaptureSpot::rewound;
  if (pc > issue && pc < end) return CaptureSpot::elsewhere;
  if (pc >= begin && pc < enter) return CaptureSpot::before_issue;
  return phase == CallPhase::on_the_way ? CaptureSpot::before_issue : CaptureSpot::elsewhere;
}

void leave_trace(CaptureTrace& trace, const Capture& capture) {
  trace.signal = guest_signal_of(capture_system, capture.info.si_signo).value;
  trace.code = guest_code_of(capture_system, capture.info.si_signo, capture.info.si_code);
  trace.pid = capture.info.si_code <= 0 ? capture.info.si_pid : 0;
  trace.before_issue = capture.spot == CaptureSpot::before_issue;
  trace.captured_ns = capture.captured_ns;
}

void on_signal(int signal, siginfo_t* info, void* raw_context) {
  auto* context = static_cast<ucontext_t*>(raw_context);
  greg_t* registers = context->uc_mcontext.gregs;
  u64 pc = static_cast<u64>(registers[REG_RIP]);
  u64& mask = *reinterpret_cast<u64*>(&context->uc_sigmask);  // the kernel's set has 8 bytes
  bool in_call = pc >= reinterpret_cast<u64>(sigtape_safe_begin) && pc < reinterpret_cast<u64>(sigtape_safe_end);
  HostFaultHook hook = host_fault_hook.load(std::memory_order_relaxed);

  // Kernel-made codes are above 0. A guest may forge one for its own process, which then arrives as a call returns.
  if ((bit_of(signal) & fault_signals) && info->si_code > 0 && !in_call) {
    if (hook && hook(signal, info, raw_context)) return;
    die_of_own_fault(signal, info, context);
  }

  HostThread* host = current_host_thread;
  // Sent, not raised, while the guest blocks it and only the engine does not.
  bool only_opened = (bit_of(signal) & fault_signals) && host && host->engine && host->engine->has_opened_fault_signals();
  if (only_opened) host->engine->interrupt();
  if (!host || host->pending || host->taken || only_opened) return put_back(signal, info, mask, host);
  host->capture.info = *info;
  host->capture.captured_ns = monotonic_ns();
  host->capture.spot = spot_of(pc, static_cast<u64>(registers[REG_RCX]), host->phase);
  if (CaptureTrace* trace = host->trace) leave_trace(*trace, host->capture);
  host->pending = 1;
  // All further ones stay in the kernel's queue, in the kernel's order. Faults that the engine lives by stay open.
  mask = all_signals & ~(hook ? fault_signals & ~mask : 0);

  bool before_leave =
      pc >= reinterpret_cast<u64>(sigtape_safe_enter) && pc <= reinterpret_cast<u64>(sigtape_safe_issue);
  if (before_leave && rewinds_pc(capture_mode)) {
    // An ERESTART_RESTARTBLOCK call that a stop and a continue rewound into restart_syscall: ARM's kernel restarts it
    // without leaving the kernel, so that a handler now ends it with EINTR (arch/arm/kernel/signal.c).
    bool is_restart_block = registers[REG_RAX] == SYS_restart_syscall;  // which nobody but the kernel asks for
    if (is_restart_block) registers[REG_RAX] = -EINTR;
    registers[REG_RIP] = reinterpret_cast<greg_t>(is_restart_block ? sigtape_safe_leave : sigtape_safe_not_done);
  }
  if (host->holds_baton && host->engine) host->engine->interrupt();
}

u64 flags_of(System system, DeliveryMode mode, os::Signal signal, const os::SigAction& action) {
  u64 flags = SA_SIGINFO | sa_restorer;
  bool restart = action.restart;
  if (mode == DeliveryMode::self_wake || mode == DeliveryMode::always_eintr) restart = false;
  if (mode == DeliveryMode::always_restart) restart = true;
  if (restart) flags |= SA_RESTART;
  if (action.nocldstop) flags |= SA_NOCLDSTOP;
  if (action.nocldwait) flags |= SA_NOCLDWAIT;
  // A second one of these must find the default action, which is nothing that we capture, at once.
  if (action.resethand && default_action_of(system, signal) != DefaultAction::terminate) flags |= SA_RESETHAND;
  return flags;
}

}  // namespace

void queue_to_process(int signal, const siginfo_t& info) {
  // By the thread's own id, which means its process here: for any other id, the process's included, the kernel refuses
  // the codes of kill and of the kernel itself (kernel/signal.c: do_rt_sigqueueinfo).
  raw_syscall(SYS_rt_sigqueueinfo, raw_syscall(SYS_gettid), signal, &info);
}

void set_capture_mode(DeliveryMode mode) {
  capture_mode = mode;
  learn_whether_rcx_is_marked();
}

long mirror_action(System system, DeliveryMode mode, os::Signal signal, const os::SigAction& action) {
  int host_signal = host_signal_of(system, signal);
  if (host_signal == 0 || host_signal == SIGKILL || host_signal == SIGSTOP) return 0;
  KernelSigaction host;
  host.flags = flags_of(system, mode, signal, action);
  host.restorer = reinterpret_cast<u64>(&sigtape_restore_rt);
  host.mask = all_signals;
  DefaultAction default_action = default_action_of(system, signal);
  if (action.is_ignore()) {
    host.handler = reinterpret_cast<u64>(SIG_IGN);
  } else if (action.is_default() && default_action != DefaultAction::terminate) {
    // FreeBSD ignores some that Linux ends the process for.
    bool same = default_action_of(System::linux_eabi, os::Signal{host_signal}) == default_action;
    host.handler = reinterpret_cast<u64>(same ? SIG_DFL : SIG_IGN);
  } else {
    host.handler = reinterpret_cast<u64>(&on_signal);
  }
  return raw_syscall(SYS_rt_sigaction, host_signal, &host, nullptr, 8);
}

u64 inherited_ignored() {
  u64 ignored = 0;
  for (int signal = 1; signal <= 64; signal++) {
    KernelSigaction old;
    if (raw_syscall(SYS_rt_sigaction, signal, nullptr, &old, 8) == 0 && old.handler == reinterpret_cast<u64>(SIG_IGN))
      ignored |= bit_of(signal);
  }
  return ignored;
}

void mirror_start(System system, DeliveryMode mode, u64 ignored) {
  capture_system = system;
  for (int signal = 1; signal <= 64; signal++) {
    os::Signal guest = guest_signal_of(system, signal);
    if (guest.value == 0 || (ignored & bit_of(signal))) continue;
    if (default_action_of(system, guest) != DefaultAction::terminate && system == System::linux_eabi) continue;
    mirror_action(system, mode, guest, os::SigAction{});
  }
}

u64 set_real_mask(u64 mask) {
  u64 old = 0;
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, 8);
  return old;
}
u64 block_all() { return set_real_mask(all_signals); }
u64 real_mask() {
  u64 now = 0;
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &now, 8);
  return now;
}

}  // namespace sigtape::outside
