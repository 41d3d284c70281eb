// The Linux/ARM mirror structs as tables of fields, for printing and for the header test.
#pragma once
#include <span>

#include "core/abi/scalars.h"

namespace sigtape::abi::linux_eabi::layout {

extern const Layout timespec32, timespec64, timeval32, timezone, itimerval32, itimerspec32, itimerspec64, tms, utimbuf,
    timex32, timex64;
extern const Layout stat, stat64, statx_timestamp, statx, statfs, statfs64, flock, flock64, f_owner_ex, open_how,
    linux_dirent, linux_dirent64, file_handle, iovec, file_clone_range, fsxattr, mount_attr;
extern const Layout pollfd, epoll_event, sigmask_argument, io_event, iocb;
extern const Layout rusage, rlimit, rlimit64, sched_param, sched_attr, clone_args, futex_waitv, robust_list_head,
    cap_header, cap_data, wait_status, sysinfo, utsname;
extern const Layout termios, termios2, termio, winsize;
// structs_signal.h
extern const Layout sigset, sigaction_old, sigaction, stack, sigevent, siginfo, signalfd_siginfo, sigcontext, vfp_frame,
    ucontext, sigframe, rt_sigframe;
// structs_net.h
extern const Layout msghdr, mmsghdr, cmsghdr, linger, ucred, sockaddr_in, sockaddr_in6, sockaddr_un, sockaddr_nl,
    sockaddr_ll, sockaddr_vm, ifmap, ifreq_address, ifreq_flags, ifreq_value, ifreq_map, ifreq_name, ifreq_data, ifconf,
    in_mreq, in_mreqn, ipv6_mreq, sock_fprog, sock_filter;
// structs_ipc.h
extern const Layout ipc_perm, semid_ds, msqid_ds, shmid_ds, shminfo, shm_info, seminfo, msginfo, sembuf, mq_attr;

// All of them, for tests.
std::span<const Layout* const> all();

}  // namespace sigtape::abi::linux_eabi::layout
