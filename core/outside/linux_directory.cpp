// Directory positions that fit 31 bits, and both getdents record layouts.
#include "core/outside/linux_directory.h"

#include <algorithm>
#include <cstring>

#include "core/base/bytes.h"

namespace sigtape::outside {
namespace {

// struct linux_dirent64, on both sides: u64 ino; s64 off; u16 reclen; u8 type; char name[].
constexpr u32 ino_at = 0, off_at = 8, reclen_at = 16, type_at = 18, name_at = 19;
// struct linux_dirent with 32-bit longs: u32 ino; u32 off; u16 reclen; char name[]; the type is the last byte.
constexpr u32 old_off_at = 4, old_reclen_at = 8, old_name_at = 10;

}  // namespace

u32 DirectoryCookies::cookie_of(DirectoryId directory, u64 position) {
  if (position <= largest) return static_cast<u32>(position);
  Names& names = directories_[directory];
  if (auto known = names.cookie.find(position); known != names.cookie.end()) return known->second;
  u32 cookie = static_cast<u32>(position >> 32);
  auto taken = [&](u32 c) { return c == 0 || names.position.contains(c); };
  if (taken(cookie)) {
    while (taken(names.next)) names.next = names.next == largest ? 1 : names.next + 1;
    cookie = names.next;
  }
  names.cookie.emplace(position, cookie);
  names.position.emplace(cookie, position);
  return cookie;
}

u64 DirectoryCookies::position_of(DirectoryId directory, u32 cookie, bool hashed) const {
  if (auto at = directories_.find(directory); at != directories_.end())
    if (auto known = at->second.position.find(cookie); known != at->second.position.end()) return known->second;
  if (hashed && cookie > 2) return u64{cookie} << 32;
  return cookie;
}

void fit_positions(std::span<u8> records, DirectoryId directory, DirectoryCookies& cookies) {
  for (size_t at = 0; at + name_at <= records.size();) {
    u8* record = &records[at];
    u64 position = load<u64>(record + off_at);
    if (position > DirectoryCookies::largest) store<u64>(record + off_at, cookies.cookie_of(directory, position));
    at += std::max<u16>(load<u16>(record + reclen_at), name_at);
  }
}

OldRecords old_records_of(std::span<const u8> records, DirectoryId directory, DirectoryCookies& cookies) {
  OldRecords result;
  for (size_t at = 0; at + name_at <= records.size();) {
    const u8* record = &records[at];
    u16 length = load<u16>(record + reclen_at);
    u64 inode = load<u64>(record + ino_at);
    if (inode > 0xffff'ffff) {
      result.overflow = true;
      break;
    }
    const char* name = reinterpret_cast<const char*>(record + name_at);
    size_t name_bytes = strnlen(name, std::max<u16>(length, name_at) - name_at);
    u16 old_length = static_cast<u16>((old_name_at + name_bytes + 2 + 3) & ~size_t{3});
    size_t out = result.bytes.size();
    result.bytes.resize(out + old_length);
    u8* old = &result.bytes[out];
    store<u32>(old, static_cast<u32>(inode));
    store<u32>(old + old_off_at, cookies.cookie_of(directory, load<u64>(record + off_at)));
    store<u16>(old + old_reclen_at, old_length);
    std::memcpy(old + old_name_at, name, name_bytes);
    old[old_length - 1] = record[type_at];
    at += std::max<u16>(length, name_at);
  }
  return result;
}

}  // namespace sigtape::outside
