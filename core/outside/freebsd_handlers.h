// The tables of call handlers of FreeBSD guests, one per family; freebsd_handlers.cpp joins them by the calls' names.
#pragma once
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {

HandlerTable freebsd_descriptor_handlers();
HandlerTable freebsd_file_handlers();
HandlerTable freebsd_stat_handlers();
HandlerTable freebsd_poll_handlers();
HandlerTable freebsd_time_handlers();
HandlerTable freebsd_process_handlers();
HandlerTable freebsd_identity_handlers();
HandlerTable freebsd_signal_handlers();
HandlerTable freebsd_umtx_handlers();
HandlerTable freebsd_sysctl_handlers();
HandlerTable freebsd_kqueue_handlers();
HandlerTable freebsd_socket_handlers();
HandlerTable freebsd_message_handlers();
HandlerTable freebsd_control_handlers();

// Calls whose words and meaning are the same for Linux guests: their names.
std::span<const std::string_view> calls_shared_with_linux();

// FreeBSD's rule about an interrupted call, which has the last word over what the host's kernel made of it: the
// captured signal's handler decides. `rewound`: the host had begun the call and was about to make it again.
abi::Outcome freebsd_interruption(const mem::Space& space, const os::Thread& thread, const abi::Call& call,
                                  os::Signal signal, bool rewound, const abi::Outcome& outcome);

}  // namespace sigtape::outside
