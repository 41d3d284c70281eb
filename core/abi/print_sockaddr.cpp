// Text of socket addresses.
#include <fmt/format.h>

#include "core/abi/flag_names.h"
#include "core/abi/freebsd/flags.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/layouts.h"
#include "core/abi/print_value.h"

namespace sigtape::abi {
namespace {

// Members of both systems' addresses lie at the same places but for the family.
const Layout* layout_of_family(System system, u32 family) {
  namespace layout = linux_eabi::layout;
  const bool is_linux = system == System::linux_eabi;
  if (family == 2) return &layout::sockaddr_in;
  if (family == (is_linux ? 10u : 28u)) return &layout::sockaddr_in6;
  if (!is_linux) return nullptr;
  switch (family) {
    case 16: return &layout::sockaddr_nl;
    case 17: return &layout::sockaddr_ll;
    case 40: return &layout::sockaddr_vm;
    default: return nullptr;
  }
}

void append_unix_path(std::string& out, System system, std::span<const u8> path) {
  out += ", sun_path=";
  if (system == System::linux_eabi && path.size() > 1 && path[0] == 0) {  // abstract: the whole length counts
    out += '@';
    return append_quoted(out, path.subspan(1), 108);
  }
  std::size_t end = 0;
  while (end < path.size() && path[end] != 0) ++end;
  append_quoted(out, path.first(end), 108);
}

}  // namespace

void append_sockaddr(std::string& out, System system, std::span<const u8> bytes) {
  if (bytes.size() < 2) {
    out += "{}";
    return;
  }
  const bool is_linux = system == System::linux_eabi;
  const u32 family = is_linux ? static_cast<u32>(bytes[0] | bytes[1] << 8) : bytes[1];
  out += "{sa_family=";
  append_names(out, is_linux ? linux_eabi::address_families : freebsd::address_families, family);
  if (family == 1) {
    append_unix_path(out, system, bytes.subspan(2));
  } else if (const Layout* layout = layout_of_family(system, family)) {
    for (const Field& field : layout->fields) {
      if (field.offset < 2 || field.show == Show::hidden) continue;
      if (field.offset + u32{field.size} > bytes.size()) break;
      out += ", ";
      out += field.name;
      out += '=';
      append_field(out, system, field, bytes.subspan(field.offset, field.size));
    }
  } else {
    out += ", sa_data=";
    append_quoted(out, bytes.subspan(2), 126);
  }
  out += '}';
}

}  // namespace sigtape::abi
