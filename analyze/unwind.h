// One step from a frame to its caller: .ARM.exidx (the ARM exception handling ABI) and .debug_frame, per ELF file.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/mem/space.h"

struct Elf;
struct Dwarf;
struct Dwarf_CFI_s;

namespace sigtape::analyze {

using Registers = std::array<u32, 16>;  // of a frame; r[15] is where it goes on

// The unwind tables of one file of the tape.
class UnwindTables {
 public:
  static std::unique_ptr<UnwindTables> open(const std::string& path);
  ~UnwindTables();
  UnwindTables(const UnwindTables&) = delete;

  // The address that the file gives to the byte at this offset of it.
  std::optional<u32> address_of(u64 file_offset) const;
  // `pc` lies in the frame's code, `bias` is what was added to the file's addresses. False: the tables don't say.
  bool step(const mem::Space& space, u32 pc, u32 bias, Registers& registers) const;

 private:
  UnwindTables() = default;
  bool step_by_frame_info(const mem::Space& space, u32 address, Registers& registers) const;

  int fd_ = -1;
  Elf* elf_ = nullptr;
  Dwarf* dwarf_ = nullptr;
  Dwarf_CFI_s* frame_info_ = nullptr;
  u32 index_begin_ = 0, index_bytes_ = 0;  // .ARM.exidx
};

// By the index at [begin, begin + bytes) of guest memory ("Exception Handling ABI for the Arm Architecture", sections
// 6 and 10). False where the function can't be unwound or the bytes make no sense.
bool step_by_index(const mem::Space& space, u32 begin, u32 bytes, u32 pc, Registers& registers);

}  // namespace sigtape::analyze
