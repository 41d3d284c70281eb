// Where a tree stands that is about to be ended: every process with its threads and descriptors, and who waits for
// whom.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

struct ThreadStand {
  i32 id = 0;
  char state = '?';  // as in /proc/PID/stat
  i64 call = -1;     // the host's system call that it sleeps in; -1: none
  std::array<u64, 6> words{};
};

struct DescriptorStand {
  i32 number = 0;
  std::string what;  // the target of /proc/PID/fd/N
  bool reads = false, writes = false;
};

struct ProcessStand {
  i32 pid = 0, parent = 0;
  std::string command;
  std::vector<ThreadStand> threads;
  std::vector<DescriptorStand> descriptors;
};

// By way of /proc, native processes included; what goes away meanwhile is left out.
std::vector<ProcessStand> stand_of(const std::vector<i32>& pids);

// One sentence about a process, a thread or a wait, with the process that it is about.
struct Observation {
  i32 pid = 0;
  std::string text;
};
std::vector<Observation> observations_of(const std::vector<ProcessStand>& tree);

// Changes whenever a process of these came, went, or ran for a clock tick.
u64 activity_of(const std::vector<i32>& pids);
// Whether one of their threads could run and waits for a processor, or has one.
bool is_anyone_ready(const std::vector<i32>& pids);

}  // namespace sigtape::outside
