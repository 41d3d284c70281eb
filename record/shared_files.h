// Files that the guest has mapped shared and also writes to through descriptors: both are the same memory.
#pragma once
#include <vector>

#include "core/abi/call.h"
#include "core/mem/space.h"
#include "record/descriptor_files.h"

namespace sigtape::record {

// After a call that ended: which readable guest memory it may have changed by changing a file that is mapped there, as
// it is now. Spans point into guest memory.
void gather_changed_mappings(const mem::Space& space, DescriptorFiles& descriptors, const abi::Call& call,
                             const abi::Outcome& outcome, std::vector<abi::GuestWrite>& changed);

// What is not zero in the pages of a mapping that its file has got since. Spans point into guest memory.
void gather_new_pages(const mem::Space& space, const mem::MovedFileEnd& moved, std::vector<abi::GuestWrite>& now);

}  // namespace sigtape::record
