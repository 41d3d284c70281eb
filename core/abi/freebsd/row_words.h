// What the FreeBSD row files share: short names of sides, classes and frequent arguments.
#pragma once
#include "core/abi/freebsd/flags.h"
#include "core/abi/freebsd/layouts.h"
#include "core/abi/notation.h"
#include "core/abi/scalars.h"

namespace sigtape::abi::freebsd::rows {

using namespace notation;
using namespace scalar;
using enum Restart;
using gives = ResultKind;
inline constexpr Side core = Side::core, outside = Side::outside;

consteval Row call(u32 number, std::string_view name, Side side, ResultKind result, std::initializer_list<Spec> args,
                   const Variants* variants = nullptr) {
  return notation::call(number, name, side, not_interruptible, result, args, variants);
}
using notation::call;

consteval Spec open_options(std::string_view name = "flags") { return flags(name, open_flags); }
consteval Spec at_options() { return flags("flag", at_flags); }
consteval Spec in_time(std::string_view name) { return in(name, layout::timespec); }
consteval Spec two_times(std::string_view name, const Layout& layout) {
  return fixed_array(name, layout, Dir::in, 16 * 2);
}
consteval Spec clock() { return choice("clock_id", clocks); }
consteval Spec records(const Layout& layout) {
  Spec spec = got(sized("buf", Kind::dirents, Dir::out, "count"));
  spec.arg.layout = &layout;
  return spec;
}

}  // namespace sigtape::abi::freebsd::rows
