// Clocks and sleeps, of 32-bit and 64-bit times.
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>

#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

template <class Time>
void give_time(CallContext& c, const HostResult& r, const timespec& host) {
  if (r.succeeded()) {
    Time time;
    to_guest(host, time);
    if (!give(c, c.at(1), time)) return;
  }
  c.finish(r);
}
template <class Time>
void clock_gettime_as(CallContext& c) {
  timespec now{};
  HostResult r = c.read_clock(c.signed_word(0), &now);
  give_time<Time>(c, r, now);
}
template <class Time>
void clock_getres_as(CallContext& c) {
  timespec resolution{};
  HostResult r = c.immediate(SYS_clock_getres, c.signed_word(0), &resolution);
  if (c.at(1).is_null()) return c.finish(r);
  give_time<Time>(c, r, resolution);
}
template <class Time>
void clock_settime_as(CallContext& c) {
  auto time = fetch<Time>(c, c.at(1));
  if (!time) return;
  timespec host = host_of(*time);
  c.finish(c.immediate(SYS_clock_settime, c.signed_word(0), &host));
}

void gettimeofday_(CallContext& c) {
  timespec now{};
  HostResult r = c.read_clock(CLOCK_REALTIME, &now);
  if (!r.succeeded()) return c.finish(r);
  if (!c.at(0).is_null()) {
    guest::Timeval32 out;
    to_guest(timeval{now.tv_sec, now.tv_nsec / 1000}, out);
    if (!give(c, c.at(0), out)) return;
  }
  if (!c.at(1).is_null()) {
    guest::Timezone zone{};
    c.immediate(SYS_gettimeofday, nullptr, &zone);
    if (!give(c, c.at(1), zone)) return;
  }
  c.finish(r);
}

void settimeofday_(CallContext& c) {
  auto time = fetch_optional<guest::Timeval32>(c, c.at(0));
  if (!time.ok) return;
  timeval host{};
  if (time.value) host = host_of(*time.value);
  c.finish(c.immediate(SYS_settimeofday, time.value ? &host : nullptr, c.pointer(1)));
}

void times_(CallContext& c) {
  auto* host = c.stage<struct tms>();
  HostResult r = c.immediate(SYS_times, host);
  if (!c.at(0).is_null()) {
    auto word = [](clock_t v) { return static_cast<i32>(v); };
    guest::Tms out{word(host->tms_utime), word(host->tms_stime), word(host->tms_cutime), word(host->tms_cstime)};
    if (!give(c, c.at(0), out)) return;
  }
  c.done(static_cast<u32>(r.value));  // a count that may look like an error (force_successful_syscall_return)
}

void adjtimex_at(CallContext& c, long number, unsigned argument) {
  auto in = fetch<guest::Timex32>(c, c.at(argument));
  if (!in) return;
  auto* host = c.stage<guest::Timex64>();
  timex_to_host(*in, *host);
  HostResult r = argument == 0 ? c.immediate(number, host) : c.immediate(number, c.signed_word(0), host);
  if (r.succeeded()) {
    guest::Timex32 out;
    timex_to_guest(*host, out);
    if (!give(c, c.at(argument), out)) return;
  }
  c.finish(r);
}
void adjtimex_(CallContext& c) { adjtimex_at(c, SYS_adjtimex, 0); }
void clock_adjtime_(CallContext& c) { adjtimex_at(c, SYS_clock_adjtime, 1); }
void clock_adjtime64_(CallContext& c) {
  auto in = fetch<guest::Timex64>(c, c.at(1));
  if (!in) return;
  auto* host = c.stage<guest::Timex64>();
  *host = *in;
  HostResult r = c.immediate(SYS_clock_adjtime, c.signed_word(0), host);
  if (r.succeeded() && !give(c, c.at(1), *host)) return;
  c.finish(r);
}

// --- sleeps. The time that is left is written only where the kernel wrote it: on EINTR of a relative sleep.

template <class Time>
void sleep_on(CallContext& c, i32 clock, u32 flags, unsigned request_at) {
  auto request = fetch<Time>(c, c.at(request_at));
  if (!request) return;
  timespec* wanted = c.stage<timespec>();
  timespec* left = c.stage<timespec>();
  *wanted = host_of(*request);
  GuestAddr left_at = c.at(request_at + 1);
  HostResult r = c.blocking(SYS_clock_nanosleep, clock, flags, wanted, left_at.is_null() ? nullptr : left);
  if (r.error() == EINTR && !(flags & TIMER_ABSTIME) && !left_at.is_null()) {
    Time out;
    to_guest(*left, out);
    if (!give(c, left_at, out)) return;
  }
  c.finish(r);
}
void nanosleep_(CallContext& c) { sleep_on<guest::Timespec32>(c, CLOCK_MONOTONIC, 0, 0); }
template <class Time>
void clock_nanosleep_as(CallContext& c) {
  sleep_on<Time>(c, c.signed_word(0), c.word(1), 2);
}

}  // namespace

HandlerTable clock_handlers() {
  static constexpr NamedHandler table[] = {
      {"clock_gettime", clock_gettime_as<guest::Timespec32>},
      {"clock_gettime64", clock_gettime_as<guest::Timespec64>},
      {"clock_getres", clock_getres_as<guest::Timespec32>},
      {"clock_getres_time64", clock_getres_as<guest::Timespec64>},
      {"clock_settime", clock_settime_as<guest::Timespec32>},
      {"clock_settime64", clock_settime_as<guest::Timespec64>},
      {"gettimeofday", gettimeofday_},
      {"settimeofday", settimeofday_},
      {"times", times_},
      {"adjtimex", adjtimex_},
      {"clock_adjtime", clock_adjtime_},
      {"clock_adjtime64", clock_adjtime64_},
      {"nanosleep", nanosleep_},
      {"clock_nanosleep", clock_nanosleep_as<guest::Timespec32>},
      {"clock_nanosleep_time64", clock_nanosleep_as<guest::Timespec64>},
  };
  return table;
}

}  // namespace sigtape::outside
