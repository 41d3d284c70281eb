// shmat: System V segments of the host in the guest's memory.
#include <fmt/format.h>
#include <sys/shm.h>

#include <cerrno>

#include "core/outside/host_call.h"
#include "core/outside/live_state.h"

namespace sigtape::outside {

void Live::attach_segment(os::Thread&, const abi::Call& call, const SegmentRequest& request, abi::Answer& answer) {
  LiveState& s = *state_;
  auto fail = [&](int error) { answer.outcome = abi::Failed{guest_error_of(call.system, error)}; };
  shmid_ds about;
  if (shmctl(request.id, IPC_STAT, &about) != 0) return fail(errno);
  u64 bytes = (about.shm_segsz + mem::page_size - 1) & ~u64{mem::page_size - 1};
  if (bytes >> 32 != 0) return fail(ENOMEM);
  answer.outcome = request.place(static_cast<u32>(bytes));
  const auto* place = std::get_if<abi::Done>(&answer.outcome);
  if (!place) return;
  std::string name = fmt::format("/SYSV{:08x} (deleted)", static_cast<u32>(about.shm_perm.__key));
  GuestAddr at{place->value};
  mem::Space& space = s.inside->space();
  if (int error = space.map_segment(at, static_cast<u32>(bytes), request.prot, request.id, name)) return fail(error);
  MappedFile segment;
  segment.path = name;
  segment.device = mem::segment_device;
  segment.inode = static_cast<u32>(request.id);
  segment.size = bytes;
  segment.bytes = bytes;
  segment.shared = true;
  segment.writable = request.prot.write;
  s.hooks.segment_attached(segment, {space.host(at), bytes});
}

}  // namespace sigtape::outside
