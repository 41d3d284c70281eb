// futex operations with priority inheritance: kernel/futex/pi.c and requeue.c on words of the guest. The sleeping is
// the outside's: its handler of FUTEX_LOCK_PI lets a thread sleep, that of FUTEX_UNLOCK_PI wakes the one that val
// names.
#include "core/os/linux/priority_futex.h"

#include <atomic>

#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {

// include/uapi/linux/futex.h
enum : u32 {
  op_lock_pi = 6,
  op_unlock_pi = 7,
  op_trylock_pi = 8,
  op_wait_requeue_pi = 11,
  op_cmp_requeue_pi = 12,
  op_lock_pi2 = 13,
  flag_private = 128,
  flag_clock_realtime = 256,
  waiters_bit = 0x8000'0000,
  owner_died_bit = 0x4000'0000,
  tid_bits = 0x3fff'ffff,
};
constexpr u32 call_futex = 240;

u32 word_of(ThreadId id) { return static_cast<u32>(id.value); }

}  // namespace

// The word at an address; atomic, because other processes may map it too. Nothing: EFAULT.
std::optional<std::atomic_ref<u32>> LinuxKernel::futex_word(u32 address) {
  u8* host = space_.writable(address, 4);
  if (!host) return std::nullopt;
  return std::atomic_ref<u32>(*reinterpret_cast<u32*>(host));
}

void LinuxKernel::wake_priority_waiter(Thread& thread, u32 address, const Thread& sleeper) {
  abi::Call wake{.system = abi::System::linux_eabi, .number = call_futex, .pc = thread.call.pc};
  wake.row = abi::row_of(wake.system, wake.number);
  wake.words[0] = address;
  wake.words[1] = op_unlock_pi;
  wake.words[2] = word_of(sleeper.id);
  abi::Answer ignored;
  outside_.call(thread, wake, ignored);
}

// futex_lock_pi_atomic: takes the lock for `owner`, or makes the word say that somebody waits. Nullopt: taken.
std::optional<Errno> LinuxKernel::take_priority_lock(u32 address, ThreadId owner, bool others_wait) {
  auto word = futex_word(address);
  if (!word) return Errno::fault;
  for (u32 value = word->load();;) {
    u32 holder = value & tid_bits;
    if (holder == word_of(owner)) return Errno::deadlk;
    const PriorityLock* lock = priority_futexes_.lock_at(address);
    if (lock) return holder == word_of(lock->owner) ? Errno::again : Errno::inval;
    if (holder == 0) {
      u32 taken = (value & owner_died_bit) | word_of(owner) | (others_wait ? u32{waiters_bit} : 0);
      if (word->compare_exchange_weak(value, taken)) return std::nullopt;
      continue;
    }
    if (!word->compare_exchange_weak(value, value | waiters_bit)) continue;
    // attach_to_pi_owner
    auto found = threads_.find(ThreadId{static_cast<i32>(holder)});
    return found != threads_.end() && found->second->life == Life::running ? Errno::again : Errno::srch;
  }
}

// Sleeps until the lock has been handed over, a signal comes or time is up.
void LinuxKernel::wait_for_priority_lock(Thread& thread, u32 address) {
  outside_.call(thread, thread.call, thread.answer);
  if (!priority_futexes_.remove_waiter(address, thread))
    thread.answer.outcome = done();
  else if (failed_with(thread.answer.outcome, Errno::intr))
    thread.answer.outcome = abi::NotDone{};  // ERESTARTNOINTR
}

Answered LinuxKernel::lock_pi(Thread& thread, bool only_try) {
  u32 address = thread.call.word(0);
  auto refusal = take_priority_lock(address, thread.id, false);
  if (!refusal) return done();
  if (refusal != Errno::again || only_try) return fail(*refusal);
  PriorityLock& lock = priority_futexes_.locks[address];
  if (lock.waiters.empty()) lock.owner = ThreadId{static_cast<i32>(futex_word(address)->load() & tid_bits)};
  lock.waiters.push_back(&thread);
  wait_for_priority_lock(thread, address);
  return std::nullopt;
}

// wake_futex_pi: the first one that waits owns the lock from now on.
void LinuxKernel::pass_priority_lock(Thread& thread, u32 address, u32 more_bits) {
  PriorityLock& lock = *priority_futexes_.lock_at(address);
  Thread* next = lock.waiters.front();
  lock.waiters.pop_front();
  lock.owner = next->id;
  if (lock.waiters.empty()) priority_futexes_.locks.erase(address);
  if (auto word = futex_word(address)) word->store(word_of(next->id) | waiters_bit | more_bits);
  wake_priority_waiter(thread, address, *next);
}

Answered LinuxKernel::unlock_pi(Thread& thread) {
  u32 address = thread.call.word(0);
  auto word = futex_word(address);
  if (!word) return fail(Errno::fault);
  if ((word->load() & tid_bits) != word_of(thread.id)) return fail(Errno::perm);
  if (const PriorityLock* lock = priority_futexes_.lock_at(address)) {
    if (lock->owner != thread.id) return fail(Errno::inval);
    pass_priority_lock(thread, address, 0);
  } else {
    word->store(0);
  }
  return done();
}

// exit_pi_state_list: what this thread owns goes to who waits for it, marked.
void LinuxKernel::leave_priority_locks(Thread& thread, const Thread& owner) {
  std::vector<u32> owned;
  for (const auto& [address, lock] : priority_futexes_.locks)
    if (lock.owner == owner.id) owned.push_back(address);
  for (u32 address : owned) pass_priority_lock(thread, address, owner_died_bit);
}

Answered LinuxKernel::wait_requeue_pi(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 address = call.word(0), target = call.word(4);
  if (address == target) return fail(Errno::inval);
  auto word = futex_word(address);
  if (!word || !futex_word(target)) return fail(Errno::fault);
  if (word->load() != call.word(2)) return fail(Errno::again);
  priority_futexes_.requeue[address].push_back({&thread, target});
  outside_.call(thread, thread.call, thread.answer);
  abi::Outcome& outcome = thread.answer.outcome;
  bool interrupted = failed_with(outcome, Errno::intr);
  if (priority_futexes_.remove_requeue_waiter(address, thread)) {
    if (interrupted) outcome = abi::NotDone{};
  } else if (!priority_futexes_.remove_waiter(target, thread)) {
    outcome = done();
  } else if (interrupted || std::holds_alternative<abi::NotDone>(outcome)) {
    outcome = fail(Errno::again);  // the caller has to take the lock itself: the requeue can't be undone
  }
  return std::nullopt;
}

Answered LinuxKernel::cmp_requeue_pi(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 address = call.word(0), target = call.word(4);
  if (address == target || call.word(2) != 1) return fail(Errno::inval);
  auto word = futex_word(address);
  if (!word || !futex_word(target)) return fail(Errno::fault);
  if (word->load() != call.word(5)) return fail(Errno::again);
  auto waiting = priority_futexes_.requeue.find(address);
  if (waiting == priority_futexes_.requeue.end()) return done();
  std::deque<RequeueWaiter> waiters = waiting->second;
  for (const RequeueWaiter& waiter : waiters)
    if (waiter.target != target) return fail(Errno::inval);
  i32 most = static_cast<i32>(call.word(3));
  u32 moved = 0;
  for (const RequeueWaiter& waiter : waiters) {
    if (moved > 0 && static_cast<i32>(moved) > most) break;
    auto refusal = take_priority_lock(target, waiter.thread->id, most > 0 && waiters.size() > 1);
    if (refusal && refusal != Errno::again) return moved ? done(moved) : fail(*refusal);
    priority_futexes_.remove_requeue_waiter(address, *waiter.thread);
    moved++;
    if (!refusal) {
      wake_priority_waiter(thread, address, *waiter.thread);
      continue;
    }
    PriorityLock& lock = priority_futexes_.locks[target];
    if (lock.waiters.empty()) lock.owner = ThreadId{static_cast<i32>(futex_word(target)->load() & tid_bits)};
    lock.waiters.push_back(waiter.thread);
  }
  return done(moved);
}

// Only the process's own threads are in these queues. A lock that processes share would need those of all of them.
bool LinuxKernel::is_shared_futex(u32 address, u32 operation) const {
  if (operation & flag_private) return false;
  const mem::Mapping* mapping = space_.mapping_at(GuestAddr{address});
  return mapping && mapping->sharing == mem::Sharing::shared;
}

Answered LinuxKernel::futex(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 operation = call.word(1), command = operation & ~(flag_private | flag_clock_realtime);
  auto outsiders = [&]() -> Answered {
    outside_.call(thread, thread.call, thread.answer);
    return std::nullopt;
  };
  switch (command) {
    case op_lock_pi:
    case op_unlock_pi:
    case op_trylock_pi:
    case op_cmp_requeue_pi:
    case op_wait_requeue_pi:
    case op_lock_pi2: break;
    default: return outsiders();
  }
  bool has_clock = command == op_wait_requeue_pi || command == op_lock_pi2;
  if ((operation & flag_clock_realtime) && !has_clock) return fail(Errno::nosys);
  if ((call.word(0) & 3) || (command >= op_wait_requeue_pi && command != op_lock_pi2 && (call.word(4) & 3)))
    return fail(Errno::inval);
  if (is_shared_futex(call.word(0), operation)) {
    thread.answer.notes.unsupported = true;
    thread.answer.notes.unsupported_what = "futex with priority inheritance between processes";
    return fail(Errno::nosys);
  }
  switch (command) {
    case op_lock_pi:
    case op_lock_pi2: return lock_pi(thread, false);
    case op_trylock_pi: return lock_pi(thread, true);
    case op_unlock_pi: return unlock_pi(thread);
    case op_wait_requeue_pi: return wait_requeue_pi(thread);
    default: return cmp_requeue_pi(thread);
  }
}

}  // namespace sigtape::os::linux_eabi
