// UAL text of integer instructions, one function per operand form; mnemonics and conditions of all.
#include "core/isa/text.h"

#include <fmt/format.h>

#include "core/base/bits.h"
#include "core/base/check.h"

namespace sigtape::isa {
namespace {

constexpr const char* mnemonics[] = {
    "undefined",
#define OP(name, text) text,
#include "core/isa/ops_integer.inc"
#include "core/isa/ops_simd.inc"
#undef OP
};

constexpr u32 integer_ops = 1
#define OP(name, text) +1
#include "core/isa/ops_integer.inc"
#undef OP
    ;

const char* const register_names[] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                      "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};
const char* const shift_names[] = {"lsl", "lsr", "asr", "ror", "rrx"};

std::string reg(u32 number) { return register_names[number & 15]; }

// Small numbers as people write them, the others in hexadecimal.
std::string number(u32 value) { return value < 10 ? fmt::format("#{}", value) : fmt::format("#0x{:x}", value); }

std::string regs(std::initializer_list<u32> numbers) {
  std::string text;
  for (u32 n : numbers) text += (text.empty() ? "" : ", ") + reg(n);
  return text;
}

// ", lsl #3" after a register; nothing where it is not shifted.
std::string shift_text(const Insn& i) {
  if (i.shift == Shift::rrx) return ", rrx";
  if (i.amount == 0) return "";
  return fmt::format(", {} #{}", shift_names[int(i.shift)], i.amount);
}

std::string target(const Insn& i, u32 address) {
  u32 pc = address + (i.thumb ? 4 : 8);
  bool word_aligned = i.op == Op::adr || (i.op == Op::blx && i.form == Form::branch);
  return number((word_aligned ? pc & ~u32{3} : pc) + i.imm);
}

std::string list_text(u32 list) {
  std::string text;
  for (u32 n = 0; n < 16; ++n)
    if (bit(list, n)) text += (text.empty() ? "" : ", ") + reg(n);
  return "{" + text + "}";
}

// The offset and the brackets: [n, #4], [n, #4]!, [n], #-4, [n, -m, lsl #2].
std::string address_text(const Insn& i) {
  std::string offset;
  if (i.form == Form::mem_reg) {
    offset = (i.add ? "" : "-") + reg(i.m) + shift_text(i);
  } else if (i.imm != 0 || !i.add || !i.pre) {
    offset = (i.add ? "#" : "#-") + number(i.imm).substr(1);
  }
  if (!i.pre) return fmt::format("[{}], {}", reg(i.n), offset);
  return fmt::format("[{}{}{}]{}", reg(i.n), offset.empty() ? "" : ", ", offset, i.write_back ? "!" : "");
}

bool is_stack_multiple(const Insn& i) {
  bool push_or_pop = i.op == Op::stm ? i.pre && !i.add : !i.pre && i.add;
  return i.n == 13 && i.write_back && push_or_pop && (i.width == 2 || (i.list & (i.list - 1)) != 0);
}
bool is_stack_single(const Insn& i) {
  if (i.n != 13 || i.imm != 4 || i.form != Form::mem_imm || !i.write_back || i.unprivileged) return false;
  return (i.op == Op::str && i.pre && !i.add) || (i.op == Op::ldr && !i.pre && i.add);
}

const char* barrier_option(u32 option) {
  switch (option) {
    case 2: return "oshst";
    case 3: return "osh";
    case 6: return "nshst";
    case 7: return "nsh";
    case 10: return "ishst";
    case 11: return "ish";
    case 14: return "st";
    case 15: return "sy";
    default: return nullptr;
  }
}

// MSR's destination: APSR_ names where only flags or GE are written, CPSR_ otherwise (B9.3.11).
std::string status_name(u32 mask) {
  if (mask == 8) return "apsr_nzcvq";
  if (mask == 4) return "apsr_g";
  if (mask == 12) return "apsr_nzcvqg";
  std::string name = "cpsr_";
  for (u32 n = 4; n-- > 0;)
    if (bit(mask, n)) name += "cxsf"[n];
  return name;
}

// imod, M, A, I, F, mode: "ie i", "id aif, #0x10", " #0x13".
std::string cps_text(u32 word) {
  u32 imod = bits(word, 10, 9), mode = bits(word, 4, 0);
  std::string text = imod < 2 ? " " : imod == 2 ? "ie " : "id ";
  if (imod >= 2)
    for (u32 n = 3; n-- > 0;)
      if (bit(word, 5 + n)) text += "fia"[n];
  if (bit(word, 8)) text += (imod < 2 ? "" : ", ") + number(mode);
  return text;
}

std::string cp15_text(const Insn& i) {
  switch (i.op) {
    case Op::read_tpidruro: return fmt::format("p15, #0, {}, c13, c0, #3", reg(i.t));
    case Op::read_tpidrurw:
    case Op::write_tpidrurw: return fmt::format("p15, #0, {}, c13, c0, #2", reg(i.t));
    case Op::isb: return fmt::format("p15, #0, {}, c7, c5, #4", reg(i.t));
    case Op::dsb: return fmt::format("p15, #0, {}, c7, c10, #4", reg(i.t));
    default: return fmt::format("p15, #0, {}, c7, c10, #5", reg(i.t));
  }
}

// What follows the mnemonic before S and the condition.
std::string variant(const Insn& i) {
  switch (i.op) {
    case Op::smla_xy:
    case Op::smlal_xy:
    case Op::smul_xy: return {i.n_top ? 't' : 'b', i.m_top ? 't' : 'b'};
    case Op::smlaw_y:
    case Op::smulw_y: return i.m_top ? "t" : "b";
    case Op::ldm:
    case Op::stm:
      if (i.pre) return i.add ? "ib" : "db";
      return i.add ? "" : "da";
    default: break;
  }
  if (i.m_swap) return "x";
  if (i.round) return "r";
  if (i.unprivileged) return "t";
  return "";
}

// MOV with a shift is written as the shift.
const char* stem(const Insn& i) {
  if (i.form == Form::cp15) return i.op == Op::read_tpidruro || i.op == Op::read_tpidrurw ? "mrc" : "mcr";
  if (i.form == Form::list && is_stack_multiple(i)) return i.op == Op::stm ? "push" : "pop";
  if (is_stack_single(i)) return i.op == Op::str ? "push" : "pop";
  bool is_shift = i.form == Form::reg_shift || (i.form == Form::reg && (i.amount || i.shift == Shift::rrx));
  if (i.op == Op::mov && is_shift) return shift_names[int(i.shift)];
  return mnemonic_of(i.op);
}

std::string full_mnemonic(const Insn& i) {
  bool compares = i.op == Op::tst || i.op == Op::teq || i.op == Op::cmp || i.op == Op::cmn;
  bool stack = is_stack_single(i) || (i.form == Form::list && is_stack_multiple(i));
  return fmt::format("{}{}{}{}", stem(i), stack ? "" : variant(i), i.set_flags && !compares ? "s" : "",
                     suffix_of(i.cond));
}

// "itte" and its condition.
std::string it_text(u32 state) {
  u32 mask = state & 15, first = bit(state, 4);
  std::string text = "it";
  for (u32 n = 4; n-- > 1 && bits(mask, n - 1, 0) != 0;) text += bit(mask, n) == first ? 't' : 'e';
  const char* cond = suffix_of(static_cast<Cond>(state >> 4));
  return text + " " + (*cond ? cond : "al");
}

std::string data_text(const Insn& i) {
  bool has_d = i.op != Op::tst && i.op != Op::teq && i.op != Op::cmp && i.op != Op::cmn;
  bool has_n = i.op != Op::mov && i.op != Op::mvn && i.op != Op::movw && i.op != Op::movt;
  std::string text = has_d && has_n ? regs({i.d, i.n}) : reg(has_d ? i.d : i.n);
  if (i.form == Form::imm) return text + ", " + number(i.imm);
  text += ", " + reg(i.m);
  if (i.op == Op::mov) {
    if (i.form == Form::reg_shift) return text + ", " + reg(i.s);
    return i.amount && i.shift != Shift::rrx ? fmt::format("{}, #{}", text, i.amount) : text;
  }
  if (i.form == Form::reg_shift) return fmt::format("{}, {} {}", text, shift_names[int(i.shift)], reg(i.s));
  return text + shift_text(i);
}

std::string multiply_text(const Insn& i) {
  switch (i.op) {
    case Op::qadd:
    case Op::qsub:
    case Op::qdadd:
    case Op::qdsub: return regs({i.d, i.m, i.n});
    case Op::umull:
    case Op::umlal:
    case Op::smull:
    case Op::smlal:
    case Op::umaal:
    case Op::smlal_xy:
    case Op::smlald:
    case Op::smlsld: return regs({i.a, i.d, i.n, i.m});
    default: break;
  }
  if (i.form == Form::d_n_m_a) return regs({i.d, i.n, i.m, i.a});
  return regs({i.d, i.n, i.m}) + shift_text(i);
}

std::string transfer_text(const Insn& i) {
  if (i.op == Op::pld || i.op == Op::pldw || i.op == Op::pli) return address_text(i);
  if (is_stack_single(i)) return "{" + reg(i.t) + "}";
  bool pair = i.op == Op::ldrd || i.op == Op::strd;
  return (pair ? regs({i.t, i.a}) : reg(i.t)) + ", " + address_text(i);
}

std::string exclusive_text(const Insn& i) {
  std::string address = i.imm ? fmt::format("[{}, {}]", reg(i.n), number(i.imm)) : "[" + reg(i.n) + "]";
  switch (i.op) {
    case Op::ldrexd: return regs({i.t, i.a}) + ", " + address;
    case Op::strexd: return regs({i.d, i.t, i.a}) + ", " + address;
    case Op::strex:
    case Op::strexb:
    case Op::strexh: return regs({i.d, i.t}) + ", " + address;
    case Op::swp:
    case Op::swpb: return regs({i.t, i.m}) + ", " + address;
    default: return reg(i.t) + ", " + address;
  }
}

std::string number_text(const Insn& i) {
  switch (i.op) {
    case Op::setend: return i.imm ? "be" : "le";
    case Op::dmb:
    case Op::dsb: return barrier_option(i.imm) ? barrier_option(i.imm) : number(i.imm);
    case Op::isb: return i.imm == 15 ? "sy" : number(i.imm);
    default: return number(i.imm);
  }
}

std::string operands(const Insn& i, u32 address) {
  switch (i.form) {
    case Form::none: return "";
    case Form::imm:
      if (i.op == Op::adr) return reg(i.d) + ", " + target(i, address);
      return data_text(i);
    case Form::reg:
    case Form::reg_shift: return data_text(i);
    case Form::d_n_m:
    case Form::d_n_m_a: return multiply_text(i);
    case Form::d_m: return regs({i.d, i.m}) + shift_text(i);
    case Form::saturate: return fmt::format("{}, {}, {}{}", reg(i.d), number(i.imm), reg(i.n), shift_text(i));
    case Form::bit_field:
      if (i.op == Op::bfc) return fmt::format("{}, {}, {}", reg(i.d), number(i.amount), number(i.count));
      return fmt::format("{}, {}, {}", regs({i.d, i.n}), number(i.amount), number(i.count));
    case Form::pack: return regs({i.d, i.n, i.m}) + shift_text(i);
    case Form::mem_imm:
    case Form::mem_reg: return transfer_text(i);
    case Form::list:
      if (is_stack_multiple(i)) return list_text(i.list);
      return fmt::format("{}{}, {}", reg(i.n), i.write_back ? "!" : "", list_text(i.list));
    case Form::exclusive: return exclusive_text(i);
    case Form::branch: return target(i, address);
    case Form::branch_n: return reg(i.n) + ", " + target(i, address);
    case Form::branch_m: return reg(i.m);
    case Form::table: return fmt::format("[{}{}]", regs({i.n, i.m}), i.op == Op::tbh ? ", lsl #1" : "");
    case Form::number: return number_text(i);
    case Form::status_to_d: return reg(i.d) + ", apsr";
    case Form::status_imm: return status_name(i.list) + ", " + number(i.imm);
    case Form::status_reg: return status_name(i.list) + ", " + reg(i.n);
    case Form::cp15: return cp15_text(i);
    default: UNREACHABLE("an integer instruction of form {}", int(i.form));
  }
}

}  // namespace

const char* mnemonic_of(Op op) { return mnemonics[static_cast<u32>(op)]; }

const char* suffix_of(Cond cond) {
  static const char* const names[] = {"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc",
                                      "hi", "ls", "ge", "lt", "gt", "le", ""};
  return names[static_cast<u32>(cond)];
}

std::string name_of_register(u32 number) { return reg(number); }

std::string text_of(const Insn& insn, u32 address) {
  if (insn.op == Op::undefined) {
    if (insn.width == 2) return fmt::format(".inst.n 0x{:04x}", insn.bits);
    return fmt::format(".inst{} 0x{:08x}", insn.thumb ? ".w" : "", insn.bits);
  }
  if (static_cast<u32>(insn.op) >= integer_ops) return simd_text_of(insn, address);
  if (insn.op == Op::it) return it_text(insn.imm);
  if (insn.op == Op::cps) return "cps" + cps_text(insn.imm);
  std::string tail = operands(insn, address);
  return tail.empty() ? full_mnemonic(insn) : full_mnemonic(insn) + " " + tail;
}

}  // namespace sigtape::isa
