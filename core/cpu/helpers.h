// Larger integer operations as pure functions of words, called by every machine: low half the value, high half Q or GE.
#pragma once
#include <bit>
#include <cstdlib>

#include "core/base/bits.h"
#include "core/base/ints.h"

namespace sigtape::cpu::helpers {

constexpr u64 with(u32 value, u32 extra) { return value | (u64{extra} << 32); }

constexpr u64 divide_unsigned(u32 a, u32 b) { return b ? a / b : 0; }
constexpr u64 divide_signed(u32 a, u32 b) {
  if (b == 0) return 0;
  if (b == ~0u) return 0u - a;  // also INT_MIN / -1, which wraps to INT_MIN
  return static_cast<u32>(static_cast<i32>(a) / static_cast<i32>(b));
}
constexpr u64 count_leading_zeros(u32 a, u32) { return static_cast<u32>(std::countl_zero(a)); }
constexpr u64 reverse_bits(u32 a, u32) {
  a = ((a >> 1) & 0x5555'5555) | ((a & 0x5555'5555) << 1);
  a = ((a >> 2) & 0x3333'3333) | ((a & 0x3333'3333) << 2);
  a = ((a >> 4) & 0x0f0f'0f0f) | ((a & 0x0f0f'0f0f) << 4);
  return __builtin_bswap32(a);
}
constexpr u64 reverse_bytes(u32 a, u32) { return __builtin_bswap32(a); }
constexpr u64 sum_of_differences(u32 a, u32 b) {
  u32 sum = 0;
  for (unsigned lane = 0; lane < 32; lane += 8) {
    i32 difference = static_cast<i32>((a >> lane) & 255) - static_cast<i32>((b >> lane) & 255);
    sum += static_cast<u32>(difference < 0 ? -difference : difference);
  }
  return sum;
}
// Bytes of a where the GE bit is set, of b elsewhere; `ge` is expanded to a byte mask.
constexpr u32 mask_of_ge(u32 ge) {
  u32 mask = 0;
  for (unsigned lane = 0; lane < 4; lane++)
    if ((ge >> lane) & 1) mask |= 0xffu << (8 * lane);
  return mask;
}
constexpr u64 expand_ge(u32 ge, u32) { return mask_of_ge(ge); }

// --- saturation: the upper half is 1 where it happened

constexpr u64 saturate_signed(i64 value, unsigned width) {
  i64 max = (i64{1} << (width - 1)) - 1, min = -max - 1;
  if (value > max) return with(static_cast<u32>(max), 1);
  if (value < min) return with(static_cast<u32>(min), 1);
  return static_cast<u32>(value);
}
constexpr u64 saturate_unsigned(i64 value, unsigned width) {
  i64 max = (i64{1} << width) - 1;
  if (value > max) return with(static_cast<u32>(max), 1);
  if (value < 0) return with(0, 1);
  return static_cast<u32>(value);
}
constexpr i64 wide(u32 a) { return static_cast<i32>(a); }
constexpr u64 saturating_add(u32 a, u32 b) { return saturate_signed(wide(a) + wide(b), 32); }
constexpr u64 saturating_sub(u32 a, u32 b) { return saturate_signed(wide(a) - wide(b), 32); }
constexpr u64 saturating_double_add(u32 a, u32 b) {  // a + sat(2 b)
  u64 twice = saturating_add(b, b);
  u64 sum = saturating_add(a, static_cast<u32>(twice));
  return sum | (twice & (u64{1} << 32));
}
constexpr u64 saturating_double_sub(u32 a, u32 b) {
  u64 twice = saturating_add(b, b);
  u64 difference = saturating_sub(a, static_cast<u32>(twice));
  return difference | (twice & (u64{1} << 32));
}
constexpr u64 ssat(u32 a, u32 width) { return saturate_signed(wide(a), width); }
constexpr u64 usat(u32 a, u32 width) { return saturate_unsigned(wide(a), width); }
constexpr u64 halves(u64 low, u64 high) {
  return (low & 0xffff) | ((high & 0xffff) << 16) | ((low | high) & (u64{1} << 32));
}
constexpr u64 ssat16(u32 a, u32 width) {
  return halves(saturate_signed(static_cast<i16>(a), width), saturate_signed(static_cast<i16>(a >> 16), width));
}
constexpr u64 usat16(u32 a, u32 width) {
  return halves(saturate_unsigned(static_cast<i16>(a), width), saturate_unsigned(static_cast<i16>(a >> 16), width));
}

// --- parallel addition and subtraction (ARM ARM A8.8, the S, Q, SH, U, UQ and UH families)

enum class Lanes : u8 { words16, bytes8 };
enum class Pattern : u8 { add, sub, add_sub_exchange, sub_add_exchange };  // ADD16, SUB16, ASX, SAX
enum class Family : u8 {
  modulo_signed,
  saturating_signed,
  halving_signed,
  modulo_unsigned,
  saturating_unsigned,
  halving_unsigned
};

constexpr bool is_signed(Family family) { return family <= Family::halving_signed; }

// One lane: its result, and whether its GE bits are set (modulo families only).
template <Family family>
constexpr u32 lane_result(i32 exact, bool is_subtraction, unsigned width, bool& ge) {
  if constexpr (family == Family::modulo_signed) ge = exact >= 0;
  if constexpr (family == Family::modulo_unsigned) ge = is_subtraction ? exact >= 0 : exact >= (1 << width);
  if constexpr (family == Family::saturating_signed) return static_cast<u32>(saturate_signed(exact, width));
  if constexpr (family == Family::saturating_unsigned) return static_cast<u32>(saturate_unsigned(exact, width));
  if constexpr (family == Family::halving_signed || family == Family::halving_unsigned)
    return static_cast<u32>(exact >> 1);
  return static_cast<u32>(exact);
}

template <Family family>
constexpr i32 lane_of(u32 value, unsigned shift, unsigned width) {
  u32 lane = (value >> shift) & ((1u << width) - 1);
  return static_cast<i32>(is_signed(family) ? sign_extend(lane, width) : lane);
}

template <Family family, Lanes lanes, Pattern pattern>
constexpr u64 parallel(u32 n, u32 m) {
  constexpr unsigned width = lanes == Lanes::words16 ? 16 : 8;
  constexpr bool exchange = pattern == Pattern::add_sub_exchange || pattern == Pattern::sub_add_exchange;
  if (exchange) m = rotate_right(m, 16);
  u32 value = 0, ge_bits = 0;
  for (unsigned shift = 0; shift < 32; shift += width) {
    // ASX adds in the upper lane and subtracts in the lower one; SAX the other way round.
    bool subtract = pattern == Pattern::sub || (exchange && (shift == 0) == (pattern == Pattern::add_sub_exchange));
    i32 a = lane_of<family>(n, shift, width), b = lane_of<family>(m, shift, width);
    bool ge = false;
    u32 result = lane_result<family>(subtract ? a - b : a + b, subtract, width, ge);
    value |= (result & ((1u << width) - 1)) << shift;
    if (ge) ge_bits |= (width == 16 ? 3u : 1u) << (shift / 8);
  }
  return with(value, ge_bits);
}

}  // namespace sigtape::cpu::helpers
