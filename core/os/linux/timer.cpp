// The generic timer's registers that Linux lets user mode read (drivers/clocksource/arm_arch_timer.c:
// arch_counter_set_user_access).
#include <algorithm>

#include "core/base/bits.h"
#include "core/base/bytes.h"
#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {

constexpr u32 frequency = 62'500'000, nanoseconds_per_tick = 1'000'000'000 / frequency;
constexpr u32 clock_gettime64 = 403, clock_monotonic = 1;

// MRC and MRRC on p15, whatever the registers; A32 and T32 look alike but for the condition.
constexpr bool is_read_cntvct(u32 insn) { return (insn & 0x0ff0'0fff) == 0x0c50'0f1e; }
constexpr bool is_read_cntfrq(u32 insn) { return (insn & 0x0fff'0fff) == 0x0e1e'0f10; }
constexpr bool is_read_pmuserenr(u32 insn) { return (insn & 0x0fff'0fff) == 0x0e19'0f1e; }

}  // namespace

// The count is the outside's: a clock_gettime64 that the guest has not asked for, and whose result goes into registers.
// False: the thread is where it was (the outside wants a signal taken first).
bool LinuxKernel::read_counter(Thread& thread, u64& ticks) {
  abi::Call& call = thread.call;
  call = {};
  call.number = clock_gettime64;
  call.row = abi::row_of(call.system, call.number);
  call.words = {clock_monotonic, thread.cpu.r[13] & ~7u};
  call.pc = GuestAddr{thread.cpu.r[15]};
  thread.answer.clear();
  outside_.call(thread, call, thread.answer);
  if (std::holds_alternative<abi::NotDone>(thread.answer.outcome)) return false;
  thread.tick = thread.tick + 1;
  ticks = 0;
  if (!thread.answer.writes.empty() && thread.answer.writes[0].bytes.size() == 16) {
    const u8* time = thread.answer.writes[0].bytes.data();
    ticks = (load<u64>(time) * 1'000'000'000 + load<u64>(time + 8)) / nanoseconds_per_tick;
  }
  return true;
}

bool LinuxKernel::read_timer_register(Thread& thread, u32 insn) {
  cpu::State& cpu = thread.cpu;
  if (cpu.thumb ? insn >> 28 != 14 : insn >> 28 == 15) return false;
  u32 to = bits(insn, 15, 12), high = bits(insn, 19, 16);
  if (to == 15) return false;
  if (is_read_cntvct(insn)) {
    u64 ticks;
    if (high == 15 || high == to) return false;
    if (!read_counter(thread, ticks)) return true;
    cpu.r[to] = static_cast<u32>(ticks);
    cpu.r[high] = static_cast<u32>(ticks >> 32);
  } else if (is_read_cntfrq(insn) || is_read_pmuserenr(insn)) {
    cpu.r[to] = is_read_cntfrq(insn) ? frequency : 0;
    thread.tick = thread.tick + 1;
  } else {
    return false;
  }
  cpu.skip_svc();
  if (cpu.thumb) cpu.r[15] += 2;  // it was a 32-bit one
  return true;
}

}  // namespace sigtape::os::linux_eabi
