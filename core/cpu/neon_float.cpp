// Advanced SIMD of single precision: always under the standard FPSCR, whose cumulative flags are shared (A2.7.5).
#include "core/cpu/neon_lanes.h"

namespace sigtape::cpu {
namespace neon {
namespace {

// Calls body(control) with the standard FPSCR and keeps the flags that it leaves there.
template <class Body>
void standard(State& s, Body body) {
  u32 control = fp::standard_fpscr(s.fpscr);
  body(control);
  s.fpscr |= control & fp::cumulative;
}

using Three = u32 (*)(u32 d, u32 n, u32 m, u32& control);
template <Three f>
void three_floats(State& s, const Insn& i) {
  u32 *d = lanes<u32>(s, i.d), *n = lanes<u32>(s, i.n), *m = lanes<u32>(s, i.m);
  standard(s, [&](u32& control) {
    for (unsigned k = 0; k < lane_count<u32>(i); ++k) d[k] = f(d[k], n[k], m[k], control);
  });
}
template <Three f>
void floats_by_scalar(State& s, const Insn& i) {
  u32 *d = lanes<u32>(s, i.d), *n = lanes<u32>(s, i.n), scalar = lanes<u32>(s, i.m)[i.index];
  standard(s, [&](u32& control) {
    for (unsigned k = 0; k < lane_count<u32>(i); ++k) d[k] = f(d[k], n[k], scalar, control);
  });
}
template <Three f>
void pairs_of_floats(State& s, const Insn& i) {
  u32 *d = lanes<u32>(s, i.d), *n = lanes<u32>(s, i.n), *m = lanes<u32>(s, i.m);
  standard(s, [&](u32& control) {
    u32 low = f(0, n[0], n[1], control), high = f(0, m[0], m[1], control);
    d[0] = low;
    d[1] = high;
  });
}
using Two = u32 (*)(u32 m, const Insn&, u32& control);
template <Two f>
void two_floats(State& s, const Insn& i) {
  u32 *d = lanes<u32>(s, i.d), *m = lanes<u32>(s, i.m);
  standard(s, [&](u32& control) {
    for (unsigned k = 0; k < lane_count<u32>(i); ++k) d[k] = f(m[k], i, control);
  });
}

u32 add(u32, u32 n, u32 m, u32& control) { return fp::add(n, m, control); }
u32 sub(u32, u32 n, u32 m, u32& control) { return fp::sub(n, m, control); }
u32 difference(u32, u32 n, u32 m, u32& control) { return fp::absolute(fp::sub(n, m, control)); }
u32 mul(u32, u32 n, u32 m, u32& control) { return fp::mul(n, m, control); }
u32 multiply_add(u32 d, u32 n, u32 m, u32& control) { return fp::add(d, fp::mul(n, m, control), control); }
u32 multiply_sub(u32 d, u32 n, u32 m, u32& control) {
  u32 product = fp::mul(n, m, control);
  return fp::add(d, fp::negate(product), control);
}
u32 fused_add(u32 d, u32 n, u32 m, u32& control) { return fp::fused_multiply_add(d, n, m, control); }
u32 fused_sub(u32 d, u32 n, u32 m, u32& control) { return fp::fused_multiply_add(d, fp::negate(n), m, control); }
u32 max(u32, u32 n, u32 m, u32& control) { return fp::max(n, m, control); }
u32 min(u32, u32 n, u32 m, u32& control) { return fp::min(n, m, control); }
u32 step(u32, u32 n, u32 m, u32& control) { return fp::reciprocal_step(n, m, control); }
u32 sqrt_step(u32, u32 n, u32 m, u32& control) { return fp::reciprocal_sqrt_step(n, m, control); }

// Comparisons; unordered is false. The ordered ones signal quiet NaNs as well (FPCompareGE, FPCompareGT).
u32 mask(bool condition) { return condition ? ~0u : 0; }
u32 order(u32 n, u32 m, u32& control) { return fp::compare(n, m, fp::QuietNan::invalid, control); }
u32 equal(u32, u32 n, u32 m, u32& control) { return mask(fp::compare(n, m, fp::QuietNan::silent, control) == 6); }
u32 greater(u32, u32 n, u32 m, u32& control) { return mask(order(n, m, control) == 2); }
u32 greater_equal(u32, u32 n, u32 m, u32& control) {
  u32 nzcv = order(n, m, control);
  return mask(nzcv == 2 || nzcv == 6);
}
u32 absolute_greater(u32 d, u32 n, u32 m, u32& control) { return greater(d, fp::absolute(n), fp::absolute(m), control); }
u32 absolute_greater_equal(u32 d, u32 n, u32 m, u32& control) {
  return greater_equal(d, fp::absolute(n), fp::absolute(m), control);
}
u32 greater_zero(u32 m, const Insn&, u32& control) { return greater(0, m, 0, control); }
u32 greater_equal_zero(u32 m, const Insn&, u32& control) { return greater_equal(0, m, 0, control); }
u32 equal_zero(u32 m, const Insn&, u32& control) { return equal(0, m, 0, control); }
u32 less_equal_zero(u32 m, const Insn&, u32& control) { return greater_equal(0, 0, m, control); }
u32 less_zero(u32 m, const Insn&, u32& control) { return greater(0, 0, m, control); }

// The sign alone: no NaN and no denormal is looked at.
u32 absolute(u32 m, const Insn&, u32&) { return fp::absolute(m); }
u32 negated(u32 m, const Insn&, u32&) { return fp::negate(m); }

u32 estimate(u32 m, const Insn&, u32& control) { return fp::reciprocal_estimate(m, control); }
u32 sqrt_estimate(u32 m, const Insn&, u32& control) { return fp::reciprocal_sqrt_estimate(m, control); }
u32 estimate_fixed(u32 m, const Insn&, u32&) { return fp::reciprocal_estimate_fixed(m); }
u32 sqrt_estimate_fixed(u32 m, const Insn&, u32&) { return fp::reciprocal_sqrt_estimate_fixed(m); }

// Towards zero to integers and fixed point, to nearest from them. amount is 0 for integers.
u32 to_fixed(u32 m, const Insn& i, u32& control) {
  u32 towards_zero = fp::with_rounding(control, fp::Rounding::zero);
  u32 result = fp::to_fixed(m, 32, i.amount, i.is_unsigned ? fp::Signed::no : fp::Signed::yes, towards_zero);
  control |= towards_zero & fp::cumulative;
  return result;
}
u32 from_fixed(u32 m, const Insn& i, u32& control) {
  return fp::from_fixed<u32>(i.is_unsigned ? i64{m} : i64{static_cast<i32>(m)}, i.amount, control);
}

void half(State& s, const Insn& i) {
  Copy m(s, i.m, i.op_bit ? 8 : 16);
  standard(s, [&](u32& control) {
    for (unsigned k = 0; k < 4; ++k) {
      if (i.op_bit) lanes<u32>(s, i.d)[k] = fp::single_of_half(m.as<u16>()[k], control);
      else lanes<u16>(s, i.d)[k] = fp::half_of_single(m.as<u32>()[k], control);
    }
  });
}

}  // namespace

SimdData float_with_zero(const Insn& i) {
  switch (i.op) {
    case Op::vcgt: return two_floats<greater_zero>;
    case Op::vcge: return two_floats<greater_equal_zero>;
    case Op::vceq: return two_floats<equal_zero>;
    case Op::vcle: return two_floats<less_equal_zero>;
    case Op::vclt: return two_floats<less_zero>;
    case Op::vabs: return two_floats<absolute>;
    case Op::vneg: return two_floats<negated>;
    default: return nullptr;
  }
}

}  // namespace neon

SimdData neon_float_function(const isa::Insn& i) {
  using namespace neon;
  bool scalar = i.form == Form::scalar_same;
  switch (i.op) {
    case Op::vadd_f: return three_floats<add>;
    case Op::vsub_f: return three_floats<sub>;
    case Op::vpadd_f: return pairs_of_floats<add>;
    case Op::vabd_f: return three_floats<neon::difference>;
    case Op::vmul_f: return scalar ? floats_by_scalar<mul> : three_floats<mul>;
    case Op::vmla_f: return scalar ? floats_by_scalar<multiply_add> : three_floats<multiply_add>;
    case Op::vmls_f: return scalar ? floats_by_scalar<multiply_sub> : three_floats<multiply_sub>;
    case Op::vfma_f: return three_floats<fused_add>;
    case Op::vfms_f: return three_floats<fused_sub>;
    case Op::vceq_f: return three_floats<equal>;
    case Op::vcge_f: return three_floats<greater_equal>;
    case Op::vcgt_f: return three_floats<greater>;
    case Op::vacge: return three_floats<absolute_greater_equal>;
    case Op::vacgt: return three_floats<absolute_greater>;
    case Op::vmax_f: return three_floats<neon::max>;
    case Op::vmin_f: return three_floats<neon::min>;
    case Op::vpmax_f: return pairs_of_floats<neon::max>;
    case Op::vpmin_f: return pairs_of_floats<neon::min>;
    case Op::vrecps: return three_floats<step>;
    case Op::vrsqrts: return three_floats<sqrt_step>;
    case Op::vrecpe: return i.is_float ? two_floats<estimate> : two_floats<estimate_fixed>;
    case Op::vrsqrte: return i.is_float ? two_floats<sqrt_estimate> : two_floats<sqrt_estimate_fixed>;
    case Op::vcvt_int:
    case Op::vcvt_fixed: return i.op_bit ? two_floats<to_fixed> : two_floats<from_fixed>;
    case Op::vcvt_half: return half;
    default: return i.is_float ? float_with_zero(i) : nullptr;
  }
}

}  // namespace sigtape::cpu
