// FreeBSD structures and flags between guest and host.
#include "core/outside/freebsd_convert.h"

#include <linux/magic.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include "core/outside/signal_map.h"

namespace sigtape::outside {
namespace {

struct Bits {
  u32 guest, host;
};

// sys/sys/fcntl.h. Without a counterpart: O_SHLOCK and O_EXLOCK (made by flock), O_TTY_INIT, O_VERIFY.
constexpr Bits open_bits[] = {
    {0x4, O_NONBLOCK},      {0x8, O_APPEND},   {0x40, O_ASYNC},       {0x80, O_SYNC},     {0x100, O_NOFOLLOW},
    {0x200, O_CREAT},       {0x400, O_TRUNC},  {0x800, O_EXCL},       {0x8000, O_NOCTTY}, {0x10000, O_DIRECT},
    {0x20000, O_DIRECTORY}, {0x40000, O_PATH}, {0x100000, O_CLOEXEC}, {0x400000, O_PATH}, {0x1000000, O_DSYNC},
};
constexpr Bits at_bits[] = {
    {0x100, AT_EACCESS},   {0x200, AT_SYMLINK_NOFOLLOW}, {0x400, AT_SYMLINK_FOLLOW},
    {0x800, AT_REMOVEDIR}, {0x4000, AT_EMPTY_PATH},
};
constexpr i64 infinity = 0x7fff'ffff'ffff'ffff;

bsd::Timespec time_of(const statx_timestamp& t) { return {t.tv_sec, static_cast<i32>(t.tv_nsec), 0}; }

// "No birth time" is -1 seconds (sys/kern/vfs_vnops.c: vn_stat).
bsd::Timespec birth_time_of(const struct statx& s) {
  return s.stx_mask & STATX_BTIME ? time_of(s.stx_btime) : bsd::Timespec{-1, 0, 0};
}

}  // namespace

std::optional<clockid_t> host_clock_of(u32 guest) {
  switch (guest) {
    case 0:                                   // REALTIME
    case 9: return CLOCK_REALTIME;            // REALTIME_PRECISE
    case 10:                                  // REALTIME_FAST
    case 13: return CLOCK_REALTIME_COARSE;    // SECOND
    case 1:                                   // VIRTUAL
    case 2: return CLOCK_PROCESS_CPUTIME_ID;  // PROF
    case 4:                                   // MONOTONIC
    case 11: return CLOCK_MONOTONIC;          // MONOTONIC_PRECISE
    case 5:                                   // UPTIME
    case 7: return CLOCK_BOOTTIME;            // UPTIME_PRECISE
    case 8: return CLOCK_BOOTTIME;            // UPTIME_FAST
    case 12: return CLOCK_MONOTONIC_COARSE;   // MONOTONIC_FAST
    case 14: return CLOCK_THREAD_CPUTIME_ID;
    case 15: return CLOCK_PROCESS_CPUTIME_ID;
    default: return std::nullopt;
  }
}

u32 host_open_flags_of_freebsd(u32 guest) {
  u32 host = guest & O_ACCMODE;
  for (const Bits& bits : open_bits)
    if (guest & bits.guest) host |= bits.host;
  return host;
}

u32 freebsd_open_flags_of(u32 host) {
  u32 guest = host & O_ACCMODE;
  for (const Bits& bits : open_bits)
    if ((host & bits.host) == bits.host && bits.host != O_PATH) guest |= bits.guest;
  return guest;
}

std::optional<u32> host_at_flags_of_freebsd(u32 guest) {
  u32 host = 0;
  for (const Bits& bits : at_bits)
    if (guest & bits.guest) guest &= ~bits.guest, host |= bits.host;
  if (guest & ~u32{0x2000}) return std::nullopt;  // AT_RESOLVE_BENEATH is left to the path
  return host;
}

void to_guest(const struct statx& s, bsd::Stat& out) {
  out = {};
  out.dev = makedev(s.stx_dev_major, s.stx_dev_minor);
  out.ino = s.stx_ino;
  out.nlink = s.stx_nlink;
  out.mode = s.stx_mode;
  out.uid = s.stx_uid;
  out.gid = s.stx_gid;
  out.rdev = makedev(s.stx_rdev_major, s.stx_rdev_minor);
  out.atime = time_of(s.stx_atime);
  out.mtime = time_of(s.stx_mtime);
  out.ctime = time_of(s.stx_ctime);
  out.birthtime = birth_time_of(s);
  out.size = static_cast<i64>(s.stx_size);
  out.blocks = static_cast<i64>(s.stx_blocks);
  out.blksize = static_cast<i32>(s.stx_blksize);
}

void to_guest(const struct statx& s, bsd::Stat11& out) {
  out = {};
  out.dev = static_cast<u32>(makedev(s.stx_dev_major, s.stx_dev_minor));
  out.ino = static_cast<u32>(s.stx_ino);
  out.mode = s.stx_mode;
  out.nlink = static_cast<u16>(std::min<u32>(s.stx_nlink, 0xffff));
  out.uid = s.stx_uid;
  out.gid = s.stx_gid;
  out.rdev = static_cast<u32>(makedev(s.stx_rdev_major, s.stx_rdev_minor));
  out.atime = time_of(s.stx_atime);
  out.mtime = time_of(s.stx_mtime);
  out.ctime = time_of(s.stx_ctime);
  out.birthtime = birth_time_of(s);
  out.size = static_cast<i64>(s.stx_size);
  out.blocks = static_cast<i64>(s.stx_blocks);
  out.blksize = static_cast<i32>(s.stx_blksize);
}

void to_guest(const struct statfs& s, bsd::Statfs& out) {
  enum : u64 { mnt_rdonly = 1, mnt_noexec = 4, mnt_nosuid = 8, mnt_local = 0x1000 };
  out = {};
  out.version = bsd::statfs_version;
  out.type = static_cast<u32>(s.f_type);
  out.flags = mnt_local;
  if (s.f_flags & ST_RDONLY) out.flags |= mnt_rdonly;
  if (s.f_flags & ST_NOEXEC) out.flags |= mnt_noexec;
  if (s.f_flags & ST_NOSUID) out.flags |= mnt_nosuid;
  out.bsize = static_cast<u64>(s.f_frsize ? s.f_frsize : s.f_bsize);
  out.iosize = static_cast<u64>(s.f_bsize);
  out.blocks = s.f_blocks;
  out.bfree = s.f_bfree;
  out.bavail = static_cast<i64>(s.f_bavail);
  out.files = s.f_files;
  out.ffree = static_cast<i64>(s.f_ffree);
  out.namemax = static_cast<u32>(s.f_namelen);
  std::memcpy(out.fsid, &s.f_fsid, sizeof out.fsid);
  std::strcpy(out.fstypename, s.f_type == TMPFS_MAGIC ? "tmpfs" : s.f_type == NFS_SUPER_MAGIC ? "nfs" : "ufs");
  std::strcpy(out.mntfromname, "/dev/root");
  std::strcpy(out.mntonname, "/");
}

// F_RDLCK 1, F_UNLCK 2, F_WRLCK 3
struct flock host_of(const bsd::Flock& lock) {
  struct flock out {};
  out.l_type = lock.type == 1 ? F_RDLCK : lock.type == 2 ? F_UNLCK : lock.type == 3 ? F_WRLCK : short{-1};
  out.l_whence = lock.whence;
  out.l_start = lock.start;
  out.l_len = lock.len;
  return out;
}

void to_guest(const struct flock& lock, bsd::Flock& out) {
  out = {};
  out.start = lock.l_start;
  out.len = lock.l_len;
  out.pid = lock.l_pid;
  out.type = lock.l_type == F_RDLCK ? i16{1} : lock.l_type == F_UNLCK ? i16{2} : i16{3};
  out.whence = lock.l_whence;
}

void to_guest(const struct rusage& r, bsd::Rusage& out) {
  auto word = [](long v) { return static_cast<i32>(v); };
  out = {};
  to_guest(r.ru_utime, out.utime);
  to_guest(r.ru_stime, out.stime);
  out.maxrss = word(r.ru_maxrss);
  out.ixrss = word(r.ru_ixrss);
  out.idrss = word(r.ru_idrss);
  out.isrss = word(r.ru_isrss);
  out.minflt = word(r.ru_minflt);
  out.majflt = word(r.ru_majflt);
  out.nswap = word(r.ru_nswap);
  out.inblock = word(r.ru_inblock);
  out.oublock = word(r.ru_oublock);
  out.msgsnd = word(r.ru_msgsnd);
  out.msgrcv = word(r.ru_msgrcv);
  out.nsignals = word(r.ru_nsignals);
  out.nvcsw = word(r.ru_nvcsw);
  out.nivcsw = word(r.ru_nivcsw);
}

i32 freebsd_wait_status_of(i32 host) {
  constexpr i32 continued = 19, stopped = 0x7f, core = 0x80;
  auto guest_signal = [](int signal) { return guest_signal_of(abi::System::freebsd, signal).value; };
  if (WIFCONTINUED(host)) return continued;
  if (WIFSTOPPED(host)) return guest_signal(WSTOPSIG(host)) << 8 | stopped;
  if (WIFSIGNALED(host)) return guest_signal(WTERMSIG(host)) | (WCOREDUMP(host) ? core : 0);
  return host;
}

std::optional<int> host_resource_of(u32 guest) {
  switch (guest) {
    case 0: return RLIMIT_CPU;
    case 1: return RLIMIT_FSIZE;
    case 2: return RLIMIT_DATA;
    case 3: return RLIMIT_STACK;
    case 4: return RLIMIT_CORE;
    case 5: return RLIMIT_RSS;
    case 6: return RLIMIT_MEMLOCK;
    case 7: return RLIMIT_NPROC;
    case 8: return RLIMIT_NOFILE;
    case 10: return RLIMIT_AS;
    default: return std::nullopt;
  }
}

bsd::Rlimit freebsd_limit_of(const rlimit& limit) {
  auto of = [](u64 v) { return v > static_cast<u64>(infinity) ? infinity : static_cast<i64>(v); };
  return {of(limit.rlim_cur), of(limit.rlim_max)};
}
rlimit host_of(const bsd::Rlimit& limit) {
  auto of = [](i64 v) { return v < 0 || v == infinity ? RLIM_INFINITY : static_cast<rlim_t>(v); };
  return {of(limit.cur), of(limit.max)};
}

void to_guest(const os::SigInfo& info, bsd::Siginfo& out) {
  out = {};
  out.signo = info.signal.value;
  out.error = info.error;
  out.code = info.code;
  out.pid = info.pid;
  out.uid = info.uid;
  out.status = info.status;
  out.address = info.address.value;
  out.value = static_cast<u32>(info.value);
}

}  // namespace sigtape::outside
