// Making, copying and closing descriptors: close, close_range, dup and kin, pipes, signalfd, inotify.
#include <fcntl.h>
#include <sys/syscall.h>

#include "core/outside/linux_access.h"
#include "core/outside/linux_flags.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

void close_(CallContext& c) { c.finish(c.blocking(SYS_close, c.fd(0))); }

// Our descriptors in the range are left out: they do not exist for the guest.
void close_range_(CallContext& c) {
  u32 low = c.word(0), high = c.word(1), flags = c.word(2);
  if (low > high) return c.finish(c.immediate(SYS_close_range, low, high, flags));
  while (true) {
    std::optional<int> ours = c.live.own_fds().first_in(low, high);
    u32 end = ours ? static_cast<u32>(*ours) : high;
    if (!ours || end > low) {
      HostResult r = c.blocking(SYS_close_range, low, ours ? end - 1 : end, flags);
      if (!r.succeeded() || !ours) return c.finish(r);
    }
    if (end == high) return c.done(0);
    low = end + 1;
  }
}

void dup_(CallContext& c) { c.finish(c.immediate(SYS_dup, c.fd(0))); }
// The descriptor that is replaced is closed, which may wait.
void dup2_(CallContext& c) { c.finish(c.blocking(SYS_dup2, c.fd(0), c.fd(1))); }
void dup3_(CallContext& c) { c.finish(c.blocking(SYS_dup3, c.fd(0), c.fd(1), c.word(2))); }

struct Pair {
  i32 of[2];
};

void make_pipe(CallContext& c, u32 flags) {
  auto out = out_struct<Pair>(c, c.at(0));
  HostResult r = c.immediate(SYS_pipe2, out.host, flags);
  if (r.succeeded() && !give_struct(c, out)) return;
  c.finish(r);
}
void pipe_(CallContext& c) { make_pipe(c, 0); }
void pipe2_(CallContext& c) { make_pipe(c, host_open_flags(c.word(1))); }

void make_signalfd(CallContext& c, u32 flags) {
  if (c.word(2) != 8) return c.fail(EINVAL);
  auto mask = fetch<u64>(c, c.at(1));
  if (!mask) return;
  u64 host = c.host_mask(os::SigSet::of(*mask));
  c.finish(c.immediate(SYS_signalfd4, c.fd(0), &host, sizeof host, flags));
}
void signalfd_(CallContext& c) { make_signalfd(c, 0); }
void signalfd4_(CallContext& c) { make_signalfd(c, c.word(3)); }

void inotify_add_watch_(CallContext& c) {
  constexpr u32 dont_follow = 0x0200'0000;  // IN_DONT_FOLLOW
  auto path = c.path(AT_FDCWD, 1, c.word(2) & dont_follow ? Follow::no : Follow::yes);
  if (path) c.finish(c.blocking(SYS_inotify_add_watch, c.fd(0), path->c_str(), c.word(2)));
}

}  // namespace

HandlerTable descriptor_handlers() {
  static constexpr NamedHandler table[] = {
      {"close", close_},   {"close_range", close_range_}, {"dup", dup_},           {"dup2", dup2_},
      {"dup3", dup3_},     {"pipe", pipe_},               {"pipe2", pipe2_},       {"signalfd", signalfd_},
      {"signalfd4", signalfd4_}, {"inotify_add_watch", inotify_add_watch_},
  };
  return table;
}

}  // namespace sigtape::outside
