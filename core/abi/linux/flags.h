// Flag and option names of Linux/ARM system calls, by argument.
// Values are checked against the headers by a test.
#pragma once
#include "core/abi/flag_names.h"

namespace sigtape::abi::linux_eabi {

// opening, attributes, locking, mounting, file events
extern const NameSet open_flags, descriptor_flags, at_flags, faccessat_flags, unlinkat_flags, access_modes,
    seek_origins, statx_mask, statx_attributes, file_types, renameat2_flags, flock_operations, lock_types,
    fcntl_commands, owner_types, seals, directory_notify, fallocate_flags, fadvise_values, sync_range_flags,
    splice_flags, rw_flags, xattr_flags, resolve_flags, close_range_flags, directory_entry_types, mount_flags,
    umount_flags, open_tree_flags, move_mount_flags, statfs_flags, filesystem_magics, inotify_mask, inotify_flags,
    memfd_flags;
// polling and descriptor events
extern const NameSet poll_events, epoll_events, epoll_operations, epoll_flags, eventfd_flags, signalfd_flags,
    timerfd_flags, timerfd_settime_flags;
// mapping and memory barriers
extern const NameSet mmap_protection, mmap_flags, mremap_flags, madvise_values, msync_flags, mlockall_flags,
    mlock2_flags, membarrier_commands;
// clone, wait, futex, prctl, scheduling, limits
extern const NameSet clone_flags, namespace_flags, wait_options, wait_id_types, futex_operations, futex_waitv_flags,
    prctl_options, seccomp_operations, seccomp_filter_flags, schedulers, priority_targets, io_priority_targets,
    rlimit_resources, rusage_targets, personalities,
    kcmp_types, capability_versions, ptrace_requests, getrandom_flags, syslog_actions;
// actions, masks, siginfo codes
extern const NameSet sigaction_flags, sigprocmask_how, altstack_flags, sigevent_notify, siginfo_codes, codes_ill,
    codes_fpe, codes_segv, codes_bus, codes_trap, codes_chld, codes_poll, codes_sys;
// clocks and timers
extern const NameSet clocks, timer_flags, interval_timers, timex_modes;
// sockets and their options
extern const NameSet address_families, socket_types, accept_flags, message_flags, shutdown_how, socket_levels,
    socket_options, tcp_options, ip_options, ipv6_options, control_types;
// System V IPC
extern const NameSet ipc_get_flags, message_queue_flags, semctl_commands, msgctl_commands, shmctl_commands, semop_flags,
    shmat_flags;
// terminals
extern const NameSet termios_iflag, termios_oflag, termios_lflag, flush_queues, flow_actions;

// Every set, for tests and for look-up by name.
std::span<const NameSet* const> all_name_sets();

}  // namespace sigtape::abi::linux_eabi
