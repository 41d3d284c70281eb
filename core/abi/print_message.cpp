// Text of message headers and their control messages.
#include <fmt/format.h>

#include <cstring>
#include <iterator>

#include "core/abi/flag_names.h"
#include "core/abi/freebsd/flags.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/structs.h"
#include "core/abi/print_pointer.h"

namespace sigtape::abi {

using linux_eabi::Cmsghdr;
using linux_eabi::Mmsghdr;
using linux_eabi::Msghdr;  // FreeBSD's have the same layout

template <class T>
static std::span<u8> span_of(T& value) {
  return {reinterpret_cast<u8*>(&value), sizeof value};
}

bool ArgumentPrinter::append_msghdr(std::string& out, GuestAddr from, u64 total, Phase phase) const {
  Msghdr header;
  if (!fetch(phase, from, span_of(header))) return false;
  out += "{msg_name=";
  const auto name = header.name ? fetched(phase, GuestAddr{header.name}, std::min(header.namelen, 128u)) : std::nullopt;
  if (name && !name->empty())
    append_sockaddr(out, system_, *name);
  else
    append_address(out, header.name);
  out += fmt::format(", msg_namelen={}, msg_iov=", header.namelen);
  if (!append_iovec(out, GuestAddr{header.iov}, header.iovlen, total, phase)) append_address(out, header.iov);
  out += fmt::format(", msg_iovlen={}", header.iovlen);
  if (header.controllen != 0) {
    out += ", msg_control=";
    if (!append_control(out, GuestAddr{header.control}, header.controllen, phase)) append_address(out, header.control);
  }
  out += fmt::format(", msg_controllen={}, msg_flags=", header.controllen);
  append_names(out, system_ == System::linux_eabi ? linux_eabi::message_flags : freebsd::message_flags, header.flags);
  out += '}';
  return true;
}

bool ArgumentPrinter::append_mmsghdr(std::string& out, GuestAddr from, u64 count, Phase phase) const {
  const u64 shown = std::min<u64>(count, text_.limits.elements);
  out += '[';
  for (u64 i = 0; i < shown; ++i) {
    const GuestAddr at = from + static_cast<u32>(i * sizeof(Mmsghdr));
    u32 length = 0;
    if (!fetch(phase, at + sizeof(Msghdr), span_of(length))) return false;
    out += i ? ", {msg_hdr=" : "{msg_hdr=";
    if (!append_msghdr(out, at, phase == Phase::after ? length : ~u64{0}, phase)) return false;
    if (phase == Phase::after) out += fmt::format(", msg_len={}", length);
    out += '}';
  }
  out += shown < count ? ", ...]" : "]";
  return true;
}

static void append_control_data(std::string& out, System system, const Cmsghdr& header, std::span<const u8> data) {
  const i32 socket_level = system == System::linux_eabi ? 1 : 0xffff;
  constexpr i32 rights = 1;
  if (header.level != socket_level || header.type != rights) return append_quoted(out, data, 32);
  out += '[';
  for (std::size_t i = 0; i + 4 <= data.size(); i += 4) {
    i32 descriptor;
    std::memcpy(&descriptor, data.data() + i, 4);
    out += fmt::format("{}{}", i ? ", " : "", descriptor);
  }
  out += ']';
}

bool ArgumentPrinter::append_control(std::string& out, GuestAddr from, u64 bytes, Phase phase) const {
  const auto all = fetched(phase, from, std::min<u64>(bytes, 4096));
  if (!all) return false;
  const bool is_linux = system_ == System::linux_eabi;
  out += '[';
  for (std::size_t at = 0; at + sizeof(Cmsghdr) <= all->size();) {
    Cmsghdr header;
    std::memcpy(&header, all->data() + at, sizeof header);
    if (header.len < sizeof header || header.len > all->size() - at) break;
    out += fmt::format("{}{{cmsg_len={}, cmsg_level=", at ? ", " : "", header.len);
    append_names(out, is_linux ? linux_eabi::socket_levels : freebsd::socket_levels, static_cast<u32>(header.level));
    out += ", cmsg_type=";
    append_names(out, is_linux ? linux_eabi::control_types : freebsd::control_types, static_cast<u32>(header.type));
    out += ", cmsg_data=";
    append_control_data(out, system_, header, std::span(*all).subspan(at + sizeof header, header.len - sizeof header));
    out += '}';
    at += (header.len + 3) & ~std::size_t{3};
  }
  out += ']';
  return true;
}

}  // namespace sigtape::abi
