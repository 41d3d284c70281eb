// Chooses numbers for our descriptors that a guest is least likely to meet.
#include "core/outside/own_fds.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>

#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

constexpr int range = 64;
// A table of descriptors is an array up to the highest one, copied by fork: not too high.
constexpr int highest_base = 4096;

rlimit limit_now() {
  rlimit limit{1024, 1024};
  raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  return limit;
}

int chosen_base() {
  rlimit limit = limit_now();
  int soft = static_cast<int>(std::min<u64>(limit.rlim_cur, 1 << 20));
  if (soft > highest_base) return highest_base;
  if (limit.rlim_max >= static_cast<u64>(soft + range)) return soft;
  return std::max(soft - range, 16);
}

}  // namespace

OwnFds::OwnFds(std::optional<int> base) : base_(base ? *base : chosen_base()) {}

std::optional<int> OwnFds::first_in(u32 low, u32 high) const {
  std::optional<int> first;
  for (HostFd one : fds_) {
    u32 number = static_cast<u32>(one.value);
    if (number >= low && number <= high && (!first || one.value < *first)) first = one.value;
  }
  return first;
}

Result<HostFd> OwnFds::adopt(int fd) {
  rlimit limit = limit_now();
  bool above = limit.rlim_cur < static_cast<u64>(base_ + range);
  if (above) {
    rlimit raised{std::min<u64>(limit.rlim_max, static_cast<u64>(base_ + range)), limit.rlim_max};
    raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &raised, nullptr);
  }
  long moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, base_);
  // The guest may have lowered its hard limit below our range since.
  if (moved < 0)
    moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, std::max<int>(static_cast<int>(limit.rlim_cur) - range, 3));
  if (above) raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr);
  raw_syscall(SYS_close, fd);
  if (moved < 0) return Error{fmt::format("no descriptor is left for sigtape itself (error {})", -moved)};
  note(HostFd{static_cast<int>(moved)});
  return HostFd{static_cast<int>(moved)};
}

void OwnFds::note(HostFd fd) {
  close_on_exec(fd);
  fds_.push_back(fd);
  lowest_ = std::min(lowest_, fd.value);
}

void OwnFds::close(HostFd fd) {
  std::erase(fds_, fd);
  raw_syscall(SYS_close, fd.value);
}

void OwnFds::keep_over_exec(HostFd fd) const { raw_syscall(SYS_fcntl, fd.value, F_SETFD, 0); }
void OwnFds::close_on_exec(HostFd fd) const { raw_syscall(SYS_fcntl, fd.value, F_SETFD, FD_CLOEXEC); }

}  // namespace sigtape::outside
