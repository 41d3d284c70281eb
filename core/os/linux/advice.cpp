// madvise, mincore, msync, mlock and their kin; what madvise said about fork.
#include <algorithm>

#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {

// include/uapi/asm-generic/mman-common.h
enum : u32 {
  adv_normal = 0,
  adv_random = 1,
  adv_sequential = 2,
  adv_willneed = 3,
  adv_dontneed = 4,
  adv_free = 8,
  adv_remove = 9,
  adv_dontfork = 10,
  adv_dofork = 11,
  adv_mergeable = 12,
  adv_unmergeable = 13,
  adv_hugepage = 14,
  adv_nohugepage = 15,
  adv_dontdump = 16,
  adv_dodump = 17,
  adv_wipeonfork = 18,
  adv_keeponfork = 19,
  adv_cold = 20,
  adv_pageout = 21,
  adv_populate_read = 22,
  adv_populate_write = 23,
  adv_dontneed_locked = 24,
};

bool is_known_advice(u32 advice) {
  return advice <= adv_dontneed || (advice >= adv_free && advice <= adv_dontneed_locked);
}

enum : u32 { ms_async = 1, ms_invalidate = 2, ms_sync = 4 };
enum : u32 { mcl_current = 1, mcl_future = 2, mcl_onfault = 4 };
constexpr u32 lock_onfault = 1;

}  // namespace

// One mapping's part of madvise; Errno{} for success. Residency is never guest-visible here (mincore says "resident"),
// so advice about it has nothing to do.
Errno LinuxKernel::advise(u32 begin, u32 end, u32 advice, const mem::Mapping& mapping) {
  bool anonymous_private = mapping.inode == 0 && mapping.sharing == mem::Sharing::private_;
  switch (advice) {
    case adv_dontneed:
    case adv_dontneed_locked: return static_cast<Errno>(space_.discard(GuestAddr{begin}, end - begin));
    case adv_free: return anonymous_private ? Errno{} : Errno::inval;  // the kernel may also never free them
    case adv_wipeonfork:
      if (!anonymous_private) return Errno::inval;
      [[fallthrough]];
    case adv_keeponfork:
    case adv_dontfork:
    case adv_dofork: note_fork_advice(begin, end, advice); return Errno{};
    case adv_remove:
      if (anonymous_private) return Errno::inval;
      if (mapping.sharing != mem::Sharing::shared || mapping.never_writable) return Errno::acces;
      clear(begin, std::min(end, mapping.begin.value + mem::bytes_in_file(mapping)), mem::can_be_read(mapping.prot));
      return Errno{};
    case adv_populate_read:
      return mem::can_be_read(mapping.prot) ? Errno{} : Errno::fault;
    case adv_populate_write: return mapping.prot.write ? Errno{} : Errno::fault;
    default: return Errno{};
  }
}

// A hole in shared memory or in a file reads as zeros. That a file's zeros have no blocks is not done.
void LinuxKernel::clear(u32 begin, u32 end, bool can_be_read) {
  static constexpr u8 zeros[mem::page_size] = {};
  for (u32 page = begin; page < end; page += mem::page_size) {
    bool gone = can_be_read && !space_.can_read(GuestAddr{page}, 1);  // the file has been shortened meanwhile
    if (!gone) space_.poke(GuestAddr{page}, zeros);
  }
}

Answered LinuxKernel::madvise(Thread& thread) {
  u32 begin = thread.call.word(0), length = thread.call.word(1), advice = thread.call.word(2);
  if (!is_known_advice(advice)) return fail(Errno::inval);
  if (begin & page_mask) return fail(Errno::inval);
  u32 bytes = page_up(length);
  if (length != 0 && bytes == 0) return fail(Errno::inval);
  if (u64{begin} + bytes > u64{1} << 32) return fail(Errno::inval);
  if (bytes == 0) return done();
  u64 next = begin, end = std::min<u64>(u64{begin} + bytes, task_size);
  bool hole = u64{begin} + bytes > task_size;
  while (next < end) {
    const mem::Mapping* mapping = space_.mapping_at(GuestAddr{static_cast<u32>(next)});
    if (!mapping) {  // goes on behind the hole, and says so in the end (mm/madvise.c: madvise_walk_vmas)
      hole = true;
      auto after = space_.mappings().lower_bound(static_cast<u32>(next));
      if (after == space_.mappings().end()) break;
      next = after->first;
      continue;
    }
    u32 stop = static_cast<u32>(std::min<u64>(end, mapping->end()));
    Errno error = advise(static_cast<u32>(next), stop, advice, *mapping);
    if (error != Errno{}) return fail(error);
    next = stop;
  }
  return hole ? fail(Errno::nomem) : done();
}

void LinuxKernel::note_fork_advice(u32 begin, u32 end, u32 advice) {
  for (u32 page = begin; page < end; page += mem::page_size) {
    bool lasting = advice == adv_dontfork || advice == adv_wipeonfork;
    auto it = lasting ? fork_advice_.try_emplace(page).first : fork_advice_.find(page);
    if (it == fork_advice_.end()) continue;
    if (advice == adv_dontfork || advice == adv_dofork) it->second.drop = lasting;
    if (advice == adv_wipeonfork || advice == adv_keeponfork) it->second.wipe = lasting;
    if (!it->second.drop && !it->second.wipe) fork_advice_.erase(it);
  }
}

void LinuxKernel::forget_fork_advice(u32 begin, u32 bytes) {
  if (fork_advice_.empty()) return;
  fork_advice_.erase(fork_advice_.lower_bound(begin), fork_advice_.lower_bound(begin + bytes));
}

// In the child, before its first instruction. A child inherits advice to wipe (VM_WIPEONFORK stays set).
void LinuxKernel::apply_fork_advice() {
  for (const auto& [page, advice] : fork_advice_) {
    if (!space_.mapping_at(GuestAddr{page})) continue;
    if (advice.drop)
      space_.unmap(GuestAddr{page}, mem::page_size);
    else
      space_.discard(GuestAddr{page}, mem::page_size);
  }
  std::erase_if(fork_advice_, [](const auto& entry) { return entry.second.drop; });
}

// All that is mapped is resident: a guest must not see the host's page cache.
Answered LinuxKernel::mincore(Thread& thread) {
  u32 begin = thread.call.word(0), bytes = page_up(thread.call.word(1));
  if (begin & page_mask) return fail(Errno::inval);
  if (thread.call.word(1) != 0 && bytes == 0) return fail(Errno::nomem);
  if (u64{begin} + thread.call.word(1) > task_size) return fail(Errno::nomem);
  u32 pages = bytes >> 12, vector = thread.call.word(2);
  if (!kernel_writable(vector, pages)) return fail(Errno::fault);
  for (u32 i = 0; i < pages; i++) {
    if (!space_.mapping_at(GuestAddr{begin + (i << 12)})) return fail(Errno::nomem);
    space_.store<u8>(GuestAddr{vector + i}, 1);
  }
  return done();
}

// Checked here; writing a shared file mapping back is the host's, whose page cache it is.
Answered LinuxKernel::msync(Thread& thread) {
  u32 begin = thread.call.word(0), bytes = page_up(thread.call.word(1)), flags = thread.call.word(2);
  if (flags & ~(ms_async | ms_invalidate | ms_sync)) return fail(Errno::inval);
  if (begin & page_mask) return fail(Errno::inval);
  if ((flags & ms_async) && (flags & ms_sync)) return fail(Errno::inval);
  if (thread.call.word(1) != 0 && u64{begin} + bytes >= u64{1} << 32) return fail(Errno::nomem);
  if (bytes != 0 && !space_.is_mapped(GuestAddr{begin}, bytes)) return fail(Errno::nomem);
  if (!(flags & ms_sync)) return done();
  outside_.call(thread, thread.call, thread.answer);
  return std::nullopt;
}

// Locking only keeps pages resident, which nothing that a guest sees depends on; holes are its one error.
Answered LinuxKernel::mlock(Thread& thread) {
  u32 begin = page_down(thread.call.word(0));
  u32 bytes = page_up(thread.call.word(1) + (thread.call.word(0) & page_mask));
  if (u64{begin} + bytes > u64{1} << 32) return fail(Errno::inval);
  if (bytes != 0 && !space_.is_mapped(GuestAddr{begin}, bytes)) return fail(Errno::nomem);
  return done();
}
Answered LinuxKernel::munlock(Thread& thread) { return mlock(thread); }
Answered LinuxKernel::mlock2(Thread& thread) {
  if (thread.call.word(2) & ~lock_onfault) return fail(Errno::inval);
  return mlock(thread);
}
Answered LinuxKernel::mlockall(Thread& thread) {
  u32 flags = thread.call.word(0);
  if (flags == 0 || (flags & ~(mcl_current | mcl_future | mcl_onfault)) || flags == mcl_onfault)
    return fail(Errno::inval);
  return done();
}
Answered LinuxKernel::munlockall(Thread&) { return done(); }

}  // namespace sigtape::os::linux_eabi
