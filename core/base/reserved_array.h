// An array that grows at its end and never moves: its address space is reserved at once, its pages come in steps.
#pragma once
#include <sys/mman.h>

#include <cstring>
#include <span>
#include <type_traits>

#include "core/base/check.h"
#include "core/base/pages_ahead.h"

namespace sigtape {

template <class T>
class ReservedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // For at most so many bytes.
  explicit ReservedArray(std::size_t most_bytes) : most_bytes_(most_bytes) {
    void* at = mmap(nullptr, most_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK_THAT(at != MAP_FAILED, "no address space for {} bytes", most_bytes);
    items_ = static_cast<T*>(at);
    begin_pages();
  }
  ~ReservedArray() { munmap(items_, most_bytes_); }
  ReservedArray(const ReservedArray&) = delete;

  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return items_[i]; }
  const T& operator[](std::size_t i) const { return items_[i]; }
  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }

  void push_back(const T& item) { append({&item, 1}); }
  void append(std::span<const T> items) {
    std::size_t bytes = (size_ + items.size()) * sizeof(T);
    CHECK_THAT(bytes <= most_bytes_, "more than {} bytes", most_bytes_);
    pages_.need(bytes);
    for (const T& item : items) items_[size_++] = item;
  }
  // Gives the memory back, too.
  void clear() {
    if (pages_.ready()) madvise(items_, pages_.ready(), MADV_DONTNEED);
    size_ = 0;
    begin_pages();
  }

 private:
  void begin_pages() { pages_ = {items_, most_bytes_, 4096, 256 * 1024}; }
  std::size_t most_bytes_;
  T* items_;
  std::size_t size_ = 0;
  PagesAhead pages_;
};

}  // namespace sigtape
