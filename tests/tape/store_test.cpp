// The store: one copy per content, whatever happens to the file afterwards.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "core/tape/store.h"
#include "tests/tape/fixture.h"

using namespace sigtape;
using namespace sigtape::tape;

namespace {

OwnedFd make_file(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary | std::ios::trunc} << text;
  return OwnedFd{open(path.c_str(), O_RDONLY)};
}
std::string text_of(const FileStore::Kept& kept) {
  auto bytes = *read_some(kept.fd.get(), 0, kept.file.bytes + 1);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a stored file keeps its content when the original changes") {
  TemporaryTape t;
  FileStore store{t.session->descriptors().files};
  std::string path = t.parent + "/f";
  auto file = make_file(path, "first");
  auto kept = *store.keep(file.host(), path, 0, 5);
  CHECK(kept.file.bytes == 5);
  make_file(path, "other");
  CHECK(text_of(kept) == "first");
  auto again = *store.keep(file.host(), path, 0, 5);
  CHECK(text_of(again) == "other");
  CHECK_FALSE(again.file.hash == kept.file.hash);
  CHECK((*t.open()->stored(kept.file.hash)).ends_with(kept.file.hash.text()));
}

TEST_CASE("equal contents are stored once") {
  TemporaryTape t;
  FileStore store{t.session->descriptors().files};
  auto a = make_file(t.parent + "/a", "same"), b = make_file(t.parent + "/b", "same");
  auto kept_a = *store.keep(a.host(), "/a", 0, 4), kept_b = *store.keep(b.host(), "/b", 0, 4);
  struct stat sa {}, sb {};
  fstat(kept_a.fd.get(), &sa);
  fstat(kept_b.fd.get(), &sb);
  CHECK(sa.st_ino == sb.st_ino);
  CHECK(kept_b.file.path == "/b");
}

TEST_CASE("a file at rest is known by its stat") {
  TemporaryTape t;
  FileStore store{t.session->descriptors().files};
  OwnedFd file{open("/proc/self/exe", O_RDONLY)};
  struct stat status {};
  fstat(file.get(), &status);
  auto first = *store.keep(file.host(), "/exe", 0, 10);
  auto second = *store.keep(file.host(), "/exe", 0, 10);
  CHECK(first.file.hash == second.file.hash);
  CHECK(second.file.bytes == static_cast<u64>(status.st_size));
}
