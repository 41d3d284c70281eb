// Memory for translated code: one view to write, one to execute; and the table from guest addresses to translations.
#pragma once
#include <memory>

#include "core/base/bits.h"
#include "core/base/ints.h"
#include "core/base/reserved.h"
#include "core/base/result.h"

namespace sigtape::jit {

// The executable view and, at a fixed distance behind it, the table: one word for each place, that is the distance of
// the translation from the stub `miss`; 0 where there is none, which leads to the stub itself. A place is a guest
// address with the Thumb bit as bit 0; rotated by one bit it is the index, so that code lies densely. Most of the table
// never has memory.
class CodeMemory {
 public:
  static constexpr u64 code_bytes = u64{64} << 20;
  static constexpr u64 cold_begin = code_bytes / 2;  // of code that is seldom reached
  static constexpr u64 table_bytes = u64{4} << 32;

  static Result<std::unique_ptr<CodeMemory>> create();
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;

  u8* to_write() const { return write_; }
  const u8* to_execute() const { return execute_; }
  i32* table() const { return reinterpret_cast<i32*>(execute_ + code_bytes); }
  static constexpr u32 index_of(u32 place) { return rotate_right(place, 1); }
  bool holds(u64 host_pc) const { return host_pc - reinterpret_cast<u64>(execute_) < code_bytes; }
  // Pages for what comes next at a place in the view to write; it may be more.
  void about_to_write(const u8* at);
  // Whether the table has been filled anywhere near a place: where it has not, looking would only cost it a page.
  bool has_places(u32 place) const { return near_[near_index(place)]; }
  void make_places(u32 place) {
    if (!has_places(place)) fill(place);
  }
  // Empties all. After a fork in the child, whose parent goes on with the old memory.
  void renew();

 private:
  CodeMemory() = default;
  Result<bool> map_code();
  static constexpr u32 near_shift = 11;  // 2048 words of the table, 4 KiB of guest code
  static constexpr u32 near_index(u32 place) { return index_of(place) >> near_shift; }
  void fill(u32 place);
  u8* execute_ = nullptr;
  u8* write_ = nullptr;
  ReservedTable<bool> near_{std::size_t{1} << (32 - near_shift)};
  PagesAhead hot_pages_, cold_pages_;  // of the view to write
};

}  // namespace sigtape::jit
