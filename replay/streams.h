// The image streams of a tape, and how the replay of one comes to it: along the forks that lead there.
#pragma once
#include <map>
#include <vector>

#include "core/tape/reader.h"

namespace sigtape::replay {

struct Stream {
  tape::StreamBegan began;
  bool readable = false;
};
using Streams = std::map<tape::StreamId, Stream>;

Streams streams_of(const tape::Tape& tape);

// From the image that the stream descends from by forks, to the stream; empty if the tape lacks a part of it.
std::vector<tape::StreamId> path_to(const Streams& streams, tape::StreamId stream);

}  // namespace sigtape::replay
