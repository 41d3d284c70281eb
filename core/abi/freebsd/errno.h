// Error numbers of FreeBSD with names and texts.
#pragma once
#include <span>

#include "core/abi/names.h"

namespace sigtape::abi::freebsd {

std::span<const ErrorName> error_names();  // ascending

}  // namespace sigtape::abi::freebsd
