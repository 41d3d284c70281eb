// Advanced SIMD integer arithmetic of different lengths: long, wide and narrow, also by scalar.
#include "core/cpu/neon_lanes.h"

namespace sigtape::cpu {
namespace neon {
namespace {

// d[k] = f(d[k], n[k], m[k]) in elements W of twice the width of T, to which n and m are extended.
// F::f<W>(d, n, m, fpscr); `scalar` takes one lane of m for all.
enum class Scalar : u8 { no, yes };
template <class F, class T, Scalar scalar>
void long_(State& s, const Insn& i) {
  using W = Double<T>;
  Copy n(s, i.n, 8), m(s, i.m, 8);
  W* d = lanes<W>(s, i.d);
  u32 fpscr = s.fpscr;
  for (unsigned k = 0; k < 8 / sizeof(T); ++k)
    d[k] = F::template f<W>(d[k], n.as<T>()[k], m.as<T>()[scalar == Scalar::yes ? i.index : k], fpscr);
  s.fpscr = fpscr;
}
template <class F, class T>
void vectors(State& s, const Insn& i) {
  long_<F, T, Scalar::no>(s, i);
}
template <class F, class T>
void scalars(State& s, const Insn& i) {
  long_<F, T, Scalar::yes>(s, i);
}

template <class F, class T>
void wide_(State& s, const Insn& i) {
  using W = Double<T>;
  Copy m(s, i.m, 8);
  W *d = lanes<W>(s, i.d), *n = lanes<W>(s, i.n);
  u32 fpscr = 0;
  for (unsigned k = 0; k < 8 / sizeof(T); ++k) d[k] = F::template f<W>(W{}, n[k], m.as<T>()[k], fpscr);
}

#define SIGTAPE_LONG(Name, expression)                                                      \
  struct Name {                                                                             \
    template <class W>                                                                      \
    static W f([[maybe_unused]] W d, W n, W m, [[maybe_unused]] u32& fpscr) {               \
      return static_cast<W>(expression);                                                    \
    }                                                                                       \
  }
// Modulo the width of W; the product of two extended elements fits in it.
template <class W>
u64 word(W x) {
  return static_cast<u64>(x);
}
SIGTAPE_LONG(Add, word(n) + word(m));
SIGTAPE_LONG(Sub, word(n) - word(m));
SIGTAPE_LONG(Difference, n > m ? word(n) - word(m) : word(m) - word(n));
SIGTAPE_LONG(AccumulateDifference, word(d) + (n > m ? word(n) - word(m) : word(m) - word(n)));
SIGTAPE_LONG(Mul, word(n) * word(m));
SIGTAPE_LONG(MulAdd, word(d) + word(n) * word(m));
SIGTAPE_LONG(MulSub, word(d) - word(n) * word(m));

// 2 * n * m saturates only for the smallest n and m; then the sum saturates on its own.
template <class W>
W doubled(W n, W m, u32& fpscr) {
  return saturate<W>(Wide<W>{n} * m * 2, fpscr);
}
SIGTAPE_LONG(Doubling, doubled(n, m, fpscr));
SIGTAPE_LONG(DoublingAdd, saturate<W>(Wide<W>{d} + doubled(n, m, fpscr), fpscr));
SIGTAPE_LONG(DoublingSub, saturate<W>(Wide<W>{d} - doubled(n, m, fpscr), fpscr));

void polynomial(State& s, const Insn& i) {
  Copy n(s, i.n, 8), m(s, i.m, 8);
  for (unsigned k = 0; k < 8; ++k) {
    u32 sum = 0;
    for (unsigned b = 0; b < 8; ++b)
      if ((m.bytes[k] >> b) & 1) sum ^= u32{n.bytes[k]} << b;
    lanes<u16>(s, i.d)[k] = static_cast<u16>(sum);
  }
}

// The upper halves of sums or differences of elements twice as wide as T.
enum class High : u8 { add, sub, rounded_add, rounded_sub };
template <class T, High what>
void high_half(State& s, const Insn& i) {
  using W = Double<T>;
  constexpr int width = 8 * sizeof(T);
  Copy n(s, i.n, 16), m(s, i.m, 16);
  T* d = lanes<T>(s, i.d);
  for (unsigned k = 0; k < 8 / sizeof(T); ++k) {
    u64 a = n.as<W>()[k], b = m.as<W>()[k];
    u64 value = what == High::add || what == High::rounded_add ? a + b : a - b;
    if (what == High::rounded_add || what == High::rounded_sub) value += u64{1} << (width - 1);
    d[k] = static_cast<T>(value >> width);
  }
}
template <High what>
SimdData high_halves(const Insn& i) {
  return by_size(i, high_half<u8, what>, high_half<u16, what>, high_half<u32, what>, nullptr);
}

#define SIGTAPE_DOUBLING(loop, F) (i.size == 1 ? SimdData{loop<F, i16>} : SimdData{loop<F, i32>})

SimdData multiplication(const Insn& i) {
  bool scalar = i.form == Form::scalar_long;
  switch (i.op) {
    case Op::vmull: return scalar ? SIGTAPE_TYPED_TO_32(scalars, Mul) : SIGTAPE_TYPED_TO_32(vectors, Mul);
    case Op::vmlal: return scalar ? SIGTAPE_TYPED_TO_32(scalars, MulAdd) : SIGTAPE_TYPED_TO_32(vectors, MulAdd);
    case Op::vmlsl: return scalar ? SIGTAPE_TYPED_TO_32(scalars, MulSub) : SIGTAPE_TYPED_TO_32(vectors, MulSub);
    case Op::vqdmull: return scalar ? SIGTAPE_DOUBLING(scalars, Doubling) : SIGTAPE_DOUBLING(vectors, Doubling);
    case Op::vqdmlal: return scalar ? SIGTAPE_DOUBLING(scalars, DoublingAdd) : SIGTAPE_DOUBLING(vectors, DoublingAdd);
    case Op::vqdmlsl: return scalar ? SIGTAPE_DOUBLING(scalars, DoublingSub) : SIGTAPE_DOUBLING(vectors, DoublingSub);
    case Op::vmull_poly: return polynomial;
    default: return nullptr;
  }
}

}  // namespace
}  // namespace neon

SimdData neon_long_function(const isa::Insn& i) {
  using namespace neon;
  switch (i.op) {
    case Op::vaddl: return SIGTAPE_TYPED_TO_32(vectors, Add);
    case Op::vsubl: return SIGTAPE_TYPED_TO_32(vectors, Sub);
    case Op::vaddw: return SIGTAPE_TYPED_TO_32(wide_, Add);
    case Op::vsubw: return SIGTAPE_TYPED_TO_32(wide_, Sub);
    case Op::vabdl: return SIGTAPE_TYPED_TO_32(vectors, Difference);
    case Op::vabal: return SIGTAPE_TYPED_TO_32(vectors, AccumulateDifference);
    case Op::vaddhn: return high_halves<High::add>(i);
    case Op::vsubhn: return high_halves<High::sub>(i);
    case Op::vraddhn: return high_halves<High::rounded_add>(i);
    case Op::vrsubhn: return high_halves<High::rounded_sub>(i);
    default: return multiplication(i);
  }
}

}  // namespace sigtape::cpu
