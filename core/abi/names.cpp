// Names of error numbers and signals.
#include "core/abi/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/abi/freebsd/errno.h"
#include "core/abi/freebsd/signals.h"
#include "core/abi/linux/errno.h"
#include "core/abi/linux/signals.h"

namespace sigtape::abi {

const ErrorName* error_name(System system, u32 number) {
  const auto names = system == System::linux_eabi ? linux_eabi::error_names() : freebsd::error_names();
  const auto at = std::lower_bound(names.begin(), names.end(), number,
                                   [](const ErrorName& entry, u32 wanted) { return entry.number < wanted; });
  return at != names.end() && at->number == number ? &*at : nullptr;
}

std::string text_of_error(System system, u32 number) {
  if (const ErrorName* known = error_name(system, number)) return fmt::format("{} ({})", known->name, known->text);
  return fmt::format("errno {}", number);
}

std::string signal_name(System system, i32 number) {
  const bool is_linux = system == System::linux_eabi;
  const NameSet& names = is_linux ? linux_eabi::signals : freebsd::signals;
  if (number > 0)
    if (std::string_view name = name_of_value(names, static_cast<u64>(number)); !name.empty()) return std::string(name);
  const i32 first = is_linux ? linux_eabi::first_realtime_signal : freebsd::first_realtime_signal;
  const i32 last = is_linux ? linux_eabi::last_signal : freebsd::last_realtime_signal;
  if (number >= first && number <= last) return fmt::format("SIGRT_{}", number - first);
  return fmt::format("{}", number);
}

std::string text_of_signal_set(System system, std::span<const u32> words) {
  const unsigned bits = static_cast<unsigned>(words.size()) * 32;
  unsigned members = 0;
  for (u32 word : words) members += static_cast<unsigned>(__builtin_popcount(word));
  const bool inverted = members > bits * 2 / 3;
  std::string out = inverted ? "~[" : "[";
  bool first = true;
  for (unsigned i = 0; i < bits; ++i) {
    const bool in = (words[i / 32] >> (i % 32)) & 1;
    if (in == inverted) continue;
    std::string name = signal_name(system, static_cast<i32>(i + 1));
    if (name.starts_with("SIG")) name.erase(0, 3);
    if (!first) out += ' ';
    out += name;
    first = false;
  }
  return out + ']';
}

}  // namespace sigtape::abi
