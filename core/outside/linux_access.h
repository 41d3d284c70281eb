// Typed guest memory for call handlers: fetch a struct, give one back, and buffers that the host may fill.
#pragma once
#include <errno.h>

#include <algorithm>
#include <optional>

#include "core/outside/host_call.h"
#include "core/outside/linux_convert.h"

namespace sigtape::outside {

// The struct at `from`; nullopt: EFAULT is answered.
template <class T>
std::optional<T> fetch(CallContext& c, GuestAddr from) {
  std::optional<T> value = c.space.load<T>(from);
  if (!value) c.fail(EFAULT);
  return value;
}

// A struct whose pointer may be null. `ok` false: EFAULT is answered.
template <class T>
struct Optional {
  bool ok = true;
  std::optional<T> value;
};
template <class T>
Optional<T> fetch_optional(CallContext& c, GuestAddr from) {
  if (from.is_null()) return {};
  std::optional<T> value = fetch<T>(c, from);
  return {value.has_value(), value};
}

// Puts `value` where the guest wants it. False: EFAULT is answered, as the kernel does after the fact.
template <class T>
bool give(CallContext& c, GuestAddr to, const T& value) {
  if (!c.can_write(to, sizeof value)) {
    c.fail(EFAULT);
    return false;
  }
  c.put(to, value);
  return true;
}
inline bool give_bytes(CallContext& c, GuestAddr to, const void* bytes, u64 count) {
  if (count != 0 && !c.can_write(to, count)) {
    c.fail(EFAULT);
    return false;
  }
  if (count != 0) c.put(to, bytes, count);
  return true;
}

// How many bytes from `at` on the guest may write, up to `bytes`.
inline u64 writable_prefix(const mem::Space& space, GuestAddr at, u64 bytes) {
  if (bytes == 0 || space.can_write(at, bytes)) return bytes;
  u64 prefix = 0;
  for (u64 page = at.value & ~u64{mem::page_size - 1}; page < u64{at.value} + bytes; page += mem::page_size) {
    if (page > 0xffff'ffff || !space.can_write(GuestAddr{static_cast<u32>(page)}, 1)) break;
    prefix = page + mem::page_size - at.value;
  }
  return std::min(prefix, bytes);
}

// Where the host is to put output for [at, at + bytes): staging; or, if nothing there can be written, the guest's own
// memory, so that the host says EFAULT. Where only the first part can be written, `host` ends at a page that cannot be
// either: what becomes of a transfer over the edge (a short count, EFAULT) differs between pipes, files and sockets.
struct OutBuffer {
  GuestAddr at;
  u8* host = nullptr;
  u64 bytes = 0;  // for the host
  u64 room = 0;   // of these, what the guest can take
  bool staged = false;
};
u8* stage_before_gap(u64 bytes);  // valid until the thread's next call of this kind
inline OutBuffer out_buffer(CallContext& c, GuestAddr at, u64 bytes) {
  u64 room = writable_prefix(c.space, at, bytes);
  if (bytes == 0 || room == 0) return {at, static_cast<u8*>(c.pointer(at)), bytes, 0, false};
  return {at, room == bytes ? c.stage(bytes) : stage_before_gap(room), bytes, room, true};
}
// The first `count` bytes of it are for the guest. What another thread unmapped meanwhile is EFAULT.
inline bool give_buffer(CallContext& c, const OutBuffer& buffer, u64 count) {
  return !buffer.staged || give_bytes(c, buffer.at, buffer.host, std::min(count, buffer.room));
}

// Fails with `error`, unless the descriptor itself is not open or no socket, which the kernel finds first.
void fail_for_descriptor(CallContext& c, int fd, i32 error);
void fail_for_socket(CallContext& c, int fd, i32 error);

// Where the host is to write a whole struct for `to`: staging, or the guest's own memory where that cannot take all of
// it, so that the kernel says EFAULT and undoes what it began (pipe closes both ends).
template <class T>
struct OutStruct {
  GuestAddr at;
  T* host = nullptr;
  bool staged = false;
};
template <class T>
OutStruct<T> out_struct(CallContext& c, GuestAddr to) {
  if (to.is_null() || !c.can_write(to, sizeof(T))) return {to, static_cast<T*>(c.pointer(to)), false};
  return {to, c.stage<T>(), true};
}
template <class T>
bool give_struct(CallContext& c, const OutStruct<T>& out) {
  return !out.staged || give_bytes(c, out.at, out.host, sizeof(T));
}

// Answers `result` with `value` of the host type converted into Guest at `to`, if it succeeded and `to` is not null.
template <class Guest, class Host>
void finish_with(CallContext& c, const HostResult& result, GuestAddr to, const Host& value) {
  if (result.succeeded() && !to.is_null()) {
    Guest converted{};
    to_guest(value, converted);
    if (!give(c, to, converted)) return;
  }
  c.finish(result);
}

}  // namespace sigtape::outside
