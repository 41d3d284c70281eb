// The known differences, and what the manual calls UNPREDICTABLE.
#include "tests/cpu/oracle_differences.h"

#include <signal.h>

#include <bit>
#include <iterator>

#include "tests/isa/rows.h"

namespace sigtape::cpu::oracle {

using isa::Form;
using isa::Op;

namespace {

bool in(char letter, const isa::Row& row) {
  for (u8 i = 0; i < row.pattern.run_count; ++i)
    if (row.pattern.runs[i].letter == letter) return true;
  return false;
}

// The rows of integer tables: what makes an encoding UNPREDICTABLE, by the operand letters (ARM ARM A8.8, the
// encodings' pseudocode).
bool unpredictable_integer(const isa::Row& row, u32 bits, bool t32) {
  isa::Fields f = row.pattern.fields(bits);
  auto equal = [&](char a, char b) { return in(a, row) && in(b, row) && f[a] == f[b]; };
  for (char letter : {'d', 'n', 'm', 's', 't', 'a'})
    if (in(letter, row) && (f[letter] == 15 || (t32 && f[letter] == 13))) return true;
  if (equal('d', 'a')) return true;  // long multiplies
  bool t_and_n = equal('n', 't') || equal('n', 'a') || (in('t', row) && in('n', row) && f['n'] == f['t'] + 1);
  switch (row.form) {
    case Form::mem_imm:
    case Form::mem_reg:
      if (t_and_n) return true;                      // with write-back
      if (row.op == Op::ldrd || row.op == Op::strd)  // odd t; LDRD over its own index; Rt equal to Rt2
        return (f['t'] & 1) || f['t'] == 14 || equal('t', 'm') || f['m'] == f['t'] + 1 || equal('t', 'a') ||
               (in('P', row) && !f['P'] && f['W']);
      return false;
    case Form::exclusive:
      return t_and_n || equal('d', 'n') || equal('d', 't') || equal('d', 'a') || equal('t', 'a') || equal('n', 'm') ||
             (f['t'] & 1) || f['t'] == 14 || (in('d', row) && f['d'] == f['t'] + 1);
    case Form::list: {
      u32 list = f['r'];
      return std::popcount(list) < 2 || (list >> f['n'] & 1) || (t32 && (list >> 13 & 3) == 3);
    }
    case Form::bit_field: return f['i'] > f['w'] || f['i'] + f['w'] > 31;
    case Form::status_imm:
    case Form::status_reg: return f['f'] == 0;
    default: return false;
  }
}

// VFP and Advanced SIMD: r15; register numbers beyond the file; more fraction bits than the integer has.
bool unpredictable_simd(const isa::Row& row, u32 bits) {
  isa::Fields f = row.pattern.fields(bits);
  for (char letter : {'t', 'a'})
    if (in(letter, row) && f[letter] == 15) return true;
  switch (row.form) {
    case Form::core_singles: return f['M'] == 1 && f['m'] == 15 ? true : f['t'] == f['a'];
    case Form::core_double: return f['t'] == f['a'];
    case Form::vfp_cvt_fixed: return f['z'] == 0;
    case Form::vfp_list: {
      u32 count = f['F'] ? f['i'] / 2 : f['i'], first = f['F'] ? f['D'] << 4 | f['d'] : f['d'] << 1 | f['D'];
      return count == 0 || (f['F'] && count > 16) || first + count > 32 || f['n'] == 15;
    }
    case Form::structures:
    case Form::lane:
    case Form::all_lanes: return f['n'] == 15 || (f['D'] << 4 | f['d']) > 24;
    default: return false;
  }
}

// The row whose pattern it is, whatever the row gives away.
bool unpredictable(const Piece& piece, bool thumb) {
  u32 bits = piece.bits, simd = 0;
  if (piece.insn.width == 2 && (bits & 0xfff0) == 0xbff0) return true;  // IT of the condition 1111
  if (!thumb && (bits & 0x0ff0'00f0) == 0x0120'0070) return true;  // BKPT with a condition
  bool t32_multiple = thumb && piece.insn.width == 4 && (bits & 0xfe40'0000) == 0xe800'0000;
  if (t32_multiple && ((bits & 0x2000) || (bits & 0x0010'8000) == 0x8000)) return true;  // SP; STM of PC
  if (thumb) {
    if ((bits & 0xef00'0000) == 0xef00'0000)
      simd = 0xf200'0000 | (bits & 0x1000'0000) >> 4 | (bits & 0x00ff'ffff);
    else if ((bits & 0xff10'0000) == 0xf900'0000)
      simd = 0xf400'0000 | (bits & 0x00ff'ffff);
    else if ((bits & 0xfc00'0e00) == 0xec00'0a00)
      simd = bits;
  }
  for (isa::Table table : isa::all_tables) {
    u8 width = piece.insn.width == 2 ? 16 : 32;
    if (isa::is_shared(table) ? thumb && !simd : isa::is_thumb(table) != thumb || simd) continue;
    u32 word = simd ? simd : bits;
    for (const isa::Row& row : isa::rows_of(table))
      if (row.pattern.width == width && row.pattern.fixed.match(word) &&
          (isa::is_shared(table) ? unpredictable_simd(row, word)
                                 : unpredictable_integer(row, word, thumb && width == 32)))
        return true;
  }
  return false;
}

bool is_thumb(const Differing& d) { return d.before.target & 1; }
// The instruction itself was taken for undefined.
bool refused(const Differing& d, const OracleResult& result) { return result.signal == SIGILL && result.pc == d.at; }

const KnownDifference known_differences[] = {
    {"UNPREDICTABLE operands: undefined for one of the two (our choices stand at the head of each row file)",
     [](const Differing& d) {
       return refused(d, d.ours) != refused(d, d.theirs) && unpredictable(d.piece, is_thumb(d));
     }},
    {"coprocessors that are not there: undefined (A8.8.55, A8.8.98); QEMU lets LDC, STC and some registers pass, and "
     "looks for an FPA instruction in all that names coprocessor 1 or 2",
     [](const Differing& d) {
       u32 coprocessor = d.piece.bits >> 8 & 15, kind = d.piece.bits >> 24 & 15;
       if (!is_thumb(d) && kind == 15 && (coprocessor == 1 || coprocessor == 2)) return refused(d, d.ours);
       bool there = coprocessor == 10 || coprocessor == 11 || coprocessor == 15 || (coprocessor == 14 && kind == 14);
       return d.piece.insn.width == 4 && kind >= 12 && kind <= 14 && !there && refused(d, d.ours);
     }},
    {"should-be-zero and should-be-one bits: ignored here; QEMU takes some of them for undefined, and in T32 those of "
     "SSAT16 and USAT16 for SSAT and USAT",
     [](const Differing& d) {
       bool saturates = d.piece.insn.op == Op::ssat16 || d.piece.insn.op == Op::usat16;
       if (is_thumb(d) && saturates && d.piece.bits & 0x30) return true;
       return d.piece.row && ignored_bits(*d.piece.row) && !refused(d, d.ours) && refused(d, d.theirs);
     }},
    {"SWP, SWPB: a Cortex-A15 has them not, Linux emulates them (arch/arm/kernel/swp_emulate.c); QEMU does not",
     [](const Differing& d) {
       return (d.piece.insn.op == Op::swp || d.piece.insn.op == Op::swpb) && refused(d, d.theirs);
     }},
    {"a branch in A32 to an address with bit 1 set is UNPREDICTABLE (A2.3.1 BXWritePC): the bit is ignored here",
     [](const Differing& d) { return (d.theirs.pc & 3) == 2 && d.theirs.signal && !(d.theirs.cpsr & 0x20); }},
    {"STREX: alignment and access are checked first here (A2.9.4: before or after the monitor); by QEMU after the "
     "monitor",
     [](const Differing& d) {
       return d.piece.insn.form == Form::exclusive && is_store(d.piece.insn) && d.ours.address &&
              d.theirs.pc != d.ours.pc;
     }},
    {"VTRN, VUZP, VZIP of a register with itself: the result is UNKNOWN (A8.8.420)",
     [](const Differing& d) {
       Op op = d.piece.insn.op;
       return (op == Op::vtrn || op == Op::vuzp || op == Op::vzip) && d.piece.insn.d == d.piece.insn.m;
     }},
    {"several accesses, the second one faults: nothing has happened here; QEMU has done the first (B1.9.8: UNKNOWN)",
     [](const Differing& d) { return is_memory(d.piece.insn) && d.ours.signal && d.ours.signal == d.theirs.signal; }},
    {"alignment to 32 bytes: QEMU looks at 16 only (A8.8.320: alignment is 4 << align)",
     [](const Differing& d) {
       return d.piece.insn.align == 32 && d.ours.r[d.piece.insn.n % 15] % 32 == 16 && d.ours.signal == SIGBUS;
     }},
};

// A new entry needs a new look at all of them: most differences are errors.
static_assert(std::size(known_differences) == 9);

}  // namespace

const KnownDifference* known_difference(const Differing& differing) {
  for (const KnownDifference& known : known_differences)
    if (known.applies(differing)) return &known;
  return nullptr;
}

std::vector<std::string> known_difference_reasons() {
  std::vector<std::string> reasons;
  for (const KnownDifference& known : known_differences) reasons.push_back(known.reason);
  return reasons;
}

}  // namespace sigtape::cpu::oracle
