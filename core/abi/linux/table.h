// The Linux/ARM EABI's calls in the order of their numbers.
#pragma once
#include <span>

#include "core/abi/syscall.h"

namespace sigtape::abi::linux_eabi {

std::span<const Row> table();
const Row* row_of(u32 number);

}  // namespace sigtape::abi::linux_eabi
