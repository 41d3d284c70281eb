// Names of flag bits and of option values, and the text made from them.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/base/ints.h"

namespace sigtape::abi {

struct NameValue {
  u64 value = 0;
  std::string_view name;
  u64 mask = 0;  // flags: the name holds where (word & mask) == value; 0 means `value` itself
};

struct NameSet {
  enum class Style : u8 { flags, choice };
  std::string_view name;
  std::span<const NameValue> values;
  Style style = Style::flags;
};

// "O_RDWR|O_CREAT|0x80000000", "0", or for a choice its name or the number. Names are tried in the set's order, so
// that a name for several bits stands before its parts.
void append_names(std::string& out, const NameSet& set, u64 word);
std::string text_of_names(const NameSet& set, u64 word);
// Empty where the set has no name for exactly this value.
std::string_view name_of_value(const NameSet& set, u64 value);

}  // namespace sigtape::abi
