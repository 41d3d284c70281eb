// Little-endian loads and stores on host bytes, without alignment demands.
#pragma once
#include <cstring>
#include <span>
#include <type_traits>

#include "core/base/ints.h"

namespace sigtape {

template <class T>
  requires std::is_trivially_copyable_v<T>
T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
  requires std::is_trivially_copyable_v<T>
void store(void* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
}

template <class T>
  requires std::is_trivially_copyable_v<T>
std::span<const u8> bytes_of(const T& value) {
  return {reinterpret_cast<const u8*>(&value), sizeof value};
}

}  // namespace sigtape
