// What the Linux row files share: short names of sides, classes and frequent arguments.
#pragma once
#include "core/abi/linux/flags.h"
#include "core/abi/linux/layouts.h"
#include "core/abi/notation.h"
#include "core/abi/scalars.h"

namespace sigtape::abi::linux_eabi::rows {

using namespace notation;
using namespace scalar;
using enum Restart;
using gives = ResultKind;
inline constexpr Side core = Side::core, outside = Side::outside;

// Most calls cannot be interrupted.
consteval Row call(u32 number, std::string_view name, Side side, ResultKind result, std::initializer_list<Spec> args,
                   const Variants* variants = nullptr) {
  return notation::call(number, name, side, not_interruptible, result, args, variants);
}
using notation::call;

consteval Spec in_sigset(std::string_view name = "set") { return in(name, layout::sigset); }
consteval Spec out_sigset(std::string_view name = "oldset") { return out(name, layout::sigset); }
consteval Spec set_of_fds(std::string_view name) { return sized(name, Kind::fd_set, Dir::inout, "nfds"); }
consteval Spec at_options(std::string_view name = "flags") { return flags(name, at_flags); }

}  // namespace sigtape::abi::linux_eabi::rows
