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
  // An empty message: this event has to be a Cap'n Proto message. Valid until the next encode().
  Encoder::Encoded encode(ThreadId thread, Tick tick, u64 ns, const Entered& what);
  Encoder::Encoded encode(ThreadId thread, Tick tick, u64 ns, const Called& what);

 private:
  void begin() {
    used_ = 0;
    data_.clear();
  }
  template <class T>
  void add(const T& value);
  void add_call(const abi::Call& call);
  void add_all(const std::vector<Bytes>& all);
  Encoder::Encoded done() const { return {{bytes_.data(), used_}, data_}; }

  // Which call a thread was last seen to enter, by the thread's id: its end need not say it again.
  struct Entrance {
    ThreadId thread;
    abi::Call call;
  };
  static constexpr unsigned entrances = 16;
  Entrance& entrance_of(ThreadId thread) { return entered_[static_cast<u32>(thread.value) % entrances]; }

  std::array<u8, 4096> bytes_;
  std::size_t used_ = 0;
  std::vector<std::span<const u8>> data_;
  std::array<Entrance, entrances> entered_{};
};

// As decode(). `entered` has the Entered of the calls that have not ended.
Result<void> decode_compact(const CompactMessage& message, std::span<const std::span<const u8>> data,
                            const std::map<ThreadId, Event>& entered, Event& event);

}  // namespace sigtape::tape
