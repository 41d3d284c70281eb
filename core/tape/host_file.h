// Host files as the tape needs them: descriptors that close themselves, whole reads and writes, mappings.
#pragma once
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/strong.h"

namespace sigtape::tape {

class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  HostFd host() const { return HostFd{fd_}; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

// "text: No space left on device", from errno.
Error host_error(const std::string& text);

bool write_all(int fd, const void* bytes, u64 count);
// Up to `limit` bytes from `offset` on; fewer at the end of the file.
Result<std::vector<u8>> read_some(int fd, u64 offset, u64 limit);

}  // namespace sigtape::tape
