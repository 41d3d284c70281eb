// Socket addresses between guest and host.
#include "core/outside/linux_address.h"

#include <stddef.h>
#include <sys/un.h>

#include <cstring>

#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

constexpr u32 path_at = offsetof(sockaddr_un, sun_path);

// The path of a local socket's address, empty for others and for abstract names.
std::string path_of(const sockaddr_storage& address, u32 length) {
  if (length <= path_at || address.ss_family != AF_UNIX) return {};
  const char* path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
  return {path, strnlen(path, std::min<u32>(length, sizeof(sockaddr_un)) - path_at)};
}

bool set_path(sockaddr_storage& address, u32& length, const std::string& path) {
  auto& local = reinterpret_cast<sockaddr_un&>(address);
  if (path.size() >= sizeof local.sun_path) return false;
  std::memcpy(local.sun_path, path.c_str(), path.size() + 1);
  length = static_cast<u32>(path_at + path.size() + 1);
  return true;
}

}  // namespace

InAddress in_address(CallContext& c, GuestAddr at, u32 length, sockaddr_storage& storage) {
  if (!c.live.root().active() || at.is_null() || length < path_at || length > sizeof(sockaddr_un))
    return {true, c.pointer(at), length};
  storage = {};
  if (!c.space.read(at, {reinterpret_cast<u8*>(&storage), length})) {
    c.fail(EFAULT);
    return {false};
  }
  std::string path = path_of(storage, length);
  if (!path.starts_with('/')) return {true, c.pointer(at), length};
  if (!set_path(storage, length, c.live.root().resolve(-100, path, Follow::no))) {
    c.fail(ENAMETOOLONG);
    return {false};
  }
  return {true, &storage, length};
}

void hide_root(CallContext& c, sockaddr_storage& address, u32& length) {
  if (!c.live.root().active()) return;
  std::string path = path_of(address, length);
  if (path.starts_with('/')) set_path(address, length, c.live.root().guest_name(path));
}

bool OutAddress::prepare(CallContext& c, GuestAddr at, GuestAddr length_at) {
  if (at.is_null()) return true;
  auto room = c.space.load<i32>(length_at);
  if (!room) return fail_for_socket(c, c.fd(0), EFAULT), false;
  if (*room < 0) return fail_for_socket(c, c.fd(0), EINVAL), false;
  at_ = at, length_at_ = length_at, room_ = static_cast<u32>(*room);
  u32 needed = std::min<u32>(room_, sizeof(sockaddr_storage));
  if (!c.can_write(length_at, 4) || (needed && !c.can_write(at, needed)))
    return fail_for_socket(c, c.fd(0), EFAULT), false;
  storage_ = c.stage<sockaddr_storage>();
  length_ = c.stage<u32>();
  *length_ = sizeof *storage_;
  return true;
}

// net/socket.c move_addr_to_user: as much as fits, and the true length.
bool OutAddress::give(CallContext& c) const {
  if (!storage_) return true;
  hide_root(c, *storage_, *length_);
  return give_bytes(c, at_, storage_, std::min({room_, *length_, static_cast<u32>(sizeof *storage_)})) &&
         sigtape::outside::give(c, length_at_, *length_);
}

}  // namespace sigtape::outside
