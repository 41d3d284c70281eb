// Memory for a call's outputs: lives until the thread's next call, costs nothing until it is touched.
#pragma once
#include <memory>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

class Staging {
 public:
  Staging() = default;
  ~Staging();
  Staging(const Staging&) = delete;
  // Aligned to 16; contents undefined. nullptr where the host has no memory.
  u8* allocate(u64 bytes);
  void reset();

 private:
  static constexpr u64 chunk_bytes = 32 << 10;
  static constexpr u64 most_kept = 1 << 20;
  struct Large {
    void* at = nullptr;
    u64 bytes = 0;
  };
  static void unmap(const Large& large);
  std::unique_ptr<u8[]> chunk_;
  u64 used_ = 0;
  std::vector<Large> large_;
  Large kept_;  // of earlier calls: who reads in large pieces does it again, and new pages cost more than what they hold
  bool kept_is_used_ = false;
};

}  // namespace sigtape::outside
