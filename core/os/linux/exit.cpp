// The end of threads and processes: robust locks, the cleared thread id and its futex, last thread out.
#include <atomic>
#include <vector>

#include "core/abi/linux/structs.h"
#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {

// include/uapi/linux/futex.h
enum : u32 {
  futex_wake = 1,
  futex_waiters = 0x8000'0000,
  futex_owner_died = 0x4000'0000,
  futex_tid_mask = 0x3fff'ffff
};
constexpr int longest_robust_list = 2048;
constexpr u32 call_futex = 240;

}  // namespace

void LinuxKernel::wake_one(Thread& thread, u32 address) {
  abi::Call wake{.system = abi::System::linux_eabi, .number = call_futex, .pc = thread.call.pc};
  wake.row = abi::row_of(wake.system, wake.number);
  wake.words[0] = address;
  wake.words[1] = futex_wake;
  wake.words[2] = 1;
  abi::Answer ignored;
  outside_.call(thread, wake, ignored);
}

bool LinuxKernel::shares_memory(const Thread& thread) const {
  for (const auto& [id, other] : threads_)
    if (other.get() != &thread && other->life == Life::running) return true;
  return false;
}

bool LinuxKernel::is_last_of_group(const Thread& thread) const {
  for (const auto& [id, other] : threads_)
    if (other.get() != &thread && other->group == thread.group && other->life == Life::running) return false;
  return true;
}

// kernel/futex/core.c: handle_futex_death. False ends the walk.
bool LinuxKernel::release_robust_lock(Thread& thread, const Thread& owner, u32 address, bool priority_inheritance,
                                      bool pending) {
  if (address & 3) return false;
  u8* word = space_.writable(address, 4);
  if (!word) return false;
  std::atomic_ref<u32> futex(*reinterpret_cast<u32*>(word));
  u32 value = futex.load();
  while (true) {
    u32 holder = value & futex_tid_mask;
    if (pending && !priority_inheritance && holder == 0) {
      wake_one(thread, address);  // unlocked, but died before it woke anybody
      return true;
    }
    if (holder != static_cast<u32>(owner.id.value)) return true;
    if (futex.compare_exchange_strong(value, (value & futex_waiters) | futex_owner_died)) break;
  }
  if (!priority_inheritance && (value & futex_waiters)) wake_one(thread, address);
  return true;
}

// kernel/futex/core.c: exit_robust_list
void LinuxKernel::leave_robust_locks(Thread& thread, Thread& owner) {
  u32 head_address = owner.robust_list.value;
  owner.robust_list = GuestAddr{0};
  if (head_address == 0) return;
  auto head = space_.load<abi::linux_eabi::RobustListHead>(GuestAddr{head_address});
  if (!head) return;
  u32 offset = static_cast<u32>(head->futex_offset), pending = head->list_op_pending;
  u32 entry = head->list;
  for (int i = 0; i < longest_robust_list && (entry & ~u32{1}) != head_address; i++) {
    u32 node = entry & ~u32{1};
    auto next = space_.load<u32>(GuestAddr{node});  // before the lock is free and its memory may go
    if (node != (pending & ~u32{1}) && !release_robust_lock(thread, owner, node + offset, entry & 1, false)) return;
    if (!next) return;
    entry = *next;
  }
  if (pending & ~u32{1}) release_robust_lock(thread, owner, (pending & ~u32{1}) + offset, pending & 1, true);
}

// kernel/futex/core.c: futex_exit_release
void LinuxKernel::leave_locks(Thread& thread, Thread& owner) {
  leave_robust_locks(thread, owner);
  leave_priority_locks(thread, owner);
}

// kernel/fork.c: mm_release. Only where somebody is left to look at it.
void LinuxKernel::clear_child_tid(Thread& thread) {
  u32 address = thread.clear_child_tid.value;
  thread.clear_child_tid = GuestAddr{0};
  if (address == 0 || !shares_memory(thread)) return;
  store_bytes(address, bytes_of(u32{0}));
  wake_one(thread, address);
}

void LinuxKernel::end_process(Thread& thread, const outside::End& end) {
  std::vector<ThreadId> ids;  // waking may let others run, which may come to their own ends
  for (const auto& [id, other] : threads_)
    if (other->group == thread.group && other->life == Life::running) ids.push_back(id);
  for (ThreadId id : ids)
    if (auto it = threads_.find(id); it != threads_.end()) leave_locks(thread, *it->second);
  clear_child_tid(thread);
  thread.life = Life::group_ended;
  outside_.end_process(thread, end);
}

void LinuxKernel::end_thread(Thread& thread, const outside::End& end) {
  if (is_last_of_group(thread)) return end_process(thread, end);
  leave_locks(thread, thread);
  clear_child_tid(thread);
  thread.life = Life::ended;
  outside_.end_thread(thread);
}

Answered LinuxKernel::exit(Thread& thread) {
  thread.answer.outcome = abi::Gone{};
  end_thread(thread, {outside::EndKind::exit, static_cast<i32>(thread.call.word(0) & 0xff)});
  return std::nullopt;
}

Answered LinuxKernel::exit_group(Thread& thread) {
  thread.answer.outcome = abi::Gone{};
  end_process(thread, {outside::EndKind::exit, static_cast<i32>(thread.call.word(0) & 0xff)});
  return std::nullopt;
}

}  // namespace sigtape::os::linux_eabi
