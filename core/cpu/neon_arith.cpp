// Advanced SIMD integer arithmetic of one length: sums, saturation, comparison, products, pairs.
#include <bit>
#include <cstdlib>

#include "core/cpu/neon_lanes.h"

namespace sigtape::cpu {
namespace neon {
namespace {

#define SIGTAPE_THREE(Name, expression)                                                         \
  struct Name {                                                                                 \
    template <class T>                                                                          \
    static T f([[maybe_unused]] T d, T n, T m, [[maybe_unused]] u32& fpscr) {                   \
      [[maybe_unused]] constexpr int width = 8 * sizeof(T);                                     \
      return static_cast<T>(expression);                                                        \
    }                                                                                           \
  }
#define SIGTAPE_TWO(Name, expression)                          \
  struct Name {                                                \
    template <class T>                                         \
    static T f(T m, [[maybe_unused]] u32& fpscr) {             \
      return static_cast<T>(expression);                       \
    }                                                          \
  }

template <class T>
constexpr Wide<T> wide(T x) {
  return x;
}
template <class T>
constexpr T all_ones_if(bool condition) {
  return static_cast<T>(condition ? ~T{0} : T{0});
}
// Products modulo the width, without the overflow of promoted or signed types.
template <class T>
constexpr u64 product(T n, T m) {
  return static_cast<u64>(n) * static_cast<u64>(m);
}
template <class T>
constexpr std::make_unsigned_t<T> difference(T n, T m) {
  using U = std::make_unsigned_t<T>;
  return static_cast<U>(n > m ? static_cast<U>(n) - static_cast<U>(m) : static_cast<U>(m) - static_cast<U>(n));
}

SIGTAPE_THREE(Add, static_cast<u64>(n) + static_cast<u64>(m));
SIGTAPE_THREE(Sub, static_cast<u64>(n) - static_cast<u64>(m));
SIGTAPE_THREE(HalvingAdd, (wide(n) + m) >> 1);
SIGTAPE_THREE(HalvingSub, (wide(n) - m) >> 1);
SIGTAPE_THREE(RoundingHalvingAdd, (wide(n) + m + 1) >> 1);
SIGTAPE_THREE(SaturatingAdd, saturate<T>(wide(n) + m, fpscr));
SIGTAPE_THREE(SaturatingSub, saturate<T>(wide(n) - m, fpscr));
SIGTAPE_THREE(Greater, all_ones_if<T>(n > m));
SIGTAPE_THREE(GreaterEqual, all_ones_if<T>(n >= m));
SIGTAPE_THREE(Equal, all_ones_if<T>(n == m));
SIGTAPE_THREE(Test, all_ones_if<T>((n & m) != 0));
SIGTAPE_THREE(Max, n > m ? n : m);
SIGTAPE_THREE(Min, n < m ? n : m);
SIGTAPE_THREE(AbsoluteDifference, difference(n, m));
SIGTAPE_THREE(AccumulateDifference, static_cast<u64>(d) + difference(n, m));
SIGTAPE_THREE(Mul, product(n, m));
SIGTAPE_THREE(MulAdd, static_cast<u64>(d) + product(n, m));
SIGTAPE_THREE(MulSub, static_cast<u64>(d) - product(n, m));
SIGTAPE_THREE(DoublingHigh, saturate<T>((i64{n} * m) >> (width - 1), fpscr));
SIGTAPE_THREE(RoundingDoublingHigh, saturate<T>((i64{n} * m + (i64{1} << (width - 2))) >> (width - 1), fpscr));

struct Polynomial {
  template <class T>
  static T f(T, T n, T m, u32&) {
    u32 sum = 0;
    for (unsigned k = 0; k < 8; ++k)
      if ((m >> k) & 1) sum ^= u32{n} << k;
    return static_cast<T>(sum);
  }
};

// With #0 the operand is m; 0 takes the place of the other.
template <class F, class T>
void with_zero(State& s, const Insn& i) {
  T *d = lanes<T>(s, i.d), *m = lanes<T>(s, i.m);
  u32 fpscr = 0;
  for (unsigned k = 0; k < lane_count<T>(i); ++k) d[k] = F::template f<T>(T{}, m[k], T{0}, fpscr);
}
SIGTAPE_THREE(Less, all_ones_if<T>(n < m));
SIGTAPE_THREE(LessEqual, all_ones_if<T>(n <= m));

SIGTAPE_TWO(Abs, m < 0 ? u64{0} - static_cast<u64>(m) : static_cast<u64>(m));
SIGTAPE_TWO(Neg, u64{0} - static_cast<u64>(m));
SIGTAPE_TWO(SaturatingAbs, saturate<T>(m < 0 ? -wide(m) : wide(m), fpscr));
SIGTAPE_TWO(SaturatingNeg, saturate<T>(-wide(m), fpscr));
SIGTAPE_TWO(LeadingZeros, std::countl_zero(m));
SIGTAPE_TWO(LeadingSigns, std::countl_zero(static_cast<std::make_unsigned_t<T>>(m ^ (m >> (8 * sizeof(T) - 1)))) - 1);
SIGTAPE_TWO(CountOnes, std::popcount(m));

// VPADDL, VPADAL: neighbours of m into (or onto) an element of twice the width.
struct Replace {
  static constexpr bool accumulates = false;
};
struct Accumulate {
  static constexpr bool accumulates = true;
};
template <class F, class T>
void add_neighbours(State& s, const Insn& i) {
  using W = Double<T>;
  Copy m(s, i.m, i.quad ? 16 : 8);
  W* d = lanes<W>(s, i.d);
  for (unsigned k = 0; k < lane_count<W>(i); ++k) {
    u64 sum = static_cast<u64>(m.as<T>()[2 * k]) + static_cast<u64>(m.as<T>()[2 * k + 1]);
    d[k] = static_cast<W>(F::accumulates ? static_cast<u64>(d[k]) + sum : sum);
  }
}

SimdData multiplication(const Insn& i) {
  bool scalar = i.form == Form::scalar_same;
  switch (i.op) {
    case Op::vmul: return scalar ? SIGTAPE_UNSIGNED_TO_32(by_scalar, Mul) : SIGTAPE_UNSIGNED_TO_32(three, Mul);
    case Op::vmla: return scalar ? SIGTAPE_UNSIGNED_TO_32(by_scalar, MulAdd) : SIGTAPE_UNSIGNED_TO_32(three, MulAdd);
    case Op::vmls: return scalar ? SIGTAPE_UNSIGNED_TO_32(by_scalar, MulSub) : SIGTAPE_UNSIGNED_TO_32(three, MulSub);
    case Op::vmul_poly: return three<Polynomial, u8>;
    case Op::vqdmulh:
      if (scalar) return i.size == 1 ? by_scalar<DoublingHigh, i16> : by_scalar<DoublingHigh, i32>;
      return i.size == 1 ? three<DoublingHigh, i16> : three<DoublingHigh, i32>;
    case Op::vqrdmulh:
      if (scalar) return i.size == 1 ? by_scalar<RoundingDoublingHigh, i16> : by_scalar<RoundingDoublingHigh, i32>;
      return i.size == 1 ? three<RoundingDoublingHigh, i16> : three<RoundingDoublingHigh, i32>;
    default: return nullptr;
  }
}

// Comparisons with #0 are of signed elements.
SimdData comparison(const Insn& i) {
  bool zero = i.form == Form::two_zero;
  if (zero && i.is_float) return nullptr;
  switch (i.op) {
    case Op::vcgt: return zero ? SIGTAPE_SIGNED_TO_32(with_zero, Greater) : SIGTAPE_TYPED_TO_32(three, Greater);
    case Op::vcge: return zero ? SIGTAPE_SIGNED_TO_32(with_zero, GreaterEqual) : SIGTAPE_TYPED_TO_32(three, GreaterEqual);
    case Op::vceq: return zero ? SIGTAPE_SIGNED_TO_32(with_zero, Equal) : SIGTAPE_UNSIGNED_TO_32(three, Equal);
    case Op::vcle: return SIGTAPE_SIGNED_TO_32(with_zero, LessEqual);
    case Op::vclt: return SIGTAPE_SIGNED_TO_32(with_zero, Less);
    case Op::vtst: return SIGTAPE_UNSIGNED_TO_32(three, Test);
    default: return nullptr;
  }
}

SimdData one_operand(const Insn& i) {
  switch (i.op) {
    case Op::vabs: return i.is_float ? nullptr : SIGTAPE_SIGNED_TO_32(two, Abs);
    case Op::vneg: return i.is_float ? nullptr : SIGTAPE_SIGNED_TO_32(two, Neg);
    case Op::vqabs: return SIGTAPE_SIGNED_TO_32(two, SaturatingAbs);
    case Op::vqneg: return SIGTAPE_SIGNED_TO_32(two, SaturatingNeg);
    case Op::vclz: return SIGTAPE_UNSIGNED_TO_32(two, LeadingZeros);
    case Op::vcls: return SIGTAPE_SIGNED_TO_32(two, LeadingSigns);
    case Op::vcnt: return two<CountOnes, u8>;
    case Op::vpaddl: return SIGTAPE_TYPED_TO_32(add_neighbours, Replace);
    case Op::vpadal: return SIGTAPE_TYPED_TO_32(add_neighbours, Accumulate);
    default: return nullptr;
  }
}

SimdData sum_or_extremum(const Insn& i) {
  switch (i.op) {
    case Op::vadd: return SIGTAPE_UNSIGNED(three, Add);
    case Op::vsub: return SIGTAPE_UNSIGNED(three, Sub);
    case Op::vhadd: return SIGTAPE_TYPED_TO_32(three, HalvingAdd);
    case Op::vhsub: return SIGTAPE_TYPED_TO_32(three, HalvingSub);
    case Op::vrhadd: return SIGTAPE_TYPED_TO_32(three, RoundingHalvingAdd);
    case Op::vqadd: return SIGTAPE_TYPED(three, SaturatingAdd);
    case Op::vqsub: return SIGTAPE_TYPED(three, SaturatingSub);
    case Op::vmax: return SIGTAPE_TYPED_TO_32(three, Max);
    case Op::vmin: return SIGTAPE_TYPED_TO_32(three, Min);
    case Op::vpmax: return SIGTAPE_TYPED_TO_32(pairs, Max);
    case Op::vpmin: return SIGTAPE_TYPED_TO_32(pairs, Min);
    case Op::vpadd: return SIGTAPE_UNSIGNED_TO_32(pairs, Add);
    case Op::vabd: return SIGTAPE_TYPED_TO_32(three, AbsoluteDifference);
    case Op::vaba: return SIGTAPE_TYPED_TO_32(three, AccumulateDifference);
    default: return nullptr;
  }
}

}  // namespace
}  // namespace neon

SimdData neon_arith_function(const isa::Insn& i) {
  for (auto group : {neon::sum_or_extremum, neon::comparison, neon::multiplication, neon::one_operand})
    if (SimdData found = group(i)) return found;
  return nullptr;
}

}  // namespace sigtape::cpu
