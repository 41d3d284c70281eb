// Guest and host signal numbers, sets and default actions. Linux guests share the host's numbers.
#pragma once
#include "core/abi/syscall.h"
#include "core/os/signal_info.h"

namespace sigtape::outside {

enum class DefaultAction : u8 { terminate, ignore, stop };

int host_signal_of(abi::System system, os::Signal signal);  // 0: the host has nothing to send or catch it by
os::Signal guest_signal_of(abi::System system, int host_signal);
u64 host_set_of(abi::System system, const os::SigSet& set);
os::SigSet guest_set_of(abi::System system, u64 host_set);
DefaultAction default_action_of(abi::System system, os::Signal signal);
// si_code in the guest's numbering.
i32 guest_code_of(abi::System system, int host_signal, int host_code);

}  // namespace sigtape::outside
