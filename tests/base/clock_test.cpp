// FastClock against the clock that it stands for.
#include "core/base/clock.h"

#include <doctest/doctest.h>

using namespace sigtape;

TEST_CASE("the fast clock keeps to CLOCK_MONOTONIC and never goes back") {
  FastClock clock;
  u64 last = 0;
  unsigned near = 0, all = 0;
  for (u64 end = monotonic_ns() + 50'000'000; monotonic_ns() < end; all++) {
    u64 before = monotonic_ns(), now = clock.now(), after = monotonic_ns();
    CHECK(now >= last);
    last = now;
    near += now + 2'000 >= before && now <= after + 2'000;
  }
  CHECK(near >= all - all / 100);  // whoever is interrupted between two readings sees more
  CHECK(all > 1'000);
}
