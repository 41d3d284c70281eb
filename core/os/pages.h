// Rounding of guest addresses and sizes to pages.
#pragma once
#include "core/mem/space.h"

namespace sigtape::os {

inline constexpr u32 page_mask = mem::page_size - 1;
constexpr u32 page_down(u32 a) { return a & ~page_mask; }
constexpr u32 page_up(u32 a) { return (a + page_mask) & ~page_mask; }  // 0 where it wraps, as Linux's PAGE_ALIGN

}  // namespace sigtape::os
