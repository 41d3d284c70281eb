// Names of Linux/ARM flags and options: actions, masks, siginfo codes.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue sigaction_flags_values[] = {
    {1, "SA_NOCLDSTOP"},        {2, "SA_NOCLDWAIT"},          {4, "SA_SIGINFO"},
    {0x400, "SA_UNSUPPORTED"},  {0x800, "SA_EXPOSE_TAGBITS"}, {0x2000000, "SA_THIRTYTWO"},
    {0x4000000, "SA_RESTORER"}, {0x8000000, "SA_ONSTACK"},    {0x10000000, "SA_RESTART"},
    {0x40000000, "SA_NODEFER"}, {0x80000000, "SA_RESETHAND"},
};
constexpr NameValue sigprocmask_how_values[] = {
    {0, "SIG_BLOCK"},
    {1, "SIG_UNBLOCK"},
    {2, "SIG_SETMASK"},
};
constexpr NameValue altstack_flags_values[] = {
    {1, "SS_ONSTACK"},
    {2, "SS_DISABLE"},
    {0x80000000, "SS_AUTODISARM"},
};
constexpr NameValue sigevent_notify_values[] = {
    {0, "SIGEV_SIGNAL"},
    {1, "SIGEV_NONE"},
    {2, "SIGEV_THREAD"},
    {4, "SIGEV_THREAD_ID"},
};
constexpr NameValue siginfo_codes_values[] = {
    {0, "SI_USER"},
    {128, "SI_KERNEL"},
    {0xffffffff, "SI_QUEUE"},
    {0xfffffffe, "SI_TIMER"},
    {0xfffffffd, "SI_MESGQ"},
    {0xfffffffc, "SI_ASYNCIO"},
    {0xfffffffb, "SI_SIGIO"},
    {0xfffffffa, "SI_TKILL"},
    {0xfffffff9, "SI_DETHREAD"},
    {0xffffffc4, "SI_ASYNCNL"},
};
constexpr NameValue codes_ill_values[] = {
    {1, "ILL_ILLOPC"}, {2, "ILL_ILLOPN"}, {3, "ILL_ILLADR"}, {4, "ILL_ILLTRP"},   {5, "ILL_PRVOPC"},
    {6, "ILL_PRVREG"}, {7, "ILL_COPROC"}, {8, "ILL_BADSTK"}, {9, "ILL_BADIADDR"},
};
constexpr NameValue codes_fpe_values[] = {
    {1, "FPE_INTDIV"}, {2, "FPE_INTOVF"}, {3, "FPE_FLTDIV"}, {4, "FPE_FLTOVF"},  {5, "FPE_FLTUND"},
    {6, "FPE_FLTRES"}, {7, "FPE_FLTINV"}, {8, "FPE_FLTSUB"}, {14, "FPE_FLTUNK"}, {15, "FPE_CONDTRAP"},
};
constexpr NameValue codes_segv_values[] = {
    {1, "SEGV_MAPERR"},  {2, "SEGV_ACCERR"},  {3, "SEGV_BNDERR"},  {4, "SEGV_PKUERR"},  {5, "SEGV_ACCADI"},
    {6, "SEGV_ADIDERR"}, {7, "SEGV_ADIPERR"}, {8, "SEGV_MTEAERR"}, {9, "SEGV_MTESERR"},
};
constexpr NameValue codes_bus_values[] = {
    {1, "BUS_ADRALN"}, {2, "BUS_ADRERR"}, {3, "BUS_OBJERR"}, {4, "BUS_MCEERR_AR"}, {5, "BUS_MCEERR_AO"},
};
constexpr NameValue codes_trap_values[] = {
    {1, "TRAP_BRKPT"}, {2, "TRAP_TRACE"}, {3, "TRAP_BRANCH"}, {4, "TRAP_HWBKPT"}, {5, "TRAP_UNK"}, {6, "TRAP_PERF"},
};
constexpr NameValue codes_chld_values[] = {
    {1, "CLD_EXITED"},  {2, "CLD_KILLED"},  {3, "CLD_DUMPED"},
    {4, "CLD_TRAPPED"}, {5, "CLD_STOPPED"}, {6, "CLD_CONTINUED"},
};
constexpr NameValue codes_poll_values[] = {
    {1, "POLL_IN"}, {2, "POLL_OUT"}, {3, "POLL_MSG"}, {4, "POLL_ERR"}, {5, "POLL_PRI"}, {6, "POLL_HUP"},
};
constexpr NameValue codes_sys_values[] = {
    {1, "SYS_SECCOMP"},
    {2, "SYS_USER_DISPATCH"},
};

}  // namespace

constinit const NameSet sigaction_flags{"sigaction_flags", sigaction_flags_values, NameSet::Style::flags};
constinit const NameSet sigprocmask_how{"sigprocmask_how", sigprocmask_how_values, NameSet::Style::choice};
constinit const NameSet altstack_flags{"altstack_flags", altstack_flags_values, NameSet::Style::flags};
constinit const NameSet sigevent_notify{"sigevent_notify", sigevent_notify_values, NameSet::Style::choice};
constinit const NameSet siginfo_codes{"siginfo_codes", siginfo_codes_values, NameSet::Style::choice};
constinit const NameSet codes_ill{"codes_ill", codes_ill_values, NameSet::Style::choice};
constinit const NameSet codes_fpe{"codes_fpe", codes_fpe_values, NameSet::Style::choice};
constinit const NameSet codes_segv{"codes_segv", codes_segv_values, NameSet::Style::choice};
constinit const NameSet codes_bus{"codes_bus", codes_bus_values, NameSet::Style::choice};
constinit const NameSet codes_trap{"codes_trap", codes_trap_values, NameSet::Style::choice};
constinit const NameSet codes_chld{"codes_chld", codes_chld_values, NameSet::Style::choice};
constinit const NameSet codes_poll{"codes_poll", codes_poll_values, NameSet::Style::choice};
constinit const NameSet codes_sys{"codes_sys", codes_sys_values, NameSet::Style::choice};

}  // namespace sigtape::abi::linux_eabi
