// Branches, interworking, IT blocks, table branches, status registers, exceptions.
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

TEST_CASE("bl and blx leave the return address with the instruction set in bit 0") {
  Guest g{{0xeb00003e, "bl #0x8100"}};
  g.run();
  CHECK(g.pc == 0x8100);
  CHECK(g.lr == 0x8004);
  Guest x{{0xfa00003e, "blx #0x8100"}};
  x.run();
  CHECK(x.pc == 0x8100);
  CHECK(x.state.thumb);
  CHECK(x.lr == 0x8004);
  Guest t{Isa::thumb, {{0xbf00, "nop"}, {0xf000e87e, "blx #0x8100"}}};
  t.run();
  CHECK(t.pc == 0x8100);
  CHECK_FALSE(t.state.thumb);
  CHECK(t.lr == 0x8007);
}

TEST_CASE("blx to lr goes to its old value") {
  Guest g{{0xe12fff3e, "blx lr"}};
  g.lr = 0x9001;
  g.run();
  CHECK(g.pc == 0x9000);
  CHECK(g.state.thumb);
  CHECK(g.lr == 0x8004);
}

TEST_CASE("cbz and cbnz") {
  Guest g{Isa::thumb, {{0xb110, "cbz r0, #0x8008"}}};
  g.run();
  CHECK(g.pc == 0x8008);
  Guest n{Isa::thumb, {{0xb910, "cbnz r0, #0x8008"}}};
  n.run();
  CHECK(n.pc == 0x8002);
}

TEST_CASE("tbb and tbh jump by a table of half offsets") {
  Guest g{Isa::thumb, {{0xe8dff000, "tbb [pc, r0]"}}};
  g.r0 = 2;
  g.set_byte(0x8006, 0x21);
  g.run();
  CHECK(g.pc == 0x8004 + 0x42);
  Guest h{Isa::thumb, {{0xe8d1f010, "tbh [r1, r0, lsl #1]"}}};
  h.r0 = 3;
  h.r1 = Guest::data_begin;
  h.set_word(Guest::data_begin + 4, 0x0100'0000);
  h.run();
  CHECK(h.pc == 0x8004 + 0x200);
}

TEST_CASE("an IT block runs its then and else parts, without setting flags") {
  Guest g{Isa::thumb,
          {{0x2900, "cmp r1, #0"},
           {0xbf0a, "itet eq"},
           {0x3001, "addeq r0, r0, #1"},
           {0x3002, "addne r0, r0, #2"},
           {0x3004, "addeq r0, r0, #4"},
           {0x3008, "adds r0, r0, #8"}}};
  g.run(5);
  CHECK(g.r0 == 5);
  CHECK(g.flags == "nZCv");
  CHECK(g.state.it == 0);
  g.run(1);
  CHECK(g.r0 == 13);
  CHECK(g.flags == "nzcv");
}

TEST_CASE("stopped in an IT block, the state says where it is") {
  Guest g{Isa::thumb, {{0xbf14, "ite ne"}, {0x2001, "movne r0, #1"}, {0x2002, "moveq r0, #2"}}};
  g.run(1);
  CHECK(g.state.it == 0x14);
  CHECK((g.state.cpsr() & 0x0600'fc00) == (0x14u >> 2) << 10);
  g.run(1);
  CHECK(g.state.it == 0x08);
  CHECK(g.pc == 0x8004);
  g.run(1);
  CHECK(g.state.it == 0);
  CHECK(g.r0 == 1);
}

TEST_CASE("a fault in an IT block keeps its IT state") {
  Guest g{Isa::thumb, {{0xbf1c, "itt ne"}, {0x2001, "movne r0, #1"}, {0x6808, "ldrne r0, [r1]"}}};
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.retired == 2);
  CHECK(g.state.it == 0x18);
  CHECK(g.pc == 0x8004);
}

TEST_CASE("an svc in an IT block is passed with the block going on") {
  Guest g{Isa::thumb, {{0xbf1c, "itt ne"}, {0xdf05, "svcne #5"}, {0x2001, "movne r0, #1"}}};
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::svc);
  CHECK(stop.detail == 5);
  CHECK(stop.retired == 1);
  CHECK(g.pc == 0x8002);
  g.state.skip_svc();
  CHECK(g.pc == 0x8004);
  CHECK(g.state.it == 0x18);
  g.run(1);
  CHECK(g.r0 == 1);
  CHECK(g.state.it == 0);
}

TEST_CASE("the same code inside and outside of an IT block") {
  // The block is run through, then entered in its middle.
  Guest g{Isa::thumb, {{0xbf08, "it eq"}, {0x3001, "addeq r0, r0, #1"}, {0xe7fd, "b #0x8002"}}};
  g.run(3);
  CHECK(g.r0 == 0);
  CHECK(g.pc == 0x8002);
  g.run(2);
  CHECK(g.r0 == 1);
  CHECK(g.flags == "nzcv");
  g.pc = 0x8000;
  g.r0 = ~0u;
  g.flags.z = 1;
  g.run(2);
  CHECK(g.r0 == 0);
  CHECK(g.flags == "nZcv");
}

TEST_CASE("a branch may end an IT block") {
  Guest g{Isa::thumb, {{0xbf18, "it ne"}, {0x4708, "bxne r1"}}};
  g.r1 = 0x9000;
  CHECK(g.run().retired == 2);
  CHECK(g.pc == 0x9000);
  CHECK(g.state.it == 0);
  CHECK_FALSE(g.state.thumb);
}

TEST_CASE("svc, bkpt and undefined instructions stop on themselves") {
  Guest g{{0xef123456, "svc #0x123456"}};
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::svc);
  CHECK(stop.detail == 0x123456);
  CHECK(stop.retired == 0);
  CHECK(g.pc == 0x8000);
  Guest b{{0xe1212374, "bkpt #0x1234"}};
  stop = b.run();
  CHECK(stop.kind == StopKind::breakpoint);
  CHECK(stop.detail == 0x1234);
  Guest u{Isa::thumb, {{0xde01, "udf #1"}}};
  stop = u.run();
  CHECK(stop.kind == StopKind::undefined);
  CHECK(stop.detail == 0xde01);
  CHECK(u.pc == 0x8000);
  Guest s{{0x0f000000, "svceq #0"}};
  CHECK(s.run().retired == 1);
}

TEST_CASE("an undefined instruction whose condition fails does nothing") {
  Guest g{{0x17f000f0, nullptr}, {0x07f000f0, nullptr}};
  g.state.flags.z = 1;
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::undefined);
  CHECK(stop.retired == 1);
  CHECK(g.pc == Guest::code_begin + 4);
}

TEST_CASE("fetching where nothing may be executed is a fault at that address") {
  Guest g{{0xe12fff11, "bx r1"}};
  g.r1 = Guest::data_begin;
  Stop stop = g.run(2);
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.access == Access::fetch);
  CHECK(stop.address == GuestAddr{Guest::data_begin});
  CHECK(stop.retired == 1);
  CHECK(g.pc == Guest::data_begin);
  Guest t{Isa::thumb, {}};
  t.set_word(0x9ffc, 0xf000'bf00);  // a nop and the first half of a 32-bit instruction
  t.pc = 0x9ffc;
  stop = t.run(3);
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.address == GuestAddr{0xa000});
  CHECK(stop.retired == 1);
  CHECK(t.pc == 0x9ffe);
}

TEST_CASE("mrs and msr give and take what user mode may see and change") {
  Guest g{{0xe10f0000, "mrs r0, apsr"}, {0xe12cf001, "msr apsr_nzcvqg, r1"}, {0xe12ff002, "msr cpsr_fsxc, r2"}};
  g.flags.z = 1;
  g.flags.q = 1;
  g.run(1);
  CHECK(g.r0 == 0x4800'0010);
  g.r1 = 0xa00f'0000;
  g.run(1);
  CHECK(g.flags == "NzCv");
  CHECK(g.state.flags.ge == 15);
  g.r2 = 0x1000'0233;
  g.run(1);
  CHECK(g.flags == "nzcV");
  CHECK(g.state.big_endian);
  CHECK_FALSE(g.state.thumb);
  CHECK(g.state.cpsr() == 0x1000'0210);
}

TEST_CASE("the thread registers of cp15") {
  Guest g{{0xee1d0f70, "mrc p15, #0, r0, c13, c0, #3"},
          {0xee0d1f50, "mcr p15, #0, r1, c13, c0, #2"},
          {0xee1d2f50, "mrc p15, #0, r2, c13, c0, #2"}};
  g.state.tpidruro = 0x1000;
  g.r1 = 0x2000;
  g.run();
  CHECK(g.r0 == 0x1000);
  CHECK(g.r2 == 0x2000);
  CHECK(g.state.tpidrurw == 0x2000);
}
