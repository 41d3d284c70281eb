// Advanced SIMD arithmetic whose results are saturated, halved or rounded, in SSE code.
#include "core/cpu/float.h"
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Op;

u8 Simd::duplicate(u8 x) {
  u8 t = cache_.fresh();
  cache_.move(t, x);
  return t;
}

// x = ones where the lane is negative; words and doublewords.
void Simd::spread_sign(u8 x, u8 size) {
  as_.sse(0x66, 0x0f72, 4, x);  // PSRAD
  as_.byte(31);
  if (size != 3) return;
  op(0x0f70, x, x);  // PSHUFD
  as_.byte(0xf5);
}

// FPSCR.QC where lanes of the mask are set, or, `fits`, where they are not.
void Simd::note_saturation(u8 mask, bool quad, bool fits) {
  clobber();
  op(sse::pmovmskb, static_cast<u8>(Reg::rcx), mask);
  if (fits) as_.alu(Alu::xor_, Reg::rcx, 0xffff);
  as_.test(Reg::rcx, quad ? 0xffff : 0xff);
  u8* none = as_.jump(Cc::e);
  as_.alu(Alu::or_, in_context(offsetof(Context, state) + offsetof(cpu::State, fpscr)), cpu::fp::qc);
  as_.bind(none);
}

// --- sums

// x = x + y or x - y of words or doublewords; answers the mask of the lanes that did not fit.
u8 Simd::saturate_sum(u8 x, u8 y, u8 size, bool subtracts, bool is_unsigned) {
  u8 sum = duplicate(x), overflow = duplicate(x), t = duplicate(x);
  op((subtracts ? sse::psub : sse::padd)[size], sum, y);
  // In the lanes' signs: the carry or borrow out of the uppermost bit; of signed numbers, whether the sign is wrong.
  if (is_unsigned && !subtracts) {
    u8 without = duplicate(sum);
    op(sse::pand, overflow, y);
    op(sse::por, t, y);
    op(sse::pandn, without, t);
    op(sse::por, overflow, without);
  } else if (is_unsigned) {
    op(sse::pandn, overflow, y);
    op(sse::pxor, t, y);
    op(sse::pandn, t, sum);
    op(sse::por, overflow, t);
  } else {
    op(sse::pxor, overflow, sum);
    op(sse::pxor, t, y);
    if (!subtracts) op(sse::pxor, t, &Vectors::ones);
    op(sse::pand, overflow, t);
  }
  spread_sign(overflow, size);
  if (!is_unsigned) {  // to what the first operand's sign says
    spread_sign(x, size);
    op(sse::pxor, x, size == 2 ? &Vectors::word_magnitudes : &Vectors::doubleword_magnitudes);
    op(sse::pxor, x, sum);
    op(sse::pand, x, overflow);
    op(sse::pxor, x, sum);
  } else if (subtracts) {
    cache_.move(x, overflow);
    op(sse::pandn, x, sum);
  } else {
    op(sse::por, sum, overflow);
    cache_.move(x, sum);
  }
  return overflow;
}

void Simd::saturating_sum(const Insn& i) {
  bool adds = i.op == Op::vqadd;
  Range n = lanes(i.n, i.quad);
  u8 m = cache_.use(lanes(i.m, i.quad)), x = cache_.copy(n);
  if (i.size >= 2) {
    u8 overflow = saturate_sum(x, m, i.size, !adds, i.is_unsigned);
    note_saturation(overflow, i.quad, false);
  } else {
    u32 saturating =
        adds ? (i.is_unsigned ? sse::paddus : sse::padds)[i.size] : (i.is_unsigned ? sse::psubus : sse::psubs)[i.size];
    u8 wrapped = cache_.copy(n);
    op(saturating, x, m);
    op((adds ? sse::padd : sse::psub)[i.size], wrapped, m);
    op(sse::pcmpeqb, wrapped, x);
    note_saturation(wrapped, i.quad, true);
  }
  cache_.put(lanes(i.d, i.quad), x);
}

// VQABS, VQNEG: the smallest number has no counterpart.
void Simd::saturating_sign(const Insn& i) {
  u8 m = cache_.use(lanes(i.m, i.quad)), x = cache_.fresh();
  op(sse::pxor, x, x);
  if (i.op == Op::vqneg) {
    op(sse::psub[i.size], x, m);
  } else {
    u8 negative = cache_.fresh();
    op(sse::pxor, negative, negative);
    greater(negative, m, i.size, false);
    cache_.move(x, m);
    op(sse::pxor, x, negative);
    op(sse::psub[i.size], x, negative);
  }
  u8 smallest = duplicate(x);
  op(sse::pcmpeq[i.size], smallest, sign_of(i.size));
  op(sse::pxor, x, smallest);
  note_saturation(smallest, i.quad, false);
  cache_.put(lanes(i.d, i.quad), x);
}

// Half of the bits in which the lanes of x and y differ.
u8 Simd::half_of_difference(u8 x, u8 y, u8 size, bool is_unsigned) {
  u8 half = duplicate(x);
  op(sse::pxor, half, y);
  shift_lanes(is_unsigned ? Shift::right : Shift::right_signed, size, half, 1);
  return half;
}

// (x + y) / 2 or (x - y) / 2, rounded down: that half, and all of what both have, or without what y alone has.
u8 Simd::half_of_sum(u8 x, u8 y, u8 size, bool subtracts, bool is_unsigned) {
  u8 half = half_of_difference(x, y, size, is_unsigned), whole = duplicate(x);
  op(subtracts ? sse::pandn : sse::pand, whole, y);
  op((subtracts ? sse::psub : sse::padd)[size], half, whole);
  return half;
}

// VHADD, VHSUB, VRHADD.
void Simd::halving(const Insn& i) {
  u8 n = cache_.use(lanes(i.n, i.quad)), m = cache_.use(lanes(i.m, i.quad)), x;
  if (i.op != Op::vrhadd) {
    x = half_of_sum(n, m, i.size, i.op == Op::vhsub, i.is_unsigned);
  } else if (x = duplicate(n); i.is_unsigned && i.size < 2) {
    op(i.size == 0 ? sse::pavgb : sse::pavgw, x, m);
  } else {  // rounded up: what either has, less that half
    op(sse::por, x, m);
    op(sse::psub[i.size], x, half_of_difference(n, m, i.size, i.is_unsigned));
  }
  cache_.put(lanes(i.d, i.quad), x);
}

// --- products

// VQDMULH, VQRDMULH. Only the square of the smallest number does not fit, and no other product ends as that number.
bool Simd::doubling_high(const Insn& i) {
  bool rounds = i.op == Op::vqrdmulh;
  if (i.size == 1 ? rounds && !host_.ssse3 : !host_.sse41) return false;
  u8 m = operand_m(i), x = cache_.copy(lanes(i.n, i.quad));
  if (i.size == 1 && rounds) {
    op(sse::pmulhrsw, x, m);
  } else if (i.size == 1) {
    u8 low = duplicate(x);
    op(sse::pmullw, low, m);
    op(sse::pmulhw, x, m);
    shift_lanes(Shift::right, 1, low, 15);
    op(sse::paddw, x, x);
    op(sse::por, x, low);
  } else {
    u8 odd = duplicate(x), odd_m = duplicate(m), rounding = rounds ? constant(0x8000'0000) : u8{0};
    shift_lanes(Shift::right, 3, odd, 32);
    shift_lanes(Shift::right, 3, odd_m, 32);
    op(sse::pmuldq, x, m);
    op(sse::pmuldq, odd, odd_m);
    for (u8 product : {x, odd}) {
      op(sse::paddq, product, product);
      if (rounds) op(sse::paddq, product, rounding);
    }
    for (Shift shift : {Shift::right, Shift::left}) shift_lanes(shift, 3, odd, 32);
    shift_lanes(Shift::right, 3, x, 32);
    op(sse::por, x, odd);
  }
  u8 mask = duplicate(x);
  op(sse::pcmpeq[i.size], mask, sign_of(i.size));
  op(sse::pxor, x, mask);
  note_saturation(mask, i.quad, false);
  cache_.put(lanes(i.d, i.quad), x);
  return true;
}

// VQDMULL, VQDMLAL, VQDMLSL.
bool Simd::doubling_long(const Insn& i) {
  if (i.size == 2 && !host_.sse41) return false;
  u8 wide = static_cast<u8>(i.size + 1);
  u8 x = cache_.copy(lanes(i.n, false)), y = cache_.copy(lanes(i.m, false));
  if (i.form == isa::Form::scalar_long) spread(y, i.size, i.index);
  long_product(x, y, i.size, false);
  op(sse::padd[wide], x, x);
  u8 mask = duplicate(x);
  op(sse::pcmpeqd, mask, sign_of(wide));
  if (wide == 3) {
    op(0x0f70, mask, mask);  // PSHUFD: the upper word says it
    as_.byte(0xf5);
  }
  op(sse::pxor, x, mask);
  if (i.op != Op::vqdmull) {
    u8 sum = cache_.copy(lanes(i.d, true));
    op(sse::por, mask, saturate_sum(sum, x, wide, i.op == Op::vqdmlsl, false));
    x = sum;
  }
  note_saturation(mask, true, false);
  cache_.put(lanes(i.d, true), x);
  return true;
}

// --- narrowing; size is the narrow one's

// The lanes of x, of twice the size, in its lower half; answers a mask of those that fit, as wide as they were but for
// words.
u8 Simd::saturate_narrow(u8 x, u8 size, bool from_unsigned, bool to_unsigned) {
  if (size == 2) {
    u8 high = duplicate(x), fits = cache_.fresh(), limit = cache_.fresh();
    for (auto [half, order] : {std::pair{x, 0x88}, std::pair{high, 0xdd}}) {
      op(0x0f70, half, half);  // PSHUFD
      as_.byte(static_cast<u8>(order));
    }
    if (to_unsigned) {
      op(sse::pxor, fits, fits);
    } else {
      cache_.move(fits, x);
      spread_sign(fits, 2);
    }
    op(sse::pcmpeqd, fits, high);
    if (from_unsigned) {
      op(sse::pxor, limit, limit);
    } else {
      cache_.move(limit, high);
      spread_sign(limit, 2);
    }
    op(sse::pxor, limit, to_unsigned ? &Vectors::ones : &Vectors::word_magnitudes);
    op(sse::pxor, x, limit);
    op(sse::pand, x, fits);
    op(sse::pxor, x, limit);
    return fits;
  }
  u8 fits = duplicate(x);
  if (from_unsigned && size == 0) {  // min(x, 255)
    u8 above = duplicate(x);
    op(sse::psubusw, above, &Vectors::even_bytes);
    op(sse::psubw, x, above);
  } else if (from_unsigned) {
    op(sse::pminud, x, &Vectors::even_halfwords);
  }
  if (size == 0)
    op(to_unsigned ? sse::packuswb : sse::packsswb, x, x);
  else
    op(to_unsigned ? sse::packusdw : sse::packssdw, x, x);
  u8 back = duplicate(x);
  widen(back, size, to_unsigned);
  op(sse::pcmpeq[size + 1], fits, back);
  return fits;
}

// VQMOVN, VQSHRN and the like, VRSHRN.
bool Simd::narrowing(const Insn& i) {
  bool to_unsigned = i.op == Op::vqmovun || i.op == Op::vqshrun || i.op == Op::vqrshrun;
  bool from_unsigned = i.is_unsigned && !to_unsigned;
  bool rounds = i.op == Op::vrshrn || i.op == Op::vqrshrn || i.op == Op::vqrshrun;
  if (i.size == 1 && (from_unsigned || to_unsigned) && !host_.sse41) return false;
  u8 wide = static_cast<u8>(i.size + 1);
  Shift right = from_unsigned || i.op == Op::vrshrn ? Shift::right : Shift::right_signed;
  u8 x = cache_.copy(lanes(i.m, true));
  if (i.amount != 0) {
    if (rounds)
      shift_rounding(right, wide, x, i.amount);
    else
      shift_lanes(right, wide, x, i.amount);
  }
  if (i.op == Op::vrshrn) {
    narrow(x, i.size);
  } else {
    u8 fits = saturate_narrow(x, i.size, from_unsigned, from_unsigned || to_unsigned);
    note_saturation(fits, i.size < 2, true);
  }
  cache_.put(lanes(i.d, false), x);
  return true;
}

bool Simd::emit_saturating(const Insn& i) {
  switch (i.op) {
    case Op::vqadd:
    case Op::vqsub: saturating_sum(i); return true;
    case Op::vqabs:
    case Op::vqneg: saturating_sign(i); return true;
    case Op::vhadd:
    case Op::vhsub:
    case Op::vrhadd: halving(i); return true;
    case Op::vqdmulh:
    case Op::vqrdmulh: return doubling_high(i);
    case Op::vqdmull:
    case Op::vqdmlal:
    case Op::vqdmlsl: return doubling_long(i);
    case Op::vrshrn:
    case Op::vqmovn:
    case Op::vqmovun:
    case Op::vqshrn:
    case Op::vqshrun:
    case Op::vqrshrn:
    case Op::vqrshrun: return narrowing(i);
    default: return false;
  }
}

}  // namespace sigtape::jit
