// Blocks: decoding up to the next branch, what becomes of the flags, the order of instructions, conditions.
#pragma once
#include <vector>

#include "core/cpu/code_cache.h"
#include "core/jit/builder.h"
#include "core/jit/emitter.h"
#include "core/mem/space.h"

namespace sigtape::jit {

constexpr u32 most_instructions = 48;  // of a block
constexpr u32 most_ways_out = 6;       // branches in the middle of it

class Translator {
 public:
  // What the interpreter has decoded already is taken from its cache.
  Translator(const mem::Space& space, cpu::CodeCache& decoded) : space_(space), decoded_(decoded) {}
  // How far a block goes beyond branches that fall through: while that may be, or while the interpreter has been there,
  // so that what is never reached is not translated.
  enum class Reach : u8 { all, executed };
  // Decodes the block at `pc` (bit 0: Thumb). The number of its instructions; 0 where none can be fetched.
  u32 decode(u32 pc, Reach reach);
  u32 guest_bytes() const { return bytes_; }
  // Writes the decoded block at emitter().as.at(); there must be room for most_block_bytes. Its ways out are to be
  // written next, there or elsewhere: Emitter::emit_ways_out.
  void emit();
  Emitter& emitter() { return emitter_; }
  const std::vector<Step>& steps() const { return steps_; }

  static constexpr std::size_t most_block_bytes = 64 * 1024;

 private:
  const cpu::Slot* decoded(const Step& step) const;
  bool fetch(Step& step);
  void find_live_flags();
  bool is_best_moved(std::size_t i) const;
  std::size_t turn_of_loop() const;
  void emit_loop(std::size_t turn);
  bool emit_body(std::size_t from, std::size_t to);
  bool emit_group(std::size_t& i);
  bool emit_step(std::size_t i);
  void emit_exit(const Step& step, u32 undone);
  bool emit_last(const Step& step);

  const mem::Space& space_;
  cpu::CodeCache& decoded_;
  std::vector<Step> steps_;
  u32 bytes_ = 0;
  Builder builder_;
  Emitter emitter_;
};

}  // namespace sigtape::jit
