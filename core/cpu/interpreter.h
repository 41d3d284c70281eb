// The interpreter: the reference engine.
#pragma once
#include <memory>

#include "core/cpu/engine.h"

namespace sigtape::cpu {

// Becomes the space's code watcher.
std::unique_ptr<Engine> make_interpreter(mem::Space& space);

}  // namespace sigtape::cpu
