// DescriptorFiles: fstat, and which calls change open descriptors.
#include "record/descriptor_files.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <algorithm>

namespace sigtape::record {
namespace {

// A descriptor that is open stays what it is in all other calls: new ones come to numbers that were free.
bool changes_open_ones(const abi::Call& call) {
  static constexpr std::string_view names[] = {"close", "close_range", "closefrom", "dup2", "dup3", "unshare"};
  if (call.row == nullptr) return true;
  if (call.row->result == abi::ResultKind::size || call.row->count == 0) return false;  // the most frequent ones
  if (std::ranges::find(names, call.row->name) != std::end(names)) return true;
  constexpr u32 dup2fd = 10, dup2fd_cloexec = 18;  // FreeBSD's
  return call.system == abi::System::freebsd && call.row->name == "fcntl" &&
         (call.words[1] == dup2fd || call.words[1] == dup2fd_cloexec);
}

// After it threads may have descriptors of their own.
bool makes_them_differ(const abi::Call& call) {
  constexpr u32 close_range_unshare = 2;
  if (call.row == nullptr) return false;
  return call.row->name == "unshare" || (call.row->name == "close_range" && (call.words[2] & close_range_unshare));
}

bool is_zero_or_null(dev_t device) { return device == makedev(1, 3) || device == makedev(1, 5); }

// Files that a process or another machine answers for may let their reader wait.
bool is_on_disk_or_in_memory(i32 descriptor) {
  static constexpr long kinds[] = {BTRFS_SUPER_MAGIC,     EXT4_SUPER_MAGIC, F2FS_SUPER_MAGIC,
                                   OVERLAYFS_SUPER_MAGIC, TMPFS_MAGIC,      XFS_SUPER_MAGIC};
  struct statfs system {};
  return fstatfs(descriptor, &system) == 0 && std::ranges::find(kinds, system.f_type) != std::end(kinds);
}

}  // namespace

std::optional<DescriptorFiles::File> DescriptorFiles::file_of(i32 descriptor) {
  Entry& entry = known_[static_cast<u32>(descriptor) % known_.size()];
  if (entry.descriptor == descriptor && descriptor >= 0) return entry.file;
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return std::nullopt;
  File file{{status.st_dev, status.st_ino}, status.st_rdev, static_cast<u64>(status.st_size)};
  file.is_regular = S_ISREG(status.st_mode);
  file.is_character_device = S_ISCHR(status.st_mode);
  file.may_wait = !(file.is_regular && is_on_disk_or_in_memory(descriptor)) &&
                  !(file.is_character_device && is_zero_or_null(status.st_rdev));
  if (changing_ == 0) entry = {descriptor, file};
  return file;
}

bool DescriptorFiles::begin(const abi::Call& call) {
  if (!changes_open_ones(call)) return false;
  changing_++;
  known_ = {};
  return true;
}

void DescriptorFiles::end(const abi::Call& call) {
  if (!makes_them_differ(call)) end_change();
}

void DescriptorFiles::end_change() {
  if (changing_ != 0) changing_--;
  known_ = {};
}

}  // namespace sigtape::record
