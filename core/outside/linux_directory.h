// Directory reading for 32-bit guests: record layouts, and directory positions that fit 31 bits.
#pragma once
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

struct DirectoryId {
  u64 device = 0, inode = 0;
  auto operator<=>(const DirectoryId&) const = default;
};

// A 64-bit host gives positions of up to 63 bits (ext4 hashes), where a 32-bit kernel gives 31 (fs/ext4/dir.c,
// hash2pos). The upper half of ext4's position is that 31-bit value; other file systems get the next free number.
class DirectoryCookies {
 public:
  static constexpr u64 largest = 0x7fff'ffff;
  u32 cookie_of(DirectoryId directory, u64 position);
  // The position a cookie stands for. One that this process has not handed out (it came by fork or exec with the
  // descriptor) is taken as ext4 would take a 31-bit hash if `hashed`, else as a small position of its own.
  u64 position_of(DirectoryId directory, u32 cookie, bool hashed) const;
  bool empty() const { return directories_.empty(); }

 private:
  struct Names {
    std::unordered_map<u64, u32> cookie;    // by position
    std::unordered_map<u32, u64> position;  // by cookie
    u32 next = 0x4000'0000;
  };
  std::map<DirectoryId, Names> directories_;
};

// getdents64: the same records but for the position, changed in place.
void fit_positions(std::span<u8> records, DirectoryId directory, DirectoryCookies& cookies);

// getdents: host linux_dirent64 records to struct linux_dirent of 32-bit longs. Never longer than the input.
// `overflow` where an inode number does not fit (the kernel's EOVERFLOW); records before it stand.
struct OldRecords {
  std::vector<u8> bytes;
  bool overflow = false;
};
OldRecords old_records_of(std::span<const u8> records, DirectoryId directory, DirectoryCookies& cookies);

}  // namespace sigtape::outside
