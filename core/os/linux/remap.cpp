// mremap with the checks of mm/mremap.c in the kernel's order.
#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {
enum : u32 { may_move = 1, fixed = 2, dont_unmap = 4 };
}

// vma_to_resize
std::optional<Errno> LinuxKernel::check_resize(u32 from, u32 old_bytes, u32 new_bytes) const {
  const mem::Mapping* mapping = space_.mapping_at(GuestAddr{from});
  if (!mapping || from >= task_size) return Errno::fault;
  if (old_bytes == 0 && mapping->sharing != mem::Sharing::shared) return Errno::inval;
  if (old_bytes > mapping->end() - from) return Errno::fault;  // not across mappings
  if (new_bytes <= old_bytes) return std::nullopt;
  u32 offset = static_cast<u32>((mapping->offset + (from - mapping->begin.value)) >> 12);
  if (offset + (new_bytes >> 12) < offset) return Errno::inval;
  bool data = mapping->prot.write && mapping->sharing == mem::Sharing::private_ && !mapping->grows_down;
  if (!may_grow_by(new_bytes - old_bytes, data)) return Errno::nomem;
  return std::nullopt;
}

// mremap_to: MREMAP_FIXED, MREMAP_DONTUNMAP
abi::Outcome LinuxKernel::remap_to(u32 from, u32 old_bytes, u32 to, u32 new_bytes, u32 flags) {
  if (to & page_mask) return fail(Errno::inval);
  if (new_bytes > task_size || to > task_size - new_bytes) return fail(Errno::inval);
  if (u64{from} + old_bytes > to && u64{to} + new_bytes > from) return fail(Errno::inval);
  if (flags & fixed) {
    abi::Outcome cleared = unmap(to, new_bytes);
    if (std::holds_alternative<abi::Failed>(cleared)) return cleared;
    if (!space_.mapping_at(GuestAddr{from})) return fail(Errno::fault);
  }
  if (old_bytes > new_bytes) {
    unmap(from + new_bytes, old_bytes - new_bytes);
    old_bytes = new_bytes;
  }
  if (auto error = check_resize(from, old_bytes, new_bytes)) return fail(*error);
  GuestAddr at;
  if (auto error = choose_address(to, new_bytes, flags & fixed ? map_fixed : 0, at)) return fail(*error);
  to = at.value;
  mem::Mapping former = *space_.mapping_at(GuestAddr{from});
  bool is_object = former.inode != 0 || former.sharing == mem::Sharing::shared;
  if (old_bytes == 0 || ((flags & dont_unmap) && is_object)) return map_again(from, old_bytes, to, new_bytes);
  if (int error = space_.move(GuestAddr{from}, old_bytes, GuestAddr{to}, new_bytes))
    return abi::Failed{static_cast<u32>(error)};
  if (flags & dont_unmap)
    if (int error = space_.map_anonymous(GuestAddr{from}, old_bytes, former.prot, former.sharing, former.name))
      return abi::Failed{static_cast<u32>(error)};
  return done(to);
}

abi::Outcome LinuxKernel::map_again(u32 from, u32 old_bytes, u32 to, u32 bytes) {
  forget_fork_advice(to, bytes);
  if (int error = space_.map_again(GuestAddr{from}, old_bytes, GuestAddr{to}, bytes))
    return abi::Failed{static_cast<u32>(error)};
  return done(to);
}

Answered LinuxKernel::mremap(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 from = call.word(0), flags = call.word(3), to = call.word(4);
  if (flags & ~(may_move | fixed | dont_unmap)) return fail(Errno::inval);
  if ((flags & (fixed | dont_unmap)) && !(flags & may_move)) return fail(Errno::inval);
  if ((flags & dont_unmap) && call.word(1) != call.word(2)) return fail(Errno::inval);
  if (from & page_mask) return fail(Errno::inval);
  u32 old_bytes = page_up(call.word(1)), new_bytes = page_up(call.word(2));
  if (new_bytes == 0) return fail(Errno::inval);
  const mem::Mapping* mapping = space_.mapping_at(GuestAddr{from});
  if (!mapping || from >= task_size) return fail(Errno::fault);
  if (flags & (fixed | dont_unmap)) {
    return remap_to(from, old_bytes, to, new_bytes, flags);
  }
  if (old_bytes >= new_bytes) {
    if (old_bytes > new_bytes) {
      abi::Outcome cut = unmap(from + new_bytes, old_bytes - new_bytes);
      if (std::holds_alternative<abi::Failed>(cut)) return cut;
    }
    return done(from);
  }
  if (auto error = check_resize(from, old_bytes, new_bytes)) return fail(*error);
  u32 more = new_bytes - old_bytes;
  bool ends_here = old_bytes && u64{from} + old_bytes == mapping->end();
  if (ends_here && u64{from} + new_bytes <= task_size && space_.is_free(GuestAddr{from + old_bytes}, more)) {
    if (int error = space_.move(GuestAddr{from}, old_bytes, GuestAddr{from}, new_bytes))
      return abi::Failed{static_cast<u32>(error)};
    return done(from);
  }
  if (!(flags & may_move)) return fail(Errno::nomem);
  auto at = free_range(new_bytes);
  if (!at) return fail(Errno::nomem);
  if (old_bytes == 0) return map_again(from, 0, at->value, new_bytes);
  if (int error = space_.move(GuestAddr{from}, old_bytes, *at, new_bytes)) return abi::Failed{static_cast<u32>(error)};
  return done(at->value);
}

}  // namespace sigtape::os::linux_eabi
