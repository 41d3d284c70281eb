// add_inputs and outgoing_of: by the call's description alone.
#include "core/tape/inputs.h"

#include <algorithm>

#include "core/abi/layout.h"

namespace sigtape::tape {
namespace {

constexpr u32 shown_of_buffer = 64;
constexpr u32 shown_of_array = 1024;
constexpr u32 longest_path = 4096;
constexpr u32 most_pieces = 16;

using Inputs = std::vector<abi::GuestWrite>;

class Gatherer {
 public:
  Gatherer(const mem::Space& space, const abi::Call& call, Inputs& inputs)
      : space_(space), call_(call), arguments_(*call.row, call.words), inputs_(inputs) {}

  void gather() {
    for (unsigned i = 0; i < arguments_.count(); i++)
      if (GuestAddr at{word(i)}; !at.is_null()) one(arguments_[i], at);
  }

 private:
  u32 word(unsigned argument) const { return call_.words[arguments_.word(argument)]; }

  // What Arg::size_argument says, a count of bytes or elements.
  u32 count_of(const abi::Arg& arg) {
    if (arg.size_argument < 0) return 0;
    u32 value = word(static_cast<unsigned>(arg.size_argument));
    if (!arg.size_behind_pointer) return value;
    if (value == 0) return 0;
    add(GuestAddr{value}, 4);
    return space_.load<u32>(GuestAddr{value}).value_or(0);
  }

  void one(const abi::Arg& arg, GuestAddr at) {
    bool reads = arg.dir != abi::Dir::out;
    switch (arg.kind) {
      case abi::Kind::path:
      case abi::Kind::string: text(at); break;
      case abi::Kind::bytes:
        if (u32 bytes = arg.fixed_bytes ? arg.fixed_bytes : count_of(arg); reads) add(at, std::min(bytes, shown_of_buffer));
        break;
      case abi::Kind::structure:
        if (reads && arg.layout) add(at, arg.layout->size);
        break;
      case abi::Kind::array: {
        u64 bytes = arg.fixed_bytes ? arg.fixed_bytes : u64{count_of(arg)} * (arg.layout ? arg.layout->size : 0);
        if (reads) add(at, static_cast<u32>(std::min<u64>(bytes, shown_of_array)));
        break;
      }
      case abi::Kind::iovec: vector(at, count_of(arg), reads); break;
      case abi::Kind::msghdr: message(at, reads); break;
      case abi::Kind::mmsghdr: {
        constexpr u32 size_of_mmsghdr = 32;
        for (u32 i = 0; i < std::min(count_of(arg), most_pieces); i++) message(at + i * size_of_mmsghdr, reads);
        break;
      }
      case abi::Kind::sockaddr: {
        u32 bytes = count_of(arg);
        if (reads) add(at, std::min(bytes, 128u));
        break;
      }
      case abi::Kind::fd_set: add(at, std::min(count_of(arg) + 31, 1024u) / 32 * 4); break;
      case abi::Kind::cpu_set:
        if (reads) add(at, std::min(count_of(arg), 128u));
        break;
      case abi::Kind::msgbuf:
        if (reads) add(at, std::min(count_of(arg), shown_of_buffer) + 4);
        break;
      default: break;
    }
  }

  void add(GuestAddr at, u32 bytes) {
    if (bytes != 0 && space_.can_read(at, bytes)) inputs_.push_back({at, {space_.host(at), bytes}});
  }

  // With its NUL. A text that runs into the unreadable is left out: the call says EFAULT.
  void text(GuestAddr at) {
    u32 length = 0;
    while (length < longest_path) {
      u32 rest = mem::page_size - (at.value + length) % mem::page_size;
      if (!space_.can_read(at + length, rest)) return;
      const void* end = std::memchr(space_.host(at + length), 0, rest);
      if (end != nullptr) return add(at, static_cast<u32>(static_cast<const u8*>(end) - space_.host(at)) + 1);
      length += rest;
    }
    add(at, longest_path);
  }

  void vector(GuestAddr at, u32 count, bool contents) {
    count = std::min(count, most_pieces);
    add(at, count * 8);
    if (!contents) return;
    for (u32 i = 0; i < count; i++) {
      auto piece = space_.load<std::array<u32, 2>>(at + i * 8);
      if (piece) add(GuestAddr{(*piece)[0]}, std::min((*piece)[1], shown_of_buffer));
    }
  }

  // struct msghdr: name, namelen, iov, iovlen, control, controllen, flags; alike on both systems.
  void message(GuestAddr at, bool contents) {
    auto header = space_.load<std::array<u32, 7>>(at);
    if (!header) return;
    add(at, 28);
    if (contents) add(GuestAddr{(*header)[0]}, std::min((*header)[1], 128u));
    vector(GuestAddr{(*header)[2]}, (*header)[3], contents);
    if (contents) add(GuestAddr{(*header)[4]}, std::min((*header)[5], 512u));
  }

  const mem::Space& space_;
  const abi::Call& call_;
  abi::Arguments arguments_;
  Inputs& inputs_;
};

const abi::Arg* outgoing_argument(const abi::Row& row) {
  if (row.count < 2 || row.args[0].kind != abi::Kind::fd) return nullptr;
  if (row.result != abi::ResultKind::size && row.result != abi::ResultKind::integer) return nullptr;
  const abi::Arg& arg = row.args[1];
  bool is_data = arg.kind == abi::Kind::bytes || arg.kind == abi::Kind::iovec || arg.kind == abi::Kind::msghdr;
  return is_data && arg.dir == abi::Dir::in ? &arg : nullptr;
}

}  // namespace

void add_inputs(const mem::Space& space, const abi::Call& call, Inputs& inputs) {
  Gatherer{space, call, inputs}.gather();
}

bool writes_to_descriptor(const abi::Call& call) { return call.row != nullptr && outgoing_argument(*call.row) != nullptr; }

Outgoing outgoing_of(const mem::Space& space, const abi::Call& call, u64 count) {
  Outgoing outgoing;
  const abi::Arg* arg = outgoing_argument(*call.row);
  if (arg == nullptr) return outgoing;
  outgoing.descriptor = static_cast<i32>(call.words[0]);
  auto take = [&](u32 at, u32 bytes) {
    bytes = static_cast<u32>(std::min<u64>(bytes, count));
    if (bytes != 0 && space.can_read(GuestAddr{at}, bytes)) outgoing.bytes.push_back({space.host(GuestAddr{at}), bytes});
    count -= bytes;
  };
  if (arg->kind == abi::Kind::bytes) {
    take(call.words[1], static_cast<u32>(std::min<u64>(count, ~u32{0})));
    return outgoing;
  }
  u32 pieces_at = call.words[1], pieces = call.words[2];
  if (arg->kind == abi::Kind::msghdr) {
    auto header = space.load<std::array<u32, 7>>(GuestAddr{call.words[1]});
    if (!header) return outgoing;
    pieces_at = (*header)[2];
    pieces = (*header)[3];
  }
  for (u32 i = 0; i < std::min(pieces, 1024u) && count != 0; i++) {
    auto piece = space.load<std::array<u32, 2>>(GuestAddr{pieces_at + i * 8});
    if (!piece) break;
    take((*piece)[0], (*piece)[1]);
  }
  return outgoing;
}

}  // namespace sigtape::tape
