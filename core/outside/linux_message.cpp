// sendmsg, recvmsg and their vectors, with ancillary data.
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstring>
#include <vector>

#include "core/outside/linux_access.h"
#include "core/outside/linux_address.h"
#include "core/outside/linux_control.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/linux_iovec.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

constexpr u32 most_messages = 1024;       // UIO_MAXIOV
constexpr u32 msg_cmsg_compat = 1u << 31;  // a 32-bit kernel does not know it; a 64-bit one refuses it from its callers

// --- sending

struct Outgoing {
  sockaddr_storage address;
  std::vector<iovec> vector;
  HostControl control;
  msghdr host{};
};

// `hidden` of host_control_of is a plain function, so what it asks is set here, under the baton.
const OwnFds* hidden_fds = nullptr;
bool is_hidden(i32 fd) { return hidden_fds->is_ours(fd); }

// False: the call is answered.
bool load_outgoing(CallContext& c, const guest::Msghdr& from, Outgoing& to) {
  if (static_cast<i32>(from.namelen) < 0) return c.fail(EINVAL), false;
  InAddress address = in_address(c, GuestAddr{from.name}, from.namelen, to.address);
  if (!address.ok) return false;
  if (from.iovlen > most_messages) return c.fail(EMSGSIZE), false;
  if (i32 error = load_in_vector(c, GuestAddr{from.iov}, from.iovlen, to.vector)) return c.fail(error), false;
  to.host.msg_name = const_cast<void*>(address.host);
  to.host.msg_namelen = from.name ? address.length : 0;
  to.host.msg_iov = to.vector.data();
  to.host.msg_iovlen = to.vector.size();
  if (from.control && from.controllen) {
    if (from.controllen > 0x7fff'ffff || from.controllen > (1u << 20)) return c.fail(ENOBUFS), false;
    std::vector<u8> control(from.controllen);
    if (!c.space.read(GuestAddr{from.control}, control)) return c.fail(EFAULT), false;
    hidden_fds = &c.live.own_fds();
    to.control = host_control_of(control, is_hidden);
    if (to.control.error) return c.fail(to.control.error), false;
    to.host.msg_control = to.control.bytes.data();
    to.host.msg_controllen = to.control.bytes.size();
  }
  return true;
}

void sendmsg_(CallContext& c) {
  auto header = c.space.load<guest::Msghdr>(c.at(1));
  if (!header) return fail_for_socket(c, c.fd(0), EFAULT);
  Outgoing message;
  if (!load_outgoing(c, *header, message)) return;
  c.finish(c.blocking(SYS_sendmsg, c.fd(0), &message.host, c.word(2) & ~msg_cmsg_compat));
}

void sendmmsg_(CallContext& c) {
  u32 count = std::min(c.word(2), most_messages);
  std::vector<Outgoing> messages(count);
  std::vector<mmsghdr> host(count);
  u32 good = 0;
  for (; good < count; ++good) {  // a bad message ends the list; it is an error only if it is the first
    auto header = c.space.load<guest::Msghdr>(c.at(1) + good * static_cast<u32>(sizeof(guest::Mmsghdr)));
    if (!header) {
      c.fail(EFAULT);
      break;
    }
    if (!load_outgoing(c, *header, messages[good])) break;
    host[good].msg_hdr = messages[good].host;
  }
  if (good == 0 && count != 0) return;
  HostResult r = c.blocking(SYS_sendmmsg, c.fd(0), host.data(), good, c.word(3) & ~msg_cmsg_compat);
  if (r.succeeded())
    for (u32 i = 0; i < static_cast<u32>(r.value); ++i) {
      GuestAddr length_at = c.at(1) + i * static_cast<u32>(sizeof(guest::Mmsghdr)) + sizeof(guest::Msghdr);
      if (!give(c, length_at, static_cast<u32>(host[i].msg_len))) return;
    }
  c.finish(r);
}

// --- receiving

struct Incoming {
  guest::Msghdr header{};
  GuestAddr at;
  OutVector vector;
  msghdr host{};
};

bool load_incoming(CallContext& c, GuestAddr at, Incoming& to) {
  auto header = c.space.load<guest::Msghdr>(at);
  if (!header || !c.can_write(at, sizeof *header)) return fail_for_socket(c, c.fd(0), EFAULT), false;
  to.header = *header, to.at = at;
  if (static_cast<i32>(header->namelen) < 0) return c.fail(EINVAL), false;
  if (header->iovlen > most_messages) return c.fail(EMSGSIZE), false;
  if (i32 error = to.vector.load(c, GuestAddr{header->iov}, header->iovlen)) return c.fail(error), false;
  to.host.msg_iov = to.vector.host();
  to.host.msg_iovlen = to.vector.count();
  if (header->name) {
    to.host.msg_name = c.stage<sockaddr_storage>();
    to.host.msg_namelen = sizeof(sockaddr_storage);
  }
  if (header->control && header->controllen) {
    u32 room = host_control_room(header->controllen);
    to.host.msg_control = c.stage(room);
    to.host.msg_controllen = room;
  }
  return true;
}

// False: EFAULT is answered.
bool give_incoming(CallContext& c, Incoming& message, u64 bytes) {
  guest::Msghdr& header = message.header;
  if (!message.vector.give(c, bytes)) return false;
  if (message.host.msg_name) {
    auto& address = *static_cast<sockaddr_storage*>(message.host.msg_name);
    u32 length = message.host.msg_namelen;
    if (length > 0) hide_root(c, address, length);
    u32 fits = std::min({header.namelen, length, static_cast<u32>(sizeof address)});
    if (!give_bytes(c, GuestAddr{header.name}, &address, fits)) return false;
    header.namelen = length;
  }
  header.flags = static_cast<u32>(message.host.msg_flags) & ~msg_cmsg_compat;
  GuestControl control;
  if (message.host.msg_control)
    control = guest_control_of({static_cast<u8*>(message.host.msg_control), message.host.msg_controllen},
                               header.controllen);
  for (i32 fd : control.surplus) c.immediate(SYS_close, fd);
  if (control.truncated) header.flags |= MSG_CTRUNC;
  if (!control.bytes.empty()) {
    u8* staged = c.stage(control.bytes.size());
    std::memcpy(staged, control.bytes.data(), control.bytes.size());
    if (!give_bytes(c, GuestAddr{header.control}, staged, control.bytes.size())) return false;
  }
  header.controllen = control.length;
  return give(c, message.at, header);
}

void recvmsg_(CallContext& c) {
  Incoming message;
  if (!load_incoming(c, c.at(1), message)) return;
  HostResult r = c.blocking(SYS_recvmsg, c.fd(0), &message.host, c.word(2) & ~msg_cmsg_compat);
  if (r.succeeded() && !give_incoming(c, message, static_cast<u64>(r.value))) return;
  c.finish(r);
}

template <class Time>
void recvmmsg_as(CallContext& c) {
  u32 count = std::min(c.word(2), most_messages);
  auto timeout = fetch_optional<Time>(c, c.at(4));
  if (!timeout.ok) return;
  std::vector<Incoming> messages(count);
  std::vector<mmsghdr> host(count);
  constexpr u32 stride = sizeof(guest::Mmsghdr);
  u32 good = 0;
  for (; good < count; ++good) {
    if (!load_incoming(c, c.at(1) + good * stride, messages[good])) break;
    host[good].msg_hdr = messages[good].host;
    if (messages[good].vector.ends_at_gap()) {  // the host gets no further
      ++good;
      break;
    }
  }
  if (good == 0 && count != 0) return;
  timespec* host_timeout = nullptr;
  if (timeout.value) *(host_timeout = c.stage<timespec>()) = host_of(*timeout.value);
  HostResult r = c.blocking(SYS_recvmmsg, c.fd(0), host.data(), good, c.word(3) & ~msg_cmsg_compat, host_timeout);
  if (!r.succeeded()) return c.finish(r);
  for (u32 i = 0; i < static_cast<u32>(r.value); ++i) {
    messages[i].host = host[i].msg_hdr;
    if (!give_incoming(c, messages[i], host[i].msg_len)) return;
    if (!give(c, c.at(1) + i * stride + sizeof(guest::Msghdr), static_cast<u32>(host[i].msg_len))) return;
  }
  if (host_timeout && r.value > 0) {
    Time left;
    to_guest(*host_timeout, left);
    if (!give(c, c.at(4), left)) return;
  }
  c.finish(r);
}

}  // namespace

HandlerTable message_handlers() {
  static constexpr NamedHandler table[] = {
      {"sendmsg", sendmsg_},
      {"sendmmsg", sendmmsg_},
      {"recvmsg", recvmsg_},
      {"recvmmsg", recvmmsg_as<guest::Timespec32>},
      {"recvmmsg_time64", recvmmsg_as<guest::Timespec64>},
  };
  return table;
}

}  // namespace sigtape::outside
