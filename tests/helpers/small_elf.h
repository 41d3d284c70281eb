// A one-segment ARM program made by hand: headers, a few bytes, 10 KiB of bss; changed by tests before use.
#pragma once
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/outside/outside.h"

namespace sigtape::test {

class SmallElf {
 public:
  static constexpr u32 base = 0x40000;
  struct Header {
    u8 ident[16];
    u16 type, machine;
    u32 version, entry, phoff, shoff, flags;
    u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
  };
  struct Program {
    u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
  };

  SmallElf() : bytes_(0x100 + 0x80, 0xcc) {
    Header h{.ident = {0x7f, 'E', 'L', 'F', 1, 1, 1},
             .type = 2,
             .machine = 40,
             .version = 1,
             .entry = base + 0x54,
             .phoff = 52};
    h.flags = 0x0500'0400;
    h.ehsize = 52, h.phentsize = 32, h.phnum = 1;
    header() = h;
    program() = {1, 0, base, base, 0x100, 0x2800, 7, 0x1000};
  }
  Header& header() { return *reinterpret_cast<Header*>(bytes_.data()); }
  Program& program() { return *reinterpret_cast<Program*>(bytes_.data() + 52); }
  // ARM code at the entry point.
  void put_code(const std::vector<u32>& words) {
    REQUIRE(words.size() * 4 <= 0x100 - 0x54);
    std::memcpy(bytes_.data() + 0x54, words.data(), words.size() * 4);
  }
  const std::vector<u8>& bytes() const { return bytes_; }

  // As an opened file that can be mapped.
  std::shared_ptr<outside::ProgramFile> file(const std::string& path) const {
    struct Held : outside::ProgramFile {
      std::vector<u8> content;
      ~Held() { close(fd.value); }
    };
    auto held = std::make_shared<Held>();
    held->content = bytes_;
    held->path = path;
    held->fd = HostFd{memfd_create("small", 0)};
    REQUIRE(::write(held->fd.value, bytes_.data(), bytes_.size()) == static_cast<ssize_t>(bytes_.size()));
    held->bytes = held->content;
    held->inode = 1;
    return held;
  }

 private:
  std::vector<u8> bytes_;
};

}  // namespace sigtape::test
