// FreeBSD clocks, sleeps and interval timers. time_t is 64 bits wide there.
#include <sys/syscall.h>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"

namespace sigtape::outside {
namespace {

void read_clock(CallContext& c, long number) {
  auto clock = host_clock_of(c.word(0));
  if (!clock) return c.fail(EINVAL);
  timespec* host = c.stage<timespec>();
  HostResult r = number == SYS_clock_gettime ? c.read_clock(*clock, host) : c.immediate(number, *clock, host);
  if (r.succeeded() && number == SYS_clock_gettime && c.at(1).is_null()) return c.fail(EFAULT);
  constexpr u32 whole_seconds = 13;  // CLOCK_SECOND
  if (c.word(0) == whole_seconds) *host = number == SYS_clock_gettime ? timespec{host->tv_sec, 0} : timespec{1, 0};
  finish_with<bsd::Timespec>(c, r, c.at(1), *host);
}
void clock_gettime_(CallContext& c) { read_clock(c, SYS_clock_gettime); }
void clock_getres_(CallContext& c) { read_clock(c, SYS_clock_getres); }

void gettimeofday_(CallContext& c) {
  timeval* time = c.stage<timeval>();
  HostResult r = c.immediate(SYS_gettimeofday, time, nullptr);
  if (!r.succeeded()) return c.finish(r);
  if (!c.at(1).is_null() && !give(c, c.at(1), bsd::Timezone{})) return;
  finish_with<bsd::Timeval>(c, r, c.at(0), *time);
}

// kern_clock_nanosleep: the time that is left is written on EINTR of a relative sleep only.
void sleep_on(CallContext& c, clockid_t clock, bool absolute, unsigned request_at) {
  auto request = fetch<bsd::Timespec>(c, c.at(request_at));
  if (!request) return;
  GuestAddr left_at = c.at(request_at + 1);
  if (!left_at.is_null() && !c.can_write(left_at, sizeof(bsd::Timespec))) return c.fail(EFAULT);
  timespec* wanted = c.stage<timespec>();
  timespec* left = c.stage<timespec>();
  *wanted = host_of(*request);
  if (absolute && wanted->tv_sec < 0) *wanted = {};  // long over
  HostResult r = c.blocking(SYS_clock_nanosleep, clock, absolute ? TIMER_ABSTIME : 0, wanted, left);
  if (r.error() == EINTR && !absolute && !left_at.is_null()) {
    bsd::Timespec out;
    to_guest(*left, out);
    if (!give(c, left_at, out)) return;
  }
  c.finish(r);
}
void nanosleep_(CallContext& c) { sleep_on(c, CLOCK_REALTIME, false, 0); }
void clock_nanosleep_(CallContext& c) {
  auto clock = host_clock_of(c.word(0));
  constexpr u32 timer_abstime = 1;
  if (!clock || (c.word(1) & ~timer_abstime)) return c.fail(EINVAL);
  if (*clock == CLOCK_REALTIME_COARSE) clock = CLOCK_REALTIME;  // coarse ones are for reading only
  if (*clock == CLOCK_MONOTONIC_COARSE) clock = CLOCK_MONOTONIC;
  sleep_on(c, *clock, c.word(1) & timer_abstime, 2);
}

// ITIMER_REAL, ITIMER_VIRTUAL and ITIMER_PROF have the host's numbers.
void setitimer_(CallContext& c) {
  itimerval* before = c.stage<itimerval>();
  if (c.at(1).is_null()) {  // kern_setitimer: then it only reads
    HostResult r = c.immediate(SYS_getitimer, c.word(0), before);
    return finish_with<bsd::Itimerval>(c, r, c.at(2), *before);
  }
  auto wanted = fetch<bsd::Itimerval>(c, c.at(1));
  if (!wanted) return;
  itimerval host = host_of(*wanted);
  HostResult r = c.immediate(SYS_setitimer, c.word(0), &host, before);
  finish_with<bsd::Itimerval>(c, r, c.at(2), *before);
}
void getitimer_(CallContext& c) {
  itimerval* host = c.stage<itimerval>();
  HostResult r = c.immediate(SYS_getitimer, c.word(0), host);
  if (r.succeeded() && c.at(1).is_null()) return c.fail(EFAULT);
  finish_with<bsd::Itimerval>(c, r, c.at(1), *host);
}

}  // namespace

HandlerTable freebsd_time_handlers() {
  static constexpr NamedHandler table[] = {
      {"clock_gettime", clock_gettime_}, {"clock_getres", clock_getres_},       {"gettimeofday", gettimeofday_},
      {"nanosleep", nanosleep_},         {"clock_nanosleep", clock_nanosleep_}, {"setitimer", setitimer_},
      {"getitimer", getitimer_},
  };
  return table;
}

}  // namespace sigtape::outside
