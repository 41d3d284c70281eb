// Bytes that a record refers to instead of holding them: what was read of files, in files of the tape's own.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/tape/host_file.h"

namespace sigtape::tape {

// The payload of RecordKind::kept. The file is named after the one that was read, and begins with what that one began
// with; bytes in it never change.
struct KeptBytes {
  u64 device = 0, inode = 0;
  u64 offset = 0;
  u64 bytes = 0;
  u64 check = 0;  // XXH3-64 of the bytes
};
static_assert(sizeof(KeptBytes) == 40);

std::string kept_name(u64 device, u64 inode);  // "reads/DEVICE-INODE", below `files`

class KeptFiles {
 public:
  // `tape` is the tape's directory. An error is what to say of the record that refers to the bytes.
  Result<std::vector<u8>> read(const std::string& tape, const KeptBytes& kept);

 private:
  std::map<std::pair<u64, u64>, OwnedFd> open_;
};

}  // namespace sigtape::tape
