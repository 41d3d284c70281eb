// brk, mmap2, munmap, mprotect: the address space as mm/mmap.c and mm/mprotect.c keep it.
#include <algorithm>

#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {

enum : u32 {
  prot_read = 1,
  prot_write = 2,
  prot_exec = 4,
  prot_sem = 8,
  prot_growsdown = 0x0100'0000,
  prot_growsup = 0x0200'0000
};
enum : u32 {
  map_shared = 1,
  map_private = 2,
  map_shared_validate = 3,
  map_type = 15,
  map_anonymous = 32,
  map_growsdown = 0x100,
  map_noreserve = 0x4000,
  map_stack = 0x2'0000,
  map_fixed_noreplace = 0x10'0000
};
constexpr u32 read_implies_exec = 0x0040'0000;  // include/uapi/linux/personality.h

}  // namespace

mem::Prot LinuxKernel::prot_of(u32 bits) const {
  mem::Prot prot{(bits & prot_read) != 0, (bits & prot_write) != 0, (bits & prot_exec) != 0};
  if (prot.read && (personality_ & read_implies_exec)) prot.exec = true;
  return prot;
}

// mm/mmap.c: may_expand_vm
bool LinuxKernel::may_grow_by(u32 bytes, bool is_data) const {
  if (limits_.space == ~u64{0} && (!is_data || limits_.data == ~u64{0})) return true;
  u64 whole = bytes, data = bytes;
  for (const auto& [begin, mapping] : space_.mappings()) {
    if (begin >= task_size) continue;
    whole += mapping.bytes;
    if (mapping.prot.write && mapping.sharing == mem::Sharing::private_ && !mapping.grows_down) data += mapping.bytes;
  }
  // A limit of 0 is let pass, for Valgrind's sake.
  return whole <= limits_.space && (!is_data || limits_.data == 0 || data <= limits_.data);
}

// --- brk

Answered LinuxKernel::brk(Thread& thread) {
  u32 wanted = thread.call.word(0);
  if (wanted < brk_start_ || wanted >= task_size) return done(brk_end_);
  u32 old_end = page_up(brk_end_), new_end = page_up(wanted);
  if (u64{wanted} - brk_start_ > limits_.data) return done(brk_end_);
  if (new_end < old_end) {
    if (space_.unmap(GuestAddr{new_end}, old_end - new_end) != 0) return done(brk_end_);
  } else if (new_end > old_end) {
    // One page of distance to what follows, and a guard gap if that is a stack.
    u32 more = new_end - old_end;
    auto next = space_.mappings().lower_bound(old_end);
    if (next != space_.mappings().end()) {
      u32 begin = next->second.begin.value;
      if (next->second.grows_down) begin -= std::min(begin, guard_gap);
      if (u64{new_end} + mem::page_size > begin) return done(brk_end_);
    }
    if (!space_.is_free(GuestAddr{old_end}, more) || !may_grow_by(more, true)) return done(brk_end_);
    if (space_.map_anonymous(GuestAddr{old_end}, more, prot_of(prot_read | prot_write), mem::Sharing::private_,
                             "[heap]") != 0)
      return done(brk_end_);
  }
  brk_end_ = wanted;
  return done(wanted);
}

// --- mmap2

// arch_get_unmapped_area_topdown: below mmap_base first, then anywhere above a third of the space, bottom up in the
// kernel; the remaining room is the same, so here it is searched top down as well.
std::optional<GuestAddr> LinuxKernel::free_range(u32 bytes) const {
  if (auto at = space_.find_gap(bytes, GuestAddr{mmap_base_}, GuestAddr{lowest_address})) return at;
  return space_.find_gap(bytes, GuestAddr{task_size}, GuestAddr{page_up(task_size / 3)});
}

std::optional<Errno> LinuxKernel::choose_address(u32 wanted, u32 bytes, u32 flags, GuestAddr& at) const {
  bool is_fixed = flags & (map_fixed | map_fixed_noreplace);
  if (is_fixed && wanted < first_user_address) return Errno::inval;  // arch/arm/include/asm/mman.h: arch_mmap_check
  if (bytes > task_size) return Errno::nomem;
  if (is_fixed) {
    if (wanted > task_size - bytes) return Errno::nomem;
    if (wanted & page_mask) return Errno::inval;
    if (wanted < lowest_address && !is_root_) return Errno::perm;  // CAP_SYS_RAWIO
    if ((flags & map_fixed_noreplace) && !space_.is_free(GuestAddr{wanted}, bytes)) return Errno::exist;
    at = GuestAddr{wanted};
    return std::nullopt;
  }
  u32 hint = page_up(wanted != 0 && page_down(wanted) < lowest_address ? lowest_address : wanted);
  if (hint != 0 && task_size - bytes >= hint && space_.is_free(GuestAddr{hint}, bytes)) {
    auto next = space_.mappings().lower_bound(hint);
    bool in_gap = next != space_.mappings().end() && next->second.grows_down &&
                  next->second.begin.value - (hint + bytes) < guard_gap;
    if (!in_gap) {
      at = GuestAddr{hint};
      return std::nullopt;
    }
  }
  auto gap = free_range(bytes);
  if (!gap) return Errno::nomem;
  at = *gap;
  return std::nullopt;
}

Answered LinuxKernel::mmap2(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 flags = call.word(3), type = flags & map_type, page_offset = call.word(5);
  bool anonymous = flags & map_anonymous;
  if (call.word(1) == 0) return fail(Errno::inval);
  u32 bytes = page_up(call.word(1));
  if (bytes == 0) return fail(Errno::nomem);
  if (page_offset + (bytes >> 12) < page_offset) return fail(Errno::overflow);
  GuestAddr at;
  if (auto error = choose_address(call.word(0), bytes, flags, at)) return fail(*error);
  if (type != map_shared && type != map_private && (anonymous || type != map_shared_validate))
    return fail(Errno::inval);
  bool shared = type != map_private;
  if (shared && (flags & map_growsdown)) return fail(Errno::inval);
  mem::Prot prot = prot_of(call.word(2));
  if (!may_grow_by(bytes, prot.write && !shared)) return fail(Errno::nomem);
  forget_fork_advice(at.value, bytes);
  mem::Sharing sharing = shared ? mem::Sharing::shared : mem::Sharing::private_;
  if (!anonymous) {
    outside::MapRequest request{
        at, bytes, prot, sharing, GuestFd{static_cast<i32>(call.word(4))}, u64{page_offset} << 12};
    outside_.map_file(thread, call, request, thread.answer);
    return std::nullopt;
  }
  if (int error = space_.map_anonymous(at, bytes, prot, sharing, "")) return abi::Failed{static_cast<u32>(error)};
  if (flags & map_growsdown) space_.set_grows_down(at);
  if (!shared && prot.write && !(flags & (map_growsdown | map_noreserve | map_stack))) space_.expect_use(at, bytes);
  return done(at.value);
}

// --- munmap, mprotect

abi::Outcome LinuxKernel::unmap(u32 at, u32 bytes) {
  if ((at & page_mask) || at > task_size || bytes > task_size - at) return fail(Errno::inval);
  bytes = page_up(bytes);
  if (bytes == 0) return fail(Errno::inval);
  if (space_.is_free(GuestAddr{at}, bytes)) return done();
  forget_fork_advice(at, bytes);
  if (int error = space_.unmap(GuestAddr{at}, bytes)) return abi::Failed{static_cast<u32>(error)};
  return done();
}

Answered LinuxKernel::munmap(Thread& thread) { return unmap(thread.call.word(0), thread.call.word(1)); }

Answered LinuxKernel::mprotect(Thread& thread) {
  u32 begin = thread.call.word(0), bits = thread.call.word(2);
  bool down = bits & prot_growsdown, up = bits & prot_growsup;
  if (down && up) return fail(Errno::inval);
  bits &= ~(prot_growsdown | prot_growsup);
  if (begin & page_mask) return fail(Errno::inval);
  if (thread.call.word(1) == 0) return done();
  u32 end = begin + page_up(thread.call.word(1));
  if (end <= begin) return fail(Errno::nomem);
  if (bits & ~(prot_read | prot_write | prot_exec | prot_sem)) return fail(Errno::inval);
  if (end > task_size) return fail(Errno::nomem);
  const mem::Mapping* mapping = space_.mapping_at(GuestAddr{begin});
  if (down) {
    if (!mapping) return fail(Errno::nomem);
    if (!mapping->grows_down) return fail(Errno::inval);
    begin = mapping->begin.value;
  } else if (!mapping) {
    return fail(Errno::nomem);
  } else if (up) {
    return fail(Errno::inval);  // no mapping of ARM grows up
  }
  if (int error = space_.protect(GuestAddr{begin}, end - begin, prot_of(bits)))
    return abi::Failed{static_cast<u32>(error)};
  return done();
}

}  // namespace sigtape::os::linux_eabi
