// Calls that need no handler of their own: the host's call of the same name, arguments by the kinds in the row.
#include <fcntl.h>

#include <array>

#include "core/outside/host_call.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

using abi::Arg;
using abi::Dir;
using abi::Kind;

// Calls that act on a symlink itself.
bool keeps_last_link(std::string_view name) {
  constexpr std::string_view such[] = {"unlink",     "rmdir",        "rename", "mkdir",     "mknod",
                                       "lchown",     "readlink",     "link",   "lsetxattr", "lgetxattr",
                                       "llistxattr", "lremovexattr", "symlink"};
  for (std::string_view one : such)
    if (name == one) return true;
  return false;
}

struct Output {
  GuestAddr to;
  u8* staged = nullptr;
  u64 capacity = 0;
  bool result_is_size = false;
};

struct HostArguments {
  long words[6] = {};
  unsigned count = 0;
  std::array<std::string, 6> texts;  // what `words` point to
  std::array<Output, 6> outputs;
  unsigned output_count = 0;
};

enum class Taken : u8 { yes, no_such_kind, answered };

class Reader {
 public:
  Reader(CallContext& context) : c_(context), row_(*context.call.row), words_(abi::word_index_of(row_)) {}

  Taken take(unsigned i, HostArguments& to) {
    const Arg& argument = row_.args[i];
    u32 value = c_.word(words_[i]);
    long& word = to.words[to.count++];
    switch (argument.kind) {
      case Kind::integer:
      case Kind::pid:
      case Kind::signal: word = static_cast<i32>(value); return Taken::yes;
      case Kind::unsigned_:
      case Kind::hex:
      case Kind::size:
      case Kind::mode:
      case Kind::flags:
      case Kind::choice: word = static_cast<long>(u64{value}); return Taken::yes;
      case Kind::fd:
      case Kind::dirfd: word = dirfd_ = c_.fd(words_[i]); return Taken::yes;
      case Kind::off64: word = static_cast<long>(c_.pair(words_[i])); return Taken::yes;
      case Kind::string: word = reinterpret_cast<long>(c_.pointer(words_[i])); return Taken::yes;
      case Kind::path: return take_path(i, to.texts[to.count - 1], word);
      case Kind::bytes: return take_bytes(argument, i, to, word);
      default: return Taken::no_such_kind;
    }
  }

 private:
  Taken take_path(unsigned i, std::string& text, long& word) {
    bool is_link_text = i == 0 && row_.name.starts_with("symlink");
    if (!c_.live.root().active() || is_link_text) {
      word = reinterpret_cast<long>(c_.pointer(words_[i]));
      return Taken::yes;
    }
    auto resolved = c_.path(dirfd_, words_[i], keeps_last_link(row_.name) ? Follow::no : Follow::yes);
    if (!resolved) return Taken::answered;
    text = std::move(*resolved);
    word = reinterpret_cast<long>(text.c_str());
    return Taken::yes;
  }

  Taken take_bytes(const Arg& argument, unsigned i, HostArguments& to, long& word) {
    if (argument.dir == Dir::in) {
      word = reinterpret_cast<long>(c_.pointer(words_[i]));
      return Taken::yes;
    }
    if (argument.dir != Dir::out || argument.size_behind_pointer) return Taken::no_such_kind;
    u64 capacity = argument.fixed_bytes;
    if (argument.size_argument >= 0) capacity = c_.word(words_[static_cast<unsigned>(argument.size_argument)]);
    u8* staged = c_.stage(capacity);
    to.outputs[to.output_count++] = {c_.at(words_[i]), staged, capacity, argument.result_is_size};
    word = c_.at(words_[i]).is_null() ? 0 : reinterpret_cast<long>(staged);
    return Taken::yes;
  }

  CallContext& c_;
  const abi::Row& row_;
  std::array<u8, abi::max_args> words_;
  int dirfd_ = AT_FDCWD;
};

}  // namespace

bool answer_by_row(CallContext& c) {
  const abi::Row* row = c.call.row;
  if (!row || row->variants || row->count > 6 || c.call.system != abi::System::linux_eabi) return false;
  auto number = host_number_of(row->name);
  if (!number) return false;
  Reader reader(c);
  HostArguments host;
  for (unsigned i = 0; i < row->count; i++) {
    Taken taken = reader.take(i, host);
    if (taken == Taken::answered) return true;
    if (taken == Taken::no_such_kind) return false;
  }
  const long(&w)[6] = host.words;
  HostResult result = c.blocking(*number, w[0], w[1], w[2], w[3], w[4], w[5]);
  c.finish(result);
  if (!result.succeeded()) return true;
  for (unsigned i = 0; i < host.output_count; i++) {
    const Output& output = host.outputs[i];
    u64 written = output.result_is_size ? static_cast<u64>(result.value) : output.capacity;
    if (!output.to.is_null()) c.put(output.to, output.staged, std::min(written, output.capacity));
  }
  return true;
}

}  // namespace sigtape::outside
