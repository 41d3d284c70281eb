// Who waits for which futex with priority inheritance. The kernel changes such a word itself, whenever another waiter
// comes or the lock passes on, so these queues are the emulated kernel's; only the sleeping is the outside's.
#pragma once
#include <algorithm>
#include <deque>
#include <map>

#include "core/os/thread.h"

namespace sigtape::os::linux_eabi {

// kernel/futex/futex.h: struct futex_pi_state. There is one as long as somebody waits. All threads here are of equal
// priority: who came first is served first.
struct PriorityLock {
  ThreadId owner;
  std::deque<Thread*> waiters;
};

// Threads in FUTEX_WAIT_REQUEUE_PI, by the word that they wait at.
struct RequeueWaiter {
  Thread* thread = nullptr;
  u32 target = 0;
};

// Changed under the baton only, at positions that replay repeats.
struct PriorityFutexes {
  std::map<u32, PriorityLock> locks;
  std::map<u32, std::deque<RequeueWaiter>> requeue;

  PriorityLock* lock_at(u32 address) {
    auto it = locks.find(address);
    return it == locks.end() ? nullptr : &it->second;
  }
  // False if it is not there any more: it has been given the lock.
  bool remove_waiter(u32 address, const Thread& thread) {
    auto it = locks.find(address);
    if (it == locks.end()) return false;
    auto& waiters = it->second.waiters;
    auto place = std::find(waiters.begin(), waiters.end(), &thread);
    if (place == waiters.end()) return false;
    waiters.erase(place);
    if (waiters.empty()) locks.erase(it);
    return true;
  }
  bool remove_requeue_waiter(u32 address, const Thread& thread) {
    auto it = requeue.find(address);
    if (it == requeue.end()) return false;
    auto place = std::find_if(it->second.begin(), it->second.end(),
                              [&](const RequeueWaiter& waiter) { return waiter.thread == &thread; });
    if (place == it->second.end()) return false;
    it->second.erase(place);
    if (it->second.empty()) requeue.erase(it);
    return true;
  }
  void clear() {
    locks.clear();
    requeue.clear();
  }
};

}  // namespace sigtape::os::linux_eabi
