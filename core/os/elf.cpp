// ELF32 ARM programs: parsing with clear refusals, and which system they are for.
#include "core/os/elf.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/bytes.h"
#include "core/os/kernel.h"
#include "core/os/pages.h"

namespace sigtape::os {

namespace {

// ELF specification, figures 1-3 and 2-1; ELF for the ARM Architecture (IHI 0044), section 5.
struct FileHeader {
  u8 ident[16];
  u16 type, machine;
  u32 version, entry, phoff, shoff, flags;
  u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct ProgramHeader {
  u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
static_assert(sizeof(FileHeader) == 52 && sizeof(ProgramHeader) == 32);

enum : u32 { pt_load = 1, pt_interp = 3, pt_note = 4, pt_phdr = 6, pt_gnu_stack = 0x6474e551 };
enum : u32 { pf_x = 1, pf_w = 2, pf_r = 4 };
constexpr u16 type_executable = 2, type_dynamic = 3, machine_arm = 40;
constexpr u32 flag_be8 = 0x0080'0000, flag_eabi_mask = 0xff00'0000;

std::string machine_name(u16 machine) {
  switch (machine) {
    case 3: return "an i386";
    case 8: return "a MIPS";
    case 20: return "a 32-bit PowerPC";
    case 21: return "a PowerPC64";
    case 22: return "an s390";
    case 40: return "an ARM";
    case 62: return "an amd64";
    case 183: return "an aarch64";
    case 243: return "a RISC-V";
    case 258: return "a LoongArch";
    default: return fmt::format("a machine {}", machine);
  }
}

Error refusal(const std::string& path, const std::string& what) { return Error{fmt::format("{}: {}", path, what)}; }

Result<FileHeader> parse_header(std::span<const u8> bytes, const std::string& path) {
  if (bytes.size() < 4 || !std::equal(bytes.begin(), bytes.begin() + 4, "\177ELF"))
    return refusal(path, "not an ELF program");
  if (bytes.size() < 20) return refusal(path, "the ELF file is truncated inside its header");
  bool big = bytes[5] == 2;
  u16 machine = big ? static_cast<u16>(bytes[18] << 8 | bytes[19]) : static_cast<u16>(bytes[19] << 8 | bytes[18]);
  if (machine != machine_arm)
    return refusal(path, fmt::format("{} program; sigtape runs 32-bit ARM programs", machine_name(machine)));
  if (big) return refusal(path, "a big-endian ARM program; sigtape runs little-endian ones");
  if (bytes[4] != 1 || bytes[5] != 1)
    return refusal(path, "its ELF class or byte order is not that of a 32-bit ARM program");
  if (bytes.size() < sizeof(FileHeader)) return refusal(path, "the ELF file is truncated inside its header");
  auto header = load<FileHeader>(bytes.data());
  if (header.type != type_executable && header.type != type_dynamic)
    return refusal(path, header.type == 1   ? "an object file, not a program"
                         : header.type == 4 ? "a core dump, not a program"
                                            : "an ELF file, but neither executable nor shared object");
  if (header.flags & flag_be8) return refusal(path, "a big-endian (BE8) ARM program; sigtape runs little-endian ones");
  if ((header.flags & flag_eabi_mask) == 0)
    return refusal(path, "an ARM program of the old ABI (OABI); sigtape runs EABI programs");
  if (header.phentsize != sizeof(ProgramHeader) || header.phnum == 0)
    return refusal(path, "the ELF file has no usable program headers");
  if (u64{header.phoff} + u64{header.phnum} * sizeof(ProgramHeader) > bytes.size())
    return refusal(path, "the ELF file is truncated before the end of its program headers");
  return header;
}

// Owner of the ABI tag (note type 1), e.g. "GNU" or "FreeBSD", and the first word of its description.
struct AbiNote {
  std::string owner;
  u32 description = 0;
};
AbiNote abi_note_of(std::span<const u8> notes) {
  while (notes.size() >= 12) {
    u64 name_bytes = load<u32>(notes.data()), content_bytes = load<u32>(notes.data() + 4);
    u32 type = load<u32>(notes.data() + 8);
    u64 whole = 12 + ((name_bytes + 3) & ~u64{3}) + ((content_bytes + 3) & ~u64{3});
    if (name_bytes == 0 || 12 + name_bytes > notes.size()) break;
    std::string name(reinterpret_cast<const char*>(notes.data()) + 12, name_bytes - 1);
    if (type == 1 && (name == "GNU" || name == "FreeBSD" || name == "NetBSD" || name == "OpenBSD")) {
      bool described = content_bytes >= 4 && whole <= notes.size();
      return {name, described ? load<u32>(notes.data() + 12 + ((name_bytes + 3) & ~u64{3})) : 0};
    }
    if (whole > notes.size()) break;
    notes = notes.subspan(whole);
  }
  return {};
}

Result<ElfSegment> load_segment(const ProgramHeader& h, u64 file_size, const std::string& path) {
  if (h.filesz > h.memsz || ((h.offset ^ h.vaddr) & page_mask) != 0)
    return refusal(path, "the ELF file has a malformed segment");
  if (u64{h.offset} + h.filesz > file_size)
    return refusal(path, "the ELF file is truncated: a segment lies beyond its end");
  if (u64{h.vaddr} + h.memsz > 0xffff'0000)
    return refusal(path, "the ELF file has a segment outside the address space");
  return ElfSegment{
      h.vaddr, h.memsz, h.offset, h.filesz, {(h.flags & pf_r) != 0, (h.flags & pf_w) != 0, (h.flags & pf_x) != 0}};
}

Result<void> take_program_header(Elf& elf, const ProgramHeader& h, std::span<const u8> bytes, const std::string& path) {
  if (h.type == pt_gnu_stack) elf.executable_stack = (h.flags & pf_x) != 0;
  if (h.type == pt_phdr) elf.header_address = h.vaddr;
  if (h.type == pt_load && h.memsz != 0) elf.segments.push_back(SIGTAPE_TRY(load_segment(h, bytes.size(), path)));
  if (h.type != pt_interp && h.type != pt_note) return {};
  if (u64{h.offset} + h.filesz > bytes.size()) return refusal(path, "the ELF file is truncated inside its notes");
  auto content = bytes.subspan(h.offset, h.filesz);
  if (h.type == pt_note) {
    if (elf.note_owner.empty()) {
      AbiNote note = abi_note_of(content);
      elf.note_owner = note.owner;
      if (note.owner == "FreeBSD") elf.os_release = note.description;
    }
  } else {
    if (content.size() < 2 || content.size() > 4096 || content.back() != 0)
      return refusal(path, "the ELF file names its interpreter in a malformed way");
    elf.interpreter.assign(reinterpret_cast<const char*>(content.data()));
  }
  return {};
}

}  // namespace

Result<Elf> parse_elf(std::span<const u8> bytes, const std::string& path) {
  FileHeader header = SIGTAPE_TRY(parse_header(bytes, path));
  Elf elf;
  elf.position_independent = header.type == type_dynamic;
  elf.entry = header.entry;
  elf.flags = header.flags;
  elf.os_abi = header.ident[7];
  elf.header_offset = header.phoff;
  elf.header_count = header.phnum;
  for (u16 i = 0; i < header.phnum; i++) {
    auto h = load<ProgramHeader>(bytes.data() + header.phoff + i * sizeof(ProgramHeader));
    SIGTAPE_TRY_VOID(take_program_header(elf, h, bytes, path));
  }
  if (elf.segments.empty()) return refusal(path, "the ELF file has nothing to load");
  elf.begin = ~u32{0};
  for (const ElfSegment& s : elf.segments) {
    elf.begin = std::min(elf.begin, s.address & ~page_mask);
    elf.end = std::max(elf.end, (s.address + s.memory_bytes + page_mask) & ~page_mask);
    // As fs/binfmt_elf.c: the headers are where the segment that covers them in the file is.
    if (elf.header_address == 0 && s.offset <= header.phoff && header.phoff < s.offset + s.file_bytes)
      elf.header_address = header.phoff - s.offset + s.address;
  }
  return elf;
}

Result<abi::System> system_of_program(std::span<const u8> bytes, const std::string& path) {
  Elf elf = SIGTAPE_TRY(parse_elf(bytes, path));
  constexpr u8 abi_none = 0, abi_linux = 3, abi_freebsd = 9, abi_arm = 97;
  if (elf.os_abi == abi_freebsd || elf.note_owner == "FreeBSD" || elf.interpreter == "/libexec/ld-elf.so.1")
    return abi::System::freebsd;
  if (elf.note_owner == "NetBSD" || elf.note_owner == "OpenBSD")
    return refusal(path, fmt::format("a {} program; sigtape runs Linux and FreeBSD ones", elf.note_owner));
  if (elf.os_abi == abi_none || elf.os_abi == abi_linux || elf.os_abi == abi_arm || elf.note_owner == "GNU")
    return abi::System::linux_eabi;
  return refusal(
      path, fmt::format("an ARM program for an operating system that sigtape does not know (EI_OSABI {})", elf.os_abi));
}

}  // namespace sigtape::os
