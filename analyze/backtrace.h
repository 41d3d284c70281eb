// The guest's backtrace: from a thread's registers to its callers, across signal frames.
#pragma once
#include <string>
#include <vector>

#include "analyze/evidence.h"
#include "core/cpu/state.h"
#include "core/mem/space.h"

namespace sigtape::analyze {

// "#1  000105dc  main+0x1c (lost_wakeup)": one line a frame. `code` says which file lies where.
std::vector<std::string> backtrace(const Code& code, const mem::Space& space, const cpu::State& cpu);

}  // namespace sigtape::analyze
