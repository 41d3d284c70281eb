// VFP rows, shared by A32 and T32 (which are these with cond 1110).
#pragma once
#include <iterator>
#include <span>

#include "core/isa/pattern.h"

namespace sigtape::isa {
namespace vfp {

constexpr u8 single(u32 four, u32 one) { return static_cast<u8>(four << 1 | one); }
constexpr u8 double_(u32 four, u32 one) { return static_cast<u8>(one << 4 | four); }

// Registers of one precision, which F gives (F absent: single).
inline void registers(const Fields& f, Insn& i) {
  auto number = f['F'] ? double_ : single;
  i.d = number(f['d'], f['D']);
  i.n = number(f['n'], f['N']);
  i.m = number(f['m'], f['M']);
}
// VCVT between precisions: F is that of the source.
inline void precision(const Fields& f, Insn& i) {
  i.d = f['F'] ? single(f['d'], f['D']) : double_(f['d'], f['D']);
  i.m = f['F'] ? double_(f['m'], f['M']) : single(f['m'], f['M']);
}
inline void from_integer(const Fields& f, Insn& i) {
  registers(f, i);
  i.m = single(f['m'], f['M']);
  i.is_unsigned = !f['B'];
}
inline void to_integer(const Fields& f, Insn& i) {
  registers(f, i);
  i.is_unsigned = !f['B'];
  i.d = single(f['d'], f['D']);
}
// size is 1 or 2 (bytes' logarithm), amount the number of fraction bits.
inline void fixed_point(const Fields& f, Insn& i) {
  registers(f, i);
  u32 width = f['z'] ? 32 : 16, below = (f['i'] & 15) << 1 | f['i'] >> 4;  // imm4:i, i stands first in the row
  i.size = f['z'] ? 2 : 1;
  i.imm = 0;
  if (below > width) i.op = Op::undefined;  // UNPREDICTABLE
  else i.amount = static_cast<u8>(width - below);
}
inline void half(const Fields& f, Insn& i) {
  registers(f, i);
  i.index = static_cast<u8>(f['l']);
}
// B: towards the core register.
inline void core(const Fields& f, Insn& i) {
  i.to_core = f['B'];
  i.n = single(f['n'], f['N']);
  if (f['t'] == 15) i.op = Op::undefined;  // UNPREDICTABLE
}
inline void core_pair_single(const Fields& f, Insn& i) {
  i.to_core = f['B'];
  i.m = single(f['m'], f['M']);
  if (f['t'] == 15 || f['a'] == 15 || i.m == 31 || (i.to_core && f['t'] == f['a'])) i.op = Op::undefined;
}
inline void core_pair_double(const Fields& f, Insn& i) {
  i.to_core = f['B'];
  i.m = double_(f['m'], f['M']);
  if (f['t'] == 15 || f['a'] == 15 || (i.to_core && f['t'] == f['a'])) i.op = Op::undefined;
}
// l is opc1:opc2, which hold the lane's number and, by their leading ones, its size.
inline void scalar(const Fields& f, Insn& i) {
  u32 lane = f['l'];
  if (lane & 8) {
    i.size = 0;
    i.index = lane & 7;
  } else if (lane & 1) {
    i.size = 1;
    i.index = (lane & 6) >> 1;
  } else {
    i.size = 2;
    i.index = static_cast<u8>(lane >> 2);
    if (lane & 2) i.op = Op::undefined;
    if (i.to_core && f['u']) i.op = Op::undefined;
  }
  if (f['t'] == 15) i.op = Op::undefined;
}
inline void to_scalar(const Fields& f, Insn& i) {
  i.d = double_(f['d'], f['D']);
  scalar(f, i);
}
inline void from_scalar(const Fields& f, Insn& i) {
  i.n = double_(f['n'], f['N']);
  i.to_core = true;
  scalar(f, i);
}
inline void duplicate_core(const Fields& f, Insn& i) {
  i.d = double_(f['d'], f['D']);
  constexpr u8 sizes[] = {2, 1, 0, 0};  // B:E
  i.size = sizes[f['z']];
  if (f['z'] == 3 || (f['Q'] && (f['d'] & 1)) || f['t'] == 15) i.op = Op::undefined;
}
inline void status(const Fields& f, Insn& i) {
  i.to_core = f['B'];
  if (f['t'] == 15 && !i.to_core) i.op = Op::undefined;
}
inline void load_store(const Fields& f, Insn& i) {
  i.d = f['F'] ? double_(f['d'], f['D']) : single(f['d'], f['D']);
  i.imm = f['i'] * 4;
}
// count: registers; imm: bytes (FLDMX and FSTMX, with an odd number of words, transfer one word less).
inline void multiple(const Fields& f, Insn& i) {
  load_store(f, i);
  i.count = static_cast<u8>(f['F'] ? f['i'] / 2 : f['i']);
  bool bad = i.count == 0 || i.d + i.count > 32 || (f['F'] && i.count > 16);
  if (bad || (f['n'] == 15 && i.write_back)) i.op = Op::undefined;  // UNPREDICTABLE
}
inline void increment(const Fields& f, Insn& i) {
  i.pre = false;
  i.add = true;
  i.write_back = f['W'];
  multiple(f, i);
}
inline void decrement(const Fields& f, Insn& i) {
  i.pre = true;
  i.add = false;
  i.write_back = true;
  multiple(f, i);
}

inline constexpr Row rows[] = {
    // three registers
    {Op::vfp_mla, Form::vfp_dnm, "cccc 1110 0D00 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_mls, Form::vfp_dnm, "cccc 1110 0D00 nnnn dddd 101F N1M0 mmmm", registers},
    {Op::vfp_nmls, Form::vfp_dnm, "cccc 1110 0D01 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_nmla, Form::vfp_dnm, "cccc 1110 0D01 nnnn dddd 101F N1M0 mmmm", registers},
    {Op::vfp_mul, Form::vfp_dnm, "cccc 1110 0D10 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_nmul, Form::vfp_dnm, "cccc 1110 0D10 nnnn dddd 101F N1M0 mmmm", registers},
    {Op::vfp_add, Form::vfp_dnm, "cccc 1110 0D11 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_sub, Form::vfp_dnm, "cccc 1110 0D11 nnnn dddd 101F N1M0 mmmm", registers},
    {Op::vfp_div, Form::vfp_dnm, "cccc 1110 1D00 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_fnms, Form::vfp_dnm, "cccc 1110 1D01 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_fnma, Form::vfp_dnm, "cccc 1110 1D01 nnnn dddd 101F N1M0 mmmm", registers},
    {Op::vfp_fma, Form::vfp_dnm, "cccc 1110 1D10 nnnn dddd 101F N0M0 mmmm", registers},
    {Op::vfp_fms, Form::vfp_dnm, "cccc 1110 1D10 nnnn dddd 101F N1M0 mmmm", registers},
    // one and two registers
    {Op::vfp_mov, Form::vfp_imm, "cccc 1110 1D11 iiii dddd 101F -0-0 iiii", registers},
    {Op::vfp_mov, Form::vfp_dm, "cccc 1110 1D11 0000 dddd 101F 01M0 mmmm", registers},
    {Op::vfp_abs, Form::vfp_dm, "cccc 1110 1D11 0000 dddd 101F 11M0 mmmm", registers},
    {Op::vfp_neg, Form::vfp_dm, "cccc 1110 1D11 0001 dddd 101F 01M0 mmmm", registers},
    {Op::vfp_sqrt, Form::vfp_dm, "cccc 1110 1D11 0001 dddd 101F 11M0 mmmm", registers},
    {Op::vfp_cmp, Form::vfp_dm, "cccc 1110 1D11 0100 dddd 101F E1M0 mmmm", registers},
    {Op::vfp_cmp, Form::vfp_d_zero, "cccc 1110 1D11 0101 dddd 101F E1-0 ----", registers},
    // conversions
    {Op::vfp_cvt_half, Form::vfp_cvt_half, "cccc 1110 1D11 001p dddd 1010 l1M0 mmmm", half},
    {Op::vfp_cvt_precision, Form::vfp_cvt_precision, "cccc 1110 1D11 0111 dddd 101F 11M0 mmmm", precision},
    {Op::vfp_from_int, Form::vfp_cvt_int, "cccc 1110 1D11 1000 dddd 101F B1M0 mmmm", from_integer},
    {Op::vfp_to_int, Form::vfp_cvt_int, "cccc 1110 1D11 110B dddd 101F p1M0 mmmm", to_integer},
    {Op::vfp_from_fixed, Form::vfp_cvt_fixed, "cccc 1110 1D11 101u dddd 101F z1i0 iiii", fixed_point},
    {Op::vfp_to_fixed, Form::vfp_cvt_fixed, "cccc 1110 1D11 111u dddd 101F z1i0 iiii", fixed_point},
    // core registers
    {Op::vmov_core_single, Form::core_single, "cccc 1110 000B nnnn tttt 1010 N--1 ----", core},
    {Op::vmov_core_singles, Form::core_singles, "cccc 1100 010B aaaa tttt 1010 00M1 mmmm", core_pair_single},
    {Op::vmov_core_double, Form::core_double, "cccc 1100 010B aaaa tttt 1011 00M1 mmmm", core_pair_double},
    {Op::vmov_core_scalar, Form::to_scalar, "cccc 1110 0ll0 dddd tttt 1011 Dll1 ----", to_scalar},
    {Op::vmov_core_scalar, Form::from_scalar, "cccc 1110 ull1 nnnn tttt 1011 Nll1 ----", from_scalar},
    {Op::vdup_core, Form::dup_core, "cccc 1110 1zQ0 dddd tttt 1011 D0z1 ----", duplicate_core},
    // FPSCR; the other system registers are not accessible in user mode (B9.3.19)
    {Op::vmrs, Form::fpscr, "cccc 1110 111B 0001 tttt 1010 ---1 ----", status},
    // loads and stores
    {Op::vldr, Form::vfp_mem, "cccc 1101 UD01 nnnn dddd 101F iiii iiii", load_store},
    {Op::vstr, Form::vfp_mem, "cccc 1101 UD00 nnnn dddd 101F iiii iiii", load_store},
    {Op::vldm, Form::vfp_list, "cccc 1100 1DW1 nnnn dddd 101F iiii iiii", increment},
    {Op::vldm, Form::vfp_list, "cccc 1101 0D11 nnnn dddd 101F iiii iiii", decrement},
    {Op::vstm, Form::vfp_list, "cccc 1100 1DW0 nnnn dddd 101F iiii iiii", increment},
    {Op::vstm, Form::vfp_list, "cccc 1101 0D10 nnnn dddd 101F iiii iiii", decrement},
};

}  // namespace vfp

inline constexpr std::span<const Row> vfp_rows{vfp::rows};

}  // namespace sigtape::isa
