// Our own descriptors: at high numbers, close-on-exec, and invisible to the guest.
#pragma once
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/base/strong.h"

namespace sigtape::outside {

// Changed and read under the baton. A call handler must treat a number that is_ours() as not open (EBADF), must not let
// dup2 and friends land on it, and cuts close_range around it with first_in().
class OwnFds {
 public:
  // Chooses the range of numbers: above the guest's RLIMIT_NOFILE where the hard limit allows it, so that the guest
  // can't even name them; else the uppermost ones below it. A range begun by an earlier image of the process is kept.
  explicit OwnFds(std::optional<int> base = std::nullopt);

  bool is_ours(int fd) const {
    if (fd < lowest_) return false;
    for (HostFd one : fds_)
      if (one.value == fd) return true;
    return false;
  }
  // The lowest of our numbers in [low, high]; nullopt if there is none.
  std::optional<int> first_in(u32 low, u32 high) const;
  // Moves `fd` to a number of ours, close-on-exec; the old number is closed, whatever happens.
  Result<HostFd> adopt(int fd);
  // Says that `fd` is ours already (inherited over exec); it becomes close-on-exec.
  void note(HostFd fd);
  void close(HostFd fd);
  // For those that a new image of ours is to inherit.
  void keep_over_exec(HostFd fd) const;
  void close_on_exec(HostFd fd) const;
  int base() const { return base_; }

 private:
  int base_ = 0;
  int lowest_ = 0x7fffffff;
  std::vector<HostFd> fds_;
};

}  // namespace sigtape::outside
