// The hook's one instance.
#include "core/base/host_fault.h"

namespace sigtape {
std::atomic<HostFaultHook> host_fault_hook{nullptr};
}
