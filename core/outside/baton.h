// The baton: which of a process's threads runs guest code. Handed over in the order of asking.
#pragma once
#include <atomic>

#include "core/base/ints.h"

namespace sigtape::outside {

// Whether it may be of use to wait without sleeping.
bool there_are_processors_for_two();

// A free or contended word and a queue. Uncontended it costs one compare-and-swap each way; a waiter gets it handed
// over directly. No memory is allocated, and all of it lies in memory that a vfork child shares.
class Baton {
  static constexpr u32 waiting = 0, has_it = 1, asleep = 2;  // Waiter::granted

 public:
  struct Waiter {
    std::atomic<u32> granted{waiting};
    Waiter* next = nullptr;
    bool is_next = false;  // nobody was in the queue before it
  };

  // True if another thread holds it, which the caller should then ask to stop soon before it calls wait().
  bool take_or_queue(Waiter& me);
  void wait(Waiter& me);
  void put_down(Waiter& me);
  bool held_by(const Waiter& me) const;
  bool is_held() const { return holder_.load(std::memory_order_relaxed) != 0; }
  bool is_wanted() const;  // by someone besides the holder
  // Only the caller exists any more (the child after fork), and holds it.
  void reset(Waiter& me);
  // `dead` will never run again: taken out of the queue, and if it held the baton then `heir` does, which is answered.
  bool inherit(Waiter& dead, Waiter& heir);

 private:
  static constexpr u64 wanted = 1;
  static u64 word_of(const Waiter& w) { return reinterpret_cast<u64>(&w); }
  void lock();
  void unlock();
  std::atomic<u64> holder_{0};  // Waiter*, with bit `wanted`: someone is in the queue
  std::atomic<u32> lock_{0};    // of the queue: 0 free, 1 taken, 2 taken and waited for
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace sigtape::outside
