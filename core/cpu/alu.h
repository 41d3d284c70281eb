// Semantics of data processing: the second operand, additions, logic, moves (ARM ARM A8.8, A8.4).
#pragma once
#include "core/cpu/machine.h"

namespace sigtape::cpu::semantics {

using isa::Form;
using isa::Shift;

// Shift() by a constant. LSR and ASR may be by 32, LSL by 0 is no shift.
template <class M>
typename M::Word shifted_by_constant(M& m, Shift shift, typename M::Word value, u8 amount) {
  if (shift == Shift::rrx) {
    auto carry_in = m.carry();
    auto top = m.word(carry_in);
    return (value >> 1) | (top << 31);
  }
  if (amount == 0) return value;
  if (shift == Shift::lsl) return value << amount;
  if (shift == Shift::ror) return m.ror(value, amount);
  if (shift == Shift::asr) return m.asr(value, amount < 32 ? amount : 31);
  return amount < 32 ? value >> amount : m.constant(0);
}

// The carry of Shift_C() by a constant.
template <class M>
typename M::Bool carry_of_shift(M& m, Shift shift, typename M::Word value, u8 amount) {
  if (shift == Shift::rrx) return m.bit(value, 0);
  if (amount == 0) return m.carry();
  return m.bit(value, static_cast<u8>(shift == Shift::lsl ? 32 - amount : amount - 1));
}

template <class M, class I>
Shifted<M> operand_with_carry(M& m, const I& i) {
  if (i.form == Form::imm) {
    auto value = m.constant(i.imm);
    if (i.carry == isa::Carry::unchanged) {
      auto carry = m.carry();
      return {value, carry};
    }
    return {value, m.flag(i.carry == isa::Carry::one)};
  }
  auto value = m.reg(i.m);
  if (i.form == Form::reg_shift) {
    auto by = m.reg(i.s);
    return m.shift_by(i.shift, value, by & m.constant(255));
  }
  auto shifted = shifted_by_constant(m, i.shift, value, i.amount);
  auto carry = carry_of_shift(m, i.shift, value, i.amount);
  return {shifted, carry};
}

template <class M, class I>
typename M::Word operand(M& m, const I& i) {
  if (i.form == Form::imm) return m.constant(i.imm);
  if (i.form == Form::reg_shift) return operand_with_carry(m, i).value;
  auto value = m.reg(i.m);
  return shifted_by_constant(m, i.shift, value, i.amount);
}

// S with d == 15 is an exception return, which user mode has not (B9.3.20: UNPREDICTABLE; here: undefined).
template <class M, class I>
void finish_sum(M& m, const I& i, const Sum<M>& sum) {
  if (i.set_flags && m.is_pc(i.d)) return m.undefined();
  if (i.set_flags) m.set_nzcv(sum);
  m.set_reg(i.d, sum.value);
}

template <class M, class I>
void finish_logic(M& m, const I& i, typename M::Word value, typename M::Bool carry) {  // with S
  if (m.is_pc(i.d)) return m.undefined();
  m.set_nzc(value, carry);
  m.set_reg(i.d, value);
}

// Without S nothing is asked about flags and carries.
template <class M, class I>
void add(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  if (!i.set_flags) return m.set_reg(i.d, a + b);
  auto sum = m.add_with_carry(a, b, m.flag(false));
  finish_sum(m, i, sum);
}
template <class M, class I>
void sub(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  if (!i.set_flags) return m.set_reg(i.d, a - b);
  auto sum = m.add_with_carry(a, ~b, m.flag(true));
  finish_sum(m, i, sum);
}
template <class M, class I>
void rsb(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  if (!i.set_flags) return m.set_reg(i.d, b - a);
  auto sum = m.add_with_carry(~a, b, m.flag(true));
  finish_sum(m, i, sum);
}
template <class M, class I>
void adc(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  auto carry = m.carry();
  auto sum = m.add_with_carry(a, b, carry);
  finish_sum(m, i, sum);
}
template <class M, class I>
void sbc(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  auto carry = m.carry();
  auto sum = m.add_with_carry(a, ~b, carry);
  finish_sum(m, i, sum);
}
template <class M, class I>
void rsc(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  auto carry = m.carry();
  auto sum = m.add_with_carry(~a, b, carry);
  finish_sum(m, i, sum);
}
template <class M, class I>
void cmp(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  auto sum = m.add_with_carry(a, ~b, m.flag(true));
  m.set_nzcv(sum);
}
template <class M, class I>
void cmn(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand(m, i);
  auto sum = m.add_with_carry(a, b, m.flag(false));
  m.set_nzcv(sum);
}

template <class M, class I>
void and_(M& m, const I& i) {
  auto a = m.reg(i.n);
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, a & b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, a & b.value, b.carry);
}
template <class M, class I>
void orr(M& m, const I& i) {
  auto a = m.reg(i.n);
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, a | b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, a | b.value, b.carry);
}
template <class M, class I>
void eor(M& m, const I& i) {
  auto a = m.reg(i.n);
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, a ^ b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, a ^ b.value, b.carry);
}
template <class M, class I>
void bic(M& m, const I& i) {
  auto a = m.reg(i.n);
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, a & ~b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, a & ~b.value, b.carry);
}
template <class M, class I>
void orn(M& m, const I& i) {
  auto a = m.reg(i.n);
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, a | ~b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, a | ~b.value, b.carry);
}
template <class M, class I>
void tst(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand_with_carry(m, i);
  m.set_nzc(a & b.value, b.carry);
}
template <class M, class I>
void teq(M& m, const I& i) {
  auto a = m.reg(i.n);
  auto b = operand_with_carry(m, i);
  m.set_nzc(a ^ b.value, b.carry);
}
template <class M, class I>
void mov(M& m, const I& i) {
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, b.value, b.carry);
}
template <class M, class I>
void mvn(M& m, const I& i) {
  if (!i.set_flags) {
    auto b = operand(m, i);
    return m.set_reg(i.d, ~b);
  }
  auto b = operand_with_carry(m, i);
  finish_logic(m, i, ~b.value, b.carry);
}
template <class M, class I>
void movw(M& m, const I& i) {
  m.set_reg(i.d, m.constant(i.imm));
}
template <class M, class I>
void movt(M& m, const I& i) {
  auto old = m.reg(i.d);
  m.set_reg(i.d, (old & m.constant(0xffff)) | m.constant(i.imm << 16));
}
template <class M, class I>
void adr(M& m, const I& i) {
  u32 base = (m.pc() + (m.thumb() ? 4 : 8)) & ~3u;
  m.set_reg(i.d, m.address(base + i.imm));
}

}  // namespace sigtape::cpu::semantics
