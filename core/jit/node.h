// Nodes: what one instruction asks of the translator's machine, as a list in the order of asking.
#pragma once
#include "core/base/ints.h"
#include "core/isa/insn.h"

namespace sigtape::jit {

enum class Kind : u8 {
  // Words
  constant,  // imm
  address,   // imm: a guest address that follows from the instruction's own
  reg,       // amount: number (0-14)
  add,
  sub,
  and_,
  or_,
  xor_,
  mul,   // a, b
  not_,  // a
  shl,
  lsr,
  asr,
  ror,          // a by amount (1-31)
  sign_extend,  // a, of amount bits
  select,       // c ? a : b
  word_of,      // a (a Bool): 0 or 1
  sum,          // a + b + c (a Bool), whose carry and overflow may be asked for
  extracted,    // of a, a Long, from bit `amount` (1-32) on
  shifted,      // a by b (0-255), amount: isa::Shift
  loaded,       // from address a; amount: bytes, imm: 1 to extend the sign
  ge_bits,
  thread_pointer,
  user_word,
  exclusive_loaded,  // from address a; amount: bytes, of which these are the lower four
  exclusive_upper,   // the others of eight
  exclusive_status,  // of storing b, and behind it c where there are eight, at a; amount: bytes
  // Longs: 64 bits, the lower ones as a Word by themselves
  product_unsigned,
  product_signed,  // a * b
  widened,         // a with its sign
  joined,          // a, and b above it
  long_sum,        // of Longs
  long_difference,
  call,  // imm: index of the helper
  // Bools
  flag,      // imm: 0 or 1
  carry_in,  // CPSR.C before the instruction
  bit,       // a, amount
  equal,     // a, b
  negated,   // a
  sum_carry,
  sum_overflow,   // of a
  shifted_carry,  // of a
  // Effects, in their order
  set_reg,        // amount: number; a
  set_nz,         // of a
  set_nz_long,    // of a Long
  set_nzc,        // of a; carry b
  set_nzcv,       // of the sum a
  set_q_if,       // a
  set_ge,         // a
  set_user_word,  // a
  stored,         // at a: b; amount: bytes
  need_load,
  need_store,       // at a: imm bytes
  need_aligned,     // a, to words
  branch,           // to a, same instruction set
  branch_exchange,  // to a
  branch_if,        // a: to imm
  barrier,
  clear_exclusive,
};

constexpr bool is_effect(Kind kind) { return kind >= Kind::set_reg; }
// Done where it stands in the list, not when its value is wanted first.
constexpr bool is_ordered(Kind kind) {
  return is_effect(kind) || kind == Kind::loaded || kind == Kind::exclusive_loaded || kind == Kind::exclusive_status;
}

constexpr bool is_long(Kind kind) { return kind >= Kind::product_unsigned && kind <= Kind::call; }

constexpr u8 operands_of(Kind kind) {
  switch (kind) {
    case Kind::constant:
    case Kind::address:
    case Kind::reg:
    case Kind::ge_bits:
    case Kind::thread_pointer:
    case Kind::user_word:
    case Kind::flag:
    case Kind::carry_in:
    case Kind::barrier:
    case Kind::exclusive_upper:
    case Kind::clear_exclusive: return 0;
    case Kind::add:
    case Kind::sub:
    case Kind::and_:
    case Kind::or_:
    case Kind::xor_:
    case Kind::mul:
    case Kind::product_unsigned:
    case Kind::product_signed:
    case Kind::joined:
    case Kind::long_sum:
    case Kind::long_difference:
    case Kind::call:
    case Kind::shifted:
    case Kind::equal:
    case Kind::set_nzc:
    case Kind::stored: return 2;
    case Kind::select:
    case Kind::exclusive_status:
    case Kind::sum: return 3;
    default: return 1;
  }
}

struct Node {
  Kind kind = Kind::constant;
  u8 amount = 0;
  u16 a = 0, b = 0, c = 0;
  u32 imm = 0;
  u16 uses = 0;  // references from other nodes that have not been served yet
  u8 place = 0;  // the translator's: where the value is (see emitter.h)
};

// Parts of CPSR's flags that are followed one by one.
enum class Part : u8 { none = 0, nz = 1, c = 2, v = 4, all = 7 };
constexpr Part operator|(Part a, Part b) { return static_cast<Part>(static_cast<u8>(a) | static_cast<u8>(b)); }
constexpr Part operator&(Part a, Part b) { return static_cast<Part>(static_cast<u8>(a) & static_cast<u8>(b)); }
constexpr Part operator~(Part a) { return static_cast<Part>(~static_cast<u8>(a) & 7); }
constexpr bool any(Part a) { return a != Part::none; }

constexpr Part parts_of(isa::Cond cond) {
  switch (cond) {
    case isa::Cond::eq:
    case isa::Cond::ne:
    case isa::Cond::mi:
    case isa::Cond::pl: return Part::nz;
    case isa::Cond::cs:
    case isa::Cond::cc: return Part::c;
    case isa::Cond::vs:
    case isa::Cond::vc: return Part::v;
    case isa::Cond::hi:
    case isa::Cond::ls: return Part::nz | Part::c;
    case isa::Cond::al: return Part::none;
    default: return Part::nz | Part::v;
  }
}

// One instruction of a block, with its nodes and what follows from them.
struct Step {
  isa::Insn insn;
  u32 pc = 0;
  u8 it = 0;                // CPSR.IT that it runs under
  u16 first = 0, end = 0;   // its nodes
  bool supported = true;    // else the interpreter does it
  bool simd = false;        // no nodes: VFP or Advanced SIMD, which have an emitter of their own
  bool may_leave = false;   // it can fault or stop: the exact state may be asked for
  bool ends = false;        // branches: nothing after it in this block
  bool flags_next = false;  // VCMP, and the next step moves what it has found to the flags
  bool may_exit = false;    // a branch that is expected to fall through: the block goes on behind it
  Part reads = Part::none, writes = Part::none, live_after = Part::all;
};

}  // namespace sigtape::jit
