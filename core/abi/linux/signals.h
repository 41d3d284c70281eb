// Signal numbers of Linux/ARM.
#pragma once
#include "core/abi/flag_names.h"
#include "core/base/ints.h"

namespace sigtape::abi::linux_eabi {

extern const NameSet signals;  // 1 to 31
inline constexpr i32 first_realtime_signal = 32, last_signal = 64;

}  // namespace sigtape::abi::linux_eabi
