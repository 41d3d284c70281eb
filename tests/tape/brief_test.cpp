// Brief records: what goes in comes out, each segment stands alone, what does not fit is left to the schema, hostile
// bytes are refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "core/tape/brief.h"
#include "core/tape/encode.h"
#include "core/tape/xxh3.h"
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

// A writer and a reader who meet at each event.
struct Pair {
  BriefEncoder encoder;
  BriefDecoder decoder;
  std::vector<u8> payload;  // of the last event; its spans point into it
  Entrances entered;

  template <class What>
  bool write(ThreadId thread, Tick tick, u64 ns, const What& what) {
    if (!encoder.encode(thread, tick, ns, what)) return false;
    payload.assign(encoder.most_bytes(), 0xee);
    payload.resize(encoder.write_to(payload.data()));
    return true;
  }
  Event read() {
    Event event;
    auto result = decoder.decode(payload, encoder.data(), entered, event);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text));
    if (event.as<Entered>()) entered[event.thread] = event;
    return event;
  }
  template <class What>
  Event through(ThreadId thread, Tick tick, u64 ns, const What& what) {
    REQUIRE(write(thread, tick, ns, what));
    return read();
  }
};

bool are_same(const std::vector<Bytes>& a, const std::vector<Bytes>& b) {
  return std::ranges::equal(
      a, b, [](const Bytes& x, const Bytes& y) { return x.at == y.at && std::ranges::equal(x.bytes, y.bytes); });
}

void check_same(const Called& r, const Called& w) {
  CHECK(r.call.system == w.call.system);
  CHECK(r.call.number == w.call.number);
  CHECK(r.call.words == w.call.words);
  CHECK(r.call.pc == w.call.pc);
  CHECK(r.outcome == w.outcome);
  CHECK(r.answerer == w.answerer);
  CHECK(are_same(r.writes, w.writes));
  CHECK(are_same(r.inputs, w.inputs));
  CHECK(r.entered_ns == w.entered_ns);
  CHECK(r.left_ns == w.left_ns);
  CHECK(r.entered == w.entered);
  CHECK(r.signal_before_entry == w.signal_before_entry);
  CHECK(r.host_interrupted == w.host_interrupted);
  CHECK(r.decided_by_mode == w.decided_by_mode);
  CHECK(r.rewound_unseen == w.rewound_unseen);
}

}  // namespace

TEST_CASE("a call that was not entered comes back whole") {
  Pair pair;
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
  for (u64 round = 0; round < 2; round++) {
    Event event = pair.through(ThreadId{3}, Tick{1 + round}, 2 + round, w);
    CHECK(pair.encoder.data().size() == 1);
    CHECK(event.thread == ThreadId{3});
    CHECK(event.tick == Tick{1 + round});
    CHECK(event.ns == 2 + round);
    CHECK(event.as<Called>()->call.row == w.call.row);
    check_same(*event.as<Called>(), w);
  }
}

TEST_CASE("every outcome comes back") {
  Pair pair;
  Called w;
  for (abi::Outcome outcome : {abi::Outcome{abi::Done{1}}, abi::Outcome{abi::Done{1, 2}}, abi::Outcome{abi::Failed{4}},
                               abi::Outcome{abi::NotDone{}}, abi::Outcome{abi::Gone{}}}) {
    w.outcome = outcome;
    CHECK(pair.through(ThreadId{1}, Tick{}, 0, w).as<Called>()->outcome == outcome);
  }
}

TEST_CASE("the end of a call that was entered does not say it again, nor the usual times") {
  Pair pair;
  Entered entered;
  entered.call = some_call(3);
  Called called;
  called.call = entered.call;
  called.entered = true;
  ThreadId thread{3};
  for (unsigned round = 0; round < 3; round++) {
    u64 ns = 100 + 10 * round;
    CHECK(pair.through(thread, Tick{1}, ns, entered).as<Entered>()->call.words == entered.call.words);
    if (round > 0) CHECK(pair.payload.size() == 3);
    called.entered_ns = ns;
    called.left_ns = ns + 5;
    check_same(*pair.through(thread, Tick{1}, ns + 5, called).as<Called>(), called);
    if (round > 0) CHECK(pair.payload.size() == 3);
  }
  // Other times are said.
  (void)pair.through(thread, Tick{1}, 200, entered);
  called.entered_ns = 201;
  called.left_ns = 203;
  check_same(*pair.through(thread, Tick{1}, 205, called).as<Called>(), called);
  // Without its Entered it is refused.
  (void)pair.through(thread, Tick{1}, 210, entered);
  REQUIRE(pair.write(thread, Tick{1}, 211, called));
  Event event;
  CHECK_FALSE(BriefDecoder{pair.decoder}.decode(pair.payload, {}, {}, event).ok());
  CHECK(pair.decoder.decode(pair.payload, {}, pair.entered, event).ok());
  // Said once; and never where another thread with the same place, or another call, has come in between.
  auto is_said = [&] {
    check_same(*pair.through(thread, Tick{1}, 300, called).as<Called>(), called);
    return pair.payload.size() > 40;
  };
  pair.encoder.clear();
  pair.decoder.clear();
  CHECK(is_said());
  (void)pair.through(thread, Tick{1}, 250, entered);
  (void)pair.through(ThreadId{3 + 16}, Tick{1}, 251, entered);
  pair.encoder.clear();
  pair.decoder.clear();
  CHECK(is_said());
  (void)pair.through(thread, Tick{1}, 252, entered);
  called.call.words[0]++;
  pair.encoder.clear();
  pair.decoder.clear();
  CHECK(is_said());
}

TEST_CASE("turns of threads come back, with the positions that the threads had") {
  Pair pair;
  Called called;
  for (i32 round = 1; round < 200; round++) {
    ThreadId from{4 + round % 3}, to{4 + (round + 1) % 3};
    u64 tick = 1'000'000u * static_cast<u64>(from.value) + static_cast<u64>(round);
    Event event = pair.through(from, Tick{tick}, 50, Switched{to, Tick{u64{1} << 40}});
    CHECK(event.thread == from);
    CHECK(event.tick == Tick{tick});
    REQUIRE(event.as<Switched>() != nullptr);
    CHECK(event.as<Switched>()->to == to);
    CHECK(event.as<Switched>()->to_tick == Tick{u64{1} << 40});
  }
  // One that goes to where the thread was last seen costs next to nothing.
  for (u64 round = 0; round < 3; round++) {
    (void)pair.through(ThreadId{1}, Tick{7 * round}, 50, called);
    (void)pair.through(ThreadId{2}, Tick{9 * round}, 50, Switched{ThreadId{1}, Tick{7 * round}});
    if (round == 2) CHECK(pair.payload.size() == 3);
  }
}

TEST_CASE("events of all kinds come back, whatever resembles what") {
  Pair pair;
  std::mt19937 random{3};
  u64 tick = 0, ns = 1ull << 40, bytes = 0;
  std::vector<u8> pool(300);
  for (u8& byte : pool) byte = static_cast<u8>(random());
  for (unsigned i = 0; i < 20'000; i++) {
    tick += random() % 100;
    ns += random() % 100 == 0 ? 1ull << 33 : random() % 5000;
    if (random() % 1000 == 0) {
      pair.encoder.clear();
      pair.decoder.clear();
    }
    ThreadId thread{static_cast<i32>(random() % 20)};
    Called w;
    w.call = some_call(random() % 40);
    w.call.words[random() % 8] = random() % 3;
    w.call.system = random() % 50 == 0 ? abi::System::freebsd : abi::System::linux_eabi;
    w.outcome = abi::Done{static_cast<u32>(random() % 3), static_cast<u32>(random() % 20 == 0)};
    for (unsigned pieces = random() % 4 == 0 ? random() % 12 : 0; pieces > 0; pieces--)
      (random() % 2 ? w.writes : w.inputs)
          .push_back({GuestAddr{static_cast<u32>(random() % 3)},
                      std::span{pool}.first(random() % 3 == 0 ? random() % 300 : random() % 4)});
    if (random() % 4 == 0) w.entered_ns = ns - random() % 1000, w.left_ns = ns;
    if (!pair.write(thread, Tick{tick}, ns, w)) continue;
    bytes += pair.payload.size();
    Event event = pair.read();
    REQUIRE(event.thread == thread);
    REQUIRE(event.tick == Tick{tick});
    REQUIRE(event.ns == ns);
    check_same(*event.as<Called>(), w);
  }
  CHECK(bytes > 0);
}

TEST_CASE("times and positions that go back, or far, come back") {
  Pair pair;
  Called w;
  for (u64 moment : {u64{5}, ~u64{0}, u64{0}, u64{1} << 63, u64{1}, (u64{1} << 62) - 1}) {
    Event event = pair.through(ThreadId{-1}, Tick{moment}, ~moment, w);
    CHECK(event.thread == ThreadId{-1});
    CHECK(event.tick == Tick{moment});
    CHECK(event.ns == ~moment);
  }
}

TEST_CASE("what the layout has no place for is left to the schema") {
  BriefEncoder encoder;
  auto is_left = [&](auto change) {
    Called w;
    change(w);
    return !encoder.encode(ThreadId{1}, Tick{}, 0, w);
  };
  CHECK_FALSE(is_left([](Called&) {}));
  CHECK(is_left([](Called& w) { w.child_stream = StreamId{1}; }));
  CHECK(is_left([](Called& w) { w.output = Output::standard_error; }));
  CHECK(is_left([](Called& w) { w.mapped.emplace(); }));
  CHECK(is_left([](Called& w) { w.unsupported = true; }));
  std::vector<u8> bytes(inline_bytes, 1);
  CHECK(is_left([&](Called& w) { w.writes.assign(brief_most_pieces + 1, {GuestAddr{}, {}}); }));
  CHECK(is_left([&](Called& w) { w.inputs.assign(8, {GuestAddr{}, bytes}); }));
  CHECK_FALSE(is_left([&](Called& w) { w.inputs.assign(7, {GuestAddr{}, bytes}); }));
  Entered entered;
  entered.path = "/bin/true";
  CHECK_FALSE(encoder.encode(ThreadId{1}, Tick{}, 0, entered));
}

TEST_CASE("a record without its data records is refused") {
  Pair pair;
  std::vector<u8> big(5000, 3), other(4999, 3);
  Called called;
  called.writes = {{GuestAddr{1}, big}};
  REQUIRE(pair.write(ThreadId{1}, Tick{2}, 3, called));
  Event event;
  std::span<const u8> wrong[] = {other};
  CHECK_FALSE(BriefDecoder{}.decode(pair.payload, {}, {}, event).ok());
  CHECK_FALSE(BriefDecoder{}.decode(pair.payload, wrong, {}, event).ok());
  CHECK(BriefDecoder{}.decode(pair.payload, pair.encoder.data(), {}, event).ok());
}

TEST_CASE("a record that resembles what was never seen is refused") {
  Pair pair;
  Called called;
  REQUIRE(pair.write(ThreadId{1}, Tick{2}, 3, called));
  auto first = pair.payload;
  REQUIRE(pair.write(ThreadId{1}, Tick{2}, 3, called));
  Event event;
  CHECK(pair.payload.size() < first.size());
  CHECK_FALSE(pair.decoder.decode(pair.payload, {}, {}, event).ok());
  CHECK(pair.decoder.decode(first, {}, {}, event).ok());
  CHECK(pair.decoder.decode(pair.payload, {}, {}, event).ok());
  pair.decoder.clear();
  CHECK_FALSE(pair.decoder.decode(pair.payload, {}, {}, event).ok());
}

TEST_CASE("disturbed records are decoded or refused, and every shortened one is refused") {
  std::mt19937 random{7};
  Pair pair;
  std::vector<u8> big(5000, 3), small(10, 4);
  Called called;
  called.call = some_call(5);
  called.entered_ns = 1;
  called.writes = {{GuestAddr{1}, big}, {GuestAddr{2}, small}};
  called.inputs.assign(6, {GuestAddr{3}, small});
  REQUIRE(pair.write(ThreadId{1}, Tick{2}, 3, called));
  std::vector<u8> good = pair.payload;
  Event event;
  for (std::size_t size = 0; size < good.size(); size++)
    CHECK_FALSE(BriefDecoder{}.decode(std::span{good}.first(size), pair.encoder.data(), {}, event).ok());
  for (int round = 0; round < 20000; round++) {
    std::vector<u8> bad = good;
    for (unsigned flips = 1 + random() % 4; flips > 0; flips--)
      bad[random() % bad.size()] ^= static_cast<u8>(1u << (random() % 8));
    auto result = BriefDecoder{}.decode(bad, pair.encoder.data(), {}, event);
    if (!result) CHECK_FALSE(result.error().text.empty());
  }
}

TEST_CASE("a brief record's header is told from padding and from other records'") {
  std::mt19937_64 random{11};
  for (int round = 0; round < 1000; round++) {
    u64 check = random();
    u32 bytes = static_cast<u32>(random() % (BriefHeader::most_bytes + 1));
    u32 header = BriefHeader::of(bytes, check);
    CHECK((header & 0xff) != 0);
    CHECK(BriefHeader::is_one(header));
    CHECK(BriefHeader::bytes_of(header) == bytes);
    CHECK(BriefHeader::fits(header, check));
    CHECK_FALSE(BriefHeader::fits(header ^ 2u << round % 19, check));
    CHECK_FALSE(BriefHeader::fits(header ^ 1, check));
  }
  CHECK_FALSE(BriefHeader::is_one(max_record_bytes));
}

TEST_CASE("events of all kinds come back from many segments, each of which begins anew") {
  TemporaryTape t;
  constexpr u32 rounds = 60'000;
  auto call_of = [](u32 i, std::vector<u8>& bytes) {
    Called called;
    called.call.number = 3 + i % 2;
    called.call.words[1] = 0x1000 + i;
    called.outcome = abi::Done{i};
    bytes.assign(i % 1000 == 0 ? 700 : i % 5, static_cast<u8>(i));
    called.writes = {{GuestAddr{0x1000 + i}, bytes}};
    return called;
  };
  std::vector<u8> bytes;
  {
    auto writer = t.writer();
    for (u32 i = 0; i < rounds; i++) {
      REQUIRE(writer->write(ThreadId{1}, Tick{u64{i} * 3}, 1000 + i, call_of(i, bytes)).ok());
      REQUIRE(writer->write(ThreadId{1}, Tick{u64{i} * 3}, 1000 + i, Switched{ThreadId{2}, Tick{i}}).ok());
      if (i % 7 == 0) REQUIRE(writer->write(ThreadId{1}, Tick{i}, 1000 + i, Digest{i}).ok());
    }
  }
  auto tape = t.open();
  CHECK(std::filesystem::exists(tape->directory() + "/streams/1/000002.seg"));
  auto reader = *tape->read(first_stream);
  REQUIRE((*reader->next())->as<StreamBegan>() != nullptr);
  u32 wrong = 0;
  for (u32 i = 0; i < rounds; i++) {
    const Event* event = *reader->next();
    REQUIRE(event != nullptr);
    const auto* called = event->as<Called>();
    REQUIRE(called != nullptr);
    Called expected = call_of(i, bytes);
    wrong += event->tick != Tick{u64{i} * 3} || event->ns != 1000 + i || called->call.number != expected.call.number ||
             called->call.words != expected.call.words || called->outcome != expected.outcome ||
             !are_same(called->writes, expected.writes);
    event = *reader->next();
    REQUIRE(event != nullptr);
    REQUIRE(event->as<Switched>() != nullptr);
    wrong += event->as<Switched>()->to_tick != Tick{i};
    if (i % 7 != 0) continue;
    event = *reader->next();
    REQUIRE(event != nullptr);
    REQUIRE(event->as<Digest>() != nullptr);
    wrong += event->as<Digest>()->value != i;
  }
  CHECK(wrong == 0);
  CHECK(*reader->next() == nullptr);
}

TEST_CASE("a turn of threads and the event after it are one record where that says all, and two events always") {
  TemporaryTape t;
  constexpr u32 rounds = 30'000;
  const ThreadId threads[] = {ThreadId{4}, ThreadId{9}};
  // Which of the two threads goes on, how far the one before had come since its last event, and with what.
  struct Turn {
    u64 from_tick, tick;
    bool brief;
    u32 data;
  };
  std::mt19937 random{21};
  std::vector<Turn> turns;
  u64 ticks[2] = {100, 200};
  for (u32 i = 0; i < rounds; i++) {
    if (random() % 10 == 0) ticks[i % 2] += random() % 50;  // where it stands has no event of its own
    u64 from_tick = ticks[i % 2];
    ticks[1 - i % 2] += random() % 30;
    turns.push_back({from_tick, ticks[1 - i % 2], random() % 50 != 0,
                     random() % 100 == 0 ? 5000u : static_cast<u32>(random() % 4)});
  }
  std::vector<u8> pool(5000, 7);
  auto call_of = [&](const Turn& turn) {
    Called called;
    called.call.number = 240;
    called.outcome = abi::Done{turn.data};
    called.writes = {{GuestAddr{0x1000}, std::span{pool}.first(turn.data)}};
    return called;
  };
  u64 written = 0;
  {
    auto writer = t.writer();
    for (u32 i = 0; i < rounds; i++) {
      const Turn& turn = turns[i];
      ThreadId from = threads[i % 2], to = threads[1 - i % 2];
      writer->note_switch(from, Tick{turn.from_tick}, Switched{to, Tick{turn.tick}});
      if (turn.brief)
        REQUIRE(writer->write(to, Tick{turn.tick}, 1000 + i, call_of(turn)).ok());
      else
        REQUIRE(writer->write(to, Tick{turn.tick}, 1000 + i, Digest{i}).ok());
    }
    written = writer->next_index();
  }
  CHECK(written == 1 + 2 * rounds);
  auto reader = *t.open()->read(first_stream);
  REQUIRE(*reader->next() != nullptr);
  u32 wrong = 0;
  for (u32 i = 0; i < rounds; i++) {
    const Turn& turn = turns[i];
    ThreadId from = threads[i % 2], to = threads[1 - i % 2];
    const Event* event = *reader->next();
    REQUIRE(event != nullptr);
    REQUIRE(event->as<Switched>() != nullptr);
    wrong += event->thread != from || event->tick != Tick{turn.from_tick} || event->ns != 1000 + i ||
             event->as<Switched>()->to != to || event->as<Switched>()->to_tick != Tick{turn.tick} ||
             event->index != 1 + 2 * i;
    event = *reader->next();
    REQUIRE(event != nullptr);
    wrong += event->thread != to || event->tick != Tick{turn.tick} || event->index != 2 + 2 * i;
    if (turn.brief)
      wrong += event->as<Called>() == nullptr || !are_same(event->as<Called>()->writes, call_of(turn).writes);
    else
      wrong += event->as<Digest>() == nullptr || event->as<Digest>()->value != i;
  }
  CHECK(wrong == 0);
  CHECK(*reader->next() == nullptr);
  // Those that are passed over are counted.
  auto others = *t.open()->read(first_stream, Reading::but_brief);
  u64 last = 0;
  while (const Event* event = *others->next()) last = event->index;
  for (u32 i = rounds; i-- > 0;)
    if (!turns[i].brief) {
      CHECK(last == 2 + 2 * i);
      break;
    }
}
