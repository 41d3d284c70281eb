// Host files as the tape needs them.
#include "core/tape/host_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sigtape::tape {

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  if (fd_ >= 0) close(fd_);
  fd_ = other.release();
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

Error host_error(const std::string& text) { return Error{fmt::format("{}: {}", text, std::strerror(errno))}; }

bool write_all(int fd, const void* bytes, u64 count) {
  const char* at = static_cast<const char*>(bytes);
  while (count > 0) {
    ssize_t done = write(fd, at, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    count -= static_cast<u64>(done);
  }
  return true;
}

Result<std::vector<u8>> read_some(int fd, u64 offset, u64 limit) {
  std::vector<u8> bytes(limit);
  u64 have = 0;
  while (have < limit) {
    ssize_t done = pread(fd, bytes.data() + have, limit - have, static_cast<off_t>(offset + have));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return host_error("can't be read");
    if (done == 0) break;
    have += static_cast<u64>(done);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace sigtape::tape
