// Advanced SIMD shifts: by registers and by constants, with accumulation, insertion, rounding and saturation.
#include <algorithm>

#include "core/cpu/neon_lanes.h"

namespace sigtape::cpu {
namespace neon {
namespace {

template <class T>
constexpr int width = 8 * sizeof(T);

enum class Round : u8 { no, yes };
enum class Saturate : u8 { no, yes };

// x / 2^n for n from 1 to any number, exactly and then rounded down or, with Round::yes, to the nearest.
template <class T, Round round>
T shift_right(T x, int n) {
  if (n > width<T>) return round == Round::yes || x >= 0 ? T{0} : static_cast<T>(-1);
  Wide<T> value = x;
  if (round == Round::yes) value += Wide<T>{1} << (n - 1);
  return static_cast<T>(value >> n);
}

// By register: the amount is the signed low byte of the element; negative amounts shift right.
template <Round round, Saturate saturation>
struct Shift {
  template <class T>
  static T f(T, T amount, T x, u32& fpscr) {
    int n = static_cast<i8>(amount);
    if (n < 0) return shift_right<T, round>(x, -n);
    if (saturation == Saturate::no) return n >= width<T> ? T{0} : static_cast<T>(static_cast<u64>(x) << n);
    if (n < width<T>) return saturate<T>(static_cast<Wide<T>>(Wide<T>{x} << n), fpscr);
    if (x == 0) return 0;
    fpscr |= fp::qc;
    return x < 0 ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
  }
};

// By constant: F::f<T>(d, m, amount, fpscr).
template <class F, class T>
void constant(State& s, const Insn& i) {
  T *d = lanes<T>(s, i.d), *m = lanes<T>(s, i.m);
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < lane_count<T>(i); ++k) d[k] = F::template f<T>(d[k], m[k], i.amount, fpscr);
  s.fpscr = fpscr;
}

template <Round round>
struct Right {
  template <class T>
  static T f(T, T m, int n, u32&) {
    return shift_right<T, round>(m, n);
  }
};
template <Round round>
struct RightAccumulate {
  template <class T>
  static T f(T d, T m, int n, u32&) {
    return static_cast<T>(static_cast<u64>(d) + static_cast<u64>(shift_right<T, round>(m, n)));
  }
};
struct RightInsert {
  template <class T>
  static T f(T d, T m, int n, u32&) {
    if (n == width<T>) return d;
    T kept = static_cast<T>(~(static_cast<T>(~T{0}) >> n));
    return static_cast<T>((d & kept) | (m >> n));
  }
};
struct Left {
  template <class T>
  static T f(T, T m, int n, u32&) {
    return static_cast<T>(static_cast<u64>(m) << n);
  }
};
struct LeftInsert {
  template <class T>
  static T f(T d, T m, int n, u32&) {
    T kept = static_cast<T>((T{1} << n) - 1);
    return static_cast<T>((d & kept) | static_cast<T>(static_cast<u64>(m) << n));
  }
};
struct LeftSaturate {
  template <class T>
  static T f(T, T m, int n, u32& fpscr) {
    return saturate<T>(static_cast<Wide<T>>(Wide<T>{m} << n), fpscr);
  }
};
struct LeftSaturateUnsigned {  // of signed elements
  template <class T>
  static T f(T, T m, int n, u32& fpscr) {
    return static_cast<T>(saturate<std::make_unsigned_t<T>>(static_cast<Wide<T>>(Wide<T>{m} << n), fpscr));
  }
};

// Narrowing: From (twice as wide, of a Q register) shifted right by amount into To, cut off or saturated.
template <class From, class To, Round round, Saturate saturation>
void narrow(State& s, const Insn& i) {
  Copy m(s, i.m, 16);
  To* d = lanes<To>(s, i.d);
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < 8 / sizeof(To); ++k) {
    Wide<From> value = m.as<From>()[k];
    if (round == Round::yes) value += Wide<From>{1} << (i.amount - 1);
    value >>= i.amount;
    d[k] = saturation == Saturate::yes ? saturate<To>(value, fpscr) : static_cast<To>(value);
  }
  s.fpscr = fpscr;
}
template <Round round>
SimdData cut_off(const Insn& i) {
  return by_size(i, narrow<u16, u8, round, Saturate::no>, narrow<u32, u16, round, Saturate::no>,
                 narrow<u64, u32, round, Saturate::no>, nullptr);
}
template <Round round>
SimdData saturating(const Insn& i) {
  constexpr Saturate yes = Saturate::yes;
  return i.is_unsigned ? by_size(i, narrow<u16, u8, round, yes>, narrow<u32, u16, round, yes>,
                                 narrow<u64, u32, round, yes>, nullptr)
                       : by_size(i, narrow<i16, i8, round, yes>, narrow<i32, i16, round, yes>,
                                 narrow<i64, i32, round, yes>, nullptr);
}
template <Round round>
SimdData saturating_to_unsigned(const Insn& i) {
  constexpr Saturate yes = Saturate::yes;
  return by_size(i, narrow<i16, u8, round, yes>, narrow<i32, u16, round, yes>, narrow<i64, u32, round, yes>, nullptr);
}

struct Lengthen;
template <class, class T>
void lengthen(State& s, const Insn& i) {
  Copy m(s, i.m, 8);
  Double<T>* d = lanes<Double<T>>(s, i.d);
  for (unsigned k = 0; k < 8 / sizeof(T); ++k)
    d[k] = static_cast<Double<T>>(static_cast<u64>(m.as<T>()[k]) << i.amount);
}

SimdData by_register(const Insn& i) {
  switch (i.op) {
    case Op::vshl_reg: {
      using F = Shift<Round::no, Saturate::no>;
      return SIGTAPE_TYPED(three, F);
    }
    case Op::vrshl_reg: {
      using F = Shift<Round::yes, Saturate::no>;
      return SIGTAPE_TYPED(three, F);
    }
    case Op::vqshl_reg: {
      using F = Shift<Round::no, Saturate::yes>;
      return SIGTAPE_TYPED(three, F);
    }
    case Op::vqrshl_reg: {
      using F = Shift<Round::yes, Saturate::yes>;
      return SIGTAPE_TYPED(three, F);
    }
    default: return nullptr;
  }
}

SimdData to_other_length(const Insn& i) {
  switch (i.op) {
    case Op::vshrn:
    case Op::vmovn: return cut_off<Round::no>(i);
    case Op::vrshrn: return cut_off<Round::yes>(i);
    case Op::vqshrn:
    case Op::vqmovn: return saturating<Round::no>(i);
    case Op::vqrshrn: return saturating<Round::yes>(i);
    case Op::vqshrun:
    case Op::vqmovun: return saturating_to_unsigned<Round::no>(i);
    case Op::vqrshrun: return saturating_to_unsigned<Round::yes>(i);
    case Op::vshll: return SIGTAPE_TYPED_TO_32(lengthen, Lengthen);
    default: return by_register(i);
  }
}

}  // namespace
}  // namespace neon

SimdData neon_shift_function(const isa::Insn& i) {
  using namespace neon;
  switch (i.op) {
    case Op::vshr: return SIGTAPE_TYPED(constant, Right<Round::no>);
    case Op::vrshr: return SIGTAPE_TYPED(constant, Right<Round::yes>);
    case Op::vsra: return SIGTAPE_TYPED(constant, RightAccumulate<Round::no>);
    case Op::vrsra: return SIGTAPE_TYPED(constant, RightAccumulate<Round::yes>);
    case Op::vsri: return SIGTAPE_UNSIGNED(constant, RightInsert);
    case Op::vshl: return SIGTAPE_UNSIGNED(constant, Left);
    case Op::vsli: return SIGTAPE_UNSIGNED(constant, LeftInsert);
    case Op::vqshl: return SIGTAPE_TYPED(constant, LeftSaturate);
    case Op::vqshlu: return SIGTAPE_SIGNED(constant, LeftSaturateUnsigned);
    default: return to_other_length(i);
  }
}

}  // namespace sigtape::cpu
