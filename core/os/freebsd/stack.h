// The first stack of a FreeBSD program: strings, ps_strings, auxiliary vector, envp, argv, argc.
#pragma once
#include <optional>
#include <string>

#include "core/mem/space.h"
#include "core/outside/outside.h"

namespace sigtape::os::freebsd {

struct StackRequest {
  std::string program_path;                                          // AT_EXECPATH
  u32 header_address = 0, header_count = 0, entry = 0, e_flags = 0;  // of the program
  u32 interpreter_base = 0;
  u32 stack_bytes = 0;
  bool executable = false;
};

// Fills the top of the (already mapped) stack; the stack pointer, or nullopt where it does not fit.
std::optional<u32> build_stack(mem::Space& space, const outside::Image& image, const StackRequest& request);

}  // namespace sigtape::os::freebsd
