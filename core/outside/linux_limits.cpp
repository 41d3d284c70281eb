// Resource limits of the guest.
#include "core/outside/linux_limits.h"

#include <errno.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <optional>

#include "core/outside/host_call.h"
#include "core/outside/live.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

constexpr u32 kept_resources[] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_AS, RLIMIT_FSIZE};

// What this process was started with, where that limits files.
std::optional<rlimit> file_size_at_start;

int host_limit(u32 resource, const rlimit* wanted, rlimit* now) {
  return static_cast<int>(-raw_syscall(SYS_prlimit64, 0, resource, wanted, now));
}

void set_soft_file_size(u64 bytes) {
  rlimit limit{};
  if (host_limit(RLIMIT_FSIZE, nullptr, &limit)) return;
  limit.rlim_cur = std::min<u64>(bytes, limit.rlim_max);
  (void)host_limit(RLIMIT_FSIZE, &limit, nullptr);
}

// As far as it goes: without privileges the hard limit stays, and the emulator has it too.
void lift_file_size() {
  constexpr rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  if (host_limit(RLIMIT_FSIZE, &none, nullptr)) set_soft_file_size(RLIM_INFINITY);
}

bool is_regular(long fd) {
  struct stat status;
  return raw_syscall(SYS_fstat, fd, &status) == 0 && S_ISREG(status.st_mode);
}

// Whether a kept hard limit may go up: the host, whose own limit is another one, can't be asked.
bool may_raise_limits() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  return raw_syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & CAP_TO_MASK(CAP_SYS_RESOURCE));
}

bool is_own(CallContext& c, i32 pid) { return pid == 0 || (c.thread.group && pid == c.thread.group->pid); }

}  // namespace

KeptLimits::KeptLimits() : file_size_(file_size_at_start) {}

bool KeptLimits::keeps(u32 resource) {
  return std::find(std::begin(kept_resources), std::end(kept_resources), resource) != std::end(kept_resources);
}

const std::optional<rlimit>& KeptLimits::of(u32 resource) const {
  switch (resource) {
    case RLIMIT_DATA: return data_;
    case RLIMIT_STACK: return stack_;
    case RLIMIT_AS: return space_;
    default: return file_size_;
  }
}

void KeptLimits::keep(u32 resource, const rlimit& limit) { const_cast<std::optional<rlimit>&>(of(resource)) = limit; }

u64 KeptLimits::soft(u32 resource) const {
  if (of(resource)) return of(resource)->rlim_cur;
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  (void)host_limit(resource, nullptr, &limit);
  return limit.rlim_cur;
}

void KeptLimits::enter_file_size() const { set_soft_file_size(file_size_->rlim_cur); }
void KeptLimits::leave_file_size() const { set_soft_file_size(RLIM_INFINITY); }

void KeptLimits::give_file_size_to_native() const {
  if (file_size_) (void)host_limit(RLIMIT_FSIZE, &*file_size_, nullptr);
}

void KeptLimits::take_file_size_back() const {
  if (file_size_) lift_file_size();
}

std::vector<u64> KeptLimits::numbers() const {
  std::vector<u64> numbers;
  for (u32 resource : kept_resources)
    if (of(resource)) numbers.insert(numbers.end(), {resource, of(resource)->rlim_cur, of(resource)->rlim_max});
  return numbers;
}

void KeptLimits::take(std::span<const u64> numbers) {
  for (std::size_t at = 0; at + 3 <= numbers.size(); at += 3)
    if (u32 resource = static_cast<u32>(numbers[at]); keeps(resource))
      keep(resource, {numbers[at + 1], numbers[at + 2]});
}

Result<void> lift_file_size_limit() {
  constexpr u64 enough = 256u << 20;  // the largest file that is needed from the beginning, and the largest kept copy
  rlimit limit{};
  if (host_limit(RLIMIT_FSIZE, nullptr, &limit) || limit.rlim_cur == RLIM_INFINITY) return {};
  file_size_at_start = limit;
  lift_file_size();
  (void)host_limit(RLIMIT_FSIZE, nullptr, &limit);
  if (limit.rlim_cur >= enough) return {};
  return Error{
      fmt::format("files may have {} bytes at most here (ulimit -f), which is not enough for sigtape", limit.rlim_cur)};
}

void restore_file_size_limit() {
  if (file_size_at_start) (void)host_limit(RLIMIT_FSIZE, &*file_size_at_start, nullptr);
}

bool may_grow_a_file(long number, const long (&words)[6]) {
  switch (number) {
    case SYS_truncate: return true;
    case SYS_write:
    case SYS_pwrite64:
    case SYS_writev:
    case SYS_pwritev:
    case SYS_pwritev2:
    case SYS_sendfile:
    case SYS_ftruncate:
    case SYS_fallocate: return is_regular(words[0]);
    case SYS_copy_file_range: return is_regular(words[2]);
    default: return false;
  }
}

i32 read_limit(CallContext& c, i32 pid, u32 resource, rlimit& limit) {
  if (is_own(c, pid) && KeptLimits::keeps(resource) && c.live.limits().of(resource)) {
    limit = *c.live.limits().of(resource);
    return 0;
  }
  return c.immediate(SYS_prlimit64, pid, resource, nullptr, &limit).error();
}

i32 write_limit(CallContext& c, i32 pid, u32 resource, const rlimit& limit) {
  if (!KeptLimits::keeps(resource) || !is_own(c, pid))
    return c.immediate(SYS_prlimit64, pid, resource, &limit, nullptr).error();
  rlimit before{};
  if (i32 error = read_limit(c, pid, resource, before)) return error;
  if (limit.rlim_cur > limit.rlim_max) return EINVAL;
  rlimit host{};
  if (i32 error = c.immediate(SYS_prlimit64, 0, resource, nullptr, &host).error()) return error;
  if (limit.rlim_max > before.rlim_max && !may_raise_limits()) return EPERM;
  // A larger one does no harm to the emulator.
  if (limit.rlim_max > host.rlim_max) {
    rlimit raised{host.rlim_cur, limit.rlim_max};
    if (i32 error = c.immediate(SYS_prlimit64, 0, resource, &raised, nullptr).error()) return error;
    host.rlim_max = limit.rlim_max;
  }
  // What programs started later inherit: only what leaves room for the emulator.
  constexpr u64 enough_stack = 8u << 20;
  if (resource == RLIMIT_STACK && limit.rlim_cur >= enough_stack) {
    host.rlim_cur = limit.rlim_cur;
    c.immediate(SYS_prlimit64, 0, resource, &host, nullptr);
  }
  c.live.limits().keep(resource, limit);
  return 0;
}

}  // namespace sigtape::outside
