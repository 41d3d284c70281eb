// Where a call may write guest memory, as its row declares it: for checks of what the outside wrote.
#pragma once
#include <vector>

#include "core/abi/print.h"

namespace sigtape::abi {

struct MemoryRange {
  GuestAddr at;
  u64 bytes = 0;
  u8 argument = 0;  // index
};

// Capacities, not what a particular outcome fills. `read` gives memory as it was before the call: sizes that stand
// behind pointers, vectors and message headers.
std::vector<MemoryRange> declared_outputs(const Call& call, const ReadMemory& read);

// The first write that lies outside of what the row declares; nullptr where there is none. Rows that declare a plain
// address for memory that the kernel fills (mincore, semctl's GETALL) admit writes from there on.
const GuestWrite* undeclared_write(const Call& call, std::span<const GuestWrite> writes, const ReadMemory& read);

}  // namespace sigtape::abi
