// Names of FreeBSD flags and options: sockets, poll and kqueue, System V IPC.
#include "core/abi/freebsd/flags.h"

namespace sigtape::abi::freebsd {
namespace {

constexpr NameValue address_families_values[] = {
    {0, "AF_UNSPEC"}, {1, "AF_UNIX"},   {2, "AF_INET"},     {17, "AF_ROUTE"},
    {18, "AF_LINK"},  {28, "AF_INET6"}, {38, "AF_NETLINK"},
};
constexpr NameValue socket_types_values[] = {
    {1, "SOCK_STREAM", 15},    {2, "SOCK_DGRAM", 15},        {3, "SOCK_RAW", 15},           {4, "SOCK_RDM", 15},
    {5, "SOCK_SEQPACKET", 15}, {0x10000000, "SOCK_CLOEXEC"}, {0x20000000, "SOCK_NONBLOCK"},
};
constexpr NameValue accept_flags_values[] = {
    {0x10000000, "SOCK_CLOEXEC"},
    {0x20000000, "SOCK_NONBLOCK"},
};
constexpr NameValue message_flags_values[] = {
    {1, "MSG_OOB"},
    {2, "MSG_PEEK"},
    {4, "MSG_DONTROUTE"},
    {8, "MSG_EOR"},
    {0x10, "MSG_TRUNC"},
    {0x20, "MSG_CTRUNC"},
    {0x40, "MSG_WAITALL"},
    {0x80, "MSG_DONTWAIT"},
    {0x100, "MSG_EOF"},
    {0x4000, "MSG_NBIO"},
    {0x20000, "MSG_NOSIGNAL"},
    {0x40000, "MSG_CMSG_CLOEXEC"},
    {0x80000, "MSG_WAITFORONE"},
};
constexpr NameValue shutdown_how_values[] = {
    {0, "SHUT_RD"},
    {1, "SHUT_WR"},
    {2, "SHUT_RDWR"},
};
constexpr NameValue socket_levels_values[] = {
    {0, "IPPROTO_IP"}, {6, "IPPROTO_TCP"}, {17, "IPPROTO_UDP"}, {41, "IPPROTO_IPV6"}, {0xffff, "SOL_SOCKET"},
};
constexpr NameValue socket_options_values[] = {
    {1, "SO_DEBUG"},           {2, "SO_ACCEPTCONN"},       {4, "SO_REUSEADDR"},    {8, "SO_KEEPALIVE"},
    {16, "SO_DONTROUTE"},      {32, "SO_BROADCAST"},       {64, "SO_USELOOPBACK"}, {128, "SO_LINGER"},
    {256, "SO_OOBINLINE"},     {512, "SO_REUSEPORT"},      {1024, "SO_TIMESTAMP"}, {2048, "SO_NOSIGPIPE"},
    {4096, "SO_ACCEPTFILTER"}, {8192, "SO_BINTIME"},       {4097, "SO_SNDBUF"},    {4098, "SO_RCVBUF"},
    {4099, "SO_SNDLOWAT"},     {4100, "SO_RCVLOWAT"},      {4101, "SO_SNDTIMEO"},  {4102, "SO_RCVTIMEO"},
    {4103, "SO_ERROR"},        {4104, "SO_TYPE"},          {4105, "SO_LABEL"},     {4113, "SO_LISTENQLIMIT"},
    {4114, "SO_LISTENQLEN"},   {4115, "SO_LISTENINCQLEN"}, {4116, "SO_SETFIB"},    {4118, "SO_PROTOCOL"},
    {4121, "SO_DOMAIN"},
};
constexpr NameValue tcp_options_values[] = {
    {1, "TCP_NODELAY"},     {2, "TCP_MAXSEG"},     {4, "TCP_NOPUSH"},     {8, "TCP_NOOPT"},       {32, "TCP_INFO"},
    {64, "TCP_CONGESTION"}, {128, "TCP_KEEPINIT"}, {256, "TCP_KEEPIDLE"}, {512, "TCP_KEEPINTVL"}, {1024, "TCP_KEEPCNT"},
};
constexpr NameValue ip_options_values[] = {
    {1, "IP_OPTIONS"},
    {2, "IP_HDRINCL"},
    {3, "IP_TOS"},
    {4, "IP_TTL"},
    {5, "IP_RECVOPTS"},
    {7, "IP_RECVDSTADDR"},
    {9, "IP_MULTICAST_IF"},
    {10, "IP_MULTICAST_TTL"},
    {11, "IP_MULTICAST_LOOP"},
    {12, "IP_ADD_MEMBERSHIP"},
    {13, "IP_DROP_MEMBERSHIP"},
};
constexpr NameValue ipv6_options_values[] = {
    {4, "IPV6_UNICAST_HOPS"}, {9, "IPV6_MULTICAST_IF"}, {10, "IPV6_MULTICAST_HOPS"}, {11, "IPV6_MULTICAST_LOOP"},
    {12, "IPV6_JOIN_GROUP"},  {13, "IPV6_LEAVE_GROUP"}, {27, "IPV6_V6ONLY"},
};
constexpr NameValue control_types_values[] = {
    {1, "SCM_RIGHTS"}, {2, "SCM_TIMESTAMP"}, {3, "SCM_CREDS"}, {4, "SCM_BINTIME"}, {8, "SCM_CREDS2"},
};
constexpr NameValue poll_events_values[] = {
    {1, "POLLIN"},         {2, "POLLPRI"},           {4, "POLLOUT"},        {8, "POLLERR"},
    {0x10, "POLLHUP"},     {0x20, "POLLNVAL"},       {0x40, "POLLRDNORM"},  {0x80, "POLLRDBAND"},
    {0x100, "POLLWRBAND"}, {0x2000, "POLLINIGNEOF"}, {0x4000, "POLLRDHUP"},
};
constexpr NameValue kevent_filters_values[] = {
    {0xffffffff, "EVFILT_READ"},  {0xfffffffe, "EVFILT_WRITE"},    {0xfffffffd, "EVFILT_AIO"},
    {0xfffffffc, "EVFILT_VNODE"}, {0xfffffffb, "EVFILT_PROC"},     {0xfffffffa, "EVFILT_SIGNAL"},
    {0xfffffff9, "EVFILT_TIMER"}, {0xfffffff8, "EVFILT_PROCDESC"}, {0xfffffff7, "EVFILT_FS"},
    {0xfffffff6, "EVFILT_LIO"},   {0xfffffff5, "EVFILT_USER"},     {0xfffffff4, "EVFILT_SENDFILE"},
    {0xfffffff3, "EVFILT_EMPTY"},
};
constexpr NameValue kevent_flags_values[] = {
    {1, "EV_ADD"},           {2, "EV_DELETE"},      {4, "EV_ENABLE"},
    {8, "EV_DISABLE"},       {0x10, "EV_ONESHOT"},  {0x20, "EV_CLEAR"},
    {0x40, "EV_RECEIPT"},    {0x80, "EV_DISPATCH"}, {0x100, "EV_FORCEONESHOT"},
    {0x200, "EV_KEEPUDATA"}, {0x4000, "EV_ERROR"},  {0x8000, "EV_EOF"},
};
constexpr NameValue ipc_get_flags_values[] = {
    {0x200, "IPC_CREAT"},
    {0x400, "IPC_EXCL"},
    {0x800, "IPC_NOWAIT"},
};
constexpr NameValue ipc_commands_values[] = {
    {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "GETNCNT"}, {4, "GETPID"},    {5, "GETVAL"},
    {6, "GETALL"},   {7, "GETZCNT"}, {8, "SETVAL"},   {9, "SETALL"},  {10, "SEM_STAT"}, {11, "SEM_INFO"},
};

}  // namespace

constinit const NameSet address_families{"address_families", address_families_values, NameSet::Style::choice};
constinit const NameSet socket_types{"socket_types", socket_types_values, NameSet::Style::flags};
constinit const NameSet accept_flags{"accept_flags", accept_flags_values, NameSet::Style::flags};
constinit const NameSet message_flags{"message_flags", message_flags_values, NameSet::Style::flags};
constinit const NameSet shutdown_how{"shutdown_how", shutdown_how_values, NameSet::Style::choice};
constinit const NameSet socket_levels{"socket_levels", socket_levels_values, NameSet::Style::choice};
constinit const NameSet socket_options{"socket_options", socket_options_values, NameSet::Style::choice};
constinit const NameSet tcp_options{"tcp_options", tcp_options_values, NameSet::Style::choice};
constinit const NameSet ip_options{"ip_options", ip_options_values, NameSet::Style::choice};
constinit const NameSet ipv6_options{"ipv6_options", ipv6_options_values, NameSet::Style::choice};
constinit const NameSet control_types{"control_types", control_types_values, NameSet::Style::choice};
constinit const NameSet poll_events{"poll_events", poll_events_values, NameSet::Style::flags};
constinit const NameSet kevent_filters{"kevent_filters", kevent_filters_values, NameSet::Style::choice};
constinit const NameSet kevent_flags{"kevent_flags", kevent_flags_values, NameSet::Style::flags};
constinit const NameSet ipc_get_flags{"ipc_get_flags", ipc_get_flags_values, NameSet::Style::flags};
constinit const NameSet ipc_commands{"ipc_commands", ipc_commands_values, NameSet::Style::choice};

}  // namespace sigtape::abi::freebsd
