// Delta records: compact ones without what they have in common with an earlier one. On tapes of the formats 4 to 6.
#pragma once
#include <array>
#include <span>

#include "core/base/result.h"
#include "core/tape/compact.h"

namespace sigtape::tape {

// In front of a delta record, instead.
struct DeltaHeader {
  u32 bytes;
  u8 kind;
  std::array<u8, 3> check;  // the lower bytes of what RecordHeader would hold
};
static_assert(sizeof(DeltaHeader) == 8);

// A delta record is a compact one whose part before the pieces resembles an earlier one of the segment, the last that
// was kept in the same slot: the head, the words of four bytes that changed, then the pieces. entered_ns and left_ns
// are compared, and stand there, as ns less them.
inline constexpr u32 delta_slots = 16;
struct DeltaHead {
  u32 slot_and_changed;  // slot << 24 | a bit for each word that follows; tick's and ns's are never among them
  i32 ticks, ns;         // more than in the compact or delta record before
};
static_assert(sizeof(DeltaHead) == 12);

// The moment of an event.
struct Moment {
  u64 tick, ns;
};

// A compact message's part of fixed layout (head, call, value, times), as it resembles others: tick and ns stand apart,
// as zeros in the words; entered_ns and left_ns are what they are before ns.
struct FixedPart {
  using Words = std::array<u32, compact_fixed_words>;
  // Of words; 0: none. Those beyond are zero.
  u32 count = 0;
  Words words{};
  Moment moment{};

  // The words as a message has them, to memory for sizeof(Words); answers how many bytes they are.
  std::size_t write_to(u8* memory) const;
  // From a message's bytes; count is 0 if they are none.
  static FixedPart from(std::span<const u8> bytes);
};

// The fixed parts last seen in a segment.
class DeltaContext {
 public:
  // Nothing is known: at the beginning of a segment, which can be read without those before it.
  void clear();

  // A part that was written as it is; and the part that a delta stands for, which is valid until the next call. The
  // delta begins at `record`; the rest of the record is the message's pieces.
  void remember(std::span<const u8> fixed);
  Result<CompactMessage> lengthen(std::span<const u8> record);

 private:
  struct Slot {
    u32 count = 0;  // of words; 0: nothing
    FixedPart::Words words{};
  };
  static u32 slot_of(const FixedPart& fixed);

  std::array<Slot, delta_slots> slots_;
  Moment last_{};  // of the last part
  std::array<u8, sizeof(FixedPart::Words)> message_{};
};

}  // namespace sigtape::tape
