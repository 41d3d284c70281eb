// The guest space: mappings, protections, faults and what host system calls see.
#include "core/mem/space.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

using namespace sigtape;
using namespace sigtape::mem;

namespace {

constexpr Prot rw{.read = true, .write = true};
constexpr Prot ro{.read = true};
constexpr Prot rwx{.read = true, .write = true, .exec = true};

struct Fixture {
  std::unique_ptr<Space> space = *Space::reserve();
  void anonymous(u32 at, u32 pages, Prot prot = rw) {
    REQUIRE(space->map_anonymous(GuestAddr{at}, pages * page_size, prot, Sharing::private_, "") == 0);
  }
  std::string list() const {
    std::string text;
    for (const auto& [at, m] : space->mappings())
      text += fmt::format("{:x}-{:x}{}{}{} ", at, m.end(), m.prot.read ? "r" : "-", m.prot.write ? "w" : "-",
                          m.prot.exec ? "x" : "-");
    return text;
  }
};

HostFd file_of(u32 bytes) {
  int fd = memfd_create("test", 0);
  std::string text(bytes, 'f');
  REQUIRE(write(fd, text.data(), text.size()) == static_cast<ssize_t>(bytes));
  return HostFd{fd};
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "neighbours with the same attributes merge, a hole splits") {
  anonymous(0x10000, 1);
  anonymous(0x11000, 2);
  CHECK(list() == "10000-13000rw- ");
  space->unmap(GuestAddr{0x11000}, page_size);
  CHECK(list() == "10000-11000rw- 12000-13000rw- ");
  CHECK_FALSE(space->is_mapped(GuestAddr{0x10000}, 0x3000));
  CHECK(space->is_free(GuestAddr{0x11000}, page_size));
  CHECK_FALSE(space->is_free(GuestAddr{0x10000}, 0x2000));
}

TEST_CASE_FIXTURE(Fixture, "protect splits, and merges again") {
  anonymous(0x10000, 4);
  CHECK(space->protect(GuestAddr{0x11000}, page_size, ro) == 0);
  CHECK(list() == "10000-11000rw- 11000-12000r-- 12000-14000rw- ");
  CHECK(space->writable(0x11000, 4) == nullptr);
  CHECK(space->readable(0x11000, 4) != nullptr);
  CHECK(space->readable(0x11ffe, 4) != nullptr);
  CHECK(space->writable(0x10ffe, 4) == nullptr);
  CHECK(space->protect(GuestAddr{0x11000}, page_size, rw) == 0);
  CHECK(list() == "10000-14000rw- ");
}

TEST_CASE_FIXTURE(Fixture, "protect over a hole changes what lies before it and says ENOMEM") {
  anonymous(0x10000, 1);
  anonymous(0x12000, 1);
  CHECK(space->protect(GuestAddr{0x10000}, 0x3000, ro) == ENOMEM);
  CHECK(list() == "10000-11000r-- 12000-13000rw- ");
}

TEST_CASE_FIXTURE(Fixture, "write without read is readable, as the page tables of ARM have it") {
  anonymous(0x10000, 1, Prot{.write = true});
  CHECK(space->readable(0x10000, 1) != nullptr);
  anonymous(0x20000, 1, Prot{.exec = true});
  CHECK(space->readable(0x20000, 1) != nullptr);
  anonymous(0x30000, 1, Prot{});
  CHECK(space->readable(0x30000, 1) == nullptr);
}

TEST_CASE_FIXTURE(Fixture, "an access never wraps around the end of the space") {
  CHECK(space->readable(0xffff'fffe, 4) == nullptr);
  CHECK_FALSE(space->can_read(GuestAddr{0xffff'f000}, 0x2000));
  CHECK(space->can_read(GuestAddr{0xffff'f000}, 0));
}

TEST_CASE_FIXTURE(Fixture, "host system calls on guest memory give EFAULT where the guest's kernel would") {
  anonymous(0x10000, 2);
  space->protect(GuestAddr{0x11000}, page_size, ro);
  int pipe_fds[2];
  REQUIRE(pipe(pipe_fds) == 0);
  CHECK(write(pipe_fds[1], space->host(GuestAddr{0x11000}), 8) == 8);
  CHECK(read(pipe_fds[0], space->host(GuestAddr{0x11000}), 8) == -1);
  CHECK(errno == EFAULT);
  CHECK(write(pipe_fds[1], space->host(GuestAddr{0x12000}), 8) == -1);
  CHECK(errno == EFAULT);
  close(pipe_fds[0]);
  close(pipe_fds[1]);
}

TEST_CASE_FIXTURE(Fixture, "read, write and poke cross pages and check the whole range first") {
  anonymous(0x10000, 2);
  u8 bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, back[8] = {};
  CHECK(space->write(GuestAddr{0x10ffc}, bytes));
  CHECK(space->read(GuestAddr{0x10ffc}, back));
  CHECK(back[7] == 8);
  CHECK_FALSE(space->write(GuestAddr{0x11ffc}, bytes));
  CHECK(space->load<u8>(GuestAddr{0x11ffc}) == u8{0});
  space->protect(GuestAddr{0x10000}, 0x2000, ro);
  space->poke(GuestAddr{0x10ffa}, bytes);
  CHECK(space->load<u16>(GuestAddr{0x10ffe}) == u16{0x0605});
  CHECK_FALSE(space->write(GuestAddr{0x10ffc}, bytes));
}

TEST_CASE_FIXTURE(Fixture, "strings end at their NUL, at the limit or at a fault") {
  anonymous(0x10000, 2);
  std::string text(20, 'x');
  space->write(GuestAddr{0x10ff8}, {reinterpret_cast<const u8*>(text.c_str()), 21});
  CHECK(space->read_string(GuestAddr{0x10ff8}) == text);
  CHECK(space->read_string(GuestAddr{0x10ff8}, 20) == text);
  CHECK(space->read_string(GuestAddr{0x10ff8}, 19) == std::nullopt);
  space->write(GuestAddr{0x11ffe}, {reinterpret_cast<const u8*>(text.c_str()), 2});
  CHECK(space->read_string(GuestAddr{0x11ffe}) == std::nullopt);
}

TEST_CASE_FIXTURE(Fixture, "pages wholly beyond end of file are mapped and not accessible") {
  HostFd file = file_of(100);
  Mapping label{.device = 1, .inode = 7, .name = "/f"};
  REQUIRE(space->map_file(GuestAddr{0x10000}, 0x3000, rw, Sharing::shared, file, 0, 100, label) == 0);
  CHECK(space->load<u8>(GuestAddr{0x10063}) == u8{'f'});
  CHECK(space->load<u8>(GuestAddr{0x10064}) == u8{0});
  CHECK(space->readable(0x11000, 1) == nullptr);
  CHECK(space->page_flags(0x11) == static_cast<u8>(PageFlag::mapped | PageFlag::beyond_eof));
  REQUIRE(ftruncate(file.value, 0x1001) == 0);
  space->set_file_end(GuestAddr{0x10000}, 0x2000);
  CHECK(space->writable(0x11000, 1) != nullptr);
  CHECK(space->readable(0x12000, 1) == nullptr);
  CHECK(space->move(GuestAddr{0x10000}, 0x3000, GuestAddr{0x20000}, 0x4000) == 0);
  CHECK(space->load<u8>(GuestAddr{0x20063}) == u8{'f'});
  CHECK(space->readable(0x22000, 1) == nullptr);
  CHECK(space->page_flags(0x10) == 0);
  close(file.value);
}

TEST_CASE_FIXTURE(Fixture, "mremap grows in place, shrinks and moves with its contents") {
  anonymous(0x10000, 1);
  space->store<u32>(GuestAddr{0x10000}, 42);
  CHECK(space->move(GuestAddr{0x10000}, 0x1000, GuestAddr{0x10000}, 0x3000) == 0);
  CHECK(list() == "10000-13000rw- ");
  CHECK(space->store<u32>(GuestAddr{0x12ffc}, 43));
  CHECK(space->move(GuestAddr{0x10000}, 0x3000, GuestAddr{0x40000}, 0x4000) == 0);
  CHECK(list() == "40000-44000rw- ");
  CHECK(space->load<u32>(GuestAddr{0x40000}) == 42u);
  CHECK(space->load<u32>(GuestAddr{0x42ffc}) == 43u);
  CHECK(space->move(GuestAddr{0x40000}, 0x4000, GuestAddr{0x40000}, 0x1000) == 0);
  CHECK(list() == "40000-41000rw- ");
  CHECK(space->move(GuestAddr{0x40000}, 0x2000, GuestAddr{0x80000}, 0x2000) == EFAULT);
  HostFd file = file_of(0x3000);
  Mapping label{.device = 1, .inode = 7, .name = "/f"};
  REQUIRE(space->map_file(GuestAddr{0x10000}, 0x1000, rw, Sharing::private_, file, 0x1000, 0x3000, label) == 0);
  space->store<u8>(GuestAddr{0x10000}, 'p');
  CHECK(space->move(GuestAddr{0x10000}, 0x1000, GuestAddr{0x10000}, 0x2000) == 0);
  CHECK(space->load<u16>(GuestAddr{0x10000}) == u16{'p' | 'f' << 8});
  CHECK(space->load<u8>(GuestAddr{0x11fff}) == u8{'f'});
  close(file.value);
}

TEST_CASE_FIXTURE(Fixture, "discard makes anonymous memory zero") {
  anonymous(0x10000, 2);
  space->store<u32>(GuestAddr{0x10000}, 42);
  CHECK(space->discard(GuestAddr{0x10000}, 0x1000) == 0);
  CHECK(space->load<u32>(GuestAddr{0x10000}) == 0u);
  CHECK(space->discard(GuestAddr{0x10000}, 0x3000) == ENOMEM);
}

TEST_CASE_FIXTURE(Fixture, "gaps are found from the top, below the limit and the stack's guard") {
  CHECK(space->find_gap(0x2000, GuestAddr{0x80000}, GuestAddr{0x10000}) == GuestAddr{0x7e000});
  anonymous(0x7f000, 4);  // reaches over the limit
  CHECK(space->find_gap(0x2000, GuestAddr{0x80000}, GuestAddr{0x10000}) == GuestAddr{0x7d000});
  anonymous(0x7c000, 1);
  CHECK(space->find_gap(0x2000, GuestAddr{0x80000}, GuestAddr{0x10000}) == GuestAddr{0x7d000});
  CHECK(space->find_gap(0x3000, GuestAddr{0x80000}, GuestAddr{0x10000}) == GuestAddr{0x79000});
  CHECK(space->find_gap(0x6d000, GuestAddr{0x80000}, GuestAddr{0x10000}) == std::nullopt);
  anonymous(0x40'0000, 1);
  space->set_grows_down(GuestAddr{0x40'0000});
  CHECK(space->find_gap(0x1000, GuestAddr{0x40'0000}, GuestAddr{0x10000}) == GuestAddr{0x2f'f000});
}

TEST_CASE_FIXTURE(Fixture, "after fork the child has its own copy") {
  anonymous(0x10000, 1);
  space->store<u32>(GuestAddr{0x10000}, 1);
  pid_t child = fork();
  if (child == 0) {
    bool ok = space->store<u32>(GuestAddr{0x10000}, 2) &&
              space->map_anonymous(GuestAddr{0x20000}, page_size, rw, Sharing::private_, "") == 0 &&
              space->store<u32>(GuestAddr{0x20000}, 3) && space->unmap(GuestAddr{0x10000}, page_size) == 0;
    _exit(ok ? 7 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(space->load<u32>(GuestAddr{0x10000}) == 1u);
  CHECK(space->is_free(GuestAddr{0x20000}, page_size));
}

TEST_CASE_FIXTURE(Fixture, "the code watcher hears of stores, copy-outs and mapping changes on pages with code") {
  struct Watcher : CodeWatcher {
    std::string heard;
    void code_changed(GuestAddr begin, u32 bytes) override { heard += fmt::format("{:x}+{:x} ", begin.value, bytes); }
  } watcher;
  space->set_code_watcher(&watcher);
  anonymous(0x10000, 4, rwx);
  space->mark_code(0x11);
  CHECK(space->writable(0x10000, 4) != nullptr);
  CHECK(watcher.heard.empty());
  CHECK(space->writable(0x10ffe, 4) != nullptr);
  space->store<u32>(GuestAddr{0x11008}, 1);
  CHECK(watcher.heard == "10ffe+4 11008+4 ");
  watcher.heard.clear();
  space->protect(GuestAddr{0x10000}, 0x4000, rw);
  CHECK(watcher.heard == "11000+1000 ");
  space->mark_code(0x12);
  space->unmap(GuestAddr{0x12000}, page_size);
  CHECK(watcher.heard == "11000+1000 12000+1000 ");
  space->set_code_watcher(nullptr);
}
