// Mapped files out of the tape's store: programs, private mappings, and shared ones as memory of the replay's own.
#pragma once
#include <map>
#include <memory>
#include <set>

#include "core/mem/space.h"
#include "core/outside/outside.h"
#include "core/tape/reader.h"

namespace sigtape::replay {

class StoredFiles {
 public:
  void use(std::shared_ptr<const tape::Tape> tape) { tape_ = std::move(tape); }
  Result<std::shared_ptr<outside::ProgramFile>> program(const tape::StoredFile& file, const std::string& guest_path);
  Result<void> map(mem::Space& space, const tape::MappedFile& mapped);
  // In a forked replay: memory that the guest shares stays with the parent, whose replay goes its own way.
  void unshare(mem::Space& space);
  static bool has_shared(const mem::Space& space);

 private:
  Result<tape::OwnedFd> open_stored(const tape::StoredFile& file);
  Result<tape::OwnedFd> shared_copy(const tape::StoredFile& file);
  std::shared_ptr<const tape::Tape> tape_;
  std::set<std::pair<u64, u64>> checked_;  // hashes of contents that were compared with them
  // Mappings of one file see each other, so they are one memory file.
  std::map<std::pair<u64, u64>, tape::OwnedFd> shared_;
};

}  // namespace sigtape::replay
