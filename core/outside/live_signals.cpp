// Captured signals, masks and dispositions.
#include "core/base/log.h"
#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {

std::optional<os::SigInfo> Live::take_signal(os::Thread& thread) {
  HostThread& host = state_->host(thread);
  if (!host.pending) return std::nullopt;
  os::SigInfo info = signal_info_of(state_->system, host.capture);
  // All stays blocked, so the slot can't be filled again before set_mask.
  host.taken = true;
  host.pending = 0;
  LOG(signal, "{} took {} (code {}, from {})", thread.id.value, info.signal.value, info.code, info.pid);
  return info;
}

bool Live::set_mask(os::Thread& thread) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  u64 mask = s.host_mask(thread.mask);
  if (host.taken) {
    s.settle(host);
    return true;
  }
  if (host.pending) return false;
  if (mask == host.real_mask) return true;
  // As a safe call: a signal that comes before the mask changes is captured before it, and the call is not done.
  SyscallWords words{SYS_rt_sigprocmask, {SIG_SETMASK, reinterpret_cast<long>(&mask), 0, 8, 0, 0}};
  u64 before = host.real_mask;
  host.real_mask = mask;
  if (sigtape_safe_syscall(&words, &host.pending, &host.phase).done) return true;
  host.real_mask = before;
  return false;
}

void Live::set_action(os::Thread&, os::Signal signal, const os::SigAction& action) {
  mirror_action(state_->system, state_->options.delivery, signal, action);
}

}  // namespace sigtape::outside
