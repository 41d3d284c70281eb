// Timers: interval timers, POSIX timers and timerfd, of 32-bit and 64-bit times.
#include <sys/syscall.h>
#include <sys/time.h>

#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

void setitimer_(CallContext& c) {
  auto wanted = fetch_optional<guest::Itimerval32>(c, c.at(1));
  if (!wanted.ok) return;
  itimerval host{};  // a null pointer disarms, see kernel/time/itimer.c
  if (wanted.value) host = host_of(*wanted.value);
  itimerval* before = c.stage<itimerval>();
  HostResult r = c.immediate(SYS_setitimer, c.word(0), &host, before);
  finish_with<guest::Itimerval32>(c, r, c.at(2), *before);
}

void getitimer_(CallContext& c) {
  itimerval* host = c.stage<itimerval>();
  HostResult r = c.immediate(SYS_getitimer, c.word(0), host);
  if (r.succeeded() && c.at(1).is_null()) return c.fail(EFAULT);
  finish_with<guest::Itimerval32>(c, r, c.at(1), *host);
}

void timer_create_(CallContext& c) {
  auto event = fetch_optional<guest::Sigevent>(c, c.at(1));
  if (!event.ok) return;
  struct sigevent host;
  if (event.value) to_host(*event.value, host);
  auto id = out_struct<i32>(c, c.at(2));
  HostResult r = c.immediate(SYS_timer_create, c.signed_word(0), event.value ? &host : nullptr, id.host);
  if (r.succeeded() && !give_struct(c, id)) return;
  c.finish(r);
}

// timer_settime(id, flags, new, old) and timerfd_settime(fd, flags, new, old).
template <class Times>
void set_timer(CallContext& c, long number, i32 which) {
  if (c.at(2).is_null()) return c.fail(number == SYS_timer_settime ? EINVAL : EFAULT);
  auto wanted = fetch<Times>(c, c.at(2));
  if (!wanted) return;
  itimerspec host = host_of(*wanted);
  itimerspec* before = c.stage<itimerspec>();
  HostResult r = c.immediate(number, which, c.word(1), &host, c.at(3).is_null() ? nullptr : before);
  finish_with<Times>(c, r, c.at(3), *before);
}
template <class Times>
void get_timer(CallContext& c, long number, i32 which) {
  itimerspec* host = c.stage<itimerspec>();
  HostResult r = c.immediate(number, which, host);
  if (r.succeeded() && c.at(1).is_null()) return c.fail(EFAULT);
  finish_with<Times>(c, r, c.at(1), *host);
}

template <class Times>
void timer_settime_as(CallContext& c) {
  set_timer<Times>(c, SYS_timer_settime, c.signed_word(0));
}
template <class Times>
void timer_gettime_as(CallContext& c) {
  get_timer<Times>(c, SYS_timer_gettime, c.signed_word(0));
}
template <class Times>
void timerfd_settime_as(CallContext& c) {
  set_timer<Times>(c, SYS_timerfd_settime, c.fd(0));
}
template <class Times>
void timerfd_gettime_as(CallContext& c) {
  get_timer<Times>(c, SYS_timerfd_gettime, c.fd(0));
}

}  // namespace

HandlerTable timer_handlers() {
  static constexpr NamedHandler table[] = {
      {"setitimer", setitimer_},
      {"getitimer", getitimer_},
      {"timer_create", timer_create_},
      {"timer_settime", timer_settime_as<guest::Itimerspec32>},
      {"timer_settime64", timer_settime_as<guest::Itimerspec64>},
      {"timer_gettime", timer_gettime_as<guest::Itimerspec32>},
      {"timer_gettime64", timer_gettime_as<guest::Itimerspec64>},
      {"timerfd_settime", timerfd_settime_as<guest::Itimerspec32>},
      {"timerfd_settime64", timerfd_settime_as<guest::Itimerspec64>},
      {"timerfd_gettime", timerfd_gettime_as<guest::Itimerspec32>},
      {"timerfd_gettime64", timerfd_gettime_as<guest::Itimerspec64>},
  };
  return table;
}

}  // namespace sigtape::outside
