// How a replay ends.
#include "replay/tree_end.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/run/end_as.h"
#include "core/tape/processes.h"

namespace sigtape::replay {
namespace {

void put(const std::string& text) { (void)!write(STDERR_FILENO, text.data(), text.size()); }

// The last event of the stream that says how its process ended.
std::optional<outside::End> end_of_stream(const tape::Tape& tape, tape::StreamId stream) {
  std::optional<outside::End> end;
  auto reader = tape.read(stream);
  if (!reader) return end;
  for (;;) {
    auto event = (*reader)->next();
    if (!event || *event == nullptr) return end;
    if (const auto* ended = (*event)->as<tape::Ended>(); ended != nullptr && !ended->vfork_child) end = ended->end;
  }
}

}  // namespace

int say_failure(const std::string& text) {
  put("sigtape: " + text + (text.ends_with('\n') ? "" : "\n"));
  return 1;
}

int end_of(const TreeOptions& options, SharedProgress& progress) {
  std::optional<outside::End> end;
  u32 open = 0, unreached = 0;
  for (tape::StreamId stream : options.tape->streams()) {
    if (stream.value >= progress.streams()) continue;
    if (progress.state(stream).load() == StreamState::tape_ends) open++;
    if (!options.process && progress.state(stream).load() == StreamState::waiting && stream != tape::session_stream) unreached++;
    bool ended = progress.state(stream).load() == StreamState::ended;
    if (options.process && ended) end = end_of_stream(*options.tape, stream);
  }
  if (unreached != 0)
    put(fmt::format("sigtape: {} process{} could not be replayed: the tape lacks what led to {}\n", unreached,
                    unreached == 1 ? "" : "es", unreached == 1 ? "it" : "them"));
  if (!options.process) end = end_of_stream(*options.tape, tape::session_stream);
  if (!end && !options.process) {
    put(fmt::format("sigtape: the tape ends before its program did; {} process{} replayed to {} last event\n", open,
                    open == 1 ? "" : "es", open == 1 ? "its" : "their"));
    return 0;
  }
  return end ? run::end_as(*end) : 0;
}

}  // namespace sigtape::replay
