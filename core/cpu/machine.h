// The concept that instruction semantics are written over: what they may ask of a machine, and nothing else.
//
//   template <class M, class I> void adc(M& m, const I& i)
//
// M computes at once (Direct, of the interpreter) or emits code. I is isa::Insn, or a type derived from it that knows
// some of its fields at compile time (so that the interpreter's common cases fold away). Rules:
//  - C++ `if` only on fields of I; choices that depend on guest values are m.select(c, a, b).
//  - Each call on the machine is bound to a name before its value is used: argument order is the compiler's.
//  - Everything that can fail comes before the first write to guest state; after it `if (m.failed()) return;`.
//  - The condition and the IT state are dealt with outside.
#pragma once
#include <concepts>

#include "core/base/bits.h"
#include "core/isa/insn.h"

namespace sigtape::cpu {

template <class M>
struct Shifted {  // a second operand and the shifter's carry
  typename M::Word value;
  typename M::Bool carry;
};

template <class M>
struct Sum {  // AddWithCarry()
  typename M::Word value;
  typename M::Bool carry, overflow;
};

template <class M>
struct Pair {  // 64 bits, or a value and what a helper says about it
  typename M::Word low, high;
};

// Word: 32 bits with + - * & | ^ ~ and ==, << and >> by constants below 32. Bool: one bit with !.
template <class M>
concept Machine = requires(M m, typename M::Word w, typename M::Bool b, u32 constant, u8 number, isa::Shift shift,
                           bool known) {
  { m.constant(constant) } -> std::same_as<typename M::Word>;
  { m.address(constant) } -> std::same_as<typename M::Word>;  // a constant that follows from pc()
  { m.flag(known) } -> std::same_as<typename M::Bool>;
  // Registers. reg(15) is PC as an operand; set_reg(15, w) is ALUWritePC.
  { m.reg(number) } -> std::same_as<typename M::Word>;
  m.set_reg(number, w);
  { m.is_pc(number) } -> std::same_as<bool>;  // 15; a machine for instructions without r15 says no and folds
  { m.pc() } -> std::same_as<u32>;            // of this instruction
  { m.thumb() } -> std::same_as<bool>;
  m.branch(w);               // BranchWritePC: stays in the instruction set
  m.branch_exchange(w);      // BXWritePC, LoadWritePC: bit 0 chooses the instruction set
  m.branch_if(b, constant);  // to a constant address where b is true, else on
  // Flags.
  { m.carry() } -> std::same_as<typename M::Bool>;
  m.set_nz(w);
  m.set_nz_long(Pair<M>{w, w});
  m.set_nzc(w, b);
  m.set_nzcv(Sum<M>{w, b, b});
  m.set_q_if(b);  // sticky
  { m.ge() } -> std::same_as<typename M::Word>;
  m.set_ge(w);
  { m.read_cpsr() } -> std::same_as<typename M::Word>;  // as MRS gives it in user mode
  m.write_cpsr(w, number);                              // as MSR takes it in user mode, by field mask
  // Arithmetic beyond the operators.
  { m.select(b, w, w) } -> std::same_as<typename M::Word>;
  { m.bit(w, number) } -> std::same_as<typename M::Bool>;
  { m.word(b) } -> std::same_as<typename M::Word>;
  { m.asr(w, number) } -> std::same_as<typename M::Word>;  // by 0-31
  { m.ror(w, number) } -> std::same_as<typename M::Word>;
  { m.sign_extend(w, number) } -> std::same_as<typename M::Word>;
  { m.shift_by(shift, w, w) } -> std::same_as<Shifted<M>>;  // by a register's low byte, 0-255
  { m.add_with_carry(w, w, b) } -> std::same_as<Sum<M>>;
  { m.multiply_unsigned(w, w) } -> std::same_as<Pair<M>>;
  { m.multiply_signed(w, w) } -> std::same_as<Pair<M>>;
  { m.widen(w) } -> std::same_as<Pair<M>>;  // with its sign
  { m.add_long(Pair<M>{w, w}, Pair<M>{w, w}) } -> std::same_as<Pair<M>>;
  { m.subtract_long(Pair<M>{w, w}, Pair<M>{w, w}) } -> std::same_as<Pair<M>>;
  { m.extract(Pair<M>{w, w}, number) } -> std::same_as<typename M::Word>;  // from that bit on, 1-31
  // A pure function of words that gives a u64: larger things, the same for every machine.
  { m.call(static_cast<u64 (*)(u32, u32)>(nullptr), w, w) } -> std::same_as<Pair<M>>;
  // Memory, by CPSR.E. A failed access makes failed() true.
  { m.load8(w) } -> std::same_as<typename M::Word>;
  { m.load16(w) } -> std::same_as<typename M::Word>;
  { m.load32(w) } -> std::same_as<typename M::Word>;
  m.store8(w, w);
  m.store16(w, w);
  m.store32(w, w);
  m.need_load(w, constant);  // fails unless so many bytes, up to a page, are readable
  m.need_store(w, constant);
  { m.load_needed32(w) } -> std::same_as<typename M::Word>;  // of them: can't fail
  m.store_needed32(w, w);
  // LDM, STM, LDRD, STRD: fails by the engine's Alignment policy. Where Alignment::fix_up lets a misaligned address
  // pass, the instruction's words are little-endian whatever CPSR.E says: so does arch/arm/mm/alignment.c.
  m.need_words_aligned(w);
  { m.load_exclusive(w, constant) } -> std::same_as<Pair<M>>;
  { m.store_exclusive(w, Pair<M>{w, w}, constant) } -> std::same_as<typename M::Word>;  // 0 stored, 1 not
  { m.swap(w, w, constant) } -> std::same_as<typename M::Word>;
  m.clear_exclusive();
  m.barrier();
  // The rest.
  m.undefined();
  m.svc(constant);
  m.breakpoint(constant);
  { m.failed() } -> std::same_as<bool>;
  { m.thread_pointer() } -> std::same_as<typename M::Word>;
  { m.user_thread_word() } -> std::same_as<typename M::Word>;
  m.set_user_thread_word(w);
  m.set_big_endian(known);
  m.set_it(number);
};

}  // namespace sigtape::cpu
