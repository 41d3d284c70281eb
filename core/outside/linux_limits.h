// Resource limits: the host's, but for those on memory, which would kill the emulator and are kept here instead.
#pragma once
#include <sys/resource.h>

#include "core/outside/host_call.h"

namespace sigtape::outside {

// Of process `pid`, 0 for this one. 0 or an errno.
[[nodiscard]] i32 read_limit(CallContext& c, i32 pid, u32 resource, rlimit& limit);
[[nodiscard]] i32 write_limit(CallContext& c, i32 pid, u32 resource, const rlimit& limit);

}  // namespace sigtape::outside
