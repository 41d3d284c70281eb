// Where the guest's flags are at a place in the code.
#pragma once
#include "core/jit/node.h"

namespace sigtape::jit {

struct FlagState {
  Part home = Part::all;     // valid in rax and Context::c
  Part eflags = Part::none;  // valid in EFLAGS
  bool borrow = false;       // C in EFLAGS is x86's: set for a borrow
  u8 nz_of = 0xff;           // N and Z are those of this guest register, 0xff: of none
  bool operator==(const FlagState&) const = default;
};

}  // namespace sigtape::jit
