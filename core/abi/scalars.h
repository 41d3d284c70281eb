// Layouts of single words behind a pointer: the int of pipe(), an offset, a socklen_t.
#pragma once
#include "core/abi/layout.h"

namespace sigtape::abi::scalar {

extern const Layout int32, uint32, hex32, int64, uint64, descriptor, address32, process_id, octet, uint16, signal32;

}  // namespace sigtape::abi::scalar
