// A digest of all mapped guest memory, equal wherever the guest could see no difference.
#pragma once
#include "core/base/ints.h"

namespace sigtape::mem {

class Space;

// Over ranges and their protections in order of address, and over the pages that are readable and not all zero. Private
// file mappings that were never writable are left out (they are the file's); so are pages beyond end of file.
u64 digest(const Space& space);

bool is_zero_page(const u8* page);

}  // namespace sigtape::mem
