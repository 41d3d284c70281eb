// Reads a blocked call's arguments into edges: descriptors, children, futexes, locks, sleeps.
#include "analyze/wait_for.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/bytes.h"

namespace sigtape::analyze {
namespace {

enum class Wait : u8 { none, input, output, children, futex, select, poll, epoll, accept, lock, open, time };

struct Known {
  std::string_view name;
  Wait wait;
};
// By name, because both ABIs share most of them.
constexpr Known known[] = {
    {"read", Wait::input},          {"readv", Wait::input},         {"pread64", Wait::input},
    {"recv", Wait::input},          {"recvfrom", Wait::input},      {"recvmsg", Wait::input},
    {"recvmmsg", Wait::input},      {"splice", Wait::input},        {"tee", Wait::input},
    {"write", Wait::output},        {"writev", Wait::output},       {"send", Wait::output},
    {"sendto", Wait::output},       {"sendmsg", Wait::output},      {"wait4", Wait::children},
    {"waitpid", Wait::children},    {"waitid", Wait::children},     {"wait6", Wait::children},
    {"futex", Wait::futex},         {"futex_time64", Wait::futex},  {"_umtx_op", Wait::futex},
    {"select", Wait::select},       {"_newselect", Wait::select},   {"pselect6", Wait::select},
    {"pselect6_time64", Wait::select}, {"pselect", Wait::select},   {"poll", Wait::poll},
    {"ppoll", Wait::poll},          {"ppoll_time64", Wait::poll},   {"epoll_wait", Wait::epoll},
    {"epoll_pwait", Wait::epoll},   {"kevent", Wait::epoll},        {"freebsd11_kevent", Wait::epoll},
    {"accept", Wait::accept},       {"accept4", Wait::accept},      {"flock", Wait::lock},
    {"fcntl", Wait::lock},          {"fcntl64", Wait::lock},        {"open", Wait::open},
    {"openat", Wait::open},         {"nanosleep", Wait::time},      {"clock_nanosleep", Wait::time},
    {"clock_nanosleep_time64", Wait::time},
};

std::span<const u8> input_at(const tape::Entered& entered, u32 address, u64 bytes) {
  for (const tape::Bytes& input : entered.inputs)
    if (input.at.value <= address && address - input.at.value + bytes <= input.bytes.size())
      return input.bytes.subspan(address - input.at.value, bytes);
  return {};
}

void sort_unique(std::vector<i32>& pids) {
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
}

// Waiting on one descriptor: for whoever holds the other end.
Edge descriptor_edge(const Blocked& blocked, const Descriptors& descriptors, i32 fd) {
  Edge edge;
  edge.what = descriptors.text_of(blocked.pid, fd);
  const Object* object = descriptors.object(descriptors.object_of(blocked.pid, fd));
  if (!object || object->peer == 0) {
    edge.anybody = true;
    return edge;
  }
  for (auto [pid, peer_fd] : descriptors.holders_of(object->peer)) edge.pids.push_back(pid);
  sort_unique(edge.pids);
  return edge;
}

void select_edges(const Blocked& blocked, const Descriptors& descriptors, std::vector<Edge>& edges) {
  const auto& call = blocked.call().call;
  u32 count = std::min(call.words[0], 1024u);
  for (unsigned set = 1; set <= 2; set++) {
    auto bits = call.words[set] ? input_at(blocked.call(), call.words[set], (count + 31) / 32 * 4) : std::span<const u8>{};
    for (u32 fd = 0; fd < count && fd / 8 < bits.size(); fd++)
      if (bits[fd / 8] >> (fd % 8) & 1) edges.push_back(descriptor_edge(blocked, descriptors, static_cast<i32>(fd)));
  }
  if (call.words[4]) edges.push_back({"the end of its time limit", {}, true});
}

void poll_edges(const Blocked& blocked, const Descriptors& descriptors, std::vector<Edge>& edges) {
  const auto& call = blocked.call().call;
  for (u32 i = 0; i < std::min(call.words[1], 1024u); i++) {
    auto entry = input_at(blocked.call(), call.words[0] + i * 8, 8);
    if (entry.empty()) break;
    edges.push_back(descriptor_edge(blocked, descriptors, load<i32>(entry.data())));
  }
  if (call.row && call.row->name == "poll" && static_cast<i32>(call.words[2]) >= 0)
    edges.push_back({"the end of its time limit", {}, true});
}

Edge child_edge(const Blocked& blocked, const std::vector<i32>& living_children) {
  i32 wanted = static_cast<i32>(blocked.call().call.words[0]);
  Edge edge;
  if (wanted > 0 && blocked.call().call.row->name != "waitid") {
    edge.what = fmt::format("the end of its child {}", wanted);
    if (std::find(living_children.begin(), living_children.end(), wanted) != living_children.end()) edge.pids = {wanted};
  } else {
    edge.what = "the end of a child";
    edge.pids = living_children;
  }
  return edge;
}

// It never waits, but others may have been running when the recording ended.
bool only_wakes(const abi::Call& call) {
  constexpr u32 command = 0x7f, wake = 1, wake_bitset = 10;  // FUTEX_CMD_MASK, FUTEX_WAKE, FUTEX_WAKE_BITSET
  u32 operation = call.words[1] & command;
  return call.row->name != "_umtx_op" && (operation == wake || operation == wake_bitset);
}

}  // namespace

std::vector<Edge> waits_for(const Blocked& blocked, const Descriptors& descriptors, const std::vector<i32>& living_children) {
  const abi::Call& call = blocked.call().call;
  std::vector<Edge> edges;
  if (!call.row) return edges;
  Wait wait = Wait::none;
  for (const Known& entry : known)
    if (entry.name == call.row->name) wait = entry.wait;
  i32 fd = static_cast<i32>(call.words[0]);
  switch (wait) {
    case Wait::input:
    case Wait::output: edges.push_back(descriptor_edge(blocked, descriptors, fd)); break;
    case Wait::children: edges.push_back(child_edge(blocked, living_children)); break;
    case Wait::futex:
      if (only_wakes(call)) break;
      edges.push_back({fmt::format("a wake-up of the futex at {:#x}", call.words[0]), {blocked.pid}, false});
      if (call.row->name != "_umtx_op" && call.words[3]) edges.push_back({"the end of its time limit", {}, true});
      break;
    case Wait::select: select_edges(blocked, descriptors, edges); break;
    case Wait::poll: poll_edges(blocked, descriptors, edges); break;
    case Wait::epoll: edges.push_back({descriptors.text_of(blocked.pid, fd), {}, true}); break;
    case Wait::accept: edges.push_back({"a connection to " + descriptors.text_of(blocked.pid, fd), {}, true}); break;
    case Wait::lock: {
      Edge edge{"a lock on " + descriptors.text_of(blocked.pid, fd), {}, false};
      for (auto [pid, held] : descriptors.holders_of(descriptors.object_of(blocked.pid, fd)))
        if (pid != blocked.pid) edge.pids.push_back(pid);
      sort_unique(edge.pids);
      edges.push_back(std::move(edge));
      break;
    }
    case Wait::open: edges.push_back({"the other end of a FIFO, or a device", {}, true}); break;
    case Wait::time: edges.push_back({"the end of its sleep", {}, true}); break;
    case Wait::none: edges.push_back({fmt::format("what {} waits for", call.row->name), {}, true}); break;
  }
  return edges;
}

}  // namespace sigtape::analyze
