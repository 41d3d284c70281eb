// Semantics of loads and stores: single, dual, multiple, exclusive, swap.
#pragma once
#include "core/cpu/alu.h"

namespace sigtape::cpu::semantics {

constexpr u32 pc_operand(u32 pc, bool thumb) { return pc + (thumb ? 4 : 8); }

template <class M>
struct Place {
  typename M::Word address, moved;  // of the access; of the base with write-back
};

template <class M, class I>
typename M::Word base(M& m, const I& i) {
  if (m.is_pc(i.n)) return m.address(pc_operand(m.pc(), m.thumb()) & ~3u);
  return m.reg(i.n);
}

template <class M, class I>
typename M::Word offset(M& m, const I& i) {
  if (i.form == Form::mem_reg) {
    auto value = m.reg(i.m);
    return shifted_by_constant(m, i.shift, value, i.amount);
  }
  return m.constant(i.imm);
}

template <class M, class I>
Place<M> place(M& m, const I& i) {
  auto from = base(m, i);
  auto by = offset(m, i);
  auto moved = i.add ? from + by : from - by;
  return {i.pre ? moved : from, moved};
}

// The base is written first: a loaded base register keeps what was loaded (UNPREDICTABLE with write-back).
template <class M, class I>
void finish_load(M& m, const I& i, const Place<M>& at, typename M::Word value) {
  if (m.failed()) return;
  if (i.write_back) m.set_reg(i.n, at.moved);
  if (m.is_pc(i.t)) return m.branch_exchange(value);
  m.set_reg(i.t, value);
}
template <class M, class I>
void finish_store(M& m, const I& i, const Place<M>& at) {
  if (m.failed()) return;
  if (i.write_back) m.set_reg(i.n, at.moved);
}

template <class M, class I>
void ldr(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.load32(at.address);
  finish_load(m, i, at, value);
}
template <class M, class I>
void ldrb(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.load8(at.address);
  finish_load(m, i, at, value);
}
template <class M, class I>
void ldrh(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.load16(at.address);
  finish_load(m, i, at, value);
}
template <class M, class I>
void ldrsb(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.load8(at.address);
  auto extended = m.sign_extend(value, 8);
  finish_load(m, i, at, extended);
}
template <class M, class I>
void ldrsh(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.load16(at.address);
  auto extended = m.sign_extend(value, 16);
  finish_load(m, i, at, extended);
}
template <class M, class I>
void str(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.reg(i.t);
  m.store32(at.address, value);
  finish_store(m, i, at);
}
template <class M, class I>
void strb(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.reg(i.t);
  m.store8(at.address, value);
  finish_store(m, i, at);
}
template <class M, class I>
void strh(M& m, const I& i) {
  auto at = place(m, i);
  auto value = m.reg(i.t);
  m.store16(at.address, value);
  finish_store(m, i, at);
}

template <class M, class I>
void ldrd(M& m, const I& i) {
  auto at = place(m, i);
  m.need_words_aligned(at.address);
  if (m.failed()) return;
  m.need_load(at.address, 8);
  if (m.failed()) return;
  auto first = m.load_needed32(at.address);
  auto second = m.load_needed32(at.address + m.constant(4));
  if (i.write_back) m.set_reg(i.n, at.moved);
  m.set_reg(i.t, first);
  m.set_reg(i.a, second);
}
template <class M, class I>
void strd(M& m, const I& i) {
  auto at = place(m, i);
  auto first = m.reg(i.t);
  auto second = m.reg(i.a);
  m.need_words_aligned(at.address);
  if (m.failed()) return;
  m.need_store(at.address, 8);
  if (m.failed()) return;
  m.store_needed32(at.address, first);
  m.store_needed32(at.address + m.constant(4), second);
  finish_store(m, i, at);
}

// --- LDM, STM: words from the lowest address up, in order of register numbers
template <class M, class I>
Place<M> block_place(M& m, const I& i, u32 bytes) {
  auto from = m.reg(i.n);
  if (i.add) {
    auto begin = i.pre ? from + m.constant(4) : from;
    return {begin, from + m.constant(bytes)};
  }
  auto moved = from - m.constant(bytes);
  return {i.pre ? moved : moved + m.constant(4), moved};
}

// A base that is in the list keeps what was loaded.
template <class M, class I>
void ldm(M& m, const I& i) {
  u32 bytes = 4u * i.count;
  auto at = block_place(m, i, bytes);
  m.need_words_aligned(at.address);
  if (m.failed()) return;
  m.need_load(at.address, bytes);
  if (m.failed()) return;
  if (i.write_back) m.set_reg(i.n, at.moved);
  auto next = at.address;
  for (u32 rest = i.list & 0x7fff; rest; rest &= rest - 1) {
    auto value = m.load_needed32(next);
    m.set_reg(static_cast<u8>(std::countr_zero(rest)), value);
    next = next + m.constant(4);
  }
  if (i.list & 0x8000) {
    auto target = m.load_needed32(next);
    m.branch_exchange(target);
  }
}

// A base that is in the list is stored as it was.
template <class M, class I>
void stm(M& m, const I& i) {
  u32 bytes = 4u * i.count;
  auto at = block_place(m, i, bytes);
  m.need_words_aligned(at.address);
  if (m.failed()) return;
  m.need_store(at.address, bytes);
  if (m.failed()) return;
  auto next = at.address;
  for (u32 rest = i.list; rest; rest &= rest - 1) {
    auto value = m.reg(static_cast<u8>(std::countr_zero(rest)));
    m.store_needed32(next, value);
    next = next + m.constant(4);
  }
  if (i.write_back) m.set_reg(i.n, at.moved);
}

// --- exclusives and swap
template <class M, class I>
void load_exclusive(M& m, const I& i, u32 bytes) {
  auto from = m.reg(i.n);
  auto value = m.load_exclusive(from + m.constant(i.imm), bytes);
  if (m.failed()) return;
  m.set_reg(i.t, value.low);
  if (bytes == 8) m.set_reg(i.a, value.high);
}
template <class M, class I>
void store_exclusive(M& m, const I& i, u32 bytes) {
  auto to = m.reg(i.n);
  auto low = m.reg(i.t);
  auto high = bytes == 8 ? m.reg(i.a) : m.constant(0);
  auto status = m.store_exclusive(to + m.constant(i.imm), Pair<M>{low, high}, bytes);
  if (m.failed()) return;
  m.set_reg(i.d, status);
}
template <class M, class I>
void ldrex(M& m, const I& i) {
  load_exclusive(m, i, 4);
}
template <class M, class I>
void ldrexb(M& m, const I& i) {
  load_exclusive(m, i, 1);
}
template <class M, class I>
void ldrexh(M& m, const I& i) {
  load_exclusive(m, i, 2);
}
template <class M, class I>
void ldrexd(M& m, const I& i) {
  load_exclusive(m, i, 8);
}
template <class M, class I>
void strex(M& m, const I& i) {
  store_exclusive(m, i, 4);
}
template <class M, class I>
void strexb(M& m, const I& i) {
  store_exclusive(m, i, 1);
}
template <class M, class I>
void strexh(M& m, const I& i) {
  store_exclusive(m, i, 2);
}
template <class M, class I>
void strexd(M& m, const I& i) {
  store_exclusive(m, i, 8);
}
template <class M, class I>
void clrex(M& m, const I&) {
  m.clear_exclusive();
}

// SWP is deprecated; Linux emulates it where the hardware has it switched off (arch/arm/kernel/swp_emulate.c).
template <class M, class I>
void swp(M& m, const I& i) {
  auto at = m.reg(i.n);
  auto value = m.reg(i.m);
  auto old = m.swap(at, value, 4);
  if (m.failed()) return;
  m.set_reg(i.t, old);
}
template <class M, class I>
void swpb(M& m, const I& i) {
  auto at = m.reg(i.n);
  auto value = m.reg(i.m);
  auto old = m.swap(at, value, 1);
  if (m.failed()) return;
  m.set_reg(i.t, old);
}

// Preloads never fault.
template <class M, class I>
void pld(M&, const I&) {}
template <class M, class I>
void pldw(M&, const I&) {}
template <class M, class I>
void pli(M&, const I&) {}

}  // namespace sigtape::cpu::semantics
