// Advanced SIMD of single precision in SSE code, under the standard FPSCR: flush to zero, default NaN, nearest.
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Op;

// d = x without its signs, shifted left by one.
void Simd::double_lanes(u8 d, u8 x) {
  cache_.move(d, x);
  op(sse::paddd, d, d);
}

// d: ones in lanes of x that are denormal. Changes t.
void Simd::find_denormal(u8 d, u8 x, u8 t) {
  double_lanes(t, x);
  op(sse::paddd, t, &Vectors::denormal_base);
  as_.sse(0, 0x0f28, d, vector(&Vectors::denormal_limit));
  op(sse::pcmpgtd, d, t);
}

// They become zeros of their signs, as operands do under the standard FPSCR. Changes t and u.
void Simd::flush_denormal(u8 x, u8 t, u8 u) {
  find_denormal(u, x, t);
  as_.sse(0, 0x0f54, u, vector(&Vectors::word_magnitudes));
  op(sse::pandn, u, x);
  cache_.move(x, u);
}

// The same with doublewords: what has no exponent becomes zero. Changes t.
void Simd::flush_denormal_doubles(u8 x, u8 t) {
  cache_.move(t, x);
  op(sse::pand, t, &Vectors::doubleword_exponents);
  op(sse::pcmpeqd, t, &Vectors::zero);
  as_.sse(0x66, 0x0f70, t, t);  // PSHUFD: the answer of the upper word for both
  as_.byte(0xf5);
  op(sse::pand, t, &Vectors::doubleword_magnitudes);
  op(sse::pandn, t, x);
  cache_.move(x, t);
}

// check.bad |= lanes of operands that are denormal, which would be flushed and set IDC. Changes check.t and u.
void Simd::find_bad_operands(const LaneCheck& check, u8 u) {
  for (u8 k = 0; k < check.operand_count; k++) {
    find_denormal(u, check.operands[k].x, check.t);
    if (check.operands[k].is_half) op(sse::punpcklqdq, u, u);
    op(sse::por, check.bad, u);
  }
}

// check.bad = lanes of results that are not clearly normal. Changes check.t.
void Simd::find_bad_results(const LaneCheck& check) {
  bool in_one = host_.sse41;
  for (u8 k = 0; k < check.result_count; k++) {
    u8 x = k == 0 ? check.bad : check.t;
    double_lanes(x, check.results[k].x);
    op(sse::paddd, x, &Vectors::normal_base);
    if (!in_one) op(sse::pcmpgtd, x, &Vectors::normal_limit);
    if (k != 0) op(in_one ? sse::pmaxsd : sse::por, check.bad, x);
  }
  if (in_one) op(sse::pcmpgtd, check.bad, &Vectors::normal_limit);
}

// EFLAGS: equal where no lane is bad and FPSCR is as usual. Changes rcx.
void Simd::compare_bad(const LaneCheck& check) {
  as_.sse(0, 0x0f50, static_cast<u8>(Reg::rcx), check.bad);  // MOVMSKPS
  if (!check.quad) as_.alu(Alu::and_, Reg::rcx, 3);
  as_.alu(Alu::cmp, Reg::rcx, in_context(offsetof(Context, unusual_neon)));
}

// To the slow path where an operand is denormal or a result not clearly normal; zeros that are exact results come back.
// Operands that are registers' contents are clean from here on: the slow path flushes them.
void Simd::check_lanes(LaneCheck check) {
  check.bad = cache_.fresh();
  check.t = cache_.fresh();
  clobber();
  if (check.result_count != 0)
    find_bad_results(check);
  else
    op(sse::pxor, check.bad, check.bad);
  if (check.operand_count != 0) find_bad_operands(check, cache_.fresh());
  compare_bad(check);
  bool zeros = false;
  for (u8 k = 0; k < check.result_count; k++) zeros |= check.results[k].rule != Zero::never;
  if (zeros) {
    SlowPath& path = slow_path(false);
    check.from = as_.jump(Cc::ne);
    check.back = as_.at();
    path.lanes = check;
    path.has_lanes = true;
  } else {
    slow_if(Cc::ne);
  }
  for (u8 k = 0; k < check.operand_count; k++)
    if (u8 x = check.operands[k].x; cache_.words(x) == (check.quad && !check.operands[k].is_half ? 4 : 2))
      cache_.set_flushed(x);
}

// Out of line: whether all is well but for zeros that are exact results, in EFLAGS as compare_bad().
void Simd::test_zeros(const LaneCheck& check) {
  u32 taken = 1u << check.bad | 1u << check.t;
  for (u8 k = 0; k < check.operand_count; k++) taken |= 1u << check.operands[k].x;
  for (u8 k = 0; k < check.result_count; k++)
    taken |= 1u << check.results[k].x | 1u << check.results[k].a | 1u << check.results[k].b;
  std::array<u8, 2> borrowed{};
  for (u8& x : borrowed) {
    while (taken >> x & 1) x++;
    taken |= 1u << x;
  }
  auto slot = [](u32 i) { return in_context(offsetof(Context, borrowed) + i * sizeof(Vector)); };
  for (u32 i = 0; i < borrowed.size(); i++) as_.sse(0, 0x0f29, borrowed[i], slot(i));
  auto [u, w] = borrowed;
  u8 bad = check.bad, t = check.t;
  op(sse::pxor, bad, bad);
  for (u8 k = 0; k < check.result_count; k++) {
    const LaneResult& result = check.results[k];
    double_lanes(t, result.x);
    op(sse::paddd, t, &Vectors::normal_base);
    op(sse::pcmpgtd, t, &Vectors::normal_limit);
    if (result.rule != Zero::never) {
      double_lanes(u, result.x);
      op(sse::pcmpeqd, u, &Vectors::zero);
      if (result.rule == Zero::with_operand) {
        double_lanes(w, result.a);
        op(sse::pcmpeqd, w, &Vectors::zero);
        op(sse::pand, w, u);
        op(sse::pandn, w, t);  // bad, but for those
        cache_.move(t, w);
        double_lanes(w, result.b);
        op(sse::pcmpeqd, w, &Vectors::zero);
        op(sse::pand, u, w);
      }
      op(sse::pandn, u, t);
      cache_.move(t, u);
    }
    op(sse::por, bad, t);
  }
  find_bad_operands(check, u);
  compare_bad(check);
  for (u32 i = 0; i < borrowed.size(); i++) as_.sse(0, 0x0f28, borrowed[i], slot(i));
}

// What a block's code counts on behind a slow path, in which all xmm registers were lost.
void Simd::load_entries(const SlowPath& path) {
  const u32 singles = path.flushed[Number::lanes] | path.flushed[Number::single],
            doubles = path.flushed[Number::double_];
  std::array<u8, 2> free{};
  u32 taken = singles | doubles;
  for (u8& x : free) {
    while (taken >> x & 1) x++;
    taken |= 1u << x;
  }
  auto load = [&](u8 x) { cache_.load(x, path.entries[x], SimdCache::in_file(path.entries[x])); };
  for (u8 x = 0; x < path.entries.size(); x++) {
    if (!((singles | doubles) >> x & 1)) continue;
    load(x);
    if (singles >> x & 1) flush_denormal(x, free[0], free[1]);
    if (doubles >> x & 1) flush_denormal_doubles(x, free[0]);
  }
  for (u8 x = 0; x < path.entries.size(); x++)
    if (path.entries[x].words != 0 && !((singles | doubles) >> x & 1)) load(x);
}

// An operand to be looked at, unless it is known not to be denormal.
void Simd::LaneCheck::add_operand(u8 x, SimdCache& cache) {
  if (!cache.is_clean(x)) operands[operand_count++] = {x, quad && cache.words(x) == 2};
}

void Simd::float_arithmetic(const Insn& i) {
  Range d = lanes(i.d, i.quad), n = lanes(i.n, i.quad);
  LaneCheck check{.quad = i.quad};
  u8 a = cache_.use_number(n), b = float_operand_m(i, check);
  check.add_operand(a, cache_);
  u8 x = cache_.copy_number(n);
  if (i.op == Op::vadd_f || i.op == Op::vsub_f || i.op == Op::vabd_f) {
    as_.sse(0, i.op == Op::vadd_f ? sse::addps : sse::subps, x, b);
    check.results[check.result_count++] = {.x = x, .rule = Zero::always};
  } else {
    as_.sse(0, sse::mulps, x, b);
    check.results[check.result_count++] = {.x = x, .rule = Zero::with_operand, .a = a, .b = b};
    if (i.op != Op::vmul_f) {
      u8 addend = cache_.use_number(d);
      check.add_operand(addend, cache_);
      u8 sum = cache_.copy_number(d);
      as_.sse(0, i.op == Op::vmla_f ? sse::addps : sse::subps, sum, x);
      check.results[check.result_count++] = {.x = sum, .rule = Zero::always};
      x = sum;
    }
  }
  check_lanes(check);
  if (i.form == isa::Form::scalar_same) slow_paths_.back().beside_scalar = static_cast<u8>(2 * i.m + (i.index ^ 1));
  if (i.op == Op::vabd_f) as_.sse(0, 0x0f54, x, vector(&Vectors::word_magnitudes));
  cache_.put(d, x, true);
}

u8 Simd::float_operand_m(const Insn& i, LaneCheck& check) {
  bool is_scalar = i.form == isa::Form::scalar_same;
  u8 m = cache_.use_number(lanes(i.m, i.quad && !is_scalar));
  check.add_operand(m, cache_);
  if (!is_scalar) return m;
  u8 x = cache_.fresh();
  cache_.move(x, m);
  spread(x, 2, i.index);
  return x;
}

void Simd::float_fused(const Insn& i) {
  Range d = lanes(i.d, i.quad);
  LaneCheck check{.quad = i.quad};
  u8 a = cache_.use_number(lanes(i.n, i.quad)), b = cache_.use_number(lanes(i.m, i.quad)),
     addend = cache_.use_number(d);
  for (u8 x : {a, b, addend}) check.add_operand(x, cache_);
  u8 x = cache_.copy_number(d);
  as_.avx(i.op == Op::vfma_f ? 0xb8 : 0xbc, false, x, a, b);  // VFMADD231PS, VFNMADD231PS
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
    find_denormal(u, x, t);
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
    a = cache_.use_number(lanes(i.m, i.quad));
    b = cache_.fresh();
    op(sse::pxor, b, b);
    cache_.set_clean(b);
  } else {
    a = cache_.use_number(lanes(i.n, i.quad));
    b = cache_.use_number(lanes(i.m, i.quad));
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
  auto all = [&](u32 word) { return constant(u64{word} << 32 | word); };
  auto power_of_two = [&](int n) { return all(static_cast<u32>(127 + n) << 23); };
  const int fraction = i.op == Op::vcvt_fixed ? i.amount : 0;  // scaling by its power of two is exact
  if (i.op_bit) {
    check.add_operand(m, cache_);
    u8 scaled = duplicate(m), bad = scaled;
    if (fraction != 0) as_.sse(0, sse::mulps, scaled, power_of_two(fraction));
    if (i.is_unsigned) {  // those from 2^31 on without it; not from 2^32 on, or negative
      u8 upper = duplicate(scaled), rest = duplicate(scaled), taken = all(0x4f00'0000);
      op(sse::pcmpgtd, upper, all(0x4eff'ffff));
      op(sse::pand, taken, upper);
      as_.sse(0, sse::subps, rest, taken);
      as_.sse(0xf3, 0x0f5b, x, rest);  // CVTTPS2DQ
      shift_lanes(Shift::left, 2, upper, 31);
      op(sse::pxor, x, upper);
      op(sse::pcmpgtd, bad, all(0x4f7f'ffff));
      op(sse::por, bad, m);
    } else {
      as_.sse(0xf3, 0x0f5b, x, scaled);  // the smallest integer where it does not fit
      cache_.move(bad, x);
      op(sse::pcmpeqd, bad, &Vectors::word_signs);
    }
    clobber();
    as_.sse(0, 0x0f50, static_cast<u8>(Reg::rcx), bad);
    as_.test(Reg::rcx, i.quad ? 15 : 3);
    slow_if(Cc::ne);
  } else {
    if (i.is_unsigned) {  // both halves are exact, and their sum is rounded once
      u8 low = duplicate(m), high = duplicate(m);
      op(sse::pand, low, &Vectors::even_halfwords);
      shift_lanes(Shift::right, 2, high, 16);
      as_.sse(0, 0x0f5b, low, low);  // CVTDQ2PS
      as_.sse(0, 0x0f5b, x, high);
      as_.sse(0, sse::mulps, x, power_of_two(16));
      as_.sse(0, sse::addps, x, low);
    } else {
      as_.sse(0, 0x0f5b, x, m);
    }
    if (fraction != 0) as_.sse(0, sse::mulps, x, power_of_two(-fraction));  // normal or zero
  }
  if (check.operand_count != 0) {
    check_lanes(check);
  } else {
    slow_unless_zero(offsetof(Context, unusual_neon));
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
      u8 a = cache_.use_number(lanes(i.n, i.quad)), b = cache_.use_number(lanes(i.m, i.quad));
      check_numbers(a, b, i.quad);
      u8 x = cache_.copy_number(lanes(i.n, i.quad));
      float_extremum(x, b, i.op == Op::vmax_f);
      cache_.put(lanes(i.d, i.quad), x);
      return true;
    }
    case Op::vcvt_int:
    case Op::vcvt_fixed: float_conversion(i); return true;
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
