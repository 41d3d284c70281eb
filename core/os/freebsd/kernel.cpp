// The FreeBSD/armv7 kernel as a guest sees it: not there yet, and the machine says so.
#include "core/os/kernel.h"

namespace sigtape::os {

std::unique_ptr<Kernel> make_freebsd_kernel(Context) { return nullptr; }

}  // namespace sigtape::os
