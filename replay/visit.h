// A look at the guest as it stood at chosen events: the stream is replayed up to them, in a process of its own.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/run/machine.h"
#include "core/tape/reader.h"

namespace sigtape::replay {

struct Visit {
  tape::StreamId stream;
  std::vector<u64> events;  // indices
  // Sees every event on the way, those of the streams that it forked from included.
  std::function<void(const tape::Event&)> passed;
  // What it prints about the guest comes back. At a call its thread stands on the SVC.
  std::function<std::string(const tape::Event&, const run::Machine&, const os::Thread&)> look;
};

struct Sight {
  u64 event = 0;
  std::string text;
};

// Both functions run in the other process. Events that the replay does not come to are missing.
std::vector<Sight> visit_events(const std::shared_ptr<tape::Tape>& tape, const Visit& visit);

}  // namespace sigtape::replay
