// What one instruction works on: the thread's state, guest memory, and a place to say why it cannot be executed.
#pragma once
#include <bit>

#include "core/cpu/engine.h"
#include "core/cpu/state.h"
#include "core/isa/insn.h"
#include "core/mem/space.h"

namespace sigtape::cpu {

struct Core {
  State* state = nullptr;
  mem::Space* space = nullptr;
  Alignment alignment = Alignment::fault;
  u32 pc = 0;  // of the instruction being executed (state->r[15] is stale meanwhile); set for exec_simd
  Stop stop;   // filled by the functions that return false

  // PC as an operand; literals use its value aligned to 4.
  u32 pc_operand() const { return pc + (state->thumb ? 4 : 8); }

  // All bytes of an instruction with one access or several, up to a page, where the host has them; nullptr: a fault, in
  // `stop`. What is reached for writing is to be written.
  template <Access access>
  auto reach(u32 address, u32 bytes) {
    if constexpr (access == Access::read) {
      const u8* from = space->readable(address, bytes);
      if (!from) [[unlikely]]
        refuse(address, bytes, access);
      return from;
    } else {
      u8* to = space->writable(address, bytes);
      if (!to) [[unlikely]]
        refuse(address, bytes, access);
      return to;
    }
  }
  // Data accesses, little- or big-endian by CPSR.E; any alignment. False: a fault, in `stop`; nothing was done.
  template <class T>
  bool load(u32 address, T& value) {
    const u8* from = reach<Access::read>(address, sizeof(T));
    if (!from) [[unlikely]]
      return false;
    value = in_order(sigtape::load<T>(from));
    return true;
  }
  template <class T>
  bool store(u32 address, T value) {
    u8* to = reach<Access::write>(address, sizeof(T));
    if (!to) [[unlikely]]
      return false;
    sigtape::store<T>(to, in_order(value));
    return true;
  }
  // For accesses that ARMv7 wants aligned although SCTLR.A is 0 (ARM ARM A3.2.1). `alignment` is a power of 2.
  bool aligned(u32 address, u32 bytes, Access access) {
    if ((address & (bytes - 1)) == 0) [[likely]]
      return true;
    stop = {.kind = StopKind::alignment, .address = GuestAddr{address}, .access = access};
    return false;
  }
  bool undefined(const isa::Insn& insn) {
    stop = {.kind = StopKind::undefined, .address = GuestAddr{pc}, .access = Access::fetch, .detail = insn.bits};
    return false;
  }

  template <class T>
  T in_order(T value) const {
    if (!state->big_endian) [[likely]]
      return value;
    if constexpr (sizeof(T) == 1)
      return value;
    else if constexpr (sizeof(T) == 2)
      return static_cast<T>(__builtin_bswap16(static_cast<u16>(value)));
    else if constexpr (sizeof(T) == 4)
      return static_cast<T>(__builtin_bswap32(static_cast<u32>(value)));
    else
      return static_cast<T>(__builtin_bswap64(static_cast<u64>(value)));
  }
  // Says that the access failed: `stop` gets the first address of it that is not accessible. Returns false.
  bool refuse(u32 address, u32 bytes, Access access);
};

// VFP and Advanced SIMD (ops_simd.inc): executes `insn` at core.pc, its condition already tested. False: core.stop says
// why, and state and memory are as before the instruction. Does not touch r[15], ITSTATE and the count.
bool exec_simd(Core& core, const isa::Insn& insn);

}  // namespace sigtape::cpu
