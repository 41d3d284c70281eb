// The memory digest depends on what the guest can see, and on nothing else.
#include "core/mem/digest.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/mem/space.h"

using namespace sigtape;
using namespace sigtape::mem;

namespace {
constexpr Prot rw{.read = true, .write = true};
std::unique_ptr<Space> space_with(u32 at, u32 bytes) {
  auto space = *Space::reserve();
  REQUIRE(space->map_anonymous(GuestAddr{at}, bytes, rw, Sharing::private_, "") == 0);
  return space;
}
}  // namespace

TEST_CASE("untouched, read and zeroed pages have the same digest") {
  auto a = space_with(0x10000, 0x4000), b = space_with(0x10000, 0x4000);
  CHECK(a->load<u32>(GuestAddr{0x10000}) == 0u);
  a->store<u32>(GuestAddr{0x11000}, 5);
  CHECK(digest(*a) != digest(*b));
  a->store<u32>(GuestAddr{0x11000}, 0);
  CHECK(digest(*a) == digest(*b));
}

TEST_CASE("the same bytes on another page, other bounds and protections differ") {
  auto a = space_with(0x10000, 0x4000), b = space_with(0x10000, 0x4000);
  a->store<u32>(GuestAddr{0x11000}, 5);
  b->store<u32>(GuestAddr{0x12000}, 5);
  CHECK(digest(*a) != digest(*b));
  b = space_with(0x10000, 0x4000);
  b->store<u32>(GuestAddr{0x11000}, 5);
  CHECK(digest(*a) == digest(*b));
  b->protect(GuestAddr{0x13000}, 0x1000, Prot{.read = true});
  CHECK(digest(*a) != digest(*b));
  b->unmap(GuestAddr{0x13000}, 0x1000);
  a->unmap(GuestAddr{0x13000}, 0x1000);
  CHECK(digest(*a) == digest(*b));
}

TEST_CASE("a private file mapping counts from when it can be written") {
  auto space = space_with(0x10000, 0x1000);
  int fd = memfd_create("test", 0);
  REQUIRE(write(fd, "text", 4) == 4);
  Mapping label{.device = 1, .inode = 7, .name = "/f"};
  Prot ro{.read = true};
  REQUIRE(space->map_file(GuestAddr{0x20000}, 0x1000, ro, Sharing::private_, HostFd{fd}, 0, 4, label) == 0);
  u64 before = digest(*space);
  REQUIRE(pwrite(fd, "TEXT", 4, 0) == 4);
  CHECK(digest(*space) == before);
  space->protect(GuestAddr{0x20000}, 0x1000, rw);
  space->store<u8>(GuestAddr{0x20000}, 'x');
  u64 written = digest(*space);
  space->store<u8>(GuestAddr{0x20000}, 'y');
  CHECK(digest(*space) != written);
  close(fd);
}
