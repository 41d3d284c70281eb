// Compact records of calls: what goes in comes out, what does not fit is left to the schema, hostile bytes are refused.
#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "core/tape/compact.h"
#include "core/tape/format.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

using Entrances = std::map<ThreadId, Event>;

abi::Call some_call(u32 number) {
  abi::Call call;
  call.number = number;
  call.row = abi::row_of(call.system, number);
  call.words = {1, 2, 3, 4, 5, 6, 7, 8};
  call.pc = GuestAddr{0x10400};
  return call;
}

std::vector<u8> whole(const CompactEncoder::Encoded& encoded) {
  std::vector<u8> bytes(sizeof(FixedPart::Words));
  bytes.resize(encoded.fixed->write_to(bytes.data()));
  bytes.insert(bytes.end(), encoded.pieces.begin(), encoded.pieces.end());
  return bytes;
}

Event decoded(const CompactEncoder::Encoded& encoded, const Entrances& entered = {}) {
  Event event;
  REQUIRE(encoded.fixed != nullptr);
  static std::vector<u8> message;  // the event's spans point into it
  message = whole(encoded);
  auto result = decode_compact(CompactMessage{message}, encoded.data, entered, event);
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text));
  return event;
}

}  // namespace

TEST_CASE("a call that was not entered comes back whole") {
  CompactEncoder encoder;
  std::vector<u8> small{1, 2, 3}, big(5000, 9);
  Called w;
  w.call = some_call(4);
  w.outcome = abi::Done{7, 8};
  w.answerer = Answerer::kernel;
  w.writes = {{GuestAddr{0x100}, small}, {GuestAddr{0x200}, big}, {GuestAddr{0x300}, {}}};
  w.inputs = {{GuestAddr{0x400}, small}};
  w.entered_ns = 5;
  w.left_ns = 6;
  w.rewound_unseen = w.host_interrupted = true;
  auto encoded = encoder.encode(ThreadId{3}, Tick{1}, 2, w);
  CHECK(encoded.data.size() == 1);
  Event event = decoded(encoded);
  CHECK(event.thread == ThreadId{3});
  CHECK(event.tick == Tick{1});
  CHECK(event.ns == 2);
  const Called& r = *event.as<Called>();
  CHECK(r.call.number == 4);
  CHECK(r.call.row == w.call.row);
  CHECK(r.call.words == w.call.words);
  CHECK(r.call.pc == w.call.pc);
  CHECK(r.outcome == w.outcome);
  CHECK(r.answerer == Answerer::kernel);
  REQUIRE(r.writes.size() == 3);
  CHECK(copy_of(r.writes[0].bytes) == small);
  CHECK(copy_of(r.writes[1].bytes) == big);
  CHECK(r.writes[2].at == GuestAddr{0x300});
  REQUIRE(r.inputs.size() == 1);
  CHECK(copy_of(r.inputs[0].bytes) == small);
  CHECK(r.entered_ns == 5);
  CHECK(r.left_ns == 6);
  CHECK(r.rewound_unseen);
  CHECK(r.host_interrupted);
  CHECK_FALSE(r.decided_by_mode);
  CHECK_FALSE(r.entered);
}

TEST_CASE("every outcome comes back") {
  CompactEncoder encoder;
  Called w;
  for (abi::Outcome outcome : {abi::Outcome{abi::Done{1}}, abi::Outcome{abi::Done{1, 2}}, abi::Outcome{abi::Failed{4}},
                               abi::Outcome{abi::NotDone{}}, abi::Outcome{abi::Gone{}}}) {
    w.outcome = outcome;
    CHECK(decoded(encoder.encode(ThreadId{1}, Tick{}, 0, w)).as<Called>()->outcome == outcome);
  }
}

TEST_CASE("the end of a call that was entered does not say it again") {
  CompactEncoder encoder;
  Entered entered;
  entered.call = some_call(3);
  Event begun = decoded(encoder.encode(ThreadId{3}, Tick{1}, 2, entered));
  REQUIRE(begun.as<Entered>() != nullptr);
  CHECK(begun.as<Entered>()->call.words == entered.call.words);
  Called called;
  called.call = entered.call;
  called.entered = true;
  auto short_one = encoder.encode(ThreadId{3}, Tick{1}, 3, called);
  CHECK(whole(short_one).size() == sizeof(CompactHead));
  CHECK(decoded(short_one, {{ThreadId{3}, begun}}).as<Called>()->call.words == entered.call.words);
  Event event;
  CHECK_FALSE(decode_compact(CompactMessage{whole(short_one)}, {}, {}, event).ok());
  CHECK_FALSE(decode_compact(CompactMessage{whole(short_one)}, {}, {{ThreadId{4}, begun}}, event).ok());
  // Said once; and never where another thread with the same place, or another call, has come in between.
  CHECK(whole(encoder.encode(ThreadId{3}, Tick{1}, 3, called)).size() > sizeof(CompactHead));
  (void)encoder.encode(ThreadId{3}, Tick{1}, 2, entered);
  (void)encoder.encode(ThreadId{3 + 16}, Tick{1}, 2, entered);
  CHECK(whole(encoder.encode(ThreadId{3}, Tick{1}, 3, called)).size() > sizeof(CompactHead));
  (void)encoder.encode(ThreadId{3}, Tick{1}, 2, entered);
  called.call.words[0]++;
  CHECK(whole(encoder.encode(ThreadId{3}, Tick{1}, 3, called)).size() > sizeof(CompactHead));
}

TEST_CASE("what the layout has no place for is left to the schema") {
  CompactEncoder encoder;
  auto is_left = [&](auto change) {
    Called w;
    change(w);
    return encoder.encode(ThreadId{1}, Tick{}, 0, w).fixed == nullptr;
  };
  CHECK_FALSE(is_left([](Called&) {}));
  CHECK(is_left([](Called& w) { w.child_stream = StreamId{1}; }));
  CHECK(is_left([](Called& w) { w.output = Output::standard_error; }));
  CHECK(is_left([](Called& w) { w.mapped.emplace(); }));
  CHECK(is_left([](Called& w) { w.unsupported = true; }));
  std::vector<u8> bytes(inline_bytes, 1);
  CHECK(is_left([&](Called& w) { w.writes.assign(compact_most_pieces + 1, {GuestAddr{}, {}}); }));
  CHECK(is_left([&](Called& w) { w.inputs.assign(6, {GuestAddr{}, bytes}); }));
  Entered entered;
  entered.path = "/bin/true";
  CHECK(encoder.encode(ThreadId{1}, Tick{}, 0, entered).fixed == nullptr);
}

TEST_CASE("a message without its data records is refused") {
  CompactEncoder encoder;
  std::vector<u8> big(5000, 3), other(4999, 3);
  Called called;
  called.writes = {{GuestAddr{1}, big}};
  auto encoded = encoder.encode(ThreadId{1}, Tick{2}, 3, called);
  Event event;
  std::span<const u8> wrong[] = {other};
  CHECK(decode_compact(CompactMessage{whole(encoded)}, encoded.data, {}, event).ok());
  CHECK_FALSE(decode_compact(CompactMessage{whole(encoded)}, {}, {}, event).ok());
  CHECK_FALSE(decode_compact(CompactMessage{whole(encoded)}, wrong, {}, event).ok());
}

TEST_CASE("disturbed messages are decoded or refused, and every shortened one is refused") {
  std::mt19937 random{7};
  CompactEncoder encoder;
  std::vector<u8> big(5000, 3), small(10, 4);
  Called called;
  called.call = some_call(5);
  called.entered_ns = 1;
  called.writes = {{GuestAddr{1}, big}, {GuestAddr{2}, small}};
  called.inputs = {{GuestAddr{3}, small}};
  auto encoded = encoder.encode(ThreadId{1}, Tick{2}, 3, called);
  std::vector<u8> good = whole(encoded);
  Event event;
  for (std::size_t size = 0; size < good.size(); size++)
    CHECK_FALSE(decode_compact(CompactMessage{std::span{good}.first(size)}, encoded.data, {}, event).ok());
  for (int round = 0; round < 20000; round++) {
    std::vector<u8> bad = good;
    for (unsigned flips = 1 + random() % 4; flips > 0; flips--)
      bad[random() % bad.size()] ^= static_cast<u8>(1u << (random() % 8));
    auto result = decode_compact(CompactMessage{bad}, encoded.data, {}, event);
    if (!result) CHECK_FALSE(result.error().text.empty());
  }
}
