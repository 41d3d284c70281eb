// Looks a file offset up in .symtab and .dynsym, through elfutils' libelf.
#include "analyze/elf_symbols.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

namespace sigtape::analyze {
namespace {

// The virtual address of a file offset, by the program headers; ~0 where no segment holds it.
u64 address_of(Elf* elf, u64 offset) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return ~u64{0};
  for (std::size_t i = 0; i < count && i < 64; i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(elf, static_cast<int>(i), &segment) || segment.p_type != PT_LOAD) continue;
    if (offset >= segment.p_offset && offset - segment.p_offset < segment.p_filesz)
      return segment.p_vaddr + (offset - segment.p_offset);
  }
  return ~u64{0};
}

std::string best_symbol(Elf* elf, u64 address) {
  std::string best;
  u64 best_start = 0;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) || !header.sh_entsize)
      continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    for (u64 i = 0; data && i < header.sh_size / header.sh_entsize; i++) {
      GElf_Sym symbol;
      if (!gelf_getsym(data, static_cast<int>(i), &symbol) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      u64 start = symbol.st_value & ~u64{1};  // bit 0 marks Thumb code
      if (address < start || address - start >= std::max<u64>(symbol.st_size, 1) || start < best_start) continue;
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (!name || !*name) continue;
      best = fmt::format("{}+{:#x}", name, address - start);
      best_start = start;
    }
  }
  return best;
}

}  // namespace

std::string elf_symbol(const std::string& path, u64 file_offset) {
  elf_version(EV_CURRENT);
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string symbol;
  if (Elf* elf = elf_begin(fd, ELF_C_READ_MMAP, nullptr)) {
    u64 address = address_of(elf, file_offset);
    if (address != ~u64{0}) symbol = best_symbol(elf, address);
    elf_end(elf);
  }
  close(fd);
  return symbol;
}

}  // namespace sigtape::analyze
