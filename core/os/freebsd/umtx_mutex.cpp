// umutex: locking, unlocking and waiting by the kernel's own protocol on the owner word (kern_umtx.c: do_lock_normal,
// do_unlock_normal, do_wake_umutex, do_wake2_umutex). Priorities play no part here, so those mutexes are locked alike.
#include "core/abi/freebsd/structs.h"
#include "core/os/freebsd/kernel.h"
#include "core/os/freebsd/umtx.h"

namespace sigtape::os::freebsd {

namespace {

constexpr u32 unowned = 0, contested = 0x8000'0000;                               // UMUTEX_UNOWNED, UMUTEX_CONTESTED
constexpr u32 owner_dead = contested | 0x10, not_recoverable = contested | 0x11;  // UMUTEX_RB_*
constexpr u32 flag_nonconsistent = 0x20;                                          // UMUTEX_NONCONSISTENT

bool is_free(u32 owner) {
  return owner == unowned || owner == contested || owner == owner_dead || owner == not_recoverable;
}

// What a free word becomes, and what the new owner is told.
struct Taken {
  bool taken = false;
  abi::Outcome outcome;
};
Taken take(UserWord word, u32 owner, u32 id) {
  switch (owner) {
    case owner_dead: return {word.change(owner, id | contested), fail(Errno::ownerdead)};
    case not_recoverable: return {true, fail(Errno::notrecoverable)};
    case unowned: return {word.change(owner, id), done()};
    case contested: return {word.change(owner, id | contested), done()};
    default: return {};
  }
}

}  // namespace

Answered FreebsdKernel::umutex_lock(Thread& thread) {
  u32 address = thread.call.word(0), operation = thread.call.word(1) & ~u32{0xc000'0000};
  u32 id = static_cast<u32>(lwpid_of(thread));
  bool has_slept = false, ended = false;
  while (true) {
    UserWord word = word_at(address);
    if (!word) return fail(Errno::fault);
    u32 owner = word.load();
    Taken taken;
    if (operation != op_mutex_wait)
      taken = take(word, owner, id);
    else if (is_free(owner))
      taken = {true, done()};
    if (taken.taken && !has_slept) return taken.outcome;
    if (taken.taken) {
      thread.answer.outcome = taken.outcome;
      return std::nullopt;
    }
    if (operation == op_mutex_trylock) return fail(Errno::busy);
    if (ended) return std::nullopt;  // by a signal or a time-out, after one more try
    // So that unlocking in user space comes to the kernel.
    if (is_free(owner) || !word.change(owner, owner | contested)) continue;
    has_slept = true;
    sleep_on(thread, {SleepKind::mutex, address});
    ended = thread.answer.outcome != done();
  }
}

std::optional<Errno> FreebsdKernel::release_umutex(Thread& thread, u32 address) {
  u32 id = static_cast<u32>(lwpid_of(thread));
  UserWord word = word_at(address);
  auto mutex = space_.load<abi::freebsd::Umutex>(GuestAddr{address});
  if (!word || !mutex) return Errno::fault;
  const SleepKey key{SleepKind::mutex, address};
  u32 owner = word.load();
  do {
    if ((owner & ~contested) != id) return Errno::perm;
    owner = word.load();
    u32 next = mutex->flags & flag_nonconsistent ? not_recoverable : unowned;
    // Unowned where nobody or one thread waits for it.
    if (sleepers_.count(key) > 1) next |= contested;
    if (word.change(owner, next)) break;
  } while (true);
  if (owner & contested) wake_sleepers(thread, key, 1);
  return std::nullopt;
}

Answered FreebsdKernel::umutex_unlock(Thread& thread) {
  auto error = release_umutex(thread, thread.call.word(0));
  return error ? fail(*error) : done();
}

Answered FreebsdKernel::umutex_wake(Thread& thread) {
  u32 address = thread.call.word(0);
  const SleepKey key{SleepKind::mutex, address};
  UserWord word = word_at(address);
  if (!word) return fail(Errno::fault);
  u32 owner = word.load();
  if (!is_free(owner)) return done();
  u32 waiting = sleepers_.count(key);
  if (waiting <= 1 && owner == contested) word.change(contested, unowned);
  if (waiting != 0) wake_sleepers(thread, key, 1);
  return done();
}

// Repairs the contested bit where somebody waits; userland has set the word to unowned by then.
Answered FreebsdKernel::umutex_wake2(Thread& thread) {
  u32 address = thread.call.word(0);
  const SleepKey key{SleepKind::mutex, address};
  u32 waiting = sleepers_.count(key);
  UserWord word = word_at(address);
  if (!word) return fail(Errno::fault);
  u32 owner = word.load();
  while (!(owner & contested) && (waiting > 1 || (waiting == 1 && owner != unowned))) {
    if (word.change(owner, owner | contested)) {
      owner |= contested;
      break;
    }
    owner = word.load();
  }
  if (waiting != 0 && is_free(owner)) wake_sleepers(thread, key, 1);
  return done();
}

Answered FreebsdKernel::umutex_set_ceiling(Thread& thread) {
  constexpr u32 ceilings_at = offsetof(abi::freebsd::Umutex, ceilings);
  u32 address = thread.call.word(0) + ceilings_at;
  auto old = space_.load<u32>(GuestAddr{address});
  if (!old || !give(address, thread.call.word(2))) return fail(Errno::fault);
  if (u32 at = thread.call.word(3); at && !give(at, *old)) return fail(Errno::fault);
  return done();
}

}  // namespace sigtape::os::freebsd
