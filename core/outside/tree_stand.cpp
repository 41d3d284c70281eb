// Reads /proc/PID (man 5 proc) of a tree that stands still.
#include "core/outside/tree_stand.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sigtape::outside {
namespace {

std::string content_of(const std::string& path) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string text(1 << 16, '\0');
  ssize_t length = read(file, text.data(), text.size());
  close(file);
  text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return text;
}

std::vector<i32> numbers_in(const std::string& directory) {
  std::vector<i32> numbers;
  DIR* opened = opendir(directory.c_str());
  if (opened == nullptr) return numbers;
  while (const dirent* entry = readdir(opened))
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') numbers.push_back(std::atoi(entry->d_name));
  closedir(opened);
  std::ranges::sort(numbers);
  return numbers;
}

// The part of a stat line after the name, which may hold anything: state, parent, …
std::string stat_after_name(const std::string& directory) {
  std::string line = content_of(directory + "/stat");
  std::size_t end = line.rfind(')');
  return end == std::string::npos || end + 2 > line.size() ? std::string() : line.substr(end + 2);
}

ThreadStand thread_at(const std::string& directory, i32 id) {
  ThreadStand thread{.id = id};
  if (std::string stat = stat_after_name(directory); !stat.empty()) thread.state = stat[0];
  // "running", or the call's number, its words, the stack pointer and the pc; the number is -1 outside of calls.
  std::string line = content_of(directory + "/syscall");
  auto& w = thread.words;
  long long call = -1;
  unsigned long long word[6] = {};
  int got = std::sscanf(line.c_str(), "%lld %llx %llx %llx %llx %llx %llx", &call, &word[0], &word[1], &word[2],
                        &word[3], &word[4], &word[5]);
  if (got == 7) thread.call = call;
  std::copy(std::begin(word), std::end(word), w.begin());
  return thread;
}

std::string link_of(const std::string& path) {
  std::array<char, 512> text;
  ssize_t length = readlink(path.c_str(), text.data(), text.size());
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

DescriptorStand descriptor_at(const std::string& process, i32 number) {
  DescriptorStand descriptor{.number = number, .what = link_of(fmt::format("{}/fd/{}", process, number))};
  std::string info = content_of(fmt::format("{}/fdinfo/{}", process, number));
  std::size_t at = info.find("flags:");
  unsigned flags = 0;
  if (at != std::string::npos) (void)std::sscanf(info.c_str() + at, "flags: %o", &flags);
  descriptor.reads = (flags & O_ACCMODE) != O_WRONLY;
  descriptor.writes = (flags & O_ACCMODE) != O_RDONLY;
  return descriptor;
}

std::string command_at(const std::string& process) {
  std::string words = content_of(process + "/cmdline");
  std::ranges::replace(words, '\0', ' ');
  while (words.ends_with(' ')) words.pop_back();
  if (words.size() > 200) words = words.substr(0, 200) + "…";
  return words;
}

bool is_pipe(const std::string& what) { return what.starts_with("pipe:"); }

// --- in words

struct CallName {
  i64 number;
  const char* name;
  bool by_descriptor;  // word 0 is one
};
constexpr CallName call_names[] = {
    {SYS_read, "read", true},
    {SYS_write, "write", true},
    {SYS_readv, "readv", true},
    {SYS_writev, "writev", true},
    {SYS_recvfrom, "recvfrom", true},
    {SYS_recvmsg, "recvmsg", true},
    {SYS_sendto, "sendto", true},
    {SYS_sendmsg, "sendmsg", true},
    {SYS_accept, "accept", true},
    {SYS_accept4, "accept4", true},
    {SYS_connect, "connect", true},
    {SYS_flock, "flock", true},
    {SYS_fcntl, "fcntl", true},
    {SYS_ioctl, "ioctl", true},
    {SYS_epoll_wait, "epoll_wait", true},
    {SYS_epoll_pwait, "epoll_pwait", true},
    {SYS_poll, "poll", false},
    {SYS_ppoll, "ppoll", false},
    {SYS_select, "select", false},
    {SYS_pselect6, "pselect6", false},
    {SYS_wait4, "wait4", false},
    {SYS_waitid, "waitid", false},
    {SYS_futex, "futex", false},
    {SYS_rt_sigsuspend, "rt_sigsuspend", false},
    {SYS_pause, "pause", false},
    {SYS_nanosleep, "nanosleep", false},
    {SYS_clock_nanosleep, "clock_nanosleep", false},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", false},
    {SYS_openat, "openat", false},
    {SYS_close, "close", true},
    {SYS_vfork, "vfork", false},
    {SYS_clone, "clone", false},
    {SYS_semtimedop, "semtimedop", false},
    {SYS_msgrcv, "msgrcv", false},
    {SYS_msgsnd, "msgsnd", false},
    {SYS_splice, "splice", true},
};

const CallName* name_of_call(i64 number) {
  for (const CallName& call : call_names)
    if (call.number == number) return &call;
  return nullptr;
}

std::string place_of(const ThreadStand& thread) {
  if (thread.state == 'T' || thread.state == 't') return "is stopped";
  if (thread.state == 'Z') return "is over and not waited for";
  if (thread.state == 'R') return "runs";
  const CallName* call = name_of_call(thread.call);
  if (thread.call < 0) return "is between two calls";
  if (call == nullptr) return fmt::format("sleeps in the host's call {}", thread.call);
  if (call->by_descriptor) return fmt::format("sleeps in {} of descriptor {}", call->name, thread.words[0]);
  return fmt::format("sleeps in {}", call->name);
}

// What one thread waits for, as far as it can be seen from outside: pipes and children.
class Waits {
 public:
  explicit Waits(const std::vector<ProcessStand>& tree) : tree_(tree) {}

  std::string of(const ProcessStand& process, const ThreadStand& thread) const {
    const CallName* call = thread.state == 'S' ? name_of_call(thread.call) : nullptr;
    if (call == nullptr) return {};
    if (thread.call == SYS_wait4 || thread.call == SYS_waitid) return for_children(process, thread);
    if (thread.call == SYS_futex) return "another thread's wake-up of a futex";
    if (call->by_descriptor) return for_descriptor(process, static_cast<i32>(thread.words[0]));
    return {};
  }

 private:
  std::string for_children(const ProcessStand& process, const ThreadStand& thread) const {
    i32 wanted = thread.call == SYS_wait4 ? static_cast<i32>(thread.words[0]) : 0;
    std::string text;
    for (const ProcessStand& other : tree_)
      if (other.parent == process.pid && (wanted <= 0 || other.pid == wanted))
        text += fmt::format("{} {} ({})", text.empty() ? "the end of process" : ",", other.pid, other.command);
    return text;
  }
  std::string for_descriptor(const ProcessStand& process, i32 number) const {
    auto own = std::ranges::find(process.descriptors, number, &DescriptorStand::number);
    if (own == process.descriptors.end()) return {};
    std::string text = own->what;
    if (!is_pipe(own->what)) return text;
    std::string holders;
    for (const ProcessStand& other : tree_)
      for (const DescriptorStand& theirs : other.descriptors)
        if (theirs.what == own->what && (own->reads ? theirs.writes : theirs.reads))
          holders +=
              fmt::format("{} process {} by descriptor {}", holders.empty() ? "" : ",", other.pid, theirs.number);
    return text +
           (holders.empty() ? ", whose other end nobody of the tree holds" : ", whose other end is held by" + holders);
  }
  const std::vector<ProcessStand>& tree_;
};

}  // namespace

std::vector<ProcessStand> stand_of(const std::vector<i32>& pids) {
  std::vector<ProcessStand> tree;
  for (i32 pid : pids) {
    std::string at = fmt::format("/proc/{}", pid), stat = stat_after_name(at);
    if (stat.size() < 3) continue;
    ProcessStand process{.pid = pid, .parent = std::atoi(stat.c_str() + 2), .command = command_at(at)};
    for (i32 id : numbers_in(at + "/task")) process.threads.push_back(thread_at(fmt::format("{}/task/{}", at, id), id));
    for (i32 number : numbers_in(at + "/fd")) process.descriptors.push_back(descriptor_at(at, number));
    tree.push_back(std::move(process));
  }
  return tree;
}

std::vector<Observation> observations_of(const std::vector<ProcessStand>& tree) {
  std::vector<Observation> all;
  Waits waits(tree);
  for (const ProcessStand& process : tree) {
    std::string text = fmt::format("process {}, child of {}: {}", process.pid, process.parent, process.command);
    for (const DescriptorStand& descriptor : process.descriptors)
      text += fmt::format("; {} {}{}{}", descriptor.number, descriptor.what, descriptor.reads ? " r" : " ",
                          descriptor.writes ? "w" : "");
    all.push_back({process.pid, std::move(text)});
    for (const ThreadStand& thread : process.threads) {
      std::string line = fmt::format("thread {} of process {} {}", thread.id, process.pid, place_of(thread));
      if (std::string what = waits.of(process, thread); !what.empty()) line += " and waits for " + what;
      all.push_back({process.pid, std::move(line)});
    }
  }
  return all;
}

u64 activity_of(const std::vector<i32>& pids) {
  u64 sum = 0;
  for (i32 pid : pids) {
    std::string stat = stat_after_name(fmt::format("/proc/{}", pid));
    unsigned long long user = 0, system = 0;
    // Fields 14 and 15; the state is number 3.
    (void)std::sscanf(stat.c_str(), "%*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu", &user, &system);
    sum = sum * 31 + static_cast<u64>(pid) + (user + system) * 0x9e3779b97f4a7c15;
  }
  return sum;
}

bool is_anyone_ready(const std::vector<i32>& pids) {
  for (i32 pid : pids)
    for (i32 id : numbers_in(fmt::format("/proc/{}/task", pid)))
      if (stat_after_name(fmt::format("/proc/{}/task/{}", pid, id)).starts_with('R')) return true;
  return false;
}

}  // namespace sigtape::outside
