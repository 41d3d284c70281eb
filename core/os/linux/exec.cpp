// execve, execveat: gathering the arguments with fs/exec.c's limits; the rest is the outside's.
#include <algorithm>

#include "core/os/linux/kernel.h"
#include "core/os/linux/seccomp.h"

namespace sigtape::os::linux_eabi {

namespace {

constexpr u32 longest_string = 32 * mem::page_size;    // MAX_ARG_STRLEN, with the NUL
constexpr u32 longest_path = 4096;                     // PATH_MAX, with the NUL
constexpr i32 current_directory = -100;                // AT_FDCWD
constexpr u32 empty_path = 0x1000, no_follow = 0x100;  // AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW

// A NULL-terminated array of pointers; a null array is an empty one.
std::optional<std::vector<u32>> read_pointers(const mem::Space& space, u32 at) {
  std::vector<u32> pointers;
  if (at == 0) return pointers;
  while (true) {
    auto pointer = space.load<u32>(GuestAddr{at});
    if (!pointer) return std::nullopt;
    if (*pointer == 0) return pointers;
    pointers.push_back(*pointer);
    at += 4;
  }
}

// Takes each string's length off `room`.
std::optional<Errno> read_strings(const mem::Space& space, const std::vector<u32>& pointers, u64& room,
                                  std::vector<std::string>& texts) {
  for (u32 pointer : pointers) {
    if (!space.can_read(GuestAddr{pointer}, 1)) return Errno::fault;
    auto text = space.read_string(GuestAddr{pointer}, longest_string - 1);
    // Either too long or a fault on the way: a fault if the bytes up to the limit are not all readable.
    if (!text) return space.can_read(GuestAddr{pointer}, longest_string) ? Errno::too_big : Errno::fault;
    if (text->size() + 1 > room) return Errno::too_big;
    room -= text->size() + 1;
    texts.push_back(std::move(*text));
  }
  return std::nullopt;
}

// fs/namei.c: getname
std::optional<Errno> read_path(const mem::Space& space, u32 at, std::string& path) {
  auto text = space.read_string(GuestAddr{at}, longest_path - 1);
  if (!text) return space.can_read(GuestAddr{at}, longest_path) ? Errno::nametoolong : Errno::fault;
  path = std::move(*text);
  return std::nullopt;
}

// fs/exec.c: bprm_stack_limits
u64 room_for_strings(u64 stack_limit) {
  constexpr u64 most = (8u << 20) / 4 * 3, least = 131072;
  return std::max(least, std::min(most, stack_limit / 4));
}

}  // namespace

Answered LinuxKernel::do_exec(Thread& thread, u32 path, i32 dirfd, u32 flags, u32 arguments, u32 environment) {
  outside::ExecRequest request{.dirfd = dirfd, .flags = flags, .personality = personality_};
  if (thread.seccomp_filter) request.seccomp = thread.seccomp_filter->chain();
  if (auto error = read_path(space_, path, request.path)) return fail(*error);
  if (request.path.empty() && !(flags & empty_path)) return fail(Errno::noent);
  auto argument_pointers = read_pointers(space_, arguments), environment_pointers = read_pointers(space_, environment);
  if (!argument_pointers || !environment_pointers) return fail(Errno::fault);
  u64 room = room_for_strings(limits_.stack);
  u64 pointer_bytes = (std::max<u64>(argument_pointers->size(), 1) + environment_pointers->size()) * 4;
  if (room <= pointer_bytes + request.path.size() + 1) return fail(Errno::too_big);
  room -= pointer_bytes + request.path.size() + 1;
  if (auto error = read_strings(space_, *environment_pointers, room, request.environment)) return fail(*error);
  if (auto error = read_strings(space_, *argument_pointers, room, request.arguments)) return fail(*error);
  if (request.arguments.empty()) request.arguments.emplace_back();  // an argv[0] is always there (since 5.18)
  outside_.exec(thread, thread.call, request, thread.answer);
  return std::nullopt;
}

Answered LinuxKernel::execve(Thread& thread) {
  const abi::Call& call = thread.call;
  return do_exec(thread, call.word(0), current_directory, 0, call.word(1), call.word(2));
}

Answered LinuxKernel::execveat(Thread& thread) {
  const abi::Call& call = thread.call;
  if (call.word(4) & ~(empty_path | no_follow)) return fail(Errno::inval);
  return do_exec(thread, call.word(1), static_cast<i32>(call.word(0)), call.word(4), call.word(2), call.word(3));
}

}  // namespace sigtape::os::linux_eabi
