// Code memory: a file without a name, mapped twice, so that no view can be both written and executed.
#include "core/jit/code_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/check.h"

namespace sigtape::jit {

namespace {

Error failure(const char* what) { return Error{fmt::format("{}: {}", what, std::strerror(errno))}; }

}  // namespace

Result<std::unique_ptr<CodeMemory>> CodeMemory::create() {
  std::unique_ptr<CodeMemory> memory{new CodeMemory};
  void* at = mmap(nullptr, code_bytes + table_bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return failure("cannot reserve address space for translated code");
  memory->execute_ = static_cast<u8*>(at);
  (void)madvise(memory->table(), table_bytes, MADV_WIPEONFORK);  // spares parents the copying; see renew()
  SIGTAPE_TRY(memory->map_code());
  return memory;
}

Result<bool> CodeMemory::map_code() {
  int file = memfd_create("translations", MFD_CLOEXEC);
  if (file < 0) return failure("cannot make memory for translated code");
  void* write = MAP_FAILED;
  void* execute = MAP_FAILED;
  if (ftruncate(file, code_bytes) == 0) {
    write = mmap(write_, code_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | (write_ ? MAP_FIXED : 0), file, 0);
    execute = mmap(execute_, code_bytes, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, file, 0);
  }
  int error = errno;
  close(file);
  errno = error;
  if (write == MAP_FAILED || execute == MAP_FAILED) return failure("cannot map memory for translated code");
  write_ = static_cast<u8*>(write);
  constexpr u64 first_step = 4096, last_step = 128 * 1024;
  hot_pages_ = {write_, cold_begin, first_step, last_step};
  cold_pages_ = {write_ + cold_begin, code_bytes - cold_begin, first_step, last_step};
  return true;
}

void CodeMemory::about_to_write(const u8* at) {
  constexpr u64 usual_block = 2048;
  u64 offset = static_cast<u64>(at - write_), begin = offset < cold_begin ? 0 : cold_begin;
  PagesAhead& pages = begin ? cold_pages_ : hot_pages_;
  if (u64 more = pages.need(offset - begin + usual_block))
    (void)madvise(execute_ + begin + pages.ready() - more, more, MADV_POPULATE_READ);
}

void CodeMemory::fill(u32 place) {
  u32 index = near_index(place);
  near_[index] = true;
  (void)madvise(table() + (u64{index} << near_shift), sizeof(i32) << near_shift, MADV_POPULATE_WRITE);
}

CodeMemory::~CodeMemory() {
  if (execute_) munmap(execute_, code_bytes + table_bytes);
  if (write_) munmap(write_, code_bytes);
}

void CodeMemory::renew() {
  auto done = map_code();
  CHECK_THAT(done, "{}", done.error().text);
  CHECK_THAT(madvise(table(), table_bytes, MADV_DONTNEED) == 0, "the table of translated code can't be emptied");
  near_.clear();
}

}  // namespace sigtape::jit
