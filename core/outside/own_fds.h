// Our own descriptors: at high numbers, close-on-exec, and invisible to the guest.
#pragma once
#include <bitset>
#include <optional>

#include "core/base/result.h"
#include "core/base/strong.h"

namespace sigtape::outside {

// Changed and read under the baton. A call handler must treat a number that is_ours() as not open (EBADF), must not let
// dup2 and friends land on it, and cuts close_range around it with first_in().
class OwnFds {
 public:
  // Chooses the range of numbers: above the guest's RLIMIT_NOFILE where the hard limit allows it, so that the guest
  // can't even name them; else the uppermost ones below it. A range begun by an earlier image in this process is kept.
  explicit OwnFds(std::optional<int> base = std::nullopt);

  bool is_ours(int fd) const {
    return fd >= base_ && fd < base_ + capacity && used_[static_cast<std::size_t>(fd - base_)];
  }
  // The lowest of our numbers in [low, high]; nullopt if there is none.
  std::optional<int> first_in(u32 low, u32 high) const;
  // Moves `fd` to a number of ours, close-on-exec; the old number is closed.
  Result<HostFd> adopt(int fd);
  // Says that `fd`, in our range, is ours already (inherited over exec).
  void note(HostFd fd);
  void close(HostFd fd);
  int base() const { return base_; }

 private:
  static constexpr int capacity = 64;
  int base_ = 0;
  std::bitset<capacity> used_;
};

}  // namespace sigtape::outside
