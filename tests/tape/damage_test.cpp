// Damaged, cut and hostile tapes: one clear sentence, and everything before the damage.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <random>

#include "core/tape/format.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

struct Outcome {
  u32 events = 0;
  std::string error;
};
Outcome read_all(const std::string& path, StreamId stream = first_stream) {
  auto tape = Tape::open(path);
  if (!tape) return {0, tape.error().text};
  auto reader = (*tape)->read(stream);
  if (!reader) return {0, reader.error().text};
  Outcome outcome;
  for (;;) {
    auto event = (*reader)->next();
    if (!event) {
      outcome.error = event.error().text;
      return outcome;
    }
    if (*event == nullptr) return outcome;
    outcome.events++;
  }
}
std::string slurp(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}
void spit(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary | std::ios::trunc}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
// 100 calls in one closed or open segment.
void fill(TemporaryTape& t, bool compressed) {
  auto writer = t.writer();
  for (u32 i = 0; i < 100; i++) REQUIRE(writer->write(ThreadId{5}, Tick{i}, i, ReadCall{i, 300}.called).ok());
  writer.reset();
  if (compressed) t.session->compress_all();
}
bool mentions(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what is no tape is named so") {
  CHECK(mentions(read_all("/usr").error, "is not a tape"));
  CHECK(mentions(read_all("/nonexistent").error, "is not a tape"));
  TemporaryTape t;
  CHECK(mentions(read_all(t.path, StreamId{44}).error, "has no stream 44"));
  spit(t.path + "/header", "nonsense that is long enough for a header");
  CHECK(mentions(read_all(t.path).error, "is not the header of a tape"));
}

TEST_CASE("a header with a flipped byte, cut off, or from the future") {
  TemporaryTape t;
  std::string good = slurp(t.path + "/header"), bad = good;
  bad[good.size() - 3] ^= 1;
  spit(t.path + "/header", bad);
  CHECK(mentions(read_all(t.path).error, "checksum"));
  spit(t.path + "/header", good.substr(0, good.size() - 1));
  CHECK(mentions(read_all(t.path).error, "cut off"));
  bad = good;
  bad[8] = 99;
  spit(t.path + "/header", bad);
  CHECK(mentions(read_all(t.path).error, "later sigtape"));
}

TEST_CASE("a cut raw segment is readable up to the cut") {
  TemporaryTape t;
  fill(t, false);
  std::filesystem::resize_file(t.segment(), 20'000);
  auto outcome = read_all(t.path);
  CHECK(outcome.events > 10);
  CHECK(outcome.events < 100);
  CHECK(mentions(outcome.error, "000000.seg"));
  CHECK(mentions(outcome.error, "cut off at offset"));
}

TEST_CASE("a process that was killed before it wrote leaves no stream") {
  TemporaryTape t;
  fill(t, false);
  std::filesystem::path empty = std::filesystem::path(t.segment(1, "")).parent_path() / "2" / "000000.seg";
  std::filesystem::create_directory(empty.parent_path());
  std::ofstream(empty).close();
  for (std::size_t bytes : {0, 128 << 10}) {
    std::filesystem::resize_file(empty, bytes);
    CHECK(t.open()->streams() == std::vector{first_stream});
    t.session->compress_all();
    CHECK(t.open()->streams() == std::vector{first_stream});
  }
}

TEST_CASE("a cut compressed segment is readable up to the cut") {
  TemporaryTape t;
  auto writer = t.writer();
  std::mt19937 random{1};
  for (u32 i = 0; i < 1000; i++) {
    ReadCall call{i, 300};
    for (u8& byte : call.bytes) byte = static_cast<u8>(random());
    REQUIRE(writer->write(ThreadId{5}, Tick{i}, i, call.called).ok());
  }
  writer.reset();
  t.session->compress_all();
  std::string segment = t.segment(1, "000001.zst");
  std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 20'000);
  auto outcome = read_all(t.path);
  CHECK(outcome.events > 300);
  CHECK(outcome.events < 1001);
  CHECK(mentions(outcome.error, "000001.zst"));
}

TEST_CASE("a flipped byte is found by checksum, in both forms") {
  for (bool compressed : {false, true}) {
    TemporaryTape t;
    fill(t, compressed);
    std::string name = t.segment(1, compressed ? "000000.zst" : "000000.seg");
    std::string bytes = slurp(name);
    bytes[compressed ? bytes.size() - 10 : 20'000] ^= 0x40;
    spit(name, bytes);
    auto outcome = read_all(t.path);
    CHECK(outcome.events < 101);
    CHECK(mentions(outcome.error, "damaged"));
  }
}

TEST_CASE("a missing segment is named") {
  TemporaryTape t;
  auto writer = t.writer();
  for (u32 i = 0; i < 2000; i++) REQUIRE(writer->write(ThreadId{5}, Tick{i}, i, ReadCall{i, 300}.called).ok());
  std::filesystem::remove(t.segment(1, "000001.seg"));
  auto outcome = read_all(t.path);
  CHECK(outcome.events > 0);
  CHECK(mentions(outcome.error, "segment 1 is missing"));
}

TEST_CASE("hostile lengths are refused without the memory that they ask for") {
  TemporaryTape t;
  fill(t, false);
  std::string good = slurp(t.segment());
  auto with = [&](std::size_t offset, auto value) {
    std::string bad = good;
    std::memcpy(bad.data() + offset, &value, sizeof value);
    spit(t.segment(), bad);
    return read_all(t.path).error;
  };
  CHECK(mentions(with(offsetof(SegmentHeader, committed), ~u64{0}), "damaged at offset"));
  CHECK(mentions(with(sizeof(SegmentHeader), ~u32{0} >> 1), "a record of 2147483647 bytes"));
  CHECK(mentions(with(sizeof(SegmentHeader), u32{1} << 28), "cut off"));
  CHECK(mentions(with(offsetof(SegmentHeader, version), u32{77}), "format 77"));
  CHECK(mentions(with(0, u32{0}), "is not a segment"));
}

TEST_CASE("flipped bits anywhere give an error or fewer events, never a crash") {
  for (bool compressed : {false, true}) {
    TemporaryTape t;
    fill(t, compressed);
    std::string name = t.segment(1, compressed ? "000000.zst" : "000000.seg");
    std::string good = slurp(name);
    std::mt19937 random{42};
    for (int round = 0; round < 300; round++) {
      std::string bad = good;
      std::size_t where = round < 100 ? random() % 300 : random() % std::min<std::size_t>(bad.size(), 40'000);
      bad[where] ^= static_cast<char>(1 + random() % 255);
      spit(name, bad);
      auto outcome = read_all(t.path);
      if (outcome.error.empty()) CHECK(outcome.events <= 101);
    }
  }
}


TEST_CASE("a writer that is killed leaves all that it wrote") {
  TemporaryTape t;
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto writer = t.writer();
    for (u32 i = 0; i < 1000; i++)
      if (!writer->write(ThreadId{5}, Tick{i}, i, ReadCall{i, 300}.called)) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK(read_all(t.path).events == 1001);
  t.session->compress_all();
  CHECK(read_all(t.path).events == 1001);
  CHECK_FALSE(std::filesystem::exists(t.segment(1, "000001.seg")));
}

TEST_CASE("a full disk ends the stream with a note, and what was written stays") {
  std::string pattern = (std::filesystem::temp_directory_path() / "sigtape-full-XXXXXX").string();
  std::string directory = mkdtemp(pattern.data());
  if (mount("none", directory.c_str(), "tmpfs", 0, "size=1m") != 0) {
    MESSAGE("skipped: a small file system can't be mounted here");
    std::filesystem::remove(directory);
    return;
  }
  {
    TemporaryTape t{directory};
    auto writer = t.writer();
    u32 written = 0;
    Result<void> result;
    for (; written < 100'000 && result.ok(); written++)
      result = writer->write(ThreadId{5}, Tick{written}, written, ReadCall{written, 300}.called);
    REQUIRE_FALSE(result.ok());
    CHECK(mentions(result.error().text, "No space left"));
    CHECK(t.session->page().stop.load() == Stop::disk_full);
    auto outcome = read_all(t.path);
    CHECK(outcome.error.empty());
    CHECK(outcome.events == 1 + (written - 1) + 1);
    auto reader = *t.open()->read(first_stream);
    Event last;
    while (const Event* event = *reader->next()) last = *event;
    REQUIRE(last.as<Note>() != nullptr);
    CHECK(last.as<Note>()->kind == NoteKind::disk_full);
    // Once failed, always failed.
    CHECK_FALSE(writer->write(ThreadId{5}, Tick{}, 0, Started{}).ok());
  }
  umount2(directory.c_str(), MNT_DETACH);
  std::filesystem::remove(directory);
}
