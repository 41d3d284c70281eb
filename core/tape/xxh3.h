// Checksums: XXH3-64 of bytes, and the check of a record.
#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <span>

#include "core/base/ints.h"
#include "core/tape/format.h"

namespace sigtape::tape {

inline u64 xxh3(std::span<const u8> bytes, u64 seed = 0) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

// Seeded with kind and length, so that those are covered too.
inline u64 record_check(RecordKind kind, std::span<const u8> payload) {
  return xxh3(payload, u64{static_cast<u8>(kind)} << 32 | static_cast<u32>(payload.size()));
}

inline std::array<u8, 3> short_check(u64 check) {
  return {static_cast<u8>(check), static_cast<u8>(check >> 8), static_cast<u8>(check >> 16)};
}

}  // namespace sigtape::tape
