// Random encodings of a row, for the tests that go through all tables.
#pragma once
#include <random>

#include "core/isa/decode.h"

namespace sigtape::isa {

inline constexpr Table all_tables[] = {Table::a32_integer, Table::a32_media, Table::t16,       Table::t32_integer,
                                       Table::t32_media,   Table::vfp,       Table::neon_data, Table::neon_memory};
inline constexpr const char* table_names[] = {"a32_integer", "a32_media", "t16",       "t32_integer",
                                              "t32_media",   "vfp",       "neon_data", "neon_memory"};
inline constexpr bool is_thumb(Table table) { return table >= Table::t16 && table <= Table::t32_media; }
inline constexpr bool is_shared(Table table) { return table >= Table::vfp; }  // A32 form, also reached from T32

// The row's fixed bits with everything else random. Ignored bits are all ones or all zeros within each group of four,
// as should-be bits come, so that the values that other decoders insist on are met.
inline u32 filled(const Row& row, std::mt19937& random) {
  u32 ignored = ~row.pattern.fixed.mask;
  for (u8 i = 0; i < row.pattern.run_count; ++i)
    ignored &= ~(((u32{1} << row.pattern.runs[i].width) - 1) << row.pattern.runs[i].shift);
  u32 word = static_cast<u32>(random()), groups = static_cast<u32>(random()) & 0x1111'1111;
  word = (word & ~ignored) | ((groups * 15) & ignored);
  word = row.pattern.fixed.value | (word & ~row.pattern.fixed.mask);
  return row.pattern.width == 16 ? word & 0xffff : word;
}

}  // namespace sigtape::isa
