// Calls resemble the calls before them: what a compact record has in common with an earlier one is left out.
#pragma once
#include <array>
#include <span>

#include "core/base/result.h"
#include "core/tape/format.h"

namespace sigtape::tape {

// The moment of an event.
struct Moment {
  u64 tick, ns;
};

// A compact message's part of fixed layout (head, call, value, times), as it resembles others: tick and ns stand apart,
// as zeros in the words; entered_ns and left_ns are what they are before ns.
struct FixedPart {
  using Words = std::array<u32, (compact_fixed_words + 3) / 4 * 4>;  // in fours: they are compared so
  // Of words; 0: none. Those beyond are zero.
  u32 count = 0;
  alignas(16) Words words{};
  Moment moment{};

  void add(u32 word) { words[count++] = word; }
  void add(u64 number) {
    add(static_cast<u32>(number));
    add(static_cast<u32>(number >> 32));
  }
  // The words as a message has them, to memory for sizeof(Words); answers how many bytes they are.
  std::size_t write_to(u8* memory) const;
  // From a message's bytes; count is 0 if they are none.
  static FixedPart from(std::span<const u8> bytes);
};

// A compact message in its two parts, as bytes.
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

  // The writer's side: remembers the part, and writes its delta to memory for most_delta_bytes. Answers how many bytes
  // it has; 0 where the part has to be written as it is.
  std::size_t shorten(const FixedPart& fixed, u8* memory);

  // The reader's side: a part that was written as it is, or the part that a delta stands for, which is valid until the
  // next call. `delta` begins at `record`; the rest of the record is the message's pieces.
  void remember(std::span<const u8> fixed);
  Result<CompactMessage> lengthen(std::span<const u8> record);

 private:
  struct Slot {
    u32 count = 0;  // of words; 0: nothing
    alignas(16) FixedPart::Words words{};
  };
  static u32 slot_of(const FixedPart& fixed);

  std::array<Slot, delta_slots> slots_;
  Moment last_{};  // of the last part
  std::array<u8, sizeof(FixedPart::Words)> message_{};
};

inline constexpr std::size_t most_delta_bytes = sizeof(DeltaHead) + sizeof(FixedPart::Words);

}  // namespace sigtape::tape
