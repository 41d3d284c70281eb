// FreeBSD's restart classes by call: read in its sources, 26 tried on a 13.2 armv7 kernel.
#include "core/abi/freebsd/restart_rules.h"

namespace sigtape::abi::freebsd {
namespace {

using enum Restart;
constexpr Object any = Object::any;
constexpr Condition none = Condition::none;
constexpr bool tried = true;

constexpr std::string_view nothing_read = "nothing transferred yet; else the count so far is the result";
constexpr std::string_view even_with_timeout = "nothing received yet; SO_RCVTIMEO does not change it";

constexpr RestartRule rules[] = {
    // --- descriptors
    {"read readv pread preadv write writev pwrite pwritev", "", Object::regular_file, none, not_interruptible,
     "a file on a local disk", "FreeBSD 13.2 sigaction(2)"},
    {"read readv pread preadv", "", any, none, if_sa_restart, nothing_read,
     "kern/sys_generic.c:340, kern/sys_pipe.c:722, kern/uipc_sockbuf.c:131", tried},
    {"write writev pwrite pwritev", "", any, none, if_sa_restart, nothing_read,
     "kern/sys_generic.c:547, kern/sys_pipe.c:1205, kern/uipc_sockbuf.c:131", tried},
    {"open openat", "", any, none, if_sa_restart, "a FIFO: waiting for its other end", "fs/fifofs/fifo_vnops.c:272,292",
     tried},
    {"ioctl", "", any, none, if_sa_restart, "a terminal that drains, or in the background", "kern/tty.c:1332-1336"},
    {"fcntl", "F_SETLKW", any, none, if_sa_restart, "waiting for the lock", "kern/kern_lockf.c:1386", tried},
    {"flock", "", any, none, if_sa_restart, "waiting for the lock", "kern/kern_lockf.c:1386", tried},
    {"close", "", any, none, never, "the descriptor is gone all the same", "kern/uipc_socket.c:788"},
    {"getrandom", "", any, none, if_sa_restart, "the pool is not ready", "FreeBSD 13.2 sys/dev/random/randomdev.c"},

    // --- sockets
    {"recvfrom recvmsg", "", any, none, if_sa_restart, even_with_timeout,
     "kern/uipc_syscalls.c:1050, kern/uipc_sockbuf.c:131", tried},
    {"sendto sendmsg", "", any, none, if_sa_restart, "nothing sent yet",
     "kern/uipc_syscalls.c:852, kern/uipc_sockbuf.c:131", tried},
    {"accept accept4", "", any, none, if_sa_restart, "", "kern/uipc_syscalls.c:414-418", tried},
    {"connect connectat", "", any, none, never, "the connection goes on in the background",
     "kern/uipc_syscalls.c:601-618"},
    {"sendfile", "", any, none, never, "the bytes sent so far are reported", "kern/uipc_syscalls.c:2353"},

    // --- waiting
    {"wait4 wait6", "", any, none, if_sa_restart, "no child is ready", "kern/kern_exit.c:1235", tried},
    {"select pselect", "", any, none, never, "the timeout is not changed", "kern/sys_generic.c:1040-1042", tried},
    {"poll ppoll", "", any, none, never, "", "kern/sys_generic.c:1317-1319", tried},
    {"kevent freebsd11_kevent", "", any, none, never, "", "kern/kern_event.c:1400-1403", tried},
    {"nanosleep", "", any, none, never, "rem is written; 0 if the time had run out meanwhile", "kern/kern_time.c:500",
     tried},
    {"clock_nanosleep", "", any, none, never, "rem is written if the sleep is relative",
     "FreeBSD 13.2 sys/kern/kern_time.c kern_clock_nanosleep"},
    {"sigsuspend", "", any, none, never, "returns only after a handler ran", "kern/kern_sig.c:1452-1466", tried},
    {"sigwait sigwaitinfo", "", any, none, never, "sigwait gives EINTR as its value",
     "FreeBSD 13.2 sys/kern/kern_sig.c kern_sigtimedwait", tried},
    {"sigwait", "", any, Condition::exceptional, if_sa_restart,
     "programs built for a release before 7.0 get EINTR turned into ERESTART", "kern/kern_sig.c:1092-1098"},
    {"sigtimedwait", "", any, none, never, "a timeout cannot be restarted", "kern/kern_sig.c:1233-1236"},

    // --- threads
    {"_umtx_op", "UMTX_OP_WAIT UMTX_OP_WAIT_UINT UMTX_OP_WAIT_UINT_PRIVATE", any, none, never,
     "with or without a timeout", "kern/kern_umtx.c:1127", tried},
    {"_umtx_op", "UMTX_OP_MUTEX_LOCK", any, Condition::no_timeout, always, "EINTR is turned into ERESTART",
     "kern/kern_umtx.c:2412", tried},
    {"_umtx_op", "UMTX_OP_MUTEX_LOCK", any, Condition::timeout, never, "", "kern/kern_umtx.c:2432", tried},
    {"_umtx_op", "UMTX_OP_MUTEX_WAIT", any, Condition::no_timeout, if_sa_restart, "", "kern/kern_umtx.c:2412", tried},
    {"_umtx_op", "UMTX_OP_MUTEX_WAIT", any, Condition::timeout, never, "", "kern/kern_umtx.c:2432"},
    {"_umtx_op", "UMTX_OP_CV_WAIT", any, none, never, "with or without a timeout", "kern/kern_umtx.c:2561"},
    {"_umtx_op", "UMTX_OP_RW_RDLOCK UMTX_OP_RW_WRLOCK", any, none, never, "with or without a timeout",
     "FreeBSD 13.2 sys/kern/kern_umtx.c do_rw_rdlock"},
    {"_umtx_op", "UMTX_OP_SEM_WAIT UMTX_OP_SEM2_WAIT", any, Condition::no_timeout, if_sa_restart, "",
     "kern/kern_umtx.c:3119", tried},
    {"_umtx_op", "UMTX_OP_SEM_WAIT UMTX_OP_SEM2_WAIT", any, Condition::relative, never,
     "SEM2_WAIT copies the time left out", "FreeBSD 13.2 sys/kern/kern_umtx.c do_sem2_wait", tried},
    {"_umtx_op", "UMTX_OP_SEM_WAIT UMTX_OP_SEM2_WAIT", any, Condition::absolute, if_sa_restart, "",
     "FreeBSD 13.2 sys/kern/kern_umtx.c do_sem_wait"},
    {"thr_suspend", "", any, Condition::timeout, never, "", "kern/kern_thr.c:499-501", tried},
    {"thr_suspend", "", any, Condition::no_timeout, if_sa_restart, "", "kern/kern_thr.c:499"},
    {"_umtx_op thr_suspend read wait4", "", any, Condition::exceptional, never,
     "the thread called thr_wake on itself before: its next interruptible sleep ends at once with EINTR",
     "kern/kern_thr.c sys_thr_wake, kern/subr_sleepqueue.c sleepq_catch_signals"},

    // --- IPC and asynchronous I/O
    {"semop", "", any, none, never, "", "kern/sysv_sem.c:1201", tried},
    {"msgsnd", "", any, none, never, "", "kern/sysv_msg.c:815"},
    {"msgrcv", "", any, none, never, "", "kern/sysv_msg.c:1216", tried},
    {"kmq_timedsend kmq_timedreceive", "", any, none, if_sa_restart, "the timeout is absolute",
     "kern/uipc_mqueue.c:1709,1866"},
    {"aio_suspend", "", any, none, never, "", "kern/vfs_aio.c:1945"},
    {"lio_listio", "", any, none, never, "LIO_WAIT", "kern/vfs_aio.c:2261"},

    // --- processes
    {"fork rfork", "", any, none, always, "another thread is making the process single-threaded",
     "kern/kern_fork.c:332"},
    {"execve fexecve", "", any, none, always, "another thread is making the process single-threaded",
     "kern/kern_exec.c:297"},
};

}  // namespace

std::span<const RestartRule> restart_rules() { return rules; }

}  // namespace sigtape::abi::freebsd
