// Program start: program, interpreter, stack, helper pages, first registers (fs/binfmt_elf.c, ASLR off).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/base/log.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/kuser.h"
#include "core/os/linux/seccomp.h"
#include "core/os/linux/stack.h"

namespace sigtape::os::linux_eabi {

namespace {

constexpr u64 infinity = ~u64{0};
// The stack is mapped as far as it may grow, up to this: so a buffer on a part of it that was not touched yet is good
// for a system call, as it is for a kernel that grows the stack when it copies.
constexpr u32 largest_mapped_stack = 64u << 20;
constexpr u32 read_implies_exec = 0x0040'0000, execution_domain = 0xff;  // PER_MASK

// arch_pick_mmap_layout: room for the stack and its guard gap, between 128 MiB and five sixths of the space.
u32 mmap_base_for(u64 stack_limit) {
  constexpr u64 least = 128u << 20, most = task_size / 6 * 5;
  u64 room = stack_limit == infinity ? most : std::clamp<u64>(stack_limit + guard_gap, least, most);
  return page_down(task_size - static_cast<u32>(room));
}

u32 stack_bytes_for(u64 limit) {
  return page_up(static_cast<u32>(std::clamp<u64>(limit, 128u << 10, largest_mapped_stack)));
}

// READ_IMPLIES_EXEC is in force for the segments already.
void make_readable_executable(Elf& elf) {
  for (ElfSegment& segment : elf.segments) segment.prot.exec |= segment.prot.read;
}

Result<LoadedElf> load_interpreter(mem::Space& space, outside::Outside& outside, const Elf& program,
                                   const std::string& program_path, u32 mmap_base, u32 personality) {
  const std::string& path = program.interpreter;
  auto opened = outside.open_program(path);
  if (!opened)
    return Error{
        fmt::format("{}: its interpreter {} cannot be opened ({}); name the guest's root directory with --root",
                    program_path, path, opened.error().text)};
  const outside::ProgramFile& file = **opened;
  Elf elf = SIGTAPE_TRY(parse_elf(file.bytes, path));
  if (personality & read_implies_exec) make_readable_executable(elf);
  u32 bias = 0;
  if (elf.position_independent) {
    auto at = space.find_gap(elf.end - elf.begin, GuestAddr{mmap_base}, GuestAddr{lowest_address});
    if (!at) return Error{fmt::format("{}: no room for its interpreter {}", program_path, path)};
    bias = at->value - elf.begin;
  }
  return load_elf(space, file, elf, bias);
}

}  // namespace

Result<void> LinuxKernel::start(Thread& thread, const outside::Image& image, const outside::ProgramFile& file) {
  Elf elf = SIGTAPE_TRY(parse_elf(file.bytes, image.path));
  limits_ = {image.stack_limit, image.data_limit, image.space_limit};
  is_root_ = image.euid == 0;
  mmap_base_ = mmap_base_for(limits_.stack);
  personality_ |= image.personality & ~execution_domain;        // arch/arm/kernel/elf.c: elf_set_personality
  if (elf.executable_stack) personality_ |= read_implies_exec;  // arm_elf_read_implies_exec
  if (personality_ & read_implies_exec) make_readable_executable(elf);
  SIGTAPE_TRY_VOID(map_kuser_page(space_));
  u32 stack_bytes = stack_bytes_for(limits_.stack);
  mem::Prot stack_prot{.read = true, .write = true, .exec = elf.executable_stack};
  if (int error = space_.map_anonymous(GuestAddr{stack_top - stack_bytes}, stack_bytes, stack_prot,
                                       mem::Sharing::private_, "[stack]"))
    return Error{fmt::format("cannot map the guest's stack: {}", std::strerror(error))};
  space_.set_grows_down(GuestAddr{stack_top - stack_bytes});

  u32 bias = 0;
  bool in_mmap_area = elf.position_independent && elf.interpreter.empty();  // an interpreter run as a program
  if (elf.position_independent) bias = dynamic_base - elf.begin;
  if (in_mmap_area) {
    auto at = space_.find_gap(elf.end - elf.begin, GuestAddr{mmap_base_}, GuestAddr{lowest_address});
    if (!at) return Error{fmt::format("{}: does not fit into the address space", image.path)};
    bias = at->value - elf.begin;
  }
  LoadedElf program = SIGTAPE_TRY(load_elf(space_, file, elf, bias));
  brk_start_ = brk_end_ = page_up(in_mmap_area ? dynamic_base : program.end);
  u32 entry = program.entry;
  StackRequest request{stack_top, program.header_address, elf.header_count, program.entry, 0};
  if (!elf.interpreter.empty()) {
    LoadedElf interpreter = SIGTAPE_TRY(load_interpreter(space_, outside_, elf, image.path, mmap_base_, personality_));
    entry = interpreter.entry;
    request.interpreter_base = interpreter.bias;
  }
  auto page = free_range(mem::page_size);
  if (!page) return Error{fmt::format("{}: no room for the page of signal returns", image.path)};
  sigreturn_page_ = page->value;
  SIGTAPE_TRY_VOID(map_sigreturn_page(space_, *page));

  auto sp = build_stack(space_, image, request);
  if (!sp) return Error{fmt::format("{}: arguments and environment do not fit on the stack", image.path)};
  thread.cpu = {};
  thread.cpu.r[13] = *sp;
  thread.cpu.r[15] = entry & ~u32{1};
  thread.cpu.thumb = entry & 1;
  thread.mask = image.mask;
  thread.seccomp_filter = SIGTAPE_TRY(SeccompFilter::from_chain(image.seccomp));
  for (i32 number = 1; number <= 64; number++)
    if (image.ignored.contains(Signal{number}))
      thread.group->dispositions->action[static_cast<u32>(number)].handler = 1;
  engine_.code_changed(GuestAddr{0}, ~u32{0});
  LOG(exec, "{}: entry {:#x}, stack {:#x}, brk {:#x}", image.path, entry, *sp, brk_start_);
  return {};
}

}  // namespace sigtape::os::linux_eabi
