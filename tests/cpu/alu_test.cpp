// Data processing: results, carries and flags.
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

TEST_CASE("adcs adds the carry and sets it") {
  Guest g{{0xe0b21003, "adcs r1, r2, r3"}};
  g.r2 = 0xffff'ffff;
  g.flags.c = 1;
  CHECK(g.run().retired == 1);
  CHECK(g.r1 == 0);
  CHECK(g.flags == "nZCv");
}

TEST_CASE("sbcs borrows where carry is clear; overflow is of the signed result") {
  Guest g{{0xe0d21003, "sbcs r1, r2, r3"}};
  g.r2 = 0x8000'0000;
  g.r3 = 0;
  g.run();
  CHECK(g.r1 == 0x7fff'ffff);
  CHECK(g.flags == "nzCV");
}

TEST_CASE("rsbs and rscs subtract the other way round") {
  Guest g{{0xe2721001, "rsbs r1, r2, #1"}, {0xe0f43005, "rscs r3, r4, r5"}};
  g.r2 = 2;
  g.r4 = 1;
  g.r5 = 7;
  g.run();
  CHECK(g.r1 == 0xffff'ffff);
  CHECK(g.r3 == 5);  // the first one left carry clear
  CHECK(g.flags == "nzCv");
}

TEST_CASE("movs by constant shifts puts the last bit shifted out into carry") {
  Guest g{{0xe1b00081, "lsls r0, r1, #1"},
          {0xe1b02021, "lsrs r2, r1, #32"},
          {0xe1b03041, "asrs r3, r1, #32"},
          {0xe1b04061, "rrxs r4, r1"}};
  g.r1 = 0x8000'0001;
  g.run(1);
  CHECK(g.r0 == 2);
  CHECK(g.flags == "nzCv");
  g.run(1);
  CHECK(g.r2 == 0);
  CHECK(g.flags == "nZCv");
  g.run(1);
  CHECK(g.r3 == 0xffff'ffff);
  CHECK(g.flags == "NzCv");
  g.run(1);
  CHECK(g.r4 == 0xc000'0000);
  CHECK(g.flags == "NzCv");
}

TEST_CASE("rrxs takes in the carry of the instruction before, also where nobody asks for its own") {
  Guest g{{0xe0510002, "subs r0, r1, r2"},
          {0xe1f03061, "mvns r3, r1, rrx"},
          {0xe1b04fe1, "rors r4, r1, #31"},
          {0xe12fff1e, "bx lr"}};
  g.r1 = 0xffff'0000;
  g.run();
  CHECK(g.r3 == 0x0000'7fff);
}

TEST_CASE("shifts by a register use its low byte, 0 to 255") {
  struct {
    u32 bits;
    const char* text;
    u32 by, result;
    const char* flags;
  } cases[] = {
      {0xe1b00211, "lsls r0, r1, r2", 0x100, 0x8000'0001, "Nzcv"},
      {0xe1b00211, "lsls r0, r1, r2", 32, 0, "nZCv"},
      {0xe1b00211, "lsls r0, r1, r2", 33, 0, "nZcv"},
      {0xe1b00231, "lsrs r0, r1, r2", 32, 0, "nZCv"},
      {0xe1b00231, "lsrs r0, r1, r2", 255, 0, "nZcv"},
      {0xe1b00251, "asrs r0, r1, r2", 40, ~0u, "NzCv"},
      {0xe1b00271, "rors r0, r1, r2", 32, 0x8000'0001, "NzCv"},
      {0xe1b00271, "rors r0, r1, r2", 1, 0xc000'0000, "NzCv"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CAPTURE(c.by);
    Guest g{{c.bits, c.text}};
    g.r1 = 0x8000'0001;
    g.r2 = c.by;
    g.run();
    CHECK(g.r0 == c.result);
    CHECK(g.flags == c.flags);
  }
}

TEST_CASE("logic with a rotated immediate takes carry from its top bit, without rotation leaves it") {
  Guest g{{0xe2110102, "ands r0, r1, #0x80000000"}, {0xe2110001, "ands r0, r1, #1"}};
  g.r1 = 1;
  g.run(1);
  CHECK(g.flags == "nZCv");
  g.run(1);
  CHECK(g.flags == "nzCv");
}

TEST_CASE("pc reads as the instruction plus 8 in A32, plus 4 in Thumb") {
  Guest g{{0xe08f0001, "add r0, pc, r1"}, {0xe1a0200f, "mov r2, pc"}};
  g.run();
  CHECK(g.r0 == 0x8008);
  CHECK(g.r2 == 0x800c);
  Guest t{Isa::thumb, {{0x4678, "mov r0, pc"}, {0xa101, "adr r1, #0x8008"}, {0xf2af0204, "adr r2, #0x8004"}}};
  t.run();
  CHECK(t.r0 == 0x8004);
  CHECK(t.r1 == 0x8008);
  CHECK(t.r2 == 0x8004);
}

TEST_CASE("a data-processing result in pc branches, in A32 with interworking") {
  Guest g{{0xe08ff001, "add pc, pc, r1"}};
  g.r1 = 0x101;
  g.run();
  CHECK(g.pc == 0x8108);
  CHECK(g.state.thumb);
  Guest t{Isa::thumb, {{0x448f, "add pc, pc, r1"}}};
  t.r1 = 0x101;
  t.run();
  CHECK(t.pc == 0x8104);
  CHECK(t.state.thumb);
}

TEST_CASE("movw and movt build a constant") {
  Guest g{{0xe3010234, "movw r0, #0x1234"}, {0xe34a0bcd, "movt r0, #0xabcd"}};
  g.run();
  CHECK(g.r0 == 0xabcd'1234);
}

TEST_CASE("a failed condition retires the instruction and does nothing") {
  Guest g{{0x03a00001, "moveq r0, #1"}, {0x13a01001, "movne r1, #1"}};
  Stop stop = g.run();
  CHECK(stop.retired == 2);
  CHECK(stop.kind == StopKind::budget);
  CHECK(g.r0 == 0);
  CHECK(g.r1 == 1);
}

TEST_CASE("every condition follows its flags") {
  // Bit n of the row's second number: passes with NZCV == n.
  const u32 passes[] = {0xf0f0, 0x0f0f, 0xcccc, 0x3333, 0xff00, 0x00ff, 0xaaaa,
                        0x5555, 0x0c0c, 0xf3f3, 0xaa55, 0x55aa, 0x0a05, 0xf5fa};
  for (u32 cond = 0; cond < 14; cond++) {
    Guest g{{(cond << 28) | 0x02800001, nullptr}};
    for (u32 nzcv = 0; nzcv < 16; nzcv++) {
      CAPTURE(cond);
      CAPTURE(nzcv);
      g.pc = Guest::code_begin;
      g.r0 = 0;
      g.state.set_cpsr((nzcv << 28) | 0x10);
      g.run();
      CHECK(g.r0 == ((passes[cond] >> nzcv) & 1));
    }
  }
}
