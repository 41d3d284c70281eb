// FreeBSD 13.2/armv7 structures as mirror structs of fixed-width members.
// time_t is 64 bits wide, long and pointers 32.
// Members carry the C header's names without their prefix, because some of those are host macros.
#pragma once
#include "core/base/ints.h"

namespace sigtape::abi::freebsd {

// --- time
struct Timespec {
  i64 sec;
  i32 nsec;
  u32 pad;
};
struct Timeval {
  i64 sec;
  i32 usec;
  u32 pad;
};
struct Timezone {
  i32 minuteswest, dsttime;
};
struct Itimerval {
  Timeval interval, value;
};
struct Itimerspec {
  Timespec interval, value;
};

// --- files
struct Stat {
  u64 dev, ino, nlink;
  u16 mode, pad0;
  u32 uid, gid, pad1;
  u64 rdev;
  Timespec atime, mtime, ctime, birthtime;
  i64 size, blocks;
  i32 blksize;
  u32 flags;
  u64 gen, spare[10];
};
struct Stat11 {  // freebsd11_stat: calls 188 to 190
  u32 dev, ino;
  u16 mode, nlink;
  u32 uid, gid, rdev;
  Timespec atime, mtime, ctime;
  i64 size, blocks;
  i32 blksize;
  u32 flags, gen;
  i32 spare;
  Timespec birthtime;
};
struct Statfs {
  u32 version, type;
  u64 flags, bsize, iosize, blocks, bfree;
  i64 bavail;
  u64 files;
  i64 ffree;
  u64 syncwrites, asyncwrites, syncreads, asyncreads, spare[10];
  u32 namemax, owner;
  i32 fsid[2];
  char charspare[80];
  char fstypename[16], mntfromname[1024], mntonname[1024];
};
inline constexpr u32 statfs_version = 0x20140518;
struct Dirent {  // header of getdirentries records; reclen is a multiple of 8
  u64 fileno;
  i64 off;  // where the next record begins
  u16 reclen;
  u8 type, pad0;
  u16 namlen, pad1;
};
struct Dirent11 {
  u32 fileno;
  u16 reclen;
  u8 type, namlen;
};
inline constexpr u32 dirent_name_offset = 24, dirent11_name_offset = 8;
struct Flock {
  i64 start, len;
  i32 pid;
  i16 type, whence;
  i32 sysid;
  u32 pad;
};
struct Iovec {
  u32 base, len;
};
struct Pollfd {
  i32 fd;
  i16 events, revents;
};

// --- events
struct Kevent {
  u32 ident;
  i16 filter;
  u16 flags;
  u32 fflags;
  u32 pad0;
  i64 data;
  u32 udata;
  u32 pad1;
  u64 ext[4];
};
struct Kevent11 {
  u32 ident;
  i16 filter;
  u16 flags;
  u32 fflags;
  i32 data;
  u32 udata;
};

// --- signals
struct Sigset {  // signal n is bit n - 1
  u32 bits[4];
};
struct Sigaction {
  u32 handler;
  i32 flags;
  Sigset mask;
};
struct StackT {
  u32 sp, size;
  i32 flags;
};
struct Siginfo {
  i32 signo, error, code, pid;
  u32 uid;
  i32 status;
  u32 address, value;
  i32 reason[8];  // trapno; timerid and overrun; mqd; band
};
struct Sigevent {
  i32 notify, signo;
  u32 value;
  i32 thread_id;  // union: kevent flags, thread function and attribute
  u32 rest[7];
};
struct Mcontext {
  u32 gregs[17];  // r0 to r15, cpsr
  u32 vfp_size, vfp_ptr;
  u32 spare[33];
};
struct McontextVfp {
  u64 regs[32];
  u32 fpscr;
  u32 pad;
};
struct Ucontext {
  Sigset sigmask;
  Mcontext mcontext;
  u32 link;
  StackT stack;
  i32 flags;
  i32 spare[4];
};
struct Sigframe {
  Siginfo si;
  Ucontext uc;
  u32 pad;
  McontextVfp vfp;
};

// --- threads
inline constexpr i32 first_thread_id = 100'000;  // beyond PID_MAX (sys/kern/kern_thread.c): what is added to the host's
struct ThrParam {
  u32 start_func, arg, stack_base, stack_size, tls_base, tls_size, child_tid, parent_tid;
  i32 flags;
  u32 rtp;
  u32 spare[3];
};
struct UmtxTime {
  Timespec timeout;
  u32 flags, clockid;
};
struct Umutex {
  u32 owner, flags, ceilings[2], rb_lnk, pad, spare[2];
};
struct Ucond {
  u32 has_waiters, flags, clockid, spare;
};
struct Urwlock {
  u32 state, flags, blocked_readers, blocked_writers, spare[4];
};
struct Usem {
  u32 has_waiters, count, flags;
};
struct Usem2 {
  u32 count, flags;
};
struct UmtxRobustListsParams {
  u32 robust_list_offset, robust_priv_list_offset, robust_inact_offset;
};
struct ArmSyncIcacheArgs {
  u32 addr, len;
};

// --- processes and limits
struct Rusage {
  Timeval utime, stime;
  i32 maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
struct Wrusage {
  Rusage self, children;
};
struct Rlimit {  // 2^63 - 1: infinity
  i64 cur, max;
};
struct PsStrings {
  u32 argvstr, nargvstr, envstr, nenvstr;
};
struct SchedParam {
  i32 priority;
};

// --- terminals
struct Termios {
  u32 iflag, oflag, cflag, lflag;
  u8 cc[20];
  u32 ispeed, ospeed;
};
struct Winsize {
  u16 row, col, xpixel, ypixel;
};

// --- sockets
struct Sockaddr {
  u8 len, family;
  char data[14];
};
struct SockaddrIn {
  u8 len, family;
  u16 port;
  u32 addr;
  u8 zero[8];
};
struct SockaddrIn6 {
  u8 len, family;
  u16 port;
  u32 flowinfo;
  u8 addr[16];
  u32 scope_id;
};
struct SockaddrUn {
  u8 len, family;
  char path[104];
};
struct Msghdr {
  u32 name, namelen, iov;
  i32 iovlen;
  u32 control, controllen;
  i32 flags;
};
struct Cmsghdr {  // data follows at 12; the next header is 4-byte aligned
  u32 len;
  i32 level, type;
};
struct Linger {
  i32 onoff, linger;
};
struct SfHdtr {
  u32 headers;
  i32 hdr_cnt;
  u32 trailers;
  i32 trl_cnt;
};

static_assert(sizeof(Stat) == 224 && sizeof(Stat11) == 120 && sizeof(Statfs) == 2344 && sizeof(Kevent) == 64);
static_assert(sizeof(Siginfo) == 64 && sizeof(Ucontext) == 260 && sizeof(Mcontext) == 208 && sizeof(Sigframe) == 592);
static_assert(sizeof(ThrParam) == 52 && sizeof(Umutex) == 32 && sizeof(Wrusage) == 176 && sizeof(Sigevent) == 44);

}  // namespace sigtape::abi::freebsd
