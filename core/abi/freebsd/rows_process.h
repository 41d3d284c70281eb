// FreeBSD calls on processes, threads, umtx objects, signals, memory and time.
#pragma once
#include "core/abi/freebsd/row_words.h"

namespace sigtape::abi::freebsd::rows {

// --- _umtx_op: sys/umtx.h. uaddr1 is the size of what uaddr2 points to where that is a timeout.
consteval Spec timeout_size() { return size("uaddr1"); }
consteval Spec timeout() { return in_time("uaddr2"); }
inline constexpr u32 umtx_operation_bits = 0x3fff'ffff;
inline constexpr Variant umtx_rows[] = {
    variant(2, "UMTX_OP_WAIT", {number("val"), timeout_size(), timeout()}, gives::zero, never),
    variant(3, "UMTX_OP_WAKE", {integer("val")}, gives::zero, not_interruptible),
    variant(4, "UMTX_OP_MUTEX_TRYLOCK", {}, gives::zero, not_interruptible),
    variant(5, "UMTX_OP_MUTEX_LOCK", {number("val"), timeout_size(), timeout()}, gives::zero, by_arguments),
    variant(6, "UMTX_OP_MUTEX_UNLOCK", {}, gives::zero, not_interruptible),
    variant(7, "UMTX_OP_SET_CEILING", {number("val"), out("uaddr1", uint32)}, gives::zero, not_interruptible),
    variant(8, "UMTX_OP_CV_WAIT", {hex("val"), address("uaddr1"), timeout()}, gives::zero, never),
    variant(9, "UMTX_OP_CV_SIGNAL", {}, gives::zero, not_interruptible),
    variant(10, "UMTX_OP_CV_BROADCAST", {}, gives::zero, not_interruptible),
    variant(11, "UMTX_OP_WAIT_UINT", {number("val"), timeout_size(), timeout()}, gives::zero, never),
    variant(12, "UMTX_OP_RW_RDLOCK", {hex("val"), timeout_size(), timeout()}, gives::zero, never),
    variant(13, "UMTX_OP_RW_WRLOCK", {hex("val"), timeout_size(), timeout()}, gives::zero, never),
    variant(14, "UMTX_OP_RW_UNLOCK", {}, gives::zero, not_interruptible),
    variant(15, "UMTX_OP_WAIT_UINT_PRIVATE", {number("val"), timeout_size(), timeout()}, gives::zero, never),
    variant(16, "UMTX_OP_WAKE_PRIVATE", {integer("val")}, gives::zero, not_interruptible),
    variant(17, "UMTX_OP_MUTEX_WAIT", {number("val"), timeout_size(), timeout()}, gives::zero, by_arguments),
    variant(18, "UMTX_OP_MUTEX_WAKE", {}, gives::zero, not_interruptible),
    variant(19, "UMTX_OP_SEM_WAIT", {number("val"), timeout_size(), timeout()}, gives::zero, by_arguments),
    variant(20, "UMTX_OP_SEM_WAKE", {}, gives::zero, not_interruptible),
    variant(21, "UMTX_OP_NWAKE_PRIVATE", {integer("val")}, gives::zero, not_interruptible),
    variant(22, "UMTX_OP_MUTEX_WAKE2", {hex("val")}, gives::zero, not_interruptible),
    variant(23, "UMTX_OP_SEM2_WAIT", {number("val"), timeout_size(), timeout()}, gives::zero, by_arguments),
    variant(24, "UMTX_OP_SEM2_WAKE", {}, gives::zero, not_interruptible),
    variant(25, "UMTX_OP_SHM", {hex("val"), address("uaddr1")}, gives::fd, not_interruptible),
    variant(26, "UMTX_OP_ROBUST_LISTS", {size("val"), in("uaddr1", layout::umtx_robust_lists_params)}, gives::zero,
            not_interruptible),
};
inline constexpr Variants umtx_variants{.argument = 1, .mask = umtx_operation_bits, .rows = umtx_rows};

inline constexpr Variant sysarch_rows[] = {
    variant(0, "ARM_SYNC_ICACHE", {in("parms", layout::arm_sync_icache_args)}, gives::zero),
    variant(1, "ARM_DRAIN_WRITEBUF", {}, gives::zero),
    variant(2, "ARM_SET_TP", {address("parms")}, gives::zero),
    variant(3, "ARM_GET_TP", {}, gives::address),
    variant(4, "ARM_GET_VFPSTATE", {address("parms")}, gives::zero),
};
inline constexpr Variants sysarch_variants{.argument = 0, .rows = sysarch_rows};

inline constexpr Row processes[] = {
    call(1, "exit", core, gives::none, {integer("rval")}),
    call(2, "fork", core, always, gives::pid, {}),
    call(7, "wait4", outside, if_sa_restart, gives::pid,
         {pid(), out("status", layout::wait_status), flags("options", wait_options), out("rusage", layout::rusage)}),
    call(20, "getpid", outside, gives::pid, {}),
    call(23, "setuid", outside, gives::zero, {integer("uid")}),
    call(24, "getuid", outside, gives::integer, {}),
    call(25, "geteuid", outside, gives::integer, {}),
    call(39, "getppid", outside, gives::pid, {}),
    call(43, "getegid", outside, gives::integer, {}),
    call(47, "getgid", outside, gives::integer, {}),
    call(59, "execve", core, always, gives::zero, {path("fname"), strings("argv"), strings("envv")}),
    call(66, "vfork", core, gives::pid, {}),
    call(79, "getgroups", outside, gives::integer,
         {integer("gidsetsize"), got(out_array("gidset", uint32, "gidsetsize"))}),
    call(80, "setgroups", outside, gives::zero, {integer("gidsetsize"), in_array("gidset", uint32, "gidsetsize")}),
    call(81, "getpgrp", outside, gives::pid, {}),
    call(82, "setpgid", outside, gives::zero, {pid(), pid("pgid")}),
    call(89, "getdtablesize", outside, gives::integer, {}),
    call(96, "setpriority", outside, gives::zero, {choice("which", priority_targets), integer("who"), integer("prio")}),
    call(100, "getpriority", outside, gives::integer, {choice("which", priority_targets), integer("who")}),
    call(117, "getrusage", outside, gives::zero, {choice("who", rusage_targets), out("rusage", layout::rusage)}),
    call(126, "setreuid", outside, gives::zero, {integer("ruid"), integer("euid")}),
    call(127, "setregid", outside, gives::zero, {integer("rgid"), integer("egid")}),
    call(147, "setsid", outside, gives::pid, {}),
    call(165, "sysarch", core, gives::integer, {choice("op", sysarch_operations), address("parms")}, &sysarch_variants),
    call(181, "setgid", outside, gives::zero, {integer("gid")}),
    call(182, "setegid", outside, gives::zero, {integer("egid")}),
    call(183, "seteuid", outside, gives::zero, {integer("euid")}),
    call(194, "getrlimit", outside, gives::zero, {choice("which", rlimit_resources), out("rlp", layout::rlimit)}),
    call(195, "setrlimit", outside, gives::zero, {choice("which", rlimit_resources), in("rlp", layout::rlimit)}),
    call(202, "__sysctl", outside, gives::zero,
         {in_array("name", int32, "namelen"), number("namelen"), behind(out_bytes("old", "oldlenp")),
          inout("oldlenp", uint32), in_bytes("new", "newlen"), size("newlen")}),
    call(207, "getpgid", outside, gives::pid, {pid()}),
    call(251, "rfork", core, always, gives::pid, {flags("flags", rfork_flags)}),
    call(253, "issetugid", outside, gives::integer, {}),
    call(310, "getsid", outside, gives::pid, {pid()}),
    call(311, "setresuid", outside, gives::zero, {integer("ruid"), integer("euid"), integer("suid")}),
    call(312, "setresgid", outside, gives::zero, {integer("rgid"), integer("egid"), integer("sgid")}),
    call(331, "sched_yield", outside, gives::zero, {}),
    call(360, "getresuid", outside, gives::zero, {out("ruid", uint32), out("euid", uint32), out("suid", uint32)}),
    call(361, "getresgid", outside, gives::zero, {out("rgid", uint32), out("egid", uint32), out("sgid", uint32)}),
    call(431, "thr_exit", core, gives::none, {address("state")}),
    call(432, "thr_self", core, gives::zero, {out("id", int32)}),
    call(433, "thr_kill", outside, gives::zero, {integer("id"), signal()}),
    call(442, "thr_suspend", outside, by_arguments, gives::zero, {in_time("timeout")}),
    call(443, "thr_wake", outside, gives::zero, {integer("id")}),
    call(454, "_umtx_op", outside, by_arguments, gives::integer,
         {address("obj"), flags("op", umtx_operations), hex("val"), hex("uaddr1"), hex("uaddr2")}, &umtx_variants),
    call(455, "thr_new", core, gives::zero, {in("param", layout::thr_param), size("param_size")}),
    call(464, "thr_set_name", outside, gives::zero, {integer("id"), string("name")}),
    call(481, "thr_kill2", outside, gives::zero, {pid(), integer("id"), signal()}),
    call(487, "cpuset_getaffinity", outside, gives::zero,
         {choice("level", cpu_levels), choice("which", cpu_whiches), off64("id"), size("cpusetsize"),
          sized("mask", Kind::cpu_set, Dir::out, "cpusetsize")}),
    call(492, "fexecve", core, always, gives::zero, {fd(), strings("argv"), strings("envv")}),
    call(532, "wait6", outside, if_sa_restart, gives::pid,
         {choice("idtype", id_types), off64("id"), out("status", layout::wait_status), flags("options", wait_options),
          out("wrusage", layout::wrusage), out("info", layout::siginfo)}),
    call(544, "procctl", outside, gives::zero,
         {choice("idtype", id_types), off64("id"), choice("com", procctl_commands), address("data")}),
    call(563, "getrandom", outside, if_sa_restart, gives::size,
         {got(out_bytes("buf", "buflen")), size("buflen"), flags("flags", getrandom_flags)}),
    call(570, "__sysctlbyname", outside, gives::zero,
         {in_bytes("name", "namelen"), size("namelen"), behind(out_bytes("old", "oldlenp")), inout("oldlenp", uint32),
          in_bytes("new", "newlen"), size("newlen")}),
};

consteval Spec in_sigset(std::string_view name = "set") { return in(name, layout::sigset); }
inline constexpr Row signals[] = {
    call(37, "kill", outside, gives::zero, {pid(), signal("signum")}),
    call(53, "sigaltstack", core, gives::zero, {in("ss", layout::stack), out("oss", layout::stack)}),
    call(340, "sigprocmask", core, gives::zero,
         {choice("how", sigprocmask_how), in_sigset(), out("oset", layout::sigset)}),
    call(341, "sigsuspend", outside, never, gives::zero, {in_sigset("sigmask")}),
    call(343, "sigpending", outside, gives::zero, {out("set", layout::sigset)}),
    call(345, "sigtimedwait", outside, never, gives::signal,
         {in_sigset(), out("info", layout::siginfo), in_time("timeout")}),
    call(346, "sigwaitinfo", outside, never, gives::signal, {in_sigset(), out("info", layout::siginfo)}),
    call(416, "sigaction", core, gives::zero, {signal(), in("act", layout::sigaction), out("oact", layout::sigaction)}),
    call(417, "sigreturn", core, gives::none, {address("sigcntxp")}),
    call(421, "getcontext", core, gives::zero, {out("ucp", layout::ucontext)}),
    call(422, "setcontext", core, gives::none, {address("ucp")}),
    call(423, "swapcontext", core, gives::none, {out("oucp", layout::ucontext), address("ucp")}),
    call(429, "sigwait", outside, never, gives::integer, {in_sigset(), out("sig", signal32)}),
    call(456, "sigqueue", outside, gives::zero, {pid(), signal("signum"), hex("value")}),
};

consteval Spec protection() { return flags("prot", mmap_protection); }
inline constexpr Row memory[] = {
    call(17, "break", core, gives::zero, {address("nsize")}),
    call(65, "msync", outside, gives::zero, {address(), size("len"), flags("flags", msync_flags)}),
    call(73, "munmap", core, gives::zero, {address(), size("len")}),
    call(74, "mprotect", core, gives::zero, {address(), size("len"), protection()}),
    call(75, "madvise", core, gives::zero, {address(), size("len"), choice("behav", madvise_values)}),
    call(78, "mincore", outside, gives::zero, {address(), size("len"), address("vec")}),
    call(203, "mlock", outside, gives::zero, {address(), size("len")}),
    call(204, "munlock", outside, gives::zero, {address(), size("len")}),
    call(250, "minherit", core, gives::zero, {address(), size("len"), choice("inherit", inherit_values)}),
    call(477, "mmap", core, gives::address,
         {address(), size("len"), protection(), flags("flags", mmap_flags), fd(), off64("pos")}),
};

inline constexpr Row times[] = {
    call(83, "setitimer", outside, gives::zero,
         {choice("which", interval_timers), in("itv", layout::itimerval), out("oitv", layout::itimerval)}),
    call(86, "getitimer", outside, gives::zero, {choice("which", interval_timers), out("itv", layout::itimerval)}),
    call(116, "gettimeofday", outside, gives::zero, {out("tp", layout::timeval), out("tzp", layout::timezone)}),
    call(232, "clock_gettime", outside, gives::zero, {clock(), out("tp", layout::timespec)}),
    call(234, "clock_getres", outside, gives::zero, {clock(), out("tp", layout::timespec)}),
    call(240, "nanosleep", outside, never, gives::zero,
         {in_time("rqtp"), when(When::interrupted, out("rmtp", layout::timespec))}),
    call(244, "clock_nanosleep", outside, never, gives::zero,
         {clock(), flags("flags", timer_flags), in_time("rqtp"),
          when(When::interrupted, out("rmtp", layout::timespec))}),
};

}  // namespace sigtape::abi::freebsd::rows
