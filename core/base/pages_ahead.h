// Pages of memory that is used from its begin on, had some at a time: one call costs a fraction of as many faults.
#pragma once
#include <sys/mman.h>

#include <algorithm>

#include "core/base/ints.h"

namespace sigtape {

class PagesAhead {
 public:
  PagesAhead() = default;
  // Of memory that somebody else has mapped, to be written. Steps double, from `first_step` to `last_step` bytes.
  PagesAhead(void* at, u64 bytes, u64 first_step, u64 last_step)
      : at_(static_cast<u8*>(at)), bytes_(bytes), first_step_(first_step), last_step_(last_step) {}
  // That the first `end` bytes are about to be used. How many more have pages now.
  u64 need(u64 end) { return end > ready_ ? populate(end) : 0; }
  u64 ready() const { return ready_; }

 private:
  [[gnu::noinline]] u64 populate(u64 end) {
    constexpr u64 page = 4096;
    u64 step = std::clamp(ready_, first_step_, last_step_);
    u64 until = std::min(std::max((end + page - 1) & ~(page - 1), ready_ + step), bytes_);
    if (until <= ready_) return 0;
    u64 more = until - ready_;
    (void)madvise(at_ + ready_, more, MADV_POPULATE_WRITE);  // kernels before 5.14 refuse, and have the faults
    ready_ = until;
    return more;
  }

  u8* at_ = nullptr;
  u64 bytes_ = 0, ready_ = 0;
  u64 first_step_ = 0, last_step_ = 0;
};

}  // namespace sigtape
