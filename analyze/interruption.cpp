// Pairs a call that ended with EINTR or NotDone with the signal that is delivered next to its thread.
#include "analyze/interruption.h"

namespace sigtape::analyze {

void InterruptionTracker::event(tape::StreamId stream, const tape::Event& event) {
  auto key = std::pair{stream, event.thread};
  if (const auto* called = event.as<tape::Called>()) {
    const auto* failed = std::get_if<abi::Failed>(&called->outcome);
    if ((failed && failed->error == eintr) || std::holds_alternative<abi::NotDone>(called->outcome))
      waiting_[key] = event;
    else
      waiting_.erase(key);
  } else if (event.as<tape::Entered>()) {
    waiting_.erase(key);
  } else if (const auto* delivered = event.as<tape::SignalDelivered>()) {
    auto found = waiting_.find(key);
    if (found == waiting_.end() || delivered->info.synchronous) return;
    Interruption interruption{stream, found->second, event};
    waiting_.erase(found);
    found_(interruption);
  }
}

}  // namespace sigtape::analyze
