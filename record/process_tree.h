// The processes below this one, native ones and orphans included.
#pragma once
#include <vector>

#include "core/base/ints.h"

namespace sigtape::record {

// By way of /proc; children before their parents' other children.
std::vector<i32> descendants_of(i32 pid);
bool descends_from(i32 pid, i32 ancestor);
void signal_all(const std::vector<i32>& pids, int signal);

}  // namespace sigtape::record
