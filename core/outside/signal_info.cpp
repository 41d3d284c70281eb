// siginfo_t as the host's handler got it, turned into the core's.
#include <signal.h>

#include "core/outside/capture.h"

namespace sigtape::outside {
namespace {

using os::InfoKind;

// kernel/signal.c siginfo_layout().
InfoKind kind_of(int signal, int code) {
  if (code > SI_USER && code < SI_KERNEL) {
    switch (signal) {
      case SIGILL:
      case SIGFPE:
      case SIGSEGV:
      case SIGBUS:
      case SIGTRAP: return InfoKind::fault;
      case SIGCHLD: return InfoKind::child;
      case SIGSYS: return InfoKind::syscall;
      default: return code <= 6 ? InfoKind::poll : InfoKind::kill;  // NSIGPOLL
    }
  }
  if (code == SI_TIMER) return InfoKind::timer;
  if (code == SI_SIGIO) return InfoKind::poll;
  return code < 0 ? InfoKind::queued : InfoKind::kill;
}

}  // namespace

os::SigInfo signal_info_of(abi::System system, const Capture& capture) {
  const siginfo_t& host = capture.info;
  os::SigInfo info;
  info.signal = guest_signal_of(system, host.si_signo);
  info.error = host.si_errno;
  info.code = guest_code_of(system, host.si_signo, host.si_code);
  info.captured_ns = capture.captured_ns;
  switch (kind_of(host.si_signo, host.si_code)) {
    case InfoKind::kill:
    case InfoKind::queued:
      info.pid = host.si_pid;
      info.uid = host.si_uid;
      info.value = reinterpret_cast<u64>(host.si_value.sival_ptr);
      break;
    case InfoKind::timer:
      info.timer_id = host.si_timerid;
      info.overrun = host.si_overrun;
      info.value = reinterpret_cast<u64>(host.si_value.sival_ptr);
      break;
    case InfoKind::poll:
      info.band = static_cast<i32>(host.si_band);
      info.fd = host.si_fd;
      break;
    case InfoKind::fault:
      info.address = GuestAddr{static_cast<u32>(reinterpret_cast<u64>(host.si_addr))};
      info.address_lsb = static_cast<u32>(host.si_addr_lsb);
      break;
    case InfoKind::child:
      info.pid = host.si_pid;
      info.uid = host.si_uid;
      info.status = host.si_status;
      info.utime = static_cast<u32>(host.si_utime);
      info.stime = static_cast<u32>(host.si_stime);
      break;
    case InfoKind::syscall:
      info.address = GuestAddr{static_cast<u32>(reinterpret_cast<u64>(host.si_call_addr))};
      info.syscall_number = static_cast<u32>(host.si_syscall);
      info.arch = host.si_arch;
      break;
  }
  return info;
}

}  // namespace sigtape::outside
