// The host's signal handler, and what the host's dispositions and masks are set to on the guest's behalf.
#pragma once
#include "core/outside/delivery_mode.h"
#include "core/outside/host_thread.h"
#include "core/outside/signal_map.h"

namespace sigtape::outside {

inline constexpr u64 all_signals = ~u64{0};

// Once per process, before any disposition is set: what the handler needs to know.
void set_capture_mode(DeliveryMode mode);

// The host's disposition that stands for the guest's: SIG_IGN, SIG_DFL or our handler. Answers -errno.
long mirror_action(abi::System system, DeliveryMode mode, os::Signal signal, const os::SigAction& action);
// The dispositions that this process inherited: bit (signal - 1) set where it is SIG_IGN.
u64 inherited_ignored();
// Our handler for every signal whose default action ends the process, so that its end can be written down; those in
// `ignored` (host numbers) stay ignored.
void mirror_start(abi::System system, DeliveryMode mode, u64 ignored);

// The real mask of the calling host thread; both answer what it was.
u64 block_all();
u64 set_real_mask(u64 mask);
u64 real_mask();

// Sends a signal, as it came, to the process anew.
void queue_to_process(int signal, const siginfo_t& info);

os::SigInfo signal_info_of(abi::System system, const Capture& capture);

}  // namespace sigtape::outside
