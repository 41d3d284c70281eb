// mmap, munmap, mprotect, madvise, break and their kin (sys/vm/vm_mmap.c, vm_unix.c).
#include <algorithm>

#include "core/os/freebsd/kernel.h"

namespace sigtape::os::freebsd {

namespace {

enum : u32 { prot_read = 1, prot_write = 2, prot_exec = 4, prot_all = 7, prot_max_shift = 16 };
enum : u32 {
  map_shared = 1,
  map_private = 2,
  map_fixed = 0x10,
  map_hassemaphore = 0x200,
  map_stack = 0x400,
  map_nosync = 0x800,
  map_anon = 0x1000,
  map_guard = 0x2000,
  map_excl = 0x4000,
  map_nocore = 0x2'0000,
  map_prefault_read = 0x4'0000,
  map_alignment_mask = 0xff00'0000,
  map_alignment_shift = 24,
  map_aligned_super = 1u << map_alignment_shift,
};
constexpr u32 known_map_flags = map_shared | map_private | map_fixed | map_hassemaphore | map_stack | map_nosync |
                                map_anon | map_guard | map_excl | map_nocore | map_prefault_read | map_alignment_mask;
constexpr u32 superpage = 1u << 20;
// Behaviour that depends on the release for which a program was built (sys/sys/param.h).
constexpr u32 release_map_anon = 800104, release_map_strict_flags = 1100036;
enum : u32 { ms_async = 1, ms_invalidate = 2 };
constexpr u32 largest_advice = 10;  // MADV_PROTECT

mem::Prot prot_of(u32 bits) { return {(bits & prot_read) != 0, (bits & prot_write) != 0, (bits & prot_exec) != 0}; }

// A range as most calls take it: begins anywhere in its first page. False: it wraps.
struct Pages {
  u32 begin = 0, bytes = 0;
  bool load(u32 address, u32 length) {
    begin = page_down(address);
    u64 end = (u64{address} + length + page_mask) & ~u64{page_mask};
    bytes = static_cast<u32>(end - begin);
    return end <= ~u32{0};
  }
  u32 end() const { return begin + bytes; }
};

}  // namespace

// kern_mmap, the checks before anything is looked for. pos is words 6 and 7, behind a hole.
std::optional<Errno> FreebsdKernel::check_mmap(const abi::Call& call) const {
  u32 length = call.word(1), prot = call.word(2), flags = call.word(3);
  i32 fd = static_cast<i32>(call.word(4));
  u64 position = call.pair(6);
  if (prot & ~(prot_all | prot_all << prot_max_shift)) return Errno::inval;
  u32 most = prot >> prot_max_shift & prot_all;
  if (most != 0 && (prot & prot_all & ~most)) return Errno::opnotsupp;
  if ((flags & ~known_map_flags) && os_release_ >= release_map_strict_flags) return Errno::inval;
  if (length == 0 && os_release_ >= release_map_anon) return Errno::inval;
  if ((flags & map_anon) && fd != -1) return Errno::inval;
  if ((flags & map_anon) && position != 0 && os_release_ >= release_map_anon) return Errno::inval;
  if ((flags & (map_excl | map_fixed)) == map_excl) return Errno::inval;
  if ((flags & (map_shared | map_private)) == (map_shared | map_private)) return Errno::inval;
  if (flags & map_guard) {
    u32 allowed = map_fixed | map_guard | map_excl | map_alignment_mask;
    if ((prot & prot_all) != 0 || fd != -1 || position != 0 || (flags & ~allowed)) return Errno::inval;
  }
  if ((flags & map_stack) && (fd != -1 || (prot & (prot_read | prot_write)) != (prot_read | prot_write)))
    return Errno::inval;
  u32 alignment = flags & map_alignment_mask;
  u32 shift = alignment >> map_alignment_shift;
  if (alignment != 0 && alignment != map_aligned_super && (shift < 12 || shift >= 32)) return Errno::inval;
  return std::nullopt;
}

// vm_map_findspace: the first gap from `from` upwards.
std::optional<GuestAddr> FreebsdKernel::find_space(u32 bytes, u32 from, u32 alignment) const {
  u64 at = std::max(from, lowest_address);
  auto align = [&] { at = (at + alignment - 1) & ~u64{alignment - 1}; };
  align();
  if (const mem::Mapping* inside = at < user_end ? space_.mapping_at(GuestAddr{static_cast<u32>(at)}) : nullptr) {
    at = inside->end();
    align();
  }
  for (auto it = space_.mappings().lower_bound(static_cast<u32>(std::min<u64>(at, ~u32{0})));
       it != space_.mappings().end() && at + bytes > it->first; ++it) {
    at = std::max<u64>(at, it->second.end());
    align();
  }
  if (at + bytes > user_end) return std::nullopt;
  return GuestAddr{static_cast<u32>(at)};
}

// kern_mmap and vm_mmap_object, the choice of the address.
std::optional<Errno> FreebsdKernel::place_mapping(u32 wanted, u32 bytes, u32 flags, u32 page_offset,
                                                  GuestAddr& at) const {
  if (flags & map_fixed) {
    wanted -= page_offset;
    if ((wanted & page_mask) || wanted < lowest_address || bytes > user_end || wanted > user_end - bytes)
      return Errno::inval;
    if ((flags & map_excl) && !space_.is_free(GuestAddr{wanted}, bytes)) return Errno::nomem;
    at = GuestAddr{wanted};
    return std::nullopt;
  }
  // A hint in what may become the heap is none.
  u32 hint = page_up(wanted);
  if (wanted == 0 || (wanted >= data_begin_ && wanted < mapping_floor())) hint = mapping_floor();
  u32 shift = flags >> map_alignment_shift;
  u32 alignment = shift == 0 ? mem::page_size : shift == 1 ? superpage : 1u << shift;
  auto found = find_space(bytes, hint, alignment);
  if (!found && hint > mapping_floor()) found = find_space(bytes, mapping_floor(), alignment);
  if (!found) return Errno::nomem;
  at = *found;
  return std::nullopt;
}

Answered FreebsdKernel::mmap(Thread& thread) {
  const abi::Call& call = thread.call;
  if (auto error = check_mmap(call)) return fail(*error);
  u32 flags = call.word(3), length = call.word(1);
  if (length == 0) return done();
  bool anonymous = flags & (map_anon | map_stack | map_guard);
  u64 position = anonymous ? 0 : call.pair(6);
  u32 page_offset = static_cast<u32>(position) & page_mask;
  u64 rounded = (u64{length} + page_offset + page_mask) & ~u64{page_mask};
  if (rounded >= user_end) return fail(Errno::nomem);
  u32 bytes = static_cast<u32>(rounded);
  GuestAddr at;
  if (auto error = place_mapping(call.word(0), bytes, flags, page_offset, at)) return fail(*error);
  forget_inheritance(at.value, bytes);
  mem::Prot prot = flags & map_guard ? mem::Prot{} : prot_of(call.word(2));
  mem::Sharing sharing = flags & map_shared ? mem::Sharing::shared : mem::Sharing::private_;
  if (anonymous) {
    if (int error = space_.map_anonymous(at, bytes, prot, sharing, "")) return abi::Failed{static_cast<u32>(error)};
    if (sharing == mem::Sharing::private_ && prot.write && !(flags & map_stack)) space_.expect_use(at, bytes);
    return done(at.value);
  }
  outside::MapRequest request{
      at, bytes, prot, sharing, GuestFd{static_cast<i32>(call.word(4))}, position - page_offset};
  outside_.map_file(thread, call, request, thread.answer);
  if (auto* mapped = std::get_if<abi::Done>(&thread.answer.outcome)) mapped->value += page_offset;
  return std::nullopt;
}

Answered FreebsdKernel::munmap(Thread& thread) {
  Pages range;
  if (!range.load(thread.call.word(0), thread.call.word(1)) || range.bytes == 0) return fail(Errno::inval);
  if (range.begin < lowest_address || range.end() > user_end) return fail(Errno::inval);
  forget_inheritance(range.begin, range.bytes);
  if (!space_.is_free(GuestAddr{range.begin}, range.bytes))
    if (int error = space_.unmap(GuestAddr{range.begin}, range.bytes)) return abi::Failed{static_cast<u32>(error)};
  return done();
}

Answered FreebsdKernel::mprotect(Thread& thread) {
  u32 prot = thread.call.word(2);
  if (prot & ~(prot_all | prot_all << prot_max_shift)) return fail(Errno::inval);
  Pages range;
  if (!range.load(thread.call.word(0), thread.call.word(1))) return fail(Errno::inval);
  if (range.bytes == 0) return done();
  // vm_map_protect passes over holes.
  u32 next = range.begin;
  while (next < range.end()) {
    const mem::Mapping* mapping = space_.mapping_at(GuestAddr{next});
    if (!mapping) {
      auto after = space_.mappings().lower_bound(next);
      if (after == space_.mappings().end() || after->first >= range.end()) break;
      next = after->first;
      continue;
    }
    u32 stop = std::min(range.end(), mapping->end());
    if (int error = space_.protect(GuestAddr{next}, stop - next, prot_of(prot & prot_all)))
      return abi::Failed{static_cast<u32>(error)};
    next = stop;
  }
  return done();
}

// All advice is about what pages are worth keeping; MADV_DONTNEED leaves the contents, and MADV_FREE may.
Answered FreebsdKernel::madvise(Thread& thread) {
  if (thread.call.word(2) > largest_advice) return fail(Errno::inval);
  Pages range;
  if (!range.load(thread.call.word(0), thread.call.word(1))) return fail(Errno::inval);
  if (range.end() > user_end) return fail(Errno::inval);
  return done();
}

// Everything mapped is resident, referenced and modified: a guest must not see the host's page cache.
Answered FreebsdKernel::mincore(Thread& thread) {
  constexpr u8 resident = 0x01 | 0x02 | 0x04;  // MINCORE_INCORE, REFERENCED, MODIFIED
  u32 begin = page_down(thread.call.word(0)), vector = thread.call.word(2);
  Pages range;
  if (!range.load(thread.call.word(0), thread.call.word(1)) || range.end() > user_end) return fail(Errno::nomem);
  if (!space_.is_mapped(GuestAddr{begin}, range.bytes)) return fail(Errno::nomem);
  for (u32 i = 0; i < range.bytes >> 12; i++)
    if (!give(vector + i, resident)) return fail(Errno::fault);
  return done();
}

// Writing a shared file mapping back is the host's, whose page cache it is. MS_SYNC is 0.
Answered FreebsdKernel::msync(Thread& thread) {
  u32 flags = thread.call.word(2);
  Pages range;
  if (!range.load(thread.call.word(0), thread.call.word(1))) return fail(Errno::inval);
  if ((flags & (ms_async | ms_invalidate)) == (ms_async | ms_invalidate)) return fail(Errno::inval);
  if (!space_.is_mapped(GuestAddr{range.begin}, std::max(range.bytes, mem::page_size))) return fail(Errno::nomem);
  if (flags & ms_async) return done();
  return ask_outside(thread);
}

// Locking only keeps pages resident; holes are its one error. munlock is the same.
Answered FreebsdKernel::mlock(Thread& thread) {
  Pages range;
  if (!range.load(thread.call.word(0), thread.call.word(1))) return fail(Errno::inval);
  if (range.bytes != 0 && !space_.is_mapped(GuestAddr{range.begin}, range.bytes)) return fail(Errno::nomem);
  return done();
}
Answered FreebsdKernel::mlockall(Thread&) { return done(); }

// kern_break. What lies between the old end and the new one must be free.
Answered FreebsdKernel::obreak(Thread& thread) {
  u32 wanted = thread.call.word(0);
  u32 now = page_up(break_), next = page_up(wanted);
  if (wanted > user_end || next < data_begin_) return fail(Errno::inval);
  if (next - data_begin_ > largest_data) return fail(Errno::nomem);
  if (next > now) {
    if (!space_.is_free(GuestAddr{now}, next - now)) return fail(Errno::nomem);
    if (space_.map_anonymous(GuestAddr{now}, next - now, prot_of(prot_read | prot_write), mem::Sharing::private_,
                             "[heap]") != 0)
      return fail(Errno::nomem);
  } else if (next < now && next >= lowest_break_) {
    if (space_.unmap(GuestAddr{next}, now - next) != 0) return fail(Errno::nomem);
  }
  break_ = std::max(wanted, lowest_break_);
  return done(wanted);
}

// "Not yet implemented", since 4.4BSD.
Answered FreebsdKernel::sbrk(Thread&) { return fail(Errno::opnotsupp); }

}  // namespace sigtape::os::freebsd
