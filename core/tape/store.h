// The tape's store of mapped files: each content once, and a quick way from a file's fstat to its content.
#pragma once
#include <string>

#include "core/base/result.h"
#include "core/tape/events.h"
#include "core/tape/host_file.h"

namespace sigtape::tape {

class FileStore {
 public:
  explicit FileStore(HostFd files_directory) : files_(files_directory) {}
  struct Kept {
    StoredFile file;
    OwnedFd fd;  // of the content in the store, read-only
  };
  // Stores what `source` (a regular file, open for reading) holds now. Bigger files than whole_file_limit are stored
  // from `first_byte` on, `bytes` of them, since only that is mapped.
  Result<Kept> keep(HostFd source, const std::string& path, u64 first_byte, u64 bytes);
  static constexpr u64 whole_file_limit = 256u << 20;

 private:
  HostFd files_;
  u32 temporaries_ = 0;
};

}  // namespace sigtape::tape
