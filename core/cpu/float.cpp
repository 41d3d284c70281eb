// ARM floating point: host arithmetic where it provably gives the same bits and flags, integers for everything else.
#include "core/cpu/float.h"

#include <bit>
#include <cmath>
#include <initializer_list>

#include "core/cpu/float_soft.h"

// The host path is taken only when rounding is to nearest, the operands are normal or zero and the result is a normal
// number above the smallest one (x86 detects tininess after rounding, ARM before), so that no flag but IXC can be due.
// IXC must be right too: either it is set already, or the result is shown to be exact.
namespace sigtape::cpu::fp {
namespace {

template <class T>
struct HostType;
template <>
struct HostType<u32> {
  using Type = float;
};
template <>
struct HostType<u64> {
  using Type = double;
};
template <class T>
using Host = typename HostType<T>::Type;

template <class T>
Host<T> host(T bits) {
  return std::bit_cast<Host<T>>(bits);
}
template <class T>
T guest(Host<T> value) {
  return std::bit_cast<T>(value);
}

template <class T>
constexpr T exponent_field = soft::infinity<T>;

template <class T>
bool is_zero(T a) {
  return static_cast<T>(a << 1) == 0;
}
template <class T>
bool is_nan(T a) {
  return absolute(a) > soft::infinity<T>;
}
template <class T>
bool denormal(T a) {
  return (a & exponent_field<T>) == 0 && !is_zero(a);
}
template <class T>
bool normal_or_zero(T a) {
  T e = a & exponent_field<T>;
  return (e != 0 && e != exponent_field<T>) || is_zero(a);
}
// A normal number with an exponent above the smallest.
template <class T>
bool clearly_normal(T a) {
  T e = a & exponent_field<T>;
  return e > (T{1} << soft::Format<T>::fraction) && e != exponent_field<T>;
}
bool nearest(u32 fpscr) { return (fpscr & rounding_mask) == 0; }

// Whether a * b surely needs no more bits than the format has. Operands are clearly normal.
template <class T>
bool product_fits(T a, T b) {
  constexpr int width = soft::Format<T>::fraction;
  T mask = (T{1} << width) - 1;
  auto used = [&](T x) { return width + 1 - std::countr_zero(static_cast<T>((x & mask) | (T{1} << width))); };
  return used(a) + used(b) <= width + 1;
}

// The error of a sum, itself always representable (Knuth's TwoSum), is zero.
template <class T>
bool exact_sum(Host<T> x, Host<T> y, Host<T> s) {
  Host<T> part = s - x;
  Host<T> error = (x - (s - part)) + (y - part);
  return error == 0;
}

bool exact_product(u32 a, u32 b, u32 product) {
  return static_cast<double>(host(a)) * static_cast<double>(host(b)) == static_cast<double>(host(product));
}
bool exact_product(u64 a, u64 b, u64) { return product_fits(a, b); }

// quotient * b == a, computed so that the product itself is exact.
bool exact_quotient(u32 a, u32 b, u32 quotient) { return exact_product(quotient, b, a); }
bool exact_quotient(u64 a, u64 b, u64 quotient) {
  return product_fits(quotient, b) && host(quotient) * host(b) == host(a);
}

}  // namespace

template <class T>
T add(T a, T b, u32& fpscr) {
  if (nearest(fpscr) && normal_or_zero(a) && normal_or_zero(b)) {
    Host<T> x = host(a), y = host(b), s = x + y;
    T sum = guest<T>(s);
    if ((clearly_normal(sum) || is_zero(sum)) && ((fpscr & ixc) || exact_sum<T>(x, y, s))) return sum;
  }
  return soft::sum(a, b, soft::Sum::add, 0, fpscr);
}

template <class T>
T sub(T a, T b, u32& fpscr) {
  return is_nan(b) ? soft::sum(a, b, soft::Sum::subtract, 0, fpscr) : add(a, negate(b), fpscr);
}

template <class T>
T mul(T a, T b, u32& fpscr) {
  if (nearest(fpscr) && normal_or_zero(a) && normal_or_zero(b)) {
    T product = guest<T>(host(a) * host(b));
    if (is_zero(a) || is_zero(b)) return product;
    if (clearly_normal(product) && ((fpscr & ixc) || exact_product(a, b, product))) return product;
  }
  return soft::mul(a, b, fpscr);
}

template <class T>
T div(T a, T b, u32& fpscr) {
  if (nearest(fpscr) && normal_or_zero(a) && normal_or_zero(b) && !is_zero(b)) {
    T quotient = guest<T>(host(a) / host(b));
    if (is_zero(a)) return quotient;
    if (clearly_normal(quotient) && ((fpscr & ixc) || exact_quotient(a, b, quotient))) return quotient;
  }
  return soft::div(a, b, fpscr);
}

template <class T>
T sqrt(T a, u32& fpscr) {
  if (nearest(fpscr) && clearly_normal(a) && (a & sign_bit<T>) == 0) {
    T root = guest<T>(std::sqrt(host(a)));
    if ((fpscr & ixc) || exact_quotient(a, root, root)) return root;
  }
  return soft::sqrt(a, fpscr);
}

template <class T>
T fused_multiply_add(T addend, T a, T b, u32& fpscr) {
  if (nearest(fpscr) && (fpscr & ixc) && normal_or_zero(addend) && normal_or_zero(a) && normal_or_zero(b)) {
    T sum = guest<T>(std::fma(host(a), host(b), host(addend)));
    if (clearly_normal(sum)) return sum;
  }
  return soft::fused_multiply_add(addend, a, b, fpscr);
}

template <class T>
u32 compare(T a, T b, QuietNan quiet, u32& fpscr) {
  if (is_nan(a) || is_nan(b) || denormal(a) || denormal(b)) return soft::compare(a, b, quiet, fpscr);
  Host<T> x = host(a), y = host(b);
  return x == y ? 6 : x < y ? 8 : 2;
}

namespace {

// FPMax and FPMin. Equal operands differ at most in the sign of zero: the larger is +0.
template <class T>
T extremum(T a, T b, bool largest, u32& fpscr) {
  soft::Unpacked x = soft::unpack(a, fpscr), y = soft::unpack(b, fpscr);
  for (soft::Kind kind : {soft::Kind::signalling_nan, soft::Kind::quiet_nan}) {
    if (x.kind == kind) return soft::process_nan(a, x, fpscr);
    if (y.kind == kind) return soft::process_nan(b, y, fpscr);
  }
  if (x.kind == soft::Kind::zero) a &= sign_bit<T>;  // a flushed operand gives the zero that it counts as
  if (y.kind == soft::Kind::zero) b &= sign_bit<T>;
  u32 order = soft::compare(a, b, QuietNan::silent, fpscr);
  if (order == 6) return largest ? a & b : a | b;
  return (order == 2) == largest ? a : b;
}

}  // namespace

template <class T>
T max(T a, T b, u32& fpscr) {
  return extremum(a, b, true, fpscr);
}
template <class T>
T min(T a, T b, u32& fpscr) {
  return extremum(a, b, false, fpscr);
}

template <class T>
u32 to_fixed(T a, unsigned bits, unsigned fraction, Signed sign, u32& fpscr) {
  return soft::to_fixed(a, bits, fraction, sign, fpscr);
}

template <class T>
T from_fixed(i64 operand, unsigned fraction, u32& fpscr) {
  if (sizeof(T) == 8 && fraction == 0) return guest<T>(static_cast<Host<T>>(operand));  // 33 bits: always exact
  return soft::from_fixed<T>(operand, fraction, fpscr);
}

#define SIGTAPE_FORMAT(T)                                        \
  template T add<T>(T, T, u32&);                                 \
  template T sub<T>(T, T, u32&);                                 \
  template T mul<T>(T, T, u32&);                                 \
  template T div<T>(T, T, u32&);                                 \
  template T sqrt<T>(T, u32&);                                   \
  template T fused_multiply_add<T>(T, T, T, u32&);               \
  template u32 compare<T>(T, T, QuietNan, u32&);                 \
  template T max<T>(T, T, u32&);                                 \
  template T min<T>(T, T, u32&);                                 \
  template u32 to_fixed<T>(T, unsigned, unsigned, Signed, u32&); \
  template T from_fixed<T>(i64, unsigned, u32&);
SIGTAPE_FORMAT(u32)
SIGTAPE_FORMAT(u64)
#undef SIGTAPE_FORMAT

u64 double_of_single(u32 a, u32& fpscr) {
  if (normal_or_zero(a)) return guest<u64>(static_cast<double>(host(a)));
  soft::Unpacked x = soft::unpack(a, fpscr);
  u64 sign = u64{x.negative} << 63;
  switch (x.kind) {
    case soft::Kind::zero: return sign;
    case soft::Kind::infinite: return sign | soft::infinity<u64>;
    case soft::Kind::finite: return soft::round<u64>(x.negative, x.exponent, x.significand, fpscr);
    case soft::Kind::signalling_nan: fpscr |= ioc; break;
    case soft::Kind::quiet_nan: break;
  }
  if (fpscr & default_nan) return soft::the_default_nan<u64>;
  return sign | soft::infinity<u64> | soft::quiet_bit<u64> | (u64{a & 0x003f'ffff} << 29);
}

u32 single_of_double(u64 a, u32& fpscr) {
  if (nearest(fpscr) && normal_or_zero(a)) {
    u32 single = guest<u32>(static_cast<float>(host(a)));
    if (is_zero(a)) return single;
    if (clearly_normal(single) && ((fpscr & ixc) || static_cast<double>(host(single)) == host(a))) return single;
  }
  soft::Unpacked x = soft::unpack(a, fpscr);
  u32 sign = u32{x.negative} << 31;
  switch (x.kind) {
    case soft::Kind::zero: return sign;
    case soft::Kind::infinite: return sign | soft::infinity<u32>;
    case soft::Kind::finite: return soft::round<u32>(x.negative, x.exponent, x.significand, fpscr);
    case soft::Kind::signalling_nan: fpscr |= ioc; break;
    case soft::Kind::quiet_nan: break;
  }
  if (fpscr & default_nan) return soft::the_default_nan<u32>;
  return sign | soft::infinity<u32> | soft::quiet_bit<u32> | (static_cast<u32>(a >> 29) & 0x003f'ffff);
}

u32 single_of_half(u16 a, u32& fpscr) {
  soft::Unpacked x = soft::unpack(a, fpscr);
  u32 sign = u32{x.negative} << 31;
  switch (x.kind) {
    case soft::Kind::zero: return sign;
    case soft::Kind::infinite: return sign | soft::infinity<u32>;
    case soft::Kind::finite: return soft::round<u32>(x.negative, x.exponent, x.significand, fpscr);
    case soft::Kind::signalling_nan: fpscr |= ioc; break;
    case soft::Kind::quiet_nan: break;
  }
  if (fpscr & default_nan) return soft::the_default_nan<u32>;
  return sign | soft::infinity<u32> | soft::quiet_bit<u32> | ((a & 0x1ffu) << 13);
}

u16 half_of_single(u32 a, u32& fpscr) {
  soft::Unpacked x = soft::unpack(a, fpscr);
  u16 sign = static_cast<u16>(u32{x.negative} << 15);
  bool alternative = fpscr & alternative_half;
  if (x.kind == soft::Kind::zero) return sign;
  if (x.kind == soft::Kind::finite) return soft::round<u16>(x.negative, x.exponent, x.significand, fpscr);
  if (x.kind == soft::Kind::signalling_nan || alternative) fpscr |= ioc;
  if (x.kind == soft::Kind::infinite)
    return static_cast<u16>(sign | (alternative ? 0x7fff : soft::infinity<u16>));
  if (alternative) return sign;
  if (fpscr & default_nan) return soft::the_default_nan<u16>;
  return static_cast<u16>(sign | soft::the_default_nan<u16> | ((a >> 13) & 0x1ff));
}

// --- estimates: the manual's real-number definitions (recip_estimate, recip_sqrt_estimate) in integers.
namespace {

// a in [256, 511] stands for [0.5, 1.0) in steps of 1/512, halfway in; the result in [256, 511] for [1.0, 2.0).
u32 estimate(u32 a) {
  u32 twice = a * 2 + 1;
  u32 b = (1u << 19) / twice;
  return (b + 1) / 2;
}

// a in [128, 511]: [0.25, 0.5) in steps of 1/256 below 256, [0.5, 1.0) in steps of 1/256 (even ones) above.
u32 sqrt_estimate(u32 a) {
  a = a < 256 ? a * 2 + 1 : ((a >> 1) << 1) * 2 + 2;
  u32 b = 512;  // becomes the largest with a * b * b < 2^28
  for (u32 step = 256; step != 0; step /= 2)
    if (u64{a} * (b + step) * (b + step) < (u64{1} << 28)) b += step;
  return (b + 1) / 2;
}

}  // namespace

u32 reciprocal_estimate(u32 a, u32& fpscr) {
  soft::Unpacked x = soft::unpack(a, fpscr);
  u32 sign = a & 0x8000'0000;
  if (x.nan()) return soft::process_nan(a, x, fpscr);
  if (x.kind == soft::Kind::infinite) return sign;
  if (x.kind == soft::Kind::zero) {
    fpscr |= dzc;
    return sign | soft::infinity<u32>;
  }
  u32 exponent = (a >> 23) & 0xff;
  if (exponent >= 253) {  // the result would be denormal
    fpscr |= ufc;
    return sign;
  }
  u32 result = estimate(256 + ((a >> 15) & 0xff));
  return sign | ((253 - exponent) << 23) | ((result & 0xff) << 15);
}

u32 reciprocal_sqrt_estimate(u32 a, u32& fpscr) {
  soft::Unpacked x = soft::unpack(a, fpscr);
  u32 sign = a & 0x8000'0000;
  if (x.nan()) return soft::process_nan(a, x, fpscr);
  if (x.kind == soft::Kind::zero) {
    fpscr |= dzc;
    return sign | soft::infinity<u32>;
  }
  if (x.negative) {
    fpscr |= ioc;
    return soft::the_default_nan<u32>;
  }
  if (x.kind == soft::Kind::infinite) return 0;
  u32 exponent = (a >> 23) & 0xff, fraction = (a >> 15) & 0xff;
  // An odd exponent scales the operand into [0.25, 0.5), an even one into [0.5, 1.0).
  u32 scaled = (exponent & 1) ? 128 + (fraction >> 1) : 256 + fraction;
  u32 result = sqrt_estimate(scaled);
  return (((380 - exponent) / 2) << 23) | ((result & 0xff) << 15);
}

u32 reciprocal_estimate_fixed(u32 a) {
  if ((a >> 31) == 0) return 0xffff'ffff;
  return estimate(a >> 23) << 23;
}

u32 reciprocal_sqrt_estimate_fixed(u32 a) {
  if ((a >> 30) == 0) return 0xffff'ffff;
  return sqrt_estimate(a >> 23) << 23;
}

namespace {
bool is_infinite(u32 a) { return absolute(a) == soft::infinity<u32>; }
// 0 * inf is 0 in the steps, so that the iteration converges at its ends; a denormal counts as zero there.
bool infinity_by_zero(u32 a, u32 b) {
  auto counts_as_zero = [](u32 x) { return (x & exponent_field<u32>) == 0; };
  return (is_infinite(a) && counts_as_zero(b)) || (counts_as_zero(a) && is_infinite(b));
}
u32 step_product(u32 a, u32 b, u32& fpscr) {
  if (!infinity_by_zero(a, b)) return mul(a, b, fpscr);
  soft::unpack(a, fpscr);  // for IDC
  soft::unpack(b, fpscr);
  return 0;
}
}  // namespace

u32 reciprocal_step(u32 a, u32 b, u32& fpscr) {
  constexpr u32 two = 0x4000'0000;
  u32 product = step_product(a, b, fpscr);
  if (is_nan(product)) return product;
  return sub(two, product, fpscr);
}

u32 reciprocal_sqrt_step(u32 a, u32 b, u32& fpscr) {
  constexpr u32 three = 0x4040'0000;
  u32 product = step_product(a, b, fpscr);
  if (is_nan(product)) return product;
  return soft::sum(three, product, soft::Sum::subtract, -1, fpscr);
}

}  // namespace sigtape::cpu::fp
