// Semantics of multiplication, division and the halfword (DSP) multiplies.
#pragma once
#include "core/cpu/helpers.h"
#include "core/cpu/machine.h"

namespace sigtape::cpu::semantics {

template <class M, class I>
void finish_product(M& m, const I& i, typename M::Word value) {
  if (i.set_flags) m.set_nz(value);
  m.set_reg(i.d, value);
}

// d is RdHi, a is RdLo.
template <class M, class I>
void finish_long(M& m, const I& i, const Pair<M>& value) {
  m.set_reg(i.a, value.low);
  m.set_reg(i.d, value.high);
}

template <class M, class I>
Pair<M> accumulator(M& m, const I& i) {
  auto low = m.reg(i.a);
  auto high = m.reg(i.d);
  return {low, high};
}

template <class M, class I>
void finish_long_with_flags(M& m, const I& i, const Pair<M>& value) {
  if (i.set_flags) m.set_nz_long(value);
  finish_long(m, i, value);
}

template <class M, class I>
void mul(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  finish_product(m, i, a * b);
}
template <class M, class I>
void mla(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto c = m.reg(i.a);
  finish_product(m, i, a * b + c);
}
template <class M, class I>
void mls(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto c = m.reg(i.a);
  m.set_reg(i.d, c - a * b);
}
template <class M, class I>
void umull(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto product = m.multiply_unsigned(a, b);
  finish_long_with_flags(m, i, product);
}
template <class M, class I>
void smull(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto product = m.multiply_signed(a, b);
  finish_long_with_flags(m, i, product);
}
template <class M, class I>
void umlal(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto product = m.multiply_unsigned(a, b);
  auto old = accumulator(m, i);
  auto sum = m.add_long(product, old);
  finish_long_with_flags(m, i, sum);
}
template <class M, class I>
void smlal(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto product = m.multiply_signed(a, b);
  auto old = accumulator(m, i);
  auto sum = m.add_long(product, old);
  finish_long_with_flags(m, i, sum);
}
template <class M, class I>
void umaal(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto product = m.multiply_unsigned(a, b);
  auto low = m.reg(i.a);
  auto high = m.reg(i.d);
  auto once = m.add_long(product, Pair<M>{low, m.constant(0)});
  auto twice = m.add_long(once, Pair<M>{high, m.constant(0)});
  finish_long(m, i, twice);
}

// Division by 0 gives 0 (SCTLR.DZ is RAZ in the A profile).
template <class M, class I>
void sdiv(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto quotient = m.call(helpers::divide_signed, a, b);
  m.set_reg(i.d, quotient.low);
}
template <class M, class I>
void udiv(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = m.reg(i.m);
  auto quotient = m.call(helpers::divide_unsigned, a, b);
  m.set_reg(i.d, quotient.low);
}

// --- halfwords

template <class M>
typename M::Word half(M& m, typename M::Word value, bool top) {
  if (top) return m.asr(value, 16);
  return m.sign_extend(value, 16);
}

// value + a, with Q where it overflows.
template <class M, class I>
void finish_accumulated(M& m, const I& i, typename M::Word value) {
  auto a = m.reg(i.a);
  auto sum = m.add_with_carry(value, a, m.flag(false));
  m.set_q_if(sum.overflow);
  m.set_reg(i.d, sum.value);
}

template <class M>
struct Halves {
  typename M::Word n, m;
};
template <class M, class I>
Halves<M> chosen_halves(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto n_half = half(m, n, i.n_top);
  auto m_half = half(m, b, i.m_top);
  return {n_half, m_half};
}
template <class M, class I>
void smul_xy(M& m, const I& i) {
  auto h = chosen_halves(m, i);
  m.set_reg(i.d, h.n * h.m);
}
template <class M, class I>
void smla_xy(M& m, const I& i) {
  auto h = chosen_halves(m, i);
  finish_accumulated(m, i, h.n * h.m);
}
template <class M, class I>
void smlal_xy(M& m, const I& i) {
  auto h = chosen_halves(m, i);
  auto product = m.multiply_signed(h.n, h.m);
  auto old = accumulator(m, i);
  auto sum = m.add_long(product, old);
  finish_long(m, i, sum);
}
// Bits 47-16 of n * half of m.
template <class M, class I>
typename M::Word product_word_half(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto m_half = half(m, b, i.m_top);
  auto product = m.multiply_signed(n, m_half);
  return m.extract(product, 16);
}
template <class M, class I>
void smulw_y(M& m, const I& i) {
  m.set_reg(i.d, product_word_half(m, i));
}
template <class M, class I>
void smlaw_y(M& m, const I& i) {
  finish_accumulated(m, i, product_word_half(m, i));
}

// The halves that are multiplied with each other; with m_swap those of m change places.
template <class M>
struct BothHalves {
  Halves<M> low, high;
};
template <class M, class I>
BothHalves<M> both_halves(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto n_low = half(m, n, false);
  auto n_high = half(m, n, true);
  auto m_low = half(m, b, i.m_swap);
  auto m_high = half(m, b, !i.m_swap);
  return {{n_low, m_low}, {n_high, m_high}};
}
template <class M, class I>
void smuad(M& m, const I& i) {
  auto h = both_halves(m, i);
  auto sum = m.add_with_carry(h.low.n * h.low.m, h.high.n * h.high.m, m.flag(false));
  m.set_q_if(sum.overflow);
  m.set_reg(i.d, sum.value);
}
template <class M, class I>
void smusd(M& m, const I& i) {
  auto h = both_halves(m, i);
  m.set_reg(i.d, h.low.n * h.low.m - h.high.n * h.high.m);
}
// Q tells that the sum of all three terms does not fit, so it is taken in 64 bits.
template <class M, class I>
void finish_dual(M& m, const I& i, const Pair<M>& products) {
  auto a = m.reg(i.a);
  auto wide = m.widen(a);
  auto sum = m.add_long(products, wide);
  auto sign = m.asr(sum.low, 31);
  auto fits = sum.high == sign;
  m.set_q_if(!fits);
  m.set_reg(i.d, sum.low);
}
template <class M, class I>
Pair<M> sum_of_products(M& m, const I& i) {
  auto h = both_halves(m, i);
  auto low = m.multiply_signed(h.low.n, h.low.m);
  auto high = m.multiply_signed(h.high.n, h.high.m);
  return m.add_long(low, high);
}
template <class M, class I>
Pair<M> difference_of_products(M& m, const I& i) {
  auto h = both_halves(m, i);
  auto low = m.multiply_signed(h.low.n, h.low.m);
  auto high = m.multiply_signed(h.high.n, h.high.m);
  return m.subtract_long(low, high);
}
template <class M, class I>
void smlad(M& m, const I& i) {
  finish_dual(m, i, sum_of_products(m, i));
}
template <class M, class I>
void smlsd(M& m, const I& i) {
  finish_dual(m, i, difference_of_products(m, i));
}
template <class M, class I>
void smlald(M& m, const I& i) {
  auto sum = sum_of_products(m, i);
  auto old = accumulator(m, i);
  finish_long(m, i, m.add_long(sum, old));
}
template <class M, class I>
void smlsld(M& m, const I& i) {
  auto difference = difference_of_products(m, i);
  auto old = accumulator(m, i);
  finish_long(m, i, m.add_long(difference, old));
}

// --- most significant word

// The upper word of a << 32 plus or minus the product, rounded where asked for.
template <class M, class I>
typename M::Word upper_word(M& m, const I& i, const Pair<M>& value) {
  if (!i.round) return value.high;
  auto rounded = m.add_long(value, Pair<M>{m.constant(0x8000'0000), m.constant(0)});
  return rounded.high;
}
template <class M, class I>
Pair<M> signed_product(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  return m.multiply_signed(n, b);
}
template <class M, class I>
void smmul(M& m, const I& i) {
  auto product = signed_product(m, i);
  m.set_reg(i.d, upper_word(m, i, product));
}
template <class M, class I>
void smmla(M& m, const I& i) {
  auto product = signed_product(m, i);
  auto a = m.reg(i.a);
  auto sum = m.add_long(product, Pair<M>{m.constant(0), a});
  m.set_reg(i.d, upper_word(m, i, sum));
}
template <class M, class I>
void smmls(M& m, const I& i) {
  auto product = signed_product(m, i);
  auto a = m.reg(i.a);
  auto difference = m.subtract_long(Pair<M>{m.constant(0), a}, product);
  m.set_reg(i.d, upper_word(m, i, difference));
}

template <class M, class I>
void usad8(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto sum = m.call(helpers::sum_of_differences, n, b);
  m.set_reg(i.d, sum.low);
}
template <class M, class I>
void usada8(M& m, const I& i) {
  auto n = m.reg(i.n);
  auto b = m.reg(i.m);
  auto sum = m.call(helpers::sum_of_differences, n, b);
  auto a = m.reg(i.a);
  m.set_reg(i.d, sum.low + a);
}

}  // namespace sigtape::cpu::semantics
