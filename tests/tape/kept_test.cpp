// Bytes that a record refers to: they come back with their event, and what is wrong with them is said.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "core/tape/xxh3.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

constexpr u64 device = 5, inode = 7;

struct KeptTape : TemporaryTape {
  ReadCall before{1, 1000}, kept{2, 5000}, after{3, 1000};
  std::string file = path + "/files/" + kept_name(device, inode);

  // Of three calls, the second one's bytes are elsewhere, behind 100 others.
  explicit KeptTape(bool compressed) {
    std::ofstream{file, std::ios::binary} << std::string(100, 'x') << std::string(kept.bytes.begin(), kept.bytes.end());
    auto writer = this->writer();
    REQUIRE(writer->write(ThreadId{5}, Tick{1}, 1, before.called).ok());
    writer->refer(kept.bytes, {device, inode, 100, kept.bytes.size(), xxh3(kept.bytes)});
    REQUIRE(writer->write(ThreadId{5}, Tick{2}, 2, kept.called).ok());
    REQUIRE(writer->write(ThreadId{5}, Tick{3}, 3, after.called).ok());
    writer.reset();
    if (compressed) session->compress_all();
  }
  // The three, as far as they can be read.
  std::vector<Event> events(std::string& error) const {
    std::vector<Event> all;
    auto reader = *open()->read(first_stream);
    for (auto event = reader->next();; event = reader->next()) {
      if (!event) error = event.error().text;
      if (!event || *event == nullptr) return all;
      if ((*event)->as<Called>()) all.push_back(**event);
    }
  }
  std::string error_with_one_event() const {
    std::string error;
    CHECK(events(error).size() == 1);
    return error;
  }
};

}  // namespace

TEST_CASE("kept bytes come back with their event, and outlive the reader") {
  for (bool compressed : {false, true}) {
    KeptTape t(compressed);
    std::string error;
    auto events = t.events(error);
    CHECK(error == "");
    REQUIRE(events.size() == 3);
    std::size_t i = 0;
    for (const ReadCall* call : {&t.before, &t.kept, &t.after})
      CHECK(copy_of(events[i++].as<Called>()->writes[0].bytes) == call->bytes);
  }
}

TEST_CASE("a segment does not hold what its records refer to") {
  KeptTape t(true);
  CHECK(std::filesystem::file_size(t.segment(1, "000000.zst")) < t.kept.bytes.size() / 2);
}

TEST_CASE("kept bytes that are damaged, cut off or missing") {
  KeptTape t(false);
  std::fstream{t.file, std::ios::in | std::ios::out}.seekp(3000).put('?');
  std::string error = t.error_with_one_event();
  CHECK(error.find("damaged between 100 and 5100") != std::string::npos);
  CHECK(error.find("(event 2)") != std::string::npos);
  std::filesystem::resize_file(t.file, 3000);
  CHECK(t.error_with_one_event().find("cut off") != std::string::npos);
  std::filesystem::remove(t.file);
  CHECK(t.error_with_one_event().find("can't be opened: No such file") != std::string::npos);
}

TEST_CASE("who reads without compact records needs no kept bytes") {
  KeptTape t(false);
  std::filesystem::remove(t.file);
  auto reader = *t.open()->read(first_stream, Reading::but_brief);
  REQUIRE(reader->next().ok());
  auto end = reader->next();
  REQUIRE(end.ok());
  CHECK(*end == nullptr);
}
