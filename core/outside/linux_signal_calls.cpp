// Signals: pending sets, waiting for them, sending them with values.
#include <signal.h>
#include <sys/syscall.h>

#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

// Of those that the guest blocks only: a capture under way blocks the rest as well, unseen by the guest.
std::optional<u64> pending(CallContext& c) {
  u64* host = c.stage<u64>();
  HostResult r = c.immediate(SYS_rt_sigpending, host, 8);
  if (!r.succeeded()) return c.finish(r), std::nullopt;
  return *host & c.host_mask(c.thread.mask);
}

void sigpending_(CallContext& c) {
  if (auto set = pending(c); set && give(c, c.at(0), static_cast<u32>(*set))) c.done(0);
}

void rt_sigpending_(CallContext& c) {
  if (c.word(1) > 8) return c.fail(EINVAL);
  auto set = pending(c);
  if (!set) return;
  u64* staged = c.stage<u64>();
  *staged = *set;
  if (give_bytes(c, c.at(0), staged, c.word(1))) c.done(0);
}

template <class Time>
void rt_sigtimedwait_as(CallContext& c) {
  if (c.word(3) != 8) return c.fail(EINVAL);
  auto set = fetch<u64>(c, c.at(0));
  if (!set) return;
  auto timeout = fetch_optional<Time>(c, c.at(2));
  if (!timeout.ok) return;
  timespec* host_timeout = nullptr;
  if (timeout.value) *(host_timeout = c.stage<timespec>()) = host_of(*timeout.value);
  u64* mask = c.stage<u64>();
  *mask = c.host_mask(os::SigSet::of(*set));
  siginfo_t* info = c.stage<siginfo_t>();
  HostResult r = c.blocking(SYS_rt_sigtimedwait, mask, info, host_timeout, 8);
  finish_with<guest::Siginfo>(c, r, c.at(1), *info);
}

// The mask is thread.mask by now, unless its address was bad.
void wait_for_signal(CallContext& c) {
  u64* mask = c.stage<u64>();
  *mask = c.host_mask(c.thread.mask);
  c.finish(c.blocking(SYS_rt_sigsuspend, mask, 8));
}
void rt_sigsuspend_(CallContext& c) {
  if (c.word(1) != 8) return c.fail(EINVAL);
  if (!c.thread.mask_to_restore) return c.fail(EFAULT);
  wait_for_signal(c);
}
void sigsuspend_(CallContext& c) { wait_for_signal(c); }

// --- sending. kernel/signal.c, do_rt_sigqueueinfo: the number in the structure is replaced.
std::optional<siginfo_t> queued_info(CallContext& c, unsigned argument, i32 signal) {
  auto info = fetch<guest::Siginfo>(c, c.at(argument));
  if (!info) return std::nullopt;
  siginfo_t host;
  to_host(*info, host);
  host.si_signo = signal;
  return host;
}
void rt_sigqueueinfo_(CallContext& c) {
  if (auto info = queued_info(c, 2, c.signed_word(1)))
    c.finish(c.immediate(SYS_rt_sigqueueinfo, c.signed_word(0), c.signed_word(1), &*info));
}
void rt_tgsigqueueinfo_(CallContext& c) {
  if (auto info = queued_info(c, 3, c.signed_word(2)))
    c.finish(c.immediate(SYS_rt_tgsigqueueinfo, c.signed_word(0), c.signed_word(1), c.signed_word(2), &*info));
}
void pidfd_send_signal_(CallContext& c) {
  siginfo_t host;
  siginfo_t* given = nullptr;
  if (!c.at(2).is_null()) {
    auto info = fetch<guest::Siginfo>(c, c.at(2));
    if (!info) return;
    to_host(*info, host);  // here the number must be right already
    given = &host;
  }
  c.finish(c.immediate(SYS_pidfd_send_signal, c.fd(0), c.signed_word(1), given, c.word(3)));
}

}  // namespace

HandlerTable signal_handlers() {
  static constexpr NamedHandler table[] = {
      {"sigpending", sigpending_},
      {"rt_sigpending", rt_sigpending_},
      {"rt_sigtimedwait", rt_sigtimedwait_as<guest::Timespec32>},
      {"rt_sigtimedwait_time64", rt_sigtimedwait_as<guest::Timespec64>},
      {"sigsuspend", sigsuspend_},
      {"rt_sigsuspend", rt_sigsuspend_},
      {"rt_sigqueueinfo", rt_sigqueueinfo_},
      {"rt_tgsigqueueinfo", rt_tgsigqueueinfo_},
      {"pidfd_send_signal", pidfd_send_signal_},
  };
  return table;
}

}  // namespace sigtape::outside
