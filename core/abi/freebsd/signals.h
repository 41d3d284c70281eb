// Signal numbers of FreeBSD.
#pragma once
#include "core/abi/flag_names.h"
#include "core/base/ints.h"

namespace sigtape::abi::freebsd {

extern const NameSet signals;  // 1 to 33
inline constexpr i32 first_realtime_signal = 65, last_realtime_signal = 126, last_signal = 128;

}  // namespace sigtape::abi::freebsd
