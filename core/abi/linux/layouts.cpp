// Fields of the Linux/ARM structures: times, files, polling, processes, system, terminals.
#include "core/abi/linux/layouts.h"

#include "core/abi/layout_notation.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/structs.h"

#define FIELD SIGTAPE_FIELD

namespace sigtape::abi::linux_eabi::layout {
using notation::layout_of;
using notation::portable;
namespace {

constexpr Field timespec32_fields[] = {FIELD(Timespec32, sec, "tv_sec", Show::decimal),
                                       FIELD(Timespec32, nsec, "tv_nsec", Show::decimal)};
constexpr Field timespec64_fields[] = {FIELD(Timespec64, sec, "tv_sec", Show::decimal),
                                       FIELD(Timespec64, nsec, "tv_nsec", Show::decimal)};
constexpr Field timeval32_fields[] = {FIELD(Timeval32, sec, "tv_sec", Show::decimal),
                                      FIELD(Timeval32, usec, "tv_usec", Show::decimal)};
constexpr Field timezone_fields[] = {FIELD(Timezone, minuteswest, "tz_minuteswest", Show::decimal),
                                     FIELD(Timezone, dsttime, "tz_dsttime", Show::decimal)};
constexpr Field itimerval32_fields[] = {FIELD(Itimerval32, interval, "it_interval", timeval32),
                                        FIELD(Itimerval32, value, "it_value", timeval32)};
constexpr Field itimerspec32_fields[] = {FIELD(Itimerspec32, interval, "it_interval", timespec32),
                                         FIELD(Itimerspec32, value, "it_value", timespec32)};
constexpr Field itimerspec64_fields[] = {FIELD(Itimerspec64, interval, "it_interval", timespec64),
                                         FIELD(Itimerspec64, value, "it_value", timespec64)};
constexpr Field tms_fields[] = {
    FIELD(Tms, utime, "tms_utime", Show::decimal), FIELD(Tms, stime, "tms_stime", Show::decimal),
    FIELD(Tms, cutime, "tms_cutime", Show::decimal), FIELD(Tms, cstime, "tms_cstime", Show::decimal)};
constexpr Field utimbuf_fields[] = {FIELD(Utimbuf, actime, "actime", Show::decimal),
                                    FIELD(Utimbuf, modtime, "modtime", Show::decimal)};
constexpr Field timex32_fields[] = {FIELD(Timex32, modes, "modes", Show::flags, timex_modes),
                                    FIELD(Timex32, offset, "offset", Show::decimal),
                                    FIELD(Timex32, freq, "freq", Show::decimal),
                                    FIELD(Timex32, maxerror, "maxerror", Show::decimal),
                                    FIELD(Timex32, esterror, "esterror", Show::decimal),
                                    FIELD(Timex32, status, "status", Show::hex),
                                    FIELD(Timex32, constant, "constant", Show::decimal),
                                    FIELD(Timex32, precision, "precision", Show::decimal),
                                    FIELD(Timex32, tolerance, "tolerance", Show::decimal),
                                    FIELD(Timex32, time, "time", timeval32),
                                    FIELD(Timex32, tick, "tick", Show::decimal),
                                    FIELD(Timex32, ppsfreq, "ppsfreq", Show::decimal),
                                    FIELD(Timex32, jitter, "jitter", Show::decimal),
                                    FIELD(Timex32, shift, "shift", Show::decimal),
                                    FIELD(Timex32, stabil, "stabil", Show::decimal),
                                    FIELD(Timex32, jitcnt, "jitcnt", Show::decimal),
                                    FIELD(Timex32, calcnt, "calcnt", Show::decimal),
                                    FIELD(Timex32, errcnt, "errcnt", Show::decimal),
                                    FIELD(Timex32, stbcnt, "stbcnt", Show::decimal),
                                    FIELD(Timex32, tai, "tai", Show::decimal)};
constexpr Field timex64_fields[] = {FIELD(Timex64, modes, "modes", Show::flags, timex_modes),
                                    FIELD(Timex64, offset, "offset", Show::decimal),
                                    FIELD(Timex64, freq, "freq", Show::decimal),
                                    FIELD(Timex64, maxerror, "maxerror", Show::decimal),
                                    FIELD(Timex64, esterror, "esterror", Show::decimal),
                                    FIELD(Timex64, status, "status", Show::hex),
                                    FIELD(Timex64, constant, "constant", Show::decimal),
                                    FIELD(Timex64, precision, "precision", Show::decimal),
                                    FIELD(Timex64, tolerance, "tolerance", Show::decimal),
                                    FIELD(Timex64, time_sec, "time.tv_sec", Show::decimal),
                                    FIELD(Timex64, time_usec, "time.tv_usec", Show::decimal),
                                    FIELD(Timex64, tick, "tick", Show::decimal),
                                    FIELD(Timex64, ppsfreq, "ppsfreq", Show::decimal),
                                    FIELD(Timex64, jitter, "jitter", Show::decimal),
                                    FIELD(Timex64, shift, "shift", Show::decimal),
                                    FIELD(Timex64, stabil, "stabil", Show::decimal),
                                    FIELD(Timex64, jitcnt, "jitcnt", Show::decimal),
                                    FIELD(Timex64, calcnt, "calcnt", Show::decimal),
                                    FIELD(Timex64, errcnt, "errcnt", Show::decimal),
                                    FIELD(Timex64, stbcnt, "stbcnt", Show::decimal),
                                    FIELD(Timex64, tai, "tai", Show::decimal)};

constexpr Field stat_fields[] = {FIELD(Stat, dev, "st_dev", Show::device),
                                 FIELD(Stat, ino, "st_ino", Show::unsigned_),
                                 FIELD(Stat, mode, "st_mode", Show::flags, file_types),
                                 FIELD(Stat, nlink, "st_nlink", Show::unsigned_),
                                 FIELD(Stat, uid, "st_uid", Show::unsigned_),
                                 FIELD(Stat, gid, "st_gid", Show::unsigned_),
                                 FIELD(Stat, rdev, "st_rdev", Show::device),
                                 FIELD(Stat, size, "st_size", Show::unsigned_),
                                 FIELD(Stat, blksize, "st_blksize", Show::unsigned_),
                                 FIELD(Stat, blocks, "st_blocks", Show::unsigned_),
                                 FIELD(Stat, atime_sec, "st_atime", Show::unsigned_),
                                 FIELD(Stat, atime_nsec, "st_atime_nsec", Show::unsigned_),
                                 FIELD(Stat, mtime_sec, "st_mtime", Show::unsigned_),
                                 FIELD(Stat, mtime_nsec, "st_mtime_nsec", Show::unsigned_),
                                 FIELD(Stat, ctime_sec, "st_ctime", Show::unsigned_),
                                 FIELD(Stat, ctime_nsec, "st_ctime_nsec", Show::unsigned_)};
constexpr Field stat64_fields[] = {FIELD(Stat64, dev, "st_dev", Show::device),
                                   FIELD(Stat64, ino32, "__st_ino", Show::hidden),
                                   FIELD(Stat64, mode, "st_mode", Show::flags, file_types),
                                   FIELD(Stat64, nlink, "st_nlink", Show::unsigned_),
                                   FIELD(Stat64, uid, "st_uid", Show::unsigned_),
                                   FIELD(Stat64, gid, "st_gid", Show::unsigned_),
                                   FIELD(Stat64, rdev, "st_rdev", Show::device),
                                   FIELD(Stat64, size, "st_size", Show::decimal),
                                   FIELD(Stat64, blksize, "st_blksize", Show::unsigned_),
                                   FIELD(Stat64, blocks, "st_blocks", Show::unsigned_),
                                   FIELD(Stat64, atime_sec, "st_atime", Show::unsigned_),
                                   FIELD(Stat64, atime_nsec, "st_atime_nsec", Show::unsigned_),
                                   FIELD(Stat64, mtime_sec, "st_mtime", Show::unsigned_),
                                   FIELD(Stat64, mtime_nsec, "st_mtime_nsec", Show::unsigned_),
                                   FIELD(Stat64, ctime_sec, "st_ctime", Show::unsigned_),
                                   FIELD(Stat64, ctime_nsec, "st_ctime_nsec", Show::unsigned_),
                                   FIELD(Stat64, ino, "st_ino", Show::unsigned_)};
constexpr Field statx_timestamp_fields[] = {FIELD(StatxTimestamp, sec, "tv_sec", Show::decimal),
                                            FIELD(StatxTimestamp, nsec, "tv_nsec", Show::unsigned_)};
constexpr Field statx_fields[] = {FIELD(Statx, mask, "stx_mask", Show::flags, statx_mask),
                                  FIELD(Statx, blksize, "stx_blksize", Show::unsigned_),
                                  FIELD(Statx, attributes, "stx_attributes", Show::flags, statx_attributes),
                                  FIELD(Statx, nlink, "stx_nlink", Show::unsigned_),
                                  FIELD(Statx, uid, "stx_uid", Show::unsigned_),
                                  FIELD(Statx, gid, "stx_gid", Show::unsigned_),
                                  FIELD(Statx, mode, "stx_mode", Show::flags, file_types),
                                  FIELD(Statx, ino, "stx_ino", Show::unsigned_),
                                  FIELD(Statx, size, "stx_size", Show::unsigned_),
                                  FIELD(Statx, blocks, "stx_blocks", Show::unsigned_),
                                  FIELD(Statx, attributes_mask, "stx_attributes_mask", Show::flags, statx_attributes),
                                  FIELD(Statx, atime, "stx_atime", statx_timestamp),
                                  FIELD(Statx, btime, "stx_btime", statx_timestamp),
                                  FIELD(Statx, ctime, "stx_ctime", statx_timestamp),
                                  FIELD(Statx, mtime, "stx_mtime", statx_timestamp),
                                  FIELD(Statx, rdev_major, "stx_rdev_major", Show::unsigned_),
                                  FIELD(Statx, rdev_minor, "stx_rdev_minor", Show::unsigned_),
                                  FIELD(Statx, dev_major, "stx_dev_major", Show::unsigned_),
                                  FIELD(Statx, dev_minor, "stx_dev_minor", Show::unsigned_),
                                  FIELD(Statx, mnt_id, "stx_mnt_id", Show::hex),
                                  FIELD(Statx, dio_mem_align, "stx_dio_mem_align", Show::unsigned_),
                                  FIELD(Statx, dio_offset_align, "stx_dio_offset_align", Show::unsigned_)};
constexpr Field statfs_fields[] = {FIELD(Statfs, type, "f_type", Show::choice, filesystem_magics),
                                   FIELD(Statfs, bsize, "f_bsize", Show::unsigned_),
                                   FIELD(Statfs, blocks, "f_blocks", Show::unsigned_),
                                   FIELD(Statfs, bfree, "f_bfree", Show::unsigned_),
                                   FIELD(Statfs, bavail, "f_bavail", Show::unsigned_),
                                   FIELD(Statfs, files, "f_files", Show::unsigned_),
                                   FIELD(Statfs, ffree, "f_ffree", Show::unsigned_),
                                   FIELD(Statfs, fsid, "f_fsid", Show::hex),
                                   FIELD(Statfs, namelen, "f_namelen", Show::unsigned_),
                                   FIELD(Statfs, frsize, "f_frsize", Show::unsigned_),
                                   FIELD(Statfs, flags, "f_flags", Show::flags, statfs_flags)};
constexpr Field statfs64_fields[] = {FIELD(Statfs64, type, "f_type", Show::choice, filesystem_magics),
                                     FIELD(Statfs64, bsize, "f_bsize", Show::unsigned_),
                                     FIELD(Statfs64, blocks, "f_blocks", Show::unsigned_),
                                     FIELD(Statfs64, bfree, "f_bfree", Show::unsigned_),
                                     FIELD(Statfs64, bavail, "f_bavail", Show::unsigned_),
                                     FIELD(Statfs64, files, "f_files", Show::unsigned_),
                                     FIELD(Statfs64, ffree, "f_ffree", Show::unsigned_),
                                     FIELD(Statfs64, fsid, "f_fsid", Show::hex),
                                     FIELD(Statfs64, namelen, "f_namelen", Show::unsigned_),
                                     FIELD(Statfs64, frsize, "f_frsize", Show::unsigned_),
                                     FIELD(Statfs64, flags, "f_flags", Show::flags, statfs_flags)};
constexpr Field flock_fields[] = {FIELD(Flock, type, "l_type", Show::choice, lock_types),
                                  FIELD(Flock, whence, "l_whence", Show::choice, seek_origins),
                                  FIELD(Flock, start, "l_start", Show::decimal),
                                  FIELD(Flock, len, "l_len", Show::decimal), FIELD(Flock, pid, "l_pid", Show::decimal)};
constexpr Field flock64_fields[] = {
    FIELD(Flock64, type, "l_type", Show::choice, lock_types),
    FIELD(Flock64, whence, "l_whence", Show::choice, seek_origins), FIELD(Flock64, start, "l_start", Show::decimal),
    FIELD(Flock64, len, "l_len", Show::decimal), FIELD(Flock64, pid, "l_pid", Show::decimal)};
constexpr Field f_owner_ex_fields[] = {FIELD(FOwnerEx, type, "type", Show::choice, owner_types),
                                       FIELD(FOwnerEx, pid, "pid", Show::decimal)};
constexpr Field open_how_fields[] = {FIELD(OpenHow, flags, "flags", Show::flags, open_flags),
                                     FIELD(OpenHow, mode, "mode", Show::octal),
                                     FIELD(OpenHow, resolve, "resolve", Show::flags, resolve_flags)};
constexpr Field linux_dirent_fields[] = {FIELD(LinuxDirent, ino, "d_ino", Show::unsigned_),
                                         FIELD(LinuxDirent, off, "d_off", Show::unsigned_),
                                         FIELD(LinuxDirent, reclen, "d_reclen", Show::unsigned_)};
constexpr Field linux_dirent64_fields[] = {FIELD(LinuxDirent64, ino, "d_ino", Show::unsigned_),
                                           FIELD(LinuxDirent64, off, "d_off", Show::decimal),
                                           FIELD(LinuxDirent64, reclen, "d_reclen", Show::unsigned_),
                                           FIELD(LinuxDirent64, type, "d_type", Show::choice, directory_entry_types)};
constexpr Field file_handle_fields[] = {FIELD(FileHandle, handle_bytes, "handle_bytes", Show::unsigned_),
                                        FIELD(FileHandle, handle_type, "handle_type", Show::decimal)};
constexpr Field iovec_fields[] = {FIELD(Iovec, base, "iov_base", Show::address),
                                  FIELD(Iovec, len, "iov_len", Show::unsigned_)};
constexpr Field file_clone_range_fields[] = {FIELD(FileCloneRange, src_fd, "src_fd", Show::decimal),
                                             FIELD(FileCloneRange, src_offset, "src_offset", Show::unsigned_),
                                             FIELD(FileCloneRange, src_length, "src_length", Show::unsigned_),
                                             FIELD(FileCloneRange, dest_offset, "dest_offset", Show::unsigned_)};
constexpr Field fsxattr_fields[] = {
    FIELD(Fsxattr, xflags, "fsx_xflags", Show::hex), FIELD(Fsxattr, extsize, "fsx_extsize", Show::unsigned_),
    FIELD(Fsxattr, nextents, "fsx_nextents", Show::unsigned_), FIELD(Fsxattr, projid, "fsx_projid", Show::unsigned_),
    FIELD(Fsxattr, cowextsize, "fsx_cowextsize", Show::unsigned_)};
constexpr Field mount_attr_fields[] = {FIELD(MountAttr, attr_set, "attr_set", Show::hex),
                                       FIELD(MountAttr, attr_clr, "attr_clr", Show::hex),
                                       FIELD(MountAttr, propagation, "propagation", Show::flags, mount_flags),
                                       FIELD(MountAttr, userns_fd, "userns_fd", Show::unsigned_)};

constexpr Field pollfd_fields[] = {FIELD(Pollfd, fd, "fd", Show::fd),
                                   FIELD(Pollfd, events, "events", Show::flags, poll_events),
                                   FIELD(Pollfd, revents, "revents", Show::flags, poll_events)};
constexpr Field epoll_event_fields[] = {FIELD(EpollEvent, events, "events", Show::flags, epoll_events),
                                        FIELD(EpollEvent, data, "data", Show::hex)};
constexpr Field sigmask_argument_fields[] = {FIELD(SigmaskArgument, address, "ss", Show::address),
                                             FIELD(SigmaskArgument, size, "ss_len", Show::unsigned_)};
constexpr Field io_event_fields[] = {FIELD(IoEvent, data, "data", Show::hex), FIELD(IoEvent, obj, "obj", Show::hex),
                                     FIELD(IoEvent, res, "res", Show::decimal),
                                     FIELD(IoEvent, res2, "res2", Show::decimal)};
constexpr Field iocb_fields[] = {
    FIELD(Iocb, data, "aio_data", Show::hex),           FIELD(Iocb, lio_opcode, "aio_lio_opcode", Show::unsigned_),
    FIELD(Iocb, fildes, "aio_fildes", Show::fd),        FIELD(Iocb, buf, "aio_buf", Show::hex),
    FIELD(Iocb, nbytes, "aio_nbytes", Show::unsigned_), FIELD(Iocb, offset, "aio_offset", Show::decimal)};

constexpr Field rusage_fields[] = {
    FIELD(Rusage, utime, "ru_utime", timeval32),         FIELD(Rusage, stime, "ru_stime", timeval32),
    FIELD(Rusage, maxrss, "ru_maxrss", Show::decimal),   FIELD(Rusage, ixrss, "ru_ixrss", Show::hidden),
    FIELD(Rusage, minflt, "ru_minflt", Show::decimal),   FIELD(Rusage, majflt, "ru_majflt", Show::decimal),
    FIELD(Rusage, inblock, "ru_inblock", Show::decimal), FIELD(Rusage, oublock, "ru_oublock", Show::decimal),
    FIELD(Rusage, nvcsw, "ru_nvcsw", Show::decimal),     FIELD(Rusage, nivcsw, "ru_nivcsw", Show::decimal)};
constexpr Field rlimit_fields[] = {FIELD(Rlimit, cur, "rlim_cur", Show::unsigned_),
                                   FIELD(Rlimit, max, "rlim_max", Show::unsigned_)};
constexpr Field rlimit64_fields[] = {FIELD(Rlimit64, cur, "rlim_cur", Show::unsigned_),
                                     FIELD(Rlimit64, max, "rlim_max", Show::unsigned_)};
constexpr Field sched_param_fields[] = {FIELD(SchedParam, priority, "sched_priority", Show::decimal)};
constexpr Field sched_attr_fields[] = {FIELD(SchedAttr, size, "size", Show::unsigned_),
                                       FIELD(SchedAttr, policy, "sched_policy", Show::choice, schedulers),
                                       FIELD(SchedAttr, flags, "sched_flags", Show::hex),
                                       FIELD(SchedAttr, nice, "sched_nice", Show::decimal),
                                       FIELD(SchedAttr, priority, "sched_priority", Show::unsigned_),
                                       FIELD(SchedAttr, runtime, "sched_runtime", Show::unsigned_),
                                       FIELD(SchedAttr, deadline, "sched_deadline", Show::unsigned_),
                                       FIELD(SchedAttr, period, "sched_period", Show::unsigned_)};
constexpr Field clone_args_fields[] = {FIELD(CloneArgs, flags, "flags", Show::flags, clone_flags),
                                       FIELD(CloneArgs, pidfd, "pidfd", Show::address),
                                       FIELD(CloneArgs, child_tid, "child_tid", Show::address),
                                       FIELD(CloneArgs, parent_tid, "parent_tid", Show::address),
                                       FIELD(CloneArgs, exit_signal, "exit_signal", Show::signal),
                                       FIELD(CloneArgs, stack, "stack", Show::address),
                                       FIELD(CloneArgs, stack_size, "stack_size", Show::hex),
                                       FIELD(CloneArgs, tls, "tls", Show::address),
                                       FIELD(CloneArgs, set_tid, "set_tid", Show::address),
                                       FIELD(CloneArgs, set_tid_size, "set_tid_size", Show::unsigned_),
                                       FIELD(CloneArgs, cgroup, "cgroup", Show::unsigned_)};
constexpr Field futex_waitv_fields[] = {FIELD(FutexWaitv, val, "val", Show::unsigned_),
                                        FIELD(FutexWaitv, uaddr, "uaddr", Show::address),
                                        FIELD(FutexWaitv, flags, "flags", Show::flags, futex_waitv_flags)};
constexpr Field robust_list_head_fields[] = {FIELD(RobustListHead, list, "list", Show::address),
                                             FIELD(RobustListHead, futex_offset, "futex_offset", Show::decimal),
                                             FIELD(RobustListHead, list_op_pending, "list_op_pending", Show::address)};
constexpr Field cap_header_fields[] = {FIELD(CapHeader, version, "version", Show::choice, capability_versions),
                                       FIELD(CapHeader, pid, "pid", Show::decimal)};
constexpr Field cap_data_fields[] = {FIELD(CapData, effective, "effective", Show::hex),
                                     FIELD(CapData, permitted, "permitted", Show::hex),
                                     FIELD(CapData, inheritable, "inheritable", Show::hex)};
constexpr Field wait_status_fields[] = {{.size = 4, .show = Show::wait_status}};

constexpr Field sysinfo_fields[] = {
    FIELD(Sysinfo, uptime, "uptime", Show::decimal),         FIELD(Sysinfo, loads, "loads", Show::unsigned_),
    FIELD(Sysinfo, totalram, "totalram", Show::unsigned_),   FIELD(Sysinfo, freeram, "freeram", Show::unsigned_),
    FIELD(Sysinfo, sharedram, "sharedram", Show::unsigned_), FIELD(Sysinfo, bufferram, "bufferram", Show::unsigned_),
    FIELD(Sysinfo, totalswap, "totalswap", Show::unsigned_), FIELD(Sysinfo, freeswap, "freeswap", Show::unsigned_),
    FIELD(Sysinfo, procs, "procs", Show::unsigned_),         FIELD(Sysinfo, totalhigh, "totalhigh", Show::unsigned_),
    FIELD(Sysinfo, freehigh, "freehigh", Show::unsigned_),   FIELD(Sysinfo, mem_unit, "mem_unit", Show::unsigned_)};
constexpr Field utsname_fields[] = {
    FIELD(Utsname, sysname, "sysname", Show::text), FIELD(Utsname, nodename, "nodename", Show::text),
    FIELD(Utsname, release, "release", Show::text), FIELD(Utsname, version, "version", Show::text),
    FIELD(Utsname, machine, "machine", Show::text), FIELD(Utsname, domainname, "domainname", Show::text)};

constexpr Field termios_fields[] = {FIELD(Termios, iflag, "c_iflag", Show::flags, termios_iflag),
                                    FIELD(Termios, oflag, "c_oflag", Show::flags, termios_oflag),
                                    FIELD(Termios, cflag, "c_cflag", Show::hex),
                                    FIELD(Termios, lflag, "c_lflag", Show::flags, termios_lflag),
                                    FIELD(Termios, line, "c_line", Show::unsigned_),
                                    FIELD(Termios, cc, "c_cc", Show::raw)};
constexpr Field termios2_fields[] = {FIELD(Termios2, iflag, "c_iflag", Show::flags, termios_iflag),
                                     FIELD(Termios2, oflag, "c_oflag", Show::flags, termios_oflag),
                                     FIELD(Termios2, cflag, "c_cflag", Show::hex),
                                     FIELD(Termios2, lflag, "c_lflag", Show::flags, termios_lflag),
                                     FIELD(Termios2, line, "c_line", Show::unsigned_),
                                     FIELD(Termios2, cc, "c_cc", Show::raw),
                                     FIELD(Termios2, ispeed, "c_ispeed", Show::unsigned_),
                                     FIELD(Termios2, ospeed, "c_ospeed", Show::unsigned_)};
constexpr Field termio_fields[] = {FIELD(Termio, iflag, "c_iflag", Show::flags, termios_iflag),
                                   FIELD(Termio, oflag, "c_oflag", Show::flags, termios_oflag),
                                   FIELD(Termio, cflag, "c_cflag", Show::hex),
                                   FIELD(Termio, lflag, "c_lflag", Show::flags, termios_lflag),
                                   FIELD(Termio, line, "c_line", Show::unsigned_),
                                   FIELD(Termio, cc, "c_cc", Show::raw)};
constexpr Field winsize_fields[] = {
    FIELD(Winsize, row, "ws_row", Show::unsigned_), FIELD(Winsize, col, "ws_col", Show::unsigned_),
    FIELD(Winsize, xpixel, "ws_xpixel", Show::unsigned_), FIELD(Winsize, ypixel, "ws_ypixel", Show::unsigned_)};

}  // namespace

constinit const Layout timespec32 = layout_of<Timespec32>("struct timespec", timespec32_fields);
constinit const Layout timespec64 = layout_of<Timespec64>("struct __kernel_timespec", timespec64_fields, portable);
constinit const Layout timeval32 = layout_of<Timeval32>("struct timeval", timeval32_fields);
constinit const Layout timezone = layout_of<Timezone>("struct timezone", timezone_fields, portable);
constinit const Layout itimerval32 = layout_of<Itimerval32>("struct itimerval", itimerval32_fields);
constinit const Layout itimerspec32 = layout_of<Itimerspec32>("struct itimerspec", itimerspec32_fields);
constinit const Layout itimerspec64 =
    layout_of<Itimerspec64>("struct __kernel_itimerspec", itimerspec64_fields, portable);
constinit const Layout tms = layout_of<Tms>("struct tms", tms_fields);
constinit const Layout utimbuf = layout_of<Utimbuf>("struct utimbuf", utimbuf_fields);
constinit const Layout timex32 = layout_of<Timex32>("struct timex", timex32_fields);
constinit const Layout timex64 = layout_of<Timex64>("struct __kernel_timex", timex64_fields, portable);
constinit const Layout stat = layout_of<Stat>("struct stat", stat_fields);
constinit const Layout stat64 = layout_of<Stat64>("struct stat64", stat64_fields);
constinit const Layout statx_timestamp =
    layout_of<StatxTimestamp>("struct statx_timestamp", statx_timestamp_fields, portable);
constinit const Layout statx = layout_of<Statx>("struct statx", statx_fields, portable);
constinit const Layout statfs = layout_of<Statfs>("struct statfs", statfs_fields);
constinit const Layout statfs64 = layout_of<Statfs64>("struct statfs64", statfs64_fields);
constinit const Layout flock = layout_of<Flock>("struct flock", flock_fields);
constinit const Layout flock64 = layout_of<Flock64>("struct flock64", flock64_fields, portable);
constinit const Layout f_owner_ex = layout_of<FOwnerEx>("struct f_owner_ex", f_owner_ex_fields, portable);
constinit const Layout open_how = layout_of<OpenHow>("struct open_how", open_how_fields, portable);
constinit const Layout linux_dirent = layout_of<LinuxDirent>("struct linux_dirent", linux_dirent_fields);
constinit const Layout linux_dirent64 =
    layout_of<LinuxDirent64>("struct linux_dirent64", linux_dirent64_fields, portable);
constinit const Layout file_handle = layout_of<FileHandle>("struct file_handle", file_handle_fields, portable);
constinit const Layout iovec = layout_of<Iovec>("struct iovec", iovec_fields);
constinit const Layout file_clone_range =
    layout_of<FileCloneRange>("struct file_clone_range", file_clone_range_fields, portable);
constinit const Layout fsxattr = layout_of<Fsxattr>("struct fsxattr", fsxattr_fields, portable);
constinit const Layout mount_attr = layout_of<MountAttr>("struct mount_attr", mount_attr_fields, portable);
constinit const Layout pollfd = layout_of<Pollfd>("struct pollfd", pollfd_fields, portable);
constinit const Layout epoll_event = layout_of<EpollEvent>("struct epoll_event", epoll_event_fields);
constinit const Layout sigmask_argument = layout_of<SigmaskArgument>("sigmask argument", sigmask_argument_fields);
constinit const Layout io_event = layout_of<IoEvent>("struct io_event", io_event_fields, portable);
constinit const Layout iocb = layout_of<Iocb>("struct iocb", iocb_fields, portable);
constinit const Layout rusage = layout_of<Rusage>("struct rusage", rusage_fields);
constinit const Layout rlimit = layout_of<Rlimit>("struct rlimit", rlimit_fields);
constinit const Layout rlimit64 = layout_of<Rlimit64>("struct rlimit64", rlimit64_fields, portable);
constinit const Layout sched_param = layout_of<SchedParam>("struct sched_param", sched_param_fields, portable);
constinit const Layout sched_attr = layout_of<SchedAttr>("struct sched_attr", sched_attr_fields, portable);
constinit const Layout clone_args = layout_of<CloneArgs>("struct clone_args", clone_args_fields, portable);
constinit const Layout futex_waitv = layout_of<FutexWaitv>("struct futex_waitv", futex_waitv_fields, portable);
constinit const Layout robust_list_head = layout_of<RobustListHead>("struct robust_list_head", robust_list_head_fields);
constinit const Layout cap_header =
    layout_of<CapHeader>("struct __user_cap_header_struct", cap_header_fields, portable);
constinit const Layout cap_data = layout_of<CapData>("struct __user_cap_data_struct", cap_data_fields, portable);
const Layout wait_status{"int", 4, wait_status_fields, true};
constinit const Layout sysinfo = layout_of<Sysinfo>("struct sysinfo", sysinfo_fields);
constinit const Layout utsname = layout_of<Utsname>("struct new_utsname", utsname_fields, portable);
constinit const Layout termios = layout_of<Termios>("struct termios", termios_fields, portable);
constinit const Layout termios2 = layout_of<Termios2>("struct termios2", termios2_fields, portable);
constinit const Layout termio = layout_of<Termio>("struct termio", termio_fields, portable);
constinit const Layout winsize = layout_of<Winsize>("struct winsize", winsize_fields, portable);

std::span<const Layout* const> all() {
  static const Layout* const list[] = {&timespec32,
                                       &timespec64,
                                       &timeval32,
                                       &timezone,
                                       &itimerval32,
                                       &itimerspec32,
                                       &itimerspec64,
                                       &tms,
                                       &utimbuf,
                                       &timex32,
                                       &timex64,
                                       &stat,
                                       &stat64,
                                       &statx_timestamp,
                                       &statx,
                                       &statfs,
                                       &statfs64,
                                       &flock,
                                       &flock64,
                                       &f_owner_ex,
                                       &open_how,
                                       &linux_dirent,
                                       &linux_dirent64,
                                       &file_handle,
                                       &iovec,
                                       &file_clone_range,
                                       &fsxattr,
                                       &mount_attr,
                                       &pollfd,
                                       &epoll_event,
                                       &sigmask_argument,
                                       &io_event,
                                       &iocb,
                                       &rusage,
                                       &rlimit,
                                       &rlimit64,
                                       &sched_param,
                                       &sched_attr,
                                       &clone_args,
                                       &futex_waitv,
                                       &robust_list_head,
                                       &cap_header,
                                       &cap_data,
                                       &sysinfo,
                                       &utsname,
                                       &termios,
                                       &termios2,
                                       &termio,
                                       &winsize,
                                       &sigset,
                                       &sigaction_old,
                                       &sigaction,
                                       &stack,
                                       &sigevent,
                                       &siginfo,
                                       &signalfd_siginfo,
                                       &sigcontext,
                                       &vfp_frame,
                                       &ucontext,
                                       &sigframe,
                                       &rt_sigframe,
                                       &msghdr,
                                       &mmsghdr,
                                       &cmsghdr,
                                       &linger,
                                       &ucred,
                                       &sockaddr_in,
                                       &sockaddr_in6,
                                       &sockaddr_un,
                                       &sockaddr_nl,
                                       &sockaddr_ll,
                                       &sockaddr_vm,
                                       &ifmap,
                                       &ifreq_address,
                                       &ifreq_flags,
                                       &ifreq_value,
                                       &ifreq_map,
                                       &ifreq_name,
                                       &ifreq_data,
                                       &ifconf,
                                       &in_mreq,
                                       &in_mreqn,
                                       &ipv6_mreq,
                                       &sock_fprog,
                                       &sock_filter,
                                       &ipc_perm,
                                       &semid_ds,
                                       &msqid_ds,
                                       &shmid_ds,
                                       &shminfo,
                                       &shm_info,
                                       &seminfo,
                                       &msginfo,
                                       &sembuf,
                                       &mq_attr};
  return list;
}

}  // namespace sigtape::abi::linux_eabi::layout
