// Text of what pointer arguments point to.
// Sizes and addresses are the guest's and may be anything: every length is bounded before memory is asked for.
#include "core/abi/print_pointer.h"

#include <algorithm>
#include <cstring>

#include "core/abi/append.h"
#include "core/abi/flag_names.h"
#include "core/abi/freebsd/flags.h"
#include "core/abi/linux/flags.h"
#include "core/abi/linux/structs.h"
#include "core/abi/names.h"

namespace sigtape::abi {
namespace {

constexpr u64 longest_fetch = 1 << 16;
constexpr u32 longest_path = 4096;
constexpr u32 most_strings = 32;

bool fits(GuestAddr from, u64 bytes) { return u64{from.value} + bytes <= u64{1} << 32; }

bool is_environment(const Arg& arg) { return arg.name.starts_with("env"); }

}  // namespace

bool CallMemory::before(GuestAddr from, std::span<u8> into) const {
  return read_ && fits(from, into.size()) && read_(from, into);
}

bool CallMemory::after(GuestAddr from, std::span<u8> into) const {
  if (!fits(from, into.size())) return false;
  bool known = before(from, into);
  std::vector<bool> written(known ? 0 : into.size());
  for (const GuestWrite& write : writes_) {
    const u64 begin = std::max<u64>(from.value, write.at.value);
    const u64 end = std::min<u64>(u64{from.value} + into.size(), u64{write.at.value} + write.bytes.size());
    if (begin >= end) continue;
    std::memcpy(into.data() + (begin - from.value), write.bytes.data() + (begin - write.at.value), end - begin);
    if (!known)
      std::fill(written.begin() + static_cast<i64>(begin - from.value),
                written.begin() + static_cast<i64>(end - from.value), true);
  }
  return known || std::find(written.begin(), written.end(), false) == written.end();
}

ArgumentPrinter::ArgumentPrinter(const CallText& text, const Shape& shape)
    : text_(text),
      shape_(shape),
      system_(text.call.system),
      memory_(text.read, text.writes),
      done_(text.outcome ? std::get_if<Done>(text.outcome) : nullptr) {
  constexpr u32 eintr = 4;  // on both systems
  const Failed* failed = text.outcome ? std::get_if<Failed>(text.outcome) : nullptr;
  interrupted_ = failed && failed->error == eintr;
}

bool ArgumentPrinter::has_output(const Arg& arg) const {
  if (done_) return arg.when != When::interrupted;
  return interrupted_ && arg.when != When::success;
}

bool ArgumentPrinter::fetch(Phase phase, GuestAddr from, std::span<u8> into) const {
  return phase == Phase::before ? memory_.before(from, into) : memory_.after(from, into);
}

std::optional<std::vector<u8>> ArgumentPrinter::fetched(Phase phase, GuestAddr from, u64 bytes) const {
  std::vector<u8> into(std::min(bytes, longest_fetch));
  if (!into.empty() && !fetch(phase, from, into)) return std::nullopt;
  return into;
}

std::optional<u64> ArgumentPrinter::size_of(const Arg& arg, Phase phase) const {
  if (arg.size_argument < 0) return arg.fixed_bytes;
  const u32 given = word(static_cast<unsigned>(arg.size_argument));
  if (!arg.size_behind_pointer) return given;
  u32 size = 0;
  std::span<u8> into{reinterpret_cast<u8*>(&size), sizeof size};
  if (given == 0 || !fetch(phase, GuestAddr{given}, into)) return std::nullopt;
  return size;
}

u64 ArgumentPrinter::clipped_to_result(const Arg& arg, Phase phase, u64 size) const {
  return arg.result_is_size && phase == Phase::after && done_ ? std::min<u64>(size, done_->value) : size;
}

void ArgumentPrinter::append(std::string& out, unsigned index) const {
  const Arg& arg = this->arg(index);
  const u32 value = word(index);
  const auto pair = [&] {
    const unsigned at = shape_.words[index];
    return at + 1 < max_words ? text_.call.pair(at) : u64{value};
  };
  switch (arg.kind) {
    case Kind::none: break;
    case Kind::integer:
    case Kind::fd:
    case Kind::pid: abi::append(out, "{}", static_cast<i32>(value)); break;
    case Kind::unsigned_:
    case Kind::size: abi::append(out, "{}", value); break;
    case Kind::hex: abi::append(out, "{:#x}", value); break;
    case Kind::dirfd:
      if (static_cast<i32>(value) == -100)
        out += "AT_FDCWD";
      else
        abi::append(out, "{}", static_cast<i32>(value));
      break;
    case Kind::mode: abi::append(out, "{:#o}", value); break;
    case Kind::signal: out += signal_name(system_, static_cast<i32>(value)); break;
    case Kind::flags:
    case Kind::choice: append_names(out, *arg.names, value); break;
    case Kind::address: append_address(out, value); break;
    case Kind::off64:
    case Kind::off64_split: abi::append(out, "{}", static_cast<i64>(pair())); break;
    default: append_pointer(out, index); break;
  }
}

void ArgumentPrinter::append_pointer(std::string& out, unsigned index) const {
  const Arg& arg = this->arg(index);
  const u32 address = word(index);
  if (address == 0) {
    out += "NULL";
    return;
  }
  std::string before, after;
  const bool merged = arg.kind == Kind::array || arg.kind == Kind::msghdr || arg.kind == Kind::mmsghdr;
  const bool has_after = arg.dir != Dir::in && has_output(arg) && append_pointee(after, index, Phase::after);
  const bool has_before = arg.dir != Dir::out && !(has_after && merged) && append_pointee(before, index, Phase::before);
  if (!has_before && !has_after) return append_address(out, address);
  if (has_before) out += before;
  if (has_before && has_after && before != after) out += " => ";
  if (has_after && before != after) out += after;
}

bool ArgumentPrinter::append_pointee(std::string& out, unsigned index, Phase phase) const {
  const Arg& arg = this->arg(index);
  const GuestAddr from{word(index)};
  switch (arg.kind) {
    case Kind::path: return append_string(out, from, longest_path, phase);
    case Kind::string: return append_string(out, from, std::max(text_.limits.string_bytes, 64u), phase);
    case Kind::strings: return append_strings(out, arg, from);
    case Kind::sockaddr: return append_address_of_socket(out, arg, from, phase);
    case Kind::msghdr: return append_msghdr(out, from, clipped_to_result(arg, phase, ~u64{0}), phase);
    case Kind::structure: {
      const auto bytes = fetched(phase, from, arg.layout->size);
      if (!bytes) return false;
      const bool bare = is_scalar(*arg.layout) && arg.layout->fields[0].show != Show::signal_set;
      if (bare) out += '[';
      append_structure(out, system_, *arg.layout, *bytes);
      if (bare) out += ']';
      return true;
    }
    default: break;
  }
  const std::optional<u64> size = size_of(arg, phase);
  if (!size) return false;
  switch (arg.kind) {
    case Kind::bytes: return append_bytes(out, from, clipped_to_result(arg, phase, *size), phase);
    case Kind::array: {
      const u64 count = arg.size_argument < 0 ? *size / std::max(arg.layout->size, 1u) : *size;
      return append_array(out, arg, from, clipped_to_result(arg, phase, count), phase);
    }
    case Kind::iovec: {
      const u64 total = arg.result_is_size && phase == Phase::after && done_ ? done_->value : ~u64{0};
      return append_iovec(out, from, *size, total, phase);
    }
    case Kind::mmsghdr: return append_mmsghdr(out, from, clipped_to_result(arg, phase, *size), phase);
    case Kind::msgbuf: return append_msgbuf(out, arg, from, phase);
    case Kind::dirents: return append_dirents(out, arg, from, phase);
    case Kind::fd_set:
    case Kind::cpu_set: {
      const bool is_fds = arg.kind == Kind::fd_set;
      const u64 bits = is_fds ? std::min<u64>(*size, 1 << 16) : clipped_to_result(arg, phase, *size) * 8;
      const auto bytes = fetched(phase, from, is_fds ? (bits + 31) / 32 * 4 : bits / 8);
      if (!bytes) return false;
      append_bit_set(out, *bytes, static_cast<u32>(bits));
      return true;
    }
    default: return false;
  }
}

bool ArgumentPrinter::append_string(std::string& out, GuestAddr from, u32 limit, Phase phase) const {
  std::vector<u8> text;
  // In pieces, and byte by byte where a piece is not wholly known.
  for (bool in_pieces = true; text.size() <= limit;) {
    u8 piece[64];
    const std::size_t wanted = in_pieces ? sizeof piece : 1;
    if (!fetch(phase, from + static_cast<u32>(text.size()), {piece, wanted})) {
      if (!in_pieces) return false;
      in_pieces = false;
      continue;
    }
    u8* const end = std::find(piece, piece + wanted, u8{0});
    text.insert(text.end(), piece, end);
    if (end != piece + wanted) break;
  }
  append_quoted(out, text, limit);
  return true;
}

bool ArgumentPrinter::append_strings(std::string& out, const Arg& arg, GuestAddr from) const {
  std::string list = "[";
  u32 count = 0;
  for (;; ++count) {
    u32 pointer = 0;
    if (!memory_.before(from + count * 4, {reinterpret_cast<u8*>(&pointer), 4})) return false;
    if (pointer == 0) break;
    if (count >= 65536) return false;
    if (count >= most_strings || is_environment(arg)) continue;
    if (count) list += ", ";
    if (!append_string(list, GuestAddr{pointer}, text_.limits.string_bytes * 4, Phase::before))
      append_address(list, pointer);
  }
  if (is_environment(arg)) {
    append_address(out, from.value);
    abi::append(out, " /* {} vars */", count);
    return true;
  }
  out += list + (count > most_strings ? ", ...]" : "]");
  return true;
}

bool ArgumentPrinter::append_bytes(std::string& out, GuestAddr from, u64 bytes, Phase phase) const {
  const u64 shown = std::min<u64>(bytes, text_.limits.string_bytes);
  const auto text = fetched(phase, from, shown);
  if (!text) return false;
  append_quoted(out, *text, text_.limits.string_bytes);
  if (shown < bytes) out += "...";
  return true;
}

bool ArgumentPrinter::append_array(std::string& out, const Arg& arg, GuestAddr from, u64 count, Phase phase) const {
  const u64 shown = std::min<u64>(count, text_.limits.elements);
  const u32 size = arg.layout->size;
  const auto bytes = fetched(phase, from, shown * size);
  if (!bytes) return false;
  // Characters are text.
  if (size == 1) {
    append_quoted(
        out, {bytes->data(), static_cast<std::size_t>(std::find(bytes->begin(), bytes->end(), 0) - bytes->begin())},
        text_.limits.string_bytes);
    return true;
  }
  out += '[';
  for (u64 i = 0; i < shown; ++i) {
    if (i) out += ", ";
    append_structure(out, system_, *arg.layout, std::span(*bytes).subspan(i * size, size));
  }
  out += shown < count ? ", ...]" : "]";
  return true;
}

bool ArgumentPrinter::append_iovec(std::string& out, GuestAddr from, u64 count, u64 total, Phase phase) const {
  const u64 shown = std::min<u64>(count, text_.limits.elements);
  const auto bytes = fetched(Phase::before, from, shown * sizeof(linux_eabi::Iovec));
  if (!bytes) return false;
  out += '[';
  for (u64 i = 0; i < shown; ++i) {
    linux_eabi::Iovec vector;
    std::memcpy(&vector, bytes->data() + i * sizeof vector, sizeof vector);
    out += i ? ", {iov_base=" : "{iov_base=";
    const u64 length = std::min<u64>(vector.len, total);
    if (!append_bytes(out, GuestAddr{vector.base}, length, phase)) append_address(out, vector.base);
    abi::append(out, ", iov_len={}}}", vector.len);
    total -= length;
  }
  out += shown < count ? ", ...]" : "]";
  return true;
}

bool ArgumentPrinter::append_address_of_socket(std::string& out, const Arg& arg, GuestAddr from, Phase phase) const {
  const std::optional<u64> size = size_of(arg, phase);
  if (!size) return false;
  const auto bytes = fetched(phase, from, std::min<u64>(*size, 128));
  if (!bytes) return false;
  append_sockaddr(out, system_, *bytes);
  return true;
}

bool ArgumentPrinter::append_msgbuf(std::string& out, const Arg& arg, GuestAddr from, Phase phase) const {
  i32 type = 0;
  const std::optional<u64> size = size_of(arg, phase);
  if (!size || !fetch(phase, from, {reinterpret_cast<u8*>(&type), sizeof type})) return false;
  abi::append(out, "{{mtype={}, mtext=", type);
  if (!append_bytes(out, from + 4, clipped_to_result(arg, phase, *size), phase)) return false;
  out += '}';
  return true;
}

bool ArgumentPrinter::append_dirents(std::string& out, const Arg& arg, GuestAddr from, Phase phase) const {
  const std::optional<u64> size = size_of(arg, phase);
  if (!size || phase == Phase::before) return false;
  const u64 total = clipped_to_result(arg, phase, *size);
  const auto bytes = fetched(phase, from, total);
  if (!bytes) return false;
  u64 entries = 0;
  for (u64 at = 0; arg.layout && at + arg.layout->size <= bytes->size();) {
    u16 length = 0;
    for (const Field& field : arg.layout->fields)
      if (field.name == "d_reclen") std::memcpy(&length, bytes->data() + at + field.offset, sizeof length);
    if (length == 0) break;
    at += length;
    ++entries;
  }
  append_address(out, from.value);
  abi::append(out, " /* {}{} entries */", entries, total > bytes->size() ? "+" : "");
  return true;
}

}  // namespace sigtape::abi
