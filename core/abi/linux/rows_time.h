// Linux/ARM calls on clocks, sleeps and timers.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

consteval Spec clock() { return choice("clockid", clocks); }
consteval Spec remaining(const Layout& layout) { return when(When::interrupted, out("rem", layout)); }

inline constexpr Row times[] = {
    refused(25, "stime", "old ABI only"),
    refused(27, "alarm", "old ABI only"),
    call(43, "times", outside, gives::integer, {out("buf", layout::tms)}),
    call(78, "gettimeofday", outside, gives::zero, {out("tv", layout::timeval32), out("tz", layout::timezone)}),
    call(79, "settimeofday", outside, gives::zero, {in("tv", layout::timeval32), in("tz", layout::timezone)}),
    call(104, "setitimer", outside, gives::zero,
         {choice("which", interval_timers), in("new_value", layout::itimerval32),
          out("old_value", layout::itimerval32)}),
    call(105, "getitimer", outside, gives::zero,
         {choice("which", interval_timers), out("curr_value", layout::itimerval32)}),
    call(124, "adjtimex", outside, gives::integer, {inout("buf", layout::timex32)}),
    call(162, "nanosleep", outside, block, gives::zero, {in("req", layout::timespec32), remaining(layout::timespec32)}),
    call(257, "timer_create", outside, gives::zero, {clock(), in("sevp", layout::sigevent), out("timerid", int32)}),
    call(258, "timer_settime", outside, gives::zero,
         {integer("timerid"), flags("flags", timer_flags), in("new_value", layout::itimerspec32),
          out("old_value", layout::itimerspec32)}),
    call(259, "timer_gettime", outside, gives::zero, {integer("timerid"), out("curr_value", layout::itimerspec32)}),
    call(260, "timer_getoverrun", outside, gives::integer, {integer("timerid")}),
    call(261, "timer_delete", outside, gives::zero, {integer("timerid")}),
    call(262, "clock_settime", outside, gives::zero, {clock(), in("tp", layout::timespec32)}),
    call(263, "clock_gettime", outside, gives::zero, {clock(), out("tp", layout::timespec32)}),
    call(264, "clock_getres", outside, gives::zero, {clock(), out("res", layout::timespec32)}),
    call(265, "clock_nanosleep", outside, by_arguments, gives::zero,
         {clock(), flags("flags", timer_flags), in("request", layout::timespec32), remaining(layout::timespec32)}),
    call(350, "timerfd_create", outside, gives::fd, {clock(), flags("flags", timerfd_flags)}),
    call(353, "timerfd_settime", outside, gives::zero,
         {fd(), flags("flags", timerfd_settime_flags), in("new_value", layout::itimerspec32),
          out("old_value", layout::itimerspec32)}),
    call(354, "timerfd_gettime", outside, gives::zero, {fd(), out("curr_value", layout::itimerspec32)}),
    call(372, "clock_adjtime", outside, gives::integer, {clock(), inout("buf", layout::timex32)}),
    call(403, "clock_gettime64", outside, gives::zero, {clock(), out("tp", layout::timespec64)}),
    call(404, "clock_settime64", outside, gives::zero, {clock(), in("tp", layout::timespec64)}),
    call(405, "clock_adjtime64", outside, gives::integer, {clock(), inout("buf", layout::timex64)}),
    call(406, "clock_getres_time64", outside, gives::zero, {clock(), out("res", layout::timespec64)}),
    call(407, "clock_nanosleep_time64", outside, by_arguments, gives::zero,
         {clock(), flags("flags", timer_flags), in("request", layout::timespec64), remaining(layout::timespec64)}),
    call(408, "timer_gettime64", outside, gives::zero, {integer("timerid"), out("curr_value", layout::itimerspec64)}),
    call(409, "timer_settime64", outside, gives::zero,
         {integer("timerid"), flags("flags", timer_flags), in("new_value", layout::itimerspec64),
          out("old_value", layout::itimerspec64)}),
    call(410, "timerfd_gettime64", outside, gives::zero, {fd(), out("curr_value", layout::itimerspec64)}),
    call(411, "timerfd_settime64", outside, gives::zero,
         {fd(), flags("flags", timerfd_settime_flags), in("new_value", layout::itimerspec64),
          out("old_value", layout::itimerspec64)}),
};

}  // namespace sigtape::abi::linux_eabi::rows
