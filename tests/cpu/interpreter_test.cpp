// The interpreter as an engine: exact budgets, interruption, code that changes, pieces and pages of code.
#include <chrono>
#include <thread>

#include "core/cpu/code_cache.h"
#include "tests/cpu/guest.h"

using namespace sigtape;
using namespace sigtape::cpu;

namespace {
// r0 += 1 for ever.
struct Counter : Guest {
  Counter() : Guest{{0xe2800001, "add r0, r0, #1"}, {0xeafffffd, "b #0x8000"}} {}
};
}  // namespace

TEST_CASE("a budget is used up exactly, whatever its size") {
  for (u64 budget : {u64{0}, u64{1}, u64{2}, u64{511}, u64{512}, u64{513}, u64{1024}, u64{100'001}}) {
    Counter g;
    Stop stop = g.run(budget);
    CHECK(stop.kind == StopKind::budget);
    CHECK(stop.retired == budget);
    CHECK(g.r0 == (budget + 1) / 2);
    CHECK(g.pc == 0x8000 + 4 * (budget % 2));
  }
}

TEST_CASE("cutting a run into pieces gives the same state") {
  Counter whole, pieces;
  whole.run(1000);
  for (u64 n = 1, done = 0; done < 1000; n = n % 37 + 1) done += pieces.run(std::min(n, 1000 - done)).retired;
  CHECK(whole.state == pieces.state);
}

TEST_CASE("an interrupt before run stops it at once, and only once") {
  Counter g;
  g.engine->interrupt();
  Stop stop = g.run(10);
  CHECK(stop.kind == StopKind::interrupted);
  CHECK(stop.retired == 0);
  CHECK(g.run(10).retired == 10);
}

TEST_CASE("an interrupt from another thread stops a running guest soon, with an exact count") {
  Counter g;
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      g.engine->interrupt();
    }
  });
  Stop stop;
  do stop = g.run(~u64{0});
  while (stop.kind == StopKind::interrupted && stop.retired == 0);  // it came before the run
  over = true;
  other.join();
  CHECK(stop.kind == StopKind::interrupted);
  CHECK(g.r0 == static_cast<u32>((stop.retired + 1) / 2));
}

TEST_CASE("code that changes the next instruction of its own is obeyed") {
  Guest g{{0xe5812000, "str r2, [r1]"}, {0xe3a00001, "mov r0, #1"}};
  g.r1 = g.address_of(1);
  g.r2 = 0xe3a00002;  // mov r0, #2
  g.run();
  CHECK(g.r0 == 2);
  g.pc = Guest::code_begin;
  g.r2 = 0xe3a00003;
  g.run();
  CHECK(g.r0 == 3);
}

TEST_CASE("a changed second half of a 32-bit instruction is noticed across pages") {
  Guest g{Isa::thumb, {}};
  g.add_code(0x8ffe, Isa::thumb, {{0xf2400001, "movw r0, #1"}});
  g.pc = 0x8ffe;
  g.run(1);
  CHECK(g.r0 == 1);
  REQUIRE(g.space->store(GuestAddr{0x9000}, u16{0x0002}));
  g.pc = 0x8ffe;
  g.run(1);
  CHECK(g.r0 == 2);
}

TEST_CASE("code written by the kernel side, unmapped or made not executable is forgotten") {
  Counter g;
  g.run(10);
  g.set_word(Guest::code_begin, 0xe2800002);
  u32 before = g.r0;
  g.run(1);
  CHECK(g.r0 == before + 2);
  g.pc = Guest::code_begin;
  g.space->protect(GuestAddr{Guest::code_begin}, 0x1000, mem::Prot{.read = true});
  CHECK(g.run(1).kind == StopKind::fault);
  g.space->protect(GuestAddr{Guest::code_begin}, 0x1000, mem::Prot{.read = true, .exec = true});
  CHECK(g.run(1).retired == 1);
  g.pc = Guest::code_begin;
  g.space->unmap(GuestAddr{Guest::code_begin}, 0x1000);
  Stop stop = g.run(1);
  CHECK(stop.kind == StopKind::fault);
  CHECK(stop.access == Access::fetch);
}

TEST_CASE("the same address as A32 and as Thumb") {
  Guest g{{0xe1a00000, "mov r0, r0"}};
  CHECK(g.run(1).retired == 1);
  CHECK(g.pc == 0x8004);
  g.pc = 0x8000;
  g.state.thumb = true;  // 0000 e1a0: movs r0, r0; b
  CHECK(g.run(1).retired == 1);
  CHECK(g.pc == 0x8002);
}

TEST_CASE("straight code runs over pieces and pages of the cache with exact counts") {
  Guest g{Isa::thumb, {}};
  for (u32 at = 0x8000; at < 0x9800; at += 2) REQUIRE(g.space->store(GuestAddr{at}, u16{0x3001}));  // adds r0, #1
  for (u32 at = 0x8080; at < 0x9800; at += 0x102) {  // some 32-bit ones: add.w r1, r1, #1
    REQUIRE(g.space->store(GuestAddr{at}, u16{0xf101}));
    REQUIRE(g.space->store(GuestAddr{at + 2}, u16{0x0101}));
  }
  g.run(2000);
  CHECK(g.r0 + g.r1 == 2000);
  CHECK(g.pc == 0x8000 + 2 * (2000 + g.r1));
}

TEST_CASE("decoded code can be forgotten; its room is used again") {
  Guest g{{0xe2800001, "add r0, r0, #1"}, {0xeafffffd, "b #0x8000"}};
  Context context;
  context.space = g.space.get();
  context.state = &g.state;
  context.set_thumb(false);
  const Slot* slot = context.find(Guest::code_begin);
  CHECK(slot->run(context, slot, 5)->pc == Guest::code_begin + 4);
  std::size_t bytes = context.cache.bytes();
  CHECK(bytes != 0);
  context.cache.clear();
  CHECK(context.cache.bytes() == 0);
  slot = context.find(Guest::code_begin);
  CHECK(slot->run(context, slot, 6)->pc == Guest::code_begin);
  CHECK(g.r0 == 6);
  CHECK(context.cache.bytes() == bytes);
}
