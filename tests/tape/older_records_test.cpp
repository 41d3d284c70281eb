// Records of the formats 3 to 6, which are read and no longer written: compact ones, and deltas of these. (That whole
// tapes of these formats replay, tests/damage.py sees.)
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>

#include "core/tape/compact.h"
#include "core/tape/delta.h"
#include "core/tape/format.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

template <class T>
void append(std::vector<u8>& to, const T& value) {
  const auto* bytes = reinterpret_cast<const u8*>(&value);
  to.insert(to.end(), bytes, bytes + sizeof value);
}

// A Called with times, one piece inside, and one in a data record of 5000 bytes.
std::vector<u8> message() {
  std::vector<u8> bytes;
  append(bytes, CompactHead{.what = CompactWhat::called,
                            .system = 0,
                            .outcome = 0,
                            .notes = BriefNotes::by_kernel,
                            .has = CompactHas::all,
                            .writes = 1,
                            .inputs = 1,
                            .reserved = 0,
                            .thread = 4,
                            .value = 7,
                            .tick = 100,
                            .ns = 2000});
  append(bytes, CompactCall{.number = 5, .pc = 0x8000, .words = {1, 2, 3, 4, 5, 6, 7, 8}});
  append(bytes, u32{9});     // value2
  append(bytes, u64{1990});  // entered_ns
  append(bytes, u64{1995});  // left_ns
  append(bytes, BriefPiece{0x100, 3});
  bytes.insert(bytes.end(), {1, 2, 3});
  append(bytes, BriefPiece{0x200, 5000});
  return bytes;
}

const std::vector<u8> big(5000, 3);
const std::span<const u8> data[] = {big};

std::vector<u8> delta(u32 slot, std::initializer_list<std::pair<u32, u32>> changed_words) {
  u32 changed = 0;
  for (auto [word, value] : changed_words) changed |= 1u << word;
  std::vector<u8> bytes;
  append(bytes, DeltaHead{slot << 24 | changed, 11, 500});
  for (auto [word, value] : changed_words) append(bytes, value);
  return bytes;
}

// The slot that a record of message()'s kind is remembered in.
u32 slot_of_message() {
  for (u32 slot = 0; slot < delta_slots; slot++) {
    DeltaContext context;
    context.remember(CompactMessage{message()}.fixed);
    if (context.lengthen(delta(slot, {})).ok()) return slot;
  }
  return delta_slots;
}

}  // namespace

TEST_CASE("a compact record is decoded") {
  auto bytes = message();
  Event event;
  REQUIRE(decode_compact(CompactMessage{bytes}, data, {}, event).ok());
  CHECK(event.thread == ThreadId{4});
  CHECK(event.tick == Tick{100});
  CHECK(event.ns == 2000);
  const Called& called = *event.as<Called>();
  CHECK(called.call.number == 5);
  CHECK(called.call.words[7] == 8);
  CHECK(called.outcome == abi::Outcome{abi::Done{7, 9}});
  CHECK(called.answerer == Answerer::kernel);
  CHECK(called.entered_ns == 1990);
  CHECK(called.left_ns == 1995);
  REQUIRE(called.writes.size() == 1);
  CHECK(copy_of(called.writes[0].bytes) == std::vector<u8>{1, 2, 3});
  REQUIRE(called.inputs.size() == 1);
  CHECK(copy_of(called.inputs[0].bytes) == big);
  CHECK_FALSE(decode_compact(CompactMessage{bytes}, {}, {}, event).ok());
}

TEST_CASE("the end of a call that was entered is one of the call that its thread has entered") {
  std::vector<u8> bytes;
  append(bytes, CompactHead{.what = CompactWhat::called,
                            .system = 0,
                            .outcome = 0,
                            .notes = BriefNotes::entered,
                            .has = 0,
                            .writes = 0,
                            .inputs = 0,
                            .reserved = 0,
                            .thread = 4,
                            .value = 1,
                            .tick = 1,
                            .ns = 2});
  Event begun, event;
  begun.what = Entered{};
  std::get<Entered>(begun.what).call.number = 3;
  REQUIRE(decode_compact(CompactMessage{bytes}, {}, {{ThreadId{4}, begun}}, event).ok());
  CHECK(event.as<Called>()->call.number == 3);
  CHECK_FALSE(decode_compact(CompactMessage{bytes}, {}, {}, event).ok());
  CHECK_FALSE(decode_compact(CompactMessage{bytes}, {}, {{ThreadId{5}, begun}}, event).ok());
}

TEST_CASE("a delta changes words of the record that it resembles") {
  u32 slot = slot_of_message();
  REQUIRE(slot < delta_slots);
  DeltaContext context;
  CHECK_FALSE(context.lengthen(delta(slot, {})).ok());
  auto bytes = message();
  context.remember(CompactMessage{bytes}.fixed);
  CHECK_FALSE(context.lengthen(delta(slot ^ 1, {})).ok());
  auto pieces = CompactMessage{bytes}.pieces;
  auto changed = delta(slot, {{3, 70}, {10, 20}});  // the value, and the call's first word
  changed.insert(changed.end(), pieces.begin(), pieces.end());
  auto lengthened = context.lengthen(changed);
  REQUIRE(lengthened.ok());
  Event event;
  REQUIRE(decode_compact(*lengthened, data, {}, event).ok());
  CHECK(event.tick == Tick{111});
  CHECK(event.ns == 2500);
  const Called& called = *event.as<Called>();
  CHECK(called.outcome == abi::Outcome{abi::Done{70, 9}});
  CHECK(called.call.words[0] == 20);
  CHECK(called.call.words[1] == 2);
  CHECK(called.entered_ns == 2490);
  CHECK(called.left_ns == 2495);
  context.clear();
  CHECK_FALSE(context.lengthen(changed).ok());
}

TEST_CASE("disturbed records are decoded or refused, and every shortened one is refused") {
  std::mt19937 random{7};
  u32 slot = slot_of_message();
  auto good = message(), good_delta = delta(slot, {{3, 70}, {10, 20}});
  Event event;
  for (std::size_t size = 0; size < good.size(); size++)
    CHECK_FALSE(decode_compact(CompactMessage{std::span{good}.first(size)}, data, {}, event).ok());
  for (std::size_t size = 0; size < good_delta.size(); size++) {
    DeltaContext context;
    context.remember(CompactMessage{good}.fixed);
    CHECK_FALSE(context.lengthen(std::span{good_delta}.first(size)).ok());
  }
  auto disturb = [&](std::vector<u8> bytes) {
    for (unsigned flips = 1 + random() % 4; flips > 0; flips--)
      bytes[random() % bytes.size()] ^= static_cast<u8>(1u << (random() % 8));
    return bytes;
  };
  for (int round = 0; round < 20000; round++) {
    auto bad = disturb(good);
    auto result = decode_compact(CompactMessage{bad}, data, {}, event);
    if (!result) CHECK_FALSE(result.error().text.empty());
    DeltaContext context;
    context.remember(CompactMessage{good}.fixed);
    auto bad_delta = disturb(good_delta);
    auto lengthened = context.lengthen(bad_delta);
    if (!lengthened) continue;
    auto decoded = decode_compact(*lengthened, data, {}, event);
    if (!decoded) CHECK_FALSE(decoded.error().text.empty());
  }
}
