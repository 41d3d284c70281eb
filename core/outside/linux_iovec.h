// Vectors of buffers: the guest's iovec array read as the kernel reads it, output staged and spread over its elements.
#pragma once
#include <sys/uio.h>

#include <vector>

#include "core/outside/linux_access.h"

namespace sigtape::outside {

// lib/iov_iter.c: at most UIO_MAXIOV elements, none longer than SSIZE_MAX of 32 bits. 0 or an errno.
[[nodiscard]] i32 load_in_vector(CallContext& c, GuestAddr at, u32 count, std::vector<iovec>& out);

class OutVector {
 public:
  [[nodiscard]] i32 load(CallContext& c, GuestAddr at, u32 count);
  const iovec* host() const { return host_.data(); }
  iovec* host() { return host_.data(); }
  size_t count() const { return host_.size(); }
  bool ends_at_gap() const { return !buffers_.empty() && buffers_.back().room < buffers_.back().bytes; }
  // The first `bytes` bytes go to the guest, element by element. False: EFAULT is answered.
  bool give(CallContext& c, u64 bytes) const;

 private:
  std::vector<OutBuffer> buffers_;
  std::vector<iovec> host_;
};

}  // namespace sigtape::outside
