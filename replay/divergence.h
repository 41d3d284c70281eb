// What is printed when a replay does not do what the tape says: the last events that agreed, then both sides.
#pragma once
#include <memory>
#include <string>

#include "core/run/machine.h"
#include "core/tape/reader.h"

namespace sigtape::replay {

struct Divergence {
  std::shared_ptr<const tape::Tape> tape;
  tape::StreamId stream;
  i32 pid = 0;
  const tape::Event& expected;
  const char* what;        // the guest does: "calls", "runs on"...
  const abi::Call* call;   // which call, where it is one
  std::string detail;      // what else there is to say
};

std::string describe(const Divergence& divergence, const run::Machine& machine, const os::Thread& thread);
std::string text_of_answer(const abi::Call& call, const abi::Answer& answer);

}  // namespace sigtape::replay
