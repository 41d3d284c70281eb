// Space: where the files that are mapped end now. Others may shorten and lengthen a file while it is mapped.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/check.h"
#include "core/mem/space.h"

namespace sigtape::mem {

namespace {

// By a call that reads the page and then finds its first argument wrong: a page beyond the end is EFAULT, not a signal.
bool answers(const u8* page) {
  constexpr int no_way = 99;
  return syscall(SYS_rt_sigprocmask, no_way, page, nullptr, 8) == 0 || errno != EFAULT;
}

void set_host_prot(u8* at, u64 bytes, int prot) {
  CHECK_THAT(bytes == 0 || mprotect(at, bytes, prot) == 0, "mprotect of {:#x} bytes: error {}", bytes, errno);
}

bool permits(Prot prot, PageFlag wanted) { return wanted == PageFlag::write ? prot.write : can_be_read(prot); }

}  // namespace

u32 bytes_in_file(const Mapping& mapping) {
  if (mapping.inode == 0 || mapping.file_size == endless) return mapping.bytes;
  u64 file_end = (mapping.file_size + page_size - 1) & ~u64{page_size - 1};
  return static_cast<u32>(std::min<u64>(mapping.bytes, file_end > mapping.offset ? file_end - mapping.offset : 0));
}

bool Space::is_watched(const Mapping& mapping) const {
  bool may_end = mapping.file_size != endless && mapping.device != segment_device;
  return watches_file_ends_ && mapping.inode != 0 && mapping.sharing == Sharing::shared && may_end;
}

// Pages beyond the end are closed on the host, too: translated code must not see them come in before we do. Those of a
// segment never come, and shmctl's shm_nattch counts the host's pieces.
void Space::close_beyond_end(const Mapping& mapping) const {
  if (mapping.device == segment_device) return;
  u32 inside = bytes_in_file(mapping);
  set_host_prot(base_ + mapping.begin.value + inside, mapping.bytes - inside, PROT_NONE);
  has_pages_beyond_end_ |= inside < mapping.bytes && is_watched(mapping);
}

void Space::open_beyond_end(const Mapping& mapping) const {
  u32 inside = bytes_in_file(mapping);
  set_host_prot(base_ + mapping.begin.value + inside, mapping.bytes - inside, host_prot(mapping.prot));
}

void Space::move_end(const Mapping& mapping, u32 inside) const {
  open_beyond_end(mapping);
  mapping.file_size = mapping.offset + inside;
  set_flags(mapping);
  close_beyond_end(mapping);
}

// The first page that does not answer, by halving: all behind it do not either.
u32 Space::find_end(const Mapping& mapping) const {
  const u8* host = base_ + mapping.begin.value;
  u32 known = bytes_in_file(mapping);
  bool held = known == 0 || answers(host + known - page_size);
  if (held && (known == mapping.bytes || !answers(host + known))) return known;
  u32 low = held ? known / page_size + 1 : 0, high = held ? mapping.bytes / page_size : known / page_size - 1;
  while (low < high) {
    u32 middle = low + (high - low) / 2;
    if (answers(host + u64{middle} * page_size))
      low = middle + 1;
    else
      high = middle;
  }
  return low * page_size;
}

void Space::look_for_file_ends() const {
  if (!has_watched_files_) return;
  for (const auto& [begin, mapping] : mappings_) {
    if (!is_watched(mapping) || !can_be_read(mapping.prot)) continue;
    u32 before = bytes_in_file(mapping);
    if (before < mapping.bytes) open_beyond_end(mapping);
    u32 now = find_end(mapping);
    if (now != before) {
      move_end(mapping, now);
      moved_file_ends_.push_back({mapping.begin, before, now});
    } else if (before < mapping.bytes) {
      close_beyond_end(mapping);
    }
  }
}

bool Space::is_open(u32 page, PageFlag wanted) const {
  u8 flags = flags_[page];
  if (flags & static_cast<u8>(wanted)) return true;
  if ((flags & uncertain) == 0 || !watches_file_ends_) return false;
  const Mapping* mapping = mapping_at(GuestAddr{page << 12});
  if (!mapping || !is_watched(*mapping) || !permits(mapping->prot, wanted)) return false;
  bool inside = flags & static_cast<u8>(PageFlag::watched);
  if (inside && answers(base_ + (u64{page} << 12))) return true;
  look_for_file_ends();
  return false;
}

u8* Space::uncertain_access(u32 address, u32 bytes, PageFlag wanted) const {
  u32 last = address + bytes - 1;
  if (last < address || !is_open(address >> 12, wanted) || !is_open(last >> 12, wanted)) return nullptr;
  return base_ + address;
}

void Space::set_file_end(GuestAddr at, u32 inside) {
  const Mapping* mapping = mapping_at(at);
  CHECK_THAT(mapping && mapping->begin == at && inside <= mapping->bytes, "no file is mapped at {:#x}", at.value);
  u32 before = bytes_in_file(*mapping);
  move_end(*mapping, inside);
  for (u32 page = before; page < inside; page += page_size) {
    u8* host = base_ + at.value + page;
    set_host_prot(host, page_size, PROT_READ | PROT_WRITE);
    if (answers(host)) {
      std::memset(host, 0, page_size);
    } else {
      void* got = mmap(host, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      CHECK_THAT(got != MAP_FAILED, "no memory for a page of a file: error {}", errno);
    }
    set_host_prot(host, page_size, host_prot(mapping->prot));
  }
}

}  // namespace sigtape::mem
