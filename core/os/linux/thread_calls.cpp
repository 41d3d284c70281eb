// Small calls about the thread itself: ids and lists it registers, personality, and ARM's private calls.
#include "core/abi/linux/structs.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

Answered LinuxKernel::set_tid_address(Thread& thread) {
  thread.clear_child_tid = GuestAddr{thread.call.word(0)};
  return done(static_cast<u32>(thread.id.value));
}

Answered LinuxKernel::set_robust_list(Thread& thread) {
  if (thread.call.word(1) != sizeof(abi::linux_eabi::RobustListHead)) return fail(Errno::inval);
  thread.robust_list = GuestAddr{thread.call.word(0)};
  return done();
}

Answered LinuxKernel::get_robust_list(Thread& thread) {
  ThreadId id{static_cast<i32>(thread.call.word(0))};
  const Thread* asked = &thread;
  if (id.value != 0) {
    auto it = threads_.find(id);
    if (it == threads_.end()) return fail(Errno::srch);
    asked = it->second.get();
  }
  u32 head = asked->robust_list.value, bytes = sizeof(abi::linux_eabi::RobustListHead);
  if (!store_bytes(thread.call.word(2), bytes_of(bytes))) return fail(Errno::fault);
  if (!store_bytes(thread.call.word(1), bytes_of(head))) return fail(Errno::fault);
  return done();
}

// The kernel's own way back into an interrupted sleep; the host's kernel does that inside of its call, so a guest that
// makes the call itself finds no restart block.
Answered LinuxKernel::restart_syscall(Thread&) { return fail(Errno::intr); }

Answered LinuxKernel::personality(Thread& thread) {
  u32 former = personality_;
  if (thread.call.word(0) != ~u32{0}) personality_ = thread.call.word(0);
  return done(former);
}

// arch/arm/kernel/traps.c: arm_syscall
Answered LinuxKernel::arm_private(Thread& thread) {
  const abi::Call& call = thread.call;
  enum class Pc : u8 { stays, behind };
  auto raised = [&](i32 number, i32 code, u32 address, Pc pc) -> Answered {
    SigInfo info{.signal = Signal{number}, .code = code, .address = GuestAddr{address}};
    cpu::State before = thread.cpu;
    if (pc == Pc::behind) thread.cpu.skip_svc();
    if (raise(thread, info)) return abi::Gone{};
    thread.cpu = before;
    return abi::NotDone{};
  };
  auto refused = [&](i32 number, i32 code, u32 address, u32 status) {  // arm_notify_die
    thread.trap_number = 0;
    thread.fault_status = status;
    return raised(number, code, address, Pc::behind);
  };
  constexpr i32 trap_breakpoint = 1, segv_maperr = 1, ill_illegal_trap = 4;
  switch (call.number) {
    case 0xf0000: return refused(signal::segv, segv_maperr, 0, 0);  // branch through zero
    case 0xf0001: return raised(signal::trap, trap_breakpoint, call.pc.value, Pc::stays);
    case 0xf0002: {  // cacheflush(begin, end, flags)
      u32 begin = call.word(0), end = call.word(1);
      if (end < begin || call.word(2)) return fail(Errno::inval);
      if (end > task_size) return fail(Errno::fault);
      engine_.code_changed(GuestAddr{begin}, end - begin);
      return done();
    }
    case 0xf0005: thread.cpu.tpidruro = call.word(0); return done();
    case 0xf0006: return done(thread.cpu.tpidruro);
    default: break;
  }
  bool is_mode_switch = call.number == 0xf0003 || call.number == 0xf0004;  // usr26, usr32: ARMv7 has no 26-bit mode
  if (!is_mode_switch && (call.number & 0xffff) <= 0x7ff && call.number >> 16 == 0xf) return fail(Errno::nosys);
  return refused(signal::ill, ill_illegal_trap, call.pc.value, call.number);
}

}  // namespace sigtape::os::linux_eabi
