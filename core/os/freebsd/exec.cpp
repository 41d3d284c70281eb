// execve, fexecve: gathering the arguments with the limits of exec_copyin_args (sys/kern/kern_exec.c).
#include "core/os/freebsd/kernel.h"

namespace sigtape::os::freebsd {

namespace {

constexpr u32 room_for_strings = 2 * 256 * 1024;  // ARG_MAX
constexpr u32 longest_path = 1024;                // PATH_MAX, with the NUL
constexpr u32 empty_path = 0x1000;                // AT_EMPTY_PATH of the outside's execveat

// The strings behind a NULL-terminated array of pointers, taken off `room`.
std::optional<Errno> read_strings(const mem::Space& space, u32 at, u32& room, std::vector<std::string>& texts) {
  for (;; at += 4) {
    auto pointer = space.load<u32>(GuestAddr{at});
    if (!pointer) return Errno::fault;
    if (*pointer == 0) return std::nullopt;
    auto text = space.read_string(GuestAddr{*pointer}, room);
    if (!text) return space.can_read(GuestAddr{*pointer}, u64{room} + 1) ? Errno::too_big : Errno::fault;
    if (text->size() + 1 > room) return Errno::too_big;
    room -= static_cast<u32>(text->size() + 1);
    texts.push_back(std::move(*text));
  }
}

}  // namespace

Answered FreebsdKernel::do_exec(Thread& thread, outside::ExecRequest request, u32 arguments, u32 environment) {
  u32 room = room_for_strings;
  if (arguments == 0) return fail(Errno::fault);
  if (auto error = read_strings(space_, arguments, room, request.arguments)) return fail(*error);
  if (environment)
    if (auto error = read_strings(space_, environment, room, request.environment)) return fail(*error);
  if (request.arguments.empty()) request.arguments.emplace_back();
  outside_.exec(thread, thread.call, request, thread.answer);
  return std::nullopt;
}

Answered FreebsdKernel::execve(Thread& thread) {
  u32 at = thread.call.word(0);
  auto path = space_.read_string(GuestAddr{at}, longest_path - 1);
  if (!path) return fail(space_.can_read(GuestAddr{at}, longest_path) ? Errno::nametoolong : Errno::fault);
  if (path->empty()) return fail(Errno::noent);
  return do_exec(thread, {.path = *path}, thread.call.word(1), thread.call.word(2));
}

Answered FreebsdKernel::fexecve(Thread& thread) {
  outside::ExecRequest request{.dirfd = static_cast<i32>(thread.call.word(0)), .flags = empty_path};
  return do_exec(thread, std::move(request), thread.call.word(1), thread.call.word(2));
}

}  // namespace sigtape::os::freebsd
