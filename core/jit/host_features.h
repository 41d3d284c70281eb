// What the host's processor has beyond x86-64's baseline. It changes speed, never a result.
#pragma once

namespace sigtape::jit {

struct HostFeatures {
  bool ssse3 = false;
  bool sse41 = false;
  bool fma = false;  // with AVX, which the host's kernel saves
  bool avx2 = false;
};
HostFeatures host_features();

}  // namespace sigtape::jit
