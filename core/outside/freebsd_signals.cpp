// FreeBSD signals: sending by its numbers and thread ids, pending sets, waiting for signals.
#include <signal.h>
#include <sys/syscall.h>

#include <cstring>

#include "core/outside/capture.h"
#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"

namespace sigtape::outside {
namespace {

constexpr i32 largest_signal = 128;

// The host's number of the signal argument; 0 stays 0. nullopt: answered.
std::optional<int> host_signal(CallContext& c, unsigned argument) {
  i32 guest = c.signed_word(argument);
  if (guest == 0) return 0;
  if (guest < 0 || guest > largest_signal) return c.fail(EINVAL), std::nullopt;
  int host = host_signal_of(abi::System::freebsd, os::Signal{guest});
  if (host == 0) return c.unsupported("a realtime signal beyond the host's", EINVAL), std::nullopt;
  return host;
}

void kill_(CallContext& c) {
  if (auto signal = host_signal(c, 1)) c.finish(c.immediate(SYS_kill, c.signed_word(0), *signal));
}

void thread_kill(CallContext& c, i32 pid, unsigned id_argument) {
  auto signal = host_signal(c, id_argument + 1);
  if (!signal) return;
  i32 host_id = c.signed_word(id_argument) - bsd::first_thread_id;
  if (host_id <= 0) return c.fail(ESRCH);
  c.finish(c.immediate(SYS_tgkill, pid, host_id, *signal));
}
void thr_kill_(CallContext& c) { thread_kill(c, c.thread.group->pid, 0); }
void thr_kill2_(CallContext& c) { thread_kill(c, c.signed_word(0), 1); }

void thr_set_name_(CallContext& c) {
  constexpr u32 longest = 19;  // MAXCOMLEN
  if (c.at(1).is_null()) return c.done(0);
  auto name = c.space.read_string(c.at(1), longest);
  if (!name && !c.space.can_read(c.at(1), longest + 1)) return c.fail(EFAULT);
  if (!name) return c.fail(ENAMETOOLONG);
  c.done(0);  // the host's thread names stay as they are
}

void sigqueue_(CallContext& c) {
  auto signal = host_signal(c, 1);
  if (!signal) return;
  siginfo_t info;
  std::memset(&info, 0, sizeof info);
  info.si_signo = *signal;
  info.si_code = SI_QUEUE;
  info.si_pid = c.thread.group->pid;
  info.si_uid = static_cast<uid_t>(c.immediate(SYS_getuid).value);
  info.si_value.sival_ptr = reinterpret_cast<void*>(u64{c.word(2)});
  c.finish(c.immediate(SYS_rt_sigqueueinfo, c.signed_word(0), *signal, &info));
}

// --- receiving

// Of those that the guest blocks only: a capture under way blocks the rest as well, unseen by the guest.
void sigpending_(CallContext& c) {
  u64* host = c.stage<u64>();
  HostResult r = c.immediate(SYS_rt_sigpending, host, 8);
  if (!r.succeeded()) return c.finish(r);
  bsd::Sigset set;
  to_guest(guest_set_of(abi::System::freebsd, *host & c.host_mask(c.thread.mask)), set);
  if (give(c, c.at(0), set)) c.done(0);
}

// The mask is thread.mask by now, unless its address was bad.
void sigsuspend_(CallContext& c) {
  if (!c.thread.mask_to_restore) return c.fail(EFAULT);
  u64* mask = c.stage<u64>();
  *mask = c.host_mask(c.thread.mask);
  c.finish(c.blocking(SYS_rt_sigsuspend, mask, 8));
}

// The signal that came, or the host's word for why none did.
HostResult wait_for(CallContext& c, const bsd::Sigset& set, const timespec* timeout, os::SigInfo& info) {
  u64* mask = c.stage<u64>();
  *mask = c.host_mask(set_of(set));
  timespec* host_timeout = nullptr;
  if (timeout) *(host_timeout = c.stage<timespec>()) = *timeout;
  Capture* captured = c.stage<Capture>();
  HostResult r = c.blocking(SYS_rt_sigtimedwait, mask, &captured->info, host_timeout, 8);
  if (r.succeeded()) {
    info = signal_info_of(abi::System::freebsd, *captured);
    r.value = info.signal.value;
  }
  return r;
}

// Its errors are the value (sys/kern/kern_sig.c: sys_sigwait).
void sigwait_(CallContext& c) {
  auto set = fetch<bsd::Sigset>(c, c.at(0));
  if (!set) return c.done(guest_error_of(c.call.system, EFAULT));
  os::SigInfo info;
  HostResult r = wait_for(c, *set, nullptr, info);
  if (!r.done) return c.not_done();
  if (r.failed()) return c.done(guest_error_of(c.call.system, r.error()));
  if (!give(c, c.at(1), info.signal.value)) return c.done(guest_error_of(c.call.system, EFAULT));
  c.done(0);
}

void finish_wait(CallContext& c, const timespec* timeout) {
  auto set = fetch<bsd::Sigset>(c, c.at(0));
  if (!set) return;
  os::SigInfo info;
  HostResult r = wait_for(c, *set, timeout, info);
  if (r.succeeded() && !c.at(1).is_null()) {
    bsd::Siginfo out;
    to_guest(info, out);
    if (!give(c, c.at(1), out)) return;
  }
  c.finish(r);
}
void sigwaitinfo_(CallContext& c) { finish_wait(c, nullptr); }
void sigtimedwait_(CallContext& c) {
  auto timeout = fetch_optional<bsd::Timespec>(c, c.at(2));
  if (!timeout.ok) return;
  timespec time{};
  if (timeout.value) time = host_of(*timeout.value);
  finish_wait(c, timeout.value ? &time : nullptr);
}

}  // namespace

HandlerTable freebsd_signal_handlers() {
  static constexpr NamedHandler table[] = {
      {"kill", kill_},
      {"thr_kill", thr_kill_},
      {"thr_kill2", thr_kill2_},
      {"thr_set_name", thr_set_name_},
      {"sigqueue", sigqueue_},
      {"sigpending", sigpending_},
      {"sigsuspend", sigsuspend_},
      {"sigwait", sigwait_},
      {"sigwaitinfo", sigwaitinfo_},
      {"sigtimedwait", sigtimedwait_},
  };
  return table;
}

}  // namespace sigtape::outside
