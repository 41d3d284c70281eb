// The table of known ioctl requests.
#include "core/outside/linux_ioctl_table.h"

#include <doctest/doctest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <string>

#include "core/abi/syscall.h"

using namespace sigtape;
using namespace sigtape::outside;

TEST_CASE("each ioctl request has one row") {
  auto rows = ioctl_table();
  for (size_t i = 1; i < rows.size(); ++i) CHECK_MESSAGE(rows[i - 1].request < rows[i].request, rows[i].name);
}

TEST_CASE("ioctl rows that copy bytes know how many, and numbers that hold a size agree with it") {
  for (const auto& row : ioctl_table()) {
    bool copies = row.argument == IoctlArgument::in || row.argument == IoctlArgument::out || row.argument == IoctlArgument::inout;
    if (copies) CHECK_MESSAGE(row.bytes != 0, row.name);
    bool sized = (row.request >> 30) != 0 && !row.host_request && copies && row.bytes != 0;
    if (sized) CHECK_MESSAGE(_IOC_SIZE(row.request) == row.bytes, row.name);
  }
}

TEST_CASE("requests whose number holds the size of a long become the host's") {
  CHECK(ioctl_row_of(0x80046601)->host_request == FS_IOC_GETFLAGS);
  CHECK(ioctl_row_of(0x40046602)->host_request == FS_IOC_SETFLAGS);
  CHECK(ioctl_row_of(0x80041272)->host_request == BLKGETSIZE64);
  CHECK(ioctl_row_of(FIONREAD)->bytes == 4);
  CHECK(ioctl_row_of(0xdead) == nullptr);
}

TEST_CASE("ioctl requests that the call table describes are passed on, under the same name") {
  const abi::Row* row = abi::row_of(abi::System::linux_eabi, 54);
  REQUIRE(row);
  REQUIRE(row->variants);
  for (const abi::Variant& variant : row->variants->rows) {
    if (!variant.refusal.empty()) continue;
    const IoctlRow* known = ioctl_row_of(variant.value);
    CHECK_MESSAGE(known, std::string(variant.name));
    if (known) CHECK(std::string(known->name) == variant.name);
  }
}
