// Where no table of call handlers is linked: every call goes by its row.
#include "core/outside/host_call.h"

namespace sigtape::outside {
Handler linux_handler_of(u32) { return nullptr; }
Handler freebsd_handler_of(u32) { return nullptr; }
}  // namespace sigtape::outside
