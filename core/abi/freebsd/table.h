// FreeBSD 13.2's calls in the order of their numbers.
#pragma once
#include <span>

#include "core/abi/syscall.h"

namespace sigtape::abi::freebsd {

std::span<const Row> table();
const Row* row_of(u32 number);

}  // namespace sigtape::abi::freebsd
