// The engines that tests of semantics run on, by name.
#pragma once
#include <memory>

#include "core/cpu/interpreter.h"
#include "core/jit/jit.h"
#include "core/mem/space.h"

namespace sigtape::cpu {

struct NamedEngine {
  const char* name;
  std::unique_ptr<Engine> (*make)(mem::Space&);
};
inline constexpr NamedEngine engines[] = {
    {"interpreter", make_interpreter},
    {"jit", [](mem::Space& space) { return *jit::make_jit(space, {.warm = 1}); }},  // so that all of it is translated
};

}  // namespace sigtape::cpu
