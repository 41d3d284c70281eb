// Advanced SIMD data-processing rows, in their A32 form.
#pragma once
#include <span>

#include "core/isa/pattern.h"

namespace sigtape::isa {

inline constexpr std::span<const Row> neon_data_rows{};

}  // namespace sigtape::isa
