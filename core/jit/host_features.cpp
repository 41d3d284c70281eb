// What the C library has found out about the processor (and about XCR0, for what needs AVX) when it started: where a
// hypervisor answers it, CPUID takes tens of microseconds.
#include "core/jit/host_features.h"

#include <sys/platform/x86.h>

namespace sigtape::jit {

HostFeatures host_features() {
  return {.ssse3 = CPU_FEATURE_ACTIVE(SSSE3) != 0,
          .sse41 = CPU_FEATURE_ACTIVE(SSE4_1) != 0,
          .fma = CPU_FEATURE_ACTIVE(FMA) != 0 && CPU_FEATURE_ACTIVE(AVX) != 0,
          .avx2 = CPU_FEATURE_ACTIVE(AVX2) != 0};
}

}  // namespace sigtape::jit
