// One instruction at a time with given registers: under our engine and under qemu-arm, to compare what they leave.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/isa/decode.h"

namespace sigtape::cpu::oracle {

// What a case starts from and ends with, as the guest program keeps it in memory.
struct Registers {
  std::array<u32, 13> r{};  // r0-r12
  u32 lr = 0;
  u32 cpsr = 0;
  u32 skipped = 0;  // before: the instruction's width; after: 0 if it faulted or was undefined, so was passed over
  std::array<u64, 32> d{};
  u32 fpscr = 0, unused = 0;
  bool operator==(const Registers&) const = default;
};
struct Block {
  Registers before, after;
};

struct Case {
  bool thumb = false;
  u32 bits = 0;
  u8 it = 0;  // firstcond and mask of an IT instruction before it; 0 for none
  isa::Insn insn;
  const isa::Row* row = nullptr;
  bool has_ignored_bits = false;
  Registers before{};
  std::string text() const;
};

// Memory that cases may read and write; the same at the same address in both runs.
inline constexpr u32 scratch_begin = 0x80'0000, scratch_bytes = 0x4000;
// sp of a case is the address of its block; its instruction may read around it, but must not write there nor change sp.

struct Outcome {
  std::vector<Block> blocks;
  std::vector<u8> scratch;
};

bool have_qemu();
// All cases of one instruction set (all `thumb` or none). nullopt: the run failed, which is reported as a test failure.
std::optional<Outcome> run_qemu(const std::vector<Case>& cases);
std::optional<Outcome> run_ours(const std::vector<Case>& cases);
// What differs, for people; empty if nothing does.
std::string difference(const Case& one, const Registers& ours, const Registers& theirs);

}  // namespace sigtape::cpu::oracle
