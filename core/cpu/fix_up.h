// How an engine tells of a fault inside the kernel's alignment trap (Alignment::fix_up in engine.h).
#pragma once
#include "core/base/ints.h"

namespace sigtape::cpu {

// Stop::detail of such a fault; Stop::address is the misaligned address then.
inline constexpr u32 fault_in_fix_up = 1;

}  // namespace sigtape::cpu
