// ARM floating point to the bit, on bit patterns: u16 is half, u32 single, u64 double; the same on every host.
#pragma once
#include "core/base/ints.h"

// Each function takes control (rounding mode, FZ, DN, AHP) from the FPSCR word that it is given and sets the
// cumulative flags there (ARM ARM A2.7). Advanced SIMD passes standard_fpscr() and keeps the flags.
// The host's MXCSR must be at its default (round to nearest, no flush, exceptions masked).
namespace sigtape::cpu::fp {

inline constexpr u32 ioc = 1u << 0, dzc = 1u << 1, ofc = 1u << 2, ufc = 1u << 3, ixc = 1u << 4, idc = 1u << 7;
inline constexpr u32 cumulative = ioc | dzc | ofc | ufc | ixc | idc;
inline constexpr u32 qc = 1u << 27, alternative_half = 1u << 26, default_nan = 1u << 25, flush_to_zero = 1u << 24;
inline constexpr u32 rounding_shift = 22, rounding_mask = 3u << rounding_shift;
inline constexpr u32 length_mask = 7u << 16, stride_mask = 3u << 20;
// What a Cortex-A15 lets VMSR change: no trap enables (it has no trapped exceptions).
inline constexpr u32 fpscr_writable = 0xfff7'009f;

enum class Rounding : u8 { nearest = 0, plus_infinity = 1, minus_infinity = 2, zero = 3 };  // FPSCR.RMode
inline Rounding rounding_of(u32 fpscr) { return static_cast<Rounding>((fpscr >> rounding_shift) & 3); }
inline u32 with_rounding(u32 fpscr, Rounding mode) {
  return (fpscr & ~rounding_mask) | (static_cast<u32>(mode) << rounding_shift);
}
// StandardFPSCRValue(): what Advanced SIMD arithmetic runs under.
inline u32 standard_fpscr(u32 fpscr) { return (fpscr & alternative_half) | default_nan | flush_to_zero; }

template <class T>
inline constexpr T sign_bit = static_cast<T>(T{1} << (8 * sizeof(T) - 1));
template <class T>
constexpr T negate(T a) {
  return a ^ sign_bit<T>;
}
template <class T>
constexpr T absolute(T a) {
  return a & static_cast<T>(~sign_bit<T>);
}

// T: u32 or u64.
template <class T>
T add(T a, T b, u32& fpscr);
template <class T>
T sub(T a, T b, u32& fpscr);
template <class T>
T mul(T a, T b, u32& fpscr);
template <class T>
T div(T a, T b, u32& fpscr);
template <class T>
T sqrt(T a, u32& fpscr);
// addend + a * b with one rounding (FPMulAdd: NaNs are looked for in this order).
template <class T>
T fused_multiply_add(T addend, T a, T b, u32& fpscr);
template <class T>
T max(T a, T b, u32& fpscr);
template <class T>
T min(T a, T b, u32& fpscr);

// NZCV as VCMP puts it into FPSCR[31:28], in bits 3-0: less 8, equal 6, greater 2, unordered 3.
enum class QuietNan : u8 { silent, invalid };  // invalid: VCMPE, and the ordered comparisons of Advanced SIMD
template <class T>
u32 compare(T a, T b, QuietNan quiet, u32& fpscr);

// Integers and fixed point: the result has `bits` (16 or 32) bits, `fraction` of them behind the point; saturating,
// NaN gives 0. Rounds as FPSCR says; callers that round towards zero pass with_rounding().
enum class Signed : u8 { no, yes };
template <class T>
u32 to_fixed(T a, unsigned bits, unsigned fraction, Signed sign, u32& fpscr);
// `operand` is extended to 64 bits by its caller, as its signedness asks.
template <class T>
T from_fixed(i64 operand, unsigned fraction, u32& fpscr);

u64 double_of_single(u32 a, u32& fpscr);
u32 single_of_double(u64 a, u32& fpscr);
u32 single_of_half(u16 a, u32& fpscr);
u16 half_of_single(u32 a, u32& fpscr);

// Estimates and steps of Advanced SIMD (A2.7.9 and A2.7.10); `fpscr` should be the standard one.
u32 reciprocal_estimate(u32 a, u32& fpscr);
u32 reciprocal_sqrt_estimate(u32 a, u32& fpscr);
u32 reciprocal_step(u32 a, u32 b, u32& fpscr);
u32 reciprocal_sqrt_step(u32 a, u32 b, u32& fpscr);
u32 reciprocal_estimate_fixed(u32 a);
u32 reciprocal_sqrt_estimate_fixed(u32 a);

}  // namespace sigtape::cpu::fp
