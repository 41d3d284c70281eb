// The first stack, the auxiliary vector, the layout, the helper page.
#include <set>

#include "core/os/linux/kuser.h"
#include "tests/helpers/scripted_outside.h"
#include "tests/helpers/small_elf.h"

using namespace sigtape;
using test::SmallElf;

namespace {
struct Start : test::LinuxGuest {
  SmallElf elf;
  outside::Image& image = outside.next_image;
  Start() {
    image.path = "/bin/prog";
    image.arguments = {"prog", "two words"};
    image.environment = {"A=1"};
    for (u8 i = 0; i < 32; i++) image.random[i] = i;
    image.uid = image.euid = 1000;
  }
  Result<void> start() {
    auto file = elf.file(image.path);
    return kernel->start(thread, image, *file);
  }
  std::string text(u32 address) { return space->read_string(GuestAddr{address}).value_or("?"); }
};
}  // namespace

TEST_CASE_FIXTURE(Start, "argc, argv, envp and the auxiliary vector lie at an aligned stack pointer") {
  REQUIRE(start());
  u32 sp = thread.cpu.r[13];
  CHECK(sp % 16 == 0);
  CHECK(at<u32>(sp) == 2);
  CHECK(text(at<u32>(sp + 4)) == "prog");
  CHECK(text(at<u32>(sp + 8)) == "two words");
  CHECK(at<u32>(sp + 12) == 0);
  CHECK(text(at<u32>(sp + 16)) == "A=1");
  CHECK(at<u32>(sp + 20) == 0);
  std::map<u32, u32> aux;
  u32 p = sp + 24;
  for (; at<u32>(p) != 0; p += 8) aux[at<u32>(p)] = at<u32>(p + 4);
  CHECK(aux[3] == SmallElf::base + 52);    // AT_PHDR
  CHECK(aux[5] == 1);                      // AT_PHNUM
  CHECK(aux[6] == 4096);                   // AT_PAGESZ
  CHECK(aux[9] == SmallElf::base + 0x54);  // AT_ENTRY
  CHECK(aux[11] == 1000);                  // AT_UID
  CHECK(aux[16] == 0x3fb0d6);              // AT_HWCAP
  CHECK(aux[17] == 100);                   // AT_CLKTCK
  CHECK(aux[23] == 0);                     // AT_SECURE
  CHECK(text(aux[15]) == "v7l");           // AT_PLATFORM
  CHECK(text(aux[31]) == "/bin/prog");     // AT_EXECFN
  CHECK(at<u32>(aux[25]) == 0x03020100);   // AT_RANDOM
  CHECK(aux.count(33) == 0);               // AT_SYSINFO_EHDR
  CHECK(at<u32>(0xffff'0000 - 4) == 0);
}

TEST_CASE_FIXTURE(Start, "a Thumb entry begins in Thumb state, and masks are inherited") {
  elf.header().entry |= 1;
  image.mask.add(os::Signal{10});
  image.ignored.add(os::Signal{13});
  REQUIRE(start());
  CHECK(thread.cpu.thumb);
  CHECK(thread.cpu.r[15] == SmallElf::base + 0x54);
  CHECK(thread.mask.contains(os::Signal{10}));
  CHECK(thread.group->dispositions->action[13].is_ignore());
}

TEST_CASE_FIXTURE(Start, "a position independent program goes to the same place every time") {
  elf.header().type = 3;
  elf.program().vaddr = elf.program().paddr = 0;
  elf.header().entry = 0x54;
  REQUIRE(start());
  u32 pc = thread.cpu.r[15];
  Start other;
  other.elf.header() = elf.header();
  other.elf.program() = elf.program();
  REQUIRE(other.start());
  CHECK(other.thread.cpu.r[15] == pc);
}

TEST_CASE_FIXTURE(Start, "arguments that do not fit are refused with a sentence") {
  image.arguments.assign(3, std::string(4u << 20, 'x'));
  auto result = start();
  REQUIRE(!result);
  CHECK(result.error().text.find("do not fit") != std::string::npos);
}

TEST_CASE_FIXTURE(Start, "the helper page says version 5 and cannot be written") {
  REQUIRE(start());
  CHECK(at<u32>(0xffff'0ffc) == 5);
  CHECK(!space->can_write(GuestAddr{0xffff'0fc0}, 4));
  CHECK(space->executable(0xffff'0fe0, 4) != nullptr);
}
