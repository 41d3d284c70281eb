// Takes values off the front of bytes that are not to be believed.
#pragma once
#include <cstring>
#include <span>

#include "core/base/ints.h"

namespace sigtape::tape {

// Once it has come to the end, everything is zero, and it is not at_end() but beyond.
class Cursor {
 public:
  explicit Cursor(std::span<const u8> rest) : rest_(rest) {}
  template <class T>
  T take() {
    T value{};
    auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::span<const u8> take(std::size_t count) {
    if (count > rest_.size()) {
      too_short_ = true;
      rest_ = {};
      return {};
    }
    auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  bool is_at_end() const { return !too_short_ && rest_.empty(); }

 private:
  std::span<const u8> rest_;
  bool too_short_ = false;
};

}  // namespace sigtape::tape
