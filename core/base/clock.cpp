// FastClock: the counter's rate, from one reading of the clock to the next.
#include "core/base/clock.h"

#include <sys/platform/x86.h>
#include <time.h>

#include <algorithm>

namespace sigtape {
namespace {

u64 clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return ns_of(now);
}

constexpr u64 most_between_readings_ns = 1'000'000;
// A rate is measured over no less, so that what a reading takes itself does not count, and no more, as the counter may
// have stood still meanwhile, or the process moved to another machine.
constexpr u64 least_measured_ns = 200'000, most_measured_ns = 1'000'000'000;
// A fraction of a microsecond: a rate measured over the least is right to a thousandth.
constexpr u64 most_ticks_of_a_reading = 500;

}  // namespace

u64 monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }
u64 realtime_ns() { return clock_ns(CLOCK_REALTIME); }

u64 FastClock::ask(u64 ticks) {
  // Runs at one rate, whatever the processor's clock does ("Invariant TSC" in both manufacturers' manuals).
  if (!CPU_FEATURE_PRESENT(INVARIANT_TSC)) return monotonic_ns();
  u64 reading = monotonic_ns();
  // Nobody may come between the two clocks' readings.
  for (unsigned tries = 0; tries < 3 && __builtin_ia32_rdtsc() - ticks > most_ticks_of_a_reading; tries++) {
    ticks = __builtin_ia32_rdtsc();
    reading = monotonic_ns();
  }
  u64 passed = ticks - ticks_at_;
  u64 said = ns_at_ + (std::min(passed, good_for_) * ns_per_tick_ >> fraction_bits);  // at most
  u64 ns = std::max(reading, said), passed_ns = ns - ns_at_;
  if (ticks_at_ != 0 && passed_ns < least_measured_ns) return ns;
  bool measurable =
      ticks_at_ != 0 && passed_ns <= most_measured_ns && passed > passed_ns / 16 && passed < passed_ns * 16;
  ns_per_tick_ = measurable ? (passed_ns << fraction_bits) / passed : 0;
  good_for_ = measurable ? (most_between_readings_ns << fraction_bits) / ns_per_tick_ : 0;
  ticks_at_ = ticks;
  ns_at_ = ns;
  return ns;
}

}  // namespace sigtape
