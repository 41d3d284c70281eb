// fcntl and fcntl64: record locks of both widths, status flags, owners, hints.
#include <fcntl.h>
#include <sys/syscall.h>

#include "core/outside/linux_access.h"
#include "core/outside/linux_convert.h"
#include "core/outside/linux_flags.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

// The guest's own numbers of the 64-bit lock commands (asm-generic/fcntl.h with 32-bit longs).
constexpr u32 f_getlk64 = 12, f_setlk64 = 13, f_setlkw64 = 14;
constexpr u32 f_getowner_uids = 17, f_get_rw_hint = 1035, f_set_rw_hint = 1036, f_get_file_rw_hint = 1037,
              f_set_file_rw_hint = 1038, f_dupfd_query = 1027, f_created_query = 1028;

void lock32(CallContext& c, u32 command) {
  auto lock = fetch<guest::Flock>(c, c.at(2));
  if (!lock) return;
  auto* host = c.stage<struct flock>();
  *host = host_of(*lock);
  HostResult r = c.blocking(SYS_fcntl, c.fd(0), command, host);
  if (r.succeeded() && command == F_GETLK) {
    guest::Flock out;
    if (i32 error = to_guest(*host, out)) return c.fail(error);
    if (!give(c, c.at(2), out)) return;
  }
  c.finish(r);
}

// struct flock64 has the layout of the host's struct flock.
void lock64(CallContext& c, int command) {
  static_assert(sizeof(guest::Flock64) == sizeof(struct flock));
  auto lock = fetch<struct flock>(c, c.at(2));
  if (!lock) return;
  auto* host = c.stage<struct flock>();
  *host = *lock;
  HostResult r = c.blocking(SYS_fcntl, c.fd(0), command, host);
  bool asks = command == F_GETLK || command == F_OFD_GETLK;
  if (r.succeeded() && asks && !give(c, c.at(2), *host)) return;
  c.finish(r);
}

template <class T>
void read_struct(CallContext& c) {
  auto out = out_struct<T>(c, c.at(2));
  HostResult r = c.immediate(SYS_fcntl, c.fd(0), c.word(1), out.host);
  if (r.succeeded() && !give_struct(c, out)) return;
  c.finish(r);
}

void common(CallContext& c) {
  u32 command = c.word(1);
  switch (command) {
    case F_GETLK: case F_SETLK: case F_SETLKW: return lock32(c, command);
    case F_GETFL: {
      HostResult r = c.immediate(SYS_fcntl, c.fd(0), F_GETFL, 0);
      if (r.succeeded()) r.value = guest_open_flags(static_cast<u32>(r.value));
      return c.finish(r);
    }
    case F_SETFL: return c.finish(c.immediate(SYS_fcntl, c.fd(0), F_SETFL, host_open_flags(c.word(2))));
    case F_SETOWN: return c.finish(c.immediate(SYS_fcntl, c.fd(0), F_SETOWN, c.signed_word(2)));
    case F_SETOWN_EX: return c.finish(c.immediate(SYS_fcntl, c.fd(0), F_SETOWN_EX, c.pointer(2)));
    case F_GETOWN_EX: return read_struct<guest::FOwnerEx>(c);
    case f_getowner_uids: return read_struct<u64>(c);
    case f_get_rw_hint: case f_get_file_rw_hint: return read_struct<u64>(c);
    case f_set_rw_hint: case f_set_file_rw_hint:
      return c.finish(c.immediate(SYS_fcntl, c.fd(0), command, c.pointer(2)));
    case F_DUPFD: case F_DUPFD_CLOEXEC: case F_GETFD: case F_SETFD: case F_GETOWN: case F_SETSIG: case F_GETSIG:
    case F_SETLEASE: case F_GETLEASE: case F_NOTIFY: case F_SETPIPE_SZ: case F_GETPIPE_SZ: case F_ADD_SEALS:
    case F_GET_SEALS: case f_dupfd_query: case f_created_query:
      return c.finish(c.immediate(SYS_fcntl, c.fd(0), command, c.word(2)));
    default: break;
  }
  HostResult open = c.immediate(SYS_fcntl, c.fd(0), F_GETFD, 0);
  if (open.failed()) return c.finish(open);
  c.unsupported("fcntl command", EINVAL);
}

void fcntl_(CallContext& c) {
  switch (c.word(1)) {  // fs/fcntl.c do_fcntl knows these as well, for long offsets of 64 bits
    case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW: return lock64(c, static_cast<int>(c.word(1)));
    default: return common(c);
  }
}

void fcntl64_(CallContext& c) {
  switch (c.word(1)) {
    case f_getlk64: return lock64(c, F_GETLK);
    case f_setlk64: return lock64(c, F_SETLK);
    case f_setlkw64: return lock64(c, F_SETLKW);
    default: return fcntl_(c);
  }
}

}  // namespace

HandlerTable fcntl_handlers() {
  static constexpr NamedHandler table[] = {{"fcntl", fcntl_}, {"fcntl64", fcntl64_}};
  return table;
}

}  // namespace sigtape::outside
