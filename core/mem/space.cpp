// Space: reservation of the 4 GiB, and the kernel side's access to guest bytes.
#include "core/mem/space.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/check.h"
#include "core/base/sanitizer.h"

namespace sigtape::mem {

namespace {

constexpr u64 space_bytes = u64{1} << 32;
constexpr u64 guard_bytes = 64 * 1024;  // more than the largest single access of any instruction
constexpr u32 page_count = 1u << 20;

// Guest address 0 at host address 0 makes guest addresses host addresses, which translated code likes best. Where the
// host does not let us have the low addresses, or AddressSanitizer has its shadow there: other low ones, because the
// host kernel gives out addresses from the top, and a range that is free for a moment while it is remapped is then
// never picked for somebody else.
#if SIGTAPE_ASAN
constexpr u64 bases[] = {u64{0x2000} << 32};
#else
constexpr u64 bases[] = {0, u64{0x10} << 32};
#endif
constexpr u64 lowest = 0x8000;  // guests have nothing below (vm.mmap_min_addr of Debian's ARM kernels)

bool reserve_at(u64 base) {
  u64 before = base ? guard_bytes : 0, from = base ? base - before : lowest;
  u64 bytes = base + space_bytes + guard_bytes - from;
  auto* want = reinterpret_cast<void*>(from);
  void* got = mmap(want, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (got == MAP_FAILED) return false;
  if (got == want) return true;
  munmap(got, bytes);  // a kernel before 4.17 takes the address as a hint
  return false;
}

}  // namespace

Result<std::unique_ptr<Space>> Space::reserve() {
  std::unique_ptr<Space> space{new Space};
  int error = 0;
  for (u64 first : bases)
    for (u64 slot = 0; slot < (first ? 64 : 1) && !space->reserved_; slot++) {
      u64 base = first + slot * 2 * space_bytes;
      space->reserved_ = reserve_at(base);
      space->base_ = reinterpret_cast<u8*>(base);
      if (!space->reserved_) error = errno;
    }
  if (!space->reserved_)
    return Error{fmt::format("cannot reserve 4 GiB of address space for the guest: {}", std::strerror(error))};
  void* flags = mmap(nullptr, page_count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (flags == MAP_FAILED) return Error{fmt::format("cannot allocate page flags: {}", std::strerror(errno))};
  space->flags_ = static_cast<u8*>(flags);
  return space;
}

Space::~Space() {
  if (reserved_ && base_) munmap(base_ - guard_bytes, space_bytes + 2 * guard_bytes);
  if (reserved_ && !base_) munmap(reinterpret_cast<void*>(lowest), space_bytes + guard_bytes - lowest);
  if (flags_) munmap(flags_, page_count);
}

bool Space::all_have(GuestAddr at, u64 bytes, PageFlag wanted) const {
  if (bytes == 0) return true;
  if (at.value + bytes > space_bytes) return false;
  u32 last = static_cast<u32>((at.value + bytes - 1) >> 12);
  for (u32 page = at.value >> 12; page <= last; page++)
    // Once more where the file's end has just been found elsewhere.
    if ((flags_[page] & static_cast<u8>(wanted)) == 0 && !is_open(page, wanted) && !is_open(page, wanted)) return false;
  return true;
}

bool Space::can_read(GuestAddr at, u64 bytes) const { return all_have(at, bytes, PageFlag::read); }
bool Space::can_write(GuestAddr at, u64 bytes) const { return all_have(at, bytes, PageFlag::write); }

bool Space::read(GuestAddr from, std::span<u8> into) const {
  if (!can_read(from, into.size())) return false;
  if (!into.empty()) std::memcpy(into.data(), host(from), into.size());
  return true;
}

bool Space::write(GuestAddr to, std::span<const u8> bytes) {
  if (!can_write(to, bytes.size())) return false;
  if (bytes.empty()) return true;
  note_code_writes(to.value, bytes.size());
  std::memcpy(host(to), bytes.data(), bytes.size());
  return true;
}

void Space::poke(GuestAddr to, std::span<const u8> bytes) {
  u64 done = 0;
  while (done < bytes.size()) {
    u32 at = to.value + static_cast<u32>(done);
    u32 piece = static_cast<u32>(std::min<u64>(bytes.size() - done, page_size - (at & (page_size - 1))));
    const Mapping* mapping = mapping_at(GuestAddr{at});
    CHECK_THAT(mapping, "poke of {} bytes at {:#x}, which is not mapped", piece, at);
    note_code_writes(at, piece);
    u8* page = base_ + (at & ~(page_size - 1));
    bool open = is_host_writable(at >> 12);
    if (!open) {
      CHECK_THAT(mprotect(page, page_size, PROT_READ | PROT_WRITE) == 0, "poke at {:#x}: {}", at, std::strerror(errno));
      mappings_.find(mapping->begin.value)->second.may_differ = true;
    }
    std::memcpy(base_ + at, bytes.data() + done, piece);
    if (!open) mprotect(page, page_size, can_be_read(mapping->prot) ? PROT_READ : PROT_NONE);
    done += piece;
  }
}

std::optional<std::string> Space::read_string(GuestAddr from, u32 limit) const {
  std::string text;
  u32 at = from.value;
  while (text.size() <= limit) {
    if (!can_read(GuestAddr{at}, 1)) return std::nullopt;
    u32 here = page_size - (at & (page_size - 1));
    const u8* begin = base_ + at;
    const void* end = std::memchr(begin, 0, here);
    if (end) {
      text.append(reinterpret_cast<const char*>(begin), reinterpret_cast<const char*>(end));
      if (text.size() > limit) return std::nullopt;
      return text;
    }
    text.append(reinterpret_cast<const char*>(begin), here);
    if (at + here < at) return std::nullopt;
    at += here;
  }
  return std::nullopt;
}

u32 Space::next_code_page(u32 page, u32 last) const {
  constexpr u64 code_in_each = 0x0101'0101'0101'0101 * static_cast<u64>(PageFlag::code);
  u32 behind = last + 1;
  page = std::max(page, first_code_page_);
  last = std::min(last, last_code_page_);
  while (page <= last) {
    if (page % 8 == 0 && page + 7 <= last && (sigtape::load<u64>(flags_ + page) & code_in_each) == 0) {
      page += 8;
      continue;
    }
    if (flags_[page] & static_cast<u8>(PageFlag::code)) return page;
    page++;
  }
  return behind;
}

bool Space::is_host_writable(u32 page_index) const {
  u8 flags = flags_[page_index];
  if ((flags & static_cast<u8>(PageFlag::watched)) == 0) return flags & static_cast<u8>(PageFlag::write);
  return mapping_at(GuestAddr{page_index << 12})->prot.write;
}

void Space::guard_code(u32 page_index) {
  u8& flags = flags_[page_index];
  flags |= static_cast<u8>(PageFlag::code);
  first_code_page_ = std::min(first_code_page_, page_index);
  last_code_page_ = std::max(last_code_page_, page_index);
  if (guard_ == CodeGuard::none || !is_host_writable(page_index)) return;
  int done = mprotect(base_ + (u64{page_index} << 12), page_size, PROT_READ);
  CHECK_THAT(done == 0, "guarding code at {:#x}: {}", page_index << 12, std::strerror(errno));
}

void Space::unguard_code(u32 page_index) {
  u8& flags = flags_[page_index];
  flags &= static_cast<u8>(~static_cast<u8>(PageFlag::code));
  if (guard_ == CodeGuard::none || !is_host_writable(page_index)) return;
  int done = mprotect(base_ + (u64{page_index} << 12), page_size, PROT_READ | PROT_WRITE);
  CHECK_THAT(done == 0, "freeing code at {:#x}: {}", page_index << 12, std::strerror(errno));
}

void Space::note_store(u32 address, u32 bytes) {
  u32 last = address + bytes - 1;
  bool is_code = (flags_[address >> 12] | flags_[last >> 12]) & static_cast<u8>(PageFlag::code);
  if (watcher_ && is_code) watcher_->code_changed(GuestAddr{address}, bytes);
  if (journal_) journal_->about_to_write(address, bytes);
}

void Space::note_code_writes(u32 address, u64 bytes) {
  u32 last = static_cast<u32>((address + bytes - 1) >> 12);
  for (u32 page = address >> 12; page <= last; page++)
    if (flags_[page] & static_cast<u8>(PageFlag::code)) {
      if (watcher_) watcher_->code_changed(GuestAddr{address}, static_cast<u32>(bytes));
      return;
    }
}

}  // namespace sigtape::mem
