// Names of FreeBSD flags and options: processes, threads, umtx, signals.
#include "core/abi/freebsd/flags.h"

namespace sigtape::abi::freebsd {
namespace {

constexpr NameValue wait_options_values[] = {
    {1, "WNOHANG"}, {2, "WUNTRACED"}, {4, "WCONTINUED"}, {8, "WNOWAIT"}, {0x10, "WEXITED"}, {0x20, "WTRAPPED"},
};
constexpr NameValue id_types_values[] = {
    {0, "P_PID"},     {1, "P_PPID"},  {2, "P_PGID"},   {3, "P_SID"},     {4, "P_CID"},     {5, "P_UID"},
    {6, "P_GID"},     {7, "P_ALL"},   {8, "P_LWPID"},  {9, "P_TASKID"},  {10, "P_PROJID"}, {11, "P_POOLID"},
    {12, "P_JAILID"}, {13, "P_CTID"}, {14, "P_CPUID"}, {15, "P_PSETID"},
};
constexpr NameValue rlimit_resources_values[] = {
    {0, "RLIMIT_CPU"},   {1, "RLIMIT_FSIZE"},   {2, "RLIMIT_DATA"},  {3, "RLIMIT_STACK"},    {4, "RLIMIT_CORE"},
    {5, "RLIMIT_RSS"},   {6, "RLIMIT_MEMLOCK"}, {7, "RLIMIT_NPROC"}, {8, "RLIMIT_NOFILE"},   {9, "RLIMIT_SBSIZE"},
    {10, "RLIMIT_VMEM"}, {11, "RLIMIT_NPTS"},   {12, "RLIMIT_SWAP"}, {13, "RLIMIT_KQUEUES"}, {14, "RLIMIT_UMTXP"},
};
constexpr NameValue rusage_targets_values[] = {
    {0, "RUSAGE_SELF"},
    {0xffffffff, "RUSAGE_CHILDREN"},
    {1, "RUSAGE_THREAD"},
};
constexpr NameValue priority_targets_values[] = {
    {0, "PRIO_PROCESS"},
    {1, "PRIO_PGRP"},
    {2, "PRIO_USER"},
};
constexpr NameValue rfork_flags_values[] = {
    {1, "RFNAMEG"},           {2, "RFENVG"},          {4, "RFFDG"},
    {8, "RFNOTEG"},           {0x10, "RFPROC"},       {0x20, "RFMEM"},
    {0x40, "RFNOWAIT"},       {0x400, "RFCNAMEG"},    {0x800, "RFCENVG"},
    {0x1000, "RFCFDG"},       {0x2000, "RFTHREAD"},   {0x4000, "RFSIGSHARE"},
    {0x10000, "RFLINUXTHPN"}, {0x80000, "RFTSIGZMB"}, {0x10000000, "RFPROCDESC"},
    {0x80000000, "RFSPAWN"},
};
constexpr NameValue umtx_operations_values[] = {
    {0, "UMTX_OP_RESERVED0", 0x3fffffff},
    {1, "UMTX_OP_RESERVED1", 0x3fffffff},
    {2, "UMTX_OP_WAIT", 0x3fffffff},
    {3, "UMTX_OP_WAKE", 0x3fffffff},
    {4, "UMTX_OP_MUTEX_TRYLOCK", 0x3fffffff},
    {5, "UMTX_OP_MUTEX_LOCK", 0x3fffffff},
    {6, "UMTX_OP_MUTEX_UNLOCK", 0x3fffffff},
    {7, "UMTX_OP_SET_CEILING", 0x3fffffff},
    {8, "UMTX_OP_CV_WAIT", 0x3fffffff},
    {9, "UMTX_OP_CV_SIGNAL", 0x3fffffff},
    {0xa, "UMTX_OP_CV_BROADCAST", 0x3fffffff},
    {0xb, "UMTX_OP_WAIT_UINT", 0x3fffffff},
    {0xc, "UMTX_OP_RW_RDLOCK", 0x3fffffff},
    {0xd, "UMTX_OP_RW_WRLOCK", 0x3fffffff},
    {0xe, "UMTX_OP_RW_UNLOCK", 0x3fffffff},
    {0xf, "UMTX_OP_WAIT_UINT_PRIVATE", 0x3fffffff},
    {0x10, "UMTX_OP_WAKE_PRIVATE", 0x3fffffff},
    {0x11, "UMTX_OP_MUTEX_WAIT", 0x3fffffff},
    {0x12, "UMTX_OP_MUTEX_WAKE", 0x3fffffff},
    {0x13, "UMTX_OP_SEM_WAIT", 0x3fffffff},
    {0x14, "UMTX_OP_SEM_WAKE", 0x3fffffff},
    {0x15, "UMTX_OP_NWAKE_PRIVATE", 0x3fffffff},
    {0x16, "UMTX_OP_MUTEX_WAKE2", 0x3fffffff},
    {0x17, "UMTX_OP_SEM2_WAIT", 0x3fffffff},
    {0x18, "UMTX_OP_SEM2_WAKE", 0x3fffffff},
    {0x19, "UMTX_OP_SHM", 0x3fffffff},
    {0x1a, "UMTX_OP_ROBUST_LISTS", 0x3fffffff},
    {0x40000000, "UMTX_OP__I386"},
    {0x80000000, "UMTX_OP__32BIT"},
};
constexpr NameValue mutex_flags_values[] = {
    {1, "USYNC_PROCESS_SHARED"}, {4, "UMUTEX_PRIO_INHERIT"},     {8, "UMUTEX_PRIO_PROTECT"},
    {0x10, "UMUTEX_ROBUST"},     {0x20, "UMUTEX_NONCONSISTENT"},
};
constexpr NameValue umtx_time_flags_values[] = {
    {1, "UMTX_ABSTIME"},
};
constexpr NameValue sysarch_operations_values[] = {
    {0, "ARM_SYNC_ICACHE"}, {1, "ARM_DRAIN_WRITEBUF"}, {2, "ARM_SET_TP"}, {3, "ARM_GET_TP"}, {4, "ARM_GET_VFPSTATE"},
};
constexpr NameValue thread_flags_values[] = {
    {1, "THR_SUSPENDED"},
    {2, "THR_SYSTEM_SCOPE"},
};
constexpr NameValue procctl_commands_values[] = {
    {1, "PROC_SPROTECT"},          {2, "PROC_REAP_ACQUIRE"},         {3, "PROC_REAP_RELEASE"},
    {4, "PROC_REAP_STATUS"},       {5, "PROC_REAP_GETPIDS"},         {6, "PROC_REAP_KILL"},
    {7, "PROC_TRACE_CTL"},         {8, "PROC_TRACE_STATUS"},         {9, "PROC_TRAPCAP_CTL"},
    {10, "PROC_TRAPCAP_STATUS"},   {11, "PROC_PDEATHSIG_CTL"},       {12, "PROC_PDEATHSIG_STATUS"},
    {13, "PROC_ASLR_CTL"},         {14, "PROC_ASLR_STATUS"},         {15, "PROC_PROTMAX_CTL"},
    {16, "PROC_PROTMAX_STATUS"},   {17, "PROC_STACKGAP_CTL"},        {18, "PROC_STACKGAP_STATUS"},
    {19, "PROC_NO_NEW_PRIVS_CTL"}, {20, "PROC_NO_NEW_PRIVS_STATUS"}, {21, "PROC_WXMAP_CTL"},
    {22, "PROC_WXMAP_STATUS"},
};
constexpr NameValue getrandom_flags_values[] = {
    {1, "GRND_NONBLOCK"},
    {2, "GRND_RANDOM"},
    {4, "GRND_INSECURE"},
};
constexpr NameValue sigfastblock_commands_values[] = {
    {1, "SIGFASTBLOCK_SETPTR"},
    {2, "SIGFASTBLOCK_UNBLOCK"},
    {3, "SIGFASTBLOCK_UNSETPTR"},
};
constexpr NameValue cpu_levels_values[] = {
    {1, "CPU_LEVEL_ROOT"},
    {2, "CPU_LEVEL_CPUSET"},
    {3, "CPU_LEVEL_WHICH"},
};
constexpr NameValue cpu_whiches_values[] = {
    {1, "CPU_WHICH_TID"}, {2, "CPU_WHICH_PID"},  {3, "CPU_WHICH_CPUSET"},
    {4, "CPU_WHICH_IRQ"}, {5, "CPU_WHICH_JAIL"}, {6, "CPU_WHICH_DOMAIN"},
};
constexpr NameValue sigaction_flags_values[] = {
    {1, "SA_ONSTACK"},    {2, "SA_RESTART"},      {4, "SA_RESETHAND"},  {8, "SA_NOCLDSTOP"},
    {0x10, "SA_NODEFER"}, {0x20, "SA_NOCLDWAIT"}, {0x40, "SA_SIGINFO"},
};
constexpr NameValue sigprocmask_how_values[] = {
    {1, "SIG_BLOCK"},
    {2, "SIG_UNBLOCK"},
    {3, "SIG_SETMASK"},
};
constexpr NameValue altstack_flags_values[] = {
    {1, "SS_ONSTACK"},
    {4, "SS_DISABLE"},
};
constexpr NameValue siginfo_codes_values[] = {
    {0, "SI_UNDEFINED"},   {65537, "SI_USER"},  {65538, "SI_QUEUE"},  {65539, "SI_TIMER"},
    {65540, "SI_ASYNCIO"}, {65541, "SI_MESGQ"}, {65542, "SI_KERNEL"}, {65543, "SI_LWP"},
};
constexpr NameValue codes_trap_values[] = {
    {1, "TRAP_BRKPT"},
    {2, "TRAP_TRACE"},
    {3, "TRAP_DTRACE"},
    {4, "TRAP_CAP"},
};
constexpr NameValue codes_fpe_values[] = {
    {1, "FPE_INTOVF"}, {2, "FPE_INTDIV"}, {3, "FPE_FLTDIV"}, {4, "FPE_FLTOVF"},
    {5, "FPE_FLTUND"}, {6, "FPE_FLTRES"}, {7, "FPE_FLTINV"}, {8, "FPE_FLTSUB"},
};
constexpr NameValue codes_segv_values[] = {
    {1, "SEGV_MAPERR"},
    {2, "SEGV_ACCERR"},
    {100, "SEGV_PKUERR"},
};
constexpr NameValue codes_bus_values[] = {
    {1, "BUS_ADRALN"},
    {2, "BUS_ADRERR"},
    {3, "BUS_OBJERR"},
    {100, "BUS_OOMERR"},
};
constexpr NameValue sigevent_notify_values[] = {
    {0, "SIGEV_NONE"}, {1, "SIGEV_SIGNAL"}, {2, "SIGEV_THREAD"}, {3, "SIGEV_KEVENT"}, {4, "SIGEV_THREAD_ID"},
};

}  // namespace

constinit const NameSet wait_options{"wait_options", wait_options_values, NameSet::Style::flags};
constinit const NameSet id_types{"id_types", id_types_values, NameSet::Style::choice};
constinit const NameSet rlimit_resources{"rlimit_resources", rlimit_resources_values, NameSet::Style::choice};
constinit const NameSet rusage_targets{"rusage_targets", rusage_targets_values, NameSet::Style::choice};
constinit const NameSet priority_targets{"priority_targets", priority_targets_values, NameSet::Style::choice};
constinit const NameSet rfork_flags{"rfork_flags", rfork_flags_values, NameSet::Style::flags};
constinit const NameSet umtx_operations{"umtx_operations", umtx_operations_values, NameSet::Style::flags};
constinit const NameSet mutex_flags{"mutex_flags", mutex_flags_values, NameSet::Style::flags};
constinit const NameSet umtx_time_flags{"umtx_time_flags", umtx_time_flags_values, NameSet::Style::flags};
constinit const NameSet sysarch_operations{"sysarch_operations", sysarch_operations_values, NameSet::Style::choice};
constinit const NameSet thread_flags{"thread_flags", thread_flags_values, NameSet::Style::flags};
constinit const NameSet procctl_commands{"procctl_commands", procctl_commands_values, NameSet::Style::choice};
constinit const NameSet getrandom_flags{"getrandom_flags", getrandom_flags_values, NameSet::Style::flags};
constinit const NameSet sigfastblock_commands{"sigfastblock_commands", sigfastblock_commands_values,
                                              NameSet::Style::choice};
constinit const NameSet cpu_levels{"cpu_levels", cpu_levels_values, NameSet::Style::choice};
constinit const NameSet cpu_whiches{"cpu_whiches", cpu_whiches_values, NameSet::Style::choice};
constinit const NameSet sigaction_flags{"sigaction_flags", sigaction_flags_values, NameSet::Style::flags};
constinit const NameSet sigprocmask_how{"sigprocmask_how", sigprocmask_how_values, NameSet::Style::choice};
constinit const NameSet altstack_flags{"altstack_flags", altstack_flags_values, NameSet::Style::flags};
constinit const NameSet siginfo_codes{"siginfo_codes", siginfo_codes_values, NameSet::Style::choice};
constinit const NameSet codes_trap{"codes_trap", codes_trap_values, NameSet::Style::choice};
constinit const NameSet codes_fpe{"codes_fpe", codes_fpe_values, NameSet::Style::choice};
constinit const NameSet codes_segv{"codes_segv", codes_segv_values, NameSet::Style::choice};
constinit const NameSet codes_bus{"codes_bus", codes_bus_values, NameSet::Style::choice};
constinit const NameSet sigevent_notify{"sigevent_notify", sigevent_notify_values, NameSet::Style::choice};

}  // namespace sigtape::abi::freebsd
