// KeptFiles: by pread, so that a file that is cut off meanwhile is an error and no crash.
#include "core/tape/kept_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/tape/format.h"
#include "core/tape/xxh3.h"

namespace sigtape::tape {

std::string kept_name(u64 device, u64 inode) { return fmt::format("reads/{:x}-{:x}", device, inode); }

Result<std::vector<u8>> KeptFiles::read(const std::string& tape, const KeptBytes& kept) {
  constexpr std::size_t most_open = 16;
  std::string name = "files/" + kept_name(kept.device, kept.inode);
  if (open_.size() > most_open) open_.clear();
  OwnedFd& file = open_[{kept.device, kept.inode}];
  if (!file.is_open()) file = OwnedFd{open((tape + "/" + name).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return host_error("refers to " + name + ", which can't be opened");
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return host_error("refers to " + name);
  auto size = static_cast<u64>(status.st_size);
  if (kept.bytes > max_record_bytes || kept.offset > size || kept.bytes > size - kept.offset)
    return Error{fmt::format("refers to {} bytes of {}, which is cut off", kept.bytes, name)};
  auto bytes = read_some(file.get(), kept.offset, kept.bytes);
  if (!bytes) return Error{"refers to " + name + ", which " + bytes.error().text};
  if (xxh3(*bytes) != kept.check)
    return Error{
        fmt::format("refers to {}, which is damaged between {} and {}", name, kept.offset, kept.offset + kept.bytes)};
  return bytes;
}

}  // namespace sigtape::tape
