// Linux memory calls: results and errors as the kernel's, where the kernel decides without a file.
#include "tests/helpers/scripted_outside.h"
#include "tests/helpers/small_elf.h"

using namespace sigtape;
using test::SmallElf;

namespace {

enum : u32 { brk = 45, munmap = 91, mprotect = 125, mremap = 163, mmap2 = 192, mincore = 219, madvise = 220 };
enum : u32 {
  read_write = 3,
  shared = 1,
  private_ = 2,
  fixed = 16,
  anonymous = 32,
  growsdown = 0x100,
  noreplace = 0x100000
};
constexpr u32 page = 4096;

struct Started : test::LinuxGuest {
  Started() {
    SmallElf elf;
    outside.next_image.path = "/prog";
    outside.next_image.arguments = {"prog"};
    outside.next_image.euid = 1000;
    auto file = elf.file("/prog");
    auto result = kernel->start(thread, outside.next_image, *file);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().text));
  }
  u32 map(u32 pages, u32 at = 0, u32 flags = private_ | anonymous, u32 prot = read_write) {
    return static_cast<u32>(call(mmap2, at, pages * page, prot, flags, ~0u, 0));
  }
  u32 free_place() {
    u32 at = map(64);
    CHECK(call(munmap, at, 64 * page) == 0);
    return at;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Started, "brk starts after bss and says where it is") {
  u32 start = static_cast<u32>(call(brk, 0));
  CHECK(start == SmallElf::base + 0x3000);
  CHECK(static_cast<u32>(call(brk, start + 0x1801)) == start + 0x1801);
  put(start + 0x1ffc, 7u);
  CHECK(static_cast<u32>(call(brk, start - 1)) == start + 0x1801);
  CHECK(static_cast<u32>(call(brk, start)) == start);
  CHECK(!space->mapping_at(GuestAddr{start}));
  CHECK(static_cast<u32>(call(brk, 0xffff'fff0)) == start);
}

TEST_CASE_FIXTURE(Started, "brk stops one page before what is mapped behind it") {
  u32 start = static_cast<u32>(call(brk, 0));
  u32 wall = start + 4 * page;
  CHECK(map(1, wall, private_ | anonymous | fixed) == wall);
  CHECK(static_cast<u32>(call(brk, start + 4 * page)) == start);
  CHECK(static_cast<u32>(call(brk, start + 3 * page)) == start + 3 * page);
}

TEST_CASE_FIXTURE(Started, "mmap places top down and takes a free hint") {
  u32 first = map(2), second = map(1);
  CHECK(second == first - page);
  u32 hint = free_place() - 0x100'0000;
  CHECK(map(1, hint) == hint);
  CHECK(map(1, hint) != hint);
  CHECK(map(1, hint + 0x1001) == hint + 0x2000);
}

TEST_CASE_FIXTURE(Started, "mmap's errors") {
  CHECK(call(mmap2, 0, 0, read_write, private_ | anonymous, ~0u, 0) == -22);
  CHECK(call(mmap2, 0, 0xffff'ffff, read_write, private_ | anonymous, ~0u, 0) == -12);
  CHECK(call(mmap2, 0, page, read_write, anonymous, ~0u, 0) == -22);
  CHECK(call(mmap2, 0x1234, page, read_write, private_ | anonymous | fixed, ~0u, 0) == -22);
  CHECK(call(mmap2, 0x1000, page, read_write, private_ | anonymous | fixed, ~0u, 0) == -22);
  CHECK(call(mmap2, 0x2000, page, read_write, private_ | anonymous | fixed, ~0u, 0) == -1);
  CHECK(call(mmap2, 0xffff'0000, page, read_write, private_ | anonymous | fixed, ~0u, 0) == -12);
  CHECK(call(mmap2, 0, page, read_write, shared | anonymous | growsdown, ~0u, 0) == -22);
  CHECK(call(mmap2, 0, page, read_write, private_ | anonymous, ~0u, ~0u) == -75);
  u32 at = map(1);
  CHECK(static_cast<i32>(map(1, at, private_ | anonymous | noreplace)) == -17);
  CHECK(map(1, at - page, private_ | anonymous | noreplace) == at - page);
}

TEST_CASE_FIXTURE(Started, "a file is mapped by the outside at the place that was chosen") {
  u32 at = static_cast<u32>(call(mmap2, 0, 100, 1, private_, 5, 3));
  REQUIRE(outside.map_requests.size() == 1);
  const auto& request = outside.map_requests[0];
  CHECK(request.at.value == at);
  CHECK(request.bytes == page);
  CHECK(request.fd.value == 5);
  CHECK(request.offset == 3 * page);
  CHECK(outside.answered_calls.empty());
}

TEST_CASE_FIXTURE(Started, "munmap takes holes and refuses crooked ranges") {
  u32 at = map(4);
  CHECK(call(munmap, at + 1, page) == -22);
  CHECK(call(munmap, at, 0) == -22);
  CHECK(call(munmap, at + page, page) == 0);
  CHECK(call(munmap, at, 4 * page) == 0);
  CHECK(call(munmap, at, 4 * page) == 0);
  CHECK(call(munmap, 0xffff'0000, 2 * page) == -22);
}

TEST_CASE_FIXTURE(Started, "mprotect changes up to a hole and then says so") {
  u32 at = map(4);
  CHECK(call(munmap, at + 2 * page, page) == 0);
  CHECK(call(mprotect, at, 4 * page, 1) == -12);
  CHECK(!space->can_write(GuestAddr{at + page}, 4));
  CHECK(space->can_write(GuestAddr{at + 3 * page}, 4));
  CHECK(call(mprotect, at, 0, 1) == 0);
  CHECK(call(mprotect, at + 1, page, 1) == -22);
  CHECK(call(mprotect, at, page, 0x40) == -22);
}

TEST_CASE_FIXTURE(Started, "mremap of a page that is not mapped is EFAULT, of a mapped one without room ENOMEM") {
  u32 at = map(1);
  u32 wall = at + page;  // mmap placed it right below something
  REQUIRE(space->mapping_at(GuestAddr{wall}));
  CHECK(call(mremap, at, page, 2 * page, 0) == -12);
  CHECK(call(mremap, free_place() - 64 * page, page, 2 * page, 0) == -14);
  CHECK(call(mremap, at + 1, page, page, 0) == -22);
  CHECK(call(mremap, at, page, 0, 0) == -22);
  CHECK(call(mremap, at, page, page, 2) == -22);
  CHECK(call(mremap, at, 0, page, 1) == -22);
  CHECK(call(mremap, at, page, page, 8) == -22);
}

TEST_CASE_FIXTURE(Started, "mremap grows in place, moves, shrinks, and keeps the bytes") {
  u32 place = free_place();
  u32 at = map(2, place, private_ | anonymous | fixed);
  put(at + page, 0x1234u);
  CHECK(static_cast<u32>(call(mremap, at, 2 * page, 3 * page, 0)) == at);
  CHECK(static_cast<u32>(call(mremap, at, 3 * page, 2 * page, 0)) == at);
  CHECK(!space->mapping_at(GuestAddr{at + 2 * page}));
  map(1, at + 2 * page, private_ | anonymous | fixed, 1);
  u32 moved = static_cast<u32>(call(mremap, at, 2 * page, 4 * page, 1));
  CHECK(moved != at);
  CHECK(this->at<u32>(moved + page) == 0x1234);
  CHECK(!space->mapping_at(GuestAddr{at}));
  u32 target = place + 16 * page;
  CHECK(static_cast<u32>(call(mremap, moved, 4 * page, page, 3, target)) == target);
  CHECK(!space->mapping_at(GuestAddr{moved + 3 * page}));
  CHECK(call(mremap, target, page, page, 3, target) == -22);
}

TEST_CASE_FIXTURE(Started, "madvise and mincore") {
  u32 at = map(2);
  put(at, 5u);
  CHECK(call(madvise, at, page, 4) == 0);
  CHECK(this->at<u32>(at) == 0);
  CHECK(call(madvise, at, page, 99) == -22);
  CHECK(call(madvise, at + 1, page, 4) == -22);
  u32 hole = free_place();
  CHECK(call(madvise, hole, page, 4) == -12);
  CHECK(call(mincore, at, 2 * page, data) == 0);
  CHECK(this->at<u16>(data) == 0x0101);
  CHECK(call(mincore, hole, page, data) == -12);
  CHECK(call(mincore, at, page, 0x100) == -14);
}

TEST_CASE_FIXTURE(Started, "limits of data and of the whole space hold") {
  outside.next_image.data_limit = 0;
  put(data, std::array<u32, 2>{page, ~0u});
  CHECK(call(75, 2, data) == 0);  // setrlimit(RLIMIT_DATA)
  CHECK(static_cast<i32>(map(1)) == -12);
  CHECK(static_cast<i32>(map(1, 0, private_ | anonymous, 1)) < 0);
  CHECK(map(1, 0, private_ | anonymous, 1) != static_cast<u32>(-12));
  CHECK(static_cast<u32>(call(brk, SmallElf::base + 0x5000)) == SmallElf::base + 0x3000);
}

TEST_CASE_FIXTURE(Started, "a stack that grows down takes a fault within its limit, and SIGSEGV below") {
  u32 at = map(1, free_place(), private_ | anonymous | growsdown | fixed);
  cpu::Stop stop{.kind = cpu::StopKind::fault, .address = GuestAddr{at - 3 * page + 8}, .access = cpu::Access::write};
  kernel->fault(thread, stop);
  CHECK(!outside.end);
  CHECK(space->can_write(GuestAddr{at - 3 * page}, 4 * page));
  stop.address = GuestAddr{at - 0x0100'0000};
  kernel->fault(thread, stop);
  REQUIRE(outside.end);
  CHECK(outside.end->status == 11);
  CHECK(outside.end->core_dumped);
}
