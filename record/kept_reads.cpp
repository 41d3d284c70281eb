// KeptReads: compares, or appends under a lock.
#include "record/kept_reads.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/tape/xxh3.h"

namespace sigtape::record {
namespace {

// What is read beyond is compressed among the events.
constexpr u64 most_of_file = 256u << 20;

}  // namespace

KeptReads::Copy* KeptReads::copy_of(tape::FileKey file) {
  for (Copy& copy : copies_)
    if (copy.file == file && copy.fd.value >= 0) return &copy;
  std::string name = tape::kept_name(file.device, file.inode);
  int fd = openat(files_.value, name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return nullptr;
  auto hidden = hide_(fd);
  if (!hidden) return nullptr;
  Copy& copy = copies_[next_++ % copies_.size()];
  drop(copy);
  copy = {file, *hidden};
  look_again(copy);
  return &copy;
}

void KeptReads::drop(Copy& copy) {
  if (copy.fd.value >= 0) close_(copy.fd);
  copy = {};
}

void KeptReads::forget() {
  for (Copy& copy : copies_) drop(copy);
}

void KeptReads::look_again(Copy& copy) {
  struct stat status {};
  if (fstat(copy.fd.value, &status) == 0) copy.bytes = static_cast<u64>(status.st_size);
}

// The lock lasts as long as the descriptor is open here or in a child that has not dropped it yet.
bool KeptReads::take(Copy& copy) {
  if (!copy.is_ours && flock(copy.fd.value, LOCK_EX | LOCK_NB) == 0) {
    copy.is_ours = true;
    look_again(copy);
  }
  return copy.is_ours;
}

bool KeptReads::is_there(const Copy& copy, u64 position, std::span<const u8> bytes) {
  constexpr std::size_t step = 64 << 10;
  scratch_.resize(step);
  while (!bytes.empty()) {
    auto piece = bytes.first(std::min(step, bytes.size()));
    ssize_t got = pread(copy.fd.value, scratch_.data(), piece.size(), static_cast<off_t>(position));
    if (got != static_cast<ssize_t>(piece.size()) || std::memcmp(scratch_.data(), piece.data(), piece.size()) != 0)
      return false;
    position += piece.size();
    bytes = bytes.subspan(piece.size());
  }
  return true;
}

std::optional<tape::KeptBytes> KeptReads::keep(tape::FileKey file, u64 position, std::span<const u8> bytes) {
  u64 end = position + bytes.size();
  if (end > most_of_file) return std::nullopt;
  Copy* copy = copy_of(file);
  if (copy == nullptr) return std::nullopt;
  if (end > copy->bytes && !copy->is_ours) look_again(*copy);
  bool grows = end > copy->bytes;
  if (position > copy->bytes || (grows && !take(*copy))) return std::nullopt;
  u64 known = std::min(copy->bytes - position, u64{bytes.size()});
  if (!is_there(*copy, position, bytes.first(known))) return std::nullopt;
  while (copy->bytes < end) {
    auto rest = bytes.subspan(copy->bytes - position);
    ssize_t written = pwrite(copy->fd.value, rest.data(), rest.size(), static_cast<off_t>(copy->bytes));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return std::nullopt;  // the disk is full: the event meets that, too, and says so
    copy->bytes += static_cast<u64>(written);
  }
  return tape::KeptBytes{file.device, file.inode, position, bytes.size(), tape::xxh3(bytes)};
}

}  // namespace sigtape::record
