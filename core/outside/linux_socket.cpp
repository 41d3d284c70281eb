// Sockets: making, naming and connecting them, plain sending and receiving, options.
#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstring>
#include <vector>

#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_address.h"
#include "core/outside/linux_handlers.h"

namespace sigtape::outside {
namespace {

struct Pair {
  i32 of[2];
};

void socketpair_(CallContext& c) {
  auto out = out_struct<Pair>(c, c.at(3));
  HostResult r = c.immediate(SYS_socketpair, c.word(0), c.word(1), c.word(2), out.host);
  if (r.succeeded() && !give_struct(c, out)) return;
  c.finish(r);
}

void with_address(CallContext& c, long number) {
  sockaddr_storage storage;
  InAddress address = in_address(c, c.at(1), c.word(2), storage);
  if (address.ok) c.finish(c.blocking(number, c.fd(0), address.host, address.length));
}
void bind_(CallContext& c) { with_address(c, SYS_bind); }
void connect_(CallContext& c) { with_address(c, SYS_connect); }

void for_address(CallContext& c, long number) {
  OutAddress address;
  if (!address.prepare(c, c.at(1), c.at(2))) return;
  HostResult r = c.immediate(number, c.fd(0), address.host(), address.host_length());
  if (r.succeeded() && !address.give(c)) return;
  c.finish(r);
}
void getsockname_(CallContext& c) { for_address(c, SYS_getsockname); }
void getpeername_(CallContext& c) { for_address(c, SYS_getpeername); }

void accept_with(CallContext& c, u32 flags) {
  OutAddress address;
  if (!address.prepare(c, c.at(1), c.at(2))) return;
  HostResult r = c.blocking(SYS_accept4, c.fd(0), address.host(), address.host_length(), flags);
  if (r.succeeded() && !address.give(c)) {
    c.immediate(SYS_close, r.value);
    return;
  }
  c.finish(r);
}
void accept_(CallContext& c) { accept_with(c, 0); }
void accept4_(CallContext& c) { accept_with(c, c.word(3)); }

// --- sending and receiving
void send_to(CallContext& c, GuestAddr to, u32 to_length) {
  sockaddr_storage storage;
  InAddress address = in_address(c, to, to_length, storage);
  if (!address.ok) return;
  c.finish(c.blocking(SYS_sendto, c.fd(0), c.pointer(1), c.word(2), c.word(3), address.host, address.length));
}
void send_(CallContext& c) { send_to(c, GuestAddr{}, 0); }
void sendto_(CallContext& c) { send_to(c, c.at(4), c.word(5)); }

void receive_from(CallContext& c, GuestAddr from, GuestAddr from_length) {
  OutAddress address;
  if (!address.prepare(c, from, from_length)) return;
  OutBuffer buffer = out_buffer(c, c.at(1), c.word(2));
  HostResult r = c.blocking(SYS_recvfrom, c.fd(0), buffer.host, buffer.bytes, c.word(3), address.host(),
                            address.host_length());
  if (r.succeeded() && (!give_buffer(c, buffer, static_cast<u64>(r.value)) || !address.give(c))) return;
  c.finish(r);
}
void recv_(CallContext& c) { receive_from(c, GuestAddr{}, GuestAddr{}); }
void recvfrom_(CallContext& c) { receive_from(c, c.at(4), c.at(5)); }

// --- options. Nearly all are ints or structures of fixed-width members; these are not.

constexpr u32 so_attach_filter = 26, so_rcvtimeo_old = 20, so_sndtimeo_old = 21, so_attach_reuseport_cbpf = 51;
constexpr u32 mcast_first = 42, mcast_last = 48;     // MCAST_JOIN_GROUP … MCAST_MSFILTER
constexpr u32 netfilter_first = 64, netfilter_last = 95;

enum class OptionLayout : u8 { same, old_timeval, filter, group_request, refused };

OptionLayout layout_of(u32 level, u32 name) {
  if (level == SOL_SOCKET) {
    if (name == so_rcvtimeo_old || name == so_sndtimeo_old) return OptionLayout::old_timeval;
    if (name == so_attach_filter || name == so_attach_reuseport_cbpf) return OptionLayout::filter;
  }
  bool ip = level == 0 || level == 41;  // IPPROTO_IP, IPPROTO_IPV6
  if (ip && name >= mcast_first && name <= mcast_last) return OptionLayout::group_request;
  if (ip && name >= netfilter_first && name <= netfilter_last) {
    bool shared_number = level == 41 && name <= 80;  // IPv6's own options go up to IPV6_FREEBIND; tables are at 64 too
    return shared_number && name != 64 && name != 65 ? OptionLayout::same : OptionLayout::refused;
  }
  return OptionLayout::same;
}

HostResult set_option(CallContext& c, const void* value, u64 length) {
  return c.immediate(SYS_setsockopt, c.fd(0), c.word(1), c.word(2), value, length);
}

void set_filter(CallContext& c) {
  if (c.word(4) != sizeof(guest::SockFprog)) return c.fail(EINVAL);
  auto program = fetch<guest::SockFprog>(c, c.at(3));
  if (!program) return;
  sock_fprog host{program->len, static_cast<sock_filter*>(c.pointer(GuestAddr{program->filter}))};
  c.finish(set_option(c, &host, sizeof host));
}

// struct group_req and kin: a 32-bit interface, then a sockaddr_storage aligned like a long.
void set_group(CallContext& c) {
  u32 length = c.word(4);
  if (length < 4 || length > 65536) return c.fail(EINVAL);
  std::vector<u8> host(length + 4);
  if (!c.space.read(c.at(3), {host.data(), 4}) || !c.space.read(c.at(3) + 4, {host.data() + 8, length - 4}))
    return c.fail(EFAULT);
  c.finish(set_option(c, host.data(), host.size()));
}

void setsockopt_(CallContext& c) {
  switch (layout_of(c.word(1), c.word(2))) {
    case OptionLayout::same: return c.finish(set_option(c, c.pointer(3), c.word(4)));
    case OptionLayout::filter: return set_filter(c);
    case OptionLayout::group_request: return set_group(c);
    case OptionLayout::refused: return c.unsupported("setsockopt of packet filter tables", ENOPROTOOPT);
    case OptionLayout::old_timeval: break;
  }
  if (c.word(4) < sizeof(guest::Timeval32)) return c.fail(EINVAL);
  auto time = fetch<guest::Timeval32>(c, c.at(3));
  if (!time) return;
  timeval host = host_of(*time);
  c.finish(set_option(c, &host, sizeof host));
}

void getsockopt_(CallContext& c) {
  OptionLayout layout = layout_of(c.word(1), c.word(2));
  if (layout != OptionLayout::same && layout != OptionLayout::old_timeval)
    return c.unsupported("getsockopt of a filter or group", ENOPROTOOPT);
  auto room = fetch<i32>(c, c.at(4));
  if (!room) return;
  if (*room < 0) return c.fail(EINVAL);
  u32 host_room = layout == OptionLayout::old_timeval ? sizeof(timeval) : std::min<u32>(static_cast<u32>(*room), 1u << 20);
  u8* host = c.stage(host_room + 1);
  u32* length = c.stage<u32>();
  *length = host_room;
  std::memset(host, 0, std::min<u32>(host_room, 64));
  HostResult r = c.immediate(SYS_getsockopt, c.fd(0), c.word(1), c.word(2), host, length);
  if (!r.succeeded()) return c.finish(r);
  if (layout == OptionLayout::old_timeval) {
    guest::Timeval32 time;
    to_guest(load<timeval>(host), time);
    std::memcpy(host, &time, sizeof time);
    *length = std::min<u32>(static_cast<u32>(*room), sizeof time);
  }
  if (give_bytes(c, c.at(3), host, std::min(*length, static_cast<u32>(*room))) && give(c, c.at(4), *length)) c.finish(r);
}

}  // namespace

HandlerTable socket_handlers() {
  static constexpr NamedHandler table[] = {
      {"socketpair", socketpair_},   {"bind", bind_},     {"connect", connect_}, {"getsockname", getsockname_},
      {"getpeername", getpeername_}, {"accept", accept_}, {"accept4", accept4_}, {"send", send_},
      {"sendto", sendto_},           {"recv", recv_},     {"recvfrom", recvfrom_}, {"setsockopt", setsockopt_},
      {"getsockopt", getsockopt_},
  };
  return table;
}

}  // namespace sigtape::outside
