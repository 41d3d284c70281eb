// Loads and stores: addressing, faults before the first write, alignment, exclusives.
#include "core/cpu/fix_up.h"
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

constexpr u32 data = Guest::data_begin, beyond = Guest::data_end;

TEST_CASE("pre-indexing, post-indexing and write-back") {
  Guest g{{0xe5910004, "ldr r0, [r1, #4]"},
          {0xe5b12004, "ldr r2, [r1, #4]!"},
          {0xe4113004, "ldr r3, [r1], #-4"},
          {0xe7914102, "ldr r4, [r1, r2, lsl #2]"}};
  g.set_word(data, 2);
  g.set_word(data + 4, 2);
  g.set_word(data + 8, 88);
  g.r1 = data;
  g.run();
  CHECK(g.r0 == 2);
  CHECK(g.r2 == 2);
  CHECK(g.r3 == 2);
  CHECK(g.r1 == data);
  CHECK(g.r4 == 88);
}

TEST_CASE("bytes and halfwords extend; unaligned words and halfwords are allowed, also across pages") {
  Guest g{{0xe5d10001, "ldrb r0, [r1, #1]"},  {0xe1d120d1, "ldrsb r2, [r1, #1]"}, {0xe1d130b1, "ldrh r3, [r1, #1]"},
          {0xe1d140f1, "ldrsh r4, [r1, #1]"}, {0xe5915001, "ldr r5, [r1, #1]"},   {0xe5815001, "str r5, [r1, #1]"}};
  g.r1 = data + 0xffc;
  g.set_word(data + 0xffc, 0x8899'8011);
  g.set_word(data + 0x1000, 0x7766'55fe);
  g.run();
  CHECK(g.r0 == 0x80);
  CHECK(g.r2 == 0xffff'ff80);
  CHECK(g.r3 == 0x9980);
  CHECK(g.r4 == 0xffff'9980);
  CHECK(g.r5 == 0xfe88'9980);
  CHECK(g.word(data + 0x1000) == 0x7766'55fe);
}

TEST_CASE("a fault names address and kind, and leaves the instruction's start") {
  Guest g{{0xe3a00007, "mov r0, #7"}, {0xe5b10004, "ldr r0, [r1, #4]!"}};
  g.r1 = beyond - 4;
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.access == Access::read);
  CHECK(stop.address == GuestAddr{beyond});
  CHECK(stop.retired == 1);
  CHECK(g.r0 == 7);
  CHECK(g.r1 == beyond - 4);
  CHECK(g.pc == g.address_of(1));
}

TEST_CASE("an access that crosses into a missing page faults at that page") {
  Guest g{{0xe5810000, "str r0, [r1]"}};
  g.r1 = beyond - 2;
  g.r0 = ~0u;
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.access == Access::write);
  CHECK(stop.address == GuestAddr{beyond});
  CHECK(g.byte(beyond - 1) == 0);
}

TEST_CASE("a store to a page without write permission faults, a load does not") {
  Guest g{{0xe5910000, "ldr r0, [r1]"}, {0xe5c10000, "strb r0, [r1]"}};
  g.r1 = data;
  g.space->protect(GuestAddr{data}, 0x1000, mem::Prot{.read = true});
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.access == Access::write);
  CHECK(stop.retired == 1);
}

TEST_CASE("a fault in the middle of LDM and STM changes nothing") {
  Guest g{{0xe8b1000c, "ldm r1!, {r2, r3}"}, {0xe8b1003c, "ldm r1!, {r2, r3, r4, r5}"}};
  g.r1 = beyond - 16;
  g.set_word(beyond - 16, 1);
  g.set_word(beyond - 12, 2);
  g.set_word(beyond - 8, 3);
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.address == GuestAddr{beyond});
  CHECK(stop.retired == 1);
  CHECK(g.r1 == beyond - 8);
  CHECK(g.r2 == 1);
  CHECK(g.r3 == 2);
  Guest s{{0xe921003c, "stmdb r1!, {r2, r3, r4, r5}"}};
  s.r1 = data + 8;
  s.r4 = s.r5 = ~0u;
  stop = s.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.address == GuestAddr{data - 8});
  CHECK(s.r1 == data + 8);
  CHECK(s.word(data + 4) == 0);
}

TEST_CASE("LDM and STM in all four directions, push and pop") {
  Guest g{{0xe8a10030, "stm r1!, {r4, r5}"},   {0xe9210030, "stmdb r1!, {r4, r5}"}, {0xe9a20030, "stmib r2!, {r4, r5}"},
          {0xe8220030, "stmda r2!, {r4, r5}"}, {0xe92d4030, "push {r4, r5, lr}"},   {0xe8bd00c8, "pop {r3, r6, r7}"}};
  g.r1 = data;
  g.r2 = data + 0x100;
  g.r4 = 4;
  g.r5 = 5;
  g.lr = 14;
  g.run();
  CHECK(g.r1 == data);
  CHECK(g.word(data) == 4);
  CHECK(g.word(data + 4) == 5);
  CHECK(g.word(data + 0x104) == 4);  // by stmib, and again by stmda
  CHECK(g.word(data + 0x108) == 5);
  CHECK(g.r2 == data + 0x100);
  CHECK(g.r3 == 4);
  CHECK(g.r6 == 5);
  CHECK(g.r7 == 14);
  CHECK(g.sp == Guest::stack_top);
}

TEST_CASE("pop into pc changes the instruction set by bit 0") {
  Guest g{Isa::thumb, {{0xbd01, "pop {r0, pc}"}}};
  g.sp -= 8;
  g.set_word(g.sp, 1);
  g.set_word(g.sp + 4, 0x9000);
  g.run();
  CHECK(g.pc == 0x9000);
  CHECK_FALSE(g.state.thumb);
  CHECK(g.sp == Guest::stack_top);
}

TEST_CASE("LDM, LDRD, STRD and LDREX want alignment, LDR does not") {
  struct {
    u32 bits;
    const char* text;
    Access access;
  } cases[] = {{0xe891000c, "ldm r1, {r2, r3}", Access::read},    {0xe881000c, "stm r1, {r2, r3}", Access::write},
               {0xe1c120d0, "ldrd r2, r3, [r1]", Access::read},   {0xe1c120f0, "strd r2, r3, [r1]", Access::write},
               {0xe1912f9f, "ldrex r2, [r1]", Access::read},      {0xe1812f93, "strex r2, r3, [r1]", Access::write},
               {0xe1b12f9f, "ldrexd r2, r3, [r1]", Access::read}, {0xe1012093, "swp r2, r3, [r1]", Access::write}};
  for (const auto& c : cases) {
    CAPTURE(c.text);
    Guest g{{c.bits, c.text}};
    g.r1 = data + 2;
    Stop stop = g.run();
    CHECK(stop.kind == StopKind::alignment);
    CHECK(stop.address == GuestAddr{data + 2});
    CHECK(stop.access == c.access);
    CHECK(g.pc == Guest::code_begin);
  }
}

TEST_CASE("with fix_up, LDM and STRD work at any address, as under Linux") {
  Guest g{{0xe891000c, "ldm r1, {r2, r3}"}, {0xe1c120f8, "strd r2, r3, [r1, #8]"}};
  g.engine->set_alignment(Alignment::fix_up);
  g.r1 = data + 0xffd;
  g.set_word(data + 0xffc, 0x3322'1100);
  g.set_word(data + 0x1000, 0x7766'5544);
  CHECK(g.run().retired == 2);
  CHECK(g.r2 == 0x4433'2211);
  CHECK(g.r3 == 0x0077'6655);
  CHECK(g.word(data + 0x1004) == 0x3322'1100);
}

TEST_CASE("what the kernel fixes up is little-endian, and its faults name the misaligned address") {
  Guest g{{0xf1010200, "setend be"}, {0xe891000c, "ldm r1, {r2, r3}"}, {0xe891000c, "ldm r1, {r2, r3}"}};
  g.engine->set_alignment(Alignment::fix_up);
  g.r1 = data + 1;
  g.set_word(data, 0x3322'1100);
  g.set_word(data + 4, 0x7766'5544);
  g.run(2);
  CHECK(g.r2 == 0x4433'2211);
  g.r1 = Guest::data_end - 6;
  Stop stop = g.run(1);
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.detail == fault_in_fix_up);
  CHECK(stop.address == GuestAddr{Guest::data_end - 6});
}

TEST_CASE("strex stores only while the monitor is open at that address and size") {
  Guest g{{0xe1910f9f, "ldrex r0, [r1]"},
          {0xe1812f93, "strex r2, r3, [r1]"},
          {0xe1814f93, "strex r4, r3, [r1]"},
          {0xe1910f9f, "ldrex r0, [r1]"},
          {0xf57ff01f, "clrex"},
          {0xe1815f93, "strex r5, r3, [r1]"},
          {0xe1910f9f, "ldrex r0, [r1]"},
          {0xe1c16f93, "strexb r6, r3, [r1]"}};
  g.r1 = data;
  g.r2 = g.r4 = g.r5 = g.r6 = 9;
  g.r3 = 0x1234'5678;
  g.run();
  CHECK(g.r2 == 0);
  CHECK(g.r4 == 1);
  CHECK(g.r5 == 1);
  CHECK(g.r6 == 1);
  CHECK(g.word(data) == 0x1234'5678);
}

TEST_CASE("strex fails where memory has changed since ldrex") {
  Guest g{{0xe1b14f9f, "ldrexd r4, r5, [r1]"}, {0xe1a12f96, "strexd r2, r6, r7, [r1]"}};
  g.r1 = data;
  g.set_word(data + 4, 55);
  g.run(1);
  CHECK(g.r5 == 55);
  g.set_word(data + 4, 56);
  g.run(1);
  CHECK(g.r2 == 1);
  CHECK(g.word(data + 4) == 56);
}

TEST_CASE("swp exchanges") {
  Guest g{{0xe1010092, "swp r0, r2, [r1]"}};
  g.r1 = data;
  g.r2 = 22;
  g.set_word(data, 11);
  g.run();
  CHECK(g.r0 == 11);
  CHECK(g.word(data) == 22);
}

TEST_CASE("after setend be, data is big-endian and instructions are not") {
  Guest g{{0xf1010200, "setend be"},        {0xe5910000, "ldr r0, [r1]"}, {0xe1c120b4, "strh r2, [r1, #4]"},
          {0xe8910018, "ldm r1, {r3, r4}"}, {0xf1010000, "setend le"},    {0xe5915000, "ldr r5, [r1]"}};
  g.r1 = data;
  g.r2 = 0x1234;
  g.set_word(data, 0x1122'3344);
  g.run();
  CHECK(g.r0 == 0x4433'2211);
  CHECK(g.byte(data + 4) == 0x12);
  CHECK(g.r3 == 0x4433'2211);
  CHECK(g.r4 == 0x1234'0000);
  CHECK(g.r5 == 0x1122'3344);
}

TEST_CASE("literals are relative to the aligned pc") {
  Guest g{Isa::thumb, {{0xbf00, "nop"}, {0x4801, "ldr r0, [pc, #4]"}, {0xf85f1000 | 2, "ldr r1, [pc, #-2]"}}};
  g.set_word(Guest::code_begin + 8, 0xcafe);
  g.run();
  CHECK(g.r0 == 0xcafe);                         // Align(0x8002 + 4, 4) + 4
  CHECK(g.r1 == g.word(Guest::code_begin + 6));  // Align(0x8004 + 4, 4) - 2
}
