// Memory for a call's outputs: lives until the thread's next call, costs nothing until it is touched.
#pragma once
#include <memory>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

class Staging {
 public:
  Staging() = default;
  ~Staging() { reset(); }
  Staging(const Staging&) = delete;
  // Aligned to 16; contents undefined. nullptr where the host has no memory.
  u8* allocate(u64 bytes);
  void reset();

 private:
  static constexpr u64 chunk_bytes = 32 << 10;
  struct Large {
    void* at;
    u64 bytes;
  };
  std::unique_ptr<u8[]> chunk_;
  u64 used_ = 0;
  std::vector<Large> large_;
};

}  // namespace sigtape::outside
