// Ancillary data of sendmsg and recvmsg: control messages between the 32-bit and the 64-bit layout.
#pragma once
#include <span>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

struct HostControl {
  i32 error = 0;  // EINVAL, EBADF
  std::vector<u8> bytes;
};
// As the kernel reads it (net/socket.c, __sock_cmsg_send and callers): a header that does not fit ends the list; one
// whose length is wrong is EINVAL. `is_hidden` says which descriptors do not exist for the guest.
HostControl host_control_of(std::span<const u8> guest, bool (*is_hidden)(i32 descriptor));

// How much room the host needs, so that everything that fits `guest_room` fits there as well.
u32 host_control_room(u32 guest_room);

struct GuestControl {
  std::vector<u8> bytes;
  u32 length = 0;                // msg_controllen: bytes with the alignment of all but a truncated last message
  bool truncated = false;        // MSG_CTRUNC
  std::vector<i32> surplus;      // descriptors received but without room: to be closed, as the kernel drops them
};
// As put_cmsg and scm_detach_fds do it (net/core/scm.c).
GuestControl guest_control_of(std::span<const u8> host, u32 guest_room);

}  // namespace sigtape::outside
