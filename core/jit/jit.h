// The translating engine: cold code by the interpreter, warm code as x86-64.
#pragma once
#include <memory>

#include "core/base/result.h"
#include "core/cpu/engine.h"
#include "core/jit/host_features.h"

namespace sigtape::jit {

// Becomes the space's code watcher and the process's host fault hook. One at a time per process.
struct Options {
  u8 warm = 12;  // how often a place is reached before it is translated
  HostFeatures host = host_features();
  u32 most_turns = 16;  // how often FPSCR.FZ may turn out to be another one than translations are made for
};
Result<std::unique_ptr<cpu::Engine>> make_jit(mem::Space& space, Options options = {});

}  // namespace sigtape::jit
