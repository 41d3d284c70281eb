// Advanced SIMD shifts, by constants and by registers, in SSE and AVX2 code.
#include <array>

#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Op;

namespace {

constexpr u64 in_all_lanes(u64 value, u8 size) {
  for (unsigned bits = 8u << size; bits < 64; bits *= 2) value |= value << bits;
  return value;
}

}  // namespace

// --- constants and shifts

u8 Simd::constant(u64 doubleword) {
  u8 x = cache_.fresh();
  as_.mov64(Reg::rcx, doubleword);
  as_.move_to_xmm(x, Reg::rcx, true);
  op(sse::punpcklqdq, x, x);
  return x;
}

// Lanes of `1 << size` bytes by `amount`, up to their width. What SSE has no instruction for is made of others.
void Simd::shift_lanes(Shift shift, u8 size, u8 x, u8 amount) {
  u8 width = static_cast<u8>(8 << size);
  if (amount == 0) return;
  if (shift == Shift::right_signed && amount == width) amount--;
  if (size == 3 && shift == Shift::right_signed) {  // as unsigned, and the signs above
    u8 signs = duplicate(x);
    spread_sign(signs, 3);
    shift_lanes(Shift::left, 3, signs, static_cast<u8>(64 - amount));
    shift_lanes(Shift::right, 3, x, amount);
    return op(sse::por, x, signs);
  }
  if (size == 0) {
    if (shift == Shift::right_signed) {  // as unsigned with the sign's weight added, and taken away again
      op(sse::pxor, x, &Vectors::byte_signs);
      shift_lanes(Shift::right, 0, x, amount);
      return op(sse::psubb, x, constant(in_all_lanes(0x80u >> amount, 0)));
    }
    u32 kept = shift == Shift::left ? 0xff & (0xffu << amount) : 0xffu >> amount;
    shift_lanes(shift, 1, x, amount);
    return op(sse::pand, x, constant(in_all_lanes(kept, 0)));
  }
  u8 digit = shift == Shift::left ? 6 : shift == Shift::right ? 2 : 4;
  as_.sse(0x66, 0x0f70u + size, digit, x);
  as_.byte(amount);
}

// And the last bit that falls out.
void Simd::shift_rounding(Shift shift, u8 size, u8 x, u8 amount) {
  u8 last = duplicate(x);
  shift_lanes(Shift::right, size, last, static_cast<u8>(amount - 1));
  op(sse::pand, last, constant(in_all_lanes(1, size)));
  shift_lanes(shift, size, x, amount);
  op(sse::padd[size], x, last);
}

// --- by registers, which takes AVX2's shifts of lanes by their own amounts: amounts beyond a lane shift everything out

// The words or doublewords of x by `amounts`, to the right where they are negative, with one half added if `one` (a
// register of ones in the lowest bits) is not 0. Changes `amounts`.
u8 Simd::shift_by_lanes(u8 x, u8 amounts, u8 size, bool is_unsigned, std::optional<u8> one) {
  bool wide = size == 3;
  u8 back = cache_.fresh(), left = cache_.fresh(), right = cache_.fresh();
  op(sse::pxor, back, back);
  op(sse::psub[size], back, amounts);
  as_.avx(0x47, wide, left, x, amounts);  // VPSLLVD, VPSLLVQ
  u8 sign = 0;
  if (wide && !is_unsigned) {  // as a number that is not negative, and back
    sign = duplicate(x);
    spread_sign(sign, 3);
    op(sse::pxor, x, sign);
  }
  auto to_right = [&](u8 d) {
    as_.avx(is_unsigned || wide ? 0x45 : 0x46, wide, d, x, back);  // VPSRLVD, VPSRLVQ, VPSRAVD
    if (wide && !is_unsigned) op(sse::pxor, d, sign);
  };
  to_right(right);
  if (one) {
    u8 last = cache_.fresh();
    op(sse::pcmpeqd, last, last);
    op(sse::padd[size], back, last);
    to_right(last);
    op(sse::pand, last, *one);
    op(sse::padd[size], right, last);
  }
  spread_sign(amounts, size);
  op(sse::pand, right, amounts);
  op(sse::por, left, right);
  return left;
}

// VSHL, VRSHL: amounts are the signed low bytes of the lanes.
bool Simd::shift_by_register(const Insn& i) {
  if (!host_.avx2 || !host_.sse41) return false;
  u8 x = cache_.copy(lanes(i.m, i.quad)), n = cache_.copy(lanes(i.n, i.quad));
  std::optional<u8> one;
  if (i.op == Op::vrshl_reg) one = constant(in_all_lanes(1, i.size < 3 ? 2 : 3));
  if (i.size >= 2) {
    for (Shift shift : {Shift::left, Shift::right_signed}) shift_lanes(shift, 2, n, 24);
    if (i.size == 3) {
      u8 signs = duplicate(n);
      spread_sign(signs, 2);
      shift_lanes(Shift::left, 3, signs, 32);
      op(sse::pand, n, &Vectors::even_words);
      op(sse::por, n, signs);
    }
    cache_.put(lanes(i.d, i.quad), shift_by_lanes(x, n, i.size, i.is_unsigned, one));
    return true;
  }
  // Shorter ones as words, four at a time.
  if (i.size == 1)
    for (Shift shift : {Shift::left, Shift::right_signed}) shift_lanes(shift, 1, n, 8);
  const u32 signed_words = i.size ? sse::pmovsxwd : sse::pmovsxbd;
  const u32 words = i.is_unsigned ? (i.size ? sse::pmovzxwd : sse::pmovzxbd) : signed_words;
  const u32 count = (i.quad ? 4u : 2u) >> i.size;
  std::array<u8, 4> parts{};
  for (u32 k = 0; k < count; k++) {
    cache_.begin_instruction();
    for (u32 done = 0; done < k; done++) cache_.lock(parts[done]);
    cache_.lock(x);
    cache_.lock(n);
    if (one) cache_.lock(*one);
    u8 part = duplicate(x), amounts = duplicate(n);
    for (u8 r : {part, amounts}) {
      if (k == 0) continue;
      as_.sse(0x66, 0x0f73, 3, r);  // PSRLDQ
      as_.byte(static_cast<u8>(k * (4u << i.size)));
    }
    op(words, part, part);
    op(signed_words, amounts, amounts);
    parts[k] = shift_by_lanes(part, amounts, 2, i.is_unsigned, one);
  }
  for (u32 k = 0; k < count; k++)
    for (Shift shift : {Shift::left, Shift::right_signed}) shift_lanes(shift, 2, parts[k], i.size ? 16 : 24);
  for (u32 k = 0; k < count; k += 2) op(sse::packssdw, parts[k], parts[count == 1 ? k : k + 1]);
  if (i.size == 0) op(sse::packsswb, parts[0], parts[count == 4 ? 2 : 0]);
  cache_.put(lanes(i.d, i.quad), parts[0]);
  return true;
}

bool Simd::emit_shift(const Insn& i) {
  Range d = lanes(i.d, i.quad), m = lanes(i.m, i.quad);
  Shift right = i.is_unsigned ? Shift::right : Shift::right_signed;
  switch (i.op) {
    case Op::vshr:
    case Op::vsra:
    case Op::vrshr:
    case Op::vrsra: {
      u8 x = cache_.copy(m);
      if (i.op == Op::vrshr || i.op == Op::vrsra)
        shift_rounding(right, i.size, x, i.amount);
      else
        shift_lanes(right, i.size, x, i.amount);
      if (i.op == Op::vsra || i.op == Op::vrsra) op(sse::padd[i.size], x, cache_.use(d));
      cache_.put(d, x);
      return true;
    }
    case Op::vshl: {
      u8 x = cache_.copy(m);
      shift_lanes(Shift::left, i.size, x, i.amount);
      cache_.put(d, x);
      return true;
    }
    case Op::vsri:
    case Op::vsli: {
      u8 width = static_cast<u8>(8 << i.size);
      u64 all = ~u64{0} >> (64 - width);
      u64 taken = i.op == Op::vsli ? all & (all << i.amount) : i.amount == width ? 0 : all >> i.amount;
      u8 x = cache_.copy(m), mask = constant(in_all_lanes(taken, i.size));
      shift_lanes(i.op == Op::vsli ? Shift::left : Shift::right, i.size, x, i.amount);
      op(sse::pand, x, mask);
      op(sse::pandn, mask, cache_.use(d));
      op(sse::por, x, mask);
      cache_.put(d, x);
      return true;
    }
    case Op::vshrn:
    case Op::vmovn: {
      u8 x = cache_.copy(lanes(i.m, true));
      shift_lanes(Shift::right, static_cast<u8>(i.size + 1), x, i.amount);
      narrow(x, i.size);
      cache_.put(lanes(i.d, false), x);
      return true;
    }
    case Op::vshll: {
      u8 x = cache_.copy(lanes(i.m, false));
      widen(x, i.size, i.is_unsigned);
      shift_lanes(Shift::left, static_cast<u8>(i.size + 1), x, i.amount);
      cache_.put(lanes(i.d, true), x);
      return true;
    }
    case Op::vshl_reg:
    case Op::vrshl_reg: return shift_by_register(i);
    default: return false;
  }
}

}  // namespace sigtape::jit
