// Calls of the usual kind as records of fixed layout: several times smaller and faster than as Cap'n Proto messages.
#pragma once
#include <array>
#include <map>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/tape/delta.h"
#include "core/tape/encode.h"
#include "core/tape/events.h"

namespace sigtape::tape {

// Makes the bytes of RecordKind::compact. What is rare in a call (a mapping, a new process, output that replay repeats)
// is left to the schema, which can grow; this layout cannot.
class CompactEncoder {
 public:
  struct Encoded {
    const FixedPart* fixed = nullptr;
    std::span<const u8> pieces;
    std::span<const std::span<const u8>> data;  // the data records that the pieces refer to, in order
    std::size_t most_bytes() const { return most_delta_bytes + pieces.size(); }
  };
  // Without a fixed part: this event has to be a Cap'n Proto message. Valid until the next encode().
  Encoded encode(ThreadId thread, Tick tick, u64 ns, const Entered& what);
  Encoded encode(ThreadId thread, Tick tick, u64 ns, const Called& what);

 private:
  void begin(const CompactHead& head);
  void add_call(const abi::Call& call);
  void add_all(const std::vector<Bytes>& all);
  Encoded done() const { return {&fixed_, {pieces_.data(), used_}, data_}; }

  // Which call a thread was last seen to enter, by the thread's id: its end need not say it again.
  struct Entrance {
    ThreadId thread;
    abi::Call call;
  };
  static constexpr unsigned entrances = 16;
  Entrance& entrance_of(ThreadId thread) { return entered_[static_cast<u32>(thread.value) % entrances]; }

  FixedPart fixed_;
  std::size_t used_ = 0;  // of pieces_
  std::vector<std::span<const u8>> data_;
  std::array<Entrance, entrances> entered_{};
  std::array<u8, 2 * compact_bytes_of_list> pieces_;
};

// As decode(). `entered` has the Entered of the calls that have not ended.
Result<void> decode_compact(const CompactMessage& message, std::span<const std::span<const u8>> data,
                            const std::map<ThreadId, Event>& entered, Event& event);

}  // namespace sigtape::tape
