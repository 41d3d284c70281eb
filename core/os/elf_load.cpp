// Mapping the segments of a program file, with bss, as fs/binfmt_elf.c does.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/os/elf.h"
#include "core/os/pages.h"

namespace sigtape::os {

namespace {

Result<void> load_segment(mem::Space& space, const outside::ProgramFile& file, const ElfSegment& s, u32 bias) {
  u32 begin = page_down(s.address + bias);
  u32 file_end = s.address + bias + s.file_bytes;
  u32 memory_end = s.address + bias + s.memory_bytes;
  int error = 0;
  if (s.file_bytes != 0) {
    mem::Mapping label{.device = file.device, .inode = file.inode, .name = file.path};
    error = space.map_file(GuestAddr{begin}, page_up(file_end) - begin, s.prot, mem::Sharing::private_, file.fd,
                           page_down(s.offset), file.bytes.size(), label);
    // What the last page holds of the file beyond the segment is cleared for bss; a page without write permission is
    // left as it is (padzero fails there, and only bss of writable segments is a promise).
    if (!error && s.memory_bytes > s.file_bytes && s.prot.write && (file_end & page_mask) != 0) {
      static constexpr u8 zeros[mem::page_size] = {};
      space.poke(GuestAddr{file_end}, {zeros, page_up(file_end) - file_end});
    }
  }
  u32 anonymous = s.file_bytes != 0 ? page_up(file_end) : begin;
  if (!error && page_up(memory_end) > anonymous)
    error =
        space.map_anonymous(GuestAddr{anonymous}, page_up(memory_end) - anonymous, s.prot, mem::Sharing::private_, "");
  if (error) return Error{fmt::format("{}: cannot map a segment at {:#x}: {}", file.path, begin, std::strerror(error))};
  return {};
}

}  // namespace

Result<LoadedElf> load_elf(mem::Space& space, const outside::ProgramFile& file, const Elf& elf, u32 bias) {
  if (u64{elf.end} + bias > 0xffff'0000)
    return Error{fmt::format("{}: does not fit into the address space", file.path)};
  LoadedElf loaded{.bias = bias, .entry = elf.entry + bias};
  loaded.header_address = elf.header_address ? elf.header_address + bias : 0;
  for (const ElfSegment& s : elf.segments) {
    SIGTAPE_TRY_VOID(load_segment(space, file, s, bias));
    loaded.end = std::max(loaded.end, s.address + bias + s.memory_bytes);
  }
  return loaded;
}

}  // namespace sigtape::os
