// Lanes of Advanced SIMD registers: views of the register file, loops over lanes, choice by element type.
#pragma once
#include <limits>
#include <type_traits>

#include "core/cpu/float.h"
#include "core/cpu/simd.h"

namespace sigtape::cpu::neon {

using isa::Form;
using isa::Insn;
using isa::Op;
__extension__ using i128 = __int128;

// The lanes of D register `d` and what follows it. Element 0 is in the least significant bits, as on the host.
template <class T>
T* lanes(State& state, unsigned d) {
  return reinterpret_cast<T*>(state.d.data() + d);
}
template <class T>
unsigned lane_count(const Insn& i) {
  return (i.quad ? 16 : 8) / sizeof(T);
}

// A copy of `bytes` of the file from register `d`, for operations that write before they have read everything.
struct Copy {
  alignas(16) u8 bytes[32];
  Copy(const State& state, unsigned d, unsigned count) { std::memcpy(bytes, state.d.data() + d, count); }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes);
  }
};

template <class T>
using Double = std::conditional_t<
    std::is_signed_v<T>, std::conditional_t<sizeof(T) == 1, i16, std::conditional_t<sizeof(T) == 2, i32, i64>>,
    std::conditional_t<sizeof(T) == 1, u16, std::conditional_t<sizeof(T) == 2, u32, u64>>>;

// Signed, and holds any sum, difference or shift by less than the width of T.
template <class T>
using Wide = std::conditional_t<sizeof(T) <= 2, i32, std::conditional_t<sizeof(T) == 4, i64, i128>>;

template <class T, class W>
T saturate(W value, u32& fpscr) {
  constexpr W largest = std::numeric_limits<T>::max(), smallest = std::numeric_limits<T>::min();
  if (value >= smallest && value <= largest) return static_cast<T>(value);
  fpscr |= fp::qc;
  return static_cast<T>(value < smallest ? smallest : largest);
}

// d[k] = f(d[k], n[k], m[k]); m may be one scalar for all. F::f<T>(d, n, m, fpscr).
template <class F, class T>
void three(State& s, const Insn& i) {
  T *d = lanes<T>(s, i.d), *n = lanes<T>(s, i.n), *m = lanes<T>(s, i.m);
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < lane_count<T>(i); ++k) d[k] = F::template f<T>(d[k], n[k], m[k], fpscr);
  s.fpscr = fpscr;
}
template <class F, class T>
void by_scalar(State& s, const Insn& i) {
  T *d = lanes<T>(s, i.d), *n = lanes<T>(s, i.n), scalar = lanes<T>(s, i.m)[i.index];
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < lane_count<T>(i); ++k) d[k] = F::template f<T>(d[k], n[k], scalar, fpscr);
  s.fpscr = fpscr;
}
// d[k] = f(m[k]): F::f<T>(m, fpscr).
template <class F, class T>
void two(State& s, const Insn& i) {
  T *d = lanes<T>(s, i.d), *m = lanes<T>(s, i.m);
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < lane_count<T>(i); ++k) d[k] = F::template f<T>(m[k], fpscr);
  s.fpscr = fpscr;
}
// Neighbours of n, then of m: F::f<T>(unused, low, high, fpscr). D registers only.
template <class F, class T>
void pairs(State& s, const Insn& i) {
  constexpr unsigned count = 8 / sizeof(T);
  Copy n(s, i.n, 8), m(s, i.m, 8);
  T* d = lanes<T>(s, i.d);
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < count; ++k) {
    const T* from = (k < count / 2 ? n : m).as<T>() + 2 * k % count;
    d[k] = F::template f<T>(T{}, from[0], from[1], fpscr);
  }
  s.fpscr = fpscr;
}

inline SimdData by_size(const Insn& i, SimdData bytes, SimdData halfwords, SimdData words, SimdData doublewords) {
  return i.size == 0 ? bytes : i.size == 1 ? halfwords : i.size == 2 ? words : doublewords;
}
// One instance of a loop for each element type; integers only as wide as the instruction has them.
#define SIGTAPE_UNSIGNED(loop, F) by_size(i, loop<F, u8>, loop<F, u16>, loop<F, u32>, loop<F, u64>)
#define SIGTAPE_SIGNED(loop, F) by_size(i, loop<F, i8>, loop<F, i16>, loop<F, i32>, loop<F, i64>)
#define SIGTAPE_TYPED(loop, F) (i.is_unsigned ? SIGTAPE_UNSIGNED(loop, F) : SIGTAPE_SIGNED(loop, F))
#define SIGTAPE_UNSIGNED_TO_32(loop, F) by_size(i, loop<F, u8>, loop<F, u16>, loop<F, u32>, nullptr)
#define SIGTAPE_SIGNED_TO_32(loop, F) by_size(i, loop<F, i8>, loop<F, i16>, loop<F, i32>, nullptr)
#define SIGTAPE_TYPED_TO_32(loop, F) (i.is_unsigned ? SIGTAPE_UNSIGNED_TO_32(loop, F) : SIGTAPE_SIGNED_TO_32(loop, F))

}  // namespace sigtape::cpu::neon
