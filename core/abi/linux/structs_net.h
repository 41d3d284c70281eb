// Linux/ARM EABI network structures: messages, socket addresses, interface requests.
#pragma once
#include "core/base/ints.h"

namespace sigtape::abi::linux_eabi {

struct Msghdr {
  u32 name, namelen, iov, iovlen, control, controllen;
  u32 flags;
};
struct Mmsghdr {
  Msghdr hdr;
  u32 len;
};
struct Cmsghdr {  // data follows at 12; the next header is 4-byte aligned
  u32 len;
  i32 level, type;
};
inline constexpr u32 cmsg_alignment = 4;
struct Linger {
  i32 onoff, linger;
};
struct Ucred {
  i32 pid;
  u32 uid, gid;
};

// --- socket addresses; ports and IP addresses in network byte order
struct Sockaddr {
  u16 family;
  char data[14];
};
struct SockaddrIn {
  u16 family, port;
  u32 addr;
  u8 zero[8];
};
struct SockaddrIn6 {
  u16 family, port;
  u32 flowinfo;
  u8 addr[16];
  u32 scope_id;
};
struct SockaddrUn {
  u16 family;
  char path[108];
};
struct SockaddrNl {
  u16 family, pad;
  u32 pid, groups;
};
struct SockaddrLl {
  u16 family, protocol;
  i32 ifindex;
  u16 hatype;
  u8 pkttype, halen;
  u8 addr[8];
};
struct SockaddrVm {
  u16 family, reserved1;
  u32 port, cid;
  u8 flags;
  u8 zero[3];
};
struct SockaddrStorage {
  u16 family;
  u8 data[126];
};

// --- interface requests (SIOCGIF...)
struct Ifmap {
  u32 mem_start, mem_end;
  u16 base_addr;
  u8 irq, dma, port;
  u8 pad[3];
};
struct Ifreq {  // 32 bytes; on a 64-bit host 40
  char name[16];
  union {
    Sockaddr address;
    i16 flags;
    i32 ivalue;
    Ifmap map;
    char other_name[16];
    u32 data;  // a pointer (ethtool, bonding)
  };
};
struct Ifconf {
  i32 len;
  u32 req;
};
struct InMreq {
  u32 multiaddr, interface_;
};
struct InMreqn {
  u32 multiaddr, address;
  i32 ifindex;
};
struct Ipv6Mreq {
  u8 multiaddr[16];
  i32 ifindex;
};
struct SockFprog {  // SO_ATTACH_FILTER
  u16 len, pad;
  u32 filter;
};
struct SockFilter {
  u16 code;
  u8 jt, jf;
  u32 k;
};

static_assert(sizeof(Msghdr) == 28 && sizeof(Mmsghdr) == 32 && sizeof(SockaddrUn) == 110 && sizeof(Ifreq) == 32);

}  // namespace sigtape::abi::linux_eabi
