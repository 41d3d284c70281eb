// Advanced SIMD data-processing rows, in their A32 form.
#pragma once
#include <bit>
#include <iterator>
#include <span>

#include "core/isa/pattern.h"

namespace sigtape::isa {
namespace neon {

inline void numbers(const Fields& f, Insn& i) {
  i.d = static_cast<u8>(f['D'] << 4 | f['d']);
  i.n = static_cast<u8>(f['N'] << 4 | f['n']);
  i.m = static_cast<u8>(f['M'] << 4 | f['m']);
}
inline void undefined_if(bool bad, Insn& i) {
  if (bad) i.op = Op::undefined;
}
constexpr bool odd(u32 a, u32 b = 0, u32 c = 0) { return (a | b | c) & 1; }

// Operands of one length; a Q register must have an even number.
inline void same(const Fields& f, Insn& i) {
  numbers(f, i);
  undefined_if(i.quad && odd(i.d, i.n, i.m), i);
}
inline void same_not_64(const Fields& f, Insn& i) {  // 64-bit elements undefined
  same(f, i);
  undefined_if(i.size == 3, i);
}
inline void same_16_32(const Fields& f, Insn& i) {
  same(f, i);
  undefined_if(i.size == 0 || i.size == 3, i);
}
inline void same_8(const Fields& f, Insn& i) {
  same(f, i);
  undefined_if(i.size != 0, i);
}
inline void same_32(const Fields& f, Insn& i) {
  same(f, i);
  undefined_if(i.size != 2, i);
}
inline void pairs_not_64(const Fields& f, Insn& i) {
  same_not_64(f, i);
  undefined_if(i.quad, i);
}
// Floating point: E absent, elements are single precision.
inline void floats(const Fields& f, Insn& i) {
  same(f, i);
  i.size = 2;
  i.is_float = true;
}
inline void pairs_of_floats(const Fields& f, Insn& i) {
  floats(f, i);
  undefined_if(i.quad, i);
}
// Integers of any size, or single precision where E says so.
inline void same_or_float(const Fields& f, Insn& i) {
  same_not_64(f, i);
  undefined_if(i.is_float && i.size != 2, i);
}

// Different lengths. size is that of the narrow elements. (Size 11 is given away by the rows.)
inline void long_(const Fields& f, Insn& i) {
  numbers(f, i);
  undefined_if(odd(i.d), i);
}
inline void long_16_32(const Fields& f, Insn& i) {
  long_(f, i);
  undefined_if(i.size == 0, i);
}
inline void long_8(const Fields& f, Insn& i) {
  long_(f, i);
  undefined_if(i.size != 0, i);
}
inline void wide(const Fields& f, Insn& i) {
  numbers(f, i);
  i.wide_n = true;
  undefined_if(odd(i.d, i.n), i);
}
inline void narrow(const Fields& f, Insn& i) {  // from m, or n and m
  numbers(f, i);
  undefined_if(odd(i.n, i.m) || i.size == 3, i);
}

// By scalar: m and M hold the register and the lane.
inline void scalar(const Fields& f, Insn& i) {
  numbers(f, i);
  if (i.size == 1) {
    i.index = static_cast<u8>(f['M'] << 1 | f['m'] >> 3);
    i.m = f['m'] & 7;
  } else {
    i.index = static_cast<u8>(f['M']);
    i.m = static_cast<u8>(f['m']);
    undefined_if(i.size != 2, i);
  }
}
inline void scalar_same(const Fields& f, Insn& i) {
  scalar(f, i);
  undefined_if(i.quad && odd(i.d, i.n), i);
}
inline void scalar_float(const Fields& f, Insn& i) {
  scalar_same(f, i);
  i.is_float = true;
  undefined_if(i.size != 2, i);
}
inline void scalar_long(const Fields& f, Insn& i) {
  scalar(f, i);
  undefined_if(odd(i.d), i);
}

// Shifts: L:imm6 holds size and amount. amount is 0-64.
inline void shift_size(const Fields& f, Insn& i) {
  u32 all = f['L'] << 6 | f['i'];
  i.imm = 0;
  i.size = static_cast<u8>(std::bit_width(all) - 4);  // the rows give 0000xxx away
}
inline void right(const Fields& f, Insn& i) {
  same(f, i);
  shift_size(f, i);
  i.amount = static_cast<u8>((16u << i.size) - (f['L'] << 6 | f['i']));
}
inline void left(const Fields& f, Insn& i) {
  same(f, i);
  shift_size(f, i);
  i.amount = static_cast<u8>((f['L'] << 6 | f['i']) - (8u << i.size));
}
inline void right_narrow(const Fields& f, Insn& i) {
  right(f, i);
  undefined_if(odd(i.m), i);
}
inline void left_long(const Fields& f, Insn& i) {
  left(f, i);
  undefined_if(odd(i.d), i);
}
inline void fixed_point(const Fields& f, Insn& i) {
  same(f, i);
  i.imm = 0;
  i.size = 2;
  i.amount = static_cast<u8>(64 - f['i']);
  undefined_if(f['i'] < 32, i);
}

// imm keeps the eight bits; simd_constant.h expands them.
inline void modified_immediate(const Fields& f, Insn& i) {
  same(f, i);
  u32 cmode = f['C'], op = f['p'];
  bool with_register = cmode < 12 && (cmode & 1);
  if (with_register) i.op = op ? Op::vbic_imm : Op::vorr_imm;
  else if (op && cmode != 14) i.op = Op::vmvn_imm;
  undefined_if((op && cmode == 15) || (i.quad && odd(i.d)), i);
}

inline void rev(const Fields& f, Insn& i) {
  same(f, i);
  u32 whole = i.op == Op::vrev64 ? 3 : i.op == Op::vrev32 ? 2 : 1;
  undefined_if(i.size >= whole, i);
}
inline void zip(const Fields& f, Insn& i) {
  same_not_64(f, i);
  undefined_if(!i.quad && i.size == 2, i);
}
inline void long_from_size(const Fields& f, Insn& i) {  // VSHLL by the size of the element
  long_(f, i);
  undefined_if(i.size == 3, i);
  i.amount = static_cast<u8>(8u << (i.size & 3));
}
inline void half(const Fields& f, Insn& i) {
  numbers(f, i);
  undefined_if(i.size != 1 || (i.op_bit ? odd(i.d) : odd(i.m)), i);
}
inline void estimates(const Fields& f, Insn& i) { same_32(f, i); }
inline void float_or_integer(const Fields& f, Insn& i) {
  same_32(f, i);
  i.is_float = true;
}
inline void extract(const Fields& f, Insn& i) {
  same(f, i);
  i.index = static_cast<u8>(f['i']);
  i.imm = 0;
  undefined_if(!i.quad && i.index > 7, i);
}
inline void table(const Fields& f, Insn& i) {
  numbers(f, i);
  i.count = static_cast<u8>(f['g'] + 1);
  undefined_if(i.n + i.count > 32, i);  // UNPREDICTABLE
}
inline void duplicate(const Fields& f, Insn& i) {
  numbers(f, i);
  u32 place = f['i'];
  i.imm = 0;
  i.size = static_cast<u8>(std::countr_zero(place | 8));
  i.index = static_cast<u8>(place >> (i.size + 1));
  undefined_if((place & 7) == 0 || (i.quad && odd(i.d)), i);
}

inline constexpr ExceptionTexts not_11{"---- ---- --11 ---- ---- ---- ---- ----"};       // size: other instructions there
inline constexpr ExceptionTexts not_immediate{"---- ---- --00 0--- ---- ---- 0--- ----"};  // modified immediates there

inline constexpr Row rows[] = {
    // three registers of the same length
    {Op::vhadd, Form::three_same, "1111 001u 0Dzz nnnn dddd 0000 NQM0 mmmm", same_not_64},
    {Op::vqadd, Form::three_same, "1111 001u 0Dzz nnnn dddd 0000 NQM1 mmmm", same},
    {Op::vrhadd, Form::three_same, "1111 001u 0Dzz nnnn dddd 0001 NQM0 mmmm", same_not_64},
    {Op::vand, Form::three_same, "1111 0010 0D00 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vbic, Form::three_same, "1111 0010 0D01 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vorr, Form::three_same, "1111 0010 0D10 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vorn, Form::three_same, "1111 0010 0D11 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::veor, Form::three_same, "1111 0011 0D00 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vbsl, Form::three_same, "1111 0011 0D01 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vbit, Form::three_same, "1111 0011 0D10 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vbif, Form::three_same, "1111 0011 0D11 nnnn dddd 0001 NQM1 mmmm", same},
    {Op::vhsub, Form::three_same, "1111 001u 0Dzz nnnn dddd 0010 NQM0 mmmm", same_not_64},
    {Op::vqsub, Form::three_same, "1111 001u 0Dzz nnnn dddd 0010 NQM1 mmmm", same},
    {Op::vcgt, Form::three_same, "1111 001u 0Dzz nnnn dddd 0011 NQM0 mmmm", same_not_64},
    {Op::vcge, Form::three_same, "1111 001u 0Dzz nnnn dddd 0011 NQM1 mmmm", same_not_64},
    {Op::vshl_reg, Form::shift_reg, "1111 001u 0Dzz nnnn dddd 0100 NQM0 mmmm", same},
    {Op::vqshl_reg, Form::shift_reg, "1111 001u 0Dzz nnnn dddd 0100 NQM1 mmmm", same},
    {Op::vrshl_reg, Form::shift_reg, "1111 001u 0Dzz nnnn dddd 0101 NQM0 mmmm", same},
    {Op::vqrshl_reg, Form::shift_reg, "1111 001u 0Dzz nnnn dddd 0101 NQM1 mmmm", same},
    {Op::vmax, Form::three_same, "1111 001u 0Dzz nnnn dddd 0110 NQM0 mmmm", same_not_64},
    {Op::vmin, Form::three_same, "1111 001u 0Dzz nnnn dddd 0110 NQM1 mmmm", same_not_64},
    {Op::vabd, Form::three_same, "1111 001u 0Dzz nnnn dddd 0111 NQM0 mmmm", same_not_64},
    {Op::vaba, Form::three_same, "1111 001u 0Dzz nnnn dddd 0111 NQM1 mmmm", same_not_64},
    {Op::vadd, Form::three_same, "1111 0010 0Dzz nnnn dddd 1000 NQM0 mmmm", same},
    {Op::vsub, Form::three_same, "1111 0011 0Dzz nnnn dddd 1000 NQM0 mmmm", same},
    {Op::vtst, Form::three_same, "1111 0010 0Dzz nnnn dddd 1000 NQM1 mmmm", same_not_64},
    {Op::vceq, Form::three_same, "1111 0011 0Dzz nnnn dddd 1000 NQM1 mmmm", same_not_64},
    {Op::vmla, Form::three_same, "1111 0010 0Dzz nnnn dddd 1001 NQM0 mmmm", same_not_64},
    {Op::vmls, Form::three_same, "1111 0011 0Dzz nnnn dddd 1001 NQM0 mmmm", same_not_64},
    {Op::vmul, Form::three_same, "1111 0010 0Dzz nnnn dddd 1001 NQM1 mmmm", same_not_64},
    {Op::vmul_poly, Form::three_same, "1111 0011 0Dzz nnnn dddd 1001 NQM1 mmmm", same_8},
    {Op::vpmax, Form::three_same, "1111 001u 0Dzz nnnn dddd 1010 NQM0 mmmm", pairs_not_64},
    {Op::vpmin, Form::three_same, "1111 001u 0Dzz nnnn dddd 1010 NQM1 mmmm", pairs_not_64},
    {Op::vqdmulh, Form::three_same, "1111 0010 0Dzz nnnn dddd 1011 NQM0 mmmm", same_16_32},
    {Op::vqrdmulh, Form::three_same, "1111 0011 0Dzz nnnn dddd 1011 NQM0 mmmm", same_16_32},
    {Op::vpadd, Form::three_same, "1111 0010 0Dzz nnnn dddd 1011 NQM1 mmmm", pairs_not_64},
    {Op::vfma_f, Form::three_same, "1111 0010 0D00 nnnn dddd 1100 NQM1 mmmm", floats},
    {Op::vfms_f, Form::three_same, "1111 0010 0D10 nnnn dddd 1100 NQM1 mmmm", floats},
    {Op::vadd_f, Form::three_same, "1111 0010 0D00 nnnn dddd 1101 NQM0 mmmm", floats},
    {Op::vsub_f, Form::three_same, "1111 0010 0D10 nnnn dddd 1101 NQM0 mmmm", floats},
    {Op::vpadd_f, Form::three_same, "1111 0011 0D00 nnnn dddd 1101 NQM0 mmmm", pairs_of_floats},
    {Op::vabd_f, Form::three_same, "1111 0011 0D10 nnnn dddd 1101 NQM0 mmmm", floats},
    {Op::vmla_f, Form::three_same, "1111 0010 0D00 nnnn dddd 1101 NQM1 mmmm", floats},
    {Op::vmls_f, Form::three_same, "1111 0010 0D10 nnnn dddd 1101 NQM1 mmmm", floats},
    {Op::vmul_f, Form::three_same, "1111 0011 0D00 nnnn dddd 1101 NQM1 mmmm", floats},
    {Op::vceq_f, Form::three_same, "1111 0010 0D00 nnnn dddd 1110 NQM0 mmmm", floats},
    {Op::vcge_f, Form::three_same, "1111 0011 0D00 nnnn dddd 1110 NQM0 mmmm", floats},
    {Op::vcgt_f, Form::three_same, "1111 0011 0D10 nnnn dddd 1110 NQM0 mmmm", floats},
    {Op::vacge, Form::three_same, "1111 0011 0D00 nnnn dddd 1110 NQM1 mmmm", floats},
    {Op::vacgt, Form::three_same, "1111 0011 0D10 nnnn dddd 1110 NQM1 mmmm", floats},
    {Op::vmax_f, Form::three_same, "1111 0010 0D00 nnnn dddd 1111 NQM0 mmmm", floats},
    {Op::vmin_f, Form::three_same, "1111 0010 0D10 nnnn dddd 1111 NQM0 mmmm", floats},
    {Op::vpmax_f, Form::three_same, "1111 0011 0D00 nnnn dddd 1111 NQM0 mmmm", pairs_of_floats},
    {Op::vpmin_f, Form::three_same, "1111 0011 0D10 nnnn dddd 1111 NQM0 mmmm", pairs_of_floats},
    {Op::vrecps, Form::three_same, "1111 0010 0D00 nnnn dddd 1111 NQM1 mmmm", floats},
    {Op::vrsqrts, Form::three_same, "1111 0010 0D10 nnnn dddd 1111 NQM1 mmmm", floats},
    // three registers of different lengths
    {Op::vaddl, Form::three_long, "1111 001u 1Dzz nnnn dddd 0000 N0M0 mmmm", long_, not_11},
    {Op::vaddw, Form::three_wide, "1111 001u 1Dzz nnnn dddd 0001 N0M0 mmmm", wide, not_11},
    {Op::vsubl, Form::three_long, "1111 001u 1Dzz nnnn dddd 0010 N0M0 mmmm", long_, not_11},
    {Op::vsubw, Form::three_wide, "1111 001u 1Dzz nnnn dddd 0011 N0M0 mmmm", wide, not_11},
    {Op::vaddhn, Form::three_narrow, "1111 0010 1Dzz nnnn dddd 0100 N0M0 mmmm", narrow, not_11},
    {Op::vraddhn, Form::three_narrow, "1111 0011 1Dzz nnnn dddd 0100 N0M0 mmmm", narrow, not_11},
    {Op::vabal, Form::three_long, "1111 001u 1Dzz nnnn dddd 0101 N0M0 mmmm", long_, not_11},
    {Op::vsubhn, Form::three_narrow, "1111 0010 1Dzz nnnn dddd 0110 N0M0 mmmm", narrow, not_11},
    {Op::vrsubhn, Form::three_narrow, "1111 0011 1Dzz nnnn dddd 0110 N0M0 mmmm", narrow, not_11},
    {Op::vabdl, Form::three_long, "1111 001u 1Dzz nnnn dddd 0111 N0M0 mmmm", long_, not_11},
    {Op::vmlal, Form::three_long, "1111 001u 1Dzz nnnn dddd 1000 N0M0 mmmm", long_, not_11},
    {Op::vqdmlal, Form::three_long, "1111 0010 1Dzz nnnn dddd 1001 N0M0 mmmm", long_16_32, not_11},
    {Op::vmlsl, Form::three_long, "1111 001u 1Dzz nnnn dddd 1010 N0M0 mmmm", long_, not_11},
    {Op::vqdmlsl, Form::three_long, "1111 0010 1Dzz nnnn dddd 1011 N0M0 mmmm", long_16_32, not_11},
    {Op::vmull, Form::three_long, "1111 001u 1Dzz nnnn dddd 1100 N0M0 mmmm", long_, not_11},
    {Op::vqdmull, Form::three_long, "1111 0010 1Dzz nnnn dddd 1101 N0M0 mmmm", long_16_32, not_11},
    {Op::vmull_poly, Form::three_long, "1111 0010 1Dzz nnnn dddd 1110 N0M0 mmmm", long_8, not_11},
    // two registers and a scalar
    {Op::vmla, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 0000 N1M0 mmmm", scalar_same, not_11},
    {Op::vmla_f, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 0001 N1M0 mmmm", scalar_float, not_11},
    {Op::vmlal, Form::scalar_long, "1111 001u 1Dzz nnnn dddd 0010 N1M0 mmmm", scalar_long, not_11},
    {Op::vqdmlal, Form::scalar_long, "1111 0010 1Dzz nnnn dddd 0011 N1M0 mmmm", scalar_long, not_11},
    {Op::vmls, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 0100 N1M0 mmmm", scalar_same, not_11},
    {Op::vmls_f, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 0101 N1M0 mmmm", scalar_float, not_11},
    {Op::vmlsl, Form::scalar_long, "1111 001u 1Dzz nnnn dddd 0110 N1M0 mmmm", scalar_long, not_11},
    {Op::vqdmlsl, Form::scalar_long, "1111 0010 1Dzz nnnn dddd 0111 N1M0 mmmm", scalar_long, not_11},
    {Op::vmul, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 1000 N1M0 mmmm", scalar_same, not_11},
    {Op::vmul_f, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 1001 N1M0 mmmm", scalar_float, not_11},
    {Op::vmull, Form::scalar_long, "1111 001u 1Dzz nnnn dddd 1010 N1M0 mmmm", scalar_long, not_11},
    {Op::vqdmull, Form::scalar_long, "1111 0010 1Dzz nnnn dddd 1011 N1M0 mmmm", scalar_long, not_11},
    {Op::vqdmulh, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 1100 N1M0 mmmm", scalar_same, not_11},
    {Op::vqrdmulh, Form::scalar_same, "1111 001Q 1Dzz nnnn dddd 1101 N1M0 mmmm", scalar_same, not_11},
    // two registers and a shift amount
    {Op::vshr, Form::shift_imm, "1111 001u 1Dii iiii dddd 0000 LQM1 mmmm", right, not_immediate},
    {Op::vsra, Form::shift_imm, "1111 001u 1Dii iiii dddd 0001 LQM1 mmmm", right, not_immediate},
    {Op::vrshr, Form::shift_imm, "1111 001u 1Dii iiii dddd 0010 LQM1 mmmm", right, not_immediate},
    {Op::vrsra, Form::shift_imm, "1111 001u 1Dii iiii dddd 0011 LQM1 mmmm", right, not_immediate},
    {Op::vsri, Form::shift_imm, "1111 0011 1Dii iiii dddd 0100 LQM1 mmmm", right, not_immediate},
    {Op::vshl, Form::shift_imm, "1111 0010 1Dii iiii dddd 0101 LQM1 mmmm", left, not_immediate},
    {Op::vsli, Form::shift_imm, "1111 0011 1Dii iiii dddd 0101 LQM1 mmmm", left, not_immediate},
    {Op::vqshlu, Form::shift_imm, "1111 0011 1Dii iiii dddd 0110 LQM1 mmmm", left, not_immediate},
    {Op::vqshl, Form::shift_imm, "1111 001u 1Dii iiii dddd 0111 LQM1 mmmm", left, not_immediate},
    {Op::vshrn, Form::shift_narrow, "1111 0010 1Dii iiii dddd 1000 00M1 mmmm", right_narrow, not_immediate},
    {Op::vrshrn, Form::shift_narrow, "1111 0010 1Dii iiii dddd 1000 01M1 mmmm", right_narrow, not_immediate},
    {Op::vqshrun, Form::shift_narrow, "1111 0011 1Dii iiii dddd 1000 00M1 mmmm", right_narrow, not_immediate},
    {Op::vqrshrun, Form::shift_narrow, "1111 0011 1Dii iiii dddd 1000 01M1 mmmm", right_narrow, not_immediate},
    {Op::vqshrn, Form::shift_narrow, "1111 001u 1Dii iiii dddd 1001 00M1 mmmm", right_narrow, not_immediate},
    {Op::vqrshrn, Form::shift_narrow, "1111 001u 1Dii iiii dddd 1001 01M1 mmmm", right_narrow, not_immediate},
    {Op::vshll, Form::shift_long, "1111 001u 1Dii iiii dddd 1010 00M1 mmmm", left_long, not_immediate},
    {Op::vcvt_fixed, Form::shift_imm, "1111 001u 1Dii iiii dddd 111p 0QM1 mmmm", fixed_point, not_immediate},
    // one register and a modified immediate
    {Op::vmov_imm, Form::modified, "1111 001i 1D00 0iii dddd CCCC 0Qp1 iiii", modified_immediate},
    // two registers, miscellaneous
    {Op::vrev64, Form::two_same, "1111 0011 1D11 zz00 dddd 0000 0QM0 mmmm", rev},
    {Op::vrev32, Form::two_same, "1111 0011 1D11 zz00 dddd 0000 1QM0 mmmm", rev},
    {Op::vrev16, Form::two_same, "1111 0011 1D11 zz00 dddd 0001 0QM0 mmmm", rev},
    {Op::vpaddl, Form::two_same, "1111 0011 1D11 zz00 dddd 0010 uQM0 mmmm", same_not_64},
    {Op::vcls, Form::two_same, "1111 0011 1D11 zz00 dddd 0100 0QM0 mmmm", same_not_64},
    {Op::vclz, Form::two_same, "1111 0011 1D11 zz00 dddd 0100 1QM0 mmmm", same_not_64},
    {Op::vcnt, Form::two_same, "1111 0011 1D11 zz00 dddd 0101 0QM0 mmmm", same_8},
    {Op::vmvn, Form::two_same, "1111 0011 1D11 zz00 dddd 0101 1QM0 mmmm", same_8},
    {Op::vpadal, Form::two_same, "1111 0011 1D11 zz00 dddd 0110 uQM0 mmmm", same_not_64},
    {Op::vqabs, Form::two_same, "1111 0011 1D11 zz00 dddd 0111 0QM0 mmmm", same_not_64},
    {Op::vqneg, Form::two_same, "1111 0011 1D11 zz00 dddd 0111 1QM0 mmmm", same_not_64},
    {Op::vcgt, Form::two_zero, "1111 0011 1D11 zz01 dddd 0E00 0QM0 mmmm", same_or_float},
    {Op::vcge, Form::two_zero, "1111 0011 1D11 zz01 dddd 0E00 1QM0 mmmm", same_or_float},
    {Op::vceq, Form::two_zero, "1111 0011 1D11 zz01 dddd 0E01 0QM0 mmmm", same_or_float},
    {Op::vcle, Form::two_zero, "1111 0011 1D11 zz01 dddd 0E01 1QM0 mmmm", same_or_float},
    {Op::vclt, Form::two_zero, "1111 0011 1D11 zz01 dddd 0E10 0QM0 mmmm", same_or_float},
    {Op::vabs, Form::two_same, "1111 0011 1D11 zz01 dddd 0E11 0QM0 mmmm", same_or_float},
    {Op::vneg, Form::two_same, "1111 0011 1D11 zz01 dddd 0E11 1QM0 mmmm", same_or_float},
    {Op::vswp, Form::two_same, "1111 0011 1D11 zz10 dddd 0000 0QM0 mmmm", same_8},
    {Op::vtrn, Form::two_same, "1111 0011 1D11 zz10 dddd 0000 1QM0 mmmm", same_not_64},
    {Op::vuzp, Form::two_same, "1111 0011 1D11 zz10 dddd 0001 0QM0 mmmm", zip},
    {Op::vzip, Form::two_same, "1111 0011 1D11 zz10 dddd 0001 1QM0 mmmm", zip},
    {Op::vmovn, Form::two_narrow, "1111 0011 1D11 zz10 dddd 0010 00M0 mmmm", narrow},
    {Op::vqmovun, Form::two_narrow, "1111 0011 1D11 zz10 dddd 0010 01M0 mmmm", narrow},
    {Op::vqmovn, Form::two_narrow, "1111 0011 1D11 zz10 dddd 0010 1uM0 mmmm", narrow},
    {Op::vshll, Form::shift_long, "1111 0011 1D11 zz10 dddd 0011 00M0 mmmm", long_from_size},
    {Op::vcvt_half, Form::two_half, "1111 0011 1D11 zz10 dddd 011p 00M0 mmmm", half},
    {Op::vrecpe, Form::two_same, "1111 0011 1D11 zz11 dddd 010E 0QM0 mmmm", estimates},
    {Op::vrsqrte, Form::two_same, "1111 0011 1D11 zz11 dddd 010E 1QM0 mmmm", estimates},
    {Op::vcvt_int, Form::two_same, "1111 0011 1D11 zz11 dddd 011p uQM0 mmmm", float_or_integer},
    // extract, look-up, duplicate
    {Op::vext, Form::extract, "1111 0010 1D11 nnnn dddd iiii NQM0 mmmm", extract},
    {Op::vtbl, Form::look_up, "1111 0011 1D11 nnnn dddd 10gg N0M0 mmmm", table},
    {Op::vtbx, Form::look_up, "1111 0011 1D11 nnnn dddd 10gg N1M0 mmmm", table},
    {Op::vdup_scalar, Form::dup_scalar, "1111 0011 1D11 iiii dddd 1100 0QM0 mmmm", duplicate},
};

}  // namespace neon

inline constexpr std::span<const Row> neon_data_rows{neon::rows};

}  // namespace sigtape::isa
