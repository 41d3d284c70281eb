// shmat and shmdt: where System V segments go in the address space, and how they are found again (ipc/shm.c).
#include <algorithm>

#include "core/os/linux/kernel.h"

namespace sigtape::os::linux_eabi {

namespace {

enum : u32 { read_only = 0x1000, round_down = 0x2000, remap = 0x4000, executable = 0x8000 };  // SHM_RDONLY...
constexpr u32 alignment = 4 * mem::page_size;  // SHMLBA, which ARM forces (arch/arm/include/asm/shmparam.h)

}  // namespace

Answered LinuxKernel::shmat(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 wanted = call.word(1), flags = call.word(2);
  if (static_cast<i32>(call.word(0)) < 0) return fail(Errno::inval);
  if (wanted % alignment) {
    if (!(flags & round_down)) return fail(Errno::inval);
    wanted -= wanted % alignment;
    if (wanted == 0 && (flags & remap)) return fail(Errno::inval);
  }
  if (call.word(1) == 0 && (flags & remap)) return fail(Errno::inval);
  auto place = [&](u32 bytes) -> abi::Outcome {
    GuestAddr at;
    if (bytes == 0 || bytes > task_size) return fail(Errno::nomem);
    if (u64{wanted} + bytes > ~u32{0}) return fail(Errno::inval);
    if (auto error = choose_address(wanted, bytes, wanted ? map_fixed : 0, at)) return fail(*error);
    if (wanted && !(flags & remap) && !space_.is_free(at, bytes)) return fail(Errno::inval);
    if (!may_grow_by(bytes, false)) return fail(Errno::nomem);
    forget_fork_advice(at.value, bytes);
    return done(at.value);
  };
  outside::SegmentRequest request{
      .id = static_cast<i32>(call.word(0)),
      .prot = {.read = true, .write = !(flags & read_only), .exec = (flags & executable) != 0},
      .place = place};
  outside_.attach_segment(thread, call, request, thread.answer);
  return std::nullopt;
}

// What is left of one attachment: the first piece that lies where the segment's pages would for one that begins here,
// and its other pieces.
Answered LinuxKernel::shmdt(Thread& thread) {
  u32 at = thread.call.word(0);
  if (at & page_mask) return fail(Errno::inval);
  struct Piece {
    u32 begin, bytes;
  };
  std::vector<Piece> pieces;
  u64 segment = 0;
  for (auto it = space_.mappings().lower_bound(at); it != space_.mappings().end(); ++it) {
    const mem::Mapping& mapping = it->second;
    bool is_of_it = mapping.device == mem::segment_device && (pieces.empty() || mapping.inode == segment) &&
                    mapping.begin.value - at == static_cast<u32>(mapping.offset);  // a replay's are 4 GiB apart
    if (!is_of_it) continue;
    segment = mapping.inode;
    pieces.push_back({mapping.begin.value, mapping.bytes});
  }
  for (const Piece& piece : pieces) unmap(piece.begin, piece.bytes);
  return pieces.empty() ? fail(Errno::inval) : done();
}

}  // namespace sigtape::os::linux_eabi
