// Bit fields as the ARM manual writes them: bit(x, n), bits(x, hi, lo), sign_extend, rotate_right.
#pragma once
#include <bit>

#include "core/base/ints.h"

namespace sigtape {

constexpr u32 bit(u32 x, unsigned n) { return (x >> n) & 1; }
constexpr u32 bits(u32 x, unsigned hi, unsigned lo) {
  return (x >> lo) & static_cast<u32>((u64{1} << (hi - lo + 1)) - 1);
}
constexpr u32 sign_extend(u32 x, unsigned width) {
  return static_cast<u32>(static_cast<i32>(x << (32 - width)) >> (32 - width));
}
constexpr u32 rotate_right(u32 x, unsigned n) { return std::rotr(x, static_cast<int>(n & 31)); }

}  // namespace sigtape
