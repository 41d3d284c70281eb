// Semantics of branches, status registers, CP15, exceptions and hints.
#pragma once
#include "core/cpu/memory.h"

namespace sigtape::cpu::semantics {

// --- branches
template <class M>
typename M::Word return_address(M& m, u8 width) {
  return m.address((m.pc() + width) | (m.thumb() ? 1 : 0));
}

template <class M, class I>
void b(M& m, const I& i) {
  m.branch(m.address(pc_operand(m.pc(), m.thumb()) + i.imm));
}
template <class M, class I>
void bl(M& m, const I& i) {
  m.set_reg(14, return_address(m, i.width));
  m.branch(m.address(pc_operand(m.pc(), m.thumb()) + i.imm));
}
template <class M, class I>
void blx(M& m, const I& i) {
  if (i.form == Form::branch) {
    u32 target = (pc_operand(m.pc(), m.thumb()) & ~3u) + i.imm;
    m.set_reg(14, return_address(m, i.width));
    return m.branch_exchange(m.address(target | (m.thumb() ? 0 : 1)));
  }
  auto target = m.reg(i.m);
  m.set_reg(14, return_address(m, i.width));
  m.branch_exchange(target);
}
template <class M, class I>
void bx(M& m, const I& i) {
  auto target = m.reg(i.m);
  m.branch_exchange(target);
}
template <class M, class I>
void bxj(M& m, const I& i) {  // no Jazelle: as BX
  bx(m, i);
}
template <class M, class I>
void cbz(M& m, const I& i) {
  auto value = m.reg(i.n);
  m.branch_if(value == m.constant(0), pc_operand(m.pc(), m.thumb()) + i.imm);
}
template <class M, class I>
void cbnz(M& m, const I& i) {
  auto value = m.reg(i.n);
  m.branch_if(!(value == m.constant(0)), pc_operand(m.pc(), m.thumb()) + i.imm);
}
template <class M, class I>
void tbb(M& m, const I& i) {
  auto table = m.reg(i.n);
  auto index = m.reg(i.m);
  auto entry = m.load8(table + index);
  if (m.failed()) return;
  m.branch(m.address(pc_operand(m.pc(), m.thumb())) + (entry << 1));
}
template <class M, class I>
void tbh(M& m, const I& i) {
  auto table = m.reg(i.n);
  auto index = m.reg(i.m);
  auto entry = m.load16(table + (index << 1));
  if (m.failed()) return;
  m.branch(m.address(pc_operand(m.pc(), m.thumb())) + (entry << 1));
}
template <class M, class I>
void it(M& m, const I& i) {
  m.set_it(static_cast<u8>(i.imm));
}

// --- exceptions
template <class M, class I>
void undefined(M& m, const I&) {
  m.undefined();
}
template <class M, class I>
void udf(M& m, const I&) {
  m.undefined();
}
template <class M, class I>
void svc(M& m, const I& i) {
  m.svc(i.imm);
}
template <class M, class I>
void bkpt(M& m, const I& i) {
  m.breakpoint(i.imm);
}

// --- status
template <class M, class I>
void mrs(M& m, const I& i) {
  auto value = m.read_cpsr();
  m.set_reg(i.d, value);
}
template <class M, class I>
void msr(M& m, const I& i) {
  auto value = i.form == Form::status_imm ? m.constant(i.imm) : m.reg(i.n);
  m.write_cpsr(value, static_cast<u8>(i.list));
}
template <class M, class I>
void setend(M& m, const I& i) {
  m.set_big_endian(i.imm != 0);
}
template <class M, class I>
void cps(M&, const I&) {}  // no effect in user mode
template <class M, class I>
void read_tpidruro(M& m, const I& i) {
  auto value = m.thread_pointer();
  m.set_reg(i.t, value);
}
template <class M, class I>
void read_tpidrurw(M& m, const I& i) {
  auto value = m.user_thread_word();
  m.set_reg(i.t, value);
}
template <class M, class I>
void write_tpidrurw(M& m, const I& i) {
  auto value = m.reg(i.t);
  m.set_user_thread_word(value);
}

// --- hints and barriers
template <class M, class I>
void nop(M&, const I&) {}
template <class M, class I>
void yield(M&, const I&) {}
template <class M, class I>
void wfe(M&, const I&) {}
template <class M, class I>
void wfi(M&, const I&) {}
template <class M, class I>
void sev(M&, const I&) {}
template <class M, class I>
void dbg(M&, const I&) {}
template <class M, class I>
void isb(M&, const I&) {}
template <class M, class I>
void dmb(M& m, const I&) {
  m.barrier();
}
template <class M, class I>
void dsb(M& m, const I&) {
  m.barrier();
}

}  // namespace sigtape::cpu::semantics
