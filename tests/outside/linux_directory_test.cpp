// Directory positions for 32-bit guests and both record layouts.
#include "core/outside/linux_directory.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "core/base/bytes.h"

using namespace sigtape;
using namespace sigtape::outside;

namespace {

void add_record(std::vector<u8>& out, u64 inode, u64 position, u8 type, const std::string& name) {
  size_t length = (19 + name.size() + 1 + 7) & ~size_t{7}, at = out.size();
  out.resize(at + length);
  store<u64>(&out[at], inode);
  store<u64>(&out[at + 8], position);
  store<u16>(&out[at + 16], static_cast<u16>(length));
  out[at + 18] = type;
  std::memcpy(&out[at + 19], name.c_str(), name.size() + 1);
}

constexpr DirectoryId here{1, 2}, there{1, 3};

}  // namespace

TEST_CASE("a hash position becomes its upper 31 bits and comes back") {
  DirectoryCookies cookies;
  u32 cookie = cookies.cookie_of(here, 0x1234'5678'9abc'def0);
  CHECK(cookie == 0x1234'5678);
  CHECK(cookies.position_of(here, cookie, true) == 0x1234'5678'9abc'def0);
  CHECK(cookies.cookie_of(here, 0x1234'5678'9abc'def0) == cookie);
}

TEST_CASE("positions with the same upper half get different cookies") {
  DirectoryCookies cookies;
  u32 first = cookies.cookie_of(here, 0x1234'5678'0000'0000), second = cookies.cookie_of(here, 0x1234'5678'0000'0002);
  CHECK(first != second);
  CHECK(second <= DirectoryCookies::largest);
  CHECK(cookies.position_of(here, first, true) == 0x1234'5678'0000'0000);
  CHECK(cookies.position_of(here, second, true) == 0x1234'5678'0000'0002);
}

TEST_CASE("small positions stay what they are, and the end of an ext4 directory is the kernel's 32-bit end") {
  DirectoryCookies cookies;
  CHECK(cookies.cookie_of(here, 24) == 24);
  CHECK(cookies.empty());
  CHECK(cookies.cookie_of(here, 0x7fff'ffff'ffff'ffff) == 0x7fff'ffff);
}

TEST_CASE("a cookie from before a fork or exec is taken as the file system would take it") {
  DirectoryCookies cookies;
  CHECK(cookies.position_of(there, 0x1234'5678, true) == 0x1234'5678'0000'0000);
  CHECK(cookies.position_of(there, 0x1234'5678, false) == 0x1234'5678);
  CHECK(cookies.position_of(there, 2, true) == 2);
}

TEST_CASE("getdents64 records keep all but their position") {
  std::vector<u8> records;
  add_record(records, 11, 0x7000'0000'1111'1111, 4, ".");
  add_record(records, 0x1'0000'0001, 0x7fff'ffff'ffff'ffff, 8, "name");
  auto before = records;
  DirectoryCookies cookies;
  fit_positions(records, here, cookies);
  CHECK(records.size() == before.size());
  CHECK(load<u64>(&records[8]) == 0x7000'0000);
  CHECK(load<u64>(&records[24]) == 0x1'0000'0001);
  CHECK(load<u64>(&records[24 + 8]) == 0x7fff'ffff);
  CHECK(std::memcmp(&records[24 + 16], &before[24 + 16], before.size() - 40) == 0);
}

TEST_CASE("getdents records have 32-bit longs and the type at their end") {
  std::vector<u8> records;
  add_record(records, 7, 5, 8, "abc");
  DirectoryCookies cookies;
  auto old = old_records_of(records, here, cookies);
  CHECK_FALSE(old.overflow);
  REQUIRE(old.bytes.size() == 16);  // 10 + 3 + 2 rounded up to 4
  CHECK(load<u32>(&old.bytes[0]) == 7);
  CHECK(load<u32>(&old.bytes[4]) == 5);
  CHECK(load<u16>(&old.bytes[8]) == 16);
  CHECK(std::string(reinterpret_cast<char*>(&old.bytes[10])) == "abc");
  CHECK(old.bytes[15] == 8);
}

TEST_CASE("an inode number beyond 32 bits ends getdents with an overflow") {
  std::vector<u8> records;
  add_record(records, 7, 5, 8, "abc");
  add_record(records, 0x1'0000'0000, 6, 8, "def");
  DirectoryCookies cookies;
  auto old = old_records_of(records, here, cookies);
  CHECK(old.overflow);
  CHECK(old.bytes.size() == 16);
}
