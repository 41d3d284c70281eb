// The constants that VFP and Advanced SIMD instructions hold in eight bits (ARM ARM A7.5.1 and A7.4.6).
#pragma once
#include "core/base/bits.h"

namespace sigtape::isa {

// VFPExpandImm.
constexpr u32 vfp_constant_single(u32 imm8) {
  return (bit(imm8, 7) << 31) | (bit(imm8, 6) ? 0x3e00'0000u : 0x4000'0000u) | (bits(imm8, 5, 0) << 19);
}
constexpr u64 vfp_constant_double(u32 imm8) {
  u64 exponent = bit(imm8, 6) ? 0x3fc0'0000'0000'0000u : 0x4000'0000'0000'0000u;
  return (u64{bit(imm8, 7)} << 63) | exponent | (u64{bits(imm8, 5, 0)} << 48);
}

// AdvSIMDExpandImm, both halves; VMVN and VBIC invert it themselves (op 1, except for cmode 1110).
constexpr u64 neon_constant(u32 op, u32 cmode, u32 imm8) {
  u64 word = imm8;
  switch (cmode >> 1) {
    case 0:
    case 1:
    case 2:
    case 3: word = imm8 << (8 * (cmode >> 1)); break;
    case 4:
    case 5: word = (imm8 << (8 * ((cmode >> 1) - 4))) * 0x10001u; break;
    case 6: word = (cmode & 1) ? (imm8 << 16 | 0xffff) : (imm8 << 8 | 0xff); break;
    case 7:
      if ((cmode & 1) == 0 && op == 1) {  // a byte of ones for each bit
        u64 all = 0;
        for (unsigned i = 0; i < 8; ++i) all |= bit(imm8, i) ? u64{0xff} << (8 * i) : 0;
        return all;
      }
      word = (cmode & 1) ? vfp_constant_single(imm8) : imm8 * 0x0101'0101u;
      break;
  }
  return word << 32 | word;
}

}  // namespace sigtape::isa
