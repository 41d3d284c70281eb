// Linux structures between the guest's 32-bit layout and the host's 64-bit one; pure functions without memory access.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <time.h>

#include "core/abi/linux/structs.h"

namespace sigtape::outside {

namespace guest = abi::linux_eabi;

// --- time. Towards 32 bits seconds are cut off as put_old_timespec32 does.
inline timespec host_of(const guest::Timespec32& t) { return {t.sec, t.nsec}; }
// kernel/time/time.c get_timespec64: a 32-bit kernel's tv_nsec is its lower word.
inline timespec host_of(const guest::Timespec64& t) { return {t.sec, static_cast<i32>(t.nsec)}; }
inline timeval host_of(const guest::Timeval32& t) { return {t.sec, t.usec}; }
inline itimerval host_of(const guest::Itimerval32& t) { return {host_of(t.interval), host_of(t.value)}; }
inline itimerspec host_of(const guest::Itimerspec32& t) { return {host_of(t.interval), host_of(t.value)}; }
inline itimerspec host_of(const guest::Itimerspec64& t) { return {host_of(t.interval), host_of(t.value)}; }

inline void to_guest(const timespec& t, guest::Timespec32& out) {
  out = {static_cast<i32>(t.tv_sec), static_cast<i32>(t.tv_nsec)};
}
inline void to_guest(const timespec& t, guest::Timespec64& out) { out = {t.tv_sec, t.tv_nsec}; }
inline void to_guest(const timeval& t, guest::Timeval32& out) {
  out = {static_cast<i32>(t.tv_sec), static_cast<i32>(t.tv_usec)};
}
inline void to_guest(const itimerval& t, guest::Itimerval32& out) {
  to_guest(t.it_interval, out.interval);
  to_guest(t.it_value, out.value);
}
inline void to_guest(const itimerspec& t, guest::Itimerspec32& out) {
  to_guest(t.it_interval, out.interval);
  to_guest(t.it_value, out.value);
}
inline void to_guest(const itimerspec& t, guest::Itimerspec64& out) {
  to_guest(t.it_interval, out.interval);
  to_guest(t.it_value, out.value);
}

// struct timex of the host has struct __kernel_timex' layout, so Timex64 is copied as it is.
void timex_to_host(const guest::Timex32& in, guest::Timex64& out);
void timex_to_guest(const guest::Timex64& in, guest::Timex32& out);

// --- files. A returned i32 is 0 or the errno that the guest's kernel gives where a value does not fit.
[[nodiscard]] i32 to_guest(const struct stat& s, guest::Stat& out);
void to_guest(const struct stat& s, guest::Stat64& out);
[[nodiscard]] i32 to_guest(const struct statfs& s, guest::Statfs& out);
void to_guest(const struct statfs& s, guest::Statfs64& out);
inline struct flock host_of(const guest::Flock& l) {
  struct flock out {};
  out.l_type = l.type, out.l_whence = l.whence, out.l_start = l.start, out.l_len = l.len, out.l_pid = l.pid;
  return out;
}
[[nodiscard]] i32 to_guest(const struct flock& l, guest::Flock& out);

// --- processes and the system
void to_guest(const struct rusage& r, guest::Rusage& out);
void to_guest(const struct sysinfo& s, guest::Sysinfo& out);

// --- signals. `raw` is the kernel's siginfo_t, read by number and code (kernel/signal.c, siginfo_layout).
void to_guest(const siginfo_t& raw, guest::Siginfo& out);
// Of rt_sigqueueinfo and pidfd_send_signal: always from user space, so pid, uid and value.
void to_host(const guest::Siginfo& in, siginfo_t& out);
void to_host(const guest::Sigevent& in, struct sigevent& out);

// --- message queues, System V IPC: host structures as the kernel's headers have them, spelled out here because libc's
// own names differ.
struct HostMqAttr {
  i64 flags, maxmsg, msgsize, curmsgs, reserved[4];
};
inline HostMqAttr host_of(const guest::MqAttr& a) { return {a.flags, a.maxmsg, a.msgsize, a.curmsgs, {}}; }
inline void to_guest(const HostMqAttr& a, guest::MqAttr& out) {
  out = {static_cast<i32>(a.flags), static_cast<i32>(a.maxmsg), static_cast<i32>(a.msgsize),
         static_cast<i32>(a.curmsgs), {}};
}

struct HostIpcPerm {
  i32 key;
  u32 uid, gid, cuid, cgid, mode;  // mode is a u32 on x86-64
  u16 seq, pad2;
  u64 unused1, unused2;
};
struct HostSemid {
  HostIpcPerm perm;
  i64 otime, unused1, ctime, unused2;  // x86 keeps the two gaps (asm/sembuf.h)
  u64 nsems, unused3, unused4;
};
struct HostMsqid {
  HostIpcPerm perm;
  i64 stime, rtime, ctime;
  u64 cbytes, qnum, qbytes;
  i32 lspid, lrpid;
  u64 unused4, unused5;
};
struct HostShmid {
  HostIpcPerm perm;
  u64 segsz;
  i64 atime, dtime, ctime;
  i32 cpid, lpid;
  u64 nattch, unused4, unused5;
};
struct HostShminfo {  // IPC_INFO
  u64 shmmax, shmmin, shmmni, shmseg, shmall;
  u64 unused[4];
};
struct HostShmUse {  // SHM_INFO
  i32 used_ids;
  u64 shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};
static_assert(sizeof(HostIpcPerm) == 48 && sizeof(HostSemid) == 104 && sizeof(HostMsqid) == 120);
static_assert(sizeof(HostShmid) == 112 && sizeof(HostShminfo) == 72 && sizeof(HostShmUse) == 48);

void to_guest(const HostSemid& in, guest::Semid64Ds& out);
void to_guest(const HostMsqid& in, guest::Msqid64Ds& out);
void to_host(const guest::Semid64Ds& in, HostSemid& out);  // IPC_SET: owner and mode
void to_host(const guest::Msqid64Ds& in, HostMsqid& out);
void to_guest(const HostShmid& in, guest::Shmid64Ds& out);
void to_guest(const HostShminfo& in, guest::Shminfo64& out);
void to_guest(const HostShmUse& in, guest::ShmInfo& out);
void to_host(const guest::Shmid64Ds& in, HostShmid& out);

// --- interfaces: struct ifreq of the host is 40 bytes, its union's common members begin alike.
struct HostIfreq {
  u8 bytes[40];
};
HostIfreq host_of(const guest::Ifreq& in);
void to_guest(const HostIfreq& in, guest::Ifreq& out);
void map_to_guest(const HostIfreq& in, guest::Ifreq& out);  // SIOCGIFMAP

}  // namespace sigtape::outside
