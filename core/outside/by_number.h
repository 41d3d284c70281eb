// Look-ups by a call's name, made once for each number, when it is first asked for: a short process makes few calls.
#pragma once
#include <array>

#include "core/base/ints.h"

namespace sigtape::outside {

// Used with the baton held.
template <class T, u32 numbers>
class ByNumber {
 public:
  template <class F>
  T get(u32 number, F look_up) {
    if (number >= numbers) return look_up(number);
    Entry& entry = entries_[number];
    if (!entry.known) entry = {look_up(number), true};
    return entry.value;
  }

 private:
  struct Entry {
    T value{};
    bool known = false;
  };
  std::array<Entry, numbers> entries_{};
};

}  // namespace sigtape::outside
