// The decoder: rows do not clash, every row is reached, IT state, immediates, and encodings worth naming.
#include "core/isa/decode.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/base/bits.h"
#include "tests/isa/rows.h"

using namespace sigtape;
using namespace sigtape::isa;

TEST_CASE("no two rows clash, in one table or across tables of one instruction set") {
  for (Table a : all_tables)
    for (Table b : all_tables) {
      bool same_set = a == b || (!is_thumb(a) && !is_thumb(b)) || (a == Table::t32_integer && b == Table::t32_media);
      if (a > b || !same_set) continue;
      for (std::size_t i = 0; i < rows_of(a).size(); ++i)
        for (std::size_t j = a == b ? i + 1 : 0; j < rows_of(b).size(); ++j) {
          INFO(fmt::format("{} row {} and {} row {}", table_names[int(a)], i, table_names[int(b)], j));
          bool clashes = clash(rows_of(a)[i], rows_of(b)[j]);
          if (clashes) CHECK(!clashes);
        }
    }
}

TEST_CASE("every row is reached by some encoding, and gives its own operation") {
  std::mt19937 random(20120924);
  for (Table table : all_tables) {
    for (std::size_t number = 0; number < rows_of(table).size(); ++number) {
      const Row& row = rows_of(table)[number];
      INFO(fmt::format("{} row {}, pattern {:08x}/{:08x}", table_names[int(table)], number, row.pattern.fixed.mask,
                       row.pattern.fixed.value));
      bool reached = false;
      for (int i = 0; i < 4000 && !reached; ++i) {
        u32 word = filled(row, random);
        u16 first = static_cast<u16>(row.pattern.width == 16 ? word : word >> 16);
        const Row* found = is_thumb(table) ? row_of_thumb(first, static_cast<u16>(word)) : row_of_a32(word);
        Insn insn = is_thumb(table) ? decode_thumb(first, static_cast<u16>(word)) : decode_a32(word);
        reached = found == &row && insn.op == row.op;
      }
      CHECK(reached);
    }
  }
}

TEST_CASE("any word decodes, and an undefined one keeps its bits and width") {
  std::mt19937 random(7);
  for (int i = 0; i < 200'000; ++i) {
    u32 word = static_cast<u32>(random());
    Insn a = decode_a32(word);
    CHECK(a.bits == word);
    CHECK(a.width == 4);
    Insn t = decode_thumb(static_cast<u16>(word >> 16), static_cast<u16>(word));
    CHECK(t.bits == (is_t32(static_cast<u16>(word >> 16)) ? word : word >> 16));
    CHECK(t.width == (is_t32(static_cast<u16>(word >> 16)) ? 4 : 2));
  }
}

TEST_CASE("an Insn holds what the encoding says, expanded") {
  Insn adcs = decode_a32(0xe0b2'1003);  // adcs r1, r2, r3
  CHECK((adcs.op == Op::adc && adcs.form == Form::reg && adcs.set_flags && adcs.d == 1 && adcs.n == 2 && adcs.m == 3));
  Insn movs = decode_a32(0xe3b0'0102);  // movs r0, #0x80000000
  CHECK((movs.imm == 0x8000'0000 && movs.carry == Carry::one));
  CHECK(decode_a32(0xe3b0'00ff).carry == Carry::unchanged);
  Insn lsr = decode_a32(0xe1a0'0021);  // lsr r0, r1, #32
  CHECK((lsr.op == Op::mov && lsr.shift == Shift::lsr && lsr.amount == 32));
  CHECK(decode_a32(0xe1a0'0061).shift == Shift::rrx);
  Insn post = decode_a32(0xe491'0004);  // ldr r0, [r1], #4
  CHECK((!post.pre && post.write_back && post.add && post.imm == 4));
  Insn back = decode_a32(0xeaff'fffe);  // b .
  CHECK(back.imm == 0xffff'fff8);
  CHECK(decode_thumb(0xe7fe, 0).imm == 0xffff'fffc);
  CHECK(decode_thumb(0xf7ff, 0xfffe).imm == 0xffff'fffc);  // bl .
  CHECK(decode_thumb(0xf04f, 0x30ff).imm == 0xffff'ffff);  // mov.w r0, #-1
  CHECK(decode_thumb(0xf240, 0x0034).imm == 0x34);         // movw r0, #0x34
  CHECK(decode_thumb(0xf6cf, 0x70ff).imm == 0xffff);       // movt r0, #0xffff
  Insn push = decode_thumb(0xb5f0, 0);
  CHECK((push.op == Op::stm && push.list == 0x40f0 && push.pre && !push.add && push.write_back && push.n == 13));
  CHECK(decode_a32(0xee1d'0f70).op == Op::read_tpidruro);
  CHECK(decode_thumb(0xee1d, 0x0f70).op == Op::read_tpidruro);
  CHECK(decode_a32(0xe7f0'00f0).op == Op::udf);
  CHECK(decode_a32(0xe8bd'8010).list == 0x8010);
}

TEST_CASE("user mode does not have the privileged encodings") {
  for (u32 word : {0xe1b0'f00eu /* movs pc, lr */, 0xe8fd'8000u /* ldm sp!, {pc}^ */, 0xe160'0070u /* smc */,
                   0xe14f'0000u /* mrs r0, spsr */, 0xf8bd'0a00u /* rfe */, 0xee10'0f10u /* mrc midr */})
    CHECK(decode_a32(word).op == Op::undefined);
}

TEST_CASE("inside an IT block T16 data processing takes the condition and leaves the flags") {
  u8 it = 0x0c;  // eq, two instructions: "ite" would be 0x0c for eq then ne
  CHECK(decode_thumb(0x1840, 0).set_flags);
  Insn add = decode_thumb(0x1840, 0, it);
  CHECK((add.cond == Cond::eq && !add.set_flags));
  CHECK(decode_thumb(0x2800, 0, it).set_flags);         // cmp
  CHECK(decode_thumb(0xeb10, 0x0001, it).set_flags);    // adds.w keeps its own S
  CHECK(decode_thumb(0xbe00, 0, it).cond == Cond::al);  // bkpt
  it = it_advance(it);
  CHECK(it == 0x18);
  CHECK(it_cond(it) == Cond::ne);
  CHECK(it_advance(it) == 0);
}

TEST_CASE("IT state in two steps is IT state in one") {
  std::mt19937 random(3);
  for (int i = 0; i < 50'000; ++i) {
    u32 word = static_cast<u32>(random());
    u8 it = static_cast<u8>(random() | 1);
    u16 first = static_cast<u16>(word >> 16), second = static_cast<u16>(word);
    CHECK(decode_thumb(first, second, it) == inside_it(decode_thumb(first, second), it));
  }
}

TEST_CASE("VFP and Advanced SIMD mean the same in T32 as in A32") {
  std::mt19937 random(11);
  for (Table table : {Table::vfp, Table::neon_data, Table::neon_memory}) {
    for (const Row& row : rows_of(table)) {
      for (int i = 0; i < 100; ++i) {
        u32 word = filled(row, random);
        if (row.conditional) word = (word & 0x0fff'ffff) | 0xe000'0000;
        u32 moved = word;
        if (table == Table::neon_data) moved = 0xef00'0000 | bit(word, 24) << 28 | bits(word, 23, 0);
        if (table == Table::neon_memory) moved = 0xf900'0000 | bits(word, 23, 0);
        Insn a32 = decode_a32(word);
        Insn t32 = decode_thumb(static_cast<u16>(moved >> 16), static_cast<u16>(moved));
        t32.thumb = false;
        t32.bits = word;
        INFO(fmt::format("{} {:08x} {:08x}", table_names[int(table)], word, moved));
        if (!(a32 == t32)) CHECK(a32 == t32);
      }
    }
  }
}
