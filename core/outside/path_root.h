// --root DIR: absolute paths that exist below DIR are taken from there, and absolute symlinks inside DIR stay inside.
#pragma once
#include <string>
#include <vector>

#include "core/base/ints.h"

namespace sigtape::outside {

enum class Follow : u8 { yes, no };  // a symlink as the last component

class PathRoot {
 public:
  explicit PathRoot(std::string directory);
  bool active() const { return !directory_.empty(); }
  const std::string& directory() const { return directory_; }
  // The path to give to the host in place of `path`, with the same dirfd (an absolute result ignores it). Without a
  // root it is `path` itself. Never fails: where nothing exists below DIR, the host decides about the path as it is,
  // unless only DIR has the folder.
  std::string resolve(int dirfd, const std::string& path, Follow follow) const;
  // The other way: DIR taken off the front of a host path, for paths that are shown to the guest.
  std::string guest_name(const std::string& host_path) const;

 private:
  bool is_in_host_folder(const std::string& path) const;
  std::string walk(const std::string& path_below_root, Follow follow) const;
  std::string directory_;
  // /proc, /sys and /dev of a DIR in which nothing is mounted there: an unpacked userland has empty folders for them.
  std::vector<std::string> host_folders_;
};

}  // namespace sigtape::outside
