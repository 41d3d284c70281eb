// ELF32 ARM programs: parsing with clear refusals, which system they are for, mapping their segments.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/abi/syscall.h"
#include "core/base/result.h"
#include "core/mem/space.h"
#include "core/outside/outside.h"

namespace sigtape::os {

struct ElfSegment {  // PT_LOAD
  u32 address = 0, memory_bytes = 0;
  u32 offset = 0, file_bytes = 0;
  mem::Prot prot;
};

struct Elf {
  bool position_independent = false;  // ET_DYN
  u32 entry = 0;
  u32 flags = 0;  // e_flags
  u8 os_abi = 0;
  u32 header_offset = 0;   // e_phoff
  u16 header_count = 0;    // e_phnum
  u32 header_address = 0;  // where the program headers end up in memory, without the load bias; 0 if nowhere
  std::vector<ElfSegment> segments;
  std::string interpreter;       // PT_INTERP, empty for static programs
  std::string note_owner;        // of the first ABI tag note: "GNU", "FreeBSD", or empty
  u32 os_release = 0;            // of FreeBSD's: the release that the program was built for, 1300139 and the like
  bool executable_stack = true;  // PT_GNU_STACK is absent or has PF_X
  u32 begin = 0, end = 0;        // of all segments, page aligned
};

Result<Elf> parse_elf(std::span<const u8> bytes, const std::string& path);

struct LoadedElf {
  u32 bias = 0;
  u32 entry = 0;           // biased; bit 0 says Thumb
  u32 header_address = 0;  // biased, for AT_PHDR
  u32 end = 0;             // first address after bss, not aligned: where brk begins
};

// Maps the segments at `bias` beyond their own addresses (0 for ET_EXEC).
Result<LoadedElf> load_elf(mem::Space& space, const outside::ProgramFile& file, const Elf& elf, u32 bias);

}  // namespace sigtape::os
