// FreeBSD calls on descriptors: closing, positions, reading and writing at them, pipes, fcntl, locks.
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <vector>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/freebsd_kqueue.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_iovec.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

void close_(CallContext& c) {
  forget_in_event_queues(c, c.fd(0));
  c.finish(c.blocking(SYS_close, c.fd(0)));
}

// The descriptor that is replaced is closed, which may wait; the host refuses dup3 onto the same number.
void duplicate_to(CallContext& c, unsigned to, u32 flags) {
  if (c.fd(0) == c.fd(to)) return c.finish(c.immediate(SYS_dup2, c.fd(0), c.fd(to)));
  forget_in_event_queues(c, c.fd(to));
  c.finish(c.blocking(SYS_dup3, c.fd(0), c.fd(to), flags));
}
void dup2_(CallContext& c) { duplicate_to(c, 1, 0); }

// The only flag, CLOSE_RANGE_CLOEXEC, is the host's too.
void close_range_(CallContext& c) {
  u32 low = c.word(0), high = c.word(1), flags = c.word(2);
  if (low > high) return c.fail(EINVAL);
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

// --- positions. SEEK_DATA and SEEK_HOLE have the host's numbers.
void lseek_(CallContext& c) {
  HostResult r = c.immediate(SYS_lseek, c.fd(0), c.pair(2), c.word(4));
  if (!r.succeeded()) return c.finish(r);
  c.done64(static_cast<u64>(r.value));
}

long signed_size(u32 size) { return static_cast<i32>(size); }

void pread_(CallContext& c) {
  if (c.signed_word(2) < 0) return c.fail(EINVAL);
  OutBuffer buffer = out_buffer(c, c.at(1), c.word(2));
  HostResult r = c.blocking(SYS_pread64, c.fd(0), buffer.host, buffer.bytes, c.pair(4));
  if (r.succeeded() && !give_buffer(c, buffer, static_cast<u64>(r.value))) return;
  c.finish(r);
}
void pwrite_(CallContext& c) {
  c.finish(c.blocking(SYS_pwrite64, c.fd(0), c.pointer(1), signed_size(c.word(2)), c.pair(4)));
}
void preadv_(CallContext& c) {
  OutVector vector;
  if (i32 error = vector.load(c, c.at(1), c.word(2))) return c.fail(error);
  HostResult r = c.blocking(SYS_preadv, c.fd(0), vector.host(), vector.count(), c.pair(4), 0);
  if (r.succeeded() && !vector.give(c, static_cast<u64>(r.value))) return;
  c.finish(r);
}
void pwritev_(CallContext& c) {
  std::vector<iovec> vector;
  if (i32 error = load_in_vector(c, c.at(1), c.word(2), vector)) return c.fail(error);
  c.finish(c.blocking(SYS_pwritev, c.fd(0), vector.data(), vector.size(), c.pair(4), 0));
}
void ftruncate_(CallContext& c) { c.finish(c.blocking(SYS_ftruncate, c.fd(0), c.pair(2))); }

struct Pair {
  i32 of[2];
};
void pipe2_(CallContext& c) {
  constexpr u32 known = 0x4 | 0x100000;  // O_NONBLOCK, O_CLOEXEC
  if (c.word(1) & ~known) return c.fail(EINVAL);
  auto out = out_struct<Pair>(c, c.at(0));
  HostResult r = c.immediate(SYS_pipe2, out.host, host_open_flags_of_freebsd(c.word(1)));
  if (r.succeeded() && !give_struct(c, out)) return;
  c.finish(r);
}

// LOCK_SH, LOCK_EX, LOCK_NB and LOCK_UN are the host's.
void flock_(CallContext& c) { c.finish(c.blocking(SYS_flock, c.fd(0), c.word(1))); }

void getdtablesize_(CallContext& c) {
  rlimit limit{};
  HostResult r = c.immediate(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  if (!r.succeeded()) return c.finish(r);
  c.done(static_cast<u32>(std::min<u64>(limit.rlim_cur, 0x7fff'ffff)));
}

// --- fcntl

enum Command : u32 {
  dup_fd = 0,
  get_fd = 1,
  set_fd = 2,
  get_fl = 3,
  set_fl = 4,
  get_own = 5,
  set_own = 6,
  dup2_fd = 10,
  get_lock = 11,
  set_lock = 12,
  set_lock_wait = 13,
  read_ahead = 15,
  rd_ahead = 16,
  dup_fd_cloexec = 17,
  dup2_fd_cloexec = 18,
  add_seals = 19,
  get_seals = 20,
  is_union_stack = 21,
};

void lock(CallContext& c, int command) {
  auto wanted = fetch<bsd::Flock>(c, c.at(2));
  if (!wanted) return;
  auto* host = c.stage<struct flock>();
  *host = host_of(*wanted);
  HostResult r = c.blocking(SYS_fcntl, c.fd(0), command, host);
  if (r.succeeded() && command == F_GETLK) {
    bsd::Flock out;
    to_guest(*host, out);
    if (!give(c, c.at(2), out)) return;
  }
  c.finish(r);
}

void fcntl_(CallContext& c) {
  auto ask = [&](int command) { c.finish(c.immediate(SYS_fcntl, c.fd(0), command, c.word(2))); };
  switch (c.word(1)) {
    case dup_fd: return ask(F_DUPFD);
    case dup_fd_cloexec: return ask(F_DUPFD_CLOEXEC);
    case get_fd: return ask(F_GETFD);
    case set_fd: return ask(F_SETFD);
    case get_own: return ask(F_GETOWN);
    case set_own: return ask(F_SETOWN);
    case add_seals: return ask(F_ADD_SEALS);
    case get_seals: return ask(F_GET_SEALS);
    case get_fl: {
      HostResult r = c.immediate(SYS_fcntl, c.fd(0), F_GETFL, 0);
      if (r.succeeded()) r.value = freebsd_open_flags_of(static_cast<u32>(r.value));
      return c.finish(r);
    }
    case set_fl: return c.finish(c.immediate(SYS_fcntl, c.fd(0), F_SETFL, host_open_flags_of_freebsd(c.word(2))));
    case dup2_fd: return duplicate_to(c, 2, 0);
    case dup2_fd_cloexec: return duplicate_to(c, 2, O_CLOEXEC);
    case get_lock: return lock(c, F_GETLK);
    case set_lock: return lock(c, F_SETLK);
    case set_lock_wait: return lock(c, F_SETLKW);
    case read_ahead:
    case rd_ahead:
    case is_union_stack: {
      HostResult open = c.immediate(SYS_fcntl, c.fd(0), F_GETFD, 0);
      if (open.failed()) return c.finish(open);
      return c.done(0);
    }
    default: return c.unsupported("fcntl command", EINVAL);
  }
}

}  // namespace

HandlerTable freebsd_descriptor_handlers() {
  static constexpr NamedHandler table[] = {
      {"close", close_},
      {"dup2", dup2_},
      {"close_range", close_range_},
      {"lseek", lseek_},
      {"pread", pread_},
      {"pwrite", pwrite_},
      {"preadv", preadv_},
      {"pwritev", pwritev_},
      {"ftruncate", ftruncate_},
      {"pipe2", pipe2_},
      {"flock", flock_},
      {"fcntl", fcntl_},
      {"getdtablesize", getdtablesize_},
  };
  return table;
}

}  // namespace sigtape::outside
