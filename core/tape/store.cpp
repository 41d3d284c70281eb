// FileStore: copy, hash, and link under the hash's name.
#include "core/tape/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>

#include "core/base/clock.h"
#include "core/tape/xxh3.h"

namespace sigtape::tape {
namespace {

// Two changes within one step of the file system's clock leave the same ctime. A file that changed just now is
// therefore hashed each time; one that has been at rest is known by its stat.
constexpr u64 at_rest_ns = 1'000'000'000;

std::string key_of(const struct stat& status) {
  return fmt::format("by-stat/{:x}-{:x}-{:x}-{:x}-{:x}", status.st_dev, status.st_ino, status.st_size,
                     ns_of(status.st_mtim), ns_of(status.st_ctim));
}

std::optional<ContentHash> hash_of_name(std::string_view name) {
  ContentHash hash;
  if (name.size() != 32) return std::nullopt;
  auto [end, error] = std::from_chars(name.data(), name.data() + 16, hash.high, 16);
  auto [end2, error2] = std::from_chars(name.data() + 16, name.data() + 32, hash.low, 16);
  if (error != std::errc{} || error2 != std::errc{} || end != name.data() + 16 || end2 != name.data() + 32)
    return std::nullopt;
  return hash;
}

struct HashFree {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

// Copies [first, first + bytes), or up to the end of the file, and gives hash and size of what was copied.
Result<u64> copy(int from, int to, u64 first, u64 bytes, ContentHash& hash) {
  std::unique_ptr<XXH3_state_t, HashFree> state{XXH3_createState()};
  XXH3_128bits_reset(state.get());
  constexpr std::size_t chunk = 64 << 10;  // more memory would have to be made than calls are spared
  auto buffer = std::make_unique_for_overwrite<u8[]>(chunk);
  // Where the file system can share blocks, the copy costs nothing; it is the copy that is hashed then.
  bool shared = first == 0 && ioctl(to, FICLONE, from) == 0;
  u64 done = 0;
  while (done < bytes) {
    std::size_t wanted = static_cast<std::size_t>(std::min<u64>(chunk, bytes - done));
    ssize_t got = pread(shared ? to : from, buffer.get(), wanted, static_cast<off_t>((shared ? 0 : first) + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return host_error("a mapped file can't be read");
    if (got == 0) break;
    XXH3_128bits_update(state.get(), buffer.get(), static_cast<std::size_t>(got));
    if (!shared && !write_all(to, buffer.get(), static_cast<u64>(got)))
      return host_error("a mapped file can't be stored on the tape");
    done += static_cast<u64>(got);
  }
  XXH128_hash_t digest = XXH3_128bits_digest(state.get());
  hash = {digest.high64, digest.low64};
  return done;
}

}  // namespace

Result<FileStore::Kept> FileStore::keep(HostFd source, const std::string& path, u64 first_byte, u64 bytes) {
  struct stat status {};
  if (fstat(source.value, &status) != 0) return host_error(path + " can't be examined");
  bool whole = static_cast<u64>(status.st_size) <= whole_file_limit;
  Kept kept;
  kept.file.path = path;
  kept.file.device = status.st_dev;
  kept.file.inode = status.st_ino;
  kept.file.file_bytes = static_cast<u64>(status.st_size);
  kept.file.first_byte = whole ? 0 : first_byte;

  std::string key = key_of(status);
  bool at_rest = whole && realtime_ns() - ns_of(status.st_ctim) > at_rest_ns;
  if (at_rest) {
    std::array<char, 64> link{};
    ssize_t length = readlinkat(files_.value, key.c_str(), link.data(), link.size());
    if (length == 35) {  // "../" and the hash
      if (auto hash = hash_of_name({link.data() + 3, 32})) {
        kept.fd = OwnedFd{openat(files_.value, hash->text().c_str(), O_RDONLY | O_CLOEXEC)};
        if (kept.fd.is_open()) {
          kept.file.hash = *hash;
          kept.file.bytes = kept.file.file_bytes;
          return kept;
        }
      }
    }
  }

  std::string temporary = fmt::format("tmp-{}-{}", getpid(), temporaries_++);
  OwnedFd copy_fd{openat(files_.value, temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!copy_fd.is_open()) return host_error("a mapped file can't be stored on the tape");
  auto copied = copy(source.value, copy_fd.get(), kept.file.first_byte, whole ? ~u64{0} : bytes, kept.file.hash);
  std::string name = kept.file.hash.text();
  // linkat leaves an equal content that is there already alone; others may have it mapped.
  if (!copied || (linkat(files_.value, temporary.c_str(), files_.value, name.c_str(), 0) != 0 && errno != EEXIST)) {
    Error error = copied ? host_error("a mapped file can't be stored on the tape") : copied.error();
    unlinkat(files_.value, temporary.c_str(), 0);
    return error;
  }
  unlinkat(files_.value, temporary.c_str(), 0);
  kept.file.bytes = *copied;
  if (whole) kept.file.file_bytes = *copied;  // it may have grown since fstat
  if (at_rest) (void)symlinkat(("../" + name).c_str(), files_.value, key.c_str());
  kept.fd = OwnedFd{openat(files_.value, name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!kept.fd.is_open()) return host_error("a mapped file can't be opened in the tape's store");
  return kept;
}

}  // namespace sigtape::tape
