// What a blocked call waits for, and who could end the wait: the edges of the wait-for graph.
#pragma once
#include <string>
#include <vector>

#include "analyze/descriptors.h"

namespace sigtape::analyze {

// A thread that stands in a call that never came back.
struct Blocked {
  tape::StreamId stream;
  i32 pid = 0;
  ThreadId thread;
  tape::Event entered;  // holds an Entered
  const tape::Entered& call() const { return *entered.as<tape::Entered>(); }
};

struct Edge {
  std::string what;        // "the read end of pipe 3", "its child"
  std::vector<i32> pids;   // processes that could end the wait; empty: nobody known
  bool anybody = false;    // the outside world or time could: a terminal, a network peer, a sleep
};

std::vector<Edge> waits_for(const Blocked& blocked, const Descriptors& descriptors, const std::vector<i32>& living_children);

}  // namespace sigtape::analyze
