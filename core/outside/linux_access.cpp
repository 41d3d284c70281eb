// Output buffers that end at a gap, and which of two errors the kernel finds first.
#include "core/outside/linux_access.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "core/base/check.h"

namespace sigtape::outside {
namespace {

// One per host thread; given back when the next one is made.
struct Gapped {
  void* at = nullptr;
  u64 bytes = 0;
};
thread_local Gapped gapped;

}  // namespace

u8* stage_before_gap(u64 bytes) {
  if (gapped.at) munmap(gapped.at, gapped.bytes);
  u64 pages = (bytes + mem::page_size - 1) & ~u64{mem::page_size - 1};
  gapped.bytes = pages + mem::page_size;
  gapped.at = mmap(nullptr, gapped.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK_THAT(gapped.at != MAP_FAILED, "no memory for {} bytes of a call's output", bytes);
  u8* gap = static_cast<u8*>(gapped.at) + pages;
  mprotect(gap, mem::page_size, PROT_NONE);
  return gap - bytes;
}

void fail_for_descriptor(CallContext& c, int fd, i32 error) {
  HostResult open = c.immediate(SYS_fcntl, fd, F_GETFD, 0);
  c.fail(open.failed() ? open.error() : error);
}

void fail_for_socket(CallContext& c, int fd, i32 error) {
  int type = 0;
  u32 length = sizeof type;
  HostResult asked = c.immediate(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &length);
  c.fail(asked.failed() ? asked.error() : error);
}

}  // namespace sigtape::outside
