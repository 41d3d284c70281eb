// Advanced SIMD of single precision in SSE code, under the standard FPSCR: flush to zero, default NaN, nearest.
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Op;

// Tells, in EFLAGS, whether a lane of an operand is denormal, which would be flushed and set IDC, or a lane of a result
// not clearly normal. With `exact`, zeros that are exact results will do. Changes rcx.
void Simd::test_lanes(const LaneCheck& check, bool exact) {
  const u8 bad = check.scratch[0], t = check.scratch[1], u = check.scratch[2], w = check.scratch[3];
  bool first = true;
  auto note = [&](u8 x) {
    if (first)
      cache_.move(bad, x);
    else
      op(sse::por, bad, x);
    first = false;
  };
  auto doubled = [&](u8 d, u8 x) {  // without the sign
    cache_.move(d, x);
    op(sse::paddd, d, d);
  };
  for (u8 k = 0; k < check.operand_count; k++) {
    doubled(t, check.operands[k]);
    op(sse::paddd, t, &Vectors::denormal_base);
    as_.sse(0, 0x0f28, u, vector(&Vectors::denormal_limit));
    op(sse::pcmpgtd, u, t);
    note(u);
  }
  for (u8 k = 0; k < check.result_count; k++) {
    const LaneResult& result = check.results[k];
    doubled(t, result.x);
    op(sse::paddd, t, &Vectors::normal_base);
    op(sse::pcmpgtd, t, &Vectors::normal_limit);
    if (exact && result.rule != Zero::never) {
      doubled(u, result.x);
      op(sse::pcmpeqd, u, &Vectors::zero);
      if (result.rule == Zero::with_operand) {
        doubled(w, result.a);
        op(sse::pcmpeqd, w, &Vectors::zero);
        op(sse::pand, w, u);
        op(sse::pandn, w, t);  // bad, but for those
        cache_.move(t, w);
        doubled(w, result.b);
        op(sse::pcmpeqd, w, &Vectors::zero);
        op(sse::pand, u, w);
      }
      op(sse::pandn, u, t);
      cache_.move(t, u);
    }
    note(t);
  }
  as_.sse(0, 0x0f50, static_cast<u8>(Reg::rcx), bad);  // MOVMSKPS
  if (check.needs_ixc) as_.alu(Alu::or_, Reg::rcx, in_context(offsetof(Context, unusual_neon)));
  as_.test(Reg::rcx, check.quad ? 15 : 3);
}

void Simd::check_lanes(LaneCheck check) {
  for (u8& x : check.scratch) x = cache_.fresh();
  clobber();
  test_lanes(check, false);
  bool zeros = false;
  for (u8 k = 0; k < check.result_count; k++) zeros |= check.results[k].rule != Zero::never;
  if (!zeros) return slow_if(Cc::ne);
  SlowPath& path = slow_path(false);
  check.from = as_.jump(Cc::ne);
  check.back = as_.at();
  path.lanes = check;
  path.has_lanes = true;
}

// An operand to be looked at, unless it is a result that cannot be denormal.
void Simd::LaneCheck::add_operand(u8 x, const SimdCache& cache) {
  if (!cache.is_clean(x)) operands[operand_count++] = x;
}

void Simd::float_arithmetic(const Insn& i) {
  Range d = lanes(i.d, i.quad), n = lanes(i.n, i.quad);
  LaneCheck check{.quad = i.quad};
  u8 a = cache_.use(n), b = float_operand_m(i);
  check.add_operand(a, cache_);
  check.add_operand(b, cache_);
  u8 x = cache_.copy(n);
  if (i.op == Op::vadd_f || i.op == Op::vsub_f || i.op == Op::vabd_f) {
    as_.sse(0, i.op == Op::vadd_f ? sse::addps : sse::subps, x, b);
    check.results[check.result_count++] = {.x = x, .rule = Zero::always};
  } else {
    as_.sse(0, sse::mulps, x, b);
    check.results[check.result_count++] = {.x = x, .rule = Zero::with_operand, .a = a, .b = b};
    if (i.op != Op::vmul_f) {
      u8 addend = cache_.use(d);
      check.add_operand(addend, cache_);
      u8 sum = cache_.copy(d);
      as_.sse(0, i.op == Op::vmla_f ? sse::addps : sse::subps, sum, x);
      check.results[check.result_count++] = {.x = sum, .rule = Zero::always};
      x = sum;
    }
  }
  check_lanes(check);
  if (i.op == Op::vabd_f) as_.sse(0, 0x0f54, x, vector(&Vectors::word_magnitudes));
  cache_.put(d, x, true);
}

u8 Simd::float_operand_m(const Insn& i) {
  if (i.form != isa::Form::scalar_same) return cache_.use(lanes(i.m, i.quad));
  u8 x = cache_.copy(lanes(i.m, false));
  spread(x, 2, i.index);
  return x;
}

void Simd::float_fused(const Insn& i) {
  Range d = lanes(i.d, i.quad);
  LaneCheck check{.quad = i.quad};
  u8 a = cache_.use(lanes(i.n, i.quad)), b = cache_.use(lanes(i.m, i.quad)), addend = cache_.use(d);
  for (u8 x : {a, b, addend}) check.add_operand(x, cache_);
  u8 x = cache_.copy(d);
  as_.fma(i.op == Op::vfma_f ? 0xb8 : 0xbc, false, x, a, b);  // VFMADD231PS, VFNMADD231PS
  check.results[check.result_count++] = {.x = x};
  check_lanes(check);
  cache_.put(d, x, true);
}

// Neighbours of n, then of m, as two operands in the lower lanes.
void Simd::float_pairs(const Insn& i) {
  u8 even = cache_.copy(lanes(i.n, false)), m = cache_.use(lanes(i.m, false)), odd = cache_.fresh();
  op(sse::punpcklqdq, even, m);
  cache_.move(odd, even);
  for (auto [x, which] : {std::pair{even, 0x88}, std::pair{odd, 0xdd}}) {
    as_.sse(0, 0x0fc6, x, x);  // SHUFPS
    as_.byte(static_cast<u8>(which));
  }
  if (i.op == Op::vpadd_f) {
    LaneCheck check{.quad = false};
    check.add_operand(even, cache_);
    check.add_operand(odd, cache_);
    u8 x = cache_.fresh();
    cache_.move(x, even);
    as_.sse(0, sse::addps, x, odd);
    check.results[check.result_count++] = {.x = x, .rule = Zero::always};
    check_lanes(check);
    return cache_.put(lanes(i.d, false), x, true);
  }
  check_numbers(even, odd, false);
  float_extremum(even, odd, i.op == Op::vpmax_f);
  cache_.put(lanes(i.d, false), even);
}

// To the slow path where a lane is a NaN or denormal.
void Simd::check_numbers(u8 a, u8 b, bool quad) {
  u8 t = cache_.fresh(), u = cache_.fresh(), bad = cache_.fresh();
  clobber();
  cache_.move(bad, a);
  as_.sse(0, 0x0fc2, bad, b);  // CMPUNORDPS
  as_.byte(3);
  for (u8 x : {a, b}) {
    if (cache_.is_clean(x)) continue;
    cache_.move(t, x);
    op(sse::paddd, t, t);
    op(sse::paddd, t, &Vectors::denormal_base);
    as_.sse(0, 0x0f28, u, vector(&Vectors::denormal_limit));
    op(sse::pcmpgtd, u, t);
    op(sse::por, bad, u);
  }
  as_.sse(0, 0x0f50, static_cast<u8>(Reg::rcx), bad);
  as_.test(Reg::rcx, quad ? 15 : 3);
  slow_if(Cc::ne);
}

// a = the larger or smaller of the numbers. x86 gives its second operand where they are equal: the sign of zero comes
// from both orders.
void Simd::float_extremum(u8 a, u8 b, bool largest) {
  u8 other = cache_.fresh();
  cache_.move(other, b);
  as_.sse(0, largest ? sse::maxps : sse::minps, other, a);
  as_.sse(0, largest ? sse::maxps : sse::minps, a, b);
  op(largest ? sse::pand : sse::por, a, other);
}

void Simd::float_comparison(const Insn& i) {
  u8 a, b;
  bool zero = i.form == isa::Form::two_zero;
  if (zero) {
    a = cache_.use(lanes(i.m, i.quad));
    b = cache_.fresh();
    op(sse::pxor, b, b);
    cache_.set_clean(b);
  } else {
    a = cache_.use(lanes(i.n, i.quad));
    b = cache_.use(lanes(i.m, i.quad));
  }
  check_numbers(a, b, i.quad);
  u8 x = cache_.fresh();
  bool swapped = i.op != Op::vcle && i.op != Op::vclt;  // a > b is b < a
  u8 first = swapped ? b : a, second = swapped ? a : b;
  cache_.move(x, first);
  if (i.op == Op::vacge || i.op == Op::vacgt) {
    u8 magnitude = cache_.fresh();
    cache_.move(magnitude, second);
    as_.sse(0, 0x0f54, x, vector(&Vectors::word_magnitudes));
    as_.sse(0, 0x0f54, magnitude, vector(&Vectors::word_magnitudes));
    second = magnitude;
  }
  as_.sse(0, 0x0fc2, x, second);  // CMPPS: equal 0, less 1, less or equal 2
  switch (i.op) {
    case Op::vceq:
    case Op::vceq_f: as_.byte(0); break;
    case Op::vcgt:
    case Op::vcgt_f:
    case Op::vacgt:
    case Op::vclt: as_.byte(1); break;
    default: as_.byte(2);
  }
  cache_.put(lanes(i.d, i.quad), x);
}

void Simd::float_conversion(const Insn& i) {
  u8 m = cache_.use(lanes(i.m, i.quad)), x = cache_.fresh();
  LaneCheck check{.quad = i.quad};
  if (i.op_bit) {
    check.add_operand(m, cache_);
    u8 bad = cache_.fresh();
    as_.sse(0xf3, 0x0f5b, x, m);  // CVTTPS2DQ: the smallest integer where it does not fit
    cache_.move(bad, x);
    op(sse::pcmpeqd, bad, &Vectors::word_signs);
    clobber();
    as_.sse(0, 0x0f50, static_cast<u8>(Reg::rcx), bad);
    as_.test(Reg::rcx, i.quad ? 15 : 3);
    slow_if(Cc::ne);
  } else {
    as_.sse(0, 0x0f5b, x, m);  // CVTDQ2PS: normal or zero
  }
  if (check.operand_count != 0) {
    check_lanes(check);
  } else {
    clobber();
    as_.alu(Alu::cmp, in_context(offsetof(Context, unusual_neon)), 0);
    slow_if(Cc::ne);
  }
  cache_.put(lanes(i.d, i.quad), x, !i.op_bit);
}

bool Simd::emit_float(const Insn& i) {
  switch (i.op) {
    case Op::vadd_f:
    case Op::vsub_f:
    case Op::vabd_f:
    case Op::vmul_f:
    case Op::vmla_f:
    case Op::vmls_f: float_arithmetic(i); return true;
    case Op::vfma_f:
    case Op::vfms_f:
      if (host_.fma) float_fused(i);
      return host_.fma;
    case Op::vpadd_f:
    case Op::vpmax_f:
    case Op::vpmin_f: float_pairs(i); return true;
    case Op::vceq_f:
    case Op::vcge_f:
    case Op::vcgt_f:
    case Op::vacge:
    case Op::vacgt: float_comparison(i); return true;
    case Op::vmax_f:
    case Op::vmin_f: {
      u8 a = cache_.use(lanes(i.n, i.quad)), b = cache_.use(lanes(i.m, i.quad));
      check_numbers(a, b, i.quad);
      u8 x = cache_.copy(lanes(i.n, i.quad));
      float_extremum(x, b, i.op == Op::vmax_f);
      cache_.put(lanes(i.d, i.quad), x);
      return true;
    }
    case Op::vcvt_int:
      if (!i.is_unsigned) float_conversion(i);
      return !i.is_unsigned;
    default: break;
  }
  if (!i.is_float) return false;
  switch (i.op) {
    case Op::vcgt:
    case Op::vcge:
    case Op::vceq:
    case Op::vcle:
    case Op::vclt: float_comparison(i); return true;
    case Op::vabs:
    case Op::vneg: {
      u8 x = cache_.copy(lanes(i.m, i.quad));
      if (i.op == Op::vabs)
        op(sse::pand, x, &Vectors::word_magnitudes);
      else
        op(sse::pxor, x, &Vectors::word_signs);
      cache_.put(lanes(i.d, i.quad), x);
      return true;
    }
    default: return false;
  }
}

}  // namespace sigtape::jit
