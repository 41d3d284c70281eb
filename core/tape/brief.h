// Calls and turns of threads as brief records: what an event has in common with an earlier one of its segment is left
// out, and what is left of a usual one is a few bytes.
#pragma once
#include <array>
#include <map>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/tape/cursor.h"
#include "core/tape/events.h"
#include "core/tape/format.h"

namespace sigtape::tape {

// What is known at a place of a segment. Writer and reader know the same, as each brief record changes it alike.
class BriefContext {
 public:
  using Words = std::array<u32, brief_words>;  // as BriefWord says

  // Nothing is known: at the beginning of a segment, which can be read without those before it.
  void clear();

  bool is_used(u32 slot) const { return (used_ >> slot & 1) != 0; }
  Words& use(u32 slot) {
    used_ |= 1u << slot;
    return slots_[slot];
  }
  // The thread's position in its last record. Some threads share one.
  Tick& tick_of(ThreadId thread) { return ticks_[static_cast<u32>(thread.value) % ticks_.size()]; }
  u64 ns = 0;  // of the last record

 private:
  u32 used_ = 0;
  static_assert(brief_slots == 32);
  std::array<Tick, 16> ticks_{};
  alignas(16) std::array<Words, brief_slots> slots_;  // not touched where it is not used
};

// An Entered and a Called of the usual kind, whose parts are elsewhere.
struct PlainEntry {
  const abi::Call& call;
  const std::vector<Bytes>& inputs;
};
struct PlainCall {
  const abi::Call& call;
  const abi::Outcome& outcome;
  const std::vector<Bytes>& writes;
  const std::vector<Bytes>& inputs;
  u8 notes = 0;  // BriefNotes
  u64 entered_ns = 0, left_ns = 0;
};
Entered event_of(const PlainEntry& plain);
Called event_of(const PlainCall& plain);

// What a call's record says of its outcome, by the index in abi::Outcome; and in BriefNotes.
abi::Outcome outcome_of(u8 index, u32 value, u32 value2);
template <class Notes>  // abi::CallNotes, Called
u8 notes_of(const Notes& notes, bool entered, Answerer answerer) {
  return static_cast<u8>(entered * BriefNotes::entered | (answerer == Answerer::kernel) * BriefNotes::by_kernel |
                         notes.signal_before_entry * BriefNotes::signal_before_entry |
                         notes.host_interrupted * BriefNotes::host_interrupted |
                         notes.decided_by_mode * BriefNotes::decided_by_mode |
                         notes.rewound_unseen * BriefNotes::rewound_unseen);
}
void set_notes(Called& what, u8 notes);

// Makes the payloads of brief records. What is rare in a call (a mapping, a new process, output that replay repeats) is
// left to the schema, which can grow; this layout cannot.
class BriefEncoder {
 public:
  // Of a new segment.
  void clear() { context_.clear(); }

  // Puts an event together; what its spans point to has to stay until write_to(). False: it has to be a Cap'n Proto
  // message.
  bool encode(ThreadId thread, Tick tick, u64 ns, const PlainEntry& what);
  bool encode(ThreadId thread, Tick tick, u64 ns, const Entered& what);
  bool encode(ThreadId thread, Tick tick, u64 ns, const PlainCall& what);
  bool encode(ThreadId thread, Tick tick, u64 ns, const Called& what);
  bool encode(ThreadId thread, Tick tick, u64 ns, const Switched& what);

  // The data records that its pieces refer to, in order; how many bytes its payload has at most; and the payload, to
  // memory for so many, which answers how many it has.
  std::span<const std::span<const u8>> data() const { return data_; }
  std::size_t most_bytes() const { return brief_most_fixed_bytes + tail_bytes_; }
  std::size_t write_to(u8* memory, bool after_switch = false);

 private:
  // The call that a thread was last seen to enter: its end need not say it again.
  struct Entrance {
    ThreadId thread;
    u64 ns = 0;
    abi::Call call;
  };
  Entrance& entrance_of(ThreadId thread) { return entrances_[static_cast<u32>(thread.value) % entrances_.size()]; }
  void begin(ThreadId thread, Tick tick, u64 ns, const abi::Call* call);
  bool hold(const std::vector<Bytes>& pieces);
  u32 slot_number() const;
  u32 take_changes(BriefContext::Words& kept) const;
  u8* put_tail(u8* at) const;

  // The event.
  ThreadId thread_;
  Tick tick_;
  u64 ns_ = 0;
  u32 kinds_ = 0, counts_ = 0, value_ = 0, value2_ = 0;  // see BriefWord
  u64 entered_ = 0, left_ = 0;
  const abi::Call* call_ = nullptr;  // where it is to be said
  u32 call_number_ = 0;
  std::array<const std::vector<Bytes>*, 2> lists_{};  // of pieces, where there are any
  std::size_t list_count_ = 0;
  std::array<BriefPiece, brief_pieces> heads_{};  // of the first of them
  std::size_t pieces_ = 0, tail_bytes_ = 0;       // tail: what follows the words
  std::vector<std::span<const u8>> data_;
  std::array<Entrance, 16> entrances_{};
  BriefContext context_;
};

class BriefDecoder {
 public:
  // Of a new segment.
  void clear() { context_.clear(); }
  // As decode() in decode.h. `entered` has the Entered of the calls that have not ended.
  Result<void> decode(std::span<const u8> payload, std::span<const std::span<const u8>> data,
                      const std::map<ThreadId, Event>& entered, Event& event);

 private:
  Result<BriefContext::Words> lengthen(Cursor& from, Event& event);

  BriefContext context_;
};

}  // namespace sigtape::tape
