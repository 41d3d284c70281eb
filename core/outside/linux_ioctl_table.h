// Which ioctl requests of 32-bit guests are known, and how their argument crosses to a 64-bit host.
#pragma once
#include <span>

#include "core/base/ints.h"

namespace sigtape::outside {

enum class IoctlArgument : u8 {
  none,
  value,          // passed by value
  in,             // `bytes` bytes at the pointer, same layout on both sides
  out,
  inout,
  long_out,       // an unsigned long: 4 bytes for the guest, 8 on the host; too large a value is EOVERFLOW
  request_in,     // struct ifreq
  request_inout,
  request_map,    // struct ifreq with the ifmap member (two longs)
  interfaces,     // struct ifconf
  time_out,       // struct timeval or timespec of longs
  geometry,       // struct hd_geometry, whose last member is a long
  open_flags,     // an int of open flags by value (TIOCGPTPEER)
  extents,        // struct fiemap, followed by fm_extent_count extents
  descriptor,     // a descriptor by value
  clone_range,    // struct file_clone_range: begins with a 64-bit descriptor
};

struct IoctlRow {
  u32 request;
  const char* name;
  IoctlArgument argument = IoctlArgument::none;
  u16 bytes = 0;
  u32 host_request = 0;  // where the number differs: it holds the size of a long
};

const IoctlRow* ioctl_row_of(u32 request);
std::span<const IoctlRow> ioctl_table();

}  // namespace sigtape::outside
