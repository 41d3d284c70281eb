// A call and the signal that interrupted it: the pair that the rules about EINTR and restarting judge.
#pragma once
#include <functional>
#include <map>
#include <optional>

#include "core/tape/events.h"

namespace sigtape::analyze {

struct Interruption {
  tape::StreamId stream;
  tape::Event called;     // holds a Called that ended with EINTR, or NotDone
  tape::Event delivered;  // the first SignalDelivered of the thread after it: this one's SA_RESTART decides
  const tape::Called& call() const { return *called.as<tape::Called>(); }
  const tape::SignalDelivered& signal() const { return *delivered.as<tape::SignalDelivered>(); }
};

// Fed with the events of all streams; hands each completed pair on.
class InterruptionTracker {
 public:
  explicit InterruptionTracker(std::function<void(const Interruption&)> found) : found_(std::move(found)) {}
  void event(tape::StreamId stream, const tape::Event& event);

 private:
  std::map<std::pair<tape::StreamId, ThreadId>, tape::Event> waiting_;
  std::function<void(const Interruption&)> found_;
};

inline constexpr u32 eintr = 4;  // the same number on Linux and FreeBSD

}  // namespace sigtape::analyze
