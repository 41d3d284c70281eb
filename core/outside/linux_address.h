// Socket addresses: the same bytes on both sides, but for --root in the paths of local sockets.
#pragma once
#include <sys/socket.h>

#include "core/outside/linux_access.h"

namespace sigtape::outside {

// An address that the guest gives. `ok` false: the call is answered.
struct InAddress {
  bool ok = true;
  const void* host = nullptr;
  u32 length = 0;
};
InAddress in_address(CallContext& c, GuestAddr at, u32 length, sockaddr_storage& storage);

// An address that the guest wants: room for the longest, and what to do with it afterwards.
class OutAddress {
 public:
  // Both may be null, and then the host gets null. False: the call is answered (EFAULT, EINVAL).
  bool prepare(CallContext& c, GuestAddr at, GuestAddr length_at);
  void* host() const { return storage_; }
  u32* host_length() const { return length_; }
  bool give(CallContext& c) const;

 private:
  GuestAddr at_, length_at_;
  u32 room_ = 0;
  sockaddr_storage* storage_ = nullptr;
  u32* length_ = nullptr;
};

// Takes the root directory off a local socket's path that the host gave.
void hide_root(CallContext& c, sockaddr_storage& address, u32& length);

}  // namespace sigtape::outside
