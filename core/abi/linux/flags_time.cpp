// Names of Linux/ARM flags and options: clocks and timers.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue clocks_values[] = {
    {0, "CLOCK_REALTIME"},          {1, "CLOCK_MONOTONIC"},     {2, "CLOCK_PROCESS_CPUTIME_ID"},
    {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
    {6, "CLOCK_MONOTONIC_COARSE"},  {7, "CLOCK_BOOTTIME"},      {8, "CLOCK_REALTIME_ALARM"},
    {9, "CLOCK_BOOTTIME_ALARM"},    {11, "CLOCK_TAI"},
};
constexpr NameValue timer_flags_values[] = {
    {1, "TIMER_ABSTIME"},
};
constexpr NameValue interval_timers_values[] = {
    {0, "ITIMER_REAL"},
    {1, "ITIMER_VIRTUAL"},
    {2, "ITIMER_PROF"},
};
constexpr NameValue timex_modes_values[] = {
    {0x8001, "ADJ_OFFSET_SINGLESHOT"},
    {0xa001, "ADJ_OFFSET_SS_READ"},
    {1, "ADJ_OFFSET"},
    {2, "ADJ_FREQUENCY"},
    {4, "ADJ_MAXERROR"},
    {8, "ADJ_ESTERROR"},
    {0x10, "ADJ_STATUS"},
    {0x20, "ADJ_TIMECONST"},
    {0x80, "ADJ_TAI"},
    {0x100, "ADJ_SETOFFSET"},
    {0x1000, "ADJ_MICRO"},
    {0x2000, "ADJ_NANO"},
    {0x4000, "ADJ_TICK"},
};

}  // namespace

constinit const NameSet clocks{"clocks", clocks_values, NameSet::Style::choice};
constinit const NameSet timer_flags{"timer_flags", timer_flags_values, NameSet::Style::flags};
constinit const NameSet interval_timers{"interval_timers", interval_timers_values, NameSet::Style::choice};
constinit const NameSet timex_modes{"timex_modes", timex_modes_values, NameSet::Style::flags};

}  // namespace sigtape::abi::linux_eabi
