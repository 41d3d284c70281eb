// A host system call as it is: no errno, no libc cancellation points. For calls of ours; the guest's use safe_syscall.
#pragma once
#include <sys/syscall.h>

#include <type_traits>

#include "core/base/ints.h"

namespace sigtape::outside {

inline long raw_word(const volatile void* p) { return reinterpret_cast<long>(p); }
inline long raw_word(std::nullptr_t) { return 0; }
template <class I>
requires(std::is_integral_v<I> || std::is_enum_v<I>) inline long raw_word(I i) { return static_cast<long>(i); }

// The kernel's value, -errno where it failed.
template <class... A>
inline long raw_syscall(long number, A... arguments) {
  static_assert(sizeof...(A) <= 6);
  const long words[6] = {raw_word(arguments)...};
  register long r10 asm("r10") = words[3];
  register long r8 asm("r8") = words[4];
  register long r9 asm("r9") = words[5];
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(words[0]), "S"(words[1]), "d"(words[2]), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

}  // namespace sigtape::outside
