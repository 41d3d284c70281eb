// Random instructions of every row against qemu-arm, where it is installed. ORACLE_SEED and ORACLE_CASES repeat or
// widen.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <random>

#include "core/base/bits.h"
#include "core/isa/decode.h"
#include "tests/cpu/oracle.h"

using namespace sigtape;
using namespace sigtape::cpu::oracle;
using isa::Form;
using isa::Insn;
using isa::Op;
using isa::Shift;
using isa::Table;

namespace {

u32 setting(const char* name, u32 otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<u32>(std::strtoul(text, nullptr, 0)) : otherwise;
}

class Random {
 public:
  explicit Random(u32 seed) : engine_(seed) {}
  u32 word() { return static_cast<u32>(engine_()); }
  u32 below(u32 n) { return word() % n; }
  bool one_in(u32 n) { return below(n) == 0; }
  u32 interesting() {
    static constexpr u32 values[] = {0,           1,           2,           31,          32,          33,     255,
                                     ~0u,         ~1u,         0x7fff'ffff, 0x8000'0000, 0x8000'0001, 0x7fff, 0x8000,
                                     0x7fff'8000, 0x8000'7fff, 0x80,        0x7f80'7f80, 0xffff};
    return one_in(2) ? word() : values[below(std::size(values))];
  }
  // Words, bytes, and floats of all kinds and both precisions.
  u64 interesting_long() {
    static constexpr u64 doubles[] = {0,
                                      u64{1} << 63,
                                      0x3ff0'0000'0000'0000,
                                      0x7ff0'0000'0000'0000,
                                      0xfff8'0000'0000'0001,
                                      0x7ff0'0000'0000'0001,
                                      1,
                                      0x000f'ffff'ffff'ffff,
                                      0x41df'ffff'ffc0'0000,
                                      0xc1e0'0000'0020'0000,
                                      0x7fef'ffff'ffff'ffff};
    static constexpr u32 singles[] = {0, 0x8000'0000, 0x3f80'0000, 0x7f80'0000, 0xff80'0000, 0x7fc0'0001, 0xff80'0001,
                                      1, 0x807f'ffff, 0x4f00'0000, 0xcf00'0001, 0x7f7f'ffff, 0x3f00'0000, 0x3effffff};
    if (one_in(4)) return doubles[below(std::size(doubles))];
    u32 low = one_in(2) ? singles[below(std::size(singles))] : interesting();
    u32 high = one_in(2) ? singles[below(std::size(singles))] : interesting();
    return low | (u64{high} << 32);
  }

 private:
  std::mt19937 engine_;
};

bool one_of(Op op, std::initializer_list<Op> ops) { return std::find(ops.begin(), ops.end(), op) != ops.end(); }

bool leaves_the_line(Op op) {
  return one_of(op, {Op::b, Op::bl, Op::blx, Op::bx, Op::bxj, Op::cbz, Op::cbnz, Op::tbb, Op::tbh, Op::it, Op::svc,
                     Op::bkpt, Op::udf, Op::undefined, Op::setend, Op::cps, Op::read_tpidruro});
}
bool is_store(Op op) {
  return one_of(op, {Op::str, Op::strb, Op::strh, Op::strd, Op::stm, Op::swp, Op::swpb});  // STREX never stores here
}
bool is_memory(Form form) {
  return form == Form::mem_imm || form == Form::mem_reg || form == Form::list || form == Form::exclusive;
}

bool unsuitable_access(const Insn& i) {
  if (i.n == 13 && !i.add) return true;  // below are results of cases that are not compared
  if ((i.n == 13 || i.n == 15) && (is_store(i.op) || i.write_back)) return true;
  if (i.form == Form::list) {
    if (i.write_back && (i.list >> i.n & 1)) return true;
    return (i.list & (i.op == Op::ldm ? 0xa000 : 0x8000)) != 0;
  }
  if (i.t == 13 || i.t == 15 || i.a == 13 || i.a == 15) return true;
  if (i.form == Form::mem_reg && i.m == 13) return true;
  if (i.write_back && (i.n == i.t || i.n == i.a || i.n == i.m)) return true;
  return i.form == Form::exclusive && (i.d == i.n || i.d == i.t || i.d == 13);
}

bool is_simd(Op op) { return op >= Op::vfp_mla; }
bool is_simd_memory(Form form) {
  return form == Form::vfp_mem || form == Form::vfp_list || form == Form::structures || form == Form::lane ||
         form == Form::all_lanes;
}
bool is_simd_store(Op op) { return one_of(op, {Op::vstr, Op::vstm, Op::vst1, Op::vst2, Op::vst3, Op::vst4}); }

bool unsuitable_simd(const Insn& i) {
  if (one_of(i.op, {Op::vtrn, Op::vuzp, Op::vzip, Op::vswp}) && i.d == i.m) return true;
  if (is_simd_memory(i.form) && i.n == 13 && (!i.add || i.align > 16)) return true;
  if (is_simd_memory(i.form)) return i.n >= 13 && (i.n != 14 || i.m == 14) && (is_simd_store(i.op) || i.write_back);
  if (i.form == Form::fpscr) return !i.to_core || i.t == 13;  // which bits VMSR can write depends on the core
  return i.t == 13 || i.t == 15 || i.a == 13 || i.a == 15;
}

// Cases that the program's frame does not allow, or that are UNPREDICTABLE and have a choice of their own in each
// implementation.
bool unsuitable(const Insn& i) {
  if (leaves_the_line(i.op)) return true;
  if (is_simd(i.op)) return unsuitable_simd(i);
  if (is_memory(i.form)) return unsuitable_access(i);
  if (i.op == Op::msr) return (i.list & 3) != 0;  // E would turn the program's data round
  if (i.a == 13 || (i.form == Form::cp15 && i.t == 13)) return true;
  return !one_of(i.op, {Op::tst, Op::teq, Op::cmp, Op::cmn}) && (i.d == 13 || i.d == 15);
}

u32 offset_value(const Insn& i, Random& random) {
  if (i.form != Form::mem_reg || i.shift != Shift::lsl || i.amount > 4) return 0;
  return random.below(2) ? random.below(64) : 0u - random.below(64);
}

Registers random_registers(const Insn& i, Random& random) {
  Registers before;
  for (u32& r : before.r) r = random.interesting();
  before.lr = random.interesting();
  for (u64& d : before.d) d = random.interesting_long();
  before.fpscr = random.one_in(2) ? 0 : random.word() & 0xffc0'0000;  // flags, QC, AHP, DN, FZ, rounding
  before.cpsr = (random.word() & 0xf80f'0000) | 0x10;
  before.skipped = i.width;
  auto set = [&](u8 n, u32 value) {
    if (n < 13)
      before.r[n] = value;
    else if (n == 14)
      before.lr = value;
  };
  if (is_memory(i.form) || is_simd_memory(i.form)) {
    u32 base = scratch_begin + scratch_bytes / 2 + 8 * random.below(64);
    // QEMU looks at the monitor before the alignment of a STREX.
    // Alignment to 32 bytes, which VLD4 may ask for, it does not check.
    if (is_simd_memory(i.form)) base &= ~31u;
    if (i.form != Form::exclusive && random.one_in(8)) base += random.below(8);
    if (i.form == Form::mem_reg) set(i.m, offset_value(i, random));
    if (is_simd_memory(i.form)) set(i.m, random.below(64));
    if (i.form != Form::mem_imm || !one_of(i.op, {Op::pld, Op::pldw, Op::pli})) set(i.n, base);
  }
  return before;
}

u32 ignored_bits(const isa::Row& row) {
  u32 mask = ~row.pattern.fixed.mask;
  for (unsigned i = 0; i < row.pattern.run_count; i++) {
    const isa::Run& run = row.pattern.runs[i];
    mask &= ~(((u32{1} << run.width) - 1) << run.shift);
  }
  return row.pattern.width == 16 ? mask & 0xffff : mask;
}

// Bits that we ignore should be zero or should be one, and QEMU may insist on it: each group of them is filled either
// way, and what QEMU then does not execute is not asked. For stores, which both must execute, they are zeros.
u32 fill_ignored(const isa::Row& row, u32 bits, Random& random) {
  u32 ignored = ignored_bits(row);
  if (is_store(row.op) || random.one_in(2)) return bits & ~ignored;
  if (random.one_in(2)) return bits | ignored;
  for (u32 nibble = 15; nibble; nibble <<= 4)
    bits = random.one_in(2) ? bits | (ignored & nibble) : bits & ~(ignored & nibble);
  return bits;
}

// VFP and Advanced SIMD rows are written in their A32 form (ARM ARM A7.1).
u32 thumb_form_of_simd(u32 bits) {
  if (bits >> 25 == 0b1111001) return (bits & 0x00ff'ffff) | 0xef00'0000 | (bit(bits, 24) << 28);
  if (bits >> 24 == 0xf4) return (bits & 0x00ff'ffff) | 0xf900'0000;
  return bits;
}

Case random_case(const isa::Row& row, bool thumb, Random& random) {
  for (;;) {
    Case c;
    c.thumb = thumb;
    c.bits = (random.word() & ~row.pattern.fixed.mask) | row.pattern.fixed.value;
    if (row.pattern.width == 16) c.bits &= 0xffff;
    c.bits = fill_ignored(row, c.bits, random);
    c.has_ignored_bits = ignored_bits(row) != 0;
    bool conditional = row.pattern.width == 32 && row.pattern.runs[0].letter == 'c';
    if (conditional && (thumb || !random.one_in(4))) c.bits = (c.bits & 0x0fff'ffff) | 0xe000'0000;
    if (conditional && c.bits >> 28 == 15) continue;
    if (thumb && is_simd(row.op)) c.bits = thumb_form_of_simd(c.bits);
    // An IT block of one instruction around some of the Thumb ones.
    if (thumb && random.one_in(4)) c.it = static_cast<u8>((random.below(14) << 4) | 8);
    auto first = static_cast<u16>(row.pattern.width == 32 ? c.bits >> 16 : c.bits);
    c.insn = thumb ? isa::decode_thumb(first, static_cast<u16>(c.bits), c.it) : isa::decode_a32(c.bits);
    const isa::Row* decoded = thumb ? isa::row_of_thumb(first, static_cast<u16>(c.bits)) : isa::row_of_a32(c.bits);
    if (decoded != &row || c.insn.op != row.op || unsuitable(c.insn)) {
      if (leaves_the_line(row.op) || random.one_in(2000)) return Case{};
      continue;
    }
    c.row = &row;
    c.before = random_registers(c.insn, random);
    return c;
  }
}

std::vector<Case> random_cases(std::initializer_list<Table> tables, bool thumb, u32 count, Random& random) {
  std::vector<const isa::Row*> rows;
  for (Table table : tables)
    for (const isa::Row& row : isa::rows_of(table)) rows.push_back(&row);
  std::vector<Case> cases;
  for (u32 i = 0; cases.size() < count; i++) {
    Case c = random_case(*rows[i % rows.size()], thumb, random);
    if (c.insn.op != Op::undefined) cases.push_back(c);
  }
  return cases;
}

// Rows that no case executed in both places, of those with few ignored bits, which QEMU may insist on.
std::string not_covered(const std::vector<Case>& cases, const Outcome& ours, const Outcome& theirs) {
  std::map<const isa::Row*, unsigned> executed;
  for (std::size_t i = 0; i < cases.size(); i++)
    executed[cases[i].row] += ours.blocks[i].after.skipped && theirs.blocks[i].after.skipped;
  std::string text;
  for (std::size_t i = 0; i < cases.size(); i++)
    if (executed[cases[i].row] == 0 && std::popcount(ignored_bits(*cases[i].row)) < 5) {
      text += cases[i].text() + "\n";
      executed[cases[i].row] = 1;
    }
  return text;
}

void compare(std::initializer_list<Table> tables, bool thumb) {
  if (!have_qemu()) {
    MESSAGE("skipped: qemu-arm is not installed");
    return;
  }
  u32 seed = setting("ORACLE_SEED", 1);
  Random random(seed);
  std::vector<Case> cases = random_cases(tables, thumb, setting("ORACLE_CASES", 4000), random);
  auto theirs = run_qemu(cases);
  auto ours = run_ours(cases);
  if (!ours || !theirs) return;
  std::string text;
  unsigned different = 0;
  for (std::size_t i = 0; i < cases.size(); i++) {
    const Registers& after = theirs->blocks[i].after;
    if (after.skipped == 0 && cases[i].has_ignored_bits && !is_store(cases[i].insn.op)) continue;
    std::string one = difference(cases[i], ours->blocks[i].after, after);
    if (!one.empty() && different++ < 20) text += one;
  }
  CHECK_MESSAGE(different == 0, different, " differences with ORACLE_SEED=", seed, ":\n", text);
  CHECK(ours->scratch == theirs->scratch);
  std::string missing = not_covered(cases, *ours, *theirs);
  CHECK_MESSAGE(missing.empty(), "rows never executed, for example in:\n", missing);
}

}  // namespace

TEST_CASE("random A32 integer instructions do as in qemu-arm") {
  compare({Table::a32_integer, Table::a32_media}, false);
}
TEST_CASE("random VFP instructions do as in qemu-arm") { compare({Table::vfp}, false); }
TEST_CASE("random Advanced SIMD instructions do as in qemu-arm") {
  compare({Table::neon_data, Table::neon_memory}, false);
}
TEST_CASE("random Thumb floating-point and Advanced SIMD instructions do as in qemu-arm") {
  compare({Table::vfp, Table::neon_data, Table::neon_memory}, true);
}
TEST_CASE("random Thumb integer instructions do as in qemu-arm") {
  compare({Table::t16, Table::t32_integer, Table::t32_media}, true);
}
