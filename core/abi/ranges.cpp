// Output ranges of calls from their rows.
#include "core/abi/ranges.h"

#include <algorithm>

#include "core/abi/layout.h"
#include "core/abi/linux/structs.h"

namespace sigtape::abi {
namespace {

using linux_eabi::Iovec;
using linux_eabi::Mmsghdr;
using linux_eabi::Msghdr;  // FreeBSD's have the same layout

constexpr u64 most_elements = 1024;  // UIO_MAXIOV

class Collector {
 public:
  Collector(const Call& call, const ReadMemory& read)
      : call_(call), read_(read), shape_(shape_of(*call.row, call.words)) {}

  std::vector<MemoryRange> collect() {
    for (u8 i = 0; i < shape_.count; ++i) {
      const Arg& arg = shape_.args[i];
      const GuestAddr at{call_.word(shape_.words[i])};
      if (arg.dir != Dir::in && !at.is_null()) add_argument(i, arg, at);
    }
    return std::move(found_);
  }

 private:
  template <class T>
  bool load(GuestAddr from, T& into) const {
    return read_ && read_(from, {reinterpret_cast<u8*>(&into), sizeof into});
  }
  void add(u8 index, GuestAddr at, u64 bytes) { found_.push_back({at, bytes, index}); }

  u64 size_of(const Arg& arg) const {
    if (arg.size_argument < 0) return arg.fixed_bytes;
    const u32 given = call_.word(shape_.words[static_cast<u8>(arg.size_argument)]);
    u32 behind = 0;
    return !arg.size_behind_pointer ? given : load(GuestAddr{given}, behind) ? behind : 0;
  }

  void add_vectors(u8 index, GuestAddr at, u64 count) {
    for (u64 i = 0; i < std::min(count, most_elements); ++i) {
      Iovec vector;
      if (!load(at + static_cast<u32>(i * sizeof vector), vector)) return;
      add(index, GuestAddr{vector.base}, vector.len);
    }
  }

  void add_message(u8 index, GuestAddr at) {
    add(index, at, sizeof(Msghdr));
    Msghdr header;
    if (!load(at, header)) return;
    add(index, GuestAddr{header.name}, header.namelen);
    add(index, GuestAddr{header.control}, header.controllen);
    add_vectors(index, GuestAddr{header.iov}, header.iovlen);
  }

  void add_argument(u8 index, const Arg& arg, GuestAddr at) {
    const u64 size = size_of(arg);
    switch (arg.kind) {
      case Kind::structure: return add(index, at, arg.layout->size);
      case Kind::array: return add(index, at, arg.size_argument < 0 ? size : size * arg.layout->size);
      case Kind::fd_set: return add(index, at, (size + 31) / 32 * 4);
      case Kind::msgbuf: return add(index, at, 4 + size);
      case Kind::string: return add(index, at, 4096);
      case Kind::iovec: return add_vectors(index, at, size);
      case Kind::msghdr: return add_message(index, at);
      case Kind::mmsghdr:
        for (u64 i = 0; i < std::min(size, most_elements); ++i) {
          const GuestAddr element = at + static_cast<u32>(i * sizeof(Mmsghdr));
          add(index, element, sizeof(Mmsghdr));
          add_message(index, element);
        }
        return;
      default: return add(index, at, size);
    }
  }

  const Call& call_;
  const ReadMemory& read_;
  const Shape shape_;
  std::vector<MemoryRange> found_;
};

// An address that the row does not describe further.
bool begins_at_plain_address(const Call& call, const GuestWrite& write) {
  const Shape shape = shape_of(*call.row, call.words);
  for (u8 i = 0; i < shape.count; ++i)
    if (shape.args[i].kind == Kind::address && call.word(shape.words[i]) == write.at.value) return true;
  return false;
}

}  // namespace

std::vector<MemoryRange> declared_outputs(const Call& call, const ReadMemory& read) {
  if (!call.row) return {};
  return Collector(call, read).collect();
}

const GuestWrite* undeclared_write(const Call& call, std::span<const GuestWrite> writes, const ReadMemory& read) {
  const std::vector<MemoryRange> declared = declared_outputs(call, read);
  for (const GuestWrite& write : writes) {
    const bool inside = std::any_of(declared.begin(), declared.end(), [&](const MemoryRange& range) {
      return write.at >= range.at && write.at.value + write.bytes.size() <= range.at.value + range.bytes;
    });
    if (!inside && !(call.row && begins_at_plain_address(call, write))) return &write;
  }
  return nullptr;
}

}  // namespace sigtape::abi
