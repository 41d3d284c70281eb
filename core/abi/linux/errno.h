// Error numbers of Linux/ARM with names and texts.
#pragma once
#include <span>

#include "core/abi/names.h"

namespace sigtape::abi::linux_eabi {

std::span<const ErrorName> error_names();  // ascending

}  // namespace sigtape::abi::linux_eabi
