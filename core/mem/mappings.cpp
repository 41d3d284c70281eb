// Space: the list of mappings and the host memory behind it.
#include <sys/mman.h>
#include <sys/shm.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/check.h"
#include "core/base/reserved.h"
#include "core/mem/space.h"

namespace sigtape::mem {

namespace {

constexpr u32 space_end = 0xffff'f000;        // the last page is never mapped
constexpr u32 stack_guard = 256 * page_size;  // Linux' stack_guard_gap

u32 begin_with_guard(const Mapping& mapping) {
  u32 begin = mapping.begin.value;
  return mapping.grows_down ? begin - std::min(begin, stack_guard) : begin;
}

void check_range(GuestAddr at, u32 bytes) {
  CHECK_THAT(at.value % page_size == 0 && bytes % page_size == 0 && bytes != 0, "range {:#x}+{:#x} is not page aligned",
             at.value, bytes);
  CHECK_THAT(u64{at.value} + bytes <= space_end, "range {:#x}+{:#x} leaves the guest space", at.value, bytes);
}

bool mergeable(const Mapping& a, const Mapping& b) {
  if (a.end() != b.begin.value || a.prot != b.prot || a.sharing != b.sharing || a.name != b.name) return false;
  if (a.inode != b.inode || a.device != b.device) return false;
  if (a.grows_down != b.grows_down || a.never_writable != b.never_writable) return false;
  if (a.device == segment_device) return false;  // whose kernel part counts them
  if (a.inode == 0) return a.sharing == Sharing::private_;  // two shared anonymous mappings are two objects
  return a.offset + a.bytes == b.offset && a.may_differ == b.may_differ && a.file_size == b.file_size;
}

// What `mapping` has from `from` on, as a mapping at `to`.
Mapping moved_part(const Mapping& mapping, GuestAddr from, GuestAddr to, u32 bytes) {
  Mapping part = mapping;
  if (part.inode) part.offset += from.value - mapping.begin.value;
  part.begin = to;
  part.bytes = bytes;
  return part;
}

}  // namespace

int host_prot(Prot prot) {
  int host = 0;
  if (can_be_read(prot)) host |= PROT_READ;
  if (prot.write) host |= PROT_WRITE;
  return host;
}

// --- the list

void Space::split(u32 at) {
  auto it = mappings_.upper_bound(at);
  if (it == mappings_.begin()) return;
  --it;
  Mapping& low = it->second;
  if (low.begin.value == at || at >= low.end()) return;
  Mapping high = low;
  low.bytes = at - low.begin.value;
  high.begin = GuestAddr{at};
  high.bytes -= low.bytes;
  if (high.inode) high.offset += low.bytes;
  mappings_.emplace_hint(std::next(it), at, std::move(high));
}

std::map<u32, Mapping>::iterator Space::merge_with_next(std::map<u32, Mapping>::iterator it) {
  auto next = std::next(it);
  if (next == mappings_.end() || !mergeable(it->second, next->second)) return next;
  it->second.bytes += next->second.bytes;
  mappings_.erase(next);
  return it;
}

void Space::merge_around(u32 begin, u32 end) {
  auto it = mappings_.lower_bound(begin);
  if (it != mappings_.begin()) --it;
  while (it != mappings_.end() && it->first <= end) it = merge_with_next(it);
}

void Space::forget(u32 begin, u32 end) {
  split(begin);
  split(end);
  mappings_.erase(mappings_.lower_bound(begin), mappings_.lower_bound(end));
}

void Space::insert(Mapping mapping) {
  u32 begin = mapping.begin.value, end = mapping.end();
  forget(begin, end);
  auto it = mappings_.insert_or_assign(begin, std::move(mapping)).first;
  set_flags(it->second);
  close_beyond_end(it->second);
  has_watched_files_ |= is_watched(it->second);
  shares_memory_ |= it->second.sharing == Sharing::shared && !it->second.never_writable;
  merge_around(begin, end);
}

void Space::drop_code(u32 begin, u32 end) const {
  for (u32 page = begin >> 12; page < end >> 12; page++) {
    if ((flags_[page] & static_cast<u8>(PageFlag::code)) == 0) continue;
    flags_[page] &= static_cast<u8>(~static_cast<u8>(PageFlag::code));  // its protection is new already
    if (watcher_) watcher_->code_changed(GuestAddr{page << 12}, page_size);
  }
}

void Space::set_flags(const Mapping& mapping) const {
  drop_code(mapping.begin.value, mapping.end());
  PageFlag flags = PageFlag::mapped;
  if (mapping.prot.exec) flags |= PageFlag::exec;
  if (journal_) flags |= PageFlag::journal;
  if (is_watched(mapping) && can_be_read(mapping.prot)) {
    flags |= PageFlag::watched;
  } else {
    if (can_be_read(mapping.prot)) flags |= PageFlag::read;
    if (mapping.prot.write) flags |= PageFlag::write;
  }
  u32 inside = bytes_in_file(mapping);
  u8* first = flags_ + (mapping.begin.value >> 12);
  std::memset(first, static_cast<u8>(flags), inside >> 12);
  std::memset(first + (inside >> 12), static_cast<u8>(PageFlag::mapped | PageFlag::beyond_eof),
              (mapping.bytes - inside) >> 12);
}

const Mapping* Space::mapping_at(GuestAddr at) const {
  auto it = mappings_.upper_bound(at.value);
  if (it == mappings_.begin()) return nullptr;
  --it;
  return at.value - it->first < it->second.bytes ? &it->second : nullptr;
}

bool Space::is_free(GuestAddr at, u32 bytes) const {
  u64 end = u64{at.value} + bytes;
  if (end > space_end) return false;
  auto it = mappings_.lower_bound(static_cast<u32>(end));
  return it == mappings_.begin() || std::prev(it)->second.end() <= at.value;
}

bool Space::is_mapped(GuestAddr at, u32 bytes) const {
  u64 end = u64{at.value} + bytes;
  for (u64 next = at.value; next < end;) {
    const Mapping* mapping = mapping_at(GuestAddr{static_cast<u32>(next)});
    if (!mapping) return false;
    next = mapping->end();
  }
  return true;
}

std::optional<GuestAddr> Space::find_gap(u32 bytes, GuestAddr limit, GuestAddr floor) const {
  u64 top = std::min(limit.value, space_end);  // the gap must end here or below
  auto it = mappings_.lower_bound(static_cast<u32>(top));
  if (it != mappings_.end()) top = std::min<u64>(top, begin_with_guard(it->second));
  while (it != mappings_.begin()) {
    const Mapping& below = (--it)->second;
    if (below.end() <= top && top - below.end() >= bytes) break;
    top = std::min<u64>(top, begin_with_guard(below));
  }
  if (top < bytes || top - bytes < floor.value) return std::nullopt;
  return GuestAddr{static_cast<u32>(top - bytes)};
}

void Space::set_name(GuestAddr at, std::string name) {
  if (const Mapping* mapping = mapping_at(at)) mappings_.find(mapping->begin.value)->second.name = std::move(name);
}

void Space::set_grows_down(GuestAddr at) {
  if (const Mapping* mapping = mapping_at(at)) mappings_.find(mapping->begin.value)->second.grows_down = true;
}

// --- the host's side

int Space::reserve_again(u32 at, u32 bytes) {
  void* got = mmap(base_ + at, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  return got == MAP_FAILED ? errno : 0;
}

int Space::replace_host(u32 at, u32 bytes, int host_prot, int host_flags, int host_fd, u64 offset) {
  void* got = mmap(base_ + at, bytes, host_prot, host_flags | MAP_FIXED, host_fd, static_cast<off_t>(offset));
  if (got != MAP_FAILED) return 0;
  int error = errno;
  // Some failures come after the kernel has unmapped what was there, as they would for the guest.
  got = mmap(base_ + at, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (got != MAP_FAILED) {
    drop_code(at, at + bytes);
    forget(at, at + bytes);
    std::memset(flags_ + (at >> 12), 0, bytes >> 12);
  }
  return error;
}

int Space::map_anonymous(GuestAddr at, u32 bytes, Prot prot, Sharing sharing, std::string name) {
  check_range(at, bytes);
  int kind = sharing == Sharing::shared ? MAP_SHARED : MAP_PRIVATE;
  int error = replace_host(at.value, bytes, host_prot(prot), kind | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (error) return error;
  Mapping mapping{.begin = at, .bytes = bytes, .prot = prot, .sharing = sharing, .name = std::move(name)};
  // A heap that grows has used what it had, and soon uses this; its first piece, short programs hardly begin.
  constexpr u32 soon_used = 256 * 1024;
  if (prot.write && sharing == Sharing::private_ && bytes <= soon_used)
    if (const Mapping* before = mapping_at(at - 1); before && mergeable(*before, mapping))
      (void)madvise(base_ + at.value, bytes, MADV_POPULATE_WRITE);
  insert(std::move(mapping));
  return 0;
}

void Space::expect_use(GuestAddr at, u32 bytes) {
  if (bytes >= huge_page) (void)madvise(base_ + at.value, bytes, MADV_HUGEPAGE);
}

int Space::map_file(GuestAddr at, u32 bytes, Prot prot, Sharing sharing, HostFd file, u64 offset, u64 file_size,
                    const Mapping& label) {
  check_range(at, bytes);
  int kind = sharing == Sharing::shared ? MAP_SHARED : MAP_PRIVATE;
  int error = replace_host(at.value, bytes, host_prot(prot), kind | MAP_NORESERVE, file.value, offset);
  if (error) return error;
  Mapping mapping = label;
  mapping.begin = at;
  mapping.bytes = bytes;
  mapping.prot = prot;
  mapping.sharing = sharing;
  mapping.offset = offset;
  mapping.file_size = file_size;
  mapping.may_differ = prot.write;
  if (mapping.inode == 0) mapping.inode = ~u64{0};  // 0 means anonymous
  insert(std::move(mapping));
  return 0;
}

int Space::map_segment(GuestAddr at, u32 bytes, Prot prot, int segment, std::string name) {
  check_range(at, bytes);
  if (shmat(segment, base_ + at.value, SHM_REMAP | (prot.write ? 0 : SHM_RDONLY)) == reinterpret_cast<void*>(-1))
    return errno;
  Mapping mapping{.begin = at, .bytes = bytes, .prot = prot, .sharing = Sharing::shared, .name = std::move(name)};
  mapping.device = segment_device;
  mapping.inode = static_cast<u32>(segment);
  mapping.file_size = bytes;
  mapping.may_differ = true;
  mapping.never_writable = !prot.write;
  insert(std::move(mapping));
  return 0;
}

int Space::unmap(GuestAddr at, u32 bytes) {
  check_range(at, bytes);
  if (int error = reserve_again(at.value, bytes)) return error;
  drop_code(at.value, at.value + bytes);
  forget(at.value, at.value + bytes);
  std::memset(flags_ + (at.value >> 12), 0, bytes >> 12);
  return 0;
}

// As mprotect(2): what lies before a hole or a refusal is changed all the same.
int Space::protect(GuestAddr at, u32 bytes, Prot prot) {
  check_range(at, bytes);
  u32 end = at.value + bytes, next = at.value;
  int error = 0;
  while (next < end && !error) {
    const Mapping* mapping = mapping_at(GuestAddr{next});
    if (!mapping) {
      error = ENOMEM;
      break;
    }
    if (mapping->never_writable && prot.write) {
      error = EACCES;
      break;
    }
    u32 stop = std::min(end, mapping->end());
    if (mprotect(base_ + next, stop - next, host_prot(prot)) != 0) {
      error = errno;
      break;
    }
    split(next);
    split(stop);
    Mapping& part = mappings_.find(next)->second;
    part.prot = prot;
    if (part.inode && prot.write) part.may_differ = true;
    set_flags(part);
    close_beyond_end(part);
    next = stop;
  }
  merge_around(at.value, next);
  return error;
}

int Space::discard(GuestAddr at, u32 bytes) {
  check_range(at, bytes);
  if (!is_mapped(at, bytes)) return ENOMEM;
  note_code_writes(at.value, bytes);
  return madvise(base_ + at.value, bytes, MADV_DONTNEED) == 0 ? 0 : errno;
}

// --- mremap

// Private memory that the host keeps in several pieces (it refuses to move those at once): by copying.
int Space::copy_private(const Mapping& source, u32 to, u32 old_bytes, u32 new_bytes) {
  u32 from = source.begin.value;
  int error = replace_host(to, new_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (error) return error;
  if (!can_be_read(source.prot)) mprotect(base_ + from, old_bytes, PROT_READ);
  std::memcpy(base_ + to, base_ + from, std::min(old_bytes, new_bytes));
  return mprotect(base_ + to, new_bytes, host_prot(source.prot)) == 0 ? 0 : errno;
}

int Space::move_host(u32 from, u32 old_bytes, u32 to, u32 new_bytes) {
  void* got = mremap(base_ + from, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, base_ + to);
  return got == MAP_FAILED ? errno : 0;
}

int Space::map_again(GuestAddr from, u32 old_bytes, GuestAddr to, u32 bytes) {
  check_range(to, bytes);
  const Mapping* source = mapping_at(from);
  if (!source || source->end() < u64{from.value} + old_bytes) return EFAULT;
  Mapping again = moved_part(*source, from, to, bytes);
  open_beyond_end(*source);  // the host moves only what is of one kind
  int keep = old_bytes ? MREMAP_DONTUNMAP : 0;
  void* got = ::mremap(base_ + from.value, old_bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED | keep, base_ + to.value);
  int error = got == MAP_FAILED ? errno : 0;
  close_beyond_end(*source);
  if (error) return error;
  if (old_bytes) drop_code(from.value, from.value + old_bytes);
  if (mprotect(base_ + to.value, bytes, host_prot(again.prot)) != 0) return errno;  // code may have been guarded
  insert(std::move(again));
  return 0;
}

int Space::move(GuestAddr from, u32 old_bytes, GuestAddr to, u32 new_bytes) {
  check_range(from, old_bytes);
  check_range(to, new_bytes);
  const Mapping* source = mapping_at(from);
  if (!source || source->end() < u64{from.value} + old_bytes) return EFAULT;
  if (new_bytes <= old_bytes && from == to)
    return new_bytes == old_bytes ? 0 : unmap(to + new_bytes, old_bytes - new_bytes);
  Mapping moved = moved_part(*source, from, from, old_bytes);
  bool anonymous_private = moved.inode == 0 && moved.sharing == Sharing::private_;
  int error = 0;
  open_beyond_end(moved);  // the host moves only what is of one kind
  if (from == to && anonymous_private) {
    u32 more = new_bytes - old_bytes;
    error = replace_host(to.value + old_bytes, more, host_prot(moved.prot), MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                         -1, 0);
  } else if (from == to) {
    // The host grows in place only into free space, so out of the way and back.
    void* away = mmap(nullptr, new_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (away == MAP_FAILED) return errno;
    void* got = mremap(base_ + from.value, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, away);
    if (got == MAP_FAILED)
      error = errno;
    else if (mremap(away, new_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, base_ + to.value) == MAP_FAILED)
      UNREACHABLE("a mapping of {:#x} bytes cannot be moved back: {}", new_bytes, std::strerror(errno));
    if (error) munmap(away, new_bytes);
  } else {
    error = move_host(from.value, old_bytes, to.value, new_bytes);
    if (error == EFAULT && anonymous_private) error = copy_private(moved, to.value, old_bytes, new_bytes);
    if (!error) error = unmap(from, old_bytes);  // also fills the hole that the host left
  }
  if (error) {
    close_beyond_end(moved);
    return error;
  }
  moved.begin = to;
  moved.bytes = new_bytes;
  insert(std::move(moved));
  return 0;
}

}  // namespace sigtape::mem
