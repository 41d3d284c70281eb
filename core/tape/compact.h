// Compact records, in which calls of the usual kind stand on tapes of the formats 3 to 6.
#pragma once
#include <array>
#include <map>
#include <span>

#include "core/base/result.h"
#include "core/tape/events.h"

namespace sigtape::tape {

// A compact record: the head, then as far as `has` says so CompactCall, the result's second word, the times entered_ns
// and left_ns; then the pieces of writes and those of inputs, each with its bytes behind it or, where they are more
// than inline_bytes, in the next data record. Without CompactCall the call is the one that the thread has entered.
// Pieces and notes are as in brief records (format.h).
struct CompactWhat {
  static constexpr u8 entered = 0, called = 1;
};
struct CompactHas {
  static constexpr u8 call = 1, value2 = 2, times = 4, all = 7;
};
struct CompactHead {
  u8 what;
  u8 system;
  u8 outcome;  // index of abi::Outcome
  u8 notes;
  u8 has;
  u8 writes, inputs;  // how many pieces
  u8 reserved;
  i32 thread;
  u32 value;  // of Done and Failed
  u64 tick;
  u64 ns;
};
static_assert(sizeof(CompactHead) == 32);
struct CompactCall {
  u32 number;
  u32 pc;
  std::array<u32, 8> words;
};
static_assert(sizeof(CompactCall) == 40);
// The head, the call, the second word and the times.
inline constexpr u32 compact_fixed_words = (sizeof(CompactHead) + sizeof(CompactCall) + 4 + 16) / 4;

// A compact message in its two parts, as bytes.
struct CompactMessage {
  CompactMessage(std::span<const u8> fixed_part, std::span<const u8> pieces_part)
      : fixed(fixed_part), pieces(pieces_part) {}
  explicit CompactMessage(std::span<const u8> whole);  // cut where its head says, if it is as long as that
  std::span<const u8> fixed, pieces;
};

// As decode(). `entered` has the Entered of the calls that have not ended.
Result<void> decode_compact(const CompactMessage& message, std::span<const std::span<const u8>> data,
                            const std::map<ThreadId, Event>& entered, Event& event);

}  // namespace sigtape::tape
