// What VFP and Advanced SIMD instructions do, for engines: one plain function for each decoded instruction.
#pragma once
#include "core/base/bytes.h"
#include "core/cpu/core.h"

namespace sigtape::cpu {

// What exec_simd (core.h) comes down to; engines that keep decoded instructions may keep these pointers with them.
using SimdData = void (*)(State&, const isa::Insn&);  // cannot fail
using SimdMemory = bool (*)(Core&, const isa::Insn&);  // as exec_simd

// By op and by the fields that an instruction is specialized for. Every op of ops_simd.inc has exactly one of the two;
// null where `insn` is not of that kind.
SimdData simd_data_function(const isa::Insn& insn);
SimdMemory simd_memory_function(const isa::Insn& insn);

// The families behind them; null if the op is not theirs.
SimdData vfp_function(const isa::Insn& insn);
SimdMemory vfp_memory_function(const isa::Insn& insn);
SimdData neon_arith_function(const isa::Insn& insn);
SimdData neon_float_function(const isa::Insn& insn);
SimdData neon_long_function(const isa::Insn& insn);
SimdData neon_shift_function(const isa::Insn& insn);
SimdData neon_permute_function(const isa::Insn& insn);
SimdMemory neon_memory_function(const isa::Insn& insn);

// Register views: T's number n (S registers for 4 bytes, D for 8) in the extension register file.
template <class T>
T extension_register(const State& state, unsigned n) {
  return load<T>(reinterpret_cast<const u8*>(state.d.data()) + n * sizeof(T));
}
template <class T>
void set_extension_register(State& state, unsigned n, T value) {
  store(reinterpret_cast<u8*>(state.d.data()) + n * sizeof(T), value);
}

// Between memory and T's numbers n, n + 1, ... of the register file, by CPSR.E. `memory` is from Core::reach<access>().
template <Access access, class T, class Byte>
void move_elements(Core& core, Byte* memory, unsigned n, u32 count) {
  auto move = [&](u32 k, auto in_order) {
    Byte* at = memory + k * sizeof(T);
    if constexpr (access == Access::read) set_extension_register<T>(*core.state, n + k, in_order(load<T>(at)));
    else store(at, in_order(extension_register<T>(*core.state, n + k)));
  };
  if (core.state->big_endian) [[unlikely]]
    for (u32 k = 0; k < count; ++k) move(k, [&](T value) { return core.in_order(value); });
  else
    for (u32 k = 0; k < count; ++k) move(k, [](T value) { return value; });
}

}  // namespace sigtape::cpu
