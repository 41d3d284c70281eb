// CPUID, asked once. GCC and Clang look at XCR0 for what needs AVX.
#include "core/jit/host_features.h"

namespace sigtape::jit {

HostFeatures host_features() {
  __builtin_cpu_init();
  return {.ssse3 = __builtin_cpu_supports("ssse3") != 0,
          .sse41 = __builtin_cpu_supports("sse4.1") != 0,
          .fma = __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("avx") != 0};
}

}  // namespace sigtape::jit
