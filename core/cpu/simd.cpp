// VFP and Advanced SIMD: from a decoded instruction to the function that carries it out.
#include "core/cpu/simd.h"

namespace sigtape::cpu {

SimdData simd_data_function(const isa::Insn& insn) {
  for (auto family : {vfp_function, neon_permute_function, neon_arith_function, neon_float_function, neon_long_function,
                      neon_shift_function})
    if (SimdData found = family(insn)) return found;
  return nullptr;
}

SimdMemory simd_memory_function(const isa::Insn& insn) {
  for (auto family : {vfp_memory_function, neon_memory_function})
    if (SimdMemory found = family(insn)) return found;
  return nullptr;
}

bool exec_simd(Core& core, const isa::Insn& insn) {
  if (SimdData function = simd_data_function(insn)) {
    function(*core.state, insn);
    return true;
  }
  if (SimdMemory function = simd_memory_function(insn)) return function(core, insn);
  return core.undefined(insn);
}

}  // namespace sigtape::cpu
