// The way of calls without a handler: the host call of the same name, its arguments made from the row's descriptions.
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "core/abi/linux/layouts.h"
#include "core/abi/scalars.h"
#include "core/outside/by_number.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/live.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

// How the host's call of a name is to be issued. 16-bit ids have handlers, so a guest's getuid32 is the host's getuid.
struct HostCall {
  long number = 0;
  bool waits = true;    // false: never waits for anything, so the baton is kept
  bool follows = true;  // a symlink at the end of the path
};

constexpr std::string_view never_waiting[] = {
    "epoll_create",
    "epoll_create1",
    "eventfd",
    "eventfd2",
    "getcpu",
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getresgid",
    "getresuid",
    "getsid",
    "gettid",
    "getuid",
    "inotify_init",
    "inotify_init1",
    "ioprio_get",
    "ioprio_set",
    "kill",
    "listen",
    "memfd_create",
    "msgget",
    "pidfd_open",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setparam",
    "sched_setscheduler",
    "semget",
    "setfsgid",
    "setfsuid",
    "setgid",
    "setgroups",
    "setpgid",
    "setpriority",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "setsid",
    "setuid",
    "shmget",
    "tgkill",
    "timer_delete",
    "timer_getoverrun",
    "timerfd_create",
    "tkill",
    "umask",
};
constexpr std::string_view on_links_themselves[] = {
    "lgetxattr", "link",    "linkat", "llistxattr", "lremovexattr", "lsetxattr", "mkdir",  "mkdirat",
    "mknod",     "mknodat", "rename", "renameat",   "renameat2",    "rmdir",     "unlink", "unlinkat",
};
static_assert(std::is_sorted(std::begin(never_waiting), std::end(never_waiting)));
static_assert(std::is_sorted(std::begin(on_links_themselves), std::end(on_links_themselves)));

std::optional<HostCall> host_call_of(std::string_view name) {
  if (name.ends_with("32")) name.remove_suffix(2);
  std::optional<long> number = host_number_of(name);
  if (!number) return std::nullopt;
  return HostCall{*number, !std::binary_search(std::begin(never_waiting), std::end(never_waiting), name),
                  !std::binary_search(std::begin(on_links_themselves), std::end(on_links_themselves), name)};
}

// Structures that are the same on both sides, so that bytes may be copied.
bool is_same_on_host(const abi::Layout* layout) {
  namespace l = abi::linux_eabi::layout;
  namespace s = abi::scalar;
  const abi::Layout* same[] = {&l::sched_param, &l::rlimit64,   &l::mount_attr, &l::sembuf,  &s::int32,
                               &s::uint32,      &s::hex32,      &s::int64,      &s::uint64,  &s::uint16,
                               &s::descriptor,  &s::process_id, &s::octet,      &s::signal32};
  return std::find(std::begin(same), std::end(same), layout) != std::end(same);
}

bool is_describable(const abi::Arg& arg) {
  using enum abi::Kind;
  switch (arg.kind) {
    case integer:
    case pid:
    case signal:
    case unsigned_:
    case hex:
    case size:
    case mode:
    case flags:
    case choice:
    case fd:
    case dirfd:
    case path:
    case bytes: return true;
    case string:
    case address:
    case cpu_set:
    case sockaddr: return arg.dir == abi::Dir::in;
    case structure:
    case array: return is_same_on_host(arg.layout);
    default: return false;
  }
}

// Values that other systems number in their own way.
bool has_own_numbers(const abi::Arg& arg) {
  return arg.kind == abi::Kind::flags || arg.kind == abi::Kind::choice || arg.kind == abi::Kind::signal ||
         arg.kind == abi::Kind::sockaddr;
}

// One argument's output, staged.
struct Output {
  OutBuffer buffer;
  const abi::Arg* arg = nullptr;
};

class RowCall {
 public:
  RowCall(CallContext& c, const HostCall& host, const abi::Shape& shape) : c_(c), host_(host), shape_(shape) {}

  // False: there is an argument that only a handler can make.
  bool prepare();
  bool is_answered() const { return answered_; }
  void issue();

 private:
  bool prepare_argument(unsigned i);
  bool prepare_path(unsigned i);
  bool prepare_memory(unsigned i);
  u64 bytes_of(const abi::Arg& arg) const;
  u32 word(unsigned i) const { return c_.word(shape_.words[i]); }

  CallContext& c_;
  const HostCall& host_;
  const abi::Shape& shape_;
  std::array<long, 6> words_{};
  unsigned count_ = 0;
  std::array<std::string, 2> paths_;
  unsigned path_count_ = 0;
  std::vector<Output> outputs_;
  bool answered_ = false;
};

u64 RowCall::bytes_of(const abi::Arg& arg) const {
  if (arg.kind == abi::Kind::structure) return arg.layout->size;
  if (arg.fixed_bytes) return arg.fixed_bytes;
  u64 count = arg.size_argument >= 0 ? word(static_cast<unsigned>(arg.size_argument)) : 0;
  return arg.kind == abi::Kind::array ? count * arg.layout->size : count;
}

bool RowCall::prepare() {
  if (shape_.unknown_variant) return false;
  for (unsigned i = 0; i < shape_.count && !answered_; ++i) {
    if (count_ == words_.size()) return false;
    if (!prepare_argument(i)) return false;
  }
  return true;
}

bool RowCall::prepare_argument(unsigned i) {
  const abi::Arg& arg = shape_.args[i];
  if (!is_describable(arg)) return false;
  if (c_.call.system != abi::System::linux_eabi && has_own_numbers(arg)) return false;
  using enum abi::Kind;
  switch (arg.kind) {
    case integer:
    case pid:
    case signal: words_[count_++] = static_cast<i32>(word(i)); return true;
    case unsigned_:
    case hex:
    case size:
    case mode:
    case flags:
    case choice: words_[count_++] = word(i); return true;
    case fd:
    case dirfd: words_[count_++] = c_.fd(shape_.words[i]); return true;
    case path: return prepare_path(i);
    case string:
    case address:
    case cpu_set:
    case sockaddr: words_[count_++] = reinterpret_cast<long>(c_.pointer(GuestAddr{word(i)})); return true;
    default: return prepare_memory(i);
  }
}

bool RowCall::prepare_path(unsigned i) {
  if (path_count_ == paths_.size()) return false;
  if (word(i) == 0) {  // some calls take a null path (fchownat… with AT_EMPTY_PATH); others say EFAULT
    words_[count_++] = 0;
    return true;
  }
  bool relative_to = i > 0 && shape_.args[i - 1].kind == abi::Kind::dirfd;
  int dirfd = relative_to ? static_cast<int>(words_[count_ - 1]) : AT_FDCWD;
  auto path = c_.path(dirfd, shape_.words[i], host_.follows ? Follow::yes : Follow::no);
  if (!path) return answered_ = true;
  std::string& kept = paths_[path_count_++];
  kept = std::move(*path);
  words_[count_++] = reinterpret_cast<long>(kept.c_str());
  return true;
}

bool RowCall::prepare_memory(unsigned i) {
  const abi::Arg& arg = shape_.args[i];
  GuestAddr at{word(i)};
  if (arg.dir == abi::Dir::in || at.is_null()) {
    words_[count_++] = reinterpret_cast<long>(c_.pointer(at));
    return true;
  }
  u64 bytes = bytes_of(arg);
  bool whole = !arg.result_is_size;  // a struct that does not fit is the host's EFAULT; a buffer may be filled in part
  OutBuffer buffer =
      whole && !c_.can_write(at, bytes) ? OutBuffer{at, c_.space.host(at), bytes, 0, false} : out_buffer(c_, at, bytes);
  if (buffer.staged && arg.dir == abi::Dir::inout && !c_.space.read(at, {buffer.host, buffer.bytes})) {
    c_.fail(EFAULT);
    return answered_ = true;
  }
  outputs_.push_back({buffer, &arg});
  words_[count_++] = reinterpret_cast<long>(buffer.host);
  return true;
}

void RowCall::issue() {
  auto& w = words_;
  HostResult r = host_.waits ? c_.blocking(host_.number, w[0], w[1], w[2], w[3], w[4], w[5])
                             : c_.immediate(host_.number, w[0], w[1], w[2], w[3], w[4], w[5]);
  if (r.succeeded())
    for (const Output& output : outputs_) {
      u64 bytes = output.buffer.room;
      if (output.arg->result_is_size) {
        u64 unit = output.arg->kind == abi::Kind::array ? output.arg->layout->size : 1;
        bytes = std::min(bytes, static_cast<u64>(r.value) * unit);
      }
      if (!give_buffer(c_, output.buffer, bytes)) return;
    }
  c_.finish(r);
}

}  // namespace

bool is_answered_by_row(const abi::Row& row) {
  return host_call_of(row.name) && row.count <= 6 && !row.variants &&
         std::all_of(row.args.begin(), row.args.begin() + row.count, is_describable);
}

namespace {

struct Described {
  HostCall host;
  abi::Shape shape;  // of a row without variants
  bool has_no_arguments = false;
};

const Described* description_of(const abi::Call& call) {
  constexpr u32 most_numbers = 600;
  if (call.number >= most_numbers) return nullptr;  // ARM's private ones
  static constinit ByNumber<const Described*, most_numbers> linux_calls, freebsd_calls;
  auto& calls = call.system == abi::System::linux_eabi ? linux_calls : freebsd_calls;
  auto look_up = [&](u32) -> const Described* {
    std::optional<HostCall> host = host_call_of(call.row->name);
    if (!host) return nullptr;
    bool varies = call.row->variants != nullptr;
    return new Described{*host, varies ? abi::Shape{} : abi::shape_of(*call.row, call.words),
                         !varies && call.row->count == 0 && !host->waits};
  };
  return calls.get(call.number, look_up);
}

bool answer_as(CallContext& c, const HostCall& host, const abi::Shape& shape) {
  RowCall call(c, host, shape);
  if (!call.prepare()) return false;
  if (!call.is_answered()) call.issue();
  return true;
}

}  // namespace

bool answer_by_row(CallContext& c) {
  if (!c.call.row) return false;
  const Described* described = description_of(c.call);
  if (!described) return false;
  if (described->has_no_arguments) {  // getpid and its like, of which some programs make many
    c.finish({true, raw_syscall(described->host.number)});
    return true;
  }
  if (c.call.row->variants) return answer_as(c, described->host, abi::shape_of(*c.call.row, c.call.words));
  return answer_as(c, described->host, described->shape);
}

}  // namespace sigtape::outside
