// Advanced SIMD: what the comparison with qemu-arm cannot show, and a few cases worked out by hand.
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

TEST_CASE("vqadd.s8 saturates each lane on its own and sets QC") {
  Guest g{{0xf2010012, "vqadd.s8 d0, d1, d2"}};
  g.state.d[1] = 0x7f80'0001'7f00'ff10;
  g.state.d[2] = 0x01ff'0002'00ff'ff10;
  g.run();
  CHECK(g.state.d[0] == 0x7f80'0003'7fff'fe20);
  CHECK(g.state.fpscr == 1u << 27);
}

TEST_CASE("vmull.u8 and vtbl by hand") {
  Guest g{{0xf3810c02, "vmull.u8 q0, d1, d2"}};
  g.state.d[1] = 0x0000'0000'0000'02ff;
  g.state.d[2] = 0x0000'0000'0000'03ff;
  g.run();
  CHECK(g.state.d[0] == 0x0006'fe01);
  Guest table{{0xf3b10802, "vtbl.8 d0, {d1}, d2"}, {0xf3b13842, "vtbx.8 d3, {d1}, d2"}};
  table.state.d[1] = 0x8877'6655'4433'2211;
  table.state.d[2] = 0x0807'0605'00ff'0107;
  table.state.d[3] = 0xaaaa'aaaa'aaaa'aaaa;
  table.run();
  CHECK(table.state.d[0] == 0x0088'7766'1100'2288);
  CHECK(table.state.d[3] == 0xaa88'7766'11aa'2288);
}

TEST_CASE("vld4.8 spreads structures over registers and writes the base back") {
  Guest g{{0xf420000d, "vld4.8 {d0, d1, d2, d3}, [r0]!"}};
  g.r0 = Guest::data_begin;
  for (u32 k = 0; k < 32; ++k) g.set_byte(Guest::data_begin + k, static_cast<u8>(k));
  g.run();
  CHECK(g.state.d[0] == 0x1c18'1410'0c08'0400);
  CHECK(g.state.d[3] == 0x1f1b'1713'0f0b'0703);
  CHECK(g.r0 == Guest::data_begin + 32);
}

TEST_CASE("an alignment specifier is a demand, without one any address will do") {
  Guest g{{0xf4200a8f, "vld1.32 {d0, d1}, [r0]"}, {0xf4200a9f, "vld1.32 {d0, d1}, [r0:64]"}};
  g.r0 = Guest::data_begin + 1;
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::alignment);
  CHECK(stop.retired == 1);
  CHECK(stop.address == GuestAddr{Guest::data_begin + 1});
}

TEST_CASE("a load or store of structures that faults changes nothing") {
  Guest g{{0xf420000d, "vld4.8 {d0, d1, d2, d3}, [r0]!"}};
  g.r0 = Guest::data_end - 31;
  g.state.d[0] = 5;
  Stop stop = g.run();
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.address == GuestAddr{Guest::data_end});
  CHECK(g.state.d[0] == 5);
  CHECK(g.r0 == Guest::data_end - 31);
  Guest store{{0xf400020d, "vst1.8 {d0, d1, d2, d3}, [r0]!"}};
  store.r0 = Guest::data_end - 31;
  store.state.d[0] = ~u64{0};
  CHECK(store.run().kind == StopKind::fault);
  CHECK(store.word(Guest::data_end - 28) == 0);
}

TEST_CASE("with CPSR.E set, elements are swapped one by one") {
  Guest g{{0xf420074f, "vld1.16 {d0}, [r0]"}};
  g.r0 = Guest::data_begin;
  for (u32 k = 0; k < 8; ++k) g.set_byte(Guest::data_begin + k, static_cast<u8>(k));
  g.state.big_endian = true;
  g.run();
  CHECK(g.state.d[0] == 0x0607'0405'0203'0001);
}

TEST_CASE("floats of Advanced SIMD flush and use the default NaN whatever FPSCR says, and share its flags") {
  Guest g{{0xf2010d02, "vadd.f32 d0, d1, d2"}};
  g.state.d[1] = 0x7fc1'2345'0000'0001;
  g.state.d[2] = 0x3f80'0000'0000'0000;
  g.state.fpscr = 1 << 22;  // towards plus infinity: not for Advanced SIMD
  g.run();
  CHECK(g.state.d[0] == 0x7fc0'0000'0000'0000);
  CHECK(g.state.fpscr == (1u << 22 | 1u << 7));  // input denormal
}
