// Replay of a whole tape: every stream, forks by forking, output in the order of the recording.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/cpu/engine.h"
#include "core/tape/reader.h"

namespace sigtape::replay {

struct TreeOptions {
  std::shared_ptr<tape::Tape> tape;
  std::optional<i32> process;  // only this one, and what leads to it
  bool quiet = false;          // no output of the recorded programs
  cpu::EngineKind engine = cpu::EngineKind::jit;
};

inline constexpr int status_of_divergence = 3;

// Answers the status to exit with; dies of the recorded signal where the recording did.
int replay_tape(const TreeOptions& options);

}  // namespace sigtape::replay
