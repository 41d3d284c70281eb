// Streams to processes. Process ids may come around again in a long build, so a process is followed by its streams.
#include "core/tape/processes.h"

#include <map>
#include <set>

namespace sigtape::tape {
namespace {

class Builder {
 public:
  explicit Builder(Processes& out) : out_(out) {}

  void add(StreamId stream, const Event& event) {
    out_.events++;
    if (out_.first_ns == 0) out_.first_ns = event.ns;
    out_.last_ns = event.ns;
    if (stream == session_stream) return add_session(event);
    if (const auto* began = event.as<StreamBegan>()) begin(stream, *began, event);
    auto at = of_stream_.find(stream);
    if (at == of_stream_.end()) return;  // its beginning is damaged
    if (const auto* started = event.as<ThreadStarted>(); started != nullptr && started->vfork_child)
      begin_vfork(stream, at->second, event);
    ProcessLife& process = out_.all[of_thread(stream, event.thread, at->second)];
    process.events++;
    process.last_ns = event.ns;
    std::visit([&](const auto& what) { take(process, stream, event, what); }, event.what);
  }

  // A process without an end that did not survive the session was killed, or is native.
  void finish() {
    if (!out_.session_end) return;
    for (ProcessLife& process : out_.all)
      if (!process.end && !survivors_.contains(process.pid)) process.gone = true;
  }

 private:
  template <class T>
  void take(ProcessLife&, StreamId, const Event&, const T&) {}
  void take(ProcessLife& process, StreamId stream, const Event& event, const ImageBegan& what) {
    process.images.push_back({stream, what.image.path, what.image.arguments, false, event.ns});
  }
  void take(ProcessLife&, StreamId stream, const Event& event, const Entered& what) {
    if (!what.arguments.empty()) exec_arguments_[{stream, event.thread}] = what.arguments;
  }
  void take(ProcessLife& process, StreamId stream, const Event& event, const ExecBegan& what) {
    if (!what.native) return;
    process.images.push_back({StreamId{}, what.path, exec_arguments_[{stream, event.thread}], true, event.ns});
    native_[{stream, event.index - 1}] = static_cast<std::size_t>(&process - out_.all.data());
  }
  void take(ProcessLife& process, StreamId, const Event&, const Called&) {
    // The host refused an exec after all.
    if (!process.images.empty() && process.images.back().native) process.images.pop_back();
  }
  void take(ProcessLife& process, StreamId, const Event&, const Ended& what) { process.end = what.end; }

  void add_session(const Event& event) {
    if (const auto* note = event.as<Note>()) {
      if (event.thread.value == 0 || note->kind == NoteKind::survivor) out_.notes.push_back(*note);
      if (note->kind == NoteKind::survivor) survivors_.insert(event.thread.value);
    }
    if (const auto* ended = event.as<Ended>()) out_.session_end = ended->end;
  }
  void begin(StreamId stream, const StreamBegan& began, const Event& event) {
    auto parent = of_stream_.find(began.parent);
    if (began.origin == Origin::exec && parent != of_stream_.end()) {
      of_stream_[stream] = of_thread(began.parent, ThreadId{began.pid}, parent->second);
      return;
    }
    std::optional<std::size_t> from;  // the process whose native program, or one below it, started this one
    if (began.origin == Origin::joined && parent != of_stream_.end())
      from = native_.contains({began.parent, began.parent_event}) ? native_[{began.parent, began.parent_event}] : parent->second;
    if (from && out_.all[*from].pid == began.pid) {
      of_stream_[stream] = *from;
      return;
    }
    ProcessLife process;
    process.pid = began.pid;
    process.parent_pid = began.parent_pid;
    process.begin_ns = event.ns;
    process.parent = from;
    if (began.origin == Origin::fork) {
      if (parent != of_stream_.end()) process.parent = parent->second;
      process.images.push_back({stream, {}, {}, false, event.ns});
    }
    of_stream_[stream] = out_.all.size();
    out_.all.push_back(std::move(process));
  }
  void begin_vfork(StreamId stream, std::size_t parent, const Event& event) {
    ProcessLife process;
    process.pid = event.thread.value;
    process.parent_pid = out_.all[parent].pid;
    process.parent = parent;
    process.vfork = true;
    process.begin_ns = event.ns;
    process.images.push_back({stream, {}, {}, false, event.ns});
    vfork_children_[{stream, event.thread}] = out_.all.size();
    out_.all.push_back(std::move(process));
  }
  std::size_t of_thread(StreamId stream, ThreadId thread, std::size_t otherwise) const {
    auto at = vfork_children_.find({stream, thread});
    return at == vfork_children_.end() ? otherwise : at->second;
  }

  Processes& out_;
  std::set<i32> survivors_;
  std::map<StreamId, std::size_t> of_stream_;
  std::map<std::pair<StreamId, u64>, std::size_t> native_;  // who ran a native program, by its exec's Entered
  std::map<std::pair<StreamId, ThreadId>, std::size_t> vfork_children_;
  std::map<std::pair<StreamId, ThreadId>, std::vector<std::string>> exec_arguments_;
};

}  // namespace

Processes processes_of(const std::shared_ptr<Tape>& tape) {
  Processes processes;
  Builder builder{processes};
  auto reader = MergedReader::open(tape);
  if (!reader) {
    processes.damages.push_back(reader.error().text);
    return processes;
  }
  for (auto item = (*reader)->next(); item.event != nullptr; item = (*reader)->next())
    builder.add(item.stream, *item.event);
  builder.finish();
  processes.damages = (*reader)->damages();
  return processes;
}

}  // namespace sigtape::tape
