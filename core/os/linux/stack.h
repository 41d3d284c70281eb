// The first stack of a Linux program: strings, argc, argv, envp, auxiliary vector.
#pragma once
#include <optional>

#include "core/mem/space.h"
#include "core/outside/outside.h"

namespace sigtape::os::linux_eabi {

struct StackRequest {
  u32 top = 0;                                          // the mapping's end
  u32 header_address = 0, header_count = 0, entry = 0;  // of the program
  u32 interpreter_base = 0;
};

// Fills the top of the (already mapped) stack; the stack pointer, or nullopt where it does not fit.
std::optional<u32> build_stack(mem::Space& space, const outside::Image& image, const StackRequest& request);

}  // namespace sigtape::os::linux_eabi
