// SharedProgress: one anonymous shared mapping.
#include "replay/shared_progress.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "core/tape/host_file.h"

namespace sigtape::replay {

Result<std::unique_ptr<SharedProgress>> SharedProgress::create(u32 streams, u32 parallel) {
  std::unique_ptr<SharedProgress> progress{new SharedProgress};
  progress->streams_ = streams;
  progress->bytes_ = sizeof(Page) + streams * sizeof(Entry);
  void* at = mmap(nullptr, progress->bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return tape::host_error("no memory for the replay");
  progress->page_ = new (at) Page{};
  progress->page_->free_slots = parallel;
  progress->entries_ = new (static_cast<std::byte*>(at) + sizeof(Page)) Entry[streams]{};
  return progress;
}

SharedProgress::~SharedProgress() {
  if (page_ != nullptr) munmap(page_, bytes_);
}

bool SharedProgress::take_slot() {
  u32 free = page_->free_slots.load();
  while (free != 0)
    if (page_->free_slots.compare_exchange_weak(free, free - 1)) return true;
  return false;
}

void SharedProgress::free_slot() { page_->free_slots.fetch_add(1); }

void SharedProgress::fail(Finish how, const std::string& text) {
  if (page_->claimed.exchange(1) != 0) return;
  page_->failure = how;
  std::size_t length = std::min(text.size(), page_->text.size() - 1);
  std::memcpy(page_->text.data(), text.data(), length);
  page_->failed.store(1);
}

}  // namespace sigtape::replay
