// Names of Linux/ARM flags and options: sockets and their options.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue address_families_values[] = {
    {0, "AF_UNSPEC"},     {1, "AF_UNIX"},     {2, "AF_INET"},    {3, "AF_AX25"},     {4, "AF_IPX"},
    {5, "AF_APPLETALK"},  {6, "AF_NETROM"},   {7, "AF_BRIDGE"},  {8, "AF_ATMPVC"},   {9, "AF_X25"},
    {10, "AF_INET6"},     {11, "AF_ROSE"},    {12, "AF_DECnet"}, {13, "AF_NETBEUI"}, {14, "AF_SECURITY"},
    {15, "AF_KEY"},       {16, "AF_NETLINK"}, {17, "AF_PACKET"}, {18, "AF_ASH"},     {19, "AF_ECONET"},
    {21, "AF_RDS"},       {24, "AF_PPPOX"},   {26, "AF_LLC"},    {29, "AF_CAN"},     {30, "AF_TIPC"},
    {31, "AF_BLUETOOTH"}, {38, "AF_ALG"},     {40, "AF_VSOCK"},  {41, "AF_KCM"},     {42, "AF_QIPCRTR"},
    {43, "AF_SMC"},       {44, "AF_XDP"},
};
constexpr NameValue socket_types_values[] = {
    {1, "SOCK_STREAM", 0xf},   {2, "SOCK_DGRAM", 0xf},     {3, "SOCK_RAW", 0xf},
    {4, "SOCK_RDM", 0xf},      {5, "SOCK_SEQPACKET", 0xf}, {6, "SOCK_DCCP", 0xf},
    {0xa, "SOCK_PACKET", 0xf}, {0x800, "SOCK_NONBLOCK"},   {0x80000, "SOCK_CLOEXEC"},
};
constexpr NameValue accept_flags_values[] = {
    {0x800, "SOCK_NONBLOCK"},
    {0x80000, "SOCK_CLOEXEC"},
};
constexpr NameValue message_flags_values[] = {
    {1, "MSG_OOB"},
    {2, "MSG_PEEK"},
    {4, "MSG_DONTROUTE"},
    {8, "MSG_CTRUNC"},
    {0x10, "MSG_PROBE"},
    {0x20, "MSG_TRUNC"},
    {0x40, "MSG_DONTWAIT"},
    {0x80, "MSG_EOR"},
    {0x100, "MSG_WAITALL"},
    {0x200, "MSG_FIN"},
    {0x400, "MSG_SYN"},
    {0x800, "MSG_CONFIRM"},
    {0x1000, "MSG_RST"},
    {0x2000, "MSG_ERRQUEUE"},
    {0x4000, "MSG_NOSIGNAL"},
    {0x8000, "MSG_MORE"},
    {0x10000, "MSG_WAITFORONE"},
    {0x40000, "MSG_BATCH"},
    {0x4000000, "MSG_ZEROCOPY"},
    {0x20000000, "MSG_FASTOPEN"},
    {0x40000000, "MSG_CMSG_CLOEXEC"},
};
constexpr NameValue shutdown_how_values[] = {
    {0, "SHUT_RD"},
    {1, "SHUT_WR"},
    {2, "SHUT_RDWR"},
};
constexpr NameValue socket_levels_values[] = {
    {0, "SOL_IP"},        {1, "SOL_SOCKET"},  {6, "SOL_TCP"},     {17, "SOL_UDP"},
    {41, "SOL_IPV6"},     {58, "SOL_ICMPV6"}, {255, "SOL_RAW"},   {263, "SOL_PACKET"},
    {270, "SOL_NETLINK"}, {282, "SOL_TLS"},   {287, "SOL_VSOCK"},
};
constexpr NameValue socket_options_values[] = {
    {1, "SO_DEBUG"},
    {2, "SO_REUSEADDR"},
    {3, "SO_TYPE"},
    {4, "SO_ERROR"},
    {5, "SO_DONTROUTE"},
    {6, "SO_BROADCAST"},
    {7, "SO_SNDBUF"},
    {8, "SO_RCVBUF"},
    {9, "SO_KEEPALIVE"},
    {10, "SO_OOBINLINE"},
    {11, "SO_NO_CHECK"},
    {12, "SO_PRIORITY"},
    {13, "SO_LINGER"},
    {14, "SO_BSDCOMPAT"},
    {15, "SO_REUSEPORT"},
    {16, "SO_PASSCRED"},
    {17, "SO_PEERCRED"},
    {18, "SO_RCVLOWAT"},
    {19, "SO_SNDLOWAT"},
    {20, "SO_RCVTIMEO_OLD"},
    {21, "SO_SNDTIMEO_OLD"},
    {25, "SO_BINDTODEVICE"},
    {26, "SO_ATTACH_FILTER"},
    {27, "SO_DETACH_FILTER"},
    {28, "SO_PEERNAME"},
    {29, "SO_TIMESTAMP_OLD"},
    {30, "SO_ACCEPTCONN"},
    {31, "SO_PEERSEC"},
    {32, "SO_SNDBUFFORCE"},
    {33, "SO_RCVBUFFORCE"},
    {34, "SO_PASSSEC"},
    {35, "SO_TIMESTAMPNS_OLD"},
    {36, "SO_MARK"},
    {37, "SO_TIMESTAMPING_OLD"},
    {38, "SO_PROTOCOL"},
    {39, "SO_DOMAIN"},
    {40, "SO_RXQ_OVFL"},
    {41, "SO_WIFI_STATUS"},
    {42, "SO_PEEK_OFF"},
    {43, "SO_NOFCS"},
    {44, "SO_LOCK_FILTER"},
    {45, "SO_SELECT_ERR_QUEUE"},
    {46, "SO_BUSY_POLL"},
    {47, "SO_MAX_PACING_RATE"},
    {48, "SO_BPF_EXTENSIONS"},
    {49, "SO_INCOMING_CPU"},
    {50, "SO_ATTACH_BPF"},
    {51, "SO_ATTACH_REUSEPORT_CBPF"},
    {52, "SO_ATTACH_REUSEPORT_EBPF"},
    {53, "SO_CNX_ADVICE"},
    {55, "SO_MEMINFO"},
    {56, "SO_INCOMING_NAPI_ID"},
    {57, "SO_COOKIE"},
    {59, "SO_PEERGROUPS"},
    {60, "SO_ZEROCOPY"},
    {61, "SO_TXTIME"},
    {62, "SO_BINDTOIFINDEX"},
    {63, "SO_TIMESTAMP_NEW"},
    {64, "SO_TIMESTAMPNS_NEW"},
    {65, "SO_TIMESTAMPING_NEW"},
    {66, "SO_RCVTIMEO_NEW"},
    {67, "SO_SNDTIMEO_NEW"},
    {68, "SO_DETACH_REUSEPORT_BPF"},
    {69, "SO_PREFER_BUSY_POLL"},
    {70, "SO_BUSY_POLL_BUDGET"},
    {71, "SO_NETNS_COOKIE"},
    {72, "SO_BUF_LOCK"},
    {73, "SO_RESERVE_MEM"},
    {74, "SO_TXREHASH"},
    {75, "SO_RCVMARK"},
};
constexpr NameValue tcp_options_values[] = {
    {1, "TCP_NODELAY"},        {2, "TCP_MAXSEG"},    {3, "TCP_CORK"},
    {4, "TCP_KEEPIDLE"},       {5, "TCP_KEEPINTVL"}, {6, "TCP_KEEPCNT"},
    {7, "TCP_SYNCNT"},         {8, "TCP_LINGER2"},   {9, "TCP_DEFER_ACCEPT"},
    {10, "TCP_WINDOW_CLAMP"},  {11, "TCP_INFO"},     {12, "TCP_QUICKACK"},
    {13, "TCP_CONGESTION"},    {14, "TCP_MD5SIG"},   {16, "TCP_THIN_LINEAR_TIMEOUTS"},
    {18, "TCP_USER_TIMEOUT"},  {23, "TCP_FASTOPEN"}, {24, "TCP_TIMESTAMP"},
    {25, "TCP_NOTSENT_LOWAT"}, {31, "TCP_ULP"},      {30, "TCP_FASTOPEN_CONNECT"},
};
constexpr NameValue ip_options_values[] = {
    {1, "IP_TOS"},
    {2, "IP_TTL"},
    {3, "IP_HDRINCL"},
    {4, "IP_OPTIONS"},
    {6, "IP_RECVOPTS"},
    {7, "IP_RETOPTS"},
    {8, "IP_PKTINFO"},
    {9, "IP_PKTOPTIONS"},
    {10, "IP_MTU_DISCOVER"},
    {11, "IP_RECVERR"},
    {12, "IP_RECVTTL"},
    {13, "IP_RECVTOS"},
    {14, "IP_MTU"},
    {15, "IP_FREEBIND"},
    {19, "IP_TRANSPARENT"},
    {24, "IP_BIND_ADDRESS_NO_PORT"},
    {32, "IP_MULTICAST_IF"},
    {33, "IP_MULTICAST_TTL"},
    {34, "IP_MULTICAST_LOOP"},
    {35, "IP_ADD_MEMBERSHIP"},
    {36, "IP_DROP_MEMBERSHIP"},
};
constexpr NameValue ipv6_options_values[] = {
    {1, "IPV6_ADDRFORM"},         {16, "IPV6_UNICAST_HOPS"},   {17, "IPV6_MULTICAST_IF"},
    {18, "IPV6_MULTICAST_HOPS"},  {19, "IPV6_MULTICAST_LOOP"}, {20, "IPV6_ADD_MEMBERSHIP"},
    {21, "IPV6_DROP_MEMBERSHIP"}, {23, "IPV6_MTU_DISCOVER"},   {24, "IPV6_MTU"},
    {25, "IPV6_RECVERR"},         {26, "IPV6_V6ONLY"},         {49, "IPV6_RECVPKTINFO"},
    {50, "IPV6_PKTINFO"},         {51, "IPV6_RECVHOPLIMIT"},   {66, "IPV6_RECVTCLASS"},
    {67, "IPV6_TCLASS"},
};
constexpr NameValue control_types_values[] = {
    {1, "SCM_RIGHTS"},
    {2, "SCM_CREDENTIALS"},
    {3, "SCM_SECURITY"},
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

}  // namespace sigtape::abi::linux_eabi
