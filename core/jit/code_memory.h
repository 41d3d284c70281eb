// Memory for translated code: one view to write, one to execute; and the table from guest addresses to translations.
#pragma once
#include <memory>

#include "core/base/bits.h"
#include "core/base/ints.h"
#include "core/base/result.h"

namespace sigtape::jit {

// The executable view and, at a fixed distance behind it, the table: one word for each place, that is the distance of
// the translation from the stub `miss`; 0 where there is none, which leads to the stub itself. A place is a guest
// address with the Thumb bit as bit 0; rotated by one bit it is the index, so that code lies densely. Most of the table
// never has memory.
class CodeMemory {
 public:
  static constexpr u64 code_bytes = u64{64} << 20;
  static constexpr u64 table_bytes = u64{4} << 32;

  static Result<std::unique_ptr<CodeMemory>> create();
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;

  u8* to_write() const { return write_; }
  const u8* to_execute() const { return execute_; }
  i32* table() const { return reinterpret_cast<i32*>(execute_ + code_bytes); }
  static constexpr u32 index_of(u32 place) { return rotate_right(place, 1); }
  bool holds(u64 host_pc) const { return host_pc - reinterpret_cast<u64>(execute_) < code_bytes; }
  // Empties both. After a fork in the child, whose parent goes on with the old memory.
  void renew();

 private:
  CodeMemory() = default;
  Result<bool> map();
  u8* execute_ = nullptr;
  u8* write_ = nullptr;
};

}  // namespace sigtape::jit
