// Fields of the FreeBSD/armv7 structures: times, files, events, limits, terminals, sockets.
#include "core/abi/freebsd/layouts.h"
#include "core/abi/freebsd/flags.h"
#include "core/abi/freebsd/structs.h"
#include "core/abi/layout_notation.h"

#define FIELD SIGTAPE_FIELD

namespace sigtape::abi::freebsd::layout {
using notation::layout_of;
namespace {

constexpr Field timespec_fields[] = {FIELD(Timespec, sec, "tv_sec", Show::decimal),
                                     FIELD(Timespec, nsec, "tv_nsec", Show::decimal)};
constexpr Field timeval_fields[] = {FIELD(Timeval, sec, "tv_sec", Show::decimal),
                                    FIELD(Timeval, usec, "tv_usec", Show::decimal)};
constexpr Field timezone_fields[] = {FIELD(Timezone, minuteswest, "tz_minuteswest", Show::decimal),
                                     FIELD(Timezone, dsttime, "tz_dsttime", Show::decimal)};
constexpr Field itimerval_fields[] = {FIELD(Itimerval, interval, "it_interval", timeval),
                                      FIELD(Itimerval, value, "it_value", timeval)};
constexpr Field itimerspec_fields[] = {FIELD(Itimerspec, interval, "it_interval", timespec),
                                       FIELD(Itimerspec, value, "it_value", timespec)};
constexpr Field stat_fields[] = {
    FIELD(Stat, dev, "st_dev", Show::hex),           FIELD(Stat, ino, "st_ino", Show::unsigned_),
    FIELD(Stat, nlink, "st_nlink", Show::unsigned_), FIELD(Stat, mode, "st_mode", Show::flags, file_types),
    FIELD(Stat, uid, "st_uid", Show::unsigned_),     FIELD(Stat, gid, "st_gid", Show::unsigned_),
    FIELD(Stat, rdev, "st_rdev", Show::hex),         FIELD(Stat, atime, "st_atim", timespec),
    FIELD(Stat, mtime, "st_mtim", timespec),         FIELD(Stat, ctime, "st_ctim", timespec),
    FIELD(Stat, birthtime, "st_birthtim", timespec), FIELD(Stat, size, "st_size", Show::decimal),
    FIELD(Stat, blocks, "st_blocks", Show::decimal), FIELD(Stat, blksize, "st_blksize", Show::decimal),
    FIELD(Stat, flags, "st_flags", Show::hex),       FIELD(Stat, gen, "st_gen", Show::unsigned_)};
constexpr Field stat11_fields[] = {FIELD(Stat11, dev, "st_dev", Show::hex),
                                   FIELD(Stat11, ino, "st_ino", Show::unsigned_),
                                   FIELD(Stat11, mode, "st_mode", Show::flags, file_types),
                                   FIELD(Stat11, nlink, "st_nlink", Show::unsigned_),
                                   FIELD(Stat11, uid, "st_uid", Show::unsigned_),
                                   FIELD(Stat11, gid, "st_gid", Show::unsigned_),
                                   FIELD(Stat11, rdev, "st_rdev", Show::hex),
                                   FIELD(Stat11, atime, "st_atim", timespec),
                                   FIELD(Stat11, mtime, "st_mtim", timespec),
                                   FIELD(Stat11, ctime, "st_ctim", timespec),
                                   FIELD(Stat11, size, "st_size", Show::decimal),
                                   FIELD(Stat11, blocks, "st_blocks", Show::decimal),
                                   FIELD(Stat11, blksize, "st_blksize", Show::decimal),
                                   FIELD(Stat11, flags, "st_flags", Show::hex),
                                   FIELD(Stat11, gen, "st_gen", Show::unsigned_),
                                   FIELD(Stat11, birthtime, "st_birthtim", timespec)};
constexpr Field statfs_fields[] = {FIELD(Statfs, version, "f_version", Show::hex),
                                   FIELD(Statfs, type, "f_type", Show::hex),
                                   FIELD(Statfs, flags, "f_flags", Show::flags, mount_statuses),
                                   FIELD(Statfs, bsize, "f_bsize", Show::unsigned_),
                                   FIELD(Statfs, iosize, "f_iosize", Show::unsigned_),
                                   FIELD(Statfs, blocks, "f_blocks", Show::unsigned_),
                                   FIELD(Statfs, bfree, "f_bfree", Show::unsigned_),
                                   FIELD(Statfs, bavail, "f_bavail", Show::decimal),
                                   FIELD(Statfs, files, "f_files", Show::unsigned_),
                                   FIELD(Statfs, ffree, "f_ffree", Show::decimal),
                                   FIELD(Statfs, namemax, "f_namemax", Show::unsigned_),
                                   FIELD(Statfs, owner, "f_owner", Show::unsigned_),
                                   FIELD(Statfs, fsid, "f_fsid", Show::hex),
                                   FIELD(Statfs, fstypename, "f_fstypename", Show::text),
                                   FIELD(Statfs, mntfromname, "f_mntfromname", Show::text),
                                   FIELD(Statfs, mntonname, "f_mntonname", Show::text)};
constexpr Field dirent_fields[] = {
    FIELD(Dirent, fileno, "d_fileno", Show::unsigned_), FIELD(Dirent, off, "d_off", Show::decimal),
    FIELD(Dirent, reclen, "d_reclen", Show::unsigned_), FIELD(Dirent, type, "d_type", Show::unsigned_),
    FIELD(Dirent, namlen, "d_namlen", Show::unsigned_)};
constexpr Field dirent11_fields[] = {
    FIELD(Dirent11, fileno, "d_fileno", Show::unsigned_), FIELD(Dirent11, reclen, "d_reclen", Show::unsigned_),
    FIELD(Dirent11, type, "d_type", Show::unsigned_), FIELD(Dirent11, namlen, "d_namlen", Show::unsigned_)};
constexpr Field flock_fields[] = {FIELD(Flock, start, "l_start", Show::decimal),
                                  FIELD(Flock, len, "l_len", Show::decimal),
                                  FIELD(Flock, pid, "l_pid", Show::decimal),
                                  FIELD(Flock, type, "l_type", Show::choice, lock_types),
                                  FIELD(Flock, whence, "l_whence", Show::choice, seek_origins),
                                  FIELD(Flock, sysid, "l_sysid", Show::decimal)};
constexpr Field iovec_fields[] = {FIELD(Iovec, base, "iov_base", Show::address),
                                  FIELD(Iovec, len, "iov_len", Show::unsigned_)};
constexpr Field pollfd_fields[] = {FIELD(Pollfd, fd, "fd", Show::fd),
                                   FIELD(Pollfd, events, "events", Show::flags, poll_events),
                                   FIELD(Pollfd, revents, "revents", Show::flags, poll_events)};
constexpr Field kevent_fields[] = {FIELD(Kevent, ident, "ident", Show::unsigned_),
                                   FIELD(Kevent, filter, "filter", Show::choice, kevent_filters),
                                   FIELD(Kevent, flags, "flags", Show::flags, kevent_flags),
                                   FIELD(Kevent, fflags, "fflags", Show::hex),
                                   FIELD(Kevent, data, "data", Show::decimal),
                                   FIELD(Kevent, udata, "udata", Show::address)};
constexpr Field kevent11_fields[] = {FIELD(Kevent11, ident, "ident", Show::unsigned_),
                                     FIELD(Kevent11, filter, "filter", Show::choice, kevent_filters),
                                     FIELD(Kevent11, flags, "flags", Show::flags, kevent_flags),
                                     FIELD(Kevent11, fflags, "fflags", Show::hex),
                                     FIELD(Kevent11, data, "data", Show::decimal),
                                     FIELD(Kevent11, udata, "udata", Show::address)};
constexpr Field rusage_fields[] = {
    FIELD(Rusage, utime, "ru_utime", timeval),           FIELD(Rusage, stime, "ru_stime", timeval),
    FIELD(Rusage, maxrss, "ru_maxrss", Show::decimal),   FIELD(Rusage, ixrss, "ru_ixrss", Show::hidden),
    FIELD(Rusage, idrss, "ru_idrss", Show::hidden),      FIELD(Rusage, isrss, "ru_isrss", Show::hidden),
    FIELD(Rusage, minflt, "ru_minflt", Show::decimal),   FIELD(Rusage, majflt, "ru_majflt", Show::decimal),
    FIELD(Rusage, nswap, "ru_nswap", Show::hidden),      FIELD(Rusage, inblock, "ru_inblock", Show::decimal),
    FIELD(Rusage, oublock, "ru_oublock", Show::decimal), FIELD(Rusage, msgsnd, "ru_msgsnd", Show::hidden),
    FIELD(Rusage, msgrcv, "ru_msgrcv", Show::hidden),    FIELD(Rusage, nsignals, "ru_nsignals", Show::hidden),
    FIELD(Rusage, nvcsw, "ru_nvcsw", Show::decimal),     FIELD(Rusage, nivcsw, "ru_nivcsw", Show::decimal)};
constexpr Field wrusage_fields[] = {FIELD(Wrusage, self, "wru_self", rusage),
                                    FIELD(Wrusage, children, "wru_children", rusage)};
constexpr Field rlimit_fields[] = {FIELD(Rlimit, cur, "rlim_cur", Show::decimal),
                                   FIELD(Rlimit, max, "rlim_max", Show::decimal)};
constexpr Field ps_strings_fields[] = {
    FIELD(PsStrings, argvstr, "ps_argvstr", Show::address), FIELD(PsStrings, nargvstr, "ps_nargvstr", Show::unsigned_),
    FIELD(PsStrings, envstr, "ps_envstr", Show::address), FIELD(PsStrings, nenvstr, "ps_nenvstr", Show::unsigned_)};
constexpr Field sched_param_fields[] = {FIELD(SchedParam, priority, "sched_priority", Show::decimal)};
constexpr Field termios_fields[] = {FIELD(Termios, iflag, "c_iflag", Show::hex),
                                    FIELD(Termios, oflag, "c_oflag", Show::hex),
                                    FIELD(Termios, cflag, "c_cflag", Show::hex),
                                    FIELD(Termios, lflag, "c_lflag", Show::hex),
                                    FIELD(Termios, cc, "c_cc", Show::raw),
                                    FIELD(Termios, ispeed, "c_ispeed", Show::unsigned_),
                                    FIELD(Termios, ospeed, "c_ospeed", Show::unsigned_)};
constexpr Field winsize_fields[] = {
    FIELD(Winsize, row, "ws_row", Show::unsigned_), FIELD(Winsize, col, "ws_col", Show::unsigned_),
    FIELD(Winsize, xpixel, "ws_xpixel", Show::unsigned_), FIELD(Winsize, ypixel, "ws_ypixel", Show::unsigned_)};
constexpr Field sockaddr_in_fields[] = {FIELD(SockaddrIn, len, "sin_len", Show::unsigned_),
                                        FIELD(SockaddrIn, family, "sin_family", Show::choice, address_families),
                                        FIELD(SockaddrIn, port, "sin_port", Show::port),
                                        FIELD(SockaddrIn, addr, "sin_addr", Show::ipv4)};
constexpr Field sockaddr_in6_fields[] = {FIELD(SockaddrIn6, len, "sin6_len", Show::unsigned_),
                                         FIELD(SockaddrIn6, family, "sin6_family", Show::choice, address_families),
                                         FIELD(SockaddrIn6, port, "sin6_port", Show::port),
                                         FIELD(SockaddrIn6, flowinfo, "sin6_flowinfo", Show::hidden),
                                         FIELD(SockaddrIn6, addr, "sin6_addr", Show::ipv6),
                                         FIELD(SockaddrIn6, scope_id, "sin6_scope_id", Show::unsigned_)};
constexpr Field sockaddr_un_fields[] = {FIELD(SockaddrUn, len, "sun_len", Show::unsigned_),
                                        FIELD(SockaddrUn, family, "sun_family", Show::choice, address_families),
                                        FIELD(SockaddrUn, path, "sun_path", Show::text)};
constexpr Field msghdr_fields[] = {FIELD(Msghdr, name, "msg_name", Show::address),
                                   FIELD(Msghdr, namelen, "msg_namelen", Show::unsigned_),
                                   FIELD(Msghdr, iov, "msg_iov", Show::address),
                                   FIELD(Msghdr, iovlen, "msg_iovlen", Show::decimal),
                                   FIELD(Msghdr, control, "msg_control", Show::address),
                                   FIELD(Msghdr, controllen, "msg_controllen", Show::unsigned_),
                                   FIELD(Msghdr, flags, "msg_flags", Show::flags, message_flags)};
constexpr Field cmsghdr_fields[] = {FIELD(Cmsghdr, len, "cmsg_len", Show::unsigned_),
                                    FIELD(Cmsghdr, level, "cmsg_level", Show::choice, socket_levels),
                                    FIELD(Cmsghdr, type, "cmsg_type", Show::decimal)};
constexpr Field linger_fields[] = {FIELD(Linger, onoff, "l_onoff", Show::decimal),
                                   FIELD(Linger, linger, "l_linger", Show::decimal)};
constexpr Field sf_hdtr_fields[] = {
    FIELD(SfHdtr, headers, "headers", Show::address), FIELD(SfHdtr, hdr_cnt, "hdr_cnt", Show::decimal),
    FIELD(SfHdtr, trailers, "trailers", Show::address), FIELD(SfHdtr, trl_cnt, "trl_cnt", Show::decimal)};
constexpr Field wait_status_fields[] = {{.size = 4, .show = Show::wait_status}};

}  // namespace

constinit const Layout timespec = layout_of<Timespec>("struct timespec", timespec_fields);
constinit const Layout timeval = layout_of<Timeval>("struct timeval", timeval_fields);
constinit const Layout timezone = layout_of<Timezone>("struct timezone", timezone_fields);
constinit const Layout itimerval = layout_of<Itimerval>("struct itimerval", itimerval_fields);
constinit const Layout itimerspec = layout_of<Itimerspec>("struct itimerspec", itimerspec_fields);
constinit const Layout stat = layout_of<Stat>("struct stat", stat_fields);
constinit const Layout stat11 = layout_of<Stat11>("struct freebsd11_stat", stat11_fields);
constinit const Layout statfs = layout_of<Statfs>("struct statfs", statfs_fields);
constinit const Layout dirent = layout_of<Dirent>("struct dirent", dirent_fields);
constinit const Layout dirent11 = layout_of<Dirent11>("struct freebsd11_dirent", dirent11_fields);
constinit const Layout flock = layout_of<Flock>("struct flock", flock_fields);
constinit const Layout iovec = layout_of<Iovec>("struct iovec", iovec_fields);
constinit const Layout pollfd = layout_of<Pollfd>("struct pollfd", pollfd_fields);
constinit const Layout kevent = layout_of<Kevent>("struct kevent", kevent_fields);
constinit const Layout kevent11 = layout_of<Kevent11>("struct freebsd11_kevent", kevent11_fields);
constinit const Layout rusage = layout_of<Rusage>("struct rusage", rusage_fields);
constinit const Layout wrusage = layout_of<Wrusage>("struct __wrusage", wrusage_fields);
constinit const Layout rlimit = layout_of<Rlimit>("struct rlimit", rlimit_fields);
constinit const Layout ps_strings = layout_of<PsStrings>("struct ps_strings", ps_strings_fields);
constinit const Layout sched_param = layout_of<SchedParam>("struct sched_param", sched_param_fields);
constinit const Layout termios = layout_of<Termios>("struct termios", termios_fields);
constinit const Layout winsize = layout_of<Winsize>("struct winsize", winsize_fields);
constinit const Layout sockaddr_in = layout_of<SockaddrIn>("struct sockaddr_in", sockaddr_in_fields);
constinit const Layout sockaddr_in6 = layout_of<SockaddrIn6>("struct sockaddr_in6", sockaddr_in6_fields);
constinit const Layout sockaddr_un = layout_of<SockaddrUn>("struct sockaddr_un", sockaddr_un_fields);
constinit const Layout msghdr = layout_of<Msghdr>("struct msghdr", msghdr_fields);
constinit const Layout cmsghdr = layout_of<Cmsghdr>("struct cmsghdr", cmsghdr_fields);
constinit const Layout linger = layout_of<Linger>("struct linger", linger_fields);
constinit const Layout sf_hdtr = layout_of<SfHdtr>("struct sf_hdtr", sf_hdtr_fields);
const Layout wait_status{"int", 4, wait_status_fields};

std::span<const Layout* const> all() {
  static const Layout* const list[] = {
      &timespec,
      &timeval,
      &timezone,
      &itimerval,
      &itimerspec,
      &stat,
      &stat11,
      &statfs,
      &dirent,
      &dirent11,
      &flock,
      &iovec,
      &pollfd,
      &kevent,
      &kevent11,
      &sigset,
      &sigaction,
      &stack,
      &siginfo,
      &sigevent,
      &mcontext,
      &mcontext_vfp,
      &ucontext,
      &sigframe,
      &thr_param,
      &umtx_time,
      &umutex,
      &ucond,
      &urwlock,
      &usem,
      &usem2,
      &umtx_robust_lists_params,
      &arm_sync_icache_args,
      &rusage,
      &wrusage,
      &rlimit,
      &ps_strings,
      &sched_param,
      &termios,
      &winsize,
      &sockaddr_in,
      &sockaddr_in6,
      &sockaddr_un,
      &msghdr,
      &cmsghdr,
      &linger,
      &sf_hdtr,
  };
  return list;
}

}  // namespace sigtape::abi::freebsd::layout
