// The file `traces` of a stream: what calls leave behind that may never come back (see outside::CaptureTrace).
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/base/strong.h"
#include "core/outside/live.h"
#include "core/tape/events.h"

namespace sigtape::tape {

inline constexpr std::size_t max_traces = 1024;  // threads of one stream that are followed; more are not

struct Trace {
  i32 thread = 0;
  u32 unused = 0;
  outside::CaptureTrace left{};
};

// Written through a shared mapping by threads and their signal handlers.
class TraceWriter {
 public:
  static Result<std::unique_ptr<TraceWriter>> create(HostFd streams_directory, StreamId stream);
  ~TraceWriter();
  TraceWriter(const TraceWriter&) = delete;
  // nullptr where all are taken.
  outside::CaptureTrace* of(ThreadId thread);

 private:
  TraceWriter() = default;
  Trace* traces_ = nullptr;
};

// Signals that were captured in calls of `entered` which never came back.
std::vector<Event> stranded_signals(HostFd streams_directory, StreamId stream, const std::map<ThreadId, Event>& entered);

}  // namespace sigtape::tape
