// VFP rows, shared by A32 and T32 (which are these with cond 1110).
#pragma once
#include <span>

#include "core/isa/pattern.h"

namespace sigtape::isa {

inline constexpr std::span<const Row> vfp_rows{};

}  // namespace sigtape::isa
