// Linux structures between the guest's 32-bit layout and the host's 64-bit one.
#include "core/outside/linux_convert.h"

#include <errno.h>

#include <algorithm>
#include <cstring>

#include "core/base/bytes.h"

namespace sigtape::outside {
namespace {

constexpr u64 largest_small_file = 0x7fff'ffff;  // MAX_NON_LFS

// high2lowuid: ids beyond 16 bits show as the overflow id.
u16 low_id(u32 id) { return id > 0xffff ? 65534 : static_cast<u16>(id); }

bool exceeds_u32(u64 value) { return value > 0xffff'ffff; }

}  // namespace

// --- time ---------------------------------------------------------------------------------------------------------

// kernel/time/time.c get_old_timex32 and put_old_timex32.
void timex_to_host(const guest::Timex32& in, guest::Timex64& out) {
  out = {};
  out.modes = in.modes;
  out.offset = in.offset, out.freq = in.freq, out.maxerror = in.maxerror, out.esterror = in.esterror;
  out.status = in.status, out.constant = in.constant, out.precision = in.precision, out.tolerance = in.tolerance;
  out.time_sec = in.time.sec, out.time_usec = in.time.usec;
  out.tick = in.tick, out.ppsfreq = in.ppsfreq, out.jitter = in.jitter, out.shift = in.shift;
  out.stabil = in.stabil, out.jitcnt = in.jitcnt, out.calcnt = in.calcnt, out.errcnt = in.errcnt;
  out.stbcnt = in.stbcnt, out.tai = in.tai;
}

void timex_to_guest(const guest::Timex64& in, guest::Timex32& out) {
  auto word = [](i64 v) { return static_cast<i32>(v); };
  out = {};
  out.modes = in.modes;
  out.offset = word(in.offset), out.freq = word(in.freq), out.maxerror = word(in.maxerror);
  out.esterror = word(in.esterror), out.status = in.status, out.constant = word(in.constant);
  out.precision = word(in.precision), out.tolerance = word(in.tolerance);
  out.time = {word(in.time_sec), word(in.time_usec)};
  out.tick = word(in.tick), out.ppsfreq = word(in.ppsfreq), out.jitter = word(in.jitter), out.shift = in.shift;
  out.stabil = word(in.stabil), out.jitcnt = word(in.jitcnt), out.calcnt = word(in.calcnt);
  out.errcnt = word(in.errcnt), out.stbcnt = word(in.stbcnt), out.tai = in.tai;
}

// --- files --------------------------------------------------------------------------------------------------------

// fs/stat.c cp_new_stat, with 32-bit longs.
i32 to_guest(const struct stat& s, guest::Stat& out) {
  if (exceeds_u32(s.st_ino) || s.st_nlink > 0xffff || static_cast<u64>(s.st_size) > largest_small_file) return EOVERFLOW;
  out = {};
  out.dev = static_cast<u32>(s.st_dev), out.ino = static_cast<u32>(s.st_ino);
  out.mode = static_cast<u16>(s.st_mode), out.nlink = static_cast<u16>(s.st_nlink);
  out.uid = low_id(s.st_uid), out.gid = low_id(s.st_gid);
  out.rdev = static_cast<u32>(s.st_rdev), out.size = static_cast<u32>(s.st_size);
  out.blksize = static_cast<u32>(s.st_blksize), out.blocks = static_cast<u32>(s.st_blocks);
  out.atime_sec = static_cast<u32>(s.st_atim.tv_sec), out.atime_nsec = static_cast<u32>(s.st_atim.tv_nsec);
  out.mtime_sec = static_cast<u32>(s.st_mtim.tv_sec), out.mtime_nsec = static_cast<u32>(s.st_mtim.tv_nsec);
  out.ctime_sec = static_cast<u32>(s.st_ctim.tv_sec), out.ctime_nsec = static_cast<u32>(s.st_ctim.tv_nsec);
  return 0;
}

// fs/stat.c cp_new_stat64.
void to_guest(const struct stat& s, guest::Stat64& out) {
  out = {};
  out.dev = s.st_dev, out.ino32 = static_cast<u32>(s.st_ino), out.ino = s.st_ino;
  out.mode = s.st_mode, out.nlink = static_cast<u32>(s.st_nlink), out.uid = s.st_uid, out.gid = s.st_gid;
  out.rdev = s.st_rdev, out.size = s.st_size;
  out.blksize = static_cast<u32>(s.st_blksize), out.blocks = static_cast<u64>(s.st_blocks);
  out.atime_sec = static_cast<u32>(s.st_atim.tv_sec), out.atime_nsec = static_cast<u32>(s.st_atim.tv_nsec);
  out.mtime_sec = static_cast<u32>(s.st_mtim.tv_sec), out.mtime_nsec = static_cast<u32>(s.st_mtim.tv_nsec);
  out.ctime_sec = static_cast<u32>(s.st_ctim.tv_sec), out.ctime_nsec = static_cast<u32>(s.st_ctim.tv_nsec);
}

// fs/statfs.c do_statfs_native, with 32-bit longs; f_files and f_ffree may be -1.
i32 to_guest(const struct statfs& s, guest::Statfs& out) {
  auto unsized = [](u64 v) { return v != ~u64{0} && exceeds_u32(v); };
  if (exceeds_u32(s.f_blocks | s.f_bfree | s.f_bavail | static_cast<u64>(s.f_bsize) | static_cast<u64>(s.f_frsize)) ||
      unsized(s.f_files) || unsized(s.f_ffree))
    return EOVERFLOW;
  out = {};
  out.type = static_cast<u32>(s.f_type), out.bsize = static_cast<u32>(s.f_bsize);
  out.blocks = static_cast<u32>(s.f_blocks), out.bfree = static_cast<u32>(s.f_bfree);
  out.bavail = static_cast<u32>(s.f_bavail), out.files = static_cast<u32>(s.f_files);
  out.ffree = static_cast<u32>(s.f_ffree);
  std::memcpy(out.fsid, &s.f_fsid, sizeof out.fsid);
  out.namelen = static_cast<u32>(s.f_namelen), out.frsize = static_cast<u32>(s.f_frsize);
  out.flags = static_cast<u32>(s.f_flags);
  return 0;
}

void to_guest(const struct statfs& s, guest::Statfs64& out) {
  out = {};
  out.type = static_cast<u32>(s.f_type), out.bsize = static_cast<u32>(s.f_bsize);
  out.blocks = s.f_blocks, out.bfree = s.f_bfree, out.bavail = s.f_bavail, out.files = s.f_files, out.ffree = s.f_ffree;
  std::memcpy(out.fsid, &s.f_fsid, sizeof out.fsid);
  out.namelen = static_cast<u32>(s.f_namelen), out.frsize = static_cast<u32>(s.f_frsize);
  out.flags = static_cast<u32>(s.f_flags);
}

// fs/locks.c posix_lock_to_flock: what does not fit 31 bits is EOVERFLOW.
i32 to_guest(const struct flock& l, guest::Flock& out) {
  constexpr i64 largest = 0x7fff'ffff;
  if (l.l_type != F_UNLCK && (l.l_start > largest || l.l_len > largest)) return EOVERFLOW;
  out = {l.l_type, l.l_whence, static_cast<i32>(l.l_start), static_cast<i32>(l.l_len), l.l_pid};
  return 0;
}

// --- processes and the system -------------------------------------------------------------------------------------

void to_guest(const struct rusage& r, guest::Rusage& out) {
  auto word = [](long v) { return static_cast<i32>(v); };
  to_guest(r.ru_utime, out.utime);
  to_guest(r.ru_stime, out.stime);
  out.maxrss = word(r.ru_maxrss), out.ixrss = word(r.ru_ixrss), out.idrss = word(r.ru_idrss);
  out.isrss = word(r.ru_isrss), out.minflt = word(r.ru_minflt), out.majflt = word(r.ru_majflt);
  out.nswap = word(r.ru_nswap), out.inblock = word(r.ru_inblock), out.oublock = word(r.ru_oublock);
  out.msgsnd = word(r.ru_msgsnd), out.msgrcv = word(r.ru_msgrcv), out.nsignals = word(r.ru_nsignals);
  out.nvcsw = word(r.ru_nvcsw), out.nivcsw = word(r.ru_nivcsw);
}

// kernel/sys.c, compat sysinfo: scaled to units of up to a page where bytes do not fit.
void to_guest(const struct sysinfo& s, guest::Sysinfo& out) {
  unsigned shift = 0;
  u32 unit = s.mem_unit;
  if (exceeds_u32(s.totalram) || exceeds_u32(s.totalswap))
    for (; unit < 4096; unit <<= 1) ++shift;
  auto scaled = [shift](u64 v) { return static_cast<u32>(v >> shift); };
  out = {};
  out.uptime = static_cast<i32>(s.uptime);
  for (unsigned i = 0; i < 3; ++i) out.loads[i] = static_cast<u32>(s.loads[i]);
  out.totalram = scaled(s.totalram), out.freeram = scaled(s.freeram), out.sharedram = scaled(s.sharedram);
  out.bufferram = scaled(s.bufferram), out.totalswap = scaled(s.totalswap), out.freeswap = scaled(s.freeswap);
  out.procs = s.procs;
  out.totalhigh = scaled(s.totalhigh), out.freehigh = scaled(s.freehigh), out.mem_unit = unit;
}

// --- signals ------------------------------------------------------------------------------------------------------

namespace {

// The kernel's own union, which begins at 16 on a 64-bit host and at 12 in the guest.
constexpr u32 host_union = 16;

enum class SiginfoKind : u8 { kill, timer, poll, fault, child, queued, syscall };

// kernel/signal.c siginfo_layout.
SiginfoKind kind_of(i32 signal, i32 code) {
  constexpr i32 si_kernel = 0x80, si_timer = -2, si_sigio = -5, largest_poll_code = 6;
  if (code > 0 && code < si_kernel) {
    switch (signal) {
      case SIGILL: case SIGFPE: case SIGSEGV: case SIGBUS: case SIGTRAP: return SiginfoKind::fault;
      case SIGCHLD: return SiginfoKind::child;
      case SIGSYS: return SiginfoKind::syscall;
      default: return code <= largest_poll_code ? SiginfoKind::poll : SiginfoKind::kill;
    }
  }
  if (code == si_timer) return SiginfoKind::timer;
  if (code == si_sigio) return SiginfoKind::poll;
  return code < 0 ? SiginfoKind::queued : SiginfoKind::kill;
}

}  // namespace

void to_guest(const siginfo_t& raw, guest::Siginfo& out) {
  const u8* in = reinterpret_cast<const u8*>(&raw);
  auto word = [in](u32 at) { return load<u32>(in + host_union + at); };
  out = {};
  out.header = {raw.si_signo, raw.si_errno, raw.si_code};
  u32* f = out.fields;
  switch (kind_of(raw.si_signo, raw.si_code)) {
    case SiginfoKind::kill: f[0] = word(0), f[1] = word(4); break;
    case SiginfoKind::queued: f[0] = word(0), f[1] = word(4), f[2] = word(8); break;
    case SiginfoKind::timer: f[0] = word(0), f[1] = word(4), f[2] = word(8); break;
    case SiginfoKind::poll: f[0] = word(0), f[1] = word(8); break;
    case SiginfoKind::fault: f[0] = word(0), f[1] = word(8) & 0xffff; break;
    case SiginfoKind::child:  // clock_t is 64 bits wide on the host
      f[0] = word(0), f[1] = word(4), f[2] = word(8), f[3] = word(16), f[4] = word(24);
      break;
    case SiginfoKind::syscall: f[0] = word(0), f[1] = word(8), f[2] = word(12); break;
  }
}

void to_host(const guest::Siginfo& in, siginfo_t& raw) {
  std::memset(&raw, 0, sizeof raw);
  raw.si_signo = in.header.signo, raw.si_errno = in.header.error, raw.si_code = in.header.code;
  u8* out = reinterpret_cast<u8*>(&raw) + host_union;
  for (u32 i = 0; i < 3; ++i) store<u32>(out + 4 * i, in.fields[i]);
}

void to_host(const guest::Sigevent& in, struct sigevent& out) {
  std::memset(&out, 0, sizeof out);
  u8* bytes = reinterpret_cast<u8*>(&out);  // u64 value; i32 signo, notify, thread id
  store<u64>(bytes, in.value);
  store<i32>(bytes + 8, in.signo);
  store<i32>(bytes + 12, in.notify);
  store<i32>(bytes + 16, in.tid);
}

// --- System V IPC -------------------------------------------------------------------------------------------------

namespace {

guest::Ipc64Perm guest_perm(const HostIpcPerm& p) {
  guest::Ipc64Perm out{};
  out.key = p.key, out.uid = p.uid, out.gid = p.gid, out.cuid = p.cuid, out.cgid = p.cgid;
  out.mode = static_cast<u16>(p.mode), out.seq = p.seq;
  return out;
}

HostIpcPerm host_perm(const guest::Ipc64Perm& p) {
  HostIpcPerm out{};
  out.key = p.key, out.uid = p.uid, out.gid = p.gid, out.cuid = p.cuid, out.cgid = p.cgid, out.mode = p.mode;
  out.seq = p.seq;
  return out;
}

u32 low(i64 v) { return static_cast<u32>(v); }
u32 high(i64 v) { return static_cast<u32>(static_cast<u64>(v) >> 32); }

}  // namespace

void to_guest(const HostSemid& in, guest::Semid64Ds& out) {
  out = {};
  out.perm = guest_perm(in.perm);
  out.otime = low(in.otime), out.otime_high = high(in.otime), out.ctime = low(in.ctime), out.ctime_high = high(in.ctime);
  out.nsems = static_cast<u32>(in.nsems);
}

void to_guest(const HostMsqid& in, guest::Msqid64Ds& out) {
  out = {};
  out.perm = guest_perm(in.perm);
  out.stime = low(in.stime), out.stime_high = high(in.stime);
  out.rtime = low(in.rtime), out.rtime_high = high(in.rtime);
  out.ctime = low(in.ctime), out.ctime_high = high(in.ctime);
  out.cbytes = static_cast<u32>(in.cbytes), out.qnum = static_cast<u32>(in.qnum);
  out.qbytes = static_cast<u32>(in.qbytes);
  out.lspid = in.lspid, out.lrpid = in.lrpid;
}

void to_guest(const HostShmid& in, guest::Shmid64Ds& out) {
  out = {};
  out.perm = guest_perm(in.perm);
  out.segsz = static_cast<u32>(in.segsz);
  out.atime = low(in.atime), out.atime_high = high(in.atime);
  out.dtime = low(in.dtime), out.dtime_high = high(in.dtime);
  out.ctime = low(in.ctime), out.ctime_high = high(in.ctime);
  out.cpid = in.cpid, out.lpid = in.lpid;
  out.nattch = static_cast<u32>(in.nattch);
}

void to_guest(const HostShminfo& in, guest::Shminfo64& out) {
  out = {};
  out.shmmax = static_cast<u32>(in.shmmax), out.shmmin = static_cast<u32>(in.shmmin);
  out.shmmni = static_cast<u32>(in.shmmni), out.shmseg = static_cast<u32>(in.shmseg);
  out.shmall = static_cast<u32>(in.shmall);
}

void to_guest(const HostShmUse& in, guest::ShmInfo& out) {
  out = {in.used_ids, static_cast<u32>(in.shm_tot), static_cast<u32>(in.shm_rss), static_cast<u32>(in.shm_swp),
         static_cast<u32>(in.swap_attempts), static_cast<u32>(in.swap_successes)};
}

void to_host(const guest::Shmid64Ds& in, HostShmid& out) {
  out = {};
  out.perm = host_perm(in.perm);
}

void to_host(const guest::Semid64Ds& in, HostSemid& out) {
  out = {};
  out.perm = host_perm(in.perm);
}

void to_host(const guest::Msqid64Ds& in, HostMsqid& out) {
  out = {};
  out.perm = host_perm(in.perm);
  out.qbytes = in.qbytes;
}

// --- interfaces ---------------------------------------------------------------------------------------------------

HostIfreq host_of(const guest::Ifreq& in) {
  HostIfreq out{};
  std::memcpy(out.bytes, &in, sizeof in);
  return out;
}

void to_guest(const HostIfreq& in, guest::Ifreq& out) { std::memcpy(&out, in.bytes, sizeof out); }

// struct ifmap: two longs, u16, three u8.
void map_to_guest(const HostIfreq& in, guest::Ifreq& out) {
  constexpr u32 map = 16;
  std::memcpy(out.name, in.bytes, sizeof out.name);
  out.map = {};
  out.map.mem_start = static_cast<u32>(load<u64>(in.bytes + map));
  out.map.mem_end = static_cast<u32>(load<u64>(in.bytes + map + 8));
  out.map.base_addr = load<u16>(in.bytes + map + 16);
  out.map.irq = in.bytes[map + 18], out.map.dma = in.bytes[map + 19], out.map.port = in.bytes[map + 20];
}

}  // namespace sigtape::outside
