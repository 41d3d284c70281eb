// Decoded instructions of the interpreter: one slot per halfword (Thumb) or word (A32), in pieces of 128 bytes of code.
#pragma once
#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/base/reserved.h"
#include "core/cpu/core.h"
#include "core/cpu/simd.h"

namespace sigtape::cpu {

struct Context;
struct Slot;

// Executes the slot's instruction and those that come after it, `left` in all (at least 1): the slot that comes next,
// or nullptr where one stopped (see stop_at). Handlers call the next one at their end, at most so deep even where the
// compiler makes no jump of it.
using Handler = const Slot* (*)(Context&, const Slot*, u32 left);

struct Slot {
  Handler run;
  u32 pc;
  u16 body;  // index into CodeCache::bodies: of conditional and of SIMD instructions. B: see near_branch_handler
  u8 it;     // CPSR.IT that it was decoded under
  u8 step;   // bytes to the next instruction's; 0 for slots that are no instruction (the end of a piece, a fetch fault)
  isa::Insn insn;
};
static_assert(sizeof(Slot) == 48);

inline const Slot* slot_after(const Slot* slot, i32 bytes) {
  return reinterpret_cast<const Slot*>(reinterpret_cast<const u8*>(slot) + bytes);
}

// What executes an instruction whose condition holds. SIMD handlers call one of the functions.
struct Body {
  Handler handler = nullptr;
  SimdData data = nullptr;
  SimdMemory memory = nullptr;
  bool operator==(const Body&) const = default;
};
struct BodyHash {
  std::size_t operator()(const Body& body) const {
    auto word = [](auto function) { return reinterpret_cast<std::size_t>(function); };
    return (word(body.handler) * 31 + word(body.data)) * 31 + word(body.memory);
  }
};

// All slots are reached through two tables indexed by address. A slot's place never changes, and nothing is freed
// before clear(), so that a handler may hold a slot while its own store changes the code: such slots are only reset.
class CodeCache {
 public:
  static constexpr u32 piece_shift = 7;
  static constexpr u32 piece_bytes = 1u << piece_shift;

  CodeCache();
  ~CodeCache();
  CodeCache(const CodeCache&) = delete;

  Slot** table(bool thumb) { return tables_[thumb ? 1 : 0]; }
  // Slots for the piece around pc, all undecoded.
  Slot* make(u32 pc, bool thumb);
  void reset(u32 begin, u64 bytes);
  std::size_t bytes() const { return blocks_in_use_ * block_bytes; }
  void clear();  // while nobody holds a slot
  u16 body_index(const Body& body);
  const Body& body(u16 index) const { return bodies_[index]; }

 private:
  Slot* allocate(u32 count);
  void reset_piece(Slot* piece, u32 begin, u64 end, bool thumb);

  std::array<Slot**, 2> tables_{};
  // Most of the space has no code, and most changes (munmap of everything at the start) are there.
  static constexpr u32 region_shift = 20;
  std::array<bool, std::size_t{1} << (32 - region_shift)> has_pieces_{};
  static constexpr std::size_t block_bytes = huge_page;  // even short processes fill one
  std::vector<std::unique_ptr<Reservation>> blocks_;
  static constexpr std::size_t first_pages_step = 32 * 1024, last_pages_step = 256 * 1024;
  std::size_t blocks_in_use_ = 0;
  std::size_t block_used_ = 0;  // of the last of them: bytes given out
  PagesAhead block_pages_;
  std::vector<Body> bodies_;
  std::unordered_map<Body, u16, BodyHash> body_numbers_;
};

struct Context : Core {
  CodeCache cache;
  Slot** table = nullptr;  // of the current instruction set
  u32 slot_shift = 1;
  Slot no_fetch{};  // stands for an instruction that cannot be fetched
  u32 left = 0;     // where a handler stopped: instructions that were not retired, of those that were asked for

  void set_thumb(bool thumb) {
    state->thumb = thumb;
    table = cache.table(thumb);
    slot_shift = thumb ? 1 : 2;
  }
  // The slot of the instruction at pc, in the current instruction set.
  const Slot* find(u32 at) {
    Slot* piece = table[at >> CodeCache::piece_shift];
    if (!piece) [[unlikely]]
      return find_slowly(at);
    return piece + ((at & (CodeCache::piece_bytes - 1)) >> slot_shift);
  }
  const Slot* find_slowly(u32 at);

  bool load_exclusive(u32 address, u32 bytes, u64& value);
  bool store_exclusive(u32 address, u32 bytes, u64 value, u32& status);
  bool swap(u32 address, u32 bytes, u32 value, u32& old);
};

// The two ends of a handler: the instruction is retired, or is not, and Context::stop says why.
inline const Slot* go_on(Context& context, const Slot* next, u32 left) {
  if (--left == 0) [[unlikely]]
    return next;
  return next->run(context, next, left);
}
inline const Slot* stop_at(Context& context, const Slot* slot, u32 left) {
  context.state->r[15] = slot->pc;
  context.left = left;
  return nullptr;
}

// Handlers of slots that are not (yet) an instruction.
const Slot* decode_slot(Context& context, const Slot* slot, u32 left);
const Slot* leave_piece(Context& context, const Slot* slot, u32 left);
const Slot* refuse_fetch(Context& context, const Slot* slot, u32 left);

// A slot that may have been decoded under another IT state is decoded again.
inline const Slot* settle(Context& context, const Slot* slot) {
  if (slot->step != 0 && slot->it != context.state->it) const_cast<Slot*>(slot)->run = decode_slot;
  return slot;
}

Body body_of(const isa::Insn& insn);
// Wrappers that test the condition first, outside and inside an IT block; cond may be al in the second.
Handler conditional_handler(isa::Cond cond);
Handler it_block_handler(isa::Cond cond);
// Of a B whose target is in its own piece: `body` is the distance in bytes of slots, an i16.
Handler near_branch_handler(isa::Cond cond);
// Handlers made for the instruction's shape; nullptr for other instructions.
Handler alu_handler(const isa::Insn& insn);
Handler memory_handler(const isa::Insn& insn);

}  // namespace sigtape::cpu
