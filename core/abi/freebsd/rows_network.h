// FreeBSD calls on sockets.
#pragma once
#include "core/abi/freebsd/row_words.h"

namespace sigtape::abi::freebsd::rows {

consteval Spec option(const NameSet& names) { return choice("name", names); }
inline constexpr Variant level_rows[] = {
    keeping_rest(variant(0, "IPPROTO_IP", {option(ip_options)})),
    keeping_rest(variant(6, "IPPROTO_TCP", {option(tcp_options)})),
    keeping_rest(variant(41, "IPPROTO_IPV6", {option(ipv6_options)})),
    keeping_rest(variant(0xffff, "SOL_SOCKET", {option(socket_options)})),
};
inline constexpr Variants level_variants{.argument = 1, .rows = level_rows};

consteval Spec socket() { return fd("s"); }
consteval Spec address_in() { return sized("name", Kind::sockaddr, Dir::in, "namelen"); }
consteval Spec address_out(std::string_view name, std::string_view length) {
  return behind(sized(name, Kind::sockaddr, Dir::out, length));
}
consteval Spec length_of_address(std::string_view name) { return inout(name, int32); }
consteval Spec message_options() { return flags("flags", message_flags); }
consteval Spec family() { return choice("domain", address_families); }
consteval Spec type() { return flags("type", socket_types); }

inline constexpr Row network[] = {
    call(27, "recvmsg", outside, if_sa_restart, gives::size,
         {socket(), got(sized("msg", Kind::msghdr, Dir::inout, "")), message_options()}),
    call(28, "sendmsg", outside, if_sa_restart, gives::size,
         {socket(), sized("msg", Kind::msghdr, Dir::in, ""), message_options()}),
    call(29, "recvfrom", outside, if_sa_restart, gives::size,
         {socket(), got(out_bytes("buf", "len")), size("len"), message_options(), address_out("from", "fromlenaddr"),
          length_of_address("fromlenaddr")}),
    call(30, "accept", outside, if_sa_restart, gives::fd,
         {socket(), address_out("name", "anamelen"), length_of_address("anamelen")}),
    call(31, "getpeername", outside, gives::zero, {fd("fdes"), address_out("asa", "alen"), length_of_address("alen")}),
    call(32, "getsockname", outside, gives::zero, {fd("fdes"), address_out("asa", "alen"), length_of_address("alen")}),
    call(97, "socket", outside, gives::fd, {family(), type(), integer("protocol")}),
    call(98, "connect", outside, never, gives::zero, {socket(), address_in(), size("namelen")}),
    call(104, "bind", outside, gives::zero, {socket(), address_in(), size("namelen")}),
    call(105, "setsockopt", outside, gives::zero,
         {socket(), choice("level", socket_levels), hex("name"), in_bytes("val", "valsize"), integer("valsize")},
         &level_variants),
    call(106, "listen", outside, gives::zero, {socket(), integer("backlog")}),
    call(118, "getsockopt", outside, gives::zero,
         {socket(), choice("level", socket_levels), hex("name"), behind(out_bytes("val", "avalsize")),
          inout("avalsize", int32)},
         &level_variants),
    call(133, "sendto", outside, if_sa_restart, gives::size,
         {socket(), in_bytes("buf", "len"), size("len"), message_options(),
          sized("to", Kind::sockaddr, Dir::in, "tolen"), size("tolen")}),
    call(134, "shutdown", outside, gives::zero, {socket(), choice("how", shutdown_how)}),
    call(135, "socketpair", outside, gives::zero,
         {family(), type(), integer("protocol"), fixed_array("rsv", descriptor, Dir::out, 4 * 2)}),
    call(393, "sendfile", outside, never, gives::zero,
         {fd(), fd("s"), off64(), size("nbytes"), in("hdtr", layout::sf_hdtr), when(When::always, out("sbytes", int64)),
          hex("flags")}),
    call(541, "accept4", outside, if_sa_restart, gives::fd,
         {socket(), address_out("name", "anamelen"), length_of_address("anamelen"), flags("flags", accept_flags)}),
};

}  // namespace sigtape::abi::freebsd::rows
