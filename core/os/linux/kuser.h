// The page at 0xffff0000 with the kernel's helpers for user mode, and the page with the ways back from handlers.
#pragma once
#include "core/base/result.h"
#include "core/mem/space.h"

namespace sigtape::os::linux_eabi {

Result<void> map_kuser_page(mem::Space& space);
Result<void> map_sigreturn_page(mem::Space& space, GuestAddr at);

}  // namespace sigtape::os::linux_eabi
