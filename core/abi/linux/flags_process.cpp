// Names of Linux/ARM flags and options: clone, wait, futex, prctl, scheduling, limits.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue clone_flags_values[] = {
    {0x100, "CLONE_VM"},
    {0x200, "CLONE_FS"},
    {0x400, "CLONE_FILES"},
    {0x800, "CLONE_SIGHAND"},
    {0x1000, "CLONE_PIDFD"},
    {0x2000, "CLONE_PTRACE"},
    {0x4000, "CLONE_VFORK"},
    {0x8000, "CLONE_PARENT"},
    {0x10000, "CLONE_THREAD"},
    {0x20000, "CLONE_NEWNS"},
    {0x40000, "CLONE_SYSVSEM"},
    {0x80000, "CLONE_SETTLS"},
    {0x100000, "CLONE_PARENT_SETTID"},
    {0x200000, "CLONE_CHILD_CLEARTID"},
    {0x400000, "CLONE_DETACHED"},
    {0x800000, "CLONE_UNTRACED"},
    {0x1000000, "CLONE_CHILD_SETTID"},
    {0x2000000, "CLONE_NEWCGROUP"},
    {0x4000000, "CLONE_NEWUTS"},
    {0x8000000, "CLONE_NEWIPC"},
    {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"},
    {0x40000000, "CLONE_NEWNET"},
    {0x80000000, "CLONE_IO"},
    {0x100000000, "CLONE_CLEAR_SIGHAND"},
    {0x200000000, "CLONE_INTO_CGROUP"},
    {17, "SIGCHLD", 0xff},
};
constexpr NameValue namespace_flags_values[] = {
    {0x80, "CLONE_NEWTIME"},      {0x200, "CLONE_FS"},          {0x400, "CLONE_FILES"},
    {0x20000, "CLONE_NEWNS"},     {0x40000, "CLONE_SYSVSEM"},   {0x2000000, "CLONE_NEWCGROUP"},
    {0x4000000, "CLONE_NEWUTS"},  {0x8000000, "CLONE_NEWIPC"},  {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"}, {0x40000000, "CLONE_NEWNET"},
};
constexpr NameValue wait_options_values[] = {
    {1, "WNOHANG"},         {2, "WUNTRACED"},         {4, "WEXITED"},
    {8, "WCONTINUED"},      {0x1000000, "WNOWAIT"},   {0x20000000, "__WNOTHREAD"},
    {0x40000000, "__WALL"}, {0x80000000, "__WCLONE"},
};
constexpr NameValue wait_id_types_values[] = {
    {0, "P_ALL"},
    {1, "P_PID"},
    {2, "P_PGID"},
    {3, "P_PIDFD"},
};
constexpr NameValue futex_operations_values[] = {
    {0, "FUTEX_WAIT", 0xfffffe7f},
    {1, "FUTEX_WAKE", 0xfffffe7f},
    {2, "FUTEX_FD", 0xfffffe7f},
    {3, "FUTEX_REQUEUE", 0xfffffe7f},
    {4, "FUTEX_CMP_REQUEUE", 0xfffffe7f},
    {5, "FUTEX_WAKE_OP", 0xfffffe7f},
    {6, "FUTEX_LOCK_PI", 0xfffffe7f},
    {7, "FUTEX_UNLOCK_PI", 0xfffffe7f},
    {8, "FUTEX_TRYLOCK_PI", 0xfffffe7f},
    {9, "FUTEX_WAIT_BITSET", 0xfffffe7f},
    {0xa, "FUTEX_WAKE_BITSET", 0xfffffe7f},
    {0xb, "FUTEX_WAIT_REQUEUE_PI", 0xfffffe7f},
    {0xc, "FUTEX_CMP_REQUEUE_PI", 0xfffffe7f},
    {0xd, "FUTEX_LOCK_PI2", 0xfffffe7f},
    {0x80, "FUTEX_PRIVATE_FLAG"},
    {0x100, "FUTEX_CLOCK_REALTIME"},
};
constexpr NameValue futex_waitv_flags_values[] = {
    {2, "FUTEX_32"},
    {0x80, "FUTEX_PRIVATE_FLAG"},
};
constexpr NameValue seccomp_operations_values[] = {
    {0, "SECCOMP_SET_MODE_STRICT"},
    {1, "SECCOMP_SET_MODE_FILTER"},
    {2, "SECCOMP_GET_ACTION_AVAIL"},
    {3, "SECCOMP_GET_NOTIF_SIZES"},
};
constexpr NameValue seccomp_filter_flags_values[] = {
    {1, "SECCOMP_FILTER_FLAG_TSYNC"},
    {2, "SECCOMP_FILTER_FLAG_LOG"},
    {4, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    {8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
    {0x10, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"},
    {0x20, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
};
constexpr NameValue prctl_options_values[] = {
    {1, "PR_SET_PDEATHSIG"},
    {2, "PR_GET_PDEATHSIG"},
    {3, "PR_GET_DUMPABLE"},
    {4, "PR_SET_DUMPABLE"},
    {5, "PR_GET_UNALIGN"},
    {6, "PR_SET_UNALIGN"},
    {7, "PR_GET_KEEPCAPS"},
    {8, "PR_SET_KEEPCAPS"},
    {9, "PR_GET_FPEMU"},
    {10, "PR_SET_FPEMU"},
    {11, "PR_GET_FPEXC"},
    {12, "PR_SET_FPEXC"},
    {13, "PR_GET_TIMING"},
    {14, "PR_SET_TIMING"},
    {15, "PR_SET_NAME"},
    {16, "PR_GET_NAME"},
    {19, "PR_GET_ENDIAN"},
    {20, "PR_SET_ENDIAN"},
    {21, "PR_GET_SECCOMP"},
    {22, "PR_SET_SECCOMP"},
    {23, "PR_CAPBSET_READ"},
    {24, "PR_CAPBSET_DROP"},
    {25, "PR_GET_TSC"},
    {26, "PR_SET_TSC"},
    {27, "PR_GET_SECUREBITS"},
    {28, "PR_SET_SECUREBITS"},
    {29, "PR_SET_TIMERSLACK"},
    {30, "PR_GET_TIMERSLACK"},
    {31, "PR_TASK_PERF_EVENTS_DISABLE"},
    {32, "PR_TASK_PERF_EVENTS_ENABLE"},
    {33, "PR_MCE_KILL"},
    {34, "PR_MCE_KILL_GET"},
    {35, "PR_SET_MM"},
    {0x59616d61, "PR_SET_PTRACER"},
    {36, "PR_SET_CHILD_SUBREAPER"},
    {37, "PR_GET_CHILD_SUBREAPER"},
    {38, "PR_SET_NO_NEW_PRIVS"},
    {39, "PR_GET_NO_NEW_PRIVS"},
    {40, "PR_GET_TID_ADDRESS"},
    {41, "PR_SET_THP_DISABLE"},
    {42, "PR_GET_THP_DISABLE"},
    {43, "PR_MPX_ENABLE_MANAGEMENT"},
    {44, "PR_MPX_DISABLE_MANAGEMENT"},
    {45, "PR_SET_FP_MODE"},
    {46, "PR_GET_FP_MODE"},
    {47, "PR_CAP_AMBIENT"},
    {50, "PR_SVE_SET_VL"},
    {51, "PR_SVE_GET_VL"},
    {52, "PR_GET_SPECULATION_CTRL"},
    {53, "PR_SET_SPECULATION_CTRL"},
    {54, "PR_PAC_RESET_KEYS"},
    {55, "PR_SET_TAGGED_ADDR_CTRL"},
    {56, "PR_GET_TAGGED_ADDR_CTRL"},
    {57, "PR_SET_IO_FLUSHER"},
    {58, "PR_GET_IO_FLUSHER"},
    {59, "PR_SET_SYSCALL_USER_DISPATCH"},
    {60, "PR_PAC_SET_ENABLED_KEYS"},
    {61, "PR_PAC_GET_ENABLED_KEYS"},
    {62, "PR_SCHED_CORE"},
    {63, "PR_SME_SET_VL"},
    {64, "PR_SME_GET_VL"},
    {0x53564d41, "PR_SET_VMA"},
};
constexpr NameValue schedulers_values[] = {
    {0, "SCHED_NORMAL", 0xff},
    {1, "SCHED_FIFO", 0xff},
    {2, "SCHED_RR", 0xff},
    {3, "SCHED_BATCH", 0xff},
    {5, "SCHED_IDLE", 0xff},
    {6, "SCHED_DEADLINE", 0xff},
    {0x40000000, "SCHED_RESET_ON_FORK"},
};
constexpr NameValue priority_targets_values[] = {
    {0, "PRIO_PROCESS"},
    {1, "PRIO_PGRP"},
    {2, "PRIO_USER"},
};
constexpr NameValue io_priority_targets_values[] = {
    {1, "IOPRIO_WHO_PROCESS"},
    {2, "IOPRIO_WHO_PGRP"},
    {3, "IOPRIO_WHO_USER"},
};
constexpr NameValue rlimit_resources_values[] = {
    {0, "RLIMIT_CPU"},       {1, "RLIMIT_FSIZE"}, {2, "RLIMIT_DATA"},    {3, "RLIMIT_STACK"},
    {4, "RLIMIT_CORE"},      {5, "RLIMIT_RSS"},   {6, "RLIMIT_NPROC"},   {7, "RLIMIT_NOFILE"},
    {8, "RLIMIT_MEMLOCK"},   {9, "RLIMIT_AS"},    {10, "RLIMIT_LOCKS"},  {11, "RLIMIT_SIGPENDING"},
    {12, "RLIMIT_MSGQUEUE"}, {13, "RLIMIT_NICE"}, {14, "RLIMIT_RTPRIO"}, {15, "RLIMIT_RTTIME"},
};
constexpr NameValue rusage_targets_values[] = {
    {0, "RUSAGE_SELF"},
    {0xffffffff, "RUSAGE_CHILDREN"},
    {1, "RUSAGE_THREAD"},
};
constexpr NameValue personalities_values[] = {
    {0, "PER_LINUX", 0xff},           {8, "PER_LINUX32", 0xff},        {0x20000, "UNAME26"},
    {0x40000, "ADDR_NO_RANDOMIZE"},   {0x80000, "FDPIC_FUNCPTRS"},     {0x100000, "MMAP_PAGE_ZERO"},
    {0x200000, "ADDR_COMPAT_LAYOUT"}, {0x400000, "READ_IMPLIES_EXEC"}, {0x800000, "ADDR_LIMIT_32BIT"},
    {0x1000000, "SHORT_INODE"},       {0x2000000, "WHOLE_SECONDS"},    {0x4000000, "STICKY_TIMEOUTS"},
    {0x8000000, "ADDR_LIMIT_3GB"},
};
constexpr NameValue kcmp_types_values[] = {
    {0, "KCMP_FILE"},    {1, "KCMP_VM"}, {2, "KCMP_FILES"},   {3, "KCMP_FS"},
    {4, "KCMP_SIGHAND"}, {5, "KCMP_IO"}, {6, "KCMP_SYSVSEM"}, {7, "KCMP_EPOLL_TFD"},
};
constexpr NameValue capability_versions_values[] = {
    {0x19980330, "_LINUX_CAPABILITY_VERSION_1"},
    {0x20071026, "_LINUX_CAPABILITY_VERSION_2"},
    {0x20080522, "_LINUX_CAPABILITY_VERSION_3"},
};
constexpr NameValue ptrace_requests_values[] = {
    {0, "PTRACE_TRACEME"},
    {1, "PTRACE_PEEKTEXT"},
    {2, "PTRACE_PEEKDATA"},
    {3, "PTRACE_PEEKUSR"},
    {4, "PTRACE_POKETEXT"},
    {5, "PTRACE_POKEDATA"},
    {6, "PTRACE_POKEUSR"},
    {7, "PTRACE_CONT"},
    {8, "PTRACE_KILL"},
    {9, "PTRACE_SINGLESTEP"},
    {12, "PTRACE_GETREGS"},
    {13, "PTRACE_SETREGS"},
    {16, "PTRACE_ATTACH"},
    {17, "PTRACE_DETACH"},
    {24, "PTRACE_SYSCALL"},
    {16896, "PTRACE_SETOPTIONS"},
    {16897, "PTRACE_GETEVENTMSG"},
    {16898, "PTRACE_GETSIGINFO"},
    {16899, "PTRACE_SETSIGINFO"},
    {16900, "PTRACE_GETREGSET"},
    {16901, "PTRACE_SETREGSET"},
    {16902, "PTRACE_SEIZE"},
    {16903, "PTRACE_INTERRUPT"},
    {16904, "PTRACE_LISTEN"},
};
constexpr NameValue getrandom_flags_values[] = {
    {1, "GRND_NONBLOCK"},
    {2, "GRND_RANDOM"},
    {4, "GRND_INSECURE"},
};
constexpr NameValue syslog_actions_values[] = {
    {0, "SYSLOG_ACTION_CLOSE"},       {1, "SYSLOG_ACTION_OPEN"},         {2, "SYSLOG_ACTION_READ"},
    {3, "SYSLOG_ACTION_READ_ALL"},    {4, "SYSLOG_ACTION_READ_CLEAR"},   {5, "SYSLOG_ACTION_CLEAR"},
    {6, "SYSLOG_ACTION_CONSOLE_OFF"}, {7, "SYSLOG_ACTION_CONSOLE_ON"},   {8, "SYSLOG_ACTION_CONSOLE_LEVEL"},
    {9, "SYSLOG_ACTION_SIZE_UNREAD"}, {10, "SYSLOG_ACTION_SIZE_BUFFER"},
};

}  // namespace

constinit const NameSet clone_flags{"clone_flags", clone_flags_values, NameSet::Style::flags};
constinit const NameSet namespace_flags{"namespace_flags", namespace_flags_values, NameSet::Style::flags};
constinit const NameSet wait_options{"wait_options", wait_options_values, NameSet::Style::flags};
constinit const NameSet wait_id_types{"wait_id_types", wait_id_types_values, NameSet::Style::choice};
constinit const NameSet futex_operations{"futex_operations", futex_operations_values, NameSet::Style::flags};
constinit const NameSet futex_waitv_flags{"futex_waitv_flags", futex_waitv_flags_values, NameSet::Style::flags};
constinit const NameSet seccomp_operations{"seccomp_operations", seccomp_operations_values, NameSet::Style::choice};
constinit const NameSet seccomp_filter_flags{"seccomp_filter_flags", seccomp_filter_flags_values, NameSet::Style::flags};
constinit const NameSet prctl_options{"prctl_options", prctl_options_values, NameSet::Style::choice};
constinit const NameSet schedulers{"schedulers", schedulers_values, NameSet::Style::flags};
constinit const NameSet priority_targets{"priority_targets", priority_targets_values, NameSet::Style::choice};
constinit const NameSet io_priority_targets{"io_priority_targets", io_priority_targets_values, NameSet::Style::choice};
constinit const NameSet rlimit_resources{"rlimit_resources", rlimit_resources_values, NameSet::Style::choice};
constinit const NameSet rusage_targets{"rusage_targets", rusage_targets_values, NameSet::Style::choice};
constinit const NameSet personalities{"personalities", personalities_values, NameSet::Style::flags};
constinit const NameSet kcmp_types{"kcmp_types", kcmp_types_values, NameSet::Style::choice};
constinit const NameSet capability_versions{"capability_versions", capability_versions_values, NameSet::Style::choice};
constinit const NameSet ptrace_requests{"ptrace_requests", ptrace_requests_values, NameSet::Style::choice};
constinit const NameSet getrandom_flags{"getrandom_flags", getrandom_flags_values, NameSet::Style::flags};
constinit const NameSet syslog_actions{"syslog_actions", syslog_actions_values, NameSet::Style::choice};

}  // namespace sigtape::abi::linux_eabi
