// Calls resemble the calls before them: what a compact record has in common with an earlier one is left out.
#pragma once
#include <array>
#include <span>

#include "core/base/result.h"
#include "core/tape/format.h"

namespace sigtape::tape {

// A compact message in its two parts: of fixed layout (head, call, value, times), and the pieces.
struct CompactMessage {
  CompactMessage(std::span<const u8> fixed_part, std::span<const u8> pieces_part)
      : fixed(fixed_part), pieces(pieces_part) {}
  explicit CompactMessage(std::span<const u8> whole);  // cut where its head says, if it is as long as that
  std::span<const u8> fixed, pieces;
};

// The fixed parts last seen in a segment. Writer and reader keep the same ones, as each record changes them alike.
class DeltaContext {
 public:
  // Nothing is known: at the beginning of a segment, which can be read without those before it.
  void clear();

  // The writer's side: remembers the part, and answers its delta; empty where it has to be written as it is. Valid
  // until the next call.
  std::span<const u8> shorten(std::span<const u8> fixed);

  // The reader's side: a part that was written as it is, or the part that a delta stands for, which is valid until the
  // next call. `delta` begins at `record`; the rest of the record is the message's pieces.
  void remember(std::span<const u8> fixed);
  Result<CompactMessage> lengthen(std::span<const u8> record);

 private:
  using Words = std::array<u32, (compact_fixed_words + 3) / 4 * 4>;  // in fours: they are compared so
  struct Slot {
    u32 words = 0;  // 0: nothing
    Words value{};  // tick and ns are zero, the times are relative to ns
  };
  struct Moment {
    u64 tick, ns;
  };
  struct Parts {
    u32 count;
    Words words;
    Moment moment;
    u32 slot;
  };
  // False where it is none.
  static bool take_apart(std::span<const u8> fixed, Parts& parts);

  std::array<Slot, delta_slots> slots_;
  Moment last_{};  // of the last part
  Words message_{};
  std::array<u8, sizeof(DeltaHead) + sizeof(Words)> delta_{};
};

}  // namespace sigtape::tape
