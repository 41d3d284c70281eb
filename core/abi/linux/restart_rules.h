// Which Linux call asks for which restart class when it is interrupted.
#pragma once
#include <span>

#include "core/abi/restart.h"

namespace sigtape::abi::linux_eabi {

std::span<const RestartRule> restart_rules();

}  // namespace sigtape::abi::linux_eabi
