// The words that rows are written in: call(), fd(), in()...; checked at compile time.
#pragma once
#include <initializer_list>

#include "core/abi/layout.h"
#include "core/abi/syscall.h"

namespace sigtape::abi::notation {

// An argument whose size still refers to another one by name; call() looks it up.
struct Spec {
  Arg arg;
  std::string_view size_of = {};
};

consteval Spec plain(std::string_view name, Kind kind) { return {{.name = name, .kind = kind}}; }
consteval Spec integer(std::string_view name) { return plain(name, Kind::integer); }
consteval Spec number(std::string_view name) { return plain(name, Kind::unsigned_); }
consteval Spec hex(std::string_view name) { return plain(name, Kind::hex); }
consteval Spec size(std::string_view name) { return plain(name, Kind::size); }
consteval Spec fd(std::string_view name = "fd") { return plain(name, Kind::fd); }
consteval Spec dirfd(std::string_view name = "dirfd") { return plain(name, Kind::dirfd); }
consteval Spec pid(std::string_view name = "pid") { return plain(name, Kind::pid); }
consteval Spec mode(std::string_view name = "mode") { return plain(name, Kind::mode); }
consteval Spec signal(std::string_view name = "sig") { return plain(name, Kind::signal); }
consteval Spec address(std::string_view name = "addr") { return plain(name, Kind::address); }
consteval Spec path(std::string_view name = "pathname") { return plain(name, Kind::path); }
consteval Spec string(std::string_view name) { return plain(name, Kind::string); }
consteval Spec strings(std::string_view name) { return plain(name, Kind::strings); }
consteval Spec off64(std::string_view name = "offset") { return plain(name, Kind::off64); }
consteval Spec off64_split(std::string_view name = "offset") { return plain(name, Kind::off64_split); }
consteval Spec flags(std::string_view name, const NameSet& names) {
  return {{.name = name, .names = &names, .kind = Kind::flags}};
}
consteval Spec choice(std::string_view name, const NameSet& names) {
  return {{.name = name, .names = &names, .kind = Kind::choice}};
}

consteval Spec structure(std::string_view name, const Layout& layout, Dir dir) {
  return {{.name = name, .layout = &layout, .kind = Kind::structure, .dir = dir}};
}
consteval Spec in(std::string_view name, const Layout& layout) { return structure(name, layout, Dir::in); }
consteval Spec out(std::string_view name, const Layout& layout) { return structure(name, layout, Dir::out); }
consteval Spec out_string(std::string_view name) { return {{.name = name, .kind = Kind::string, .dir = Dir::out}}; }
consteval Spec inout(std::string_view name, const Layout& layout) { return structure(name, layout, Dir::inout); }
consteval Spec when(When when, Spec spec) {
  spec.arg.when = when;
  return spec;
}

consteval Spec sized(std::string_view name, Kind kind, Dir dir, std::string_view size) {
  return {{.name = name, .kind = kind, .dir = dir}, size};
}
consteval Spec array(std::string_view name, const Layout& layout, Dir dir, std::string_view count) {
  return {{.name = name, .layout = &layout, .kind = Kind::array, .dir = dir}, count};
}
consteval Spec in_array(std::string_view name, const Layout& layout, std::string_view count) {
  return array(name, layout, Dir::in, count);
}
consteval Spec out_array(std::string_view name, const Layout& layout, std::string_view count) {
  return array(name, layout, Dir::out, count);
}
// A constant number of bytes' worth of elements.
consteval Spec fixed_array(std::string_view name, const Layout& layout, Dir dir, u16 bytes) {
  return {{.name = name, .layout = &layout, .fixed_bytes = bytes, .kind = Kind::array, .dir = dir}};
}
consteval Spec in_bytes(std::string_view name, std::string_view size) {
  return sized(name, Kind::bytes, Dir::in, size);
}
consteval Spec out_bytes(std::string_view name, std::string_view size) {
  return sized(name, Kind::bytes, Dir::out, size);
}
// The call's result says how many bytes (elements) came.
consteval Spec got(Spec spec) {
  spec.arg.result_is_size = true;
  return spec;
}
// The named argument points to the size.
consteval Spec behind(Spec spec) {
  spec.arg.size_behind_pointer = true;
  return spec;
}
consteval Spec in_iovec(std::string_view count = "iovcnt") { return sized("iov", Kind::iovec, Dir::in, count); }
consteval Spec out_iovec(std::string_view count = "iovcnt") { return got(sized("iov", Kind::iovec, Dir::out, count)); }
consteval Spec in_sockaddr() { return sized("addr", Kind::sockaddr, Dir::in, "addrlen"); }
consteval Spec out_sockaddr() { return behind(sized("addr", Kind::sockaddr, Dir::out, "addrlen")); }

consteval bool is_pointer(Kind kind) {
  switch (kind) {
    case Kind::path:
    case Kind::string:
    case Kind::strings:
    case Kind::bytes:
    case Kind::structure:
    case Kind::array:
    case Kind::iovec:
    case Kind::msghdr:
    case Kind::mmsghdr:
    case Kind::sockaddr:
    case Kind::fd_set:
    case Kind::cpu_set:
    case Kind::dirents:
    case Kind::msgbuf: return true;
    default: return false;
  }
}

struct Mistake {};  // thrown by what must not compile; the text says what is wrong

// (Whether names and layouts are there is tested at run time: under -fsanitize=undefined gcc does not take the address
// of an extern object for a constant that is not null.)
consteval void check_arg(const Arg& arg) {
  if (arg.name.empty()) throw Mistake{};                             // an argument without a name
  if (arg.dir != Dir::in && !is_pointer(arg.kind)) throw Mistake{};  // only pointers have a direction
  if (arg.when != When::success && arg.dir == Dir::in) throw Mistake{};
}

// Fills size_argument; names may refer to `before` (the row's arguments ahead of a variant's) and to each other.
template <std::size_t Size>
consteval u8 place(std::array<Arg, Size>& into, std::span<const Spec> specs, std::span<const Arg> before) {
  if (specs.size() > Size) throw Mistake{};  // too many arguments
  u8 count = 0;
  for (const Spec& spec : specs) {
    Arg arg = spec.arg;
    if (!spec.size_of.empty()) {
      int found = -1;
      for (std::size_t i = 0; i < before.size(); ++i)
        if (before[i].name == spec.size_of) found = static_cast<int>(i);
      for (std::size_t i = 0; i < specs.size(); ++i)
        if (specs[i].arg.name == spec.size_of) found = static_cast<int>(before.size() + i);
      if (found < 0) throw Mistake{};  // refers to an argument that is not there
      arg.size_argument = static_cast<i8>(found);
    }
    check_arg(arg);
    into[count++] = arg;
  }
  return count;
}

consteval void place_all(Row& row, std::initializer_list<Spec> args) {
  row.count = place(row.args, {args.begin(), args.size()}, {});
  row.words = word_indices({row.args.data(), row.count});
  if (row.count == 0) return;
  Kind last = row.args[row.count - 1u].kind;
  if (row.words[row.count - 1u] + (last == Kind::off64 || last == Kind::off64_split ? 2 : 1) > 8) throw Mistake{};
}

consteval Row call(u32 number, std::string_view name, Side side, Restart restart, ResultKind result,
                   std::initializer_list<Spec> args, const Variants* variants = nullptr) {
  Row row{.number = number, .name = name, .side = side, .restart = restart, .result = result, .variants = variants};
  place_all(row, args);
  if (name.empty() || side == Side::refused) throw Mistake{};  // refused() is for those
  return row;
}

consteval Row refused(u32 number, std::string_view name, std::string_view reason,
                      std::initializer_list<Spec> args = {}) {
  if (reason.empty()) throw Mistake{};
  Row row{.number = number, .name = name, .side = Side::refused, .refusal = reason};
  place_all(row, args);
  return row;
}

// A refusal that ordinary kernels share, so that there is nothing to report.
consteval Row as_kernel(Row row) {
  row.refused_as_kernel = true;
  return row;
}

// One value of a selecting argument. `before`: how the row's arguments up to the selecting one are called, for sizes.
consteval Variant variant(u32 value, std::string_view name, std::initializer_list<Spec> args = {},
                          std::optional<ResultKind> result = {}, std::optional<Restart> restart = {}) {
  Variant made{.value = value, .name = name, .restart = restart, .result = result};
  // Indexes count from the row's first argument; variants() shifts them.
  made.count = place(made.args, {args.begin(), args.size()}, {});
  return made;
}
// A result made of flags.
consteval Variant gives_flags(Variant made, const NameSet& names) {
  made.result = ResultKind::hex;
  made.result_names = &names;
  return made;
}
consteval Variant refused_variant(u32 value, std::string_view name, std::string_view reason) {
  return {.value = value, .name = name, .refusal = reason};
}
// The row's arguments beyond the variant's own stay; `next` selects by a further argument.
consteval Variant keeping_rest(Variant made, const Variants* next = nullptr) {
  made.next = next;
  made.keeps_rest = true;
  return made;
}

// Shifts the sizes' indexes by the arguments before, and checks that values are unique.
template <std::size_t Count>
consteval std::array<Variant, Count> variants_after(u8 argument, const Variant (&rows)[Count]) {
  std::array<Variant, Count> out{};
  for (std::size_t i = 0; i < Count; ++i) {
    out[i] = rows[i];
    for (std::size_t k = 0; k < i; ++k)
      if (out[k].value == out[i].value) throw Mistake{};  // the same value twice
    for (Arg& arg : out[i].args)
      if (arg.size_argument >= 0) arg.size_argument = static_cast<i8>(arg.size_argument + argument + 1);
  }
  return out;
}

// Several families' rows in ascending order, each with its topic. Numbers must be unique.
struct Family {
  Topic topic;
  std::span<const Row> rows;
};
template <std::size_t Count>
consteval std::array<Row, Count> table(std::initializer_list<Family> families) {
  std::array<const Row*, Count> order{};
  std::array<Topic, Count> topics{};
  std::size_t filled = 0;
  for (const Family& family : families)
    for (const Row& row : family.rows) {
      if (filled == Count) throw Mistake{};  // more rows than announced
      std::size_t at = filled++;
      for (; at > 0 && order[at - 1]->number > row.number; --at) {
        order[at] = order[at - 1];
        topics[at] = topics[at - 1];
      }
      order[at] = &row;
      topics[at] = family.topic;
      if (at > 0 && order[at - 1]->number == row.number) throw Mistake{};  // the same number twice
    }
  if (filled != Count) throw Mistake{};  // fewer rows than announced
  std::array<Row, Count> out{};
  for (std::size_t i = 0; i < Count; ++i) {
    out[i] = *order[i];
    out[i].topic = topics[i];
  }
  return out;
}

}  // namespace sigtape::abi::notation
