// _umtx_op: waiting for a word, waking, and the way to the locks (sys/kern/kern_umtx.c).
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/umtx.h"

namespace sigtape::os::freebsd {

namespace {

constexpr u32 call_thr_wake = 443;

}  // namespace

UserWord FreebsdKernel::word_at(u32 address) {
  return UserWord((address & 3) == 0 ? space_.writable(address, 4) : nullptr);
}

bool FreebsdKernel::sleep_on(Thread& thread, const SleepKey& key) {
  sleepers_.add(key, thread);
  outside_.call(thread, thread.call, thread.answer);
  bool woken = !sleepers_.remove(key, thread);
  if (woken) thread.answer.outcome = done();
  return woken;
}

// The sleeping side is Live's handler of _umtx_op and thr_suspend.
void FreebsdKernel::unpark(Thread& thread, const Thread& sleeper) {
  abi::Call wake{.system = abi::System::freebsd, .number = call_thr_wake, .pc = thread.call.pc};
  wake.row = abi::row_of(wake.system, wake.number);
  wake.words[0] = static_cast<u32>(lwpid_of(sleeper));
  abi::Answer ignored;
  outside_.call(thread, wake, ignored);
}

u32 FreebsdKernel::wake_sleepers(Thread& thread, const SleepKey& key, u32 count) {
  u32 woken = 0;
  for (; woken < count; woken++) {
    const Thread* sleeper = sleepers_.take_first(key);
    if (!sleeper) break;
    unpark(thread, *sleeper);
  }
  return woken;
}

// do_wait: 0 also where the word has another value already.
Answered FreebsdKernel::umtx_wait(Thread& thread) {
  u32 address = thread.call.word(0);
  auto value = space_.load<u32>(GuestAddr{address});
  if (!value) return fail(Errno::fault);
  if (*value != thread.call.word(2)) return done();
  sleep_on(thread, {SleepKind::word, address});
  return std::nullopt;
}

Answered FreebsdKernel::umtx_wake(Thread& thread) {
  wake_sleepers(thread, {SleepKind::word, thread.call.word(0)}, thread.call.word(2));
  return done();
}

Answered FreebsdKernel::umtx_nwake(Thread& thread) {
  for (u32 i = 0; i < thread.call.word(2); i++) {
    auto address = space_.load<u32>(GuestAddr{thread.call.word(0) + i * 4});
    if (!address) return fail(Errno::fault);
    wake_sleepers(thread, {SleepKind::word, *address}, everybody);
  }
  return done();
}

Answered FreebsdKernel::umtx_op(Thread& thread) {
  switch (thread.call.word(1) & ~u32{compatibility_bits}) {
    case op_wait:
    case op_wait_uint:
    case op_wait_uint_private: return umtx_wait(thread);
    case op_wake:
    case op_wake_private: return umtx_wake(thread);
    case op_nwake_private: return umtx_nwake(thread);
    case op_mutex_trylock:
    case op_mutex_lock:
    case op_mutex_wait: return umutex_lock(thread);
    case op_mutex_unlock: return umutex_unlock(thread);
    case op_mutex_wake: return umutex_wake(thread);
    case op_mutex_wake2: return umutex_wake2(thread);
    case op_set_ceiling: return umutex_set_ceiling(thread);
    case op_cv_wait: return ucond_wait(thread);
    case op_cv_signal: return ucond_wake(thread, 1);
    case op_cv_broadcast: return ucond_wake(thread, everybody);
    case op_rw_rdlock: return urwlock_read(thread);
    case op_rw_wrlock: return urwlock_write(thread);
    case op_rw_unlock: return urwlock_unlock(thread);
    case op_sem_wait: return usem_wait(thread);
    case op_sem_wake: return usem_wake(thread);
    case op_sem2_wait: return usem2_wait(thread);
    case op_sem2_wake: return usem2_wake(thread);
    case op_robust_lists: return done();  // kept by libthr; looked at only where an owner dies
    default: break;
  }
  thread.answer.notes.unsupported = true;
  thread.answer.notes.unsupported_what = "umtx operation";
  return fail(Errno::opnotsupp);
}

}  // namespace sigtape::os::freebsd
