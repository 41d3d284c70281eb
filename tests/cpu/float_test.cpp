// Floating point: the host path against the integer reference, the reference against the host's IEEE arithmetic.
#include "core/cpu/float.h"

#include <doctest/doctest.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdlib>

#include "core/cpu/float_soft.h"

using namespace sigtape;
using namespace sigtape::cpu;

namespace {

// SIGTAPE_FLOAT_TEST=50000000 for a long run.
u64 rounds() {
  const char* text = std::getenv("SIGTAPE_FLOAT_TEST");
  return text ? std::strtoull(text, nullptr, 10) : 300'000;
}

struct Random {
  u64 state = 0x9e37'79b9'7f4a'7c15;
  u64 next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545'f491'4f6c'dd1d;
  }
};

template <class T>
T any_float(Random& random) {
  constexpr int fraction = fp::soft::Format<T>::fraction, bias = fp::soft::Format<T>::bias;
  constexpr T mask = (T{1} << fraction) - 1;
  T r = static_cast<T>(random.next()), sign = r & fp::sign_bit<T>;
  u64 kind = random.next();
  T exponent = 0, low = r & mask;
  switch (kind & 7) {
    case 0: return r;
    case 1: exponent = static_cast<T>(bias + (kind >> 8) % 8 - 4); break;               // near one
    case 2: exponent = static_cast<T>(bias + (kind >> 8) % 128 - 64); break;
    case 3: exponent = static_cast<T>((kind >> 8) % 4); break;                          // denormal and just above
    case 4: exponent = static_cast<T>(2 * bias + 1 - (kind >> 8) % 4); break;           // infinity, NaN, just below
    case 5: exponent = static_cast<T>(bias / 2 + (kind >> 8) % 60 - 30); break;         // products that underflow
    case 6: exponent = static_cast<T>(bias + fraction + (kind >> 8) % 8 - 4); break;    // around the largest integers
    case 7: exponent = static_cast<T>(bias + (kind >> 8) % 40 - 8); break;
  }
  switch ((kind >> 32) & 7) {  // few significant bits: exact results and ties
    case 0: low = 0; break;
    case 1: low &= static_cast<T>(mask << (fraction - 4)); break;
    case 2: low &= static_cast<T>(mask << (fraction / 2)); break;
    case 3: low = mask; break;
    case 4: low &= 3; break;
  }
  return sign | static_cast<T>(exponent << fraction) | (low & mask);
}

u32 any_control(Random& random) {
  u64 r = random.next();
  u32 control = static_cast<u32>(r) & (fp::default_nan | fp::flush_to_zero | fp::rounding_mask);
  if (r & (u64{1} << 40)) control &= ~fp::rounding_mask;
  if (r & (u64{1} << 41)) control &= ~fp::flush_to_zero;
  if (r & (u64{1} << 42)) control |= fp::ixc;
  return control;
}

template <class T>
using HostFloat = std::conditional_t<sizeof(T) == 4, float, double>;
template <class T>
HostFloat<T> host(T a) {
  return std::bit_cast<HostFloat<T>>(a);
}

enum class What { add, sub, mul, div, sqrt, fma, count_ };

template <class T>
T fast(What what, T a, T b, T c, u32& fpscr) {
  switch (what) {
    case What::add: return fp::add(a, b, fpscr);
    case What::sub: return fp::sub(a, b, fpscr);
    case What::mul: return fp::mul(a, b, fpscr);
    case What::div: return fp::div(a, b, fpscr);
    case What::sqrt: return fp::sqrt(a, fpscr);
    default: return fp::fused_multiply_add(c, a, b, fpscr);
  }
}
template <class T>
T soft(What what, T a, T b, T c, u32& fpscr) {
  switch (what) {
    case What::add: return fp::soft::sum(a, b, fp::soft::Sum::add, 0, fpscr);
    case What::sub: return fp::soft::sum(a, b, fp::soft::Sum::subtract, 0, fpscr);
    case What::mul: return fp::soft::mul(a, b, fpscr);
    case What::div: return fp::soft::div(a, b, fpscr);
    case What::sqrt: return fp::soft::sqrt(a, fpscr);
    default: return fp::soft::fused_multiply_add(c, a, b, fpscr);
  }
}
template <class T>
T on_host(What what, T a, T b, T c, u32& fpscr) {
  constexpr int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  volatile HostFloat<T> x = host(a), y = host(b), z = host(c), r;
  std::fesetround(modes[static_cast<int>(fp::rounding_of(fpscr))]);
  std::feclearexcept(FE_ALL_EXCEPT);
  switch (what) {
    case What::add: r = x + y; break;
    case What::sub: r = x - y; break;
    case What::mul: r = x * y; break;
    case What::div: r = x / y; break;
    case What::sqrt: r = std::sqrt(x); break;
    default: r = std::fma(x, y, z); break;
  }
  int flags = std::fetestexcept(FE_ALL_EXCEPT);
  std::fesetround(FE_TONEAREST);
  if (flags & FE_INVALID) fpscr |= fp::ioc;
  if (flags & FE_DIVBYZERO) fpscr |= fp::dzc;
  if (flags & FE_OVERFLOW) fpscr |= fp::ofc;
  if (flags & FE_UNDERFLOW) fpscr |= fp::ufc;
  if (flags & FE_INEXACT) fpscr |= fp::ixc;
  return std::bit_cast<T>(static_cast<HostFloat<T>>(r));
}

template <class T>
void compare_paths(u64 count) {
  Random random;
  for (u64 k = 0; k < count; ++k) {
    T a = any_float<T>(random), b = any_float<T>(random), c = any_float<T>(random);
    auto what = static_cast<What>(random.next() % static_cast<int>(What::count_));
    u32 control = any_control(random), first = control, second = control;
    T x = fast(what, a, b, c, first), y = soft(what, a, b, c, second);
    if (x == y && first == second) continue;
    CAPTURE(static_cast<int>(what));
    CAPTURE(u64{a});
    CAPTURE(u64{b});
    CAPTURE(u64{c});
    CAPTURE(control);
    REQUIRE(x == y);
    REQUIRE(first == second);
  }
}

template <class T>
void compare_with_host(u64 count) {
  Random random;
  for (u64 k = 0; k < count; ++k) {
    T a = any_float<T>(random), b = any_float<T>(random), c = any_float<T>(random);
    auto what = static_cast<What>(random.next() % static_cast<int>(What::count_));
    u32 control = any_control(random) & fp::rounding_mask, first = control, second = control;
    T x = soft(what, a, b, c, first), y = on_host(what, a, b, c, second);
    bool nan = std::isnan(host(a)) || std::isnan(host(b)) || (what == What::fma && std::isnan(host(c)));
    if (nan) continue;                                       // ARM's own rules
    if (std::isnan(host(x)) && std::isnan(host(y))) y = x;   // the sign of the default NaN
    // x86 sees tininess after rounding: where it rounds up to the smallest normal number
    if (fp::absolute(x) == T{1} << fp::soft::Format<T>::fraction) second |= first & fp::ufc;
    if (x == y && first == second) continue;
    CAPTURE(static_cast<int>(what));
    CAPTURE(u64{a});
    CAPTURE(u64{b});
    CAPTURE(u64{c});
    CAPTURE(control);
    REQUIRE(x == y);
    REQUIRE(first == second);
  }
}

}  // namespace

TEST_CASE("the host path gives the bits and flags of the reference") {
  compare_paths<u32>(rounds() * 2);
  compare_paths<u64>(rounds() * 2);
}

TEST_CASE("the reference agrees with IEEE arithmetic of the host in all rounding modes") {
  compare_with_host<u32>(rounds());
  compare_with_host<u64>(rounds());
}

TEST_CASE("conversions agree with those of the host") {
  Random random;
  for (u64 k = 0; k < rounds() / 4; ++k) {
    u64 a = any_float<u64>(random);
    u32 b = any_float<u32>(random), flags = 0;
    if (!std::isnan(host(a))) CHECK(fp::single_of_double(a, flags) == std::bit_cast<u32>(static_cast<float>(host(a))));
    if (!std::isnan(host(b))) CHECK(fp::double_of_single(b, flags) == std::bit_cast<u64>(static_cast<double>(host(b))));
    double in_range = std::nearbyint(host(a));
    if (std::fabs(in_range) < 2147483647.0)
      CHECK(static_cast<i32>(fp::to_fixed(a, 32, 0, fp::Signed::yes, flags)) == static_cast<i32>(in_range));
    i32 word = static_cast<i32>(random.next());
    CHECK(fp::from_fixed<u32>(word, 0, flags) == std::bit_cast<u32>(static_cast<float>(word)));
    CHECK(fp::from_fixed<u64>(word, 7, flags) == std::bit_cast<u64>(word / 128.0));
  }
}

TEST_CASE("the first signalling NaN wins, then the first quiet one, and a NaN that is subtracted keeps its sign") {
  u32 flags = 0;
  CHECK(fp::add(0x7fc0'0001u, 0x7f80'0002u, flags) == 0x7fc0'0002);
  CHECK(flags == fp::ioc);
  flags = 0;
  CHECK(fp::add(0x7fc0'0001u, 0xffc0'0002u, flags) == 0x7fc0'0001);
  CHECK(fp::sub(0x3f80'0000u, 0x7fc0'0002u, flags) == 0x7fc0'0002);
  CHECK(flags == 0);
  flags = fp::default_nan;
  CHECK(fp::mul(0x3f80'0000u, 0xffc0'0002u, flags) == 0x7fc0'0000);
  flags = 0;
  CHECK(fp::fused_multiply_add(0x7fc0'0001u, 0x7f80'0000u, 0u, flags) == 0x7fc0'0000);  // QNaN + inf * 0
  CHECK(flags == fp::ioc);
}

TEST_CASE("flush-to-zero sets IDC for operands and UFC alone for results") {
  u32 flags = fp::flush_to_zero;
  CHECK(fp::add(0x8000'0001u, 0x8000'0000u, flags) == 0x8000'0000);
  CHECK(flags == (fp::flush_to_zero | fp::idc));
  flags = fp::flush_to_zero;
  CHECK(fp::mul(0x0080'0001u, 0xbf00'0000u, flags) == 0x8000'0000);
  CHECK(flags == (fp::flush_to_zero | fp::ufc));
}

TEST_CASE("conversions to integers saturate, and NaN gives 0") {
  u32 flags = 0;
  CHECK(fp::to_fixed(0x7fc0'0000u, 32, 0, fp::Signed::yes, flags) == 0);
  CHECK(flags == fp::ioc);
  CHECK(fp::to_fixed(0x4f80'0000u, 32, 0, fp::Signed::no, flags) == 0xffff'ffff);
  CHECK(fp::to_fixed(0xff80'0000u, 32, 0, fp::Signed::yes, flags) == 0x8000'0000);
  flags = 0;
  CHECK(fp::to_fixed(0xbf00'0000u, 32, 0, fp::Signed::no, flags) == 0);  // -0.5 to even: 0, inexact, not invalid
  CHECK(flags == fp::ixc);
  CHECK(fp::to_fixed(0xc000'0000u, 16, 3, fp::Signed::yes, flags) == 0xffff'fff0);
}

TEST_CASE("half precision, IEEE and alternative") {
  u32 flags = 0;
  CHECK(fp::single_of_half(0x0001, flags) == 0x3380'0000);
  CHECK(fp::half_of_single(0x477f'f000, flags) == 0x7c00);
  CHECK(flags == (fp::ofc | fp::ixc));
  flags = fp::alternative_half;
  CHECK(fp::single_of_half(0x7fff, flags) == 0x47ff'e000);
  CHECK(fp::half_of_single(0x7f80'0000, flags) == 0x7fff);
  CHECK(fp::half_of_single(0xffc0'0000, flags) == 0x8000);
  CHECK(flags == (fp::alternative_half | fp::ioc));
}

TEST_CASE("estimates and steps have the manual's ends") {
  u32 flags = fp::standard_fpscr(0);
  CHECK(fp::reciprocal_estimate(0x3f80'0000, flags) == 0x3f7f'8000);
  CHECK(fp::reciprocal_sqrt_estimate(0x3f80'0000, flags) == 0x3f7f'8000);
  CHECK(fp::reciprocal_estimate(0x7e80'0000, flags) == 0);
  CHECK((flags & fp::cumulative) == fp::ufc);
  CHECK(fp::reciprocal_estimate_fixed(0x7fff'ffff) == 0xffff'ffff);
  CHECK(fp::reciprocal_estimate_fixed(0x8000'0000) == 0xff80'0000);
  CHECK(fp::reciprocal_step(0x7f80'0000, 0, flags) == 0x4000'0000);
  CHECK(fp::reciprocal_sqrt_step(0, 0xff80'0000, flags) == 0x3fc0'0000);
}

TEST_CASE("maximum and minimum order the zeros") {
  u32 flags = fp::standard_fpscr(0);
  CHECK(fp::max(0x8000'0000u, 0u, flags) == 0);
  CHECK(fp::min(0u, 0x8000'0000u, flags) == 0x8000'0000);
  CHECK(fp::max(0x3f80'0000u, 0x4000'0000u, flags) == 0x4000'0000);
  CHECK(fp::min(0x3f80'0000u, 0x7fc0'1234u, flags) == 0x7fc0'0000);
}
