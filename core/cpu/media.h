// Semantics of saturation, parallel arithmetic, packing, extension, bit fields and reversal.
#pragma once
#include "core/cpu/alu.h"
#include "core/cpu/helpers.h"

namespace sigtape::cpu::semantics {

// --- saturation. QADD and its relatives take m first: Rd = Rm op Rn.
template <class M, class I, class F>
void saturating(M& m, const I& i, F* helper) {
  auto a = m.reg(i.m);
  auto b = m.reg(i.n);
  auto result = m.call(helper, a, b);
  m.set_q_if(m.bit(result.high, 0));
  m.set_reg(i.d, result.low);
}
template <class M, class I>
void qadd(M& m, const I& i) {
  saturating(m, i, helpers::saturating_add);
}
template <class M, class I>
void qsub(M& m, const I& i) {
  saturating(m, i, helpers::saturating_sub);
}
template <class M, class I>
void qdadd(M& m, const I& i) {
  saturating(m, i, helpers::saturating_double_add);
}
template <class M, class I>
void qdsub(M& m, const I& i) {
  saturating(m, i, helpers::saturating_double_sub);
}

template <class M, class I, class F>
void saturate_to(M& m, const I& i, F* helper) {
  auto value = m.reg(i.n);
  auto shifted = shifted_by_constant(m, i.shift, value, i.amount);
  auto result = m.call(helper, shifted, m.constant(i.imm));
  m.set_q_if(m.bit(result.high, 0));
  m.set_reg(i.d, result.low);
}
template <class M, class I>
void ssat(M& m, const I& i) {
  saturate_to(m, i, helpers::ssat);
}
template <class M, class I>
void usat(M& m, const I& i) {
  saturate_to(m, i, helpers::usat);
}
template <class M, class I>
void ssat16(M& m, const I& i) {
  saturate_to(m, i, helpers::ssat16);
}
template <class M, class I>
void usat16(M& m, const I& i) {
  saturate_to(m, i, helpers::usat16);
}

// --- parallel arithmetic
template <helpers::Family family, helpers::Lanes lanes, helpers::Pattern pattern, class M, class I>
void parallel(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto result = m.call(helpers::parallel<family, lanes, pattern>, n, b);
  if (family == helpers::Family::modulo_signed || family == helpers::Family::modulo_unsigned) m.set_ge(result.high);
  m.set_reg(i.d, result.low);
}
#define SIGTAPE_PARALLEL(name, family, lanes, pattern)                                         \
  template <class M, class I>                                                                  \
  void name(M& m, const I& i) {                                                                \
    parallel<helpers::Family::family, helpers::Lanes::lanes, helpers::Pattern::pattern>(m, i); \
  }
#define SIGTAPE_PARALLEL_FAMILY(prefix, family)                    \
  SIGTAPE_PARALLEL(prefix##add16, family, words16, add)            \
  SIGTAPE_PARALLEL(prefix##sub16, family, words16, sub)            \
  SIGTAPE_PARALLEL(prefix##asx, family, words16, add_sub_exchange) \
  SIGTAPE_PARALLEL(prefix##sax, family, words16, sub_add_exchange) \
  SIGTAPE_PARALLEL(prefix##add8, family, bytes8, add)              \
  SIGTAPE_PARALLEL(prefix##sub8, family, bytes8, sub)
SIGTAPE_PARALLEL_FAMILY(s, modulo_signed)
SIGTAPE_PARALLEL_FAMILY(q, saturating_signed)
SIGTAPE_PARALLEL_FAMILY(sh, halving_signed)
SIGTAPE_PARALLEL_FAMILY(u, modulo_unsigned)
SIGTAPE_PARALLEL_FAMILY(uq, saturating_unsigned)
SIGTAPE_PARALLEL_FAMILY(uh, halving_unsigned)
#undef SIGTAPE_PARALLEL_FAMILY
#undef SIGTAPE_PARALLEL

template <class M, class I>
void sel(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto ge = m.ge();
  auto mask = m.call(helpers::expand_ge, ge, m.constant(0));
  m.set_reg(i.d, (n & mask.low) | (b & ~mask.low));
}

// --- packing and extension
template <class M, class I>
void pkhbt(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = operand(m, i);
  m.set_reg(i.d, (n & m.constant(0xffff)) | (b & m.constant(0xffff'0000)));
}
template <class M, class I>
void pkhtb(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = operand(m, i);
  m.set_reg(i.d, (n & m.constant(0xffff'0000)) | (b & m.constant(0xffff)));
}

template <class M, class I>
typename M::Word rotated(M& m, const I& i) {
  auto value = m.reg(i.m);
  if (i.amount == 0) return value;
  return m.ror(value, i.amount);
}
template <class M, class I>
typename M::Word extended_bytes(M& m, const I& i, bool is_signed) {  // of 16-bit lanes
  auto value = rotated(m, i);
  if (!is_signed) return value & m.constant(0x00ff'00ff);
  auto low = m.sign_extend(value, 8);
  auto high = m.sign_extend(value >> 16, 8);
  return (low & m.constant(0xffff)) | (high << 16);
}
template <class M, class I>
void sxtb(M& m, const I& i) {
  auto value = rotated(m, i);
  m.set_reg(i.d, m.sign_extend(value, 8));
}
template <class M, class I>
void sxth(M& m, const I& i) {
  auto value = rotated(m, i);
  m.set_reg(i.d, m.sign_extend(value, 16));
}
template <class M, class I>
void uxtb(M& m, const I& i) {
  auto value = rotated(m, i);
  m.set_reg(i.d, value & m.constant(0xff));
}
template <class M, class I>
void uxth(M& m, const I& i) {
  auto value = rotated(m, i);
  m.set_reg(i.d, value & m.constant(0xffff));
}
template <class M, class I>
void sxtb16(M& m, const I& i) {
  m.set_reg(i.d, extended_bytes(m, i, true));
}
template <class M, class I>
void uxtb16(M& m, const I& i) {
  m.set_reg(i.d, extended_bytes(m, i, false));
}
template <class M, class I>
void sxtab(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto value = rotated(m, i);
  auto extended = m.sign_extend(value, 8);
  m.set_reg(i.d, n + extended);
}
template <class M, class I>
void sxtah(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto value = rotated(m, i);
  auto extended = m.sign_extend(value, 16);
  m.set_reg(i.d, n + extended);
}
template <class M, class I>
void uxtab(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto value = rotated(m, i);
  m.set_reg(i.d, n + (value & m.constant(0xff)));
}
template <class M, class I>
void uxtah(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto value = rotated(m, i);
  m.set_reg(i.d, n + (value & m.constant(0xffff)));
}
template <class M>
typename M::Word add_halves(M& m, typename M::Word a, typename M::Word b) {
  constexpr auto add16 =
      helpers::parallel<helpers::Family::modulo_unsigned, helpers::Lanes::words16, helpers::Pattern::add>;
  return m.call(add16, a, b).low;
}
template <class M, class I>
void sxtab16(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto extended = extended_bytes(m, i, true);
  m.set_reg(i.d, add_halves(m, n, extended));
}
template <class M, class I>
void uxtab16(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto extended = extended_bytes(m, i, false);
  m.set_reg(i.d, add_halves(m, n, extended));
}

// --- bit fields: lsb is amount, width is count (1-32)
constexpr u32 ones(unsigned width) { return width >= 32 ? ~0u : (1u << width) - 1; }

template <class M, class I>
void bfc(M& m, const I& i) {
  auto old = m.reg(i.d);
  m.set_reg(i.d, old & m.constant(~(ones(i.count) << i.amount)));
}
template <class M, class I>
void bfi(M& m, const I& i) {
  auto old = m.reg(i.d);
  auto n = m.reg(i.n);
  u32 mask = ones(i.count) << i.amount;
  m.set_reg(i.d, (old & m.constant(~mask)) | ((n << i.amount) & m.constant(mask)));
}
template <class M, class I>
void ubfx(M& m, const I& i) {
  auto n = m.reg(i.n);
  m.set_reg(i.d, (n >> i.amount) & m.constant(ones(i.count)));
}
template <class M, class I>
void sbfx(M& m, const I& i) {
  auto n = m.reg(i.n);
  m.set_reg(i.d, m.sign_extend(n >> i.amount, i.count));
}

// --- reversal and counting
template <class M, class I>
void rev(M& m, const I& i) {
  auto value = m.reg(i.m);
  auto result = m.call(helpers::reverse_bytes, value, m.constant(0));
  m.set_reg(i.d, result.low);
}
template <class M, class I>
void rev16(M& m, const I& i) {
  auto value = m.reg(i.m);
  auto reversed = m.call(helpers::reverse_bytes, value, m.constant(0));
  m.set_reg(i.d, m.ror(reversed.low, 16));
}
template <class M, class I>
void revsh(M& m, const I& i) {
  auto value = m.reg(i.m);
  auto reversed = m.call(helpers::reverse_bytes, value, m.constant(0));
  m.set_reg(i.d, m.asr(reversed.low, 16));
}
template <class M, class I>
void rbit(M& m, const I& i) {
  auto value = m.reg(i.m);
  auto result = m.call(helpers::reverse_bits, value, m.constant(0));
  m.set_reg(i.d, result.low);
}
template <class M, class I>
void clz(M& m, const I& i) {
  auto value = m.reg(i.m);
  auto result = m.call(helpers::count_leading_zeros, value, m.constant(0));
  m.set_reg(i.d, result.low);
}

}  // namespace sigtape::cpu::semantics
