// What translated code finds at rsp: the guest thread's state while it runs, and the words it leaves with.
#pragma once
#include <cstddef>

#include "core/cpu/state.h"

namespace sigtape::jit {

// Why translated code came back (Context::exit_kind).
enum class Exit : u32 {
  jump,     // to exit_pc, whose translation was not known here; through the link exit_link, or through the table
  expired,  // the budget does not reach over the block at exit_pc
  fault,    // a host fault: fault_pc, fault_eflags
  stopped,  // the interpreter did an instruction and does not want to go on (state is exact, flags_image is not)
  svc,      // at the SVC at exit_pc; exit_link is its immediate
};

constexpr u32 no_link = ~0u;

// The guest's flags in translated code, where they are at home: N and Z are bits 7 and 6 of ah, V is al, C is a byte
// in memory.
struct alignas(64) Context {
  u8 c = 0;  // bit_test reads the word
  u8 unused[3] = {};
  Exit exit_kind = Exit::jump;
  u32 exit_pc = 0;  // bit 0: Thumb
  u32 exit_link = 0;
  i64 counter = 0;
  u32 flags_image = 0;  // rax
  u32 constant_63 = 63;
  u32 constant_0 = 0;
  u32 flags_apart = 0;  // rax, while an instruction needs the register
  cpu::State state;     // r[] lies within reach of 8-bit offsets
  u64 host_rsp = 0;
  u64 fault_pc = 0;
  u64 fault_eflags = 0;
  u64 (*step)(Context*, u32 pc, u32 detail) = nullptr;
  void* engine = nullptr;
  u64 (*const* helpers)(u32, u32) = nullptr;
};
static_assert(offsetof(Context, state) + offsetof(cpu::State, r) + 64 <= 128);

}  // namespace sigtape::jit
