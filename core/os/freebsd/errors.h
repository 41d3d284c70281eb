// FreeBSD error numbers that the emulated kernel answers with (sys/sys/errno.h), and outcomes of them.
#pragma once
#include "core/abi/call.h"

namespace sigtape::os::freebsd {

enum class Errno : u32 {
  perm = 1,
  noent = 2,
  srch = 3,
  intr = 4,
  too_big = 7,
  badf = 9,
  deadlk = 11,
  nomem = 12,
  acces = 13,
  fault = 14,
  busy = 16,
  exist = 17,
  inval = 22,
  opnotsupp = 45,
  timedout = 60,
  nametoolong = 63,
  nosys = 78,
  notrecoverable = 95,
  ownerdead = 96,
};

inline abi::Outcome fail(Errno error) { return abi::Failed{static_cast<u32>(error)}; }
inline abi::Outcome done(u32 value = 0, u32 value2 = 0) { return abi::Done{value, value2}; }
inline bool failed_with(const abi::Outcome& outcome, Errno error) { return outcome == fail(error); }

}  // namespace sigtape::os::freebsd
