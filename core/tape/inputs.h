// What a system call reads of guest memory, as far as showing it wants: paths, structures, the beginning of buffers.
#pragma once
#include <vector>

#include "core/abi/call.h"
#include "core/mem/space.h"

namespace sigtape::tape {

// Spans point into guest memory: to be copied before the guest runs on.
void add_inputs(const mem::Space& space, const abi::Call& call, std::vector<abi::GuestWrite>& inputs);
inline void gather_inputs(const mem::Space& space, const abi::Call& call, std::vector<abi::GuestWrite>& inputs) {
  inputs.clear();
  if (call.row != nullptr && call.row->count != 0) add_inputs(space, call, inputs);
}

// Where the bytes lie that a call which writes to a descriptor takes from memory, cut to `count`; empty for calls of
// another kind. `descriptor` is the guest's.
struct Outgoing {
  i32 descriptor = -1;
  std::vector<std::span<const u8>> bytes;
};
bool writes_to_descriptor(const abi::Call& call);
Outgoing outgoing_of(const mem::Space& space, const abi::Call& call, u64 count);

}  // namespace sigtape::tape
