// Multiplication, saturation, parallel arithmetic, packing, bit fields.
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

TEST_CASE("long multiplies and their accumulators") {
  Guest g{{0xe0910392, "umulls r0, r1, r2, r3"},
          {0xe0e54392, "smlal r4, r5, r2, r3"},
          {0xe0476392, "umaal r6, r7, r2, r3"}};
  g.r2 = 0xffff'ffff;
  g.r3 = 2;
  g.r4 = 3;
  g.r6 = g.r7 = ~0u;
  g.run();
  CHECK(g.r0 == 0xffff'fffe);
  CHECK(g.r1 == 1);
  CHECK(g.flags == "nzcv");
  CHECK(g.r4 == 1);
  CHECK(g.r5 == 0);
  CHECK(g.r6 == 0xffff'fffc);
  CHECK(g.r7 == 3);
}

TEST_CASE("mls, and division with its odd cases") {
  Guest g{{0xe0603291, "mls r0, r1, r2, r3"}, {0xe714f215, "sdiv r4, r5, r2"}, {0xe736f715, "udiv r6, r5, r7"}};
  g.r1 = 3;
  g.r2 = ~0u;
  g.r3 = 10;
  g.r5 = 0x8000'0000;
  g.run();
  CHECK(g.r0 == 13);
  CHECK(g.r4 == 0x8000'0000);
  CHECK(g.r6 == 0);
}

TEST_CASE("qadd and qdsub saturate and set Q, which stays") {
  Guest g{{0xe1020051, "qadd r0, r1, r2"}, {0xe1643051, "qdsub r3, r1, r4"}};
  g.r1 = 0x7fff'ffff;
  g.r2 = 1;
  g.run();
  CHECK(g.r0 == 0x7fff'ffff);
  CHECK(g.r3 == 0x7fff'ffff);
  CHECK(g.flags == "nzcvQ");
}

TEST_CASE("ssat and usat of shifted values") {
  Guest g{{0xe6a70211, "ssat r0, #8, r1, lsl #4"}, {0xe6e83451, "usat r3, #8, r1, asr #8"}};
  g.r1 = 0xffff'0000;
  g.run();
  CHECK(g.r0 == 0xffff'ff80);
  CHECK(g.r3 == 0);
  CHECK(g.flags == "nzcvQ");
}

TEST_CASE("parallel addition sets GE, and sel chooses by it") {
  Guest g{{0xe6510f92, "uadd8 r0, r1, r2"}, {0xe6823fb1, "sel r3, r2, r1"}, {0xe6114f32, "sasx r4, r1, r2"}};
  g.r1 = 0xff01'8001;
  g.r2 = 0x0101'8000;
  g.run(2);
  CHECK(g.r0 == 0x0002'0001);
  CHECK(g.state.flags.ge == 0b1010);
  CHECK(g.r3 == 0x0101'8001);
  g.run(1);
  CHECK(g.r4 == 0x7f01'7f00);  // ff01 + 8000, 8001 - 0101
  CHECK(g.state.flags.ge == 0);
}

TEST_CASE("smlad sets Q where three terms overflow, smlsd subtracts exchanged halves") {
  Guest g{{0xe7003211, "smlad r0, r1, r2, r3"}, {0xe7044271, "smlsdx r4, r1, r2, r4"}};
  g.r1 = 0x8000'8000;
  g.r2 = 0x8000'8000;
  g.r3 = 0;
  g.run();
  CHECK(g.r0 == 0x8000'0000);
  CHECK(g.flags == "nzcvQ");
  CHECK(g.r4 == 0);
}

TEST_CASE("smmulr rounds, smmls subtracts from the accumulator") {
  Guest g{{0xe750f231, "smmulr r0, r1, r2"}, {0xe75332d1, "smmls r3, r1, r2, r3"}};
  g.r1 = 0x8000'0000;
  g.r2 = 1;
  g.r3 = 5;
  g.run();
  CHECK(g.r0 == 0);
  CHECK(g.r3 == 5);
}

TEST_CASE("bit fields, extension, packing, reversal") {
  Guest g{{0xe7a30251, "sbfx r0, r1, #4, #4"}, {0xe7e73251, "ubfx r3, r1, #4, #8"},
          {0xe7cb4211, "bfi r4, r1, #4, #8"},  {0xe7c7521f, "bfc r5, #4, #4"},
          {0xe6af6471, "sxtb r6, r1, ror #8"}, {0xe6817452, "pkhtb r7, r1, r2, asr #8"},
          {0xe6ff8f31, "rbit r8, r1"},         {0xe6bf9fb1, "rev16 r9, r1"},
          {0xe16faf12, "clz r10, r2"}};
  g.r1 = 0x1234'85f0;
  g.r2 = 0x0080'0000;
  g.r4 = g.r5 = ~0u;
  g.run();
  CHECK(g.r0 == ~0u);
  CHECK(g.r3 == 0x5f);
  CHECK(g.r4 == 0xffff'ff0f);
  CHECK(g.r5 == 0xffff'ff0f);
  CHECK(g.r6 == 0xffff'ff85);
  CHECK(g.r7 == 0x1234'8000);
  CHECK(g.r8 == 0x0fa1'2c48);
  CHECK(g.r9 == 0x3412'f085);
  CHECK(g.r10 == 8);
}
