// The reference engine: decodes once per page, executes one instruction at a time.
#pragma once
#include <memory>

#include "core/cpu/engine.h"

namespace sigtape::cpu {

std::unique_ptr<Engine> make_interpreter(mem::Space& space);

}  // namespace sigtape::cpu
