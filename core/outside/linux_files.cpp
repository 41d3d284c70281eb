// Calls that take paths or change files: open and kin, links, names, times, owners, space.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/outside/linux_access.h"
#include "core/outside/linux_convert.h"
#include "core/outside/linux_flags.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/linux_proc.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

// Legacy 16-bit ids: all ones mean "leave alone" (linux/highuid.h, low2highuid).
i32 wide_id(u32 word) { return static_cast<u16>(word) == 0xffff ? -1 : static_cast<i32>(static_cast<u16>(word)); }

// A 32-bit kernel refuses files beyond 2 GiB without O_LARGEFILE (generic_file_open); a 64-bit one never does.
bool is_too_large(int fd, u32 guest_flags) {
  if (guest_flags & (arm_o_largefile | O_PATH)) return false;
  struct stat s;
  return ::fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0x7fff'ffff;
}

void open_at(CallContext& c, int dirfd, unsigned path_argument, u32 guest_flags, u32 mode) {
  u32 flags = host_open_flags(guest_flags);
  std::optional<std::string> text = c.path_text(path_argument);
  if (!text) return;
  if (open_proc_text(c, dirfd, *text, flags)) return;
  Follow follow = flags & O_NOFOLLOW ? Follow::no : Follow::yes;
  std::string path = c.live.root().resolve(dirfd, *text, follow);
  if (follow == Follow::yes) path = proc_redirected(c, dirfd, std::move(path));
  HostResult r = c.blocking(SYS_openat, dirfd, path.c_str(), flags, mode);
  if (r.succeeded() && is_too_large(static_cast<int>(r.value), guest_flags)) {
    c.immediate(SYS_close, r.value);
    return c.fail(EOVERFLOW);
  }
  c.finish(r);
}

void open_(CallContext& c) { open_at(c, AT_FDCWD, 0, c.word(1), c.word(2)); }
void openat_(CallContext& c) { open_at(c, c.fd(0), 1, c.word(2), c.word(3)); }
void creat_(CallContext& c) { open_at(c, AT_FDCWD, 0, O_CREAT | O_WRONLY | O_TRUNC, c.word(1)); }

void openat2_(CallContext& c) {
  u32 size = c.word(3);
  if (size < sizeof(guest::OpenHow)) return c.fail(EINVAL);
  auto how = fetch<guest::OpenHow>(c, c.at(2));
  if (!how) return;
  for (u32 i = sizeof *how; i < size; ++i) {  // copy_struct_from_user: unknown members must be zero
    if (i == 4096) return c.fail(E2BIG);
    auto byte = fetch<u8>(c, c.at(2) + i);
    if (!byte) return;
    if (*byte) return c.fail(E2BIG);
  }
  std::optional<std::string> text = c.path_text(1);
  if (!text) return;
  int dirfd = c.fd(0);
  struct open_how host {};
  host.flags = (how->flags & ~u64{0xffff'ffff}) | host_open_flags(static_cast<u32>(how->flags));
  host.mode = how->mode;
  host.resolve = how->resolve;
  if (!how->resolve && open_proc_text(c, dirfd, *text, static_cast<u32>(host.flags))) return;
  Follow follow = host.flags & O_NOFOLLOW ? Follow::no : Follow::yes;
  std::string path = how->resolve ? *text : c.live.root().resolve(dirfd, *text, follow);
  c.finish(c.blocking(SYS_openat2, dirfd, path.c_str(), &host, sizeof host));
}

void open_by_handle_at_(CallContext& c) {
  c.finish(c.blocking(SYS_open_by_handle_at, c.fd(0), c.pointer(1), host_open_flags(c.word(2))));
}

void name_to_handle_at_(CallContext& c) {
  auto handle = fetch<guest::FileHandle>(c, c.at(2));
  if (!handle) return;
  if (handle->handle_bytes > 128) return c.fail(EINVAL);  // MAX_HANDLE_SZ
  auto path = c.path(c.fd(0), 1, c.word(4) & AT_SYMLINK_FOLLOW ? Follow::yes : Follow::no);
  if (!path) return;
  u32 room = static_cast<u32>(sizeof *handle) + handle->handle_bytes;
  u8* out = c.stage(room);
  std::memcpy(out, &*handle, sizeof *handle);
  int* mount = c.stage<int>();
  HostResult r = c.blocking(SYS_name_to_handle_at, c.fd(0), path->c_str(), out, mount, c.word(4));
  bool told_size = r.error() == EOVERFLOW;
  if (r.succeeded() || told_size) {
    u64 bytes = r.succeeded() ? room : sizeof *handle;
    if (!give_bytes(c, c.at(2), out, bytes) || !give(c, c.at(3), *mount)) return;
  }
  c.finish(r);
}

// --- links' texts and the working directory

void read_link(CallContext& c, int dirfd, unsigned first) {
  i32 size = c.signed_word(first + 2);
  if (size <= 0) return c.fail(EINVAL);
  std::optional<std::string> text = c.path_text(first);
  if (!text) return;
  OutBuffer buffer = out_buffer(c, c.at(first + 1), static_cast<u32>(size));
  if (auto link = proc_link_text(c, dirfd, *text)) {
    u64 length = std::min<u64>(link->size(), static_cast<u32>(size));
    if (buffer.room < length) return c.fail(EFAULT);
    std::memcpy(buffer.host, link->data(), length);
    if (give_buffer(c, buffer, length)) c.done(static_cast<u32>(length));
    return;
  }
  std::string path = c.live.root().resolve(dirfd, *text, Follow::no);
  HostResult r = c.blocking(SYS_readlinkat, dirfd, path.c_str(), buffer.host, std::min<u64>(buffer.bytes, 0x7fff'ffff));
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
  if (path.size() + 1 > c.word(1)) return c.fail(ERANGE);
  std::memcpy(host, path.c_str(), path.size() + 1);
  if (give_bytes(c, c.at(0), host, path.size() + 1)) c.done(static_cast<u32>(path.size() + 1));
}

// --- times. UTIME_NOW and UTIME_OMIT are the same numbers on both sides.

template <class Guest>
void utimensat_as(CallContext& c) {
  timespec* host = nullptr;
  timespec times[2];
  if (!c.at(2).is_null()) {
    struct Pair {
      Guest of[2];
    };
    auto pair = fetch<Pair>(c, c.at(2));
    if (!pair) return;
    times[0] = host_of(pair->of[0]), times[1] = host_of(pair->of[1]);
    host = times;
  }
  if (c.at(1).is_null()) return c.finish(c.blocking(SYS_utimensat, c.fd(0), nullptr, host, c.word(3)));
  auto path = c.path(c.fd(0), 1, c.word(3) & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes);
  if (path) c.finish(c.blocking(SYS_utimensat, c.fd(0), path->c_str(), host, c.word(3)));
}

void utimes_at(CallContext& c, int dirfd, unsigned first) {
  timeval* host = nullptr;
  timeval times[2];
  if (!c.at(first + 1).is_null()) {
    struct Pair {
      guest::Timeval32 of[2];
    };
    auto pair = fetch<Pair>(c, c.at(first + 1));
    if (!pair) return;
    times[0] = host_of(pair->of[0]), times[1] = host_of(pair->of[1]);
    host = times;
  }
  if (c.at(first).is_null()) return c.finish(c.blocking(SYS_futimesat, dirfd, nullptr, host));
  if (auto path = c.path(dirfd, first)) c.finish(c.blocking(SYS_futimesat, dirfd, path->c_str(), host));
}
void utimes_(CallContext& c) { utimes_at(c, AT_FDCWD, 0); }
void futimesat_(CallContext& c) { utimes_at(c, c.fd(0), 1); }

// --- owners (16-bit ids), lengths

void change_owner16(CallContext& c, int flags) {
  auto path = c.path(AT_FDCWD, 0, flags ? Follow::no : Follow::yes);
  if (path) c.finish(c.blocking(SYS_fchownat, AT_FDCWD, path->c_str(), wide_id(c.word(1)), wide_id(c.word(2)), flags));
}
void chown16_(CallContext& c) { change_owner16(c, 0); }
void lchown16_(CallContext& c) { change_owner16(c, AT_SYMLINK_NOFOLLOW); }
void fchown16_(CallContext& c) {
  c.finish(c.blocking(SYS_fchown, c.fd(0), wide_id(c.word(1)), wide_id(c.word(2))));
}
void change_owner32(CallContext& c, int flags) {
  auto path = c.path(AT_FDCWD, 0, flags ? Follow::no : Follow::yes);
  if (path) c.finish(c.blocking(SYS_fchownat, AT_FDCWD, path->c_str(), c.signed_word(1), c.signed_word(2), flags));
}
void chown32_(CallContext& c) { change_owner32(c, 0); }
void lchown32_(CallContext& c) { change_owner32(c, AT_SYMLINK_NOFOLLOW); }
void fchown32_(CallContext& c) { c.finish(c.blocking(SYS_fchown, c.fd(0), c.signed_word(1), c.signed_word(2))); }

void truncate_to(CallContext& c, i64 length) {
  if (auto path = c.path(AT_FDCWD, 0)) c.finish(c.blocking(SYS_truncate, path->c_str(), length));
}
void truncate_(CallContext& c) { truncate_to(c, c.signed_word(1)); }
void truncate64_(CallContext& c) { truncate_to(c, static_cast<i64>(c.pair(2))); }
void ftruncate_(CallContext& c) { c.finish(c.blocking(SYS_ftruncate, c.fd(0), c.signed_word(1))); }
void ftruncate64_(CallContext& c) { c.finish(c.blocking(SYS_ftruncate, c.fd(0), c.pair(2))); }
void fallocate_(CallContext& c) { c.finish(c.blocking(SYS_fallocate, c.fd(0), c.word(1), c.pair(2), c.pair(4))); }
// arm_fadvise64_64 and arm_sync_file_range have their flag word second, so that the pairs are aligned.
void fadvise_(CallContext& c) { c.finish(c.blocking(SYS_fadvise64, c.fd(0), c.pair(2), c.pair(4), c.word(1))); }
void sync_range_(CallContext& c) { c.finish(c.blocking(SYS_sync_file_range, c.fd(0), c.pair(2), c.pair(4), c.word(1))); }
void readahead_(CallContext& c) { c.finish(c.blocking(SYS_readahead, c.fd(0), c.pair(2), c.word(4))); }

// --- mounting. The data page is text for nearly every file system, and is read in place.
void mount_(CallContext& c) {
  auto target = c.path(AT_FDCWD, 1);
  if (!target) return;
  std::optional<std::string> source;
  if (!c.at(0).is_null() && !(source = c.path(AT_FDCWD, 0))) return;
  c.finish(c.blocking(SYS_mount, source ? source->c_str() : nullptr, target->c_str(), c.pointer(2), c.word(3), c.pointer(4)));
}

// The text of a link is the guest's own and is not looked up.
void symlink_at(CallContext& c, unsigned text_argument, int dirfd, unsigned path_argument) {
  auto text = c.path_text(text_argument);
  if (!text) return;
  if (auto path = c.path(dirfd, path_argument, Follow::no))
    c.finish(c.blocking(SYS_symlinkat, text->c_str(), dirfd, path->c_str()));
}
void symlink_(CallContext& c) { symlink_at(c, 0, AT_FDCWD, 1); }
void symlinkat_(CallContext& c) { symlink_at(c, 0, c.fd(1), 2); }

void fanotify_init_(CallContext& c) {
  c.finish(c.immediate(SYS_fanotify_init, c.word(0), host_open_flags(c.word(1))));
}
void fanotify_mark_(CallContext& c) {
  int dirfd = c.fd(4);
  if (c.at(5).is_null()) return c.finish(c.blocking(SYS_fanotify_mark, c.fd(0), c.word(1), c.pair(2), dirfd, nullptr));
  if (auto path = c.path(dirfd, 5))
    c.finish(c.blocking(SYS_fanotify_mark, c.fd(0), c.word(1), c.pair(2), dirfd, path->c_str()));
}

}  // namespace

HandlerTable file_handlers() {
  static constexpr NamedHandler table[] = {
      {"open", open_},
      {"openat", openat_},
      {"creat", creat_},
      {"openat2", openat2_},
      {"open_by_handle_at", open_by_handle_at_},
      {"name_to_handle_at", name_to_handle_at_},
      {"readlink", readlink_},
      {"readlinkat", readlinkat_},
      {"getcwd", getcwd_},
      {"utimensat", utimensat_as<guest::Timespec32>},
      {"utimensat_time64", utimensat_as<guest::Timespec64>},
      {"utimes", utimes_},
      {"futimesat", futimesat_},
      {"chown", chown16_},
      {"lchown", lchown16_},
      {"fchown", fchown16_},
      {"chown32", chown32_},
      {"lchown32", lchown32_},
      {"fchown32", fchown32_},
      {"truncate", truncate_},
      {"truncate64", truncate64_},
      {"ftruncate", ftruncate_},
      {"ftruncate64", ftruncate64_},
      {"fallocate", fallocate_},
      {"arm_fadvise64_64", fadvise_},
      {"arm_sync_file_range", sync_range_},
      {"readahead", readahead_},
      {"mount", mount_},
      {"symlink", symlink_},
      {"symlinkat", symlinkat_},
      {"fanotify_init", fanotify_init_},
      {"fanotify_mark", fanotify_mark_},
  };
  return table;
}

}  // namespace sigtape::outside
