// Floating point in integer arithmetic: the reference, and the way for all inputs that the host may treat otherwise.
#pragma once
#include "core/cpu/float.h"

namespace sigtape::cpu::fp::soft {

__extension__ using u128 = unsigned __int128;

template <class T>
struct Format;
template <>
struct Format<u16> {
  static constexpr int fraction = 10, exponent = 5, bias = 15;
};
template <>
struct Format<u32> {
  static constexpr int fraction = 23, exponent = 8, bias = 127;
};
template <>
struct Format<u64> {
  static constexpr int fraction = 52, exponent = 11, bias = 1023;
};

template <class T>
inline constexpr T infinity = static_cast<T>(((T{1} << Format<T>::exponent) - 1) << Format<T>::fraction);
template <class T>
inline constexpr T quiet_bit = static_cast<T>(T{1} << (Format<T>::fraction - 1));
template <class T>
inline constexpr T the_default_nan = static_cast<T>(infinity<T> | quiet_bit<T>);

enum class Kind : u8 { zero, finite, infinite, quiet_nan, signalling_nan };

struct Unpacked {
  Kind kind = Kind::zero;
  bool negative = false;
  int exponent = 0;  // finite: the value is significand * 2^exponent
  u64 significand = 0;
  bool nan() const { return kind >= Kind::quiet_nan; }
};

// FPUnpack: flushes a denormal input where FZ asks for it (never a half).
template <class T>
Unpacked unpack(T bits, u32& fpscr);
// FPRound: significand (not 0, below 2^126) * 2^exponent. Bit 0 may stand for everything below it.
template <class T>
T round(bool negative, int exponent, u128 significand, u32& fpscr);
// FPProcessNaN.
template <class T>
T process_nan(T bits, const Unpacked& a, u32& fpscr);

// (a + b) * 2^scale, or (a - b) * 2^scale, with one rounding (FPAdd, FPSub, FPHalvedSub). A NaN that is subtracted keeps
// its sign.
enum class Sum : u8 { add, subtract };
template <class T>
T sum(T a, T b, Sum kind, int scale, u32& fpscr);
template <class T>
T mul(T a, T b, u32& fpscr);
template <class T>
T div(T a, T b, u32& fpscr);
template <class T>
T sqrt(T a, u32& fpscr);
template <class T>
T fused_multiply_add(T addend, T a, T b, u32& fpscr);
template <class T>
u32 compare(T a, T b, QuietNan quiet, u32& fpscr);
template <class T>
u32 to_fixed(T a, unsigned bits, unsigned fraction, Signed sign, u32& fpscr);
template <class T>
T from_fixed(i64 operand, unsigned fraction, u32& fpscr);

}  // namespace sigtape::cpu::fp::soft
