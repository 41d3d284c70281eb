// Who sleeps on which umtx object, first come first woken; the sleeping itself is the outside's.
#pragma once
#include <algorithm>
#include <deque>
#include <map>

#include "core/os/thread.h"

namespace sigtape::os::freebsd {

// sys/kern/kern_umtx.c keeps waiters of different kinds on one address apart.
enum class SleepKind : u8 { word, mutex, condition, readers, writers, semaphore, thread };

inline constexpr u32 everybody = ~u32{0};  // as a count of sleepers

struct SleepKey {
  SleepKind kind = SleepKind::word;
  u32 address = 0;
  auto operator<=>(const SleepKey&) const = default;
};

// Changed under the baton only, at positions that replay repeats.
class SleepQueue {
 public:
  void add(const SleepKey& key, Thread& thread) { queues_[key].push_back(&thread); }
  // False if it is not there any more: somebody has woken it.
  bool remove(const SleepKey& key, const Thread& thread) {
    auto it = queues_.find(key);
    if (it == queues_.end()) return false;
    auto place = std::find(it->second.begin(), it->second.end(), &thread);
    if (place == it->second.end()) return false;
    it->second.erase(place);
    drop_empty(it);
    return true;
  }
  Thread* take_first(const SleepKey& key) {
    auto it = queues_.find(key);
    if (it == queues_.end()) return nullptr;
    Thread* first = it->second.front();
    it->second.pop_front();
    drop_empty(it);
    return first;
  }
  u32 count(const SleepKey& key) const {
    auto it = queues_.find(key);
    return it == queues_.end() ? 0 : static_cast<u32>(it->second.size());
  }
  void clear() { queues_.clear(); }

 private:
  using Queues = std::map<SleepKey, std::deque<Thread*>>;
  void drop_empty(Queues::iterator it) {
    if (it->second.empty()) queues_.erase(it);
  }
  Queues queues_;
};

}  // namespace sigtape::os::freebsd
