// Advanced SIMD integer arithmetic in SSE code: sums, comparisons, extrema, products, of one length and of two.
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Form;
using isa::Op;

namespace {

// SSE's own maximum and minimum; 0 where it needs SSE4.1.
u32 extremum_of(u8 size, bool is_unsigned, bool largest, bool sse41) {
  if (size == 0 && is_unsigned) return largest ? sse::pmaxub : sse::pminub;
  if (size == 1 && !is_unsigned) return largest ? sse::pmaxsw : sse::pminsw;
  if (!sse41) return 0;
  if (size == 0) return largest ? sse::pmaxsb : sse::pminsb;
  if (size == 1) return largest ? sse::pmaxuw : sse::pminuw;
  return is_unsigned ? (largest ? sse::pmaxud : sse::pminud) : (largest ? sse::pmaxsd : sse::pminsd);
}

}  // namespace

Vector Vectors::*Simd::sign_of(u8 size) {
  constexpr Vector Vectors::*of[] = {&Vectors::byte_signs, &Vectors::halfword_signs, &Vectors::word_signs,
                                     &Vectors::doubleword_signs};
  return of[size];
}

// x = x > y.
void Simd::greater(u8 x, u8 y, u8 size, bool is_unsigned) {
  if (!is_unsigned) return op(sse::pcmpgt[size], x, y);
  u8 t = duplicate(y);
  op(sse::pxor, t, sign_of(size));
  op(sse::pxor, x, sign_of(size));
  op(sse::pcmpgt[size], x, t);
}

// x = the larger or smaller of x and y.
void Simd::extremum(u8 x, u8 y, u8 size, bool is_unsigned, bool largest) {
  if (u32 opcode = extremum_of(size, is_unsigned, largest, host_.sse41)) return op(opcode, x, y);
  u8 mask = cache_.fresh(), t = cache_.fresh();
  cache_.move(mask, largest ? x : y);
  greater(mask, largest ? y : x, size, is_unsigned);
  cache_.move(t, x);
  op(sse::pxor, t, y);
  op(sse::pand, t, mask);
  cache_.move(x, y);
  op(sse::pxor, x, t);
}

// x = the difference's magnitude.
void Simd::absolute_difference(u8 x, u8 y, u8 size, bool is_unsigned) {
  u8 least = duplicate(x);
  extremum(least, y, size, is_unsigned, false);
  extremum(x, y, size, is_unsigned, true);
  op(sse::psub[size], x, least);
}

// x = x * y modulo the lanes' size.
bool Simd::multiply(u8 x, u8 y, u8 size) {
  if (size == 1) {
    op(sse::pmullw, x, y);
    return true;
  }
  if (size == 2) {
    if (host_.sse41) op(sse::pmulld, x, y);
    return host_.sse41;
  }
  // The even bytes of a product of halfwords are right; the odd ones get a product of their own.
  u8 odd = cache_.fresh(), t = cache_.fresh();
  cache_.move(odd, x);
  cache_.move(t, y);
  shift_lanes(Shift::right, 1, odd, 8);
  shift_lanes(Shift::right, 1, t, 8);
  op(sse::pmullw, odd, t);
  shift_lanes(Shift::left, 1, odd, 8);
  op(sse::pmullw, x, y);
  op(sse::pand, x, &Vectors::even_bytes);
  op(sse::por, x, odd);
  return true;
}

// x = the lower half's lanes extended to twice their size.
void Simd::widen(u8 x, u8 size, bool is_unsigned) {
  u8 upper = cache_.fresh();
  op(sse::pxor, upper, upper);
  if (!is_unsigned) op(sse::pcmpgt[size], upper, x);
  op(sse::punpckl[size], x, upper);
}

// x = the lanes, of twice `size`, cut off to it, in the lower half.
void Simd::narrow(u8 x, u8 size) {
  switch (size) {
    case 0: op(sse::pand, x, &Vectors::even_bytes); return op(sse::packuswb, x, x);
    case 1:
      shift_lanes(Shift::left, 2, x, 16);
      shift_lanes(Shift::right_signed, 2, x, 16);
      return op(sse::packssdw, x, x);
    default:
      op(0x0f70, x, x);  // PSHUFD
      as_.byte(0x88);
  }
}

// Even and odd lanes of x, which has both operands, in the lower halves.
void Simd::separate(u8 x, u8 odd, u8 size) {
  cache_.move(odd, x);
  if (size == 0) {
    shift_lanes(Shift::right, 1, odd, 8);
    op(sse::packuswb, odd, odd);
  } else if (size == 1) {
    shift_lanes(Shift::right_signed, 2, odd, 16);
    op(sse::packssdw, odd, odd);
  } else {
    op(0x0f70, odd, odd);
    as_.byte(0xdd);
  }
  narrow(x, size);
}

u8 Simd::operand_m(const Insn& i) {
  if (i.form != Form::scalar_same && i.form != Form::scalar_long) return cache_.use(lanes(i.m, i.quad));
  u8 x = cache_.copy(lanes(i.m, false));
  spread(x, i.size, i.index);
  return x;
}

void Simd::integer_comparison(const Insn& i) {
  bool zero = i.form == Form::two_zero;
  Range range = lanes(zero ? i.m : i.n, i.quad);
  u8 x, y;
  auto the_zero = [&] {
    u8 t = cache_.fresh();
    op(sse::pxor, t, t);
    return t;
  };
  bool swapped = i.op == Op::vcge || i.op == Op::vclt;  // n >= m: not m > n; n < 0: 0 > n
  if (swapped) {
    x = zero ? the_zero() : cache_.copy(lanes(i.m, i.quad));
    y = cache_.use(range);
  } else {
    x = cache_.copy(range);
    y = zero ? the_zero() : cache_.use(lanes(i.m, i.quad));
  }
  if (i.op == Op::vceq)
    op(sse::pcmpeq[i.size], x, y);
  else
    greater(x, y, i.size, i.is_unsigned && !zero);
  if (i.op == Op::vcge || i.op == Op::vcle) op(sse::pxor, x, &Vectors::ones);
  cache_.put(lanes(i.d, i.quad), x);
}

void Simd::integer_pairs(const Insn& i) {
  u8 x = cache_.copy(lanes(i.n, false)), m = cache_.use(lanes(i.m, false)), odd = cache_.fresh();
  op(sse::punpcklqdq, x, m);
  separate(x, odd, i.size);
  if (i.op == Op::vpadd)
    op(sse::padd[i.size], x, odd);
  else
    extremum(x, odd, i.size, i.is_unsigned, i.op == Op::vpmax);
  cache_.put(lanes(i.d, false), x);
}

// VPADDL, VPADAL: neighbours to a lane of twice the size.
void Simd::add_neighbours(const Insn& i) {
  u8 even = cache_.copy(lanes(i.m, i.quad)), odd = cache_.fresh();
  u8 wide = static_cast<u8>(i.size + 1), bits = static_cast<u8>(8 << i.size);
  Shift right = i.is_unsigned ? Shift::right : Shift::right_signed;
  cache_.move(odd, even);
  shift_lanes(right, wide, odd, bits);
  shift_lanes(Shift::left, wide, even, bits);
  shift_lanes(right, wide, even, bits);
  op(sse::padd[wide], even, odd);
  if (i.op == Op::vpadal) op(sse::padd[wide], even, cache_.use(lanes(i.d, i.quad)));
  cache_.put(lanes(i.d, i.quad), even);
}

// VCNT, VCLZ, VCLS: of the nibbles by PSHUFB, and of their lanes from those.
void Simd::count_bits(const Insn& i) {
  bool zeros = i.op != Op::vcnt;
  u8 low = cache_.copy(lanes(i.m, i.quad));
  if (i.op == Op::vcls) {
    u8 sign = duplicate(low);
    shift_lanes(Shift::right_signed, i.size, sign, static_cast<u8>((8 << i.size) - 1));
    op(sse::pxor, low, sign);
  }
  u8 high = duplicate(low), mask = constant(0x0f0f'0f0f'0f0f'0f0f);
  shift_lanes(Shift::right, 1, high, 4);
  op(sse::pand, low, mask);
  op(sse::pand, high, mask);
  u8 of_high = cache_.fresh(), of_low = cache_.fresh();
  for (auto [table, nibbles] : {std::pair{of_high, high}, std::pair{of_low, low}}) {
    as_.sse(0, 0x0f28, table, vector(zeros ? &Vectors::nibble_zeros : &Vectors::nibble_ones));  // MOVAPS
    op(sse::pshufb, table, nibbles);
  }
  // The upper part's zeros, and the lower one's where it has nothing else.
  auto join = [&](u32 equal, u32 add, u64 all) {
    u8 empty = constant(all);
    op(equal, empty, of_high);
    op(sse::pand, of_low, empty);
    op(add, of_high, of_low);
  };
  if (!zeros) {
    op(sse::paddb, of_high, of_low);
  } else {
    join(sse::pcmpeqb, sse::paddb, 0x0404'0404'0404'0404);
    for (u8 size = 1; size <= i.size; size++) {
      cache_.move(of_low, of_high);
      op(sse::pand, of_low, size == 1 ? &Vectors::even_bytes : &Vectors::even_halfwords);
      shift_lanes(Shift::right, size, of_high, static_cast<u8>(4 << size));
      join(sse::pcmpeq[size], sse::padd[size], size == 1 ? 0x0008'0008'0008'0008 : 0x0000'0010'0000'0010);
    }
  }
  if (i.op == Op::vcls) {  // without the sign itself
    u8 all = cache_.fresh();
    op(sse::pcmpeqb, all, all);
    op(sse::padd[i.size], of_high, all);
  }
  cache_.put(lanes(i.d, i.quad), of_high);
}

// VMUL.P8, VMULL.P8: y's bits from the uppermost on, each adding x without carries.
void Simd::polynomial_product(const Insn& i) {
  bool is_long = i.op == Op::vmull_poly, quad = !is_long && i.quad;
  u8 x = cache_.copy(lanes(i.n, quad)), y = cache_.copy(lanes(i.m, quad)), product = cache_.fresh();
  if (is_long) {
    widen(x, 0, true);
    widen(y, 0, true);
    shift_lanes(Shift::left, 1, y, 8);
  }
  op(sse::pxor, product, product);
  u32 add = is_long ? sse::paddw : sse::paddb;
  u8 bit = cache_.fresh();
  for (u32 k = 0; k < 8; k++) {
    op(sse::pxor, bit, bit);
    op(is_long ? sse::pcmpgtw : sse::pcmpgtb, bit, y);
    op(sse::pand, bit, x);
    op(add, product, product);
    op(sse::pxor, product, bit);
    if (k != 7) op(add, y, y);
  }
  cache_.put(lanes(i.d, is_long || quad), product);
}

bool Simd::multiplication(const Insn& i) {
  if (i.size == 2 && !host_.sse41) return false;
  u8 m = operand_m(i), x = cache_.copy(lanes(i.n, i.quad));
  multiply(x, m, i.size);
  if (i.op == Op::vmla) op(sse::padd[i.size], x, cache_.use(lanes(i.d, i.quad)));
  if (i.op == Op::vmls) {
    u8 d = cache_.copy(lanes(i.d, i.quad));
    op(sse::psub[i.size], d, x);
    x = d;
  }
  cache_.put(lanes(i.d, i.quad), x);
  return true;
}

// --- of different lengths; size is the narrow one's

// x = the products of the lower halves' lanes; changes y.
void Simd::long_product(u8 x, u8 y, u8 size, bool is_unsigned) {
  if (size == 0) {
    widen(x, 0, is_unsigned);
    widen(y, 0, is_unsigned);
    return op(sse::pmullw, x, y);
  }
  if (size == 1) {
    u8 high = duplicate(x);
    op(sse::pmullw, x, y);
    op(is_unsigned ? sse::pmulhuw : sse::pmulhw, high, y);
    return op(sse::punpcklwd, x, high);
  }
  op(sse::punpckldq, x, x);
  op(sse::punpckldq, y, y);
  op(is_unsigned ? sse::pmuludq : sse::pmuldq, x, y);
}

bool Simd::long_multiplication(const Insn& i) {
  if (i.size == 2 && !i.is_unsigned && !host_.sse41) return false;
  u8 wide = static_cast<u8>(i.size + 1);
  bool scalar = i.form == Form::scalar_long;
  u8 x = cache_.copy(lanes(i.n, false)), y = cache_.copy(lanes(i.m, false));
  if (scalar) spread(y, i.size, i.index);
  long_product(x, y, i.size, i.is_unsigned);
  Range d = lanes(i.d, true);
  if (i.op == Op::vmlal) op(sse::padd[wide], x, cache_.use(d));
  if (i.op == Op::vmlsl) {
    u8 sum = cache_.copy(d);
    op(sse::psub[wide], sum, x);
    x = sum;
  }
  cache_.put(d, x);
  return true;
}

void Simd::long_sum(const Insn& i) {
  u8 wide = static_cast<u8>(i.size + 1);
  bool n_is_wide = i.op == Op::vaddw || i.op == Op::vsubw;
  u8 x = cache_.copy(lanes(i.n, n_is_wide)), y = cache_.copy(lanes(i.m, false));
  if (i.op == Op::vabdl || i.op == Op::vabal) {
    absolute_difference(x, y, i.size, i.is_unsigned);
    widen(x, i.size, true);
    if (i.op == Op::vabal) op(sse::padd[wide], x, cache_.use(lanes(i.d, true)));
  } else {
    if (!n_is_wide) widen(x, i.size, i.is_unsigned);
    widen(y, i.size, i.is_unsigned);
    op((i.op == Op::vaddl || i.op == Op::vaddw ? sse::padd : sse::psub)[wide], x, y);
  }
  cache_.put(lanes(i.d, true), x);
}

void Simd::high_half(const Insn& i) {
  u8 wide = static_cast<u8>(i.size + 1);
  u8 x = cache_.copy(lanes(i.n, true));
  op((i.op == Op::vaddhn ? sse::padd : sse::psub)[wide], x, cache_.use(lanes(i.m, true)));
  shift_lanes(Shift::right, wide, x, static_cast<u8>(8 << i.size));
  narrow(x, i.size);
  cache_.put(lanes(i.d, false), x);
}

bool Simd::emit_integer(const Insn& i) {
  Range d = lanes(i.d, i.quad), n = lanes(i.n, i.quad), m = lanes(i.m, i.quad);
  switch (i.op) {
    case Op::vadd:
    case Op::vsub: {
      u8 x = cache_.copy(n);
      op((i.op == Op::vadd ? sse::padd : sse::psub)[i.size], x, cache_.use(m));
      cache_.put(d, x);
      return true;
    }
    case Op::vcgt:
    case Op::vcge:
    case Op::vceq:
    case Op::vcle:
    case Op::vclt:
      if (!i.is_float) integer_comparison(i);
      return !i.is_float;
    case Op::vtst: {
      u8 x = cache_.copy(n), zero = cache_.fresh();
      op(sse::pand, x, cache_.use(m));
      op(sse::pxor, zero, zero);
      op(sse::pcmpeq[i.size], x, zero);
      op(sse::pxor, x, &Vectors::ones);
      cache_.put(d, x);
      return true;
    }
    case Op::vmax:
    case Op::vmin: {
      u8 x = cache_.copy(n);
      extremum(x, cache_.use(m), i.size, i.is_unsigned, i.op == Op::vmax);
      cache_.put(d, x);
      return true;
    }
    case Op::vpadd:
    case Op::vpmax:
    case Op::vpmin: integer_pairs(i); return true;
    case Op::vabd:
    case Op::vaba: {
      u8 x = cache_.copy(n);
      absolute_difference(x, cache_.use(m), i.size, i.is_unsigned);
      if (i.op == Op::vaba) op(sse::padd[i.size], x, cache_.use(d));
      cache_.put(d, x);
      return true;
    }
    case Op::vabs:
    case Op::vneg: {
      if (i.is_float) return false;
      u8 x = cache_.copy(m), t = cache_.fresh();
      op(sse::pxor, t, t);
      if (i.op == Op::vneg) {
        op(sse::psub[i.size], t, x);
        cache_.put(d, t);
        return true;
      }
      op(sse::pcmpgt[i.size], t, x);
      op(sse::pxor, x, t);
      op(sse::psub[i.size], x, t);
      cache_.put(d, x);
      return true;
    }
    case Op::vpaddl:
    case Op::vpadal: add_neighbours(i); return true;
    case Op::vcnt:
    case Op::vclz:
    case Op::vcls:
      if (host_.ssse3) count_bits(i);
      return host_.ssse3;
    case Op::vmul_poly:
    case Op::vmull_poly: polynomial_product(i); return true;
    case Op::vmul:
    case Op::vmla:
    case Op::vmls: return multiplication(i);
    case Op::vmull:
    case Op::vmlal:
    case Op::vmlsl: return long_multiplication(i);
    case Op::vaddl:
    case Op::vsubl:
    case Op::vaddw:
    case Op::vsubw:
    case Op::vabdl:
    case Op::vabal: long_sum(i); return true;
    case Op::vaddhn:
    case Op::vsubhn: high_half(i); return true;
    default: return false;
  }
}

}  // namespace sigtape::jit
