// Deltas of compact records: what is shortened comes back, each segment stands alone, hostile bytes are refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "core/tape/compact.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

// The fixed part of a call's message, and its bytes.
FixedPart part(u32 number, u64 tick, u64 ns, u32 value, bool times = false) {
  CompactEncoder encoder;
  Called called;
  called.call.number = number;
  called.outcome = abi::Done{value};
  called.entered_ns = called.left_ns = times ? ns : 0;
  return *encoder.encode(ThreadId{4}, Tick{tick}, ns, called).fixed;
}

std::vector<u8> bytes_of(const FixedPart& fixed) {
  std::vector<u8> bytes(sizeof fixed.words);
  bytes.resize(fixed.write_to(bytes.data()));
  return bytes;
}

std::vector<u8> delta_of(DeltaContext& context, const FixedPart& fixed) {
  std::vector<u8> bytes(most_delta_bytes);
  bytes.resize(context.shorten(fixed, bytes.data()));
  return bytes;
}

}  // namespace

TEST_CASE("what was shortened comes back") {
  DeltaContext writer, reader;
  std::mt19937 random{3};
  u64 tick = 0, ns = 1ull << 40;
  unsigned deltas = 0, small = 0;
  for (unsigned i = 0; i < 5000; i++) {
    tick += random() % 100;
    ns += random() % 100 == 0 ? 1ull << 33 : random() % 5000;
    auto fixed = part(random() % 40, tick, ns, random() % 3, random() % 4 == 0);
    auto delta = delta_of(writer, fixed);
    if (delta.empty()) {
      reader.remember(bytes_of(fixed));
      continue;
    }
    deltas++;
    small += delta.size() <= sizeof(DeltaHead) + 4;
    delta.push_back(0x55);  // a piece
    auto message = reader.lengthen(delta);
    REQUIRE(message.ok());
    CHECK(std::ranges::equal(message->fixed, bytes_of(fixed)));
    REQUIRE(message->pieces.size() == 1);
    CHECK(message->pieces[0] == 0x55);
  }
  CHECK(deltas > 500);
  CHECK(small > 50);
}

TEST_CASE("a delta of what was never seen is refused") {
  DeltaContext writer, reader;
  auto fixed = part(20, 1, 1, 0);
  CHECK(delta_of(writer, fixed).empty());
  auto delta = delta_of(writer, fixed);
  REQUIRE(delta.size() == sizeof(DeltaHead));
  CHECK_FALSE(reader.lengthen(delta).ok());
  reader.remember(bytes_of(fixed));
  CHECK(reader.lengthen(delta).ok());
  reader.clear();
  CHECK_FALSE(reader.lengthen(delta).ok());
  writer.clear();
  CHECK(delta_of(writer, fixed).empty());
}

TEST_CASE("disturbed and shortened deltas are lengthened or refused") {
  DeltaContext writer;
  (void)delta_of(writer, part(20, 1, 1, 0));
  auto good = delta_of(writer, part(20, 2, 3, 7));
  REQUIRE(good.size() > sizeof(DeltaHead));
  std::mt19937 random{5};
  for (unsigned round = 0; round < 20000; round++) {
    DeltaContext reader;
    reader.remember(bytes_of(part(20, 1, 1, 0)));
    auto bad = good;
    if (round < good.size())
      bad.resize(round);
    else
      for (unsigned flips = 1 + random() % 4; flips > 0; flips--)
        bad[random() % bad.size()] ^= static_cast<u8>(1u << (random() % 8));
    auto message = reader.lengthen(bad);
    if (round < good.size()) CHECK_FALSE(message.ok());
    if (!message.ok()) continue;
    Event event;
    auto decoded = decode_compact(*message, {}, {}, event);
    if (!decoded) CHECK_FALSE(decoded.error().text.empty());
  }
}

TEST_CASE("calls come back from many segments, each of which begins anew") {
  TemporaryTape t;
  constexpr u32 calls = 40'000;
  {
    auto writer = t.writer();
    for (u32 i = 0; i < calls; i++) {
      Called called;
      called.call.number = 3 + i % 2;
      called.call.words[1] = 0x1000 + i;
      called.outcome = abi::Done{i};
      std::vector<u8> bytes(i % 5, static_cast<u8>(i));
      called.writes = {{GuestAddr{0x1000 + i}, bytes}};
      REQUIRE(writer->write(ThreadId{1}, Tick{u64{i} * 3}, 1000 + i, called).ok());
    }
  }
  auto tape = t.open();
  CHECK(std::filesystem::exists(tape->directory() + "/streams/1/000002.seg"));
  auto reader = *tape->read(first_stream);
  REQUIRE((*reader->next())->as<StreamBegan>() != nullptr);
  u32 wrong = 0;
  for (u32 i = 0; i < calls; i++) {
    const Event* event = *reader->next();
    REQUIRE(event != nullptr);
    const auto* called = event->as<Called>();
    REQUIRE(called != nullptr);
    wrong += event->tick != Tick{u64{i} * 3} || event->ns != 1000 + i || called->call.number != 3 + i % 2 ||
             called->call.words[1] != 0x1000 + i || called->outcome != abi::Outcome{abi::Done{i}} ||
             !std::ranges::equal(called->writes.at(0).bytes, std::vector<u8>(i % 5, static_cast<u8>(i)));
  }
  CHECK(wrong == 0);
  CHECK(*reader->next() == nullptr);
}
