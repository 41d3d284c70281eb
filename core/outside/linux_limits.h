// Resource limits: the host's, but for those on memory, which would kill the emulator and are kept here instead.
#pragma once
#include <sys/resource.h>

#include <span>
#include <vector>

#include "core/outside/host_call.h"

namespace sigtape::outside {

// Of process `pid`, 0 for this one. 0 or an errno.
[[nodiscard]] i32 read_limit(CallContext& c, i32 pid, u32 resource, rlimit& limit);
[[nodiscard]] i32 write_limit(CallContext& c, i32 pid, u32 resource, const rlimit& limit);

// The soft limit of this process.
u64 own_limit(u32 resource);
// Those kept here over execve, as numbers: to the new image's first words, and from them.
std::vector<u64> limits_for_exec();
void take_limits_from_exec(std::span<const u64> numbers);

}  // namespace sigtape::outside
