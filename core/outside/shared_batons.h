// Memory that several processes share and write: each such object has a baton of its own, and whoever may see the memory
// holds it while guest code runs. A file mapped shared is an object; so is all the anonymous shared memory that a process
// has in common with those that it forked. A process takes the batons of all its objects in ascending order, after its own
// baton, and puts them down with it; so no two processes wait for each other. Where a baton comes from another process, a
// turn begins, on all objects at once since all were put down: that is what a recorder notes, and what replay follows. A process without such memory pays nothing.
#pragma once
#include <pthread.h>

#include <array>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

struct SharedObject {
  std::atomic<u32> ready;    // 1: the members below are valid
  std::atomic<u32> waiters;
  u64 device, inode;         // of the file; device and inode 0: anonymous memory
  pthread_mutex_t baton;     // robust: its holder may be killed
  u32 owner;                 // who had it last: SharedBatons' member
  u64 turn;
};

// In memory that all processes of a session map; begins as zeros.
struct SharedTable {
  static constexpr u32 size = 1024;
  std::atomic<u32> used;  // objects that are given out, the last of them perhaps not ready yet
  std::array<SharedObject, size> objects;
};

class SharedBatons {
 public:
  struct Turn {
    u32 object = 0;
    u64 number = 0;
    bool first = false;        // of those that were taken together
    bool after_death = false;  // whoever had it before was killed: the memory holds what it did last, wherever that was
  };
  // `member` names this process image among those that take turns.
  void use(SharedTable* table, u32 member) {
    table_ = table;
    member_ = member;
  }
  bool is_member() const { return !mine_.empty(); }
  bool has(u32 object) const;

  std::optional<u32> find(u64 device, u64 inode) const;
  std::optional<u32> find_or_make(u64 device, u64 inode);  // nullopt: the table is full
  std::optional<u32> make_anonymous();
  // From now on with the others. Not held before the next take().
  void join(u32 object);

  void take();
  void put_down();
  bool is_wanted() const;  // by another process
  // Turns that take() began, since the last time that they were asked for.
  bool has_turns() const { return !begun_.empty(); }
  std::vector<Turn> fetch_turns() { return std::exchange(begun_, {}); }
  // In the child after fork: the same objects, held by none.
  void begin_child(u32 member);

 private:
  std::optional<u32> make(u64 device, u64 inode);
  void let_others_pass() const;
  SharedTable* table_ = nullptr;
  u32 member_ = 0;
  std::vector<u32> mine_;  // ascending
  bool held_ = false;
  std::vector<Turn> begun_;
};

}  // namespace sigtape::outside
