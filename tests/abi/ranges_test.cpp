// Declared output ranges.
#include "core/abi/ranges.h"

#include <doctest/doctest.h>

#include <cstring>

#include "core/abi/linux/structs.h"

using namespace sigtape;
using namespace sigtape::abi;

namespace {

Call linux_call(u32 number, std::initializer_list<u32> words) {
  Call call{.number = number, .row = row_of(System::linux_eabi, number)};
  std::copy(words.begin(), words.end(), call.words.begin());
  return call;
}
const ReadMemory nothing = [](GuestAddr, std::span<u8>) { return false; };

}  // namespace

TEST_CASE("a buffer's capacity bounds what a call writes") {
  const Call read = linux_call(3, {0, 0x1000, 16});
  const u8 bytes[17] = {};
  const GuestWrite fits[] = {{GuestAddr{0x1000}, {bytes, 16}}}, exceeds[] = {{GuestAddr{0x1000}, {bytes, 17}}};
  CHECK(undeclared_write(read, fits, nothing) == nullptr);
  CHECK(undeclared_write(read, exceeds, nothing) == &exceeds[0]);
}

TEST_CASE("only arguments that are outputs are declared") {
  CHECK(declared_outputs(linux_call(4, {1, 0x1000, 16}), nothing).empty());
  const auto sleep = declared_outputs(linux_call(162, {0x1000, 0x2000}), nothing);
  REQUIRE(sleep.size() == 1);
  CHECK(sleep[0].at == GuestAddr{0x2000});
  CHECK(sleep[0].bytes == 8);
  CHECK(declared_outputs(linux_call(162, {0x1000, 0}), nothing).empty());
}

TEST_CASE("a message header's vectors are followed") {
  const ReadMemory memory = [](GuestAddr from, std::span<u8> into) {
    const linux_eabi::Msghdr header{0x100, 16, 0x2000, 1, 0x300, 24, 0};
    const linux_eabi::Iovec vector{0x4000, 10};
    if (from == GuestAddr{0x1000}) std::memcpy(into.data(), &header, into.size());
    if (from == GuestAddr{0x2000}) std::memcpy(into.data(), &vector, into.size());
    return true;
  };
  const auto ranges = declared_outputs(linux_call(297, {3, 0x1000, 0}), memory);
  REQUIRE(ranges.size() == 4);
  CHECK(ranges[3].at == GuestAddr{0x4000});
  CHECK(ranges[3].bytes == 10);
}
