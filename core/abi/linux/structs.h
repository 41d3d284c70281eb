// Linux/ARM EABI mirror structs: times, files, polling, memory, threads, system.
// Members carry the C header's names without their prefix (st_, sa_, ...), because some of those are host macros.
#pragma once
#include "core/abi/linux/structs_ipc.h"
#include "core/abi/linux/structs_net.h"
#include "core/abi/linux/structs_signal.h"
#include "core/base/ints.h"

namespace sigtape::abi::linux_eabi {

// --- time ---------------------------------------------------------------------------------------------------------
struct Timespec32 {
  i32 sec, nsec;
};
struct Timespec64 {  // __kernel_timespec: nsec is 64 bits wide, of which the kernel reads the lower 32 from 32-bit
                     // callers
  i64 sec, nsec;
};
struct Timeval32 {
  i32 sec, usec;
};
struct Timezone {
  i32 minuteswest, dsttime;
};
struct Itimerval32 {
  Timeval32 interval, value;
};
struct Itimerspec32 {
  Timespec32 interval, value;
};
struct Itimerspec64 {
  Timespec64 interval, value;
};
struct Tms {
  i32 utime, stime, cutime, cstime;
};
struct Utimbuf {
  i32 actime, modtime;
};
struct Timex32 {
  u32 modes;
  i32 offset, freq, maxerror, esterror, status, constant, precision, tolerance;
  Timeval32 time;
  i32 tick, ppsfreq, jitter, shift, stabil, jitcnt, calcnt, errcnt, stbcnt, tai;
  i32 reserved[11];
};
struct Timex64 {  // __kernel_timex, of clock_adjtime64
  u32 modes;
  u32 pad0;
  i64 offset, freq, maxerror, esterror;
  i32 status;
  u32 pad1;
  i64 constant, precision, tolerance;
  i64 time_sec, time_usec;
  i64 tick, ppsfreq, jitter;
  i32 shift;
  u32 pad2;
  i64 stabil, jitcnt, calcnt, errcnt, stbcnt;
  i32 tai;
  i32 reserved[11];
};

// --- files --------------------------------------------------------------------------------------------------------
struct Stat {  // of stat (106), lstat (107), fstat (108)
  u32 dev, ino;
  u16 mode, nlink, uid, gid;
  u32 rdev, size, blksize, blocks;
  u32 atime_sec, atime_nsec, mtime_sec, mtime_nsec, ctime_sec, ctime_nsec;
  u32 unused4, unused5;
};
struct Stat64 {
  u64 dev;
  u32 pad0;
  u32 ino32;  // __st_ino, the truncated inode number
  u32 mode, nlink, uid, gid;
  u64 rdev;
  u32 pad3[2];
  i64 size;
  u32 blksize;
  u32 pad4;
  u64 blocks;  // of 512 bytes
  u32 atime_sec, atime_nsec, mtime_sec, mtime_nsec, ctime_sec, ctime_nsec;
  u64 ino;
};
struct StatxTimestamp {
  i64 sec;
  u32 nsec;
  i32 reserved;
};
struct Statx {
  u32 mask, blksize;
  u64 attributes;
  u32 nlink, uid, gid;
  u16 mode, spare0;
  u64 ino, size, blocks, attributes_mask;
  StatxTimestamp atime, btime, ctime, mtime;
  u32 rdev_major, rdev_minor, dev_major, dev_minor;
  u64 mnt_id;
  u32 dio_mem_align, dio_offset_align;
  u64 spare3[12];
};
struct Statfs {
  u32 type, bsize, blocks, bfree, bavail, files, ffree;
  i32 fsid[2];
  u32 namelen, frsize, flags;
  u32 spare[4];
};
struct __attribute__((packed, aligned(4))) Statfs64 {  // ARCH_PACK_STATFS64: 84 bytes, 88 also accepted as the size
  u32 type, bsize;
  u64 blocks, bfree, bavail, files, ffree;
  i32 fsid[2];
  u32 namelen, frsize, flags;
  u32 spare[4];
};
struct Flock {
  i16 type, whence;
  i32 start, len, pid;
};
struct Flock64 {
  i16 type, whence;
  u32 pad0;
  i64 start, len;
  i32 pid;
  u32 pad1;
};
struct FOwnerEx {
  i32 type, pid;
};
struct OpenHow {
  u64 flags, mode, resolve;
};
struct LinuxDirent {  // header of getdents records; the name follows, the type is the record's last byte
  u32 ino, off;
  u16 reclen;
};
struct LinuxDirent64 {  // header of getdents64 records; the name follows
  u64 ino;
  i64 off;
  u16 reclen;
  u8 type;
};
inline constexpr u32 dirent_name_offset = 10, dirent64_name_offset = 19;
struct FileHandle {  // handle bytes follow
  u32 handle_bytes;
  i32 handle_type;
};
struct Iovec {
  u32 base, len;
};
struct FileCloneRange {
  i64 src_fd;
  u64 src_offset, src_length, dest_offset;
};
struct Fsxattr {
  u32 xflags, extsize, nextents, projid, cowextsize;
  u8 pad[8];
};
struct MountAttr {
  u64 attr_set, attr_clr, propagation, userns_fd;
};

// --- polling ------------------------------------------------------------------------------------------------------
struct Pollfd {
  i32 fd;
  i16 events, revents;
};
struct EpollEvent {  // not packed on ARM
  u32 events;
  u32 pad;
  u64 data;
};
struct SigmaskArgument {  // sixth argument of pselect6 and io_pgetevents: the mask's address and size
  u32 address, size;
};
struct IoEvent {
  u64 data, obj;
  i64 res, res2;
};
struct Iocb {
  u64 data;
  u32 key, rw_flags;
  u16 lio_opcode;
  i16 reqprio;
  u32 fildes;
  u64 buf, nbytes;
  i64 offset;
  u64 reserved2;
  u32 flags, resfd;
};

// --- processes, threads, scheduling -------------------------------------------------------------------------------
struct Rusage {
  Timeval32 utime, stime;
  i32 maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
struct Rlimit {  // all ones: infinity
  u32 cur, max;
};
struct Rlimit64 {
  u64 cur, max;
};
struct SchedParam {
  i32 priority;
};
struct SchedAttr {
  u32 size, policy;
  u64 flags;
  i32 nice;
  u32 priority;
  u64 runtime, deadline, period;
  u32 util_min, util_max;
};
struct CloneArgs {
  u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
struct FutexWaitv {
  u64 val, uaddr;
  u32 flags, reserved;
};
struct RobustListHead {
  u32 list;
  i32 futex_offset;
  u32 list_op_pending;
};
struct CapHeader {
  u32 version;
  i32 pid;
};
struct CapData {  // two of them for versions 2 and 3
  u32 effective, permitted, inheritable;
};
struct Rseq {
  u32 cpu_id_start, cpu_id;
  u64 rseq_cs;
  u32 flags;
  u32 pad[3];
};

// --- system -------------------------------------------------------------------------------------------------------
struct Sysinfo {
  i32 uptime;
  u32 loads[3];
  u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
  u16 procs, pad;
  u32 totalhigh, freehigh, mem_unit;
  u8 f[8];
};
struct Utsname {
  char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

// --- terminals ----------------------------------------------------------------------------------------------------
struct Termios {
  u32 iflag, oflag, cflag, lflag;
  u8 line;
  u8 cc[19];
};
struct Termios2 {
  u32 iflag, oflag, cflag, lflag;
  u8 line;
  u8 cc[19];
  u32 ispeed, ospeed;
};
struct Termio {
  u16 iflag, oflag, cflag, lflag;
  u8 line;
  u8 cc[8];
  u8 pad;
};
struct Winsize {
  u16 row, col, xpixel, ypixel;
};

static_assert(sizeof(Timex32) == 128 && sizeof(Timex64) == 208 && sizeof(Stat) == 64 && sizeof(Stat64) == 104);
static_assert(sizeof(Statx) == 256 && sizeof(Statfs) == 64 && sizeof(Statfs64) == 84 && sizeof(Flock64) == 32);
static_assert(sizeof(EpollEvent) == 16 && sizeof(Rusage) == 72 && sizeof(CloneArgs) == 88 && sizeof(Sysinfo) == 64);
static_assert(sizeof(Utsname) == 390 && sizeof(Termios) == 36 && sizeof(Termios2) == 44 && sizeof(Iocb) == 64);

}  // namespace sigtape::abi::linux_eabi
