// One chunk for the small outputs, a mapping of its own for each large one.
#include "core/outside/staging.h"

#include <sys/mman.h>

namespace sigtape::outside {

u8* Staging::allocate(u64 bytes) {
  u64 rounded = (bytes + 15) & ~u64{15};
  if (rounded <= chunk_bytes - used_) {
    if (!chunk_) chunk_ = std::make_unique_for_overwrite<u8[]>(chunk_bytes);
    u8* at = chunk_.get() + used_;
    used_ += rounded;
    return at;
  }
  void* at = mmap(nullptr, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  large_.push_back({at, rounded});
  return static_cast<u8*>(at);
}

void Staging::reset() {
  used_ = 0;
  for (const Large& one : large_) munmap(one.at, one.bytes);
  large_.clear();
}

}  // namespace sigtape::outside
