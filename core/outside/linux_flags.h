// Flag words whose bits differ between ARM and x86-64 Linux: open flags. All other flag words are the same on both.
#pragma once
#include <fcntl.h>

#include "core/base/ints.h"

namespace sigtape::outside {

// arch/arm/include/uapi/asm/fcntl.h. The host's O_LARGEFILE is 0 in its own headers, yet the kernel reports it.
inline constexpr u32 arm_o_directory = 040000, arm_o_nofollow = 0100000, arm_o_direct = 0200000,
                     arm_o_largefile = 0400000;
inline constexpr u32 x86_o_direct = 040000, x86_o_largefile = 0100000, x86_o_directory = 0200000,
                     x86_o_nofollow = 0400000;
inline constexpr u32 differing_open_bits = arm_o_directory | arm_o_nofollow | arm_o_direct | arm_o_largefile;

constexpr u32 host_open_flags(u32 guest) {
  u32 host = guest & ~differing_open_bits;
  if (guest & arm_o_directory) host |= x86_o_directory;
  if (guest & arm_o_nofollow) host |= x86_o_nofollow;
  if (guest & arm_o_direct) host |= x86_o_direct;
  if (guest & arm_o_largefile) host |= x86_o_largefile;
  return host;
}

constexpr u32 guest_open_flags(u32 host) {
  u32 guest = host & ~differing_open_bits;
  if (host & x86_o_directory) guest |= arm_o_directory;
  if (host & x86_o_nofollow) guest |= arm_o_nofollow;
  if (host & x86_o_direct) guest |= arm_o_direct;
  if (host & x86_o_largefile) guest |= arm_o_largefile;
  return guest;
}

}  // namespace sigtape::outside
