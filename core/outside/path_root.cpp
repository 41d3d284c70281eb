// Walks a path below --root by hand, so that absolute symlinks stay inside, also on kernels without openat2.
#include "core/outside/path_root.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include <array>
#include <string_view>

#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

constexpr int max_links = 40;  // MAXSYMLINKS of the kernel

bool exists(const std::string& path) {
  struct stat status;
  return raw_syscall(SYS_newfstatat, AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string folder_of(const std::string& path) {
  std::size_t end = path.find_last_not_of('/');
  std::size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

std::string link_text(const std::string& path, int dirfd = AT_FDCWD) {
  std::array<char, PATH_MAX> text;
  long length = raw_syscall(SYS_readlinkat, dirfd, path.c_str(), text.data(), text.size());
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

std::string directory_of(int dirfd) {
  std::array<char, PATH_MAX> text;
  if (dirfd == AT_FDCWD) {
    long length = raw_syscall(SYS_getcwd, text.data(), text.size());
    return length <= 0 ? std::string() : std::string(text.data());
  }
  return link_text("/proc/thread-self/fd/" + std::to_string(dirfd));
}

}  // namespace

PathRoot::PathRoot(std::string directory) : directory_(std::move(directory)) {
  while (directory_.ends_with('/')) directory_.pop_back();
  if (!active()) return;
  struct stat top, folder;
  if (raw_syscall(SYS_newfstatat, AT_FDCWD, directory_.c_str(), &top, 0) != 0) return;
  for (const char* name : {"/proc", "/sys", "/dev"})
    if (raw_syscall(SYS_newfstatat, AT_FDCWD, (directory_ + name).c_str(), &folder, AT_SYMLINK_NOFOLLOW) != 0 ||
        folder.st_dev == top.st_dev)
      host_folders_.push_back(name);
}

bool PathRoot::is_in_host_folder(const std::string& path) const {
  std::size_t begin = path.find_first_not_of('/');
  if (path[0] != '/' || begin == std::string::npos) return false;
  for (std::string_view folder : host_folders_)  // compared without their slash
    if (path.compare(begin, folder.size() - 1, folder.substr(1)) == 0) {
      std::size_t end = begin + folder.size() - 1;
      if (end == path.size() || path[end] == '/') return true;
    }
  return false;
}

std::string PathRoot::resolve(int dirfd, const std::string& path, Follow follow) const {
  if (!active() || path.empty()) return path;
  if (path.starts_with(directory_ + "/")) return path;  // already the host's name: getcwd and /proc show those
  if (is_in_host_folder(path)) return path;
  // A directory's own entry, as those who go through trees ask for it, is there and nowhere else, unless it is a link.
  bool is_entry = path.find('/') == std::string::npos && path != "..";
  if (is_entry && (follow == Follow::no || link_text(path, dirfd).empty())) return path;
  std::string below;
  if (path[0] == '/') {
    below = path;
  } else {
    // From a directory inside DIR only an absolute symlink on the way makes a difference.
    std::string from = directory_of(dirfd);
    if (from != directory_ && !from.starts_with(directory_ + "/")) return path;
    below = from.substr(directory_.size()) + "/" + path;
  }
  std::string found = walk(below, follow);
  if (exists(found)) return found;
  // What does not exist yet, in a folder that only DIR has, will be made there.
  bool absolute = path[0] == '/';
  return absolute && !exists(folder_of(path)) && exists(folder_of(found)) ? found : path;
}

std::string PathRoot::walk(const std::string& path_below_root, Follow follow) const {
  std::string rest = path_below_root, done;  // done: below DIR, without symlinks, no trailing slash
  for (int links = 0; !rest.empty();) {
    std::size_t begin = rest.find_first_not_of('/');
    if (begin == std::string::npos) break;
    std::size_t end = std::min(rest.find('/', begin), rest.size());
    std::string name = rest.substr(begin, end - begin);
    rest = rest.substr(end);
    if (name == ".") continue;
    if (name == "..") {
      done.resize(done.empty() ? 0 : done.rfind('/'));
      continue;
    }
    bool is_last = rest.find_first_not_of('/') == std::string::npos;
    std::string here = directory_ + done + "/" + name;
    std::string target = is_last && rest.empty() && follow == Follow::no ? std::string() : link_text(here);
    if (target.empty() || ++links > max_links) {
      done += "/" + name;
      continue;
    }
    if (target[0] == '/') done.clear();
    rest = target + rest;
  }
  bool wants_directory = path_below_root.ends_with('/') && !done.empty();
  return directory_ + done + (wants_directory ? "/" : "");
}

std::string PathRoot::guest_name(const std::string& host_path) const {
  if (!active() || !host_path.starts_with(directory_)) return host_path;
  if (host_path.size() == directory_.size()) return "/";
  return host_path[directory_.size()] == '/' ? host_path.substr(directory_.size()) : host_path;
}

}  // namespace sigtape::outside
