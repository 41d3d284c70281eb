// Ancillary data between the 32-bit and the 64-bit layout.
#include "core/outside/linux_control.h"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/base/bytes.h"

namespace sigtape::outside {
namespace {

constexpr u32 guest_header = 12, host_header = 16;
constexpr u64 guest_align(u64 n) { return (n + 3) & ~u64{3}; }
constexpr u64 host_align(u64 n) { return (n + 7) & ~u64{7}; }

// SOL_SOCKET message types whose data has 64-bit members on the host (asm-generic/socket.h; the *_NEW ones are equal).
constexpr i32 scm_timestamp_old = 29, scm_timestampns_old = 35, scm_timestamping_old = 37;

bool holds_long_pairs(i32 level, i32 type) {
  return level == SOL_SOCKET && (type == scm_timestamp_old || type == scm_timestampns_old || type == scm_timestamping_old);
}

// Message data in the guest's layout.
std::vector<u8> guest_data(i32 level, i32 type, std::span<const u8> data) {
  if (!holds_long_pairs(level, type)) return {data.begin(), data.end()};
  std::vector<u8> narrow;
  for (size_t at = 0; at + 8 <= data.size(); at += 8) {
    u32 word = static_cast<u32>(load<u64>(&data[at]));
    auto bytes = bytes_of(word);
    narrow.insert(narrow.end(), bytes.begin(), bytes.end());
  }
  return narrow;
}

void append_header(std::vector<u8>& out, u32 length, i32 level, i32 type) {
  for (u32 word : {length, static_cast<u32>(level), static_cast<u32>(type)}) {
    auto bytes = bytes_of(word);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
}

}  // namespace

HostControl host_control_of(std::span<const u8> guest, bool (*is_hidden)(i32)) {
  HostControl result;
  for (u64 at = 0; at + guest_header <= guest.size();) {
    u32 length = load<u32>(&guest[at]);
    i32 level = load<i32>(&guest[at + 4]), type = load<i32>(&guest[at + 8]);
    if (length < guest_header || length > guest.size() - at) return {EINVAL, {}};
    std::span<const u8> data = guest.subspan(at + guest_header, length - guest_header);
    if (level == SOL_SOCKET && type == SCM_RIGHTS)
      for (size_t i = 0; i + 4 <= data.size(); i += 4)
        if (is_hidden(load<i32>(&data[i]))) return {EBADF, {}};
    size_t out = result.bytes.size();
    result.bytes.resize(out + host_align(host_header + data.size()));
    store<u64>(&result.bytes[out], host_header + data.size());
    store<i32>(&result.bytes[out + 8], level);
    store<i32>(&result.bytes[out + 12], type);
    if (!data.empty()) std::memcpy(&result.bytes[out + host_header], data.data(), data.size());
    at += guest_align(length);
  }
  return result;
}

// Data at most doubles (timestamps) and each message, 12 bytes or more for the guest, grows by 4 and its padding.
u32 host_control_room(u32 guest_room) {
  constexpr u32 largest = 1u << 20;  // far beyond optmem_max
  return guest_room == 0 ? 0 : std::min(guest_room, largest) * 2 + 64;
}

GuestControl guest_control_of(std::span<const u8> host, u32 guest_room) {
  GuestControl result;
  for (u64 at = 0; at + host_header <= host.size();) {
    u64 length = load<u64>(&host[at]);
    i32 level = load<i32>(&host[at + 8]), type = load<i32>(&host[at + 12]);
    if (length < host_header || length > host.size() - at) break;
    std::span<const u8> host_data = host.subspan(at + host_header, length - host_header);
    at += host_align(length);
    std::vector<u8> data = guest_data(level, type, host_data);
    u32 room = guest_room - std::min<u32>(guest_room, static_cast<u32>(guest_align(result.length)));
    bool rights = level == SOL_SOCKET && type == SCM_RIGHTS;
    size_t fits = room < guest_header ? 0 : std::min<size_t>(data.size(), room - guest_header);
    if (rights) {
      fits &= ~size_t{3};  // whole descriptors only
      for (size_t i = fits; i + 4 <= data.size(); i += 4) result.surplus.push_back(load<i32>(&data[i]));
    }
    if (fits < data.size()) result.truncated = true;
    if (room < guest_header || (rights && fits == 0)) {
      result.truncated = true;
      continue;
    }
    result.bytes.resize(guest_align(result.length));
    append_header(result.bytes, static_cast<u32>(guest_header + fits), level, type);
    result.bytes.insert(result.bytes.end(), data.begin(), data.begin() + static_cast<long>(fits));
    result.length = std::min<u32>(guest_room, static_cast<u32>(guest_align(result.bytes.size())));
  }
  return result;
}

}  // namespace sigtape::outside
