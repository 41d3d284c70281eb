// Writes and reads the traces of a stream.
#include "core/tape/traces.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "core/tape/host_file.h"

namespace sigtape::tape {
namespace {

constexpr std::size_t file_bytes = max_traces * sizeof(Trace);

std::string name_of(StreamId stream) { return std::to_string(stream.value) + "/traces"; }

}  // namespace

Result<std::unique_ptr<TraceWriter>> TraceWriter::create(HostFd streams_directory, StreamId stream) {
  OwnedFd file{openat(streams_directory.value, name_of(stream).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (!file.is_open()) return host_error("a stream's traces can't be made");
  if (int error = posix_fallocate(file.get(), 0, file_bytes)) {
    errno = error;
    return host_error("no room for a stream's traces");
  }
  void* at = mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) return host_error("a stream's traces can't be mapped");
  std::unique_ptr<TraceWriter> writer{new TraceWriter};
  writer->traces_ = static_cast<Trace*>(at);
  return writer;
}

TraceWriter::~TraceWriter() { munmap(traces_, file_bytes); }

outside::CaptureTrace* TraceWriter::of(ThreadId thread) {
  for (std::size_t i = 0; i < max_traces; i++) {
    if (traces_[i].thread == 0) traces_[i].thread = thread.value;
    if (traces_[i].thread == thread.value) return &traces_[i].left;
  }
  return nullptr;
}

std::vector<Event> stranded_signals(HostFd streams_directory, StreamId stream, const std::map<ThreadId, Event>& entered) {
  std::vector<Event> events;
  OwnedFd file{openat(streams_directory.value, name_of(stream).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return events;
  auto bytes = read_some(file.get(), 0, file_bytes);
  if (!bytes) return events;
  for (std::size_t at = 0; at + sizeof(Trace) <= bytes->size(); at += sizeof(Trace)) {
    Trace trace;
    std::memcpy(static_cast<void*>(&trace), bytes->data() + at, sizeof trace);
    auto begun = entered.find(ThreadId{trace.thread});
    if (!trace.left.entered_ns || !trace.left.captured_ns || begun == entered.end()) continue;
    const Entered& call = *begun->second.as<Entered>();
    if (call.call.number != trace.left.call_number) continue;
    Event event = begun->second;
    event.ns = std::max(begun->second.ns, static_cast<u64>(trace.left.captured_ns));
    SignalStranded stranded;
    stranded.call = call.call;
    stranded.info.signal = os::Signal{trace.left.signal};
    stranded.info.code = trace.left.code;
    stranded.info.pid = trace.left.pid;
    stranded.info.captured_ns = trace.left.captured_ns;
    stranded.entered_ns = trace.left.entered_ns;
    event.what = std::move(stranded);
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace sigtape::tape
