// Guest structures as tables: for each member its name, offset, size and how to print it.
#pragma once
#include <span>
#include <string_view>

#include "core/base/ints.h"

namespace sigtape::abi {

struct NameSet;  // core/abi/flag_names.h
struct Layout;

// How a member is printed. Integers have the member's size (1, 2, 4 or 8 bytes), little endian.
enum class Show : u8 {
  hidden,   // padding, reserved
  decimal,  // signed
  unsigned_,
  hex,
  octal,    // file modes
  address,  // NULL or hexadecimal
  fd,
  signal,
  signal_set,
  errno_,
  flags,   // bits by Field::names
  choice,  // one value by Field::names
  device,  // makedev(major, minor), kernel's new encoding
  port,    // network byte order
  ipv4,    // network byte order
  ipv6,
  wait_status,
  text,       // char array up to NUL
  raw,        // bytes in hexadecimal
  structure,  // Field::layout; Field::count of them
};

struct Field {
  std::string_view name;  // as in the guest's C header
  u16 offset = 0;
  u16 size = 0;  // of one element
  Show show = Show::hidden;
  u16 count = 1;  // elements of an array member
  const Layout* layout = nullptr;
  const NameSet* names = nullptr;
};

struct Layout {
  std::string_view name;  // "struct stat64", as the guest's C compiler knows it
  u32 size = 0;
  std::span<const Field> fields;
  // The bytes are the same on a 64-bit Linux host (no pointer, no long, no member whose alignment differs), so that
  // they may pass unconverted. A test compares with the host's headers.
  bool portable = false;
};

}  // namespace sigtape::abi
