// The FreeBSD/armv7 mirror structs as tables of fields, for printing and tests.
#pragma once
#include <span>

#include "core/abi/scalars.h"

namespace sigtape::abi::freebsd::layout {

extern const Layout timespec, timeval, timezone, itimerval, itimerspec, stat, stat11, statfs, dirent, dirent11, flock,
    iovec, pollfd, kevent, kevent11, sigset, sigaction, stack, siginfo, sigevent, mcontext, mcontext_vfp, ucontext,
    sigframe, thr_param, umtx_time, umutex, ucond, urwlock, usem, usem2, umtx_robust_lists_params, arm_sync_icache_args,
    rusage, wrusage, rlimit, ps_strings, sched_param, termios, winsize, sockaddr_in, sockaddr_in6, sockaddr_un, msghdr,
    cmsghdr, linger, sf_hdtr, wait_status;

// All of them, for tests.
std::span<const Layout* const> all();

}  // namespace sigtape::abi::freebsd::layout
