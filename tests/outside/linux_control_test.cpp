// Control messages between the 32-bit and the 64-bit layout.
#include "core/outside/linux_control.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <sys/socket.h>

#include "core/base/bytes.h"

using namespace sigtape;
using namespace sigtape::outside;

namespace {

bool nothing_hidden(i32) { return false; }
bool seven_hidden(i32 descriptor) { return descriptor == 7; }

std::vector<u8> words(std::initializer_list<u32> list) {
  std::vector<u8> out;
  for (u32 word : list) {
    auto bytes = bytes_of(word);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

std::vector<u8> host_message(i32 level, i32 type, const std::vector<u8>& data) {
  std::vector<u8> out((16 + data.size() + 7) & ~size_t{7});
  store<u64>(&out[0], 16 + data.size());
  store<i32>(&out[8], level);
  store<i32>(&out[12], type);
  std::copy(data.begin(), data.end(), out.begin() + 16);
  return out;
}

}  // namespace

TEST_CASE("descriptors are sent with a 16-byte header and 8-byte alignment") {
  auto host = host_control_of(words({12 + 4, SOL_SOCKET, SCM_RIGHTS, 5}), nothing_hidden);
  CHECK(host.error == 0);
  CHECK(host.bytes == host_message(SOL_SOCKET, SCM_RIGHTS, words({5})));
}

TEST_CASE("a hidden descriptor cannot be sent") {
  CHECK(host_control_of(words({12 + 8, SOL_SOCKET, SCM_RIGHTS, 5, 7}), seven_hidden).error == EBADF);
}

TEST_CASE("a control message longer than its buffer is invalid, a cut-off header ends the list") {
  CHECK(host_control_of(words({40, SOL_SOCKET, SCM_RIGHTS, 5}), nothing_hidden).error == EINVAL);
  CHECK(host_control_of(words({8, SOL_SOCKET, SCM_RIGHTS, 5}), nothing_hidden).error == EINVAL);
  CHECK(host_control_of(words({16, SOL_SOCKET, SCM_RIGHTS, 5, 12}), nothing_hidden).bytes.size() == 24);
}

TEST_CASE("received messages follow each other at 4-byte alignment") {
  auto host = host_message(SOL_SOCKET, SCM_CREDENTIALS, words({1, 2, 3}));
  auto rights = host_message(SOL_SOCKET, SCM_RIGHTS, words({8, 9}));
  host.insert(host.end(), rights.begin(), rights.end());
  auto got = guest_control_of(host, 64);
  CHECK(got.bytes == words({24, SOL_SOCKET, SCM_CREDENTIALS, 1, 2, 3, 20, SOL_SOCKET, SCM_RIGHTS, 8, 9}));
  CHECK(got.length == 44);
  CHECK_FALSE(got.truncated);
  CHECK(got.surplus.empty());
}

TEST_CASE("descriptors without room are surplus and the message is truncated") {
  auto host = host_message(SOL_SOCKET, SCM_RIGHTS, words({8, 9, 10}));
  auto got = guest_control_of(host, 12 + 4 + 2);
  CHECK(got.bytes == words({16, SOL_SOCKET, SCM_RIGHTS, 8}));
  CHECK(got.length == 16);
  CHECK(got.truncated);
  CHECK(got.surplus == std::vector<i32>{9, 10});
  auto none = guest_control_of(host, 8);
  CHECK(none.bytes.empty());
  CHECK(none.truncated);
  CHECK(none.surplus == std::vector<i32>{8, 9, 10});
}

TEST_CASE("other messages are cut at the buffer's end as put_cmsg cuts them") {
  auto got = guest_control_of(host_message(SOL_SOCKET, SCM_CREDENTIALS, words({1, 2, 3})), 20);
  CHECK(got.bytes == words({20, SOL_SOCKET, SCM_CREDENTIALS, 1, 2}));
  CHECK(got.length == 20);
  CHECK(got.truncated);
}

TEST_CASE("old timestamps shrink to 32-bit members, new ones stay") {
  auto host = host_message(SOL_SOCKET, 29, words({100, 0, 200, 0}));
  CHECK(guest_control_of(host, 64).bytes == words({20, SOL_SOCKET, 29, 100, 200}));
  auto fresh = host_message(SOL_SOCKET, 63, words({100, 0, 200, 0}));
  CHECK(guest_control_of(fresh, 64).bytes == words({28, SOL_SOCKET, 63, 100, 0, 200, 0}));
}
