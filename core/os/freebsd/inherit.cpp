// minherit: what a child process gets of a range (sys/vm/vm_map.c: vmspace_fork).
#include <algorithm>

#include "core/os/freebsd/kernel.h"

namespace sigtape::os::freebsd {

namespace {
enum : u32 { inherit_share = 0, inherit_copy = 1, inherit_none = 2, inherit_zero = 3 };
}

Answered FreebsdKernel::minherit(Thread& thread) {
  u32 begin = page_down(thread.call.word(0)), how = thread.call.word(2);
  u64 end = (u64{thread.call.word(0)} + thread.call.word(1) + page_mask) & ~u64{page_mask};
  if (end > ~u32{0} || how > inherit_zero) return fail(Errno::inval);
  for (u64 page = begin; page < std::min<u64>(end, user_end); page += mem::page_size) {
    const mem::Mapping* mapping = space_.mapping_at(GuestAddr{static_cast<u32>(page)});
    if (!mapping) continue;
    if (how == inherit_share && mapping->sharing == mem::Sharing::private_) {
      // The two processes would write one private memory; nothing of the host's does that to pages that exist already.
      thread.answer.notes.unsupported = true;
      thread.answer.notes.unsupported_what = "minherit(INHERIT_SHARE) of private memory";
      return fail(Errno::inval);
    }
    bool plain = how == inherit_share || how == inherit_copy;
    if (plain)
      inheritance_.erase(static_cast<u32>(page));
    else
      inheritance_[static_cast<u32>(page)] = how;
  }
  return done();
}

void FreebsdKernel::forget_inheritance(u32 begin, u32 bytes) {
  if (inheritance_.empty()) return;
  inheritance_.erase(inheritance_.lower_bound(begin), inheritance_.lower_bound(begin + bytes));
}

// In the child, before its first instruction. INHERIT_ZERO goes on to its own children.
void FreebsdKernel::apply_inheritance() {
  for (const auto& [page, how] : inheritance_) {
    if (!space_.mapping_at(GuestAddr{page})) continue;
    if (how == inherit_none)
      space_.unmap(GuestAddr{page}, mem::page_size);
    else
      space_.discard(GuestAddr{page}, mem::page_size);
  }
  std::erase_if(inheritance_, [](const auto& entry) { return entry.second == inherit_none; });
}

}  // namespace sigtape::os::freebsd
