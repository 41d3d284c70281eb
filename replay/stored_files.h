// Mapped files out of the tape's store: programs, private mappings, and shared ones as memory of the replay's own.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "core/mem/space.h"
#include "core/outside/outside.h"
#include "core/tape/reader.h"

namespace sigtape::replay {

class StoredFiles {
 public:
  void use(std::shared_ptr<const tape::Tape> tape, HostFd shared_memory) {
    tape_ = std::move(tape);
    shared_memory_ = shared_memory;
  }
  // The file (0, 0: anonymous memory) is shared with other processes of the replay, in turns; see ReplayPlan.
  void order(u64 device, u64 inode, u32 object) { ordered_[{device, inode}] = object; }
  Result<std::shared_ptr<outside::ProgramFile>> program(const tape::StoredFile& file, const std::string& guest_path);
  Result<void> map(mem::Space& space, const tape::MappedFile& mapped);
  // The file of a shared mapping gets as many bytes as are mapped.
  void lengthen(const mem::Mapping& mapping, u32 inside);
  // In a forked replay: memory that the guest shares without turns stays with the parent, whose replay goes its own way.
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
  std::set<std::pair<u64, u64>> checked_;  // hashes of contents that were compared with them
  // Mappings of one file see each other, so they are one memory file.
  std::map<std::pair<u64, u64>, tape::OwnedFd> shared_;
};

}  // namespace sigtape::replay
