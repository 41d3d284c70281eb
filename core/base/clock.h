// Times in nanoseconds.
#pragma once
#include <time.h>

#include "core/base/ints.h"

namespace sigtape {

inline u64 ns_of(const timespec& time) {
  return static_cast<u64>(time.tv_sec) * 1'000'000'000u + static_cast<u64>(time.tv_nsec);
}

// CLOCK_MONOTONIC and CLOCK_REALTIME. Async-signal-safe.
u64 monotonic_ns();
u64 realtime_ns();

// CLOCK_MONOTONIC for those who ask often: between two readings of it by the processor's time stamp counter, which
// costs a fraction. No further from it than the counter drifts in a millisecond; never goes back. For one thread at a
// time, and not for signal handlers.
class FastClock {
 public:
  u64 now() {
    u64 ticks = __builtin_ia32_rdtsc();
    u64 passed = ticks - ticks_at_;
    if (passed >= good_for_) [[unlikely]]
      return ask(ticks);
    return ns_at_ + (passed * ns_per_tick_ >> fraction_bits);
  }

 private:
  static constexpr unsigned fraction_bits = 32;
  u64 ask(u64 ticks);

  u64 ticks_at_ = 0, ns_at_ = 0;  // the last reading
  u64 ns_per_tick_ = 0;           // 32 bits of it behind the point
  u64 good_for_ = 0;              // ticks after a reading; 0: the counter's rate is not known
};

}  // namespace sigtape
