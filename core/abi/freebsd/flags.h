// Flag and option names of FreeBSD 13.2 system calls, by argument.
#pragma once
#include "core/abi/flag_names.h"

namespace sigtape::abi::freebsd {

// files and descriptors
extern const NameSet open_flags, at_flags, access_modes, seek_origins, file_types, flock_operations, lock_types,
    fcntl_commands, descriptor_flags, seals, shm_flags, close_range_flags, mount_statuses;
// mapping
extern const NameSet mmap_protection, mmap_flags, madvise_values, msync_flags, inherit_values;
// signals
extern const NameSet sigaction_flags, sigprocmask_how, altstack_flags, siginfo_codes, codes_trap, codes_fpe, codes_segv,
    codes_bus, sigevent_notify;
// processes, threads, umtx
extern const NameSet wait_options, id_types, rlimit_resources, rusage_targets, priority_targets, rfork_flags,
    umtx_operations, mutex_flags, umtx_time_flags, sysarch_operations, thread_flags, procctl_commands, getrandom_flags,
    sigfastblock_commands, cpu_levels, cpu_whiches;
// clocks and timers
extern const NameSet clocks, timer_flags, interval_timers;
// sockets
extern const NameSet address_families, socket_types, accept_flags, message_flags, shutdown_how, socket_levels,
    socket_options, tcp_options, ip_options, ipv6_options, control_types;
// poll and kqueue
extern const NameSet poll_events, kevent_filters, kevent_flags;
// System V IPC
extern const NameSet ipc_get_flags, ipc_commands;

}  // namespace sigtape::abi::freebsd
