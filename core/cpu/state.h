// What an ARMv7-A core holds for one user-mode thread: registers, flags, VFP/NEON file, exclusive monitor.
#pragma once
#include <array>

#include "core/base/ints.h"

namespace sigtape::cpu {

// CPSR as user mode sees it (ARM ARM B1.3.3). Kept unpacked for speed; packed by State::cpsr().
struct Flags {
  u8 n = 0, z = 0, c = 0, v = 0;  // each 0 or 1
  u8 q = 0;                       // sticky saturation
  u8 ge = 0;                      // four bits, one per byte lane
  bool operator==(const Flags&) const = default;
};

// LDREX/STREX. The kernel clears it on every return to user mode (arch/arm/kernel/entry-header.S), and so do we:
// after a system call, a signal, a fault and a thread switch. Open only between LDREX and the next of these.
struct Monitor {
  bool open = false;
  u8 size = 0;      // 1, 2, 4 or 8
  u32 address = 0;
  u64 value = 0;    // what LDREX read: the store is a host compare-and-swap, right also on shared memory
  bool operator==(const Monitor&) const = default;
};

struct State {
  // r[15] is the address of the next instruction to execute (no pipeline offset, bit 0 clear).
  std::array<u32, 16> r{};
  Flags flags;
  bool thumb = false;       // CPSR.T
  bool big_endian = false;  // CPSR.E (SETEND)
  u8 it = 0;                // CPSR.IT[7:0], 0 outside an IT block
  u32 fpscr = 0;            // packed, as VMRS reads it
  u32 tpidruro = 0;         // c13,c0,3: the thread pointer, set by the kernel only
  u32 tpidrurw = 0;         // c13,c0,2: user's own
  Monitor monitor;
  std::array<u64, 32> d{};  // D0-D31; S and Q registers are views of it, little-endian

  // CPSR with mode bits of user mode (0x10), as in signal frames and ptrace.
  u32 cpsr() const {
    return (u32{flags.n} << 31) | (u32{flags.z} << 30) | (u32{flags.c} << 29) | (u32{flags.v} << 28) |
           (u32{flags.q} << 27) | (u32(it & 3) << 25) | (u32{flags.ge} << 16) | (u32(it >> 2) << 10) |
           (u32{big_endian} << 9) | (u32{thumb} << 5) | 0x10;
  }
  // Takes what user mode may change (flags, GE, IT, E, T); the rest of the word is ignored.
  void set_cpsr(u32 word) {
    flags.n = word >> 31;
    flags.z = (word >> 30) & 1;
    flags.c = (word >> 29) & 1;
    flags.v = (word >> 28) & 1;
    flags.q = (word >> 27) & 1;
    flags.ge = (word >> 16) & 15;
    it = static_cast<u8>(((word >> 25) & 3) | (((word >> 10) & 0x3f) << 2));
    big_endian = (word >> 9) & 1;
    thumb = (word >> 5) & 1;
  }
  // Past the SVC at r[15], when its call is over; the IT block goes on (ITAdvance).
  void skip_svc() {
    r[15] += thumb ? 2 : 4;
    it = static_cast<u8>((it & 7) == 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f));
  }
  bool operator==(const State&) const = default;
};

}  // namespace sigtape::cpu
