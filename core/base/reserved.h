// Memory that grows in reserved address space: it never moves, and only what is used has pages.
#pragma once
#include <sys/mman.h>

#include <span>
#include <type_traits>

#include "core/base/check.h"
#include "core/base/pages_ahead.h"

namespace sigtape {

inline constexpr u32 huge_page = 2 << 20;

// What a forked child finds. wiped: nothing, and it has to clear the memory before anything else; most kernels have done
// so by then, and spare the parent the copying.
enum class OnFork : u8 { copied, wiped };

class Reservation {
 public:
  // What lies beyond the first `small` bytes comes in huge pages, where the kernel has some.
  Reservation(std::size_t bytes, std::size_t small, OnFork on_fork) : bytes_(bytes) {
    map_ = mmap(nullptr, map_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK_THAT(map_ != MAP_FAILED, "no address space for {} bytes", bytes);
    u64 first_huge = (reinterpret_cast<u64>(map_) + small + huge_page - 1) & ~u64{huge_page - 1};
    at_ = reinterpret_cast<u8*>(first_huge - small);
    if (small < bytes) (void)madvise(at_ + small, bytes - small, MADV_HUGEPAGE);
    if (on_fork == OnFork::wiped) (void)madvise(at_, bytes, MADV_WIPEONFORK);
  }
  ~Reservation() { munmap(map_, map_bytes()); }
  Reservation(const Reservation&) = delete;

  void* at() const { return at_; }
  std::size_t bytes() const { return bytes_; }
  void wipe() { CHECK_THAT(madvise(at_, bytes_, MADV_DONTNEED) == 0, "memory can't be given back"); }

 private:
  std::size_t map_bytes() const { return bytes_ + huge_page; }
  void* map_;
  u8* at_;
  std::size_t bytes_;
};

// Entries that are zero until they are set. Wiped on fork.
template <class T>
class ReservedTable {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ReservedTable(std::size_t entries) : memory_(entries * sizeof(T), entries * sizeof(T), OnFork::wiped) {}
  T& operator[](std::size_t i) { return items()[i]; }
  const T& operator[](std::size_t i) const { return items()[i]; }
  void clear() { memory_.wipe(); }
  // For one whose entries are all going to be used.
  void get_pages() { (void)madvise(memory_.at(), memory_.bytes(), MADV_POPULATE_WRITE); }

 private:
  T* items() const { return static_cast<T*>(memory_.at()); }
  Reservation memory_;
};

// An array that grows at its end. Wiped on fork.
template <class T>
class ReservedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ReservedArray(std::size_t most_bytes) : memory_(most_bytes, small_bytes, OnFork::wiped) { begin_pages(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return begin()[i]; }
  const T& operator[](std::size_t i) const { return begin()[i]; }
  T* begin() { return static_cast<T*>(memory_.at()); }
  T* end() { return begin() + size_; }
  const T* begin() const { return static_cast<const T*>(memory_.at()); }
  const T* end() const { return begin() + size_; }

  void push_back(const T& item) { append({&item, 1}); }
  void append(std::span<const T> items) {
    std::size_t bytes = (size_ + items.size()) * sizeof(T);
    CHECK_THAT(bytes <= memory_.bytes(), "more than {} bytes", memory_.bytes());
    pages_.need(bytes);
    T* to = end();
    for (const T& item : items) *to++ = item;
    size_ += items.size();
  }
  void clear() {
    memory_.wipe();
    size_ = 0;
    begin_pages();
  }

 private:
  // As little as this is better off in pages of its own size.
  static constexpr std::size_t small_bytes = 128 * 1024;
  void begin_pages() { pages_ = {memory_.at(), memory_.bytes(), 4096, 256 * 1024}; }
  Reservation memory_;
  std::size_t size_ = 0;
  PagesAhead pages_;
};

}  // namespace sigtape
