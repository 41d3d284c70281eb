// Bit operators for the enums that ask for them with enable_flags.
#pragma once
#include <type_traits>

namespace sigtape {

template <class E>
inline constexpr bool enable_flags = false;

template <class E>
concept FlagEnum = std::is_enum_v<E> && enable_flags<E>;

template <FlagEnum E>
constexpr E operator|(E a, E b) {
  using U = std::underlying_type_t<E>;
  return static_cast<E>(static_cast<U>(a) | static_cast<U>(b));
}
template <FlagEnum E>
constexpr E operator&(E a, E b) {
  using U = std::underlying_type_t<E>;
  return static_cast<E>(static_cast<U>(a) & static_cast<U>(b));
}
template <FlagEnum E>
constexpr E operator~(E a) {
  using U = std::underlying_type_t<E>;
  return static_cast<E>(~static_cast<U>(a));
}
template <FlagEnum E>
constexpr E& operator|=(E& a, E b) {
  return a = a | b;
}
template <FlagEnum E>
constexpr bool has(E set, E wanted) {
  return (set & wanted) == wanted;
}

}  // namespace sigtape
