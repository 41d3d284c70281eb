// Mapped files out of the tape's store: programs, private mappings, and shared ones as memory of the replay's own.
#pragma once
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>

#include "core/mem/space.h"
#include "core/outside/outside.h"
#include "core/tape/reader.h"

namespace sigtape::replay {

// Hashes of stored contents that were compared with them. Processes may share it; one that has lost its place to
// another is compared again.
class CheckedContents {
 public:
  bool has(const tape::ContentHash& hash) const { return hash.low != 0 && place(hash).load() == hash.low; }
  void add(const tape::ContentHash& hash) { place(hash).store(hash.low); }

 private:
  static constexpr std::size_t places = 4096;
  std::atomic<u64>& place(const tape::ContentHash& hash) { return lows_[hash.high % places]; }
  const std::atomic<u64>& place(const tape::ContentHash& hash) const { return lows_[hash.high % places]; }
  std::array<std::atomic<u64>, places> lows_{};
};

class StoredFiles {
 public:
  // `checked`: that of the whole replay, if there is more of it.
  void use(std::shared_ptr<const tape::Tape> tape, HostFd shared_memory, CheckedContents* checked) {
    tape_ = std::move(tape);
    shared_memory_ = shared_memory;
    if (checked != nullptr) checked_ = checked;
  }
  // The file (0, 0: anonymous memory) is shared with other processes of the replay, in turns; see ReplayPlan.
  void order(u64 device, u64 inode, u32 object) { ordered_[{device, inode}] = object; }
  Result<std::shared_ptr<outside::ProgramFile>> program(const tape::StoredFile& file, const std::string& guest_path);
  Result<void> map(mem::Space& space, const tape::MappedFile& mapped);
  // The file of a shared mapping gets as many bytes as are mapped.
  void lengthen(const mem::Mapping& mapping, u32 inside);
  // In a forked replay: memory that the guest shares without turns stays with the parent, whose replay goes its own
  // way.
  void unshare(mem::Space& space);
  static bool has_shared(const mem::Space& space);

 private:
  Result<tape::OwnedFd> open_stored(const tape::StoredFile& file);
  Result<tape::OwnedFd> shared_copy(const tape::StoredFile& file);
  Result<void> fill(int memory, u64 begin, const tape::StoredFile& file);
  std::optional<u32> object_of(const tape::StoredFile& file) const;
  HostFd shared_memory_{-1};
  std::map<std::pair<u64, u64>, u32> ordered_;
  std::shared_ptr<const tape::Tape> tape_;
  CheckedContents own_checked_;
  CheckedContents* checked_ = &own_checked_;
  // Mappings of one file see each other, so they are one memory file.
  std::map<std::pair<u64, u64>, tape::OwnedFd> shared_;
};

}  // namespace sigtape::replay
