// Texts of /proc files that must speak of the guest.
#include "core/outside/linux_proc_text.h"

#include <doctest/doctest.h>

using namespace sigtape;
using namespace sigtape::outside;

TEST_CASE("paths in /proc are told apart") {
  CHECK(proc_path_of("/proc/self/exe").file == ProcFile::exe);
  CHECK(proc_path_of("/proc/self/exe").self);
  CHECK(proc_path_of("/proc/thread-self/comm").file == ProcFile::comm);
  auto other = proc_path_of("/proc/123//maps");
  CHECK(other.file == ProcFile::maps);
  CHECK(other.process == 123);
  auto task = proc_path_of("/proc/self/task/77/stat");
  CHECK(task.file == ProcFile::stat);
  CHECK(task.task == 77);
  CHECK(proc_path_of("/proc/cpuinfo").file == ProcFile::cpuinfo);
  CHECK(proc_path_of("/proc/self/fd/3").file == ProcFile::other);
  CHECK(proc_path_of("/proc/sys/kernel/pid_max").file == ProcFile::none);
  CHECK(proc_path_of("/proc/12x/maps").file == ProcFile::none);
  CHECK(proc_path_of("/home/proc/self/exe").file == ProcFile::none);
}

TEST_CASE("stat keeps its fields but for the name and addresses, also if the host's name holds parentheses") {
  std::string host = "7 (a) b) R 1 2";
  for (int field = 6; field <= 52; ++field) host += " " + std::to_string(field);
  std::string text = stat_text(host + "\n", {.comm = "guest", .virtual_bytes = 4096, .code_begin = 1, .code_end = 2,
                                              .stack_begin = 3});
  CHECK(text.starts_with("7 (guest) R 1 2 6 7 "));
  CHECK(text.find(" 22 4096 24 25 1 2 3 0 0 31 ") != text.npos);
  CHECK(text.ends_with(" 44 0 0 0 0 0 0 0 52\n"));
}

TEST_CASE("status names the guest") {
  std::string text = status_text("Name:\tsigtape\nPid:\t5\nVmSize:\t99999999 kB\n", {.comm = "sh", .virtual_bytes = 8192});
  CHECK(text == "Name:\tsh\nPid:\t5\nVmSize:\t       8 kB\n");
}

TEST_CASE("cpuinfo has a block for each processor and the features of AT_HWCAP") {
  std::string text = cpuinfo_text(2);
  CHECK(text.find("processor\t: 1\n") != text.npos);
  CHECK(text.find("neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm") != text.npos);
}

TEST_CASE("strings of cmdline end with a NUL each") { CHECK(joined_text({"a", "bc"}) == std::string("a\0bc\0", 5)); }
