// Text of single values and of structures by their layout.
#include "core/abi/print_value.h"

#include <cstring>

#include "core/abi/append.h"
#include "core/abi/flag_names.h"
#include "core/abi/names.h"
#include "core/abi/print_siginfo.h"
#include "core/base/bytes.h"

namespace sigtape::abi {
namespace {

u64 unsigned_value(std::span<const u8> bytes) {
  u64 value = 0;
  std::memcpy(&value, bytes.data(), bytes.size() < 8 ? bytes.size() : 8);
  return value;
}

i64 signed_value(std::span<const u8> bytes) {
  const u64 value = unsigned_value(bytes);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size() < 8 ? bytes.size() : 8);
  return unused == 64 ? 0 : static_cast<i64>(value << unused) >> unused;
}

// include/linux/kdev_t.h new_decode_dev; FreeBSD's dev_t differs in where the bits lie.
void append_device(std::string& out, System system, u64 device) {
  u64 major = 0, minor = 0;
  if (system == System::linux_eabi) {
    major = ((device >> 8) & 0xfff) | ((device >> 32) & ~u64{0xfff});
    minor = (device & 0xff) | ((device >> 12) & 0xffffff00);
  } else {
    major = ((device >> 32) & 0xffffff00) | ((device >> 8) & 0xff);
    minor = ((device >> 24) & 0xff00) | (device & 0xffff00ff);
  }
  append(out, "makedev({:#x}, {:#x})", major, minor);
}

void append_text(std::string& out, std::span<const u8> bytes) {
  std::size_t end = 0;
  while (end < bytes.size() && bytes[end] != 0) ++end;
  append_quoted(out, bytes.first(end), 4096);
}

void append_raw(std::string& out, std::span<const u8> bytes) {
  out += '"';
  for (u8 byte : bytes) append(out, "\\x{:02x}", byte);
  out += '"';
}

void append_signal_set(std::string& out, System system, std::span<const u8> bytes) {
  u32 words[4] = {};
  const std::size_t count = std::min<std::size_t>(bytes.size() / 4, 4);
  std::memcpy(words, bytes.data(), count * 4);
  out += text_of_signal_set(system, {words, count});
}

void append_port(std::string& out, std::span<const u8> bytes) {
  append(out, "htons({})", bytes.size() == 2 ? bytes[0] << 8 | bytes[1] : 0);
}

void append_ipv4(std::string& out, std::span<const u8> bytes) {
  if (bytes.size() == 4) append(out, "inet_addr(\"{}.{}.{}.{}\")", bytes[0], bytes[1], bytes[2], bytes[3]);
}

// RFC 5952, without the shortening of zero runs in the middle of nowhere: the longest run becomes "::".
void append_ipv6(std::string& out, std::span<const u8> bytes) {
  unsigned groups[8];
  for (unsigned i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  unsigned best = 8, best_length = 1;
  for (unsigned i = 0; i < 8; ++i) {
    unsigned length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best_length) best = i, best_length = length;
  }
  out += "inet_pton(AF_INET6, \"";
  for (unsigned i = 0; i < 8; ++i) {
    if (i == best) {
      out += i == 0 ? "::" : ":";
      i += best_length - 1;
      continue;
    }
    append(out, "{:x}{}", groups[i], i < 7 ? ":" : "");
  }
  out += "\")";
}

void append_names_or_number(std::string& out, const Field& field, std::span<const u8> bytes) {
  // Choices may be negative (SI_USER is 0, SI_QUEUE -1): names are kept as 32-bit words.
  const u64 value = field.show == Show::choice ? static_cast<u32>(signed_value(bytes)) : unsigned_value(bytes);
  append_names(out, *field.names, field.show == Show::choice && bytes.size() == 8 ? unsigned_value(bytes) : value);
}

}  // namespace

bool is_scalar(const Layout& layout) { return layout.fields.size() == 1 && layout.fields[0].name.empty(); }

void append_address(std::string& out, u64 address) {
  if (address == 0)
    out += "NULL";
  else
    append(out, "{:#x}", address);
}

void append_quoted(std::string& out, std::span<const u8> bytes, u32 limit) {
  const std::size_t shown = std::min<std::size_t>(bytes.size(), limit);
  out += '"';
  for (std::size_t i = 0; i < shown; ++i) {
    const u8 byte = bytes[i];
    switch (byte) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      case '\v': out += "\\v"; break;
      case '\f': out += "\\f"; break;
      default:
        if (byte >= 0x20 && byte < 0x7f) {
          out += static_cast<char>(byte);
        } else {
          // Octal, short unless a digit follows.
          const bool digit_follows = i + 1 < shown && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
          if (digit_follows)
            append(out, "\\{:03o}", byte);
          else
            append(out, "\\{:o}", byte);
        }
    }
  }
  out += '"';
  if (shown < bytes.size()) out += "...";
}

void append_wait_status(std::string& out, System system, u32 status) {
  const u32 low = status & 0x7f, high = (status >> 8) & 0xff;
  const u32 continued = system == System::linux_eabi ? 0xffff : 0x13;  // FreeBSD: SIGCONT alone
  if (status == continued)
    out += "WIFCONTINUED(s)";
  else if (low == 0)
    append(out, "WIFEXITED(s) && WEXITSTATUS(s) == {}", high);
  else if (low == 0x7f)
    append(out, "WIFSTOPPED(s) && WSTOPSIG(s) == {}", signal_name(system, static_cast<i32>(high)));
  else
    append(out, "WIFSIGNALED(s) && WTERMSIG(s) == {}{}", signal_name(system, static_cast<i32>(low)),
           status & 0x80 ? " && WCOREDUMP(s)" : "");
}

void append_bit_set(std::string& out, std::span<const u8> bytes, u32 bits) {
  out += '[';
  bool first = true;
  unsigned shown = 0;
  for (u32 i = 0; i < bits && i / 8 < bytes.size(); ++i) {
    if (!((bytes[i / 8] >> (i % 8)) & 1)) continue;
    if (++shown > 64) {
      out += " ...";
      break;
    }
    append(out, "{}{}", first ? "" : " ", i);
    first = false;
  }
  out += ']';
}

void append_field(std::string& out, System system, const Field& field, std::span<const u8> bytes) {
  switch (field.show) {
    case Show::hidden: break;
    case Show::decimal:
    case Show::fd: append(out, "{}", signed_value(bytes)); break;
    case Show::unsigned_: append(out, "{}", unsigned_value(bytes)); break;
    case Show::hex: append(out, "{:#x}", unsigned_value(bytes)); break;
    case Show::octal: append(out, "{:#o}", unsigned_value(bytes)); break;
    case Show::address: append_address(out, unsigned_value(bytes)); break;
    case Show::signal: out += signal_name(system, static_cast<i32>(signed_value(bytes))); break;
    case Show::signal_set: append_signal_set(out, system, bytes); break;
    case Show::errno_: {
      const ErrorName* known = error_name(system, static_cast<u32>(unsigned_value(bytes)));
      if (known)
        out += known->name;
      else
        append(out, "{}", unsigned_value(bytes));
      break;
    }
    case Show::flags:
    case Show::choice: append_names_or_number(out, field, bytes); break;
    case Show::device: append_device(out, system, unsigned_value(bytes)); break;
    case Show::port: append_port(out, bytes); break;
    case Show::ipv4: append_ipv4(out, bytes); break;
    case Show::ipv6:
      if (bytes.size() == 16) append_ipv6(out, bytes);
      break;
    case Show::wait_status:
      out += '{';
      append_wait_status(out, system, static_cast<u32>(unsigned_value(bytes)));
      out += '}';
      break;
    case Show::text: append_text(out, bytes); break;
    case Show::raw: append_raw(out, bytes); break;
    case Show::structure: append_structure(out, system, *field.layout, bytes); break;
  }
}

static void append_member(std::string& out, System system, const Field& field, std::span<const u8> bytes) {
  if (field.count == 1) return append_field(out, system, field, bytes.subspan(field.offset, field.size));
  out += '[';
  for (u32 i = 0; i < field.count; ++i) {
    if (i) out += ", ";
    append_field(out, system, field, bytes.subspan(field.offset + i * field.size, field.size));
  }
  out += ']';
}

void append_structure(std::string& out, System system, const Layout& layout, std::span<const u8> bytes) {
  if (layout.name == "siginfo_t") {
    out += text_of_siginfo(system, siginfo_of(system, bytes));
    return;
  }
  const bool scalar = is_scalar(layout);
  if (!scalar) out += '{';
  bool first = true;
  for (const Field& field : layout.fields) {
    if (field.show == Show::hidden || field.offset + u32{field.size} * field.count > bytes.size()) continue;
    if (!first) out += ", ";
    first = false;
    if (!scalar) {
      out += field.name;
      out += '=';
    }
    append_member(out, system, field, bytes);
  }
  if (!scalar) out += '}';
}

}  // namespace sigtape::abi
