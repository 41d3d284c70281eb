// Numbers that do not mix: guest addresses, ticks, thread ids, guest and host descriptors, signals.
#pragma once
#include <compare>
#include <functional>

#include "core/base/ints.h"

namespace sigtape {

template <class Tag, class T>
struct Strong {
  using Value = T;
  T value{};
  constexpr Strong() = default;
  constexpr explicit Strong(T v) : value(v) {}
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
};

// An address in the 4 GiB guest space. Never a host pointer; mem::Space turns it into one.
struct GuestAddr : Strong<struct GuestAddrTag, u32> {
  using Strong::Strong;
  friend constexpr GuestAddr operator+(GuestAddr a, u32 bytes) { return GuestAddr{a.value + bytes}; }
  friend constexpr GuestAddr operator-(GuestAddr a, u32 bytes) { return GuestAddr{a.value - bytes}; }
  friend constexpr u32 operator-(GuestAddr a, GuestAddr b) { return a.value - b.value; }
  constexpr bool is_null() const { return value == 0; }
};

// Instructions retired by one guest thread since it began. With the thread it makes a position on the tape.
struct Tick : Strong<struct TickTag, u64> {
  using Strong::Strong;
  friend constexpr Tick operator+(Tick t, u64 n) { return Tick{t.value + n}; }
  friend constexpr u64 operator-(Tick a, Tick b) { return a.value - b.value; }
};

// The guest's thread id; for Linux guests the host's tid, so that results need no translation.
struct ThreadId : Strong<struct ThreadIdTag, i32> {
  using Strong::Strong;
};

struct GuestFd : Strong<struct GuestFdTag, i32> {
  using Strong::Strong;
};
struct HostFd : Strong<struct HostFdTag, i32> {
  using Strong::Strong;
};

}  // namespace sigtape

template <>
struct std::hash<sigtape::GuestAddr> {
  std::size_t operator()(sigtape::GuestAddr a) const noexcept { return a.value; }
};
template <>
struct std::hash<sigtape::ThreadId> {
  std::size_t operator()(sigtape::ThreadId t) const noexcept { return static_cast<std::size_t>(t.value); }
};
