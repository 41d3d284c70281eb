// SharedBatons on robust, process-shared mutexes of libc.
#include "core/outside/shared_batons.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

#include <algorithm>

#include "core/base/check.h"

namespace sigtape::outside {
namespace {

// Fails only where memory is not what it should be. True where the holder died.
bool lock(SharedObject& object) {
  int error = pthread_mutex_trylock(&object.baton);
  if (error == EBUSY) {
    object.waiters.fetch_add(1);
    error = pthread_mutex_lock(&object.baton);
    object.waiters.fetch_sub(1);
  }
  bool died = error == EOWNERDEAD;
  if (died) error = pthread_mutex_consistent(&object.baton);
  CHECK_THAT(error == 0, "the baton of shared memory can't be taken (error {})", error);
  return died;
}

}  // namespace

bool SharedBatons::has(u32 object) const { return std::ranges::binary_search(mine_, object); }

std::optional<u32> SharedBatons::find(u64 device, u64 inode) const {
  u32 used = std::min(table_->used.load(std::memory_order_acquire), SharedTable::size);
  for (u32 i = 0; i < used; i++) {
    const SharedObject& object = table_->objects[i];
    // One that is just being made is waited for, unless its maker was killed at that.
    for (int round = 0; round < 1000 && !object.ready.load(std::memory_order_acquire); round++) sched_yield();
    if (object.ready.load(std::memory_order_acquire) && object.device == device && object.inode == inode) return i;
  }
  return std::nullopt;
}

std::optional<u32> SharedBatons::make(u64 device, u64 inode) {
  u32 number = table_->used.fetch_add(1);
  if (number >= SharedTable::size) {
    table_->used.store(SharedTable::size);
    return std::nullopt;
  }
  SharedObject& object = table_->objects[number];
  object.device = device;
  object.inode = inode;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&object.baton, &attributes);
  pthread_mutexattr_destroy(&attributes);
  object.ready.store(1, std::memory_order_release);
  return number;
}

// Two processes that map a file for the first time at once may each make an object of it: the lower number counts for
// both when they look again.
std::optional<u32> SharedBatons::find_or_make(u64 device, u64 inode) {
  if (auto found = find(device, inode)) return found;
  auto made = make(device, inode);
  auto found = find(device, inode);
  return found ? found : made;
}

std::optional<u32> SharedBatons::make_anonymous() { return make(0, 0); }

void SharedBatons::join(u32 object) {
  CHECK_THAT(!held_, "shared memory is joined with batons held");
  mine_.insert(std::ranges::upper_bound(mine_, object), object);
}

void SharedBatons::take() {
  if (mine_.empty()) return;
  let_others_pass();
  held_ = true;
  bool others_came = false;
  std::vector<bool> after_death;
  for (u32 number : mine_) {
    SharedObject& object = table_->objects[number];
    after_death.push_back(lock(object));
    others_came |= object.owner != member_;
  }
  if (!others_came) return;
  for (std::size_t i = 0; i < mine_.size(); i++) {
    SharedObject& object = table_->objects[mine_[i]];
    object.owner = member_;
    begun_.push_back({mine_[i], ++object.turn, i == 0, after_death[i]});
  }
}

void SharedBatons::put_down() {
  if (!held_) return;
  held_ = false;
  for (u32 number : mine_) pthread_mutex_unlock(&table_->objects[number].baton);
}

bool SharedBatons::is_wanted() const {
  return std::ranges::any_of(mine_, [&](u32 number) { return table_->objects[number].waiters.load() != 0; });
}

// A mutex goes to whoever comes first, and after put_down() that would be us again: those who waited have their turn
// before, or some milliseconds to take it.
void SharedBatons::let_others_pass() const {
  if (!is_wanted()) return;
  std::vector<u64> before;
  for (u32 number : mine_) before.push_back(table_->objects[number].turn);
  for (int round = 0; round < 100 && is_wanted(); round++) {
    for (std::size_t i = 0; i < mine_.size(); i++)
      if (table_->objects[mine_[i]].turn != before[i]) return;
    const timespec moment{0, 20'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, nullptr);
  }
}

void SharedBatons::begin_child(u32 member) {
  member_ = member;
  held_ = false;
  begun_.clear();
}

}  // namespace sigtape::outside
