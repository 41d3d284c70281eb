// Resource limits: the host's, but for those on memory and on the size of files, which would stop the emulator instead.
// Those on memory are the emulated kernel's to enforce; the other is in force while a call of the guest writes to a
// file.
#pragma once
#include <sys/resource.h>

#include <optional>
#include <span>
#include <vector>

#include "core/base/ints.h"
#include "core/base/result.h"

namespace sigtape::outside {

class CallContext;

// The limits of a process that are not the host's. Changed under the baton; a fork takes its copy along.
class KeptLimits {
 public:
  KeptLimits();  // those that this process was started with
  static bool keeps(u32 resource);
  const std::optional<rlimit>& of(u32 resource) const;
  void keep(u32 resource, const rlimit& limit);
  // The soft limit of this process, kept or not.
  u64 soft(u32 resource) const;

  // The host's limit on file sizes becomes the guest's and back, for its call, under the baton: who writes a tape
  // meanwhile would have it too.
  bool limits_files() const { return file_size_ && file_size_->rlim_cur != RLIM_INFINITY; }
  void enter_file_size() const;
  void leave_file_size() const;
  // The same, the hard limit too, for a native program that takes this process over; and when it did not.
  void give_file_size_to_native() const;
  void take_file_size_back() const;

  // Over execve, as numbers: to the new image's first words, and from them.
  std::vector<u64> numbers() const;
  void take(std::span<const u64> numbers);

 private:
  std::optional<rlimit> data_, stack_, space_, file_size_;
};

// A limit on file sizes that this process was started with is the guest's and not ours. Fails where the hard one does
// not leave room for the emulator's own files.
Result<void> lift_file_size_limit();
// For a native program, which is to have it.
void restore_file_size_limit();

// Whether the host's call may make a file longer. Not splice: it may wait for a pipe.
bool may_grow_a_file(long number, const long (&words)[6]);

// Of process `pid`, 0 for this one. 0 or an errno.
[[nodiscard]] i32 read_limit(CallContext& c, i32 pid, u32 resource, rlimit& limit);
[[nodiscard]] i32 write_limit(CallContext& c, i32 pid, u32 resource, const rlimit& limit);

}  // namespace sigtape::outside
