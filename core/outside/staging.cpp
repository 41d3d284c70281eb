// One chunk for the small outputs, a mapping of its own for each large one.
#include "core/outside/staging.h"

#include <sys/mman.h>

#include <utility>

namespace sigtape::outside {

u8* Staging::allocate(u64 bytes) {
  u64 rounded = (bytes + 15) & ~u64{15};
  if (rounded <= chunk_bytes - used_) {
    if (!chunk_) chunk_ = std::make_unique_for_overwrite<u8[]>(chunk_bytes);
    u8* at = chunk_.get() + used_;
    used_ += rounded;
    return at;
  }
  if (rounded <= kept_.bytes && !std::exchange(kept_is_used_, true)) return static_cast<u8*>(kept_.at);
  void* at = mmap(nullptr, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  large_.push_back({at, rounded});
  return static_cast<u8*>(at);
}

void Staging::unmap(const Large& large) {
  if (large.at != nullptr) munmap(large.at, large.bytes);
}

void Staging::reset() {
  used_ = 0;
  kept_is_used_ = false;
  for (Large& one : large_) {
    if (one.bytes > kept_.bytes && one.bytes <= most_kept) std::swap(one, kept_);
    unmap(one);
  }
  large_.clear();
}

Staging::~Staging() {
  reset();
  unmap(kept_);
}

}  // namespace sigtape::outside
