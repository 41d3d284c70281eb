// What the guest ABI's kernel does with an interrupted call, as a verdict and a sentence with its source.
#pragma once
#include <string>

#include "analyze/descriptors.h"
#include "core/abi/call.h"

namespace sigtape::analyze {

enum class Verdict : u8 {
  restarts,  // the call runs again after the handler
  eintr,     // the call ends with EINTR
  unknown,   // depends on what the tape does not show
};

struct KernelRule {
  Verdict verdict = Verdict::unknown;
  std::string sentence;
  std::string source;
};

// For a handler that was installed with (or without) SA_RESTART, after the kernel had begun to wait. `descriptors` says
// what kind of file the call of process `pid` waits for.
KernelRule kernel_rule(const abi::Call& call, bool sa_restart, const Descriptors& descriptors, i32 pid);

}  // namespace sigtape::analyze
