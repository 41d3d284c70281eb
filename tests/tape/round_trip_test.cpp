// What is written to a tape is read from it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>

#include "core/tape/processes.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

template <class T>
T read_back(const T& written) {
  TemporaryTape t;
  auto writer = t.writer();
  REQUIRE(writer->write(ThreadId{5}, Tick{77}, 123, written).ok());
  auto reader = *t.open()->read(first_stream);
  REQUIRE((*reader->next())->as<StreamBegan>() != nullptr);
  const Event* event = *reader->next();
  REQUIRE(event != nullptr);
  CHECK(event->index == 1);
  CHECK(event->thread == ThreadId{5});
  CHECK(event->tick == Tick{77});
  CHECK(event->ns == 123);
  REQUIRE(event->as<T>() != nullptr);
  return *event->as<T>();
}

}  // namespace

TEST_CASE("the header comes back") {
  TemporaryTape t;
  auto tape = t.open();
  CHECK(tape->header().command == std::vector<std::string>{"prog", "argument"});
  CHECK(tape->header().delivery == "safe");
  CHECK(tape->header().seed == 7);
  CHECK_FALSE(tape->closed());
  t.session->close();
  CHECK(tape->closed());
}

TEST_CASE("an image comes back") {
  ImageBegan w;
  w.image.path = "/bin/x";
  w.image.arguments = {"x", "", "\xff\n"};
  w.image.environment = {"A=b"};
  w.image.random[31] = 9;
  w.image.pid = 12;
  w.image.data_limit = 5;
  w.image.mask.add(os::Signal{64});
  w.image.ignored.add(os::Signal{1});
  auto r = read_back(w).image;
  CHECK(r.path == w.image.path);
  CHECK(r.arguments == w.image.arguments);
  CHECK(r.environment == w.image.environment);
  CHECK(r.random == w.image.random);
  CHECK(r.pid == 12);
  CHECK(r.data_limit == 5);
  CHECK(r.mask == w.image.mask);
  CHECK(r.ignored == w.image.ignored);
}

TEST_CASE("a call with small and big data comes back") {
  ReadCall w{3, 200'000};
  std::vector<u8> small{1, 2, 3};
  w.called.writes.push_back({GuestAddr{0x9000}, small});
  w.called.output = Output::standard_error;
  w.called.output_bytes = {w.bytes, small};
  w.called.child_stream = StreamId{8};
  w.called.unsupported = true;
  w.called.unsupported_what = "ioctl 0x1234";
  MappedFile mapped;
  mapped.at = GuestAddr{0x4000};
  mapped.bytes = 8192;
  mapped.exec = true;
  mapped.file.hash = {1, 2};
  mapped.file.path = "/lib/libc.so.6";
  w.called.mapped = mapped;
  TemporaryTape t;
  auto writer = t.writer();
  REQUIRE(writer->write(ThreadId{5}, Tick{77}, 123, w.called).ok());
  auto reader = *t.open()->read(first_stream);
  (void)*reader->next();
  Event copy = **reader->next();  // stays good without its reader
  reader.reset();
  const Called& r = *copy.as<Called>();
  CHECK(r.call.words == w.called.call.words);
  CHECK(r.call.pc == w.called.call.pc);
  CHECK(r.outcome == w.called.outcome);
  REQUIRE(r.writes.size() == 2);
  CHECK(r.writes[0].at == GuestAddr{0x1000});
  CHECK(std::vector<u8>(r.writes[0].bytes.begin(), r.writes[0].bytes.end()) == w.bytes);
  CHECK(std::vector<u8>(r.writes[1].bytes.begin(), r.writes[1].bytes.end()) == small);
  REQUIRE(r.output_bytes.size() == 2);
  CHECK(r.output_bytes[0].size() == 200'000);
  CHECK(r.output == Output::standard_error);
  CHECK(r.child_stream == StreamId{8});
  CHECK(r.unsupported_what == "ioctl 0x1234");
  REQUIRE(r.mapped.has_value());
  CHECK(r.mapped->bytes == 8192);
  CHECK(r.mapped->exec);
  CHECK(r.mapped->file.hash == ContentHash{1, 2});
  CHECK(r.mapped->file.path == "/lib/libc.so.6");
}

TEST_CASE("every outcome comes back") {
  Called w;
  for (abi::Outcome outcome : {abi::Outcome{abi::Done{1, 2}}, abi::Outcome{abi::Failed{4}},
                               abi::Outcome{abi::NotDone{}}, abi::Outcome{abi::Gone{}}}) {
    w.outcome = outcome;
    CHECK(read_back(w).outcome == outcome);
  }
}

TEST_CASE("signals come back") {
  SignalDelivered w;
  w.info.signal = os::Signal{34};
  w.info.value = ~u64{0};
  w.info.synchronous = true;
  w.info.captured_ns = 99;
  w.action.handler = 0x8001;
  w.action.mask = os::SigSet::all();
  w.action.restart = w.action.nocldwait = true;
  w.frame = GuestAddr{0xbeef0000};
  auto r = read_back(w);
  CHECK(r.info.signal == w.info.signal);
  CHECK(r.info.value == w.info.value);
  CHECK(r.info.synchronous);
  CHECK(r.info.captured_ns == 99);
  CHECK(r.action.handler == 0x8001);
  CHECK(r.action.mask == w.action.mask);
  CHECK(r.action.restart);
  CHECK(r.action.nocldwait);
  CHECK_FALSE(r.action.onstack);
  CHECK(r.frame == w.frame);
  CHECK(read_back(SignalTaken{w.info}).info.signal == w.info.signal);
}

TEST_CASE("threads, switches, ends, digests and notes come back") {
  CHECK(read_back(Switched{ThreadId{9}, Tick{10}}).to_tick == Tick{10});
  CHECK(read_back(ThreadStarted{ThreadId{3}, true}).vfork_child);
  CHECK(read_back(ExecBegan{"/bin/true", true, StreamId{4}, 5}).path == "/bin/true");
  Ended end{{outside::EndKind::signal, 11, true}, false, 17};
  CHECK(read_back(end).end.status == 11);
  CHECK(read_back(end).digest == 17);
  CHECK(read_back(Digest{3}).value == 3);
  CHECK(read_back(Note{NoteKind::timeout, "after 3 s"}).text == "after 3 s");
  ProgramOpened refused{"/x", {}, "no such file"};
  CHECK_FALSE(read_back(refused).file.has_value());
  CHECK(read_back(refused).refusal == "no such file");
}

TEST_CASE("a call takes its inputs from where it was entered, segments later") {
  TemporaryTape t;
  auto writer = t.writer();
  std::string path = "/etc/passwd";
  Entered entered;
  entered.inputs.push_back({GuestAddr{0x100}, {reinterpret_cast<const u8*>(path.data()), path.size() + 1}});
  REQUIRE(writer->write(ThreadId{5}, Tick{1}, 1, entered).ok());
  for (int i = 0; i < 40; i++) REQUIRE(writer->write(ThreadId{6}, Tick{1}, 1, ReadCall{3, 10'000}.called).ok());
  Called called;
  called.entered = true;
  REQUIRE(writer->write(ThreadId{5}, Tick{1}, 1, called).ok());
  auto reader = *t.open()->read(first_stream);
  Event last;
  while (const Event* event = *reader->next()) last = *event;
  REQUIRE(last.as<Called>()->inputs.size() == 1);
  CHECK(std::memcmp(last.as<Called>()->inputs[0].bytes.data(), path.c_str(), path.size() + 1) == 0);
}

TEST_CASE("many segments, compressed or not, read the same") {
  TemporaryTape t;
  auto writer = t.writer();
  for (u32 i = 0; i < 3000; i++) REQUIRE(writer->write(ThreadId{5}, Tick{i}, i, ReadCall{i, i}.called).ok());
  auto check = [&] {
    auto reader = *t.open()->read(first_stream);
    u32 i = 0;
    (void)*reader->next();
    for (; const Event* event = *reader->next(); i++) {
      REQUIRE(event->tick == Tick{i});
      REQUIRE(event->as<Called>()->writes[0].bytes.size() == i);
    }
    CHECK(i == 3000);
  };
  check();
  CHECK(t.session->compress_some(1) == 1);
  check();
  writer.reset();
  t.session->compress_all();
  CHECK_FALSE(std::filesystem::exists(t.segment()));
  CHECK(std::filesystem::exists(t.segment(1, "000000.zst")));
  check();
}

TEST_CASE("segments that would not get smaller stay as they are, and read the same") {
  TemporaryTape t;
  auto writer = t.writer();
  std::mt19937 random(1);
  std::vector<u8> noise(100 << 10);
  std::ranges::generate(noise, [&] { return static_cast<u8>(random()); });
  ReadCall one{0, noise.size()};
  one.called.writes[0].bytes = noise;
  for (u32 i = 0; i < 20; i++) REQUIRE(writer->write(ThreadId{5}, Tick{i}, i, one.called).ok());
  writer.reset();
  auto bytes_of_noise = [&] {
    u64 bytes = 0;
    auto reader = *t.open()->read(first_stream);
    while (const Event* event = *reader->next())
      if (const auto* called = event->as<Called>()) {
        CHECK(std::ranges::equal(called->writes[0].bytes, noise));
        bytes += noise.size();
      }
    return bytes;
  };
  CHECK(bytes_of_noise() == 20 * noise.size());
  for (int times = 0; times < 2; times++) {
    t.session->compress_all();
    CHECK(bytes_of_noise() == 20 * noise.size());
    u64 on_disk = 0, kept = 0;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(t.segment()).parent_path())) {
      on_disk += std::filesystem::file_size(file);
      kept += file.path().extension() == ".seg";
    }
    CHECK(kept > 0);
    CHECK(on_disk < 20 * noise.size() + (64 << 10));
  }
}

TEST_CASE("streams are merged by time") {
  TemporaryTape t;
  auto a = t.writer(StreamId{1}), b = t.writer(StreamId{2}, Origin::fork);
  u64 base = ~u64{0} / 2;  // after the streams' own beginnings
  for (u32 i = 0; i < 10; i++) REQUIRE((i % 3 ? a : b)->write(ThreadId{}, Tick{i}, base + i, Started{}).ok());
  auto merged = *MergedReader::open(t.open());
  std::vector<u64> ticks;
  for (auto item = merged->next(); item.event != nullptr; item = merged->next())
    if (item.event->as<Started>()) ticks.push_back(item.event->tick.value);
  CHECK(ticks == std::vector<u64>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("processes are followed through fork, vfork and exec") {
  TemporaryTape t;
  auto first = t.writer();
  ImageBegan image;
  image.image.arguments = {"sh"};
  u64 now = ~u64{0} / 2;
  REQUIRE(first->write(ThreadId{100}, Tick{}, now, image).ok());
  REQUIRE(first->write(ThreadId{101}, Tick{}, now + 1, ThreadStarted{ThreadId{100}, true}).ok());
  Entered exec;
  exec.arguments = {"ls", "-l"};
  REQUIRE(first->write(ThreadId{101}, Tick{}, now + 2, exec).ok());
  REQUIRE(first->write(ThreadId{101}, Tick{}, now + 3, ExecBegan{"/bin/ls", true, {}, 0}).ok());
  REQUIRE(first->write(ThreadId{100}, Tick{}, now + 4, Ended{{outside::EndKind::exit, 3, false}, false, 0}).ok());
  auto processes = processes_of(t.open());
  REQUIRE(processes.all.size() == 2);
  CHECK(processes.all[0].images.size() == 1);
  REQUIRE(processes.all[0].end.has_value());
  CHECK(processes.all[0].end->status == 3);
  CHECK(processes.all[1].pid == 101);
  CHECK(processes.all[1].parent == 0u);
  REQUIRE(processes.all[1].images.size() == 2);
  CHECK(processes.all[1].images[1].native);
  CHECK(processes.all[1].images[1].arguments == std::vector<std::string>{"ls", "-l"});
  CHECK_FALSE(processes.all[1].end.has_value());
}

TEST_CASE("without compact records the others come with their numbers") {
  TemporaryTape t;
  auto writer = t.writer();
  Called plain, output;
  std::vector<u8> bytes{'x'};
  output.output = Output::standard_output;
  output.output_bytes = {bytes};
  for (u32 i = 1; i < 100; i++) REQUIRE(writer->write(ThreadId{5}, Tick{i}, i, i % 10 ? plain : output).ok());
  auto reader = *t.open()->read(first_stream, Reading::but_brief);
  REQUIRE((*reader->next())->as<StreamBegan>() != nullptr);
  u64 expected = 10;
  for (; const Event* event = *reader->next(); expected += 10) {
    CHECK(event->index == expected);
    CHECK(event->as<Called>()->output == Output::standard_output);
  }
  CHECK(expected == 100);
}
