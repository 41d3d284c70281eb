// How captured signals meet system calls: the right way, and the broken designs that are offered for comparison.
#pragma once
#include <optional>
#include <string_view>

#include "core/base/ints.h"

namespace sigtape::outside {

enum class DeliveryMode : u8 {
  safe,         // the pc decides: a call that the signal came before, or that the kernel rewound, is not done
  check_first,  // tests for a pending signal, then issues the call: a signal between the two waits for the call's end
  mask_and_pcall,  // blocks all signals around poll and select and uses their p-variants; check_first for all others
  self_wake,       // the call always ends with EINTR, and whether to restart is guessed from SA_RESTART
  always_eintr,    // an interrupted call gives EINTR, whatever its class and the handler's SA_RESTART
  always_restart,  // an interrupted call runs again, whatever its class and the handler's SA_RESTART
};

std::string_view name_of(DeliveryMode mode);  // "safe", "check-first", …
std::optional<DeliveryMode> delivery_mode_of(std::string_view name);

}  // namespace sigtape::outside
