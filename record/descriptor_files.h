// What the guest's descriptors are open on, remembered as long as that can't have changed: an fstat for every write
// would cost as much as a short write.
#pragma once
#include <array>
#include <optional>

#include "core/abi/call.h"
#include "core/tape/session.h"

namespace sigtape::record {

class DescriptorFiles {
 public:
  struct File {
    tape::FileKey key;
    u64 device_number = 0;  // of a device file
    u64 bytes = 0;           // when it was looked at
    bool is_regular = false, is_character_device = false;
    bool may_wait = true;  // false: data is always there, as in files of disks, /dev/zero and /dev/null
  };
  // nullopt where the descriptor is not open.
  std::optional<File> file_of(i32 descriptor);

  // False while threads may have descriptors of their own, or a call is changing some.
  bool is_settled() const { return changing_ == 0; }

  // Around each call that the host answers. Calls that close descriptors or put others in their place make all be
  // looked up anew, from their beginning to their end: where exactly in between they act is not known. begin() says
  // whether the call is one of these; then end() must follow.
  bool begin(const abi::Call& call);
  void end(const abi::Call& call);
  // Threads with descriptors of their own (no CLONE_FILES, unshare, a vfork child): what one has found says nothing
  // about another.
  void begin_to_differ() {
    changing_++;
    known_ = {};
  }
  void end_to_differ() { end_change(); }
  // Only the calling thread is left, with descriptors of its own.
  void reset() { *this = {}; }

 private:
  void end_change();
  struct Entry {
    i32 descriptor = -1;
    File file;
  };
  std::array<Entry, 16> known_{};
  u32 changing_ = 0;
};

}  // namespace sigtape::record
