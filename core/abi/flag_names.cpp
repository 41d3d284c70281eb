// Text of flag words and option values.
#include "core/abi/flag_names.h"

#include <fmt/format.h>

#include <iterator>

namespace sigtape::abi {

std::string_view name_of_value(const NameSet& set, u64 value) {
  for (const NameValue& entry : set.values)
    if (entry.value == value) return entry.name;
  return {};
}

static void append_flags(std::string& out, const NameSet& set, u64 word) {
  u64 rest = word;
  bool any = false;
  for (const NameValue& entry : set.values) {
    const u64 mask = entry.mask ? entry.mask : entry.value;
    const bool holds =
        mask == 0 ? word == 0 : (word & mask) == entry.value && (entry.value == 0 || (rest & entry.value));
    if (!holds) continue;
    if (any) out += '|';
    out += entry.name;
    any = true;
    rest &= ~mask;
  }
  if (rest != 0 || !any) fmt::format_to(std::back_inserter(out), "{}{:#x}", any ? "|" : "", rest);
}

void append_names(std::string& out, const NameSet& set, u64 word) {
  if (set.style == NameSet::Style::flags) {
    if (word == 0 && name_of_value(set, 0).empty())
      out += '0';
    else
      append_flags(out, set, word);
    return;
  }
  if (std::string_view name = name_of_value(set, word); !name.empty())
    out += name;
  else if (word > 0xffff)
    fmt::format_to(std::back_inserter(out), "{:#x}", word);
  else
    fmt::format_to(std::back_inserter(out), "{}", word);
}

std::string text_of_names(const NameSet& set, u64 word) {
  std::string out;
  append_names(out, set, word);
  return out;
}

}  // namespace sigtape::abi
