// Floating point in integer arithmetic, after the pseudocode of the ARM ARM (DDI 0406C), A2.7.
#include "core/cpu/float_soft.h"

#include <bit>
#include <initializer_list>
#include <utility>

namespace sigtape::cpu::fp::soft {
namespace {

int top_bit(u128 x) {
  u64 high = static_cast<u64>(x >> 64);
  return high ? 127 - std::countl_zero(high) : 63 - std::countl_zero(static_cast<u64>(x));
}

// Shifts right and keeps in bit 0 whether anything was lost.
u128 shift_right_sticky(u128 x, int n) {
  if (n <= 0) return x;
  if (n > 127) return x != 0;
  u128 lost = x & ((u128{1} << n) - 1);
  return (x >> n) | (lost != 0);
}

template <class T>
T zero(bool negative) {
  return negative ? sign_bit<T> : T{0};
}
template <class T>
T infinite(bool negative) {
  return static_cast<T>(zero<T>(negative) | infinity<T>);
}
template <class T>
T invalid(u32& fpscr) {
  fpscr |= ioc;
  return the_default_nan<T>;
}
// The sign of an exact zero that is the sum of non-zero operands or of zeros of different signs.
template <class T>
T exact_zero(u32 fpscr) {
  return zero<T>(rounding_of(fpscr) == Rounding::minus_infinity);
}

// FPProcessNaNs and FPProcessNaNs3: signalling ones first, in the order of the operands.
template <class T, unsigned N>
bool process_nans(const T (&bits)[N], const Unpacked (&a)[N], T& result, u32& fpscr) {
  for (Kind kind : {Kind::signalling_nan, Kind::quiet_nan})
    for (unsigned i = 0; i < N; ++i)
      if (a[i].kind == kind) {
        result = process_nan(bits[i], a[i], fpscr);
        return true;
      }
  return false;
}

struct Term {
  bool negative;
  int exponent;
  u128 significand;
};

// The sum of two non-zero terms, exact but for bit 0. Both are brought to bit 125 first, so that a loss can only occur
// where at most one bit cancels.
Term add_terms(Term a, Term b) {
  for (Term* t : {&a, &b}) {
    int up = 125 - top_bit(t->significand);
    t->significand <<= up;
    t->exponent -= up;
  }
  if (a.exponent < b.exponent) std::swap(a, b);
  b.significand = shift_right_sticky(b.significand, a.exponent - b.exponent);
  if (a.negative == b.negative) {
    u128 sum = a.significand + b.significand;
    return {a.negative, a.exponent + 1, shift_right_sticky(sum, 1)};
  }
  if (a.significand >= b.significand) return {a.negative, a.exponent, a.significand - b.significand};
  return {b.negative, a.exponent, b.significand - a.significand};
}

bool round_up(Rounding mode, bool negative, bool odd, bool half, bool rest) {
  switch (mode) {
    case Rounding::nearest: return half && (rest || odd);
    case Rounding::plus_infinity: return !negative && (half || rest);
    case Rounding::minus_infinity: return negative && (half || rest);
    case Rounding::zero: break;
  }
  return false;
}

bool overflows_to_infinity(Rounding mode, bool negative) {
  switch (mode) {
    case Rounding::nearest: return true;
    case Rounding::plus_infinity: return !negative;
    case Rounding::minus_infinity: return negative;
    case Rounding::zero: break;
  }
  return false;
}

struct Rounded {
  u128 value;
  bool inexact;
};
// x / 2^shift, rounded. x is below 2^127.
Rounded shift_and_round(u128 x, int shift, Rounding mode, bool negative) {
  if (shift <= 0) return {x << -shift, false};
  bool half, rest;
  u128 value = 0;
  if (shift > 127) {
    half = false;
    rest = x != 0;
  } else {
    value = x >> shift;
    half = (x >> (shift - 1)) & 1;
    rest = (x & ((u128{1} << (shift - 1)) - 1)) != 0;
  }
  if (round_up(mode, negative, value & 1, half, rest)) ++value;
  return {value, half || rest};
}

u64 integer_sqrt(u128 x, bool& inexact) {
  u128 root = 0, rest = 0;
  for (int i = 126; i >= 0; i -= 2) {
    rest = (rest << 2) | ((x >> i) & 3);
    u128 trial = (root << 2) | 1;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1;
    }
  }
  inexact = rest != 0;
  return static_cast<u64>(root);
}

}  // namespace

template <class T>
Unpacked unpack(T bits, u32& fpscr) {
  using F = Format<T>;
  constexpr u32 all_ones = (1u << F::exponent) - 1;
  Unpacked a;
  a.negative = (bits & sign_bit<T>) != 0;
  u32 exponent = static_cast<u32>(bits >> F::fraction) & all_ones;
  u64 fraction = bits & ((u64{1} << F::fraction) - 1);
  bool extended = sizeof(T) == 2 && (fpscr & alternative_half);  // no infinities and NaNs there
  if (exponent == all_ones && !extended) {
    a.kind = fraction == 0                      ? Kind::infinite
             : (fraction & quiet_bit<T>) != 0 ? Kind::quiet_nan
                                                : Kind::signalling_nan;
    return a;
  }
  if (exponent == 0) {
    if (fraction == 0) return a;
    if (sizeof(T) != 2 && (fpscr & flush_to_zero)) {
      fpscr |= idc;
      return a;
    }
    a.exponent = 1 - F::bias - F::fraction;
    a.significand = fraction;
  } else {
    a.exponent = static_cast<int>(exponent) - F::bias - F::fraction;
    a.significand = fraction | (u64{1} << F::fraction);
  }
  a.kind = Kind::finite;
  return a;
}

template <class T>
T round(bool negative, int exponent, u128 significand, u32& fpscr) {
  using F = Format<T>;
  constexpr int minimum = 1 - F::bias;
  int scale = exponent + top_bit(significand);
  bool tiny = scale < minimum;  // before rounding, as ARM detects it
  if (tiny && sizeof(T) != 2 && (fpscr & flush_to_zero)) {
    fpscr |= ufc;
    return zero<T>(negative);
  }
  Rounding mode = rounding_of(fpscr);
  int ulp = (tiny ? minimum : scale) - F::fraction;
  auto [value, inexact] = shift_and_round(significand, ulp - exponent, mode, negative);
  if (tiny && inexact) fpscr |= ufc;
  // The leading bit carries into the exponent field; so does a rounding up to the next power of two.
  int field = tiny ? 0 : scale - minimum;
  u64 packed = (static_cast<u64>(field) << F::fraction) + static_cast<u64>(value);
  int biased = static_cast<int>(packed >> F::fraction);
  if (sizeof(T) == 2 && (fpscr & alternative_half)) {
    if (biased >= 1 << F::exponent) {
      fpscr |= ioc;
      return static_cast<T>(zero<T>(negative) | 0x7fff);
    }
  } else if (biased >= (1 << F::exponent) - 1) {
    fpscr |= ofc | ixc;
    T top = overflows_to_infinity(mode, negative) ? infinity<T> : static_cast<T>(infinity<T> - 1);
    return static_cast<T>(zero<T>(negative) | top);
  }
  if (inexact) fpscr |= ixc;
  return static_cast<T>(zero<T>(negative) | packed);
}

template <class T>
T process_nan(T bits, const Unpacked& a, u32& fpscr) {
  if (a.kind == Kind::signalling_nan) fpscr |= ioc;
  return (fpscr & default_nan) ? the_default_nan<T> : static_cast<T>(bits | quiet_bit<T>);
}

template <class T>
T sum(T a, T b, Sum kind, int scale, u32& fpscr) {
  Unpacked x = unpack(a, fpscr), y = unpack(b, fpscr);
  T result;
  if (process_nans({a, b}, {x, y}, result, fpscr)) return result;
  if (kind == Sum::subtract) y.negative = !y.negative;
  if (x.kind == Kind::infinite && y.kind == Kind::infinite)
    return x.negative == y.negative ? infinite<T>(x.negative) : invalid<T>(fpscr);
  if (x.kind == Kind::infinite) return infinite<T>(x.negative);
  if (y.kind == Kind::infinite) return infinite<T>(y.negative);
  if (x.kind == Kind::zero && y.kind == Kind::zero)
    return x.negative == y.negative ? zero<T>(x.negative) : exact_zero<T>(fpscr);
  Term total{x.negative, x.exponent, x.significand};
  Term other{y.negative, y.exponent, y.significand};
  if (x.kind == Kind::zero) total = other;
  else if (y.kind != Kind::zero) total = add_terms(total, other);
  if (total.significand == 0) return exact_zero<T>(fpscr);
  return round<T>(total.negative, total.exponent + scale, total.significand, fpscr);
}

template <class T>
T mul(T a, T b, u32& fpscr) {
  Unpacked x = unpack(a, fpscr), y = unpack(b, fpscr);
  T result;
  if (process_nans({a, b}, {x, y}, result, fpscr)) return result;
  bool negative = x.negative != y.negative;
  bool any_zero = x.kind == Kind::zero || y.kind == Kind::zero;
  if (x.kind == Kind::infinite || y.kind == Kind::infinite)
    return any_zero ? invalid<T>(fpscr) : infinite<T>(negative);
  if (any_zero) return zero<T>(negative);
  return round<T>(negative, x.exponent + y.exponent, u128{x.significand} * y.significand, fpscr);
}

template <class T>
T div(T a, T b, u32& fpscr) {
  Unpacked x = unpack(a, fpscr), y = unpack(b, fpscr);
  T result;
  if (process_nans({a, b}, {x, y}, result, fpscr)) return result;
  bool negative = x.negative != y.negative;
  if (x.kind == y.kind && x.kind != Kind::finite) return invalid<T>(fpscr);  // inf/inf, 0/0
  if (x.kind == Kind::infinite) return infinite<T>(negative);
  if (y.kind == Kind::zero) {
    fpscr |= dzc;
    return infinite<T>(negative);
  }
  if (x.kind == Kind::zero || y.kind == Kind::infinite) return zero<T>(negative);
  int up = 125 - top_bit(x.significand);
  u128 dividend = u128{x.significand} << up;
  u128 quotient = dividend / y.significand;  // at least 72 bits
  bool rest = dividend % y.significand != 0;
  return round<T>(negative, x.exponent - up - y.exponent, quotient | rest, fpscr);
}

template <class T>
T sqrt(T a, u32& fpscr) {
  Unpacked x = unpack(a, fpscr);
  if (x.nan()) return process_nan(a, x, fpscr);
  if (x.kind == Kind::zero) return zero<T>(x.negative);
  if (x.negative) return invalid<T>(fpscr);
  if (x.kind == Kind::infinite) return infinite<T>(false);
  int up = 124 - top_bit(x.significand);
  if ((x.exponent - up) & 1) ++up;
  bool inexact;
  u64 root = integer_sqrt(u128{x.significand} << up, inexact);
  return round<T>(false, (x.exponent - up) / 2 - 1, (u128{root} << 1) | inexact, fpscr);
}

template <class T>
T fused_multiply_add(T addend, T a, T b, u32& fpscr) {
  Unpacked c = unpack(addend, fpscr), x = unpack(a, fpscr), y = unpack(b, fpscr);
  bool inf_by_zero = (x.kind == Kind::infinite && y.kind == Kind::zero) ||
                     (x.kind == Kind::zero && y.kind == Kind::infinite);
  T result;
  if (process_nans({addend, a, b}, {c, x, y}, result, fpscr))
    return c.kind == Kind::quiet_nan && inf_by_zero ? invalid<T>(fpscr) : result;
  bool negative = x.negative != y.negative;
  bool infinite_product = x.kind == Kind::infinite || y.kind == Kind::infinite;
  bool zero_product = x.kind == Kind::zero || y.kind == Kind::zero;
  if (inf_by_zero || (c.kind == Kind::infinite && infinite_product && c.negative != negative))
    return invalid<T>(fpscr);
  if (c.kind == Kind::infinite) return infinite<T>(c.negative);
  if (infinite_product) return infinite<T>(negative);
  if (c.kind == Kind::zero && zero_product) return c.negative == negative ? zero<T>(negative) : exact_zero<T>(fpscr);
  Term total{c.negative, c.exponent, c.significand};
  Term product{negative, x.exponent + y.exponent, u128{x.significand} * y.significand};
  if (c.kind == Kind::zero) total = product;
  else if (!zero_product) total = add_terms(total, product);
  if (total.significand == 0) return exact_zero<T>(fpscr);
  return round<T>(total.negative, total.exponent, total.significand, fpscr);
}

template <class T>
u32 compare(T a, T b, QuietNan quiet, u32& fpscr) {
  Unpacked x = unpack(a, fpscr), y = unpack(b, fpscr);
  if (x.nan() || y.nan()) {
    if (quiet == QuietNan::invalid || x.kind == Kind::signalling_nan || y.kind == Kind::signalling_nan) fpscr |= ioc;
    return 3;
  }
  // Packed values order as sign and magnitude; an operand that was flushed counts as zero.
  auto key = [](T bits, const Unpacked& u) {
    i64 magnitude = u.kind == Kind::zero ? 0 : static_cast<i64>(absolute(bits));
    return u.negative ? -magnitude : magnitude;
  };
  i64 p = key(a, x), q = key(b, y);
  return p == q ? 6 : p < q ? 8 : 2;
}

template <class T>
u32 to_fixed(T a, unsigned bits, unsigned fraction, Signed sign, u32& fpscr) {
  Unpacked x = unpack(a, fpscr);
  if (x.nan()) {
    fpscr |= ioc;
    return 0;
  }
  if (x.kind == Kind::zero) return 0;
  i64 largest = sign == Signed::yes ? (i64{1} << (bits - 1)) - 1 : (i64{1} << bits) - 1;
  i64 smallest = sign == Signed::yes ? -(i64{1} << (bits - 1)) : 0;
  i64 saturated = x.negative ? smallest : largest;
  int exponent = x.exponent + static_cast<int>(fraction);
  bool inexact = false;
  bool overflow = x.kind == Kind::infinite || top_bit(x.significand) + exponent > 40;
  if (!overflow) {
    Rounded r = shift_and_round(x.significand, -exponent, rounding_of(fpscr), x.negative);
    i64 value = static_cast<i64>(r.value);
    if (x.negative) value = -value;
    inexact = r.inexact;
    overflow = value > largest || value < smallest;
    if (!overflow) saturated = value;
  }
  if (overflow) fpscr |= ioc;
  else if (inexact) fpscr |= ixc;
  return static_cast<u32>(saturated);
}

template <class T>
T from_fixed(i64 operand, unsigned fraction, u32& fpscr) {
  if (operand == 0) return 0;
  u64 magnitude = operand < 0 ? -static_cast<u64>(operand) : static_cast<u64>(operand);
  return round<T>(operand < 0, -static_cast<int>(fraction), magnitude, fpscr);
}

template Unpacked unpack<u16>(u16, u32&);
template u16 round<u16>(bool, int, u128, u32&);
template u16 process_nan<u16>(u16, const Unpacked&, u32&);
#define SIGTAPE_FORMAT(T)                                         \
  template Unpacked unpack<T>(T, u32&);                           \
  template T round<T>(bool, int, u128, u32&);                     \
  template T process_nan<T>(T, const Unpacked&, u32&);            \
  template T sum<T>(T, T, Sum, int, u32&);                        \
  template T mul<T>(T, T, u32&);                                  \
  template T div<T>(T, T, u32&);                                  \
  template T sqrt<T>(T, u32&);                                    \
  template T fused_multiply_add<T>(T, T, T, u32&);                \
  template u32 compare<T>(T, T, QuietNan, u32&);                  \
  template u32 to_fixed<T>(T, unsigned, unsigned, Signed, u32&);  \
  template T from_fixed<T>(i64, unsigned, u32&);
SIGTAPE_FORMAT(u32)
SIGTAPE_FORMAT(u64)
#undef SIGTAPE_FORMAT

}  // namespace sigtape::cpu::fp::soft
