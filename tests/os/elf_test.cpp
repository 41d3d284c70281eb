// ELF files: what is taken, what is refused and in which words, for which system a program is.
#include "core/os/elf.h"

#include <doctest/doctest.h>

#include "core/os/kernel.h"
#include "tests/helpers/small_elf.h"

using namespace sigtape;
using namespace sigtape::os;
using test::SmallElf;

namespace {
std::string refusal(const std::vector<u8>& bytes) {
  auto elf = parse_elf(bytes, "prog");
  return elf ? "" : elf.error().text;
}
}  // namespace

TEST_CASE("a small program is parsed with its segment, its headers' address and its stack") {
  auto elf = parse_elf(SmallElf{}.bytes(), "prog");
  REQUIRE(elf);
  CHECK(!elf->position_independent);
  CHECK(elf->entry == SmallElf::base + 0x54);
  CHECK(elf->segments.size() == 1);
  CHECK(elf->header_address == SmallElf::base + 52);
  CHECK(elf->begin == SmallElf::base);
  CHECK(elf->end == SmallElf::base + 0x3000);
  CHECK(elf->executable_stack);
}

TEST_CASE("what is not a program for us is refused by name") {
  SmallElf elf;
  CHECK(refusal({'#', '!', '/', 'b'}) == "prog: not an ELF program");
  CHECK(refusal({}) == "prog: not an ELF program");
  elf.header().machine = 62;
  CHECK(refusal(elf.bytes()) == "prog: an amd64 program; sigtape runs 32-bit ARM programs");
  elf.header().machine = 183;
  CHECK(refusal(elf.bytes()) == "prog: an aarch64 program; sigtape runs 32-bit ARM programs");
  elf = {};
  elf.header().ident[5] = 2;
  elf.header().machine = 40 << 8;
  CHECK(refusal(elf.bytes()) == "prog: a big-endian ARM program; sigtape runs little-endian ones");
  elf = {};
  elf.header().flags = 0;
  CHECK(refusal(elf.bytes()).find("old ABI") != std::string::npos);
  elf = {};
  elf.header().type = 1;
  CHECK(refusal(elf.bytes()) == "prog: an object file, not a program");
}

TEST_CASE("every truncation is noticed") {
  std::vector<u8> bytes = SmallElf{}.bytes();
  for (size_t n = 0; n < 0x100; n++) {
    std::vector<u8> cut(bytes.begin(), bytes.begin() + static_cast<long>(n));
    CHECK(refusal(cut) != "");
  }
  bytes.resize(0x60);
  CHECK(refusal(bytes).find("truncated") != std::string::npos);
}

TEST_CASE("FreeBSD programs are told by EI_OSABI") {
  SmallElf elf;
  CHECK(*system_of_program(elf.bytes(), "prog") == abi::System::linux_eabi);
  elf.header().ident[7] = 9;
  CHECK(*system_of_program(elf.bytes(), "prog") == abi::System::freebsd);
  elf.header().ident[7] = 6;
  CHECK(!system_of_program(elf.bytes(), "prog"));
}

TEST_CASE("segments are mapped with their bss cleared") {
  auto space = *mem::Space::reserve();
  SmallElf small;
  auto file = small.file("prog");
  auto elf = parse_elf(file->bytes, "prog");
  REQUIRE(elf);
  auto loaded = load_elf(*space, *file, *elf, 0);
  REQUIRE(loaded);
  CHECK(loaded->end == SmallElf::base + 0x2800);
  CHECK(*space->load<u32>(GuestAddr{SmallElf::base}) == 0x464c457f);
  CHECK(*space->load<u32>(GuestAddr{SmallElf::base + 0xfc}) == 0xcccccccc);
  CHECK(*space->load<u32>(GuestAddr{SmallElf::base + 0x100}) == 0);
  CHECK(*space->load<u32>(GuestAddr{SmallElf::base + 0x2ffc}) == 0);
  CHECK(!space->mapping_at(GuestAddr{SmallElf::base + 0x3000}));
  auto shifted = load_elf(*space, *file, *elf, 0x100000);
  REQUIRE(shifted);
  CHECK(shifted->entry == SmallElf::base + 0x100054);
}
