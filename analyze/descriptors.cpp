// Follows descriptors through open, pipe, dup, close, fork and exec, by the names of the calls.
#include "analyze/descriptors.h"

#include <fmt/format.h>

#include "core/base/bytes.h"

namespace sigtape::analyze {
namespace {

constexpr u32 linux_cloexec = 02000000, freebsd_cloexec = 0x100000;
constexpr u32 dupfd = 0, set_fd = 2, linux_dupfd_cloexec = 1030, freebsd_dupfd_cloexec = 17;

// A string argument, from the bytes that the tape holds of the call's inputs.
std::string string_at(const tape::Called& called, u32 address) {
  for (const tape::Bytes& input : called.inputs) {
    if (input.at.value > address || address - input.at.value >= input.bytes.size()) continue;
    auto rest = input.bytes.subspan(address - input.at.value);
    std::string text;
    for (u8 byte : rest) {
      if (byte == 0) break;
      text += static_cast<char>(byte);
    }
    return text;
  }
  return {};
}

}  // namespace

u32 Descriptors::add(Object object) {
  objects_[next_object_] = std::move(object);
  return next_object_++;
}

Descriptors::Table& Descriptors::table(i32 pid) {
  auto& slot = tables_[pid];
  if (!slot) {
    slot = std::make_shared<Table>();
    static constexpr const char* names[] = {"standard input", "standard output", "standard error"};
    for (i32 fd = 0; fd < 3; fd++) (*slot)[fd] = {add({ObjectKind::unknown, names[fd], 0}), false};
  }
  return *slot;
}

void Descriptors::event(tape::StreamId stream, const tape::Event& event) {
  if (const auto* began = event.as<tape::StreamBegan>()) {
    streams_[stream].pid = began->pid;
    auto parent = streams_.find(began->parent);
    if (parent != streams_.end()) streams_[stream].system = parent->second.system;
    if (began->origin == tape::Origin::fork && parent != streams_.end())
      tables_[began->pid] = std::make_shared<Table>(table(parent->second.pid));
    if (began->origin == tape::Origin::exec) exec(began->pid);
    return;
  }
  i32 pid = pid_of(stream);
  if (const auto* started = event.as<tape::ThreadStarted>()) {
    if (started->vfork_child) tables_[event.thread.value] = std::make_shared<Table>(table(pid));
    return;
  }
  if (const auto* ended = event.as<tape::Ended>()) {
    if (stream != tape::session_stream) tables_.erase(ended->vfork_child ? event.thread.value : pid);
    return;
  }
  if (const auto* called = event.as<tape::Called>()) {
    streams_[stream].system = called->call.system;
    // A vfork child is a thread of its parent's stream with a table of its own, by its own pid.
    auto own = tables_.find(event.thread.value);
    this->called(own != tables_.end() ? event.thread.value : pid, *called);
  }
}

void Descriptors::exec(i32 pid) {
  auto& entries = table(pid);
  std::erase_if(entries, [](const auto& entry) { return entry.second.close_on_exec; });
}

void Descriptors::open(i32 pid, i32 fd, Object object, bool close_on_exec) {
  table(pid)[fd] = {add(std::move(object)), close_on_exec};
}

void Descriptors::pair(i32 pid, const tape::Called& called, bool is_pipe, bool close_on_exec) {
  if (called.writes.empty() || called.writes[0].bytes.size() < 8) return;
  i32 first = load<i32>(called.writes[0].bytes.data()), second = load<i32>(called.writes[0].bytes.data() + 4);
  std::string name = fmt::format("{} {}", is_pipe ? "pipe" : "socket pair", next_pipe_++);
  open(pid, first, {is_pipe ? ObjectKind::pipe_read : ObjectKind::socket, name, next_object_ + 1}, close_on_exec);
  open(pid, second, {is_pipe ? ObjectKind::pipe_write : ObjectKind::socket, name, next_object_ - 1}, close_on_exec);
}

void Descriptors::duplicate(i32 pid, i32 from, i32 to, bool close_on_exec) {
  auto& entries = table(pid);
  auto source = entries.find(from);
  if (source == entries.end()) {
    entries.erase(to);
    return;
  }
  entries[to] = {source->second.object, close_on_exec};
}

// The two socket options that change what an interrupted call does.
void Descriptors::set_option(i32 pid, bool freebsd, const std::array<u32, abi::max_words>& words) {
  auto found = objects_.find(object_of(pid, static_cast<i32>(words[0])));
  if (found == objects_.end() || words[1] != (freebsd ? 0xffffu : 1u)) return;
  if (words[2] == (freebsd ? 0x1006u : 20u) || (!freebsd && words[2] == 66)) found->second.receive_timeout = true;
  if (words[2] == (freebsd ? 0x1005u : 21u) || (!freebsd && words[2] == 67)) found->second.send_timeout = true;
}

void Descriptors::called(i32 pid, const tape::Called& called) {
  const auto* done = std::get_if<abi::Done>(&called.outcome);
  if (!done || !called.call.row) return;
  std::string_view name = called.call.row->name;
  const auto& words = called.call.words;
  bool freebsd = called.call.system == abi::System::freebsd;
  u32 cloexec = freebsd ? freebsd_cloexec : linux_cloexec;
  i32 result = static_cast<i32>(done->value);
  if (name == "open" || name == "creat") {
    open(pid, result, {ObjectKind::file, string_at(called, words[0]), 0}, name == "open" && (words[1] & cloexec));
  } else if (name == "openat") {
    open(pid, result, {ObjectKind::file, string_at(called, words[1]), 0}, words[2] & cloexec);
  } else if (name == "pipe" || name == "pipe2") {
    pair(pid, called, true, name == "pipe2" && (words[1] & cloexec));
  } else if (name == "socketpair") {
    pair(pid, called, false, words[1] & linux_cloexec);
  } else if (name == "dup") {
    duplicate(pid, static_cast<i32>(words[0]), result, false);
  } else if (name == "dup2" || name == "dup3") {
    if (words[0] != words[1])
      duplicate(pid, static_cast<i32>(words[0]), result, name == "dup3" && (words[2] & cloexec));
  } else if (name == "fcntl" || name == "fcntl64") {
    bool with_cloexec = words[1] == (freebsd ? freebsd_dupfd_cloexec : linux_dupfd_cloexec);
    if (words[1] == dupfd || with_cloexec) duplicate(pid, static_cast<i32>(words[0]), result, with_cloexec);
    if (words[1] == set_fd)
      if (auto entry = table(pid).find(static_cast<i32>(words[0])); entry != table(pid).end())
        entry->second.close_on_exec = words[2] & 1;
  } else if (name == "close") {
    table(pid).erase(static_cast<i32>(words[0]));
  } else if (name == "socket") {
    open(pid, result, {ObjectKind::socket, fmt::format("socket {}", next_object_), 0}, words[1] & linux_cloexec);
  } else if (name == "accept" || name == "accept4") {
    open(pid, result, {ObjectKind::socket, fmt::format("connection {}", next_object_), 0}, false);
  } else if (name == "setsockopt") {
    set_option(pid, freebsd, words);
  } else if (name.starts_with("eventfd") || name == "epoll_create" || name == "epoll_create1" || name == "kqueue" ||
             name.starts_with("signalfd") || name == "timerfd_create") {
    open(pid, result, {ObjectKind::event, std::string(name), 0}, false);
  }
}

u32 Descriptors::object_of(i32 pid, i32 fd) const {
  auto entries = tables_.find(pid);
  if (entries == tables_.end() || !entries->second) return 0;
  auto entry = entries->second->find(fd);
  return entry == entries->second->end() ? 0 : entry->second.object;
}

const Object* Descriptors::object(u32 number) const {
  auto found = objects_.find(number);
  return found == objects_.end() ? nullptr : &found->second;
}

std::string Descriptors::text_of(i32 pid, i32 fd) const {
  const Object* found = object(object_of(pid, fd));
  if (!found) return fmt::format("descriptor {}", fd);
  const char* end = found->kind == ObjectKind::pipe_read    ? "the read end of "
                    : found->kind == ObjectKind::pipe_write ? "the write end of "
                                                            : "";
  return fmt::format("descriptor {}, {}{}", fd, end, found->name.empty() ? "unnamed" : found->name);
}

std::vector<std::pair<i32, i32>> Descriptors::holders_of(u32 number) const {
  std::vector<std::pair<i32, i32>> holders;
  if (number == 0) return holders;
  for (const auto& [pid, entries] : tables_)
    if (entries)
      for (const auto& [fd, entry] : *entries)
        if (entry.object == number) holders.emplace_back(pid, fd);
  return holders;
}

i32 Descriptors::pid_of(tape::StreamId stream) const {
  auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : found->second.pid;
}

abi::System Descriptors::system_of(tape::StreamId stream) const {
  auto found = streams_.find(stream);
  return found == streams_.end() ? abi::System::linux_eabi : found->second.system;
}

}  // namespace sigtape::analyze
