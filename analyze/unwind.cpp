// UnwindTables: .debug_frame through elfutils' libdw, and the place of .ARM.exidx.
#include "analyze/unwind.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <vector>

namespace sigtape::analyze {
namespace {

constexpr int most_segments = 64;

struct Freed {
  void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};

// What location expressions of call frame information need (DWARF 4, 2.5 and 6.4.2).
class Expression {
 public:
  Expression(const mem::Space& space, const Registers& registers, u32 cfa)
      : space_(space), registers_(registers), cfa_(cfa) {}

  // The value of the register that the expression locates.
  std::optional<u32> value_at(std::span<const Dwarf_Op> ops) {
    if (!run(ops)) return std::nullopt;
    if (is_value_) return stack_.back();
    return space_.load<u32>(GuestAddr{stack_.back()});
  }
  std::optional<u32> address(std::span<const Dwarf_Op> ops) {
    if (!run(ops)) return std::nullopt;
    return stack_.back();
  }

 private:
  bool run(std::span<const Dwarf_Op> ops) {
    for (const Dwarf_Op& op : ops)
      if (!one(op)) return false;
    return !stack_.empty();
  }
  bool push_register(u64 number, u64 offset) {
    if (number >= registers_.size()) return false;
    stack_.push_back(registers_[number] + static_cast<u32>(offset));
    return true;
  }
  bool one(const Dwarf_Op& op) {
    if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) return push_register(op.atom - DW_OP_breg0, op.number);
    if (op.atom >= DW_OP_reg0 && op.atom <= DW_OP_reg31)
      return is_value_ = true, push_register(op.atom - DW_OP_reg0, 0);
    if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) return stack_.push_back(op.atom - DW_OP_lit0), true;
    switch (op.atom) {
      case DW_OP_call_frame_cfa: return stack_.push_back(cfa_), true;
      case DW_OP_bregx: return push_register(op.number, op.number2);
      case DW_OP_regx: return is_value_ = true, push_register(op.number, 0);
      case DW_OP_constu:
      case DW_OP_consts: return stack_.push_back(static_cast<u32>(op.number)), true;
      case DW_OP_stack_value: return is_value_ = true;
      case DW_OP_plus_uconst:
        if (stack_.empty()) return false;
        stack_.back() += static_cast<u32>(op.number);
        return true;
      case DW_OP_plus:
      case DW_OP_minus: {
        if (stack_.size() < 2) return false;
        u32 second = stack_.back();
        stack_.pop_back();
        stack_.back() = op.atom == DW_OP_plus ? stack_.back() + second : stack_.back() - second;
        return true;
      }
      default: return false;
    }
  }

  const mem::Space& space_;
  const Registers& registers_;
  u32 cfa_;
  std::vector<u32> stack_;
  bool is_value_ = false;
};

}  // namespace

std::unique_ptr<UnwindTables> UnwindTables::open(const std::string& path) {
  std::unique_ptr<UnwindTables> tables{new UnwindTables};
  elf_version(EV_CURRENT);
  tables->fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (tables->fd_ < 0) return nullptr;
  tables->elf_ = elf_begin(tables->fd_, ELF_C_READ_MMAP, nullptr);
  if (!tables->elf_ || elf_kind(tables->elf_) != ELF_K_ELF) return nullptr;
  std::size_t count = 0;
  if (elf_getphdrnum(tables->elf_, &count) != 0) return nullptr;
  for (int i = 0; i < std::min(static_cast<int>(count), most_segments); i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(tables->elf_, i, &segment) || segment.p_type != PT_ARM_EXIDX) continue;
    tables->index_begin_ = static_cast<u32>(segment.p_vaddr);
    tables->index_bytes_ = static_cast<u32>(segment.p_memsz);
  }
  tables->dwarf_ = dwarf_begin_elf(tables->elf_, DWARF_C_READ, nullptr);
  if (tables->dwarf_) tables->frame_info_ = dwarf_getcfi(tables->dwarf_);
  return tables;
}

UnwindTables::~UnwindTables() {
  if (dwarf_) dwarf_end(dwarf_);
  if (elf_) elf_end(elf_);
  if (fd_ >= 0) close(fd_);
}

std::optional<u32> UnwindTables::address_of(u64 file_offset) const {
  std::size_t count = 0;
  if (elf_getphdrnum(elf_, &count) != 0) return std::nullopt;
  for (int i = 0; i < std::min(static_cast<int>(count), most_segments); i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(elf_, i, &segment) || segment.p_type != PT_LOAD) continue;
    if (file_offset >= segment.p_offset && file_offset - segment.p_offset < segment.p_filesz)
      return static_cast<u32>(segment.p_vaddr + (file_offset - segment.p_offset));
  }
  return std::nullopt;
}

bool UnwindTables::step_by_frame_info(const mem::Space& space, u32 address, Registers& registers) const {
  Dwarf_Frame* found = nullptr;
  if (!frame_info_ || dwarf_cfi_addrframe(frame_info_, address, &found) != 0) return false;
  std::unique_ptr<Dwarf_Frame, Freed> frame{found};
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame.get(), &ops, &count) != 0) return false;
  auto cfa = Expression(space, registers, 0).address({ops, count});
  if (!cfa) return false;
  Registers caller = registers;
  for (u32 number = 0; number < 15; number++) {
    Dwarf_Op memory[3];
    if (dwarf_frame_register(frame.get(), static_cast<int>(number), memory, &ops, &count) != 0) return false;
    if (count == 0) continue;  // not changed, or lost
    auto value = Expression(space, registers, *cfa).value_at({ops, count});
    if (!value) return false;
    caller[number] = *value;
  }
  caller[13] = *cfa;
  caller[15] = caller[14];
  registers = caller;
  return true;
}

bool UnwindTables::step(const mem::Space& space, u32 pc, u32 bias, Registers& registers) const {
  return step_by_frame_info(space, pc - bias, registers) ||
         step_by_index(space, index_begin_ + bias, index_bytes_, pc, registers);
}

}  // namespace sigtape::analyze
