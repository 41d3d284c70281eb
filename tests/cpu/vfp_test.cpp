// VFP: what the comparison with qemu-arm cannot show: faults, literals, big-endian data, short vectors.
#include <bit>

#include "core/cpu/simd.h"
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

static float single(const Guest& g, u32 n) { return std::bit_cast<float>(extension_register<u32>(g.state, n)); }
static void set_single(Guest& g, u32 n, float value) { set_extension_register(g.state, n, std::bit_cast<u32>(value)); }

TEST_CASE("vldr takes a literal from the aligned PC in both instruction sets") {
  Guest a32{{0xed9f0a00, "vldr s0, [pc]"}, {0xe320f000, "nop"}, {0x40490fdb, nullptr}};
  a32.run(1);
  CHECK(static_cast<u32>(a32.state.d[0]) == 0x4049'0fdb);
  Guest thumb{Isa::thumb, {{0xbf00, "nop"}, {0xed9f0a00, "vldr s0, [pc]"}, {0xbf00, "nop"}}};
  thumb.run(2);  // PC is 0x8006, aligned 0x8004: the second half of vldr and the nop
  CHECK(static_cast<u32>(thumb.state.d[0]) == 0xbf00'0a00);
}

TEST_CASE("vldm that faults half way leaves registers and base alone, and names the first bad address") {
  Guest g{{0xecb02b08, "vldmia r0!, {d2, d3, d4, d5}"}};
  g.r0 = Guest::data_end - 12;
  g.state.d[2] = 7;
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.address == GuestAddr{Guest::data_end});
  CHECK(stop.access == Access::read);
  CHECK(g.state.d[2] == 7);
  CHECK(g.r0 == Guest::data_end - 12);
  CHECK(g.pc == Guest::code_begin);
}

TEST_CASE("vstm that faults half way stores nothing") {
  Guest g{{0xeca02b08, "vstmia r0!, {d2, d3, d4, d5}"}};
  g.r0 = Guest::data_end - 16;
  g.state.d[2] = ~u64{0};
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.access == Access::write);
  CHECK(g.word(Guest::data_end - 16) == 0);
}

TEST_CASE("vldr and vstr of doubles need word alignment only") {
  Guest g{{0xed801b00, "vstr d1, [r0]"}, {0xed902b00, "vldr d2, [r0]"}};
  g.r0 = Guest::data_begin + 4;
  g.state.d[1] = 0x0123'4567'89ab'cdef;
  CHECK(g.run().kind == StopKind::budget);
  CHECK(g.state.d[2] == 0x0123'4567'89ab'cdef);
  Guest odd{{0xed801b00, "vstr d1, [r0]"}};
  odd.r0 = Guest::data_begin + 2;
  Stop stop = odd.run();
  CHECK(stop.kind == StopKind::alignment);
  CHECK(stop.address == GuestAddr{Guest::data_begin + 2});
}

TEST_CASE("with CPSR.E set, a double is swapped as a whole") {
  Guest g{{0xed901b00, "vldr d1, [r0]"}, {0xed900a02, "vldr s0, [r0, #8]"}};
  g.r0 = Guest::data_begin;
  for (u32 k = 0; k < 12; ++k) g.set_byte(Guest::data_begin + k, static_cast<u8>(k));
  g.state.big_endian = true;
  g.run();
  CHECK(g.state.d[1] == 0x0001'0203'0405'0607);
  CHECK(static_cast<u32>(g.state.d[0]) == 0x0809'0a0b);
}

TEST_CASE("vmrs to APSR_nzcv moves the flags of a comparison") {
  Guest g{{0xeeb40a60, "vcmp.f32 s0, s1"}, {0xeef1fa10, "vmrs apsr_nzcv, fpscr"}};
  g.state.d[0] = 0x4000'0000'3f80'0000;
  g.run();
  CHECK(g.flags == "Nzcv");
}

TEST_CASE("vmsr keeps what a Cortex-A15 has: no trap enables") {
  Guest g{{0xeee10a10, "vmsr fpscr, r0"}, {0xeef11a10, "vmrs r1, fpscr"}};
  g.r0 = 0xffff'ffff;
  g.run();
  CHECK(g.r1 == 0xfff7'009f);
}

TEST_CASE("short vectors go through the bank of the destination, a scalar second operand stays") {
  Guest g{{0xee344a84, "vadd.f32 s8, s9, s8"}, {0xee344a80, "vadd.f32 s8, s9, s0"}};
  g.state.fpscr = 1 << 16;  // two elements, next to each other
  set_single(g, 0, 100);
  set_single(g, 8, 1);
  set_single(g, 9, 2);
  set_single(g, 10, 4);
  g.run(1);
  CHECK(single(g, 8) == 3);   // s9 + s8
  CHECK(single(g, 9) == 6);   // s10 + s9
  g.run(1);
  CHECK(single(g, 8) == 106);
  CHECK(single(g, 9) == 104);
}
