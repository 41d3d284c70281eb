// SharedProgress: one anonymous shared mapping.
#include "replay/shared_progress.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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
  progress->memory_ = memfd_create("sigtape-replay-shared", MFD_CLOEXEC);
  if (progress->memory_ < 0 || ftruncate(progress->memory_, off_t{objects} << 32) != 0)
    return tape::host_error("no memory for the replay");
  progress->bell_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (progress->bell_ < 0) return tape::host_error("no descriptor for the replay");
  progress->entries_ = new (static_cast<std::byte*>(at) + sizeof(Page)) Entry[streams]{};
  return progress;
}

SharedProgress::~SharedProgress() {
  if (page_ != nullptr) munmap(page_, bytes_);
  for (int fd : {memory_, bell_})
    if (fd >= 0) close(fd);
}

bool SharedProgress::take_slot() {
  u32 free = page_->free_slots.load();
  while (free != 0)
    if (page_->free_slots.compare_exchange_weak(free, free - 1)) return true;
  return false;
}

void SharedProgress::free_slot() {
  page_->free_slots.fetch_add(1);
  if (page_->slot_wanted.exchange(0) != 0) eventfd_write(bell_, 1);
}

HostFd SharedProgress::slot_bell(bool wanted) {
  eventfd_t unused;
  eventfd_read(bell_, &unused);
  if (wanted) page_->slot_wanted.store(1);
  if (wanted && page_->free_slots.load() != 0) eventfd_write(bell_, 1);  // just before it was asked for
  return HostFd{bell_};
}

void SharedProgress::await_turns(u32 object, u64 over) {
  if (object >= objects) return fail(Finish::damaged, fmt::format("the tape has a turn on shared object {}", object));
  std::atomic<u32>& turn = page_->turns[object];
  u32 wanted = static_cast<u32>(over);
  for (u32 now = turn.load(); now != wanted && !failed(); now = turn.load()) {
    const timespec moment{0, 50'000'000};  // for failed()
    syscall(SYS_futex, &turn, FUTEX_WAIT, now, &moment, nullptr, 0);
  }
}

void SharedProgress::turn_over(u32 object, u64 number) {
  if (object >= objects) return;
  page_->turns[object].store(static_cast<u32>(number));
  syscall(SYS_futex, &page_->turns[object], FUTEX_WAKE, 0x7fffffff, nullptr, nullptr, 0);
}

void SharedProgress::fail(Finish how, const std::string& text) {
  if (page_->claimed.exchange(1) != 0) return;
  page_->failure = how;
  std::size_t length = std::min(text.size(), page_->text.size() - 1);
  std::memcpy(page_->text.data(), text.data(), length);
  page_->failed.store(1);
}

}  // namespace sigtape::replay
