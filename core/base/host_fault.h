// Host faults that an engine provokes knowingly (guest memory access from translated code): its say before we give up.
#pragma once
#include <atomic>

namespace sigtape {

// Called in the host's signal handler for SIGSEGV, SIGBUS, SIGILL and SIGFPE that the thread's own instruction raised,
// with siginfo_t* and ucontext_t*; must be async-signal-safe. True: the context is changed so that it can go on.
// Such a fault kills the process at once where the guest blocks or ignores that signal, as it would kill the guest.
using HostFaultHook = bool (*)(int signal, void* siginfo, void* ucontext);
extern std::atomic<HostFaultHook> host_fault_hook;

}  // namespace sigtape
