// FreeBSD calls that take paths or change files: open and kin, links, names, times, modes, owners.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_proc.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

constexpr u32 o_shlock = 0x10, o_exlock = 0x20, o_nofollow = 0x100;

// O_SHLOCK and O_EXLOCK: open, then lock; with O_NONBLOCK the lock is not waited for. False: the call is answered.
bool lock_opened(CallContext& c, int fd, u32 flags) {
  int operation = flags & o_exlock ? LOCK_EX : flags & o_shlock ? LOCK_SH : 0;
  if (operation == 0) return true;
  if (flags & 0x4) operation |= LOCK_NB;
  HostResult r = c.blocking(SYS_flock, fd, operation);
  if (r.succeeded()) return true;
  c.immediate(SYS_close, fd);
  c.finish(r);
  return false;
}

void open_at(CallContext& c, int dirfd, unsigned path_argument, u32 guest_flags, u32 mode) {
  u32 flags = host_open_flags_of_freebsd(guest_flags);
  if ((guest_flags & O_ACCMODE) == O_ACCMODE) return c.fail(EINVAL);
  auto text = c.path_text(path_argument);
  if (!text) return;
  Follow follow = guest_flags & o_nofollow ? Follow::no : Follow::yes;
  std::string path = c.live.root().resolve(dirfd, *text, follow);
  HostResult r = c.blocking(SYS_openat, dirfd, path.c_str(), flags, mode & 07777);
  if (r.error() == ELOOP && follow == Follow::no) return c.fail(EMLINK);  // sys/kern/vfs_vnops.c: vn_open_vnode
  if (r.succeeded() && !lock_opened(c, static_cast<int>(r.value), guest_flags)) return;
  c.finish(r);
}
void open_(CallContext& c) { open_at(c, AT_FDCWD, 0, c.word(1), c.word(2)); }
void openat_(CallContext& c) { open_at(c, c.fd(0), 1, c.word(2), c.word(3)); }

// --- one path and words, with AT_ flags

struct AtFlags {
  bool ok = true;
  u32 host = 0;
  Follow follow() const { return host & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes; }
};
AtFlags at_flags(CallContext& c, unsigned argument) {
  auto host = host_at_flags_of_freebsd(c.word(argument));
  if (host) return {true, *host};
  c.fail(EINVAL);
  return {false};
}

constexpr long faccessat2_number = 439;
void access_at(CallContext& c, int dirfd, unsigned first, u32 flags) {
  auto path = c.path(dirfd, first, flags & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes);
  if (!path) return;
  u32 mode = c.word(first + 1) & 7;  // R_OK, W_OK, X_OK are the host's
  if (flags) return c.finish(c.blocking(faccessat2_number, dirfd, path->c_str(), mode, flags));
  c.finish(c.blocking(SYS_faccessat, dirfd, path->c_str(), mode));
}
void access_(CallContext& c) { access_at(c, AT_FDCWD, 0, 0); }
void faccessat_(CallContext& c) {
  if (AtFlags flags = at_flags(c, 3); flags.ok) access_at(c, c.fd(0), 1, flags.host);
}

void fchmodat_(CallContext& c) {
  AtFlags flags = at_flags(c, 3);
  if (!flags.ok) return;
  if (flags.follow() == Follow::no) return c.fail(EOPNOTSUPP);  // the mode of a link itself: the host has none
  if (auto path = c.path(c.fd(0), 1)) c.finish(c.blocking(SYS_fchmodat, c.fd(0), path->c_str(), c.word(2) & 07777));
}
void fchownat_(CallContext& c) {
  AtFlags flags = at_flags(c, 4);
  if (!flags.ok) return;
  if (auto path = c.path(c.fd(0), 1, flags.follow()))
    c.finish(c.blocking(SYS_fchownat, c.fd(0), path->c_str(), c.signed_word(2), c.signed_word(3), flags.host));
}

// unlink of a directory is EPERM (sys/kern/vfs_syscalls.c: kern_funlinkat).
void unlink_at(CallContext& c, int dirfd, unsigned first, u32 flags) {
  auto path = c.path(dirfd, first, Follow::no);
  if (!path) return;
  HostResult r = c.blocking(SYS_unlinkat, dirfd, path->c_str(), flags);
  if (r.error() == EISDIR && !(flags & AT_REMOVEDIR)) return c.fail(EPERM);
  c.finish(r);
}
void unlink_(CallContext& c) { unlink_at(c, AT_FDCWD, 0, 0); }
void unlinkat_(CallContext& c) {
  if (AtFlags flags = at_flags(c, 2); flags.ok) unlink_at(c, c.fd(0), 1, flags.host);
}

void linkat_(CallContext& c) {
  AtFlags flags = at_flags(c, 4);
  if (!flags.ok) return;
  auto from = c.path(c.fd(0), 1, flags.host & AT_SYMLINK_FOLLOW ? Follow::yes : Follow::no);
  if (!from) return;
  if (auto to = c.path(c.fd(2), 3, Follow::no))
    c.finish(c.blocking(SYS_linkat, c.fd(0), from->c_str(), c.fd(2), to->c_str(), flags.host));
}
// link(2) follows a symbolic link there.
void link_(CallContext& c) {
  auto from = c.path(AT_FDCWD, 0);
  if (!from) return;
  if (auto to = c.path(AT_FDCWD, 1, Follow::no))
    c.finish(c.blocking(SYS_linkat, AT_FDCWD, from->c_str(), AT_FDCWD, to->c_str(), AT_SYMLINK_FOLLOW));
}

// --- making things

void make_fifo(CallContext& c, int dirfd, unsigned first) {
  if (auto path = c.path(dirfd, first, Follow::no))
    c.finish(c.blocking(SYS_mknodat, dirfd, path->c_str(), S_IFIFO | (c.word(first + 1) & 07777), 0));
}
void mkfifo_(CallContext& c) { make_fifo(c, AT_FDCWD, 0); }
void mkfifoat_(CallContext& c) { make_fifo(c, c.fd(0), 1); }

// The text of a link is the guest's own and is not looked up.
void symlink_at(CallContext& c, unsigned text_argument, int dirfd, unsigned path_argument) {
  auto text = c.path_text(text_argument);
  if (!text) return;
  if (auto path = c.path(dirfd, path_argument, Follow::no))
    c.finish(c.blocking(SYS_symlinkat, text->c_str(), dirfd, path->c_str()));
}
void symlink_(CallContext& c) { symlink_at(c, 0, AT_FDCWD, 1); }
void symlinkat_(CallContext& c) { symlink_at(c, 0, c.fd(1), 2); }

void truncate_(CallContext& c) {
  if (auto path = c.path(AT_FDCWD, 0)) c.finish(c.blocking(SYS_truncate, path->c_str(), c.pair(2)));
}

// --- links' texts and the working directory

void read_link(CallContext& c, int dirfd, unsigned first) {
  u32 size = c.word(first + 2);
  if (size == 0 || size > 0x7fff'ffff) return c.fail(EINVAL);
  auto text = c.path_text(first);
  if (!text) return;
  OutBuffer buffer = out_buffer(c, c.at(first + 1), size);
  std::string path = c.live.root().resolve(dirfd, *text, Follow::no);
  HostResult r = c.blocking(SYS_readlinkat, dirfd, path.c_str(), buffer.host, buffer.bytes);
  if (r.succeeded() && !give_buffer(c, buffer, static_cast<u64>(r.value))) return;
  c.finish(r);
}
void readlink_(CallContext& c) { read_link(c, AT_FDCWD, 0); }
void readlinkat_(CallContext& c) { read_link(c, c.fd(0), 1); }

void getcwd_(CallContext& c) {
  constexpr u32 room = 4096;
  char* host = reinterpret_cast<char*>(c.stage(room));
  HostResult r = c.blocking(SYS_getcwd, host, room);
  if (!r.succeeded()) return c.finish(r);
  std::string path = c.live.root().guest_name(std::string(host));
  if (path.size() + 1 > c.word(1)) return c.fail(c.word(1) < 2 ? EINVAL : ERANGE);
  std::memcpy(host, path.c_str(), path.size() + 1);
  if (give_bytes(c, c.at(0), host, path.size() + 1)) c.done(0);
}

// --- times

// UTIME_NOW is -1, UTIME_OMIT -2 (sys/sys/stat.h).
timespec host_file_time(const bsd::Timespec& t) {
  constexpr i32 now = -1, omit = -2;
  return {t.sec, t.nsec == now ? UTIME_NOW : t.nsec == omit ? UTIME_OMIT : t.nsec};
}
timespec host_file_time(const bsd::Timeval& t) { return {t.sec, t.usec * 1000L}; }

// Both times, or null for now. False: the call is answered.
template <class Guest>
bool fetch_times(CallContext& c, GuestAddr at, timespec (&times)[2], const timespec*& host) {
  if (at.is_null()) return true;
  struct Pair {
    Guest of[2];
  };
  auto pair = fetch<Pair>(c, at);
  if (!pair) return false;
  for (unsigned i = 0; i < 2; i++) times[i] = host_file_time(pair->of[i]);
  host = times;
  return true;
}

template <class Guest>
void set_times(CallContext& c, int dirfd, std::optional<unsigned> path_argument, unsigned times_argument, u32 flags) {
  timespec times[2];
  const timespec* host = nullptr;
  if (!fetch_times<Guest>(c, c.at(times_argument), times, host)) return;
  if (!path_argument) return c.finish(c.blocking(SYS_utimensat, dirfd, nullptr, host, 0));
  if (auto path = c.path(dirfd, *path_argument, flags & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes))
    c.finish(c.blocking(SYS_utimensat, dirfd, path->c_str(), host, flags));
}
void utimes_(CallContext& c) { set_times<bsd::Timeval>(c, AT_FDCWD, 0, 1, 0); }
void futimes_(CallContext& c) { set_times<bsd::Timeval>(c, c.fd(0), std::nullopt, 1, 0); }
void futimens_(CallContext& c) { set_times<bsd::Timespec>(c, c.fd(0), std::nullopt, 1, 0); }
void utimensat_(CallContext& c) {
  if (AtFlags flags = at_flags(c, 3); flags.ok) set_times<bsd::Timespec>(c, c.fd(0), 1, 2, flags.host);
}

}  // namespace

HandlerTable freebsd_file_handlers() {
  static constexpr NamedHandler table[] = {
      {"open", open_},         {"openat", openat_},         {"access", access_},     {"faccessat", faccessat_},
      {"fchmodat", fchmodat_}, {"fchownat", fchownat_},     {"unlink", unlink_},     {"unlinkat", unlinkat_},
      {"link", link_},         {"linkat", linkat_},         {"mkfifo", mkfifo_},     {"mkfifoat", mkfifoat_},
      {"symlink", symlink_},   {"symlinkat", symlinkat_},   {"truncate", truncate_}, {"readlink", readlink_},
      {"__getcwd", getcwd_},   {"readlinkat", readlinkat_}, {"utimes", utimes_},     {"futimes", futimes_},
      {"futimens", futimens_}, {"utimensat", utimensat_},
  };
  return table;
}

}  // namespace sigtape::outside
