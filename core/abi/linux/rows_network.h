// Linux/ARM calls on sockets; setsockopt's and getsockopt's value by level and option.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

// --- what stands behind optval: most options are an int; those that are not are listed
consteval Spec option_in(const Layout& layout) { return in("optval", layout); }
consteval Spec option_out(const Layout& layout) { return out("optval", layout); }
consteval Spec option_bytes_in() { return in_bytes("optval", "optlen"); }
consteval Spec option_bytes_out() { return behind(out_bytes("optval", "optlen")); }
consteval Spec length_in() { return integer("optlen"); }
consteval Spec length_out() { return inout("optlen", int32); }

inline constexpr Variant set_socket_rows[] = {
    variant(13, "SO_LINGER", {option_in(layout::linger), length_in()}),
    variant(20, "SO_RCVTIMEO_OLD", {option_in(layout::timeval32), length_in()}),
    variant(21, "SO_SNDTIMEO_OLD", {option_in(layout::timeval32), length_in()}),
    variant(25, "SO_BINDTODEVICE", {option_bytes_in(), length_in()}),
    variant(26, "SO_ATTACH_FILTER", {option_in(layout::sock_fprog), length_in()}),
    variant(51, "SO_ATTACH_REUSEPORT_CBPF", {option_in(layout::sock_fprog), length_in()}),
    variant(66, "SO_RCVTIMEO_NEW", {option_in(layout::timespec64), length_in()}),
    variant(67, "SO_SNDTIMEO_NEW", {option_in(layout::timespec64), length_in()}),
};
inline constexpr auto set_socket_shifted = variants_after(2, set_socket_rows);
inline constexpr Variants set_socket{.argument = 2, .rows = set_socket_shifted};
inline constexpr Variant set_ip_rows[] = {
    variant(32, "IP_MULTICAST_IF", {option_bytes_in(), length_in()}),
    variant(35, "IP_ADD_MEMBERSHIP", {option_bytes_in(), length_in()}),
    variant(36, "IP_DROP_MEMBERSHIP", {option_bytes_in(), length_in()}),
};
inline constexpr auto set_ip_shifted = variants_after(2, set_ip_rows);
inline constexpr Variants set_ip{.argument = 2, .rows = set_ip_shifted};
inline constexpr Variant set_ipv6_rows[] = {
    variant(20, "IPV6_ADD_MEMBERSHIP", {option_in(layout::ipv6_mreq), length_in()}),
    variant(21, "IPV6_DROP_MEMBERSHIP", {option_in(layout::ipv6_mreq), length_in()}),
};
inline constexpr auto set_ipv6_shifted = variants_after(2, set_ipv6_rows);
inline constexpr Variants set_ipv6{.argument = 2, .rows = set_ipv6_shifted};
inline constexpr Variant set_tcp_rows[] = {
    variant(13, "TCP_CONGESTION", {option_bytes_in(), length_in()}),
    variant(31, "TCP_ULP", {option_bytes_in(), length_in()}),
};
inline constexpr auto set_tcp_shifted = variants_after(2, set_tcp_rows);
inline constexpr Variants set_tcp{.argument = 2, .rows = set_tcp_shifted};

consteval Spec option(const NameSet& names) { return choice("optname", names); }
inline constexpr Variant set_level_rows[] = {
    keeping_rest(variant(0, "SOL_IP", {option(ip_options)}), &set_ip),
    keeping_rest(variant(1, "SOL_SOCKET", {option(socket_options)}), &set_socket),
    keeping_rest(variant(6, "SOL_TCP", {option(tcp_options)}), &set_tcp),
    keeping_rest(variant(41, "SOL_IPV6", {option(ipv6_options)}), &set_ipv6),
};
inline constexpr Variants setsockopt_variants{.argument = 1, .rows = set_level_rows};

inline constexpr Variant get_socket_rows[] = {
    variant(4, "SO_ERROR", {option_out(int32), length_out()}),
    variant(13, "SO_LINGER", {option_out(layout::linger), length_out()}),
    variant(17, "SO_PEERCRED", {option_out(layout::ucred), length_out()}),
    variant(20, "SO_RCVTIMEO_OLD", {option_out(layout::timeval32), length_out()}),
    variant(21, "SO_SNDTIMEO_OLD", {option_out(layout::timeval32), length_out()}),
    variant(25, "SO_BINDTODEVICE", {option_bytes_out(), length_out()}),
    variant(28, "SO_PEERNAME", {option_bytes_out(), length_out()}),
    variant(31, "SO_PEERSEC", {option_bytes_out(), length_out()}),
    variant(59, "SO_PEERGROUPS", {option_bytes_out(), length_out()}),
    variant(66, "SO_RCVTIMEO_NEW", {option_out(layout::timespec64), length_out()}),
    variant(67, "SO_SNDTIMEO_NEW", {option_out(layout::timespec64), length_out()}),
};
inline constexpr auto get_socket_shifted = variants_after(2, get_socket_rows);
inline constexpr Variants get_socket{.argument = 2, .rows = get_socket_shifted};
inline constexpr Variant get_tcp_rows[] = {
    variant(11, "TCP_INFO", {option_bytes_out(), length_out()}),
    variant(13, "TCP_CONGESTION", {option_bytes_out(), length_out()}),
};
inline constexpr auto get_tcp_shifted = variants_after(2, get_tcp_rows);
inline constexpr Variants get_tcp{.argument = 2, .rows = get_tcp_shifted};
inline constexpr Variant get_level_rows[] = {
    keeping_rest(variant(0, "SOL_IP", {option(ip_options)})),
    keeping_rest(variant(1, "SOL_SOCKET", {option(socket_options)}), &get_socket),
    keeping_rest(variant(6, "SOL_TCP", {option(tcp_options)}), &get_tcp),
    keeping_rest(variant(41, "SOL_IPV6", {option(ipv6_options)})),
};
inline constexpr Variants getsockopt_variants{.argument = 1, .rows = get_level_rows};

consteval Spec socket(std::string_view name = "sockfd") { return fd(name); }
consteval Spec family() { return choice("domain", address_families); }
consteval Spec type() { return flags("type", socket_types); }
consteval Spec message_options() { return flags("flags", message_flags); }
consteval Spec address_length() { return inout("addrlen", int32); }
consteval Spec message(Dir dir) {
  return {{.name = "msg", .kind = Kind::msghdr, .dir = dir, .result_is_size = dir != Dir::in}};
}
consteval Spec messages(Dir dir) { return sized("msgvec", Kind::mmsghdr, dir, "vlen"); }

inline constexpr Row network[] = {
    refused(102, "socketcall", "old ABI only"),
    call(281, "socket", outside, gives::fd, {family(), type(), integer("protocol")}),
    call(282, "bind", outside, gives::zero, {socket(), in_sockaddr(), size("addrlen")}),
    call(283, "connect", outside, by_arguments, gives::zero, {socket(), in_sockaddr(), size("addrlen")}),
    call(284, "listen", outside, gives::zero, {socket(), integer("backlog")}),
    call(285, "accept", outside, by_arguments, gives::fd, {socket(), out_sockaddr(), address_length()}),
    call(286, "getsockname", outside, gives::zero, {socket(), out_sockaddr(), address_length()}),
    call(287, "getpeername", outside, gives::zero, {socket(), out_sockaddr(), address_length()}),
    call(288, "socketpair", outside, gives::zero,
         {family(), type(), integer("protocol"), fixed_array("sv", descriptor, Dir::out, 4 * 2)}),
    call(289, "send", outside, by_arguments, gives::size,
         {socket(), in_bytes("buf", "len"), size("len"), message_options()}),
    call(290, "sendto", outside, by_arguments, gives::size,
         {socket(), in_bytes("buf", "len"), size("len"), message_options(), in_sockaddr(), size("addrlen")}),
    call(291, "recv", outside, by_arguments, gives::size,
         {socket(), got(out_bytes("buf", "len")), size("len"), message_options()}),
    call(292, "recvfrom", outside, by_arguments, gives::size,
         {socket(), got(out_bytes("buf", "len")), size("len"), message_options(), out_sockaddr(), address_length()}),
    call(293, "shutdown", outside, gives::zero, {socket(), choice("how", shutdown_how)}),
    call(294, "setsockopt", outside, gives::zero,
         {socket(), choice("level", socket_levels), integer("optname"), option_bytes_in(), length_in()},
         &setsockopt_variants),
    call(295, "getsockopt", outside, gives::zero,
         {socket(), choice("level", socket_levels), integer("optname"), option_bytes_out(), length_out()},
         &getsockopt_variants),
    call(296, "sendmsg", outside, by_arguments, gives::size, {socket(), message(Dir::in), message_options()}),
    call(297, "recvmsg", outside, by_arguments, gives::size, {socket(), message(Dir::inout), message_options()}),
    call(
        365, "recvmmsg", outside, by_arguments, gives::integer,
        {socket(), got(messages(Dir::inout)), number("vlen"), message_options(), inout("timeout", layout::timespec32)}),
    call(366, "accept4", outside, by_arguments, gives::fd,
         {socket(), out_sockaddr(), address_length(), flags("flags", accept_flags)}),
    call(374, "sendmmsg", outside, by_arguments, gives::integer,
         {socket(), got(messages(Dir::inout)), number("vlen"), message_options()}),
    call(
        417, "recvmmsg_time64", outside, by_arguments, gives::integer,
        {socket(), got(messages(Dir::inout)), number("vlen"), message_options(), inout("timeout", layout::timespec64)}),
};

}  // namespace sigtape::abi::linux_eabi::rows
