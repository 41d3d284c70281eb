// Reads /proc for parents.
#include "record/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>

namespace sigtape::record {
namespace {

// Field 4 of /proc/PID/stat; the name in field 2 may hold anything, so it is looked for from its end.
i32 parent_of(const char* pid) {
  int fd = open((std::string("/proc/") + pid + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 512> text;
  ssize_t length = read(fd, text.data(), text.size());
  close(fd);
  if (length <= 0) return 0;
  std::string line(text.data(), static_cast<std::size_t>(length));
  std::size_t end = line.rfind(')');
  if (end == std::string::npos || end + 4 >= line.size()) return 0;
  if (line[end + 2] == 'Z') return 0;
  return std::atoi(line.c_str() + end + 4);
}

}  // namespace

std::vector<i32> descendants_of(i32 pid) {
  std::multimap<i32, i32> children;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return {};
  while (const dirent* entry = readdir(proc))
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
      if (i32 parent = parent_of(entry->d_name); parent != 0) children.emplace(parent, std::atoi(entry->d_name));
  closedir(proc);
  std::vector<i32> found{pid};
  for (std::size_t i = 0; i < found.size(); i++) {
    auto [begin, end] = children.equal_range(found[i]);
    for (auto at = begin; at != end; ++at) found.push_back(at->second);
  }
  found.erase(found.begin());
  return found;
}

bool descends_from(i32 pid, i32 ancestor) {
  for (int steps = 0; pid > 1 && steps < 10'000; steps++) {
    if (pid == ancestor) return true;
    pid = parent_of(std::to_string(pid).c_str());
  }
  return false;
}

void signal_all(const std::vector<i32>& pids, int signal) {
  for (i32 pid : pids) kill(pid, signal);
}

}  // namespace sigtape::record
