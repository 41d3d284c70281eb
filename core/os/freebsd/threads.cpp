// thr_new, thr_exit, thr_self, thr_kill, thr_suspend, thr_wake, sysarch (sys/kern/kern_thr.c,
// sys/arm/arm/sys_machdep.c).
#include "core/abi/freebsd/structs.h"
#include "core/os/freebsd/frames.h"
#include "core/os/freebsd/kernel.h"

namespace sigtape::os::freebsd {

namespace {

constexpr u32 thr_suspended = 1;
constexpr i32 linux_clone_thread = 0;
// What a new thread shares with its creator, in the outside's terms: CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM.
constexpr u64 thread_flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x1'0000 | 0x4'0000;
constexpr u32 every_thread = ~u32{0};  // of thr_kill
constexpr u32 call_thr_kill = 433;
enum : u32 { sync_icache = 0, drain_writebuf = 1, set_tp = 2, get_tp = 3, get_vfpstate = 4 };

}  // namespace

// kern_thr_new, cpu_copy_thread, cpu_set_upcall
Answered FreebsdKernel::thr_new(Thread& thread) {
  abi::freebsd::ThrParam param{};
  u32 bytes = thread.call.word(1);
  if (bytes > sizeof param) return fail(Errno::inval);
  if (!space_.read(GuestAddr{thread.call.word(0)}, {reinterpret_cast<u8*>(&param), bytes})) return fail(Errno::fault);
  if (static_cast<u32>(param.flags) & thr_suspended) {
    thread.answer.notes.unsupported = true;
    thread.answer.notes.unsupported_what = "thr_new with THR_SUSPENDED";
    return fail(Errno::inval);
  }
  auto child = std::make_unique<Thread>(engine_.make_state());
  child->cpu = thread.cpu;
  cpu::State& cpu = child->cpu;
  cpu.r[0] = param.arg;
  cpu.r[13] = (param.stack_base + param.stack_size) & ~u32{7};
  cpu.r[15] = param.start_func & ~u32{3};
  cpu.set_cpsr(0);
  cpu.fpscr = initial_fpscr;
  cpu.tpidruro = cpu.tpidrurw = param.tls_base;
  child->mask = thread.mask;
  child->group = thread.group;
  outside_.start_thread(thread, thread.call, {.flags = thread_flags, .exit_signal = linux_clone_thread},
                        std::move(child), thread.answer);
  const auto* started = std::get_if<abi::Done>(&thread.answer.outcome);
  if (!started) return std::nullopt;
  // Both words are written before either thread goes on.
  i32 id = static_cast<i32>(started->value) + abi::freebsd::first_thread_id;
  if (param.child_tid) give(param.child_tid, id);
  if (param.parent_tid) give(param.parent_tid, id);
  thread.answer.outcome = done();
  return std::nullopt;
}

// sys_thr_exit: the word becomes 1, and whoever waits for it is woken. The last thread's exit is the process's.
Answered FreebsdKernel::thr_exit(Thread& thread) {
  if (u32 state = thread.call.word(0); state && give(state, u32{1}))
    wake_sleepers(thread, {SleepKind::word, state}, everybody);
  thread.answer.outcome = abi::Gone{};
  if (is_last_of_group(thread)) {
    end_process(thread, {outside::EndKind::exit, 0});
    return std::nullopt;
  }
  woken_early_.erase(lwpid_of(thread));
  thread.life = Life::ended;
  outside_.end_thread(thread);
  return std::nullopt;
}

Answered FreebsdKernel::thr_self(Thread& thread) {
  return give(thread.call.word(0), lwpid_of(thread)) ? done() : fail(Errno::fault);
}

bool FreebsdKernel::is_thread_id(i32 lwpid) const {
  return threads_.contains(ThreadId{lwpid - abi::freebsd::first_thread_id});
}

// One call of the outside each; id -1 means all other threads of the process.
Answered FreebsdKernel::thr_kill(Thread& thread) {
  if (thread.call.word(0) != every_thread) return ask_outside(thread);
  std::vector<i32> ids;
  for (const auto& [id, other] : threads_)
    if (other.get() != &thread && other->group == thread.group) ids.push_back(lwpid_of(*other));
  if (ids.empty()) return fail(Errno::srch);
  for (i32 id : ids) {
    abi::Call kill{
        .system = abi::System::freebsd, .number = call_thr_kill, .row = thread.call.row, .pc = thread.call.pc};
    kill.words[0] = static_cast<u32>(id);
    kill.words[1] = thread.call.word(1);
    abi::Answer answer;
    outside_.call(thread, kill, answer);
    if (std::holds_alternative<abi::Failed>(answer.outcome)) return answer.outcome;
  }
  return done();
}

Answered FreebsdKernel::thr_suspend(Thread& thread) {
  if (woken_early_.erase(lwpid_of(thread)) != 0) return done();
  sleep_on(thread, {SleepKind::thread, static_cast<u32>(lwpid_of(thread))});
  return std::nullopt;
}

Answered FreebsdKernel::thr_wake(Thread& thread) {
  i32 id = static_cast<i32>(thread.call.word(0));
  if (!is_thread_id(id)) return fail(Errno::srch);
  const SleepKey key{SleepKind::thread, static_cast<u32>(id)};
  if (wake_sleepers(thread, key, 1) == 0) woken_early_.insert(id);
  return done();
}

Answered FreebsdKernel::sysarch(Thread& thread) {
  u32 parameter = thread.call.word(1);
  switch (thread.call.word(0)) {
    case sync_icache: {
      auto range = space_.load<abi::freebsd::ArmSyncIcacheArgs>(GuestAddr{parameter});
      if (!range) return fail(Errno::fault);
      if (u64{range->addr} + range->len > user_end) return fail(Errno::inval);
      engine_.code_changed(GuestAddr{range->addr}, range->len);
      return done();
    }
    case drain_writebuf: return done();
    case set_tp: thread.cpu.tpidruro = thread.cpu.tpidrurw = parameter; return done();
    case get_tp: return done(thread.cpu.tpidrurw);  // the one that user mode may change counts
    case get_vfpstate: {
      struct Arguments {
        u32 bytes, address;
      };
      auto wanted = space_.load<Arguments>(GuestAddr{parameter});
      if (!wanted) return fail(Errno::fault);
      if (wanted->bytes != sizeof(abi::freebsd::McontextVfp)) return fail(Errno::inval);
      return give(wanted->address, vfp_of(thread.cpu)) ? done() : fail(Errno::fault);
    }
    default: return fail(Errno::inval);
  }
}

}  // namespace sigtape::os::freebsd
