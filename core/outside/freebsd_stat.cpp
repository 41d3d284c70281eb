// FreeBSD stat and statfs families and directory records.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <cstdlib>
#include <cstring>

#include "core/base/bytes.h"
#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_proc.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

constexpr u32 wanted_fields = STATX_BASIC_STATS | STATX_BTIME;

// --- stat

template <class Guest>
void stat_path(CallContext& c, int dirfd, unsigned path_argument, unsigned out_argument, u32 flags) {
  auto path = c.path(dirfd, path_argument, flags & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes);
  if (!path) return;
  auto* host = c.stage<struct statx>();
  HostResult r = c.blocking(SYS_statx, dirfd, path->c_str(), flags, wanted_fields, host);
  finish_with<Guest>(c, r, c.at(out_argument), *host);
}

template <class Guest>
void stat_descriptor(CallContext& c) {
  auto* host = c.stage<struct statx>();
  HostResult r = c.blocking(SYS_statx, c.fd(0), "", AT_EMPTY_PATH, wanted_fields, host);
  finish_with<Guest>(c, r, c.at(1), *host);
}

void fstatat_(CallContext& c) {
  auto flags = host_at_flags_of_freebsd(c.word(3));
  if (!flags) return c.fail(EINVAL);
  stat_path<bsd::Stat>(c, c.fd(0), 1, 2, *flags);
}
void stat11_(CallContext& c) { stat_path<bsd::Stat11>(c, AT_FDCWD, 0, 1, 0); }
void lstat11_(CallContext& c) { stat_path<bsd::Stat11>(c, AT_FDCWD, 0, 1, AT_SYMLINK_NOFOLLOW); }

// --- statfs

void statfs_(CallContext& c) {
  auto path = c.path(AT_FDCWD, 0);
  if (!path) return;
  auto* host = c.stage<struct statfs>();
  HostResult r = c.blocking(SYS_statfs, path->c_str(), host);
  finish_with<bsd::Statfs>(c, r, c.at(1), *host);
}
void fstatfs_(CallContext& c) {
  auto* host = c.stage<struct statfs>();
  HostResult r = c.blocking(SYS_fstatfs, c.fd(0), host);
  finish_with<bsd::Statfs>(c, r, c.at(1), *host);
}
// One file system: the root.
void getfsstat_(CallContext& c) {
  if (c.at(0).is_null() || c.word(1) < sizeof(bsd::Statfs)) return c.done(c.at(0).is_null() ? 1 : 0);
  auto* host = c.stage<struct statfs>();
  HostResult r = c.blocking(SYS_statfs, "/", host);
  if (r.succeeded()) r.value = 1;
  finish_with<bsd::Statfs>(c, r, c.at(0), *host);
}

// --- directories. d_off is the host's own position, which lseek takes back: 64 bits on both sides.

struct Records {
  u8* bytes = nullptr;
  u64 count = 0;
};

bool is_hidden(CallContext& c, bool is_own_directory, const char* name) {
  if (!is_own_directory) return false;
  char* end = nullptr;
  long number = std::strtol(name, &end, 10);
  return *end == 0 && c.live.own_fds().is_ours(static_cast<int>(number));
}

u32 length_of(const bsd::Dirent&, u64 name_bytes) {
  return static_cast<u32>((bsd::dirent_name_offset + name_bytes + 1 + 7) & ~u64{7});
}
u32 length_of(const bsd::Dirent11&, u64 name_bytes) {
  return static_cast<u32>((bsd::dirent11_name_offset + name_bytes + 1 + 3) & ~u64{3});
}
void fill(bsd::Dirent& out, const dirent64& in, u32 length, u64 name_bytes) {
  out = {in.d_ino, in.d_off, static_cast<u16>(length), in.d_type, 0, static_cast<u16>(name_bytes), 0};
}
void fill(bsd::Dirent11& out, const dirent64& in, u32 length, u64 name_bytes) {
  out = {static_cast<u32>(in.d_ino), static_cast<u16>(length), in.d_type, static_cast<u8>(name_bytes)};
}

// The host's records, as many as fit in the guest's form; the host's position goes back to the first that does not.
template <class Dirent>
u64 convert_records(CallContext& c, std::span<const u8> host, u8* out, u64 room) {
  constexpr u32 name_at = sizeof(Dirent) == sizeof(bsd::Dirent) ? bsd::dirent_name_offset : bsd::dirent11_name_offset;
  bool own = is_own_descriptor_directory(c, c.fd(0));
  u64 used = 0;
  i64 position = -1;
  for (u64 at = 0; at < host.size();) {
    const auto* record = reinterpret_cast<const dirent64*>(host.data() + at);
    u64 name_bytes = std::strlen(record->d_name);
    Dirent header;
    u32 length = length_of(header, name_bytes);
    if (used + length > room) {
      if (position >= 0) c.immediate(SYS_lseek, c.fd(0), position, SEEK_SET);
      break;
    }
    if (!is_hidden(c, own, record->d_name)) {
      fill(header, *record, length, name_bytes);
      std::memset(out + used, 0, length);
      std::memcpy(out + used, &header, sizeof header);
      std::memcpy(out + used + name_at, record->d_name, name_bytes);
      used += length;
    }
    position = record->d_off;
    at += record->d_reclen;
  }
  return used;
}

template <class Dirent, class Position>
void getdirentries_as(CallContext& c) {
  u64 room = writable_prefix(c.space, c.at(1), std::min<u32>(c.word(2), 1u << 20));
  if (c.word(2) != 0 && room == 0) return c.fail(EFAULT);
  HostResult before = c.immediate(SYS_lseek, c.fd(0), 0, SEEK_CUR);
  if (before.failed()) return c.finish(before);
  u8* host = c.stage(room + 8);
  u8* out = c.stage(room + 8);
  while (true) {
    // Guest records are never shorter than half of the host's, so most of what is read fits.
    HostResult r = c.blocking(SYS_getdents64, c.fd(0), host, std::max<u64>(room * 3 / 4, std::min<u64>(room, 280)));
    if (r.failed() && r.error() == ENOTDIR) return c.fail(EINVAL);
    if (!r.succeeded()) return c.finish(r);
    u64 bytes = convert_records<Dirent>(c, {host, static_cast<u64>(r.value)}, out, room);
    if (bytes == 0 && r.value != 0) {
      HostResult now = c.immediate(SYS_lseek, c.fd(0), 0, SEEK_CUR);
      if (now.value != before.value) continue;  // all of them were ours
      return c.fail(EINVAL);
    }
    if (!give_bytes(c, c.at(1), out, bytes)) return;
    if (!c.at(3).is_null() && !give(c, c.at(3), static_cast<Position>(before.value))) return;
    return c.done(static_cast<u32>(bytes));
  }
}
void getdirentries_(CallContext& c) { getdirentries_as<bsd::Dirent, i64>(c); }
void getdirentries11_(CallContext& c) { getdirentries_as<bsd::Dirent11, i32>(c); }

}  // namespace

HandlerTable freebsd_stat_handlers() {
  static constexpr NamedHandler table[] = {
      {"fstat", stat_descriptor<bsd::Stat>},
      {"fstatat", fstatat_},
      {"freebsd11_stat", stat11_},
      {"freebsd11_lstat", lstat11_},
      {"freebsd11_fstat", stat_descriptor<bsd::Stat11>},
      {"statfs", statfs_},
      {"fstatfs", fstatfs_},
      {"getfsstat", getfsstat_},
      {"getdirentries", getdirentries_},
      {"freebsd11_getdirentries", getdirentries11_},
  };
  return table;
}

}  // namespace sigtape::outside
