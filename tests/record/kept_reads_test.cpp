// The copies of files that are read: they grow in order, by one process at a time, and never say what was not read.
#include "record/kept_reads.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "core/tape/xxh3.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::record;

namespace {

constexpr tape::FileKey file{1, 2};

struct Fixture : tape::TemporaryTape {
  KeptReads reads;
  std::vector<u8> content = std::vector<u8>(300'000);

  Fixture() {
    for (std::size_t i = 0; i < content.size(); i++) content[i] = static_cast<u8>(i * i >> 7);
    use(reads);
  }
  void use(KeptReads& some) {
    some.use(
        session->descriptors().files, [](int fd) -> Result<HostFd> { return HostFd{fd}; },
        [](HostFd fd) { close(fd.value); });
  }
  std::span<const u8> part(u64 from, u64 count) const { return std::span{content}.subspan(from, count); }
  // True where an answer came, which then has to be right.
  bool keeps(KeptReads& some, u64 position, std::span<const u8> bytes, tape::FileKey of = file) {
    auto kept = some.keep(of, position, bytes);
    if (!kept) return false;
    tape::KeptFiles files;
    auto back = files.read(path, *kept);
    REQUIRE(back.ok());
    CHECK(std::ranges::equal(*back, bytes));
    return true;
  }
  bool keeps(u64 position, std::span<const u8> bytes) { return keeps(reads, position, bytes); }
  u64 stored() const { return std::filesystem::file_size(path + "/files/" + tape::kept_name(file.device, file.inode)); }
};

bool in_child(const std::function<bool()>& what) {
  pid_t pid = fork();
  if (pid == 0) _exit(what() ? 0 : 1);
  int status = 0;
  waitpid(pid, &status, 0);
  return status == 0;
}

}  // namespace

TEST_CASE("a file is kept once, in whatever pieces it is read again") {
  Fixture f;
  for (u64 at = 0; at < f.content.size(); at += 100'000) CHECK(f.keeps(at, f.part(at, 100'000)));
  CHECK(f.stored() == f.content.size());
  CHECK(f.keeps(0, f.content));
  CHECK(f.keeps(123, f.part(123, 5000)));
  CHECK(f.stored() == f.content.size());
}

TEST_CASE("a piece that overlaps the copy's end adds the rest") {
  Fixture f;
  CHECK(f.keeps(0, f.part(0, 10'000)));
  CHECK(f.keeps(5000, f.part(5000, 10'000)));
  CHECK(f.stored() == 15'000);
}

TEST_CASE("other content, holes and files that are too long have no answer") {
  Fixture f;
  CHECK(f.keeps(0, f.part(0, 10'000)));
  CHECK_FALSE(f.keeps(0, f.part(1, 10'000)));
  CHECK_FALSE(f.keeps(5000, f.part(5001, 10'000)));
  CHECK_FALSE(f.keeps(20'000, f.part(20'000, 5000)));
  CHECK_FALSE(f.keeps(u64{1} << 40, f.part(0, 5000)));
  CHECK(f.stored() == 10'000);
}

TEST_CASE("one process at a time makes a copy longer; all may use it") {
  Fixture f;
  CHECK(f.keeps(0, f.part(0, 10'000)));
  KeptReads other;
  f.use(other);
  CHECK(f.keeps(other, 2000, f.part(2000, 5000)));
  CHECK_FALSE(f.keeps(other, 10'000, f.part(10'000, 5000)));
  CHECK(f.keeps(10'000, f.part(10'000, 5000)));
  CHECK(f.keeps(other, 10'000, f.part(10'000, 5000)));
  f.reads.forget();
  CHECK(f.keeps(other, 15'000, f.part(15'000, 5000)));
}

TEST_CASE("a forked child leaves its parent's copies alone") {
  Fixture f;
  CHECK(f.keeps(0, f.part(0, 10'000)));
  CHECK(in_child([&] {
    f.reads.forget();
    return f.keeps(0, f.part(0, 10'000)) && !f.keeps(10'000, f.part(10'000, 5000));
  }));
  CHECK(f.keeps(10'000, f.part(10'000, 5000)));
}

TEST_CASE("more files than stay open") {
  Fixture f;
  for (u64 round = 0; round < 2; round++)
    for (u64 inode = 10; inode < 30; inode++)
      CHECK(f.keeps(f.reads, round * 5000, f.part(round * 5000, 5000), {1, inode}));
}
