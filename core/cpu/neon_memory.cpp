// Advanced SIMD loads and stores of elements and structures (ARM ARM A8.8.320-A8.8.330, A8.8.404-A8.8.411).
#include "core/cpu/neon_lanes.h"

namespace sigtape::cpu {
namespace neon {
namespace {

u32 structure_of(Op op) {
  switch (op) {
    case Op::vld1:
    case Op::vst1: return 1;
    case Op::vld2:
    case Op::vst2: return 2;
    case Op::vld3:
    case Op::vst3: return 3;
    default: return 4;
  }
}

// Everything that can fail, before anything is changed: the instruction's bytes on the host, or nullptr.
template <Access access>
auto reach(Core& core, const Insn& i, u32 address, u32 bytes) {
  bool fits = !i.align || core.aligned(address, i.align, access);
  return fits ? core.reach<access>(address, bytes) : nullptr;
}
void write_back(Core& core, const Insn& i, u32 bytes) {
  if (i.m != 15) core.state->r[i.n] += i.m == 13 ? bytes : core.state->r[i.m];
}

// VLD1 and VST1 of whole registers, which follow one another.
template <Access access, class T>
bool registers(Core& core, const Insn& i) {
  u32 bytes = i.count * 8u;
  auto* memory = reach<access>(core, i, core.state->r[i.n], bytes);
  if (!memory) return false;
  if (core.state->big_endian) move_elements<access, T>(core, memory, i.d * (8 / sizeof(T)), bytes / sizeof(T));
  else move_elements<access, u64>(core, memory, i.d, i.count);
  write_back(core, i, bytes);
  return true;
}

template <Access access, class T>
bool structures(Core& core, const Insn& i) {
  u32 bytes = i.count * 8u, size = structure_of(i.op);
  auto* memory = reach<access>(core, i, core.state->r[i.n], bytes);
  if (!memory) return false;
  u32 groups = i.count / size, stride = groups == 2 ? 2 : i.stride;
  for (u32 group = 0; group < groups; ++group)
    for (u32 lane = 0; lane < 8 / sizeof(T); ++lane)
      for (u32 part = 0; part < size; ++part, memory += sizeof(T))
        move_elements<access, T>(core, memory, (i.d + group + part * stride) * (8 / sizeof(T)) + lane, 1);
  write_back(core, i, bytes);
  return true;
}

template <Access access, class T>
bool one_lane(Core& core, const Insn& i) {
  u32 bytes = i.count * static_cast<u32>(sizeof(T));
  auto* memory = reach<access>(core, i, core.state->r[i.n], bytes);
  if (!memory) return false;
  for (u32 part = 0; part < i.count; ++part, memory += sizeof(T))
    move_elements<access, T>(core, memory, (i.d + part * i.stride) * (8 / sizeof(T)) + i.index, 1);
  write_back(core, i, bytes);
  return true;
}

template <Access access, class T>
bool to_all_lanes(Core& core, const Insn& i) {
  u32 size = structure_of(i.op), bytes = size * static_cast<u32>(sizeof(T));
  auto* memory = reach<access>(core, i, core.state->r[i.n], bytes);
  if (!memory) return false;
  u32 targets = size == 1 ? i.count : 1;  // VLD1 to one register or two
  for (u32 part = 0; part < size; ++part) {
    T value = core.in_order(load<T>(memory + part * sizeof(T)));
    for (u32 k = 0; k < targets * (8 / sizeof(T)); ++k) lanes<T>(*core.state, i.d + part * i.stride)[k] = value;
  }
  write_back(core, i, bytes);
  return true;
}

template <Access access>
SimdMemory by_form(const Insn& i) {
  constexpr Access a = access;
  if (i.form == Form::lane)
    return i.size == 0 ? one_lane<a, u8> : i.size == 1 ? one_lane<a, u16> : one_lane<a, u32>;
  if (i.form == Form::all_lanes)
    return i.size == 0 ? to_all_lanes<a, u8> : i.size == 1 ? to_all_lanes<a, u16> : to_all_lanes<a, u32>;
  constexpr SimdMemory of_one[] = {registers<a, u8>, registers<a, u16>, registers<a, u32>, registers<a, u64>};
  constexpr SimdMemory of_several[] = {structures<a, u8>, structures<a, u16>, structures<a, u32>, nullptr};
  return (structure_of(i.op) == 1 ? of_one : of_several)[i.size];
}

}  // namespace
}  // namespace neon

SimdMemory neon_memory_function(const isa::Insn& i) {
  using isa::Op;
  switch (i.op) {
    case Op::vld1:
    case Op::vld2:
    case Op::vld3:
    case Op::vld4: return neon::by_form<Access::read>(i);
    case Op::vst1:
    case Op::vst2:
    case Op::vst3:
    case Op::vst4: return neon::by_form<Access::write>(i);
    default: return nullptr;
  }
}

}  // namespace sigtape::cpu
