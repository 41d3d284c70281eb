// By the first event of each stream.
#include "replay/streams.h"

#include <algorithm>

namespace sigtape::replay {

Streams streams_of(const tape::Tape& tape) {
  Streams streams;
  for (tape::StreamId id : tape.streams()) {
    auto began = tape.beginning(id);
    if (began && began->origin == tape::Origin::session) continue;
    Stream stream;
    if (began) stream = {*began, true};
    streams[id] = stream;
  }
  return streams;
}

std::vector<tape::StreamId> path_to(const Streams& streams, tape::StreamId stream) {
  std::vector<tape::StreamId> path;
  for (;;) {
    auto at = streams.find(stream);
    if (at == streams.end() || !at->second.readable || path.size() > streams.size()) return {};
    path.push_back(stream);
    if (at->second.began.origin != tape::Origin::fork) break;
    stream = at->second.began.parent;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace sigtape::replay
