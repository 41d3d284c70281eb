// stat and statfs families, directory records and positions in directories.
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <cstring>

#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_convert.h"
#include "core/outside/linux_directory.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/linux_proc.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

// --- stat

template <class Guest>
void finish_stat(CallContext& c, const HostResult& r, GuestAddr to, const struct stat& host) {
  if (!r.succeeded()) return c.finish(r);
  Guest out;
  if constexpr (std::is_same_v<Guest, guest::Stat>) {
    if (i32 error = to_guest(host, out)) return c.fail(error);
  } else {
    to_guest(host, out);
  }
  if (give(c, to, out)) c.finish(r);
}

template <class Guest>
void stat_at(CallContext& c, int dirfd, unsigned path_argument, unsigned out_argument, u32 flags) {
  Follow follow = flags & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes;
  auto path = c.path(dirfd, path_argument, follow);
  if (!path) return;
  if (follow == Follow::yes) *path = proc_redirected(c, dirfd, std::move(*path));
  auto* host = c.stage<struct stat>();
  HostResult r = c.blocking(SYS_newfstatat, dirfd, path->c_str(), host, flags);
  finish_stat<Guest>(c, r, c.at(out_argument), *host);
}

template <class Guest>
void stat_as(CallContext& c) {
  stat_at<Guest>(c, AT_FDCWD, 0, 1, 0);
}
template <class Guest>
void lstat_as(CallContext& c) {
  stat_at<Guest>(c, AT_FDCWD, 0, 1, AT_SYMLINK_NOFOLLOW);
}
template <class Guest>
void fstat_as(CallContext& c) {
  auto* host = c.stage<struct stat>();
  HostResult r = c.blocking(SYS_fstat, c.fd(0), host);
  finish_stat<Guest>(c, r, c.at(1), *host);
}
void fstatat64_(CallContext& c) { stat_at<guest::Stat64>(c, c.fd(0), 1, 2, c.word(3)); }

void statx_(CallContext& c) {
  auto out = out_struct<guest::Statx>(c, c.at(4));  // one layout for all architectures
  u32 flags = c.word(2);
  HostResult r;
  if (c.at(1).is_null()) {
    r = c.blocking(SYS_statx, c.fd(0), nullptr, flags, c.word(3), out.host);
  } else {
    Follow follow = flags & AT_SYMLINK_NOFOLLOW ? Follow::no : Follow::yes;
    auto path = c.path(c.fd(0), 1, follow);
    if (!path) return;
    if (follow == Follow::yes) *path = proc_redirected(c, c.fd(0), std::move(*path));
    r = c.blocking(SYS_statx, c.fd(0), path->c_str(), flags, c.word(3), out.host);
  }
  if (r.succeeded() && !give_struct(c, out)) return;
  c.finish(r);
}

// --- statfs

template <class Guest>
void finish_statfs(CallContext& c, const HostResult& r, GuestAddr to, const struct statfs& host) {
  if (!r.succeeded()) return c.finish(r);
  Guest out;
  if constexpr (std::is_same_v<Guest, guest::Statfs>) {
    if (i32 error = to_guest(host, out)) return c.fail(error);
  } else {
    to_guest(host, out);
  }
  if (give(c, to, out)) c.finish(r);
}

template <class Guest>
void statfs_as(CallContext& c, unsigned out_argument) {
  auto path = c.path(AT_FDCWD, 0);
  if (!path) return;
  auto* host = c.stage<struct statfs>();
  HostResult r = c.blocking(SYS_statfs, path->c_str(), host);
  finish_statfs<Guest>(c, r, c.at(out_argument), *host);
}
template <class Guest>
void fstatfs_as(CallContext& c, unsigned out_argument) {
  auto* host = c.stage<struct statfs>();
  HostResult r = c.blocking(SYS_fstatfs, c.fd(0), host);
  finish_statfs<Guest>(c, r, c.at(out_argument), *host);
}
void statfs_(CallContext& c) { statfs_as<guest::Statfs>(c, 1); }
void fstatfs_(CallContext& c) { fstatfs_as<guest::Statfs>(c, 1); }

// arch/arm/kernel/sys_oabi-compat.c and entry-common.S, sys_statfs64_wrapper: 88 is taken for 84.
bool statfs64_size_is_right(CallContext& c) {
  if (c.word(1) == sizeof(guest::Statfs64) || c.word(1) == 88) return true;
  c.fail(EINVAL);
  return false;
}
void statfs64_(CallContext& c) {
  if (statfs64_size_is_right(c)) statfs_as<guest::Statfs64>(c, 2);
}
void fstatfs64_(CallContext& c) {
  if (statfs64_size_is_right(c)) fstatfs_as<guest::Statfs64>(c, 2);
}

// --- directories

// Changed under the baton only; a fork takes its copy along.
DirectoryCookies& cookies() {
  static DirectoryCookies all;
  return all;
}

DirectoryId directory_of(CallContext& c, int fd) {
  auto* host = c.stage<struct stat>();
  if (!c.immediate(SYS_fstat, fd, host).succeeded()) return {};
  return {host->st_dev, host->st_ino};
}

// Our descriptors do not exist for the guest, so neither do their records in /proc/self/fd.
size_t without_own_descriptors(CallContext& c, int fd, u8* records, size_t bytes) {
  bool asked = false;
  size_t kept = 0;
  for (size_t at = 0; at + 19 <= bytes;) {
    size_t length = std::max<u16>(load<u16>(records + at + 16), 19);
    char* end = nullptr;
    long number = std::strtol(reinterpret_cast<char*>(records + at + 19), &end, 10);
    bool hide = *end == 0 && number > 2 && c.live.own_fds().is_ours(static_cast<int>(number));
    if (hide && !asked) {
      if (!is_own_descriptor_directory(c, fd)) return bytes;
      asked = true;
    }
    if (!hide) {
      std::memmove(records + kept, records + at, length);
      kept += length;
    }
    at += length;
  }
  return kept;
}

// Host records into the buffer; 0 where the answer is made already. Records that are all ours are passed over.
size_t read_records(CallContext& c, const OutBuffer& buffer) {
  for (;;) {
    HostResult r = c.blocking(SYS_getdents64, c.fd(0), buffer.host, buffer.bytes);
    if (!r.succeeded() || r.value == 0 || !buffer.staged) return c.finish(r), 0;
    size_t bytes = without_own_descriptors(c, c.fd(0), buffer.host, static_cast<size_t>(r.value));
    if (bytes != 0) return bytes;
  }
}

void getdents64_(CallContext& c) {
  OutBuffer buffer = out_buffer(c, c.at(1), c.word(2));
  size_t bytes = read_records(c, buffer);
  if (bytes == 0) return;
  fit_positions({buffer.host, bytes}, directory_of(c, c.fd(0)), cookies());
  if (give_buffer(c, buffer, bytes)) c.done(static_cast<u32>(bytes));
}

void getdents_(CallContext& c) {
  OutBuffer buffer = out_buffer(c, c.at(1), c.word(2));
  size_t bytes = read_records(c, buffer);
  if (bytes == 0) return;
  OldRecords old = old_records_of({buffer.host, bytes}, directory_of(c, c.fd(0)), cookies());
  if (old.bytes.empty()) return c.fail(EOVERFLOW);
  std::memcpy(buffer.host, old.bytes.data(), old.bytes.size());
  if (give_buffer(c, buffer, old.bytes.size())) c.done(static_cast<u32>(old.bytes.size()));
}

// A seek with positions of directories translated both ways; for other files the host's own.
HostResult seek(CallContext& c, i64 offset, u32 origin) {
  int fd = c.fd(0);
  DirectoryId directory;
  auto* host = c.stage<struct stat>();
  bool may_be_cookie = origin == SEEK_SET && offset > 0 && offset <= static_cast<i64>(DirectoryCookies::largest);
  if (may_be_cookie && c.immediate(SYS_fstat, fd, host).succeeded() && S_ISDIR(host->st_mode)) {
    directory = {host->st_dev, host->st_ino};
    auto* fs = c.stage<struct statfs>();
    bool hashed = c.immediate(SYS_fstatfs, fd, fs).succeeded() && fs->f_type == EXT4_SUPER_MAGIC;
    offset = static_cast<i64>(cookies().position_of(directory, static_cast<u32>(offset), hashed));
  }
  HostResult r = c.immediate(SYS_lseek, fd, offset, origin);
  if (r.succeeded() && r.value > static_cast<i64>(DirectoryCookies::largest) &&
      c.immediate(SYS_fstat, fd, host).succeeded() && S_ISDIR(host->st_mode))
    r.value = cookies().cookie_of({host->st_dev, host->st_ino}, static_cast<u64>(r.value));
  return r;
}

void lseek_(CallContext& c) {
  HostResult r = seek(c, c.signed_word(1), c.word(2));
  if (r.succeeded() && r.value > 0x7fff'ffff) return c.fail(EOVERFLOW);  // the seek itself stands, as in the kernel
  c.finish(r);
}

void llseek_(CallContext& c) {
  u64 offset = (u64{c.word(1)} << 32) | c.word(2);
  HostResult r = seek(c, static_cast<i64>(offset), c.word(4));
  if (!r.succeeded()) return c.finish(r);
  if (give(c, c.at(3), r.value)) c.done(0);
}

}  // namespace

HandlerTable stat_handlers() {
  static constexpr NamedHandler table[] = {
      {"stat", stat_as<guest::Stat>},
      {"lstat", lstat_as<guest::Stat>},
      {"fstat", fstat_as<guest::Stat>},
      {"stat64", stat_as<guest::Stat64>},
      {"lstat64", lstat_as<guest::Stat64>},
      {"fstat64", fstat_as<guest::Stat64>},
      {"fstatat64", fstatat64_},
      {"statx", statx_},
      {"statfs", statfs_},
      {"fstatfs", fstatfs_},
      {"statfs64", statfs64_},
      {"fstatfs64", fstatfs64_},
      {"getdents", getdents_},
      {"getdents64", getdents64_},
      {"lseek", lseek_},
      {"_llseek", llseek_},
  };
  return table;
}

}  // namespace sigtape::outside
