// The words that layouts are written in: fields come from a mirror struct, offsets with them.
#pragma once
#include <cstddef>
#include <type_traits>

#include "core/abi/layout.h"

namespace sigtape::abi::notation {

template <class Member>
consteval Field field_of(std::string_view name, std::size_t offset, Show show, const Layout* layout = nullptr,
                         const NameSet* names = nullptr) {
  using Element = std::remove_all_extents_t<Member>;
  const bool whole =
      show == Show::text || show == Show::raw || show == Show::ipv6 || show == Show::hidden || show == Show::signal_set;
  return {.name = name,
          .offset = static_cast<u16>(offset),
          .size = static_cast<u16>(whole ? sizeof(Member) : sizeof(Element)),
          .show = show,
          .count = static_cast<u16>(whole ? 1 : sizeof(Member) / sizeof(Element)),
          .layout = layout,
          .names = names};
}
template <class Member>
consteval Field field_of(std::string_view name, std::size_t offset, const Layout& layout) {
  return field_of<Member>(name, offset, Show::structure, &layout);
}
// A set of flags (or choice) by the names' style.
template <class Member>
consteval Field field_of(std::string_view name, std::size_t offset, Show show, const NameSet& names) {
  return field_of<Member>(name, offset, show, nullptr, &names);
}

// Fields lie inside the structure, ascending, and do not overlap.
template <class Mirror, std::size_t Count>
consteval Layout layout_of(std::string_view name, const Field (&fields)[Count], bool portable = false) {
  std::size_t end = 0;
  for (const Field& field : fields) {
    if (field.offset < end) throw 0;
    end = field.offset + std::size_t{field.size} * field.count;
  }
  if (end > sizeof(Mirror)) throw 0;
  return {.name = name, .size = sizeof(Mirror), .fields = fields, .portable = portable};
}
inline constexpr bool portable = true;

}  // namespace sigtape::abi::notation

// FIELD(Stat64, mode, "st_mode", Show::octal): the header's name is given because mirror members drop the prefix.
#define SIGTAPE_FIELD(Mirror, member, name, ...) \
  ::sigtape::abi::notation::field_of<decltype(Mirror::member)>(name, offsetof(Mirror, member), __VA_ARGS__)
