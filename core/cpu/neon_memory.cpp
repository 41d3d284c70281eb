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

// Everything that can fail, before anything is changed.
template <Access access>
bool check(Core& core, const Insn& i, u32 address, u32 bytes) {
  if (i.align && !core.aligned(address, i.align, access)) return false;
  return access == Access::read ? core.can_load(address, bytes) : core.can_store(address, bytes);
}
void write_back(Core& core, const Insn& i, u32 bytes) {
  if (i.m != 15) core.state->r[i.n] += i.m == 13 ? bytes : core.state->r[i.m];
}

template <Access access, class T>
bool element(Core& core, u32 address, unsigned d, unsigned lane) {
  T* place = lanes<T>(*core.state, d) + lane;
  if constexpr (access == Access::read) return core.load(address, *place);
  else return core.store(address, *place);
}

template <Access access, class T>
bool structures(Core& core, const Insn& i) {
  u32 address = core.state->r[i.n], bytes = i.count * 8u, size = structure_of(i.op);
  if (sizeof(T) < 8 && size == 1 && !core.state->big_endian) return structures<access, u64>(core, i);  // the same bytes
  if (!check<access>(core, i, address, bytes)) return false;
  u32 groups = i.count / size, stride = groups == 2 ? 2 : i.stride, at = address;
  for (u32 group = 0; group < groups; ++group)
    for (u32 lane = 0; lane < 8 / sizeof(T); ++lane)
      for (u32 part = 0; part < size; ++part, at += sizeof(T))
        if (!element<access, T>(core, at, i.d + group + part * stride, lane)) return false;
  write_back(core, i, bytes);
  return true;
}

template <Access access, class T>
bool one_lane(Core& core, const Insn& i) {
  u32 address = core.state->r[i.n], bytes = i.count * static_cast<u32>(sizeof(T));
  if (!check<access>(core, i, address, bytes)) return false;
  for (u32 part = 0; part < i.count; ++part)
    if (!element<access, T>(core, address + part * sizeof(T), i.d + part * i.stride, i.index)) return false;
  write_back(core, i, bytes);
  return true;
}

template <Access access, class T>
bool to_all_lanes(Core& core, const Insn& i) {
  u32 size = structure_of(i.op), address = core.state->r[i.n], bytes = size * static_cast<u32>(sizeof(T));
  if (!check<access>(core, i, address, bytes)) return false;
  u32 targets = size == 1 ? i.count : 1;  // VLD1 to one register or two
  for (u32 part = 0; part < size; ++part) {
    T value{};
    if (!core.load(address + part * sizeof(T), value)) return false;
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
  constexpr SimdMemory functions[] = {structures<a, u8>, structures<a, u16>, structures<a, u32>, structures<a, u64>};
  return functions[i.size];
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
