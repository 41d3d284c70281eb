// A 32-bit word of the guest that the kernel reads and changes atomically (fueword32, suword32, casueword32).
#pragma once
#include <atomic>

#include "core/base/ints.h"

namespace sigtape::os::freebsd {

class UserWord {
 public:
  explicit UserWord(u8* host) : host_(reinterpret_cast<u32*>(host)) {}
  explicit operator bool() const { return host_ != nullptr; }  // false: EFAULT
  u32 load() const { return std::atomic_ref<u32>(*host_).load(); }
  void store(u32 value) const { std::atomic_ref<u32>(*host_).store(value); }
  // True where it was `expected`.
  bool change(u32 expected, u32 wanted) const {
    return std::atomic_ref<u32>(*host_).compare_exchange_strong(expected, wanted);
  }

 private:
  u32* host_;
};

}  // namespace sigtape::os::freebsd
