// Advanced SIMD that moves bits and lanes about, in SSE code.
#include "core/isa/simd_constant.h"
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Form;
using isa::Op;

// --- bits

bool Simd::emit_bitwise(const Insn& i) {
  Range d = lanes(i.d, i.quad), n = lanes(i.n, i.quad), m = lanes(i.m, i.quad);
  u8 x;
  switch (i.op) {
    case Op::vand:
    case Op::vorr:
    case Op::veor:
      x = cache_.copy(n);
      if (i.op != Op::vorr || i.n != i.m)
        op(i.op == Op::vand ? sse::pand : i.op == Op::vorr ? sse::por : sse::pxor, x, cache_.use(m));
      break;
    case Op::vbic:
      x = cache_.copy(m);
      op(sse::pandn, x, cache_.use(n));
      break;
    case Op::vorn:
      x = cache_.copy(m);
      op(sse::pxor, x, &Vectors::ones);
      op(sse::por, x, cache_.use(n));
      break;
    case Op::vmvn:
      x = cache_.copy(m);
      op(sse::pxor, x, &Vectors::ones);
      break;
    case Op::vbsl: {
      u8 other = cache_.use(m);
      x = cache_.copy(n);
      op(sse::pxor, x, other);
      op(sse::pand, x, cache_.use(d));
      op(sse::pxor, x, other);
      break;
    }
    case Op::vbit:
    case Op::vbif: {
      u8 old = cache_.use(d), t = cache_.copy(n);
      x = cache_.copy(m);
      op(sse::pxor, t, old);
      op(i.op == Op::vbit ? sse::pand : sse::pandn, x, t);
      op(sse::pxor, x, old);
      break;
    }
    case Op::vmov_imm:
    case Op::vmvn_imm:
    case Op::vorr_imm:
    case Op::vbic_imm: {
      u64 value = isa::neon_constant(i.op_bit, i.cmode, i.imm);
      if (i.op == Op::vmvn_imm) value = ~value;
      if (value == 0) {
        x = cache_.fresh();
        op(sse::pxor, x, x);
        if (i.op == Op::vorr_imm) op(sse::por, x, cache_.use(d));
        if (i.op == Op::vbic_imm) op(sse::por, x, cache_.use(d));
        break;
      }
      x = constant(value);
      if (i.op == Op::vorr_imm) op(sse::por, x, cache_.use(d));
      if (i.op == Op::vbic_imm) op(sse::pandn, x, cache_.use(d));
      break;
    }
    default: return false;
  }
  cache_.put(d, x);
  return true;
}

// --- places

bool Simd::reversal(const Insn& i) {
  u8 group = i.op == Op::vrev16 ? 1 : i.op == Op::vrev32 ? 2 : 3;
  if (i.size == 0 && group != 1 && !host_.ssse3) return false;
  u8 x = cache_.copy(lanes(i.m, i.quad));
  auto halfwords = [&](u8 order) {
    for (u8 prefix : {0xf2, 0xf3}) {  // PSHUFLW, PSHUFHW
      as_.sse(prefix, 0x0f70, x, x);
      as_.byte(order);
    }
  };
  if (i.size == 0 && group == 1) {
    u8 t = duplicate(x);
    shift_lanes(Shift::left, 1, x, 8);
    shift_lanes(Shift::right, 1, t, 8);
    op(sse::por, x, t);
  } else if (i.size == 0) {
    op(sse::pshufb, x, group == 2 ? &Vectors::reverse_32 : &Vectors::reverse_64);
  } else if (i.size == 1) {
    halfwords(group == 2 ? 0xb1 : 0x1b);
  } else {
    op(0x0f70, x, x);  // PSHUFD
    as_.byte(0xb1);
  }
  cache_.put(lanes(i.d, i.quad), x);
  return true;
}

void Simd::extract(const Insn& i) {
  u8 bytes = i.index;
  u8 x = cache_.copy(lanes(i.n, i.quad)), m = cache_.copy(lanes(i.m, i.quad));
  if (!i.quad) {
    op(sse::punpcklqdq, x, m);
    as_.sse(0x66, 0x0f73, 3, x);  // PSRLDQ
    as_.byte(bytes);
  } else if (host_.ssse3) {
    op(sse::palignr, m, x);
    as_.byte(bytes);
    x = m;
  } else {
    as_.sse(0x66, 0x0f73, 3, x);
    as_.byte(bytes);
    as_.sse(0x66, 0x0f73, 7, m);  // PSLLDQ
    as_.byte(static_cast<u8>(16 - bytes));
    op(sse::por, x, m);
  }
  cache_.put(lanes(i.d, i.quad), x);
}

// VTRN, VUZP, VZIP: both registers change.
void Simd::shuffle(const Insn& i) {
  Range first = lanes(i.d, i.quad), second = lanes(i.m, i.quad);
  u8 a = cache_.copy(first), b = cache_.copy(second);
  if (i.op == Op::vzip) {
    u8 high = duplicate(a);
    op(sse::punpckl[i.size], a, b);
    if (i.quad) {
      op(sse::punpckh[i.size], high, b);
    } else {
      op(0x0f70, high, a);
      as_.byte(0xee);
    }
    b = high;
  } else if (i.op == Op::vuzp) {
    u8 odd = cache_.fresh();
    if (i.quad) {
      u8 odd_b = cache_.fresh();
      separate(a, odd, i.size);
      separate(b, odd_b, i.size);
      op(sse::punpcklqdq, a, b);
      op(sse::punpcklqdq, odd, odd_b);
    } else {
      op(sse::punpcklqdq, a, b);
      separate(a, odd, i.size);
    }
    b = odd;
  } else {  // even lanes of both, odd lanes of both
    u8 wide = static_cast<u8>(i.size + 1), bits = static_cast<u8>(8 << i.size);
    Vector Vectors::*even = i.size == 0   ? &Vectors::even_bytes
                            : i.size == 1 ? &Vectors::even_halfwords
                                          : &Vectors::even_words;
    u8 even_b = cache_.fresh(), odd_a = cache_.fresh();
    cache_.move(even_b, b);
    cache_.move(odd_a, a);
    op(sse::pand, a, even);
    shift_lanes(Shift::left, wide, even_b, bits);
    op(sse::por, a, even_b);
    shift_lanes(Shift::right, wide, odd_a, bits);
    shift_lanes(Shift::right, wide, b, bits);
    shift_lanes(Shift::left, wide, b, bits);
    op(sse::por, b, odd_a);
  }
  cache_.put(first, a);
  cache_.put(second, b);
}

// VTBL, VTBX.
void Simd::look_up(const Insn& i) {
  u8 places = cache_.copy(lanes(i.m, false)), found = 0;
  for (u8 first = 0; first < i.count; first += 2) {
    u8 n = static_cast<u8>(i.n + first), count = i.count - first == 1 ? 1 : 2;
    u8 table = count == 2 && n % 2 == 0 ? cache_.copy(lanes(n, true)) : two_registers(n, count);
    u8 biased = duplicate(places);
    if (first != 0) op(sse::psubb, biased, constant(0x1010'1010'1010'1010));
    // Places up to 15 stay below 128 with the bias, the others give zero.
    op(sse::paddusb, biased, &Vectors::table_bias);
    op(sse::pshufb, table, biased);
    if (first != 0) op(sse::por, table, found);
    found = table;
  }
  if (i.op == Op::vtbx) {  // the old ones where there is none
    u8 inside = constant((i.count * 8u - 1) * 0x0101'0101'0101'0101);
    op(sse::pminub, inside, places);
    op(sse::pcmpeqb, inside, places);
    op(sse::pand, found, inside);
    op(sse::pandn, inside, cache_.use(lanes(i.d, false)));
    op(sse::por, found, inside);
  }
  cache_.put(lanes(i.d, false), found);
}

bool Simd::emit_permutation(const Insn& i) {
  switch (i.op) {
    case Op::vrev64:
    case Op::vrev32:
    case Op::vrev16: return reversal(i);
    case Op::vswp: {
      u8 a = cache_.copy(lanes(i.d, i.quad)), b = cache_.copy(lanes(i.m, i.quad));
      cache_.put(lanes(i.d, i.quad), b);
      cache_.put(lanes(i.m, i.quad), a);
      return true;
    }
    case Op::vtrn:
    case Op::vuzp:
    case Op::vzip:
      if (i.d == i.m) return false;
      shuffle(i);
      return true;
    case Op::vext: extract(i); return true;
    case Op::vtbl:
    case Op::vtbx:
      if (host_.ssse3) look_up(i);
      return host_.ssse3;
    case Op::vdup_scalar: {
      u8 x = cache_.copy(lanes(i.m, false));
      spread(x, i.size, i.index);
      cache_.put(lanes(i.d, i.quad), x);
      return true;
    }
    default: return false;
  }
}

// D registers n and n + 1, or n and zeros.
u8 Simd::two_registers(u8 n, u8 count) {
  u8 x = cache_.copy(lanes(n, false));
  if (count == 2) {
    op(sse::punpcklqdq, x, cache_.use(lanes(static_cast<u8>(n + 1), false)));
  } else {
    as_.sse(0xf3, 0x0f7e, x, x);  // MOVQ
  }
  return x;
}

}  // namespace sigtape::jit
