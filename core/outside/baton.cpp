// The baton's slow paths: queue and futex.
#include "core/outside/baton.h"

#include <linux/futex.h>
#include <sched.h>

#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

constexpr unsigned spins = 400;  // some 5 to 15 microseconds: a slice of others, or two calls

void futex_wait(std::atomic<u32>& word, u32 expected) {
  raw_syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr);
}
void futex_wake(std::atomic<u32>& word) { raw_syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1); }

}  // namespace

bool there_are_processors_for_two() {
  static const bool answer = [] {
    cpu_set_t ours;
    return sched_getaffinity(0, sizeof ours, &ours) != 0 || CPU_COUNT(&ours) > 1;
  }();
  return answer;
}

void Baton::lock() {
  u32 expected = 0;
  if (lock_.compare_exchange_strong(expected, 1, std::memory_order_acquire)) return;
  while (lock_.exchange(2, std::memory_order_acquire) != 0) futex_wait(lock_, 2);
}

void Baton::unlock() {
  if (lock_.exchange(0, std::memory_order_release) == 2) futex_wake(lock_);
}

bool Baton::take_or_queue(Waiter& me) {
  u64 expected = 0;
  if (holder_.compare_exchange_strong(expected, word_of(me), std::memory_order_acquire)) return false;
  lock();
  me.granted.store(waiting, std::memory_order_relaxed);
  me.next = nullptr;
  for (u64 now = holder_.load(std::memory_order_relaxed);;) {
    u64 next = now == 0 ? word_of(me) : now | wanted;
    if (!holder_.compare_exchange_weak(now, next, std::memory_order_acquire)) continue;
    if (now == 0) {
      unlock();
      return false;
    }
    break;
  }
  me.is_next = first_ == nullptr;
  if (last_)
    last_->next = &me;
  else
    first_ = &me;
  last_ = &me;
  unlock();
  return true;
}

void Baton::wait(Waiter& me) {
  // Whoever was woken by the holder often needs to wait no longer than for the holder's own next call: two trips into
  // the kernel are saved then, one on either side.
  for (unsigned i = 0; me.is_next && i < spins && there_are_processors_for_two(); i++) {
    if (me.granted.load(std::memory_order_acquire) == has_it) return;
    __builtin_ia32_pause();
  }
  u32 expected = waiting;
  if (!me.granted.compare_exchange_strong(expected, asleep, std::memory_order_acquire)) return;
  while (me.granted.load(std::memory_order_acquire) != has_it) futex_wait(me.granted, asleep);
}

void Baton::put_down(Waiter& me) {
  u64 expected = word_of(me);
  if (holder_.compare_exchange_strong(expected, 0, std::memory_order_release)) return;
  lock();
  Waiter* next = first_;
  if (!next) {  // the one that wanted it died (inherit)
    holder_.store(0, std::memory_order_release);
    unlock();
    return;
  }
  first_ = next->next;
  if (!first_) last_ = nullptr;
  holder_.store(word_of(*next) | (first_ ? wanted : 0), std::memory_order_release);
  unlock();
  // Stored after the unlock and woken by address: `next` may be gone as soon as it sees the store, and a wake-up at an
  // address where nobody waits does no harm.
  if (next->granted.exchange(has_it, std::memory_order_acq_rel) == asleep) futex_wake(next->granted);
}

bool Baton::held_by(const Waiter& me) const {
  return (holder_.load(std::memory_order_relaxed) & ~wanted) == word_of(me);
}

bool Baton::is_wanted() const { return holder_.load(std::memory_order_relaxed) & wanted; }

void Baton::reset(Waiter& me) {
  lock_.store(0, std::memory_order_relaxed);
  first_ = last_ = nullptr;
  holder_.store(word_of(me), std::memory_order_relaxed);
}

bool Baton::inherit(Waiter& dead, Waiter& heir) {
  lock();
  for (Waiter **link = &first_, *before = nullptr; *link; before = *link, link = &before->next) {
    if (*link != &dead) continue;
    *link = dead.next;
    if (last_ == &dead) last_ = before;
    break;
  }
  u64 now = holder_.load(std::memory_order_relaxed);
  bool was_holder = (now & ~wanted) == word_of(dead);
  while (true) {
    u64 next = (now & ~wanted) == 0 ? 0 : ((was_holder ? word_of(heir) : now & ~wanted) | (first_ ? wanted : 0));
    if (holder_.compare_exchange_weak(now, next, std::memory_order_acq_rel)) break;
  }
  unlock();
  return was_holder;
}

}  // namespace sigtape::outside
