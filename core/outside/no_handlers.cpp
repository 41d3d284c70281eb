// Where no table of FreeBSD call handlers is linked: every call goes by its row.
#include "core/outside/host_call.h"

namespace sigtape::outside {
Handler freebsd_handler_of(u32) { return nullptr; }
}  // namespace sigtape::outside
