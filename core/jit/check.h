// The engine that doubts: runs interpreter and translator in turn over the same instructions and compares.
#pragma once
#include <memory>

#include "core/base/result.h"
#include "core/cpu/engine.h"

namespace sigtape::jit {

// Every few instructions it compares registers, flags, the stop, and the memory that the interpreter wrote; a
// difference ends the process with both sides. Slow. Memory that other processes write at the same time may differ by
// itself.
Result<std::unique_ptr<cpu::Engine>> make_check(mem::Space& space);

}  // namespace sigtape::jit
