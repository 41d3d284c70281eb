// fork, vfork, rfork, exit (sys/kern/kern_fork.c, kern_exit.c, sys/arm/arm/vm_machdep.c: cpu_fork).
#include "core/base/check.h"
#include "core/os/freebsd/frames.h"
#include "core/os/freebsd/kernel.h"

namespace sigtape::os::freebsd {

namespace {

constexpr i32 host_sigchld = 17;                       // the exit signal is in the outside's numbering
constexpr u64 clone_vm = 0x100, clone_vfork = 0x4000;  // and so are these
enum : u32 {
  rf_fdg = 4,
  rf_proc = 0x10,
  rf_mem = 0x20,
  rf_cfdg = 0x1000,
  rf_thread = 0x2000,
  rf_sigshare = 0x4000,
  rf_ppwait = 0x8000'0000,  // RFSPAWN
};

// cpu_fork: r0 and r1 are 0, carry is clear; the floating-point mode begins anew.
void begin_as_child(cpu::State& cpu) {
  cpu.r[0] = cpu.r[1] = 0;
  cpu.flags.c = 0;
  cpu.fpscr = initial_fpscr;
}

}  // namespace

Answered FreebsdKernel::fork_copy(Thread& thread) {
  outside_.fork(thread, thread.call, {.flags = 0, .exit_signal = host_sigchld}, thread.answer);
  const auto* finished = std::get_if<abi::Done>(&thread.answer.outcome);
  if (!finished || finished->value != 0) return std::nullopt;
  // The child, alone in a copy of the address space.
  begin_as_child(thread.cpu);
  sleepers_.clear();
  woken_early_.clear();
  apply_inheritance();
  thread.mask_to_restore.reset();
  return std::nullopt;
}

// The parent waits for the child's exec or end.
Answered FreebsdKernel::fork_sharing(Thread& thread, u64 flags) {
  auto child = std::make_unique<Thread>(engine_.make_state());
  child->cpu = thread.cpu;
  child->cpu.skip_svc();
  begin_as_child(child->cpu);
  child->mask = thread.mask;
  child->altstack = thread.altstack;
  child->group = std::make_shared<Group>();
  child->group->is_vfork_child = true;
  child->group->dispositions = std::make_shared<Dispositions>(*thread.group->dispositions);
  outside_.vfork(thread, thread.call, {.flags = flags, .exit_signal = host_sigchld}, std::move(child), thread.answer);
  return std::nullopt;
}

Answered FreebsdKernel::fork(Thread& thread) { return fork_copy(thread); }
Answered FreebsdKernel::vfork(Thread& thread) { return fork_sharing(thread, clone_vm | clone_vfork); }

Answered FreebsdKernel::rfork(Thread& thread) {
  u32 flags = thread.call.word(0);
  if (flags & rf_ppwait) {  // RFSPAWN stands alone: as vfork, with caught signals back to their defaults
    if (flags != rf_ppwait) return fail(Errno::inval);
    return fork_sharing(thread, clone_vm | clone_vfork);
  }
  if ((flags & (rf_fdg | rf_cfdg)) == (rf_fdg | rf_cfdg)) return fail(Errno::inval);
  bool plain = (flags & ~rf_fdg) == rf_proc && (flags & rf_fdg);
  if (plain) return fork_copy(thread);
  thread.answer.notes.unsupported = true;
  thread.answer.notes.unsupported_what = "rfork with these flags";
  return fail(Errno::inval);
}

bool FreebsdKernel::is_last_of_group(const Thread& thread) const {
  for (const auto& [id, other] : threads_)
    if (other.get() != &thread && other->group == thread.group && other->life == Life::running) return false;
  return true;
}

void FreebsdKernel::end_process(Thread& thread, const outside::End& end) {
  thread.life = Life::group_ended;
  outside_.end_process(thread, end);
}

Answered FreebsdKernel::exit(Thread& thread) {
  thread.answer.outcome = abi::Gone{};
  end_process(thread, {outside::EndKind::exit, static_cast<i32>(thread.call.word(0) & 0xff)});
  return std::nullopt;
}

}  // namespace sigtape::os::freebsd
