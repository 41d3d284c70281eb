// Resource limits of the guest.
#include "core/outside/linux_limits.h"

#include <errno.h>
#include <sys/syscall.h>

#include <algorithm>
#include <optional>

#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

// RLIMIT_DATA, RLIMIT_STACK and RLIMIT_AS as the guest set them; the emulated kernel acts on them. Changed under the
// baton; a fork takes its copy along, and exec of a guest program hands them over.
std::optional<rlimit>& kept(u32 resource) {
  static std::optional<rlimit> data, stack, space;
  return resource == RLIMIT_DATA ? data : resource == RLIMIT_STACK ? stack : space;
}

constexpr u32 on_memory[] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_AS};

bool is_on_memory(u32 resource) {
  return std::find(std::begin(on_memory), std::end(on_memory), resource) != std::end(on_memory);
}

bool is_own(CallContext& c, i32 pid) { return pid == 0 || (c.thread.group && pid == c.thread.group->pid); }

}  // namespace

i32 read_limit(CallContext& c, i32 pid, u32 resource, rlimit& limit) {
  if (is_on_memory(resource) && is_own(c, pid) && kept(resource)) {
    limit = *kept(resource);
    return 0;
  }
  return c.immediate(SYS_prlimit64, pid, resource, nullptr, &limit).error();
}

i32 write_limit(CallContext& c, i32 pid, u32 resource, const rlimit& limit) {
  if (!is_on_memory(resource) || !is_own(c, pid)) return c.immediate(SYS_prlimit64, pid, resource, &limit, nullptr).error();
  rlimit before{};
  if (i32 error = read_limit(c, pid, resource, before)) return error;
  if (limit.rlim_cur > limit.rlim_max) return EINVAL;
  // Raising the hard limit is asked of the host, which knows about privileges; a larger stack does no harm there.
  if (limit.rlim_max > before.rlim_max) {
    rlimit host{};
    if (i32 error = c.immediate(SYS_prlimit64, 0, resource, nullptr, &host).error()) return error;
    rlimit raised{host.rlim_cur, limit.rlim_max};
    if (i32 error = c.immediate(SYS_prlimit64, 0, resource, &raised, nullptr).error()) return error;
  }
  // What programs started later inherit: only what leaves room for the emulator.
  constexpr u64 enough_stack = 8u << 20;
  if (resource == RLIMIT_STACK && limit.rlim_cur >= enough_stack) {
    rlimit host{};
    if (!c.immediate(SYS_prlimit64, 0, resource, nullptr, &host).error() && limit.rlim_cur <= host.rlim_max) {
      host.rlim_cur = limit.rlim_cur;
      c.immediate(SYS_prlimit64, 0, resource, &host, nullptr);
    }
  }
  kept(resource) = limit;
  return 0;
}

u64 own_limit(u32 resource) {
  if (kept(resource)) return kept(resource)->rlim_cur;
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  raw_syscall(SYS_prlimit64, 0, resource, nullptr, &limit);
  return limit.rlim_cur;
}

std::vector<u64> limits_for_exec() {
  std::vector<u64> numbers;
  for (u32 resource : on_memory)
    if (kept(resource)) numbers.insert(numbers.end(), {resource, kept(resource)->rlim_cur, kept(resource)->rlim_max});
  return numbers;
}

void take_limits_from_exec(std::span<const u64> numbers) {
  for (std::size_t at = 0; at + 3 <= numbers.size(); at += 3)
    if (is_on_memory(static_cast<u32>(numbers[at])))
      kept(static_cast<u32>(numbers[at])) = rlimit{numbers[at + 1], numbers[at + 2]};
}

}  // namespace sigtape::outside
