// futex on the guest's own words: the host kernel compares and queues at their host addresses.
#include <linux/futex.h>
#include <sys/syscall.h>

#include <vector>

#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

template <class Time>
void wait(CallContext& c, u32 operation) {
  auto timeout = fetch_optional<Time>(c, c.at(3));
  if (!timeout.ok) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  c.finish(c.blocking_for_wake(c.at(0), SYS_futex, c.pointer(0), operation, c.word(2), host, nullptr, c.word(5)));
}

// The host kernel changes the word at uaddr2 itself: its new value is part of the answer.
void wake_and_change(CallContext& c, u32 operation) {
  HostResult r = c.immediate(SYS_futex, c.pointer(0), operation, c.word(2), u64{c.word(3)}, c.pointer(4), c.word(5));
  if (r.done)
    if (auto changed = c.space.load<u32>(c.at(4)); changed && c.can_write(c.at(4), 4)) c.put(c.at(4), *changed);
  c.finish(r);
}

constexpr u32 parked = 0, woken = 1;

// The sleeping side of locks with priority inheritance, whose queues are the emulated kernel's
// (core/os/linux/priority_futex.cpp): a thread waits at its own parking place. Times are absolute.
template <class Time>
void park(CallContext& c, bool real_time) {
  auto timeout = fetch_optional<Time>(c, c.at(3));
  if (!timeout.ok) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  std::atomic<u32>& place = c.parking_place(c.thread.id);
  place.store(parked);
  int operation = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | (real_time ? FUTEX_CLOCK_REALTIME : 0);
  HostResult r = c.blocking(SYS_futex, &place, operation, parked, host, nullptr, FUTEX_BITSET_MATCH_ANY);
  // Woken, even if a signal came as well: the lock is this thread's already.
  if (place.load() == woken) return c.done(0);
  c.finish(r);
}

void unpark(CallContext& c) {
  std::atomic<u32>& place = c.parking_place(ThreadId{c.signed_word(2)});
  place.store(woken);
  c.immediate(SYS_futex, &place, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
  c.done(0);
}

template <class Time>
void futex_as(CallContext& c) {
  u32 operation = c.word(1);
  switch (operation & static_cast<u32>(FUTEX_CMD_MASK)) {
    case FUTEX_WAIT: case FUTEX_WAIT_BITSET: return wait<Time>(c, operation);
    case FUTEX_WAKE: case FUTEX_WAKE_BITSET:
      // Whoever is woken gets the baton while we are still in the call, which takes long if a processor has to wake up.
      c.note_wake(c.at(0));
      return c.finish(c.blocking(SYS_futex, c.pointer(0), operation, c.word(2), nullptr, nullptr, c.word(5)));
    case FUTEX_REQUEUE: case FUTEX_CMP_REQUEUE:
      return c.finish(
          c.immediate(SYS_futex, c.pointer(0), operation, c.word(2), u64{c.word(3)}, c.pointer(4), c.word(5)));
    case FUTEX_WAKE_OP: return wake_and_change(c, operation);
    case FUTEX_LOCK_PI: return park<Time>(c, true);
    case FUTEX_LOCK_PI2: case FUTEX_WAIT_REQUEUE_PI: return park<Time>(c, operation & FUTEX_CLOCK_REALTIME);
    case FUTEX_UNLOCK_PI: return unpark(c);
    default: return c.fail(ENOSYS);
  }
}

void futex_waitv_(CallContext& c) {
  u32 count = c.word(1);
  constexpr u32 most = 128;  // FUTEX_WAITV_MAX
  if (count == 0 || count > most || c.word(2)) return c.fail(EINVAL);
  std::vector<guest::FutexWaitv> waiters(count);
  if (!c.space.read(c.at(0), {reinterpret_cast<u8*>(waiters.data()), count * sizeof waiters[0]})) return c.fail(EFAULT);
  for (auto& waiter : waiters) {
    if (waiter.uaddr > 0xffff'ffff) return c.fail(EFAULT);
    waiter.uaddr = reinterpret_cast<u64>(c.pointer(GuestAddr{static_cast<u32>(waiter.uaddr)}));
  }
  auto timeout = fetch_optional<guest::Timespec64>(c, c.at(3));
  if (!timeout.ok) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  constexpr long number = 449;  // SYS_futex_waitv, the same everywhere
  c.finish(c.blocking(number, waiters.data(), count, 0, host, c.signed_word(4)));
}

}  // namespace

HandlerTable futex_handlers() {
  static constexpr NamedHandler table[] = {
      {"futex", futex_as<guest::Timespec32>},
      {"futex_time64", futex_as<guest::Timespec64>},
      {"futex_waitv", futex_waitv_},
  };
  return table;
}

}  // namespace sigtape::outside
