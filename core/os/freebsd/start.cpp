// Program start: program, interpreter, stack, shared page, first registers (sys/kern/imgact_elf.c, kern_exec.c).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/base/log.h"
#include "core/os/freebsd/frames.h"
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/sets.h"
#include "core/os/freebsd/stack.h"

namespace sigtape::os::freebsd {

namespace {

constexpr u32 smallest_eabi = 4;  // sys/arm/arm/elf_machdep.c: elf32_arm_abi_supported

// Where the data segment begins: the largest executable segment is the text, the last one besides it the data.
u32 data_begin_of(const Elf& elf, u32 bias) {
  const ElfSegment* text = nullptr;
  for (const ElfSegment& s : elf.segments)
    if (s.prot.exec && (!text || s.memory_bytes > text->memory_bytes)) text = &s;
  const ElfSegment* data = text;
  for (const ElfSegment& s : elf.segments)
    if (&s != text) data = &s;
  return page_down(data ? data->address + bias : elf.begin + bias);
}

Result<void> map_shared_page(mem::Space& space) {
  if (int error = space.map_anonymous(GuestAddr{shared_page}, mem::page_size, {.read = true, .exec = true},
                                      mem::Sharing::private_, "[shared page]"))
    return Error{fmt::format("cannot map the guest's shared page: {}", std::strerror(error))};
  space.poke(GuestAddr{shared_page}, {reinterpret_cast<const u8*>(sigcode), sizeof sigcode});
  return {};
}

}  // namespace

Result<LoadedElf> FreebsdKernel::load_interpreter(const Elf& program, const std::string& program_path) {
  const std::string& path = program.interpreter;
  auto opened = outside_.open_program(path);
  if (!opened)
    return Error{
        fmt::format("{}: its interpreter {} cannot be opened ({}); name the guest's root directory with --root",
                    program_path, path, opened.error().text)};
  const outside::ProgramFile& file = **opened;
  Elf elf = SIGTAPE_TRY(parse_elf(file.bytes, path));
  u32 bias = 0;
  if (elf.position_independent) {
    auto at = find_space(elf.end - elf.begin, mapping_floor(), mem::page_size);
    if (!at) return Error{fmt::format("{}: no room for its interpreter {}", program_path, path)};
    bias = at->value - elf.begin;
  }
  return load_elf(space_, file, elf, bias);
}

Result<void> FreebsdKernel::start(Thread& thread, const outside::Image& image, const outside::ProgramFile& file) {
  Elf elf = SIGTAPE_TRY(parse_elf(file.bytes, image.path));
  if (elf.flags >> 24 < smallest_eabi)
    return Error{fmt::format("{}: FreeBSD runs ARM programs of EABI version 4 and later only", image.path)};
  os_release_ = elf.os_release;
  SIGTAPE_TRY_VOID(map_shared_page(space_));
  stack_bytes_ = page_down(static_cast<u32>(std::clamp<u64>(image.stack_limit, 128u << 10, largest_stack)));
  mem::Prot stack_prot{.read = true, .write = true, .exec = elf.executable_stack};
  if (int error = space_.map_anonymous(GuestAddr{stack_top - stack_bytes_}, stack_bytes_, stack_prot,
                                       mem::Sharing::private_, "[stack]"))
    return Error{fmt::format("cannot map the guest's stack: {}", std::strerror(error))};

  u32 bias = elf.position_independent ? dynamic_base - elf.begin : 0;
  if (u64{elf.end} + bias > stack_top - stack_bytes_)
    return Error{fmt::format("{}: does not fit into the address space", image.path)};
  LoadedElf program = SIGTAPE_TRY(load_elf(space_, file, elf, bias));
  data_begin_ = data_begin_of(elf, bias);
  lowest_break_ = break_ = page_up(program.end);
  u32 entry = program.entry;
  StackRequest request{.program_path = file.path,
                       .header_address = program.header_address,
                       .header_count = elf.header_count,
                       .entry = program.entry,
                       .e_flags = elf.flags,
                       .interpreter_base = bias,
                       .stack_bytes = stack_bytes_,
                       .executable = elf.executable_stack};
  if (!elf.interpreter.empty()) {
    LoadedElf interpreter = SIGTAPE_TRY(load_interpreter(elf, image.path));
    entry = interpreter.entry;
    request.interpreter_base = interpreter.bias;
  }
  auto sp = build_stack(space_, image, request);
  if (!sp) return Error{fmt::format("{}: arguments and environment do not fit on the stack", image.path)};
  thread.cpu = {};
  thread.cpu.r[13] = *sp;
  thread.cpu.r[14] = entry;
  thread.cpu.r[15] = entry & ~u32{1};
  thread.cpu.thumb = entry & 1;
  thread.cpu.fpscr = initial_fpscr;
  thread.mask = image.mask;
  for (i32 number = 1; number <= signal::largest; number++)
    if (image.ignored.contains(Signal{number}))
      thread.group->dispositions->action[static_cast<u32>(number)].handler = 1;
  engine_.code_changed(GuestAddr{0}, ~u32{0});
  LOG(exec, "{}: entry {:#x}, stack {:#x}, break {:#x}, p_osrel {}", image.path, entry, *sp, break_, os_release_);
  return {};
}

}  // namespace sigtape::os::freebsd
