// What is printed when a CHECK fails while a guest runs: thread, tick, pc with its instruction, registers.
#pragma once
#include "core/os/thread.h"

namespace sigtape::run {

class Machine;

// While it lives, a failed check reports this thread.
class RunningThread {
 public:
  RunningThread(const Machine& machine, const os::Thread& thread);
  ~RunningThread();
  RunningThread(const RunningThread&) = delete;
};

void stop_reporting(const Machine& machine);
// The same text for other occasions.
std::string describe(const Machine& machine, const os::Thread& thread);

}  // namespace sigtape::run
