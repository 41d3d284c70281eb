// Condition variables, reader-writer locks and semaphores of _umtx_op (kern_umtx.c: do_cv_*, do_rw_*, do_sem*).
#include "core/abi/freebsd/structs.h"
#include "core/os/freebsd/kernel.h"

namespace sigtape::os::freebsd {

namespace {

constexpr u32 write_owner = 0x8000'0000, write_waiters = 0x4000'0000, read_waiters = 0x2000'0000,
              reader_mask = 0x1fff'ffff;                                      // URWLOCK_*
constexpr u32 prefer_reader = 2;                                              // URWLOCK_PREFER_READER
constexpr u32 has_waiters = 0x8000'0000;                                      // USEM_HAS_WAITERS
constexpr u32 flags_at = 4, blocked_readers_at = 8, blocked_writers_at = 12;  // struct urwlock
constexpr Errno again{35};

}  // namespace

// --- condition variables. The mutex is released here and taken again in user space.

Answered FreebsdKernel::ucond_wait(Thread& thread) {
  u32 address = thread.call.word(0), mutex = thread.call.word(3);
  const SleepKey key{SleepKind::condition, address};
  UserWord waiters = word_at(address);
  if (!waiters) return fail(Errno::fault);
  u32 before = waiters.load();
  if (before == 0) waiters.store(1);
  if (auto error = release_umutex(thread, mutex)) {
    if (before == 0 && sleepers_.count(key) == 0) waiters.store(0);
    return fail(*error);
  }
  if (sleep_on(thread, key)) return std::nullopt;
  // A time-out or a signal. The mutex is gone by now, so that the call cannot be made again.
  if (sleepers_.count(key) == 0)
    if (UserWord again_there = word_at(address)) again_there.store(0);
  if (std::holds_alternative<abi::NotDone>(thread.answer.outcome)) thread.answer.outcome = fail(Errno::intr);
  return std::nullopt;
}

Answered FreebsdKernel::ucond_wake(Thread& thread, u32 count) {
  const SleepKey key{SleepKind::condition, thread.call.word(0)};
  UserWord waiters = word_at(thread.call.word(0));
  if (!waiters) return fail(Errno::fault);
  u32 there = sleepers_.count(key);
  if (there <= count) waiters.store(0);
  wake_sleepers(thread, key, count);
  return done();
}

// --- reader-writer locks

Answered FreebsdKernel::urwlock_read(Thread& thread) {
  u32 address = thread.call.word(0);
  bool has_slept = false, ended = false;
  while (true) {
    UserWord state = word_at(address), blocked = word_at(address + blocked_readers_at);
    auto flags = space_.load<u32>(GuestAddr{address + flags_at});
    if (!state || !blocked || !flags) return fail(Errno::fault);
    u32 blocking = write_owner;
    if (!((thread.call.word(2) | *flags) & prefer_reader)) blocking |= write_waiters;
    u32 now = state.load();
    if (!(now & blocking)) {
      if ((now & reader_mask) == reader_mask) return fail(again);
      if (!state.change(now, now + 1)) continue;
      if (!has_slept) return done();
      thread.answer.outcome = done();
      return std::nullopt;
    }
    if (ended) return std::nullopt;
    if (!(now & read_waiters) && !state.change(now, now | read_waiters)) continue;
    blocked.store(blocked.load() + 1);
    has_slept = true;
    sleep_on(thread, {SleepKind::readers, address});
    ended = thread.answer.outcome != done();
    state = word_at(address), blocked = word_at(address + blocked_readers_at);
    if (!state || !blocked) continue;
    u32 left = blocked.load() - 1;
    blocked.store(left);
    if (left == 0) state.store(state.load() & ~read_waiters);
  }
}

Answered FreebsdKernel::urwlock_write(Thread& thread) {
  u32 address = thread.call.word(0);
  bool has_slept = false, ended = false;
  while (true) {
    UserWord state = word_at(address), blocked = word_at(address + blocked_writers_at);
    if (!state || !blocked) return fail(Errno::fault);
    u32 now = state.load();
    if (!(now & (write_owner | reader_mask))) {
      if (!state.change(now, now | write_owner)) continue;
      if (!has_slept) return done();
      thread.answer.outcome = done();
      return std::nullopt;
    }
    if (ended) {
      // Readers that waited only because this writer did go on.
      if (!(now & (write_owner | write_waiters))) wake_sleepers(thread, {SleepKind::readers, address}, everybody);
      return std::nullopt;
    }
    if (!(now & write_waiters) && !state.change(now, now | write_waiters)) continue;
    blocked.store(blocked.load() + 1);
    has_slept = true;
    sleep_on(thread, {SleepKind::writers, address});
    ended = thread.answer.outcome != done();
    state = word_at(address), blocked = word_at(address + blocked_writers_at);
    if (!state || !blocked) continue;
    u32 left = blocked.load() - 1;
    blocked.store(left);
    if (left == 0) state.store(state.load() & ~write_waiters);
  }
}

Answered FreebsdKernel::urwlock_unlock(Thread& thread) {
  u32 address = thread.call.word(0);
  UserWord state = word_at(address);
  auto flags = space_.load<u32>(GuestAddr{address + flags_at});
  if (!state || !flags) return fail(Errno::fault);
  u32 now = state.load();
  while (true) {
    u32 next = now - 1;
    if (now & write_owner)
      next = now & ~write_owner;
    else if ((now & reader_mask) == 0)
      return fail(Errno::perm);
    if (state.change(now, next)) break;
    now = state.load();
  }
  bool readers_first = *flags & prefer_reader;
  bool readers = (now & read_waiters) && (readers_first || !(now & write_waiters));
  if (readers)
    wake_sleepers(thread, {SleepKind::readers, address}, everybody);
  else if (now & write_waiters)
    wake_sleepers(thread, {SleepKind::writers, address}, 1);
  return done();
}

// --- semaphores: the count is user space's, the flag that somebody waits the kernel's

Answered FreebsdKernel::usem_wait(Thread& thread) {
  u32 address = thread.call.word(0);
  UserWord waiters = word_at(address), count = word_at(address + 4);
  if (!waiters || !count) return fail(Errno::fault);
  waiters.change(0, 1);
  if (count.load() != 0) return done();
  sleep_on(thread, {SleepKind::semaphore, address});
  return std::nullopt;
}

Answered FreebsdKernel::usem_wake(Thread& thread) {
  const SleepKey key{SleepKind::semaphore, thread.call.word(0)};
  UserWord waiters = word_at(key.address);
  if (!waiters) return fail(Errno::fault);
  if (sleepers_.count(key) == 1) waiters.store(0);
  wake_sleepers(thread, key, 1);
  return done();
}

Answered FreebsdKernel::usem2_wait(Thread& thread) {
  u32 address = thread.call.word(0);
  UserWord count = word_at(address);
  if (!count) return fail(Errno::fault);
  for (u32 now = count.load(); now != has_waiters; now = count.load()) {
    if (now & ~has_waiters) return done();
    if (count.change(now, has_waiters)) break;
  }
  sleep_on(thread, {SleepKind::semaphore, address});
  return std::nullopt;
}

Answered FreebsdKernel::usem2_wake(Thread& thread) {
  const SleepKey key{SleepKind::semaphore, thread.call.word(0)};
  UserWord count = word_at(key.address);
  if (!count) return fail(Errno::fault);
  u32 there = sleepers_.count(key);
  if (there == 1)
    for (u32 now = count.load(); now & has_waiters; now = count.load())
      if (count.change(now, now & ~has_waiters)) break;
  if (there != 0) wake_sleepers(thread, key, 1);
  return done();
}

}  // namespace sigtape::os::freebsd
