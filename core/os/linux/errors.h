// Linux error numbers that the emulated kernel answers with (include/uapi/asm-generic/errno*.h), and outcomes of them.
#pragma once
#include "core/abi/call.h"

namespace sigtape::os::linux_eabi {

enum class Errno : u32 {
  perm = 1,
  noent = 2,
  srch = 3,
  intr = 4,
  too_big = 7,
  noexec = 8,
  badf = 9,
  child = 10,
  again = 11,
  nomem = 12,
  acces = 13,
  fault = 14,
  busy = 16,
  exist = 17,
  nodev = 19,
  inval = 22,
  deadlk = 35,
  nametoolong = 36,
  nosys = 38,
  overflow = 75,
  opnotsupp = 95,
};

inline abi::Outcome fail(Errno error) { return abi::Failed{static_cast<u32>(error)}; }
inline abi::Outcome done(u32 value = 0) { return abi::Done{value}; }
inline bool failed_with(const abi::Outcome& outcome, Errno error) {
  const auto* failed = std::get_if<abi::Failed>(&outcome);
  return failed && failed->error == static_cast<u32>(error);
}

}  // namespace sigtape::os::linux_eabi
