// Evidence for findings, gathered after the rules have run: the events around, and the guest's code at the call.
#pragma once
#include <memory>
#include <vector>

#include "analyze/finding.h"
#include "core/tape/reader.h"

namespace sigtape::analyze {

// Fills Finding::events, disassembly and backtrace of all findings.
void gather_evidence(const std::shared_ptr<tape::Tape>& tape, std::vector<Finding>& findings);

// The code of one image, read from the files that the tape holds of it.
class Code {
 public:
  Code(std::shared_ptr<tape::Tape> tape) : tape_(std::move(tape)) {}
  void event(const tape::Event& event);
  // Where the replayed guest has them: also what was loaded without a call, as a position-independent program is.
  void see_mappings(const mem::Space& space);
  // At most `bytes` bytes at `at`; empty where no file of the tape is mapped there.
  std::vector<u8> read(GuestAddr at, u32 bytes) const;
  // "select+0x24 (libc.so.6)", or the file's name and offset; empty where nothing is known.
  std::string symbol_of(GuestAddr at) const;
  u32 function_start(GuestAddr at) const;  // 0 where nothing is known
  struct InFile {
    std::string path;  // in the tape's store
    u64 offset = 0;
  };
  std::optional<InFile> file_at(GuestAddr at) const;
  bool contains(GuestAddr at) const { return part_at(at.value) != nullptr; }

 private:
  struct Part {
    u32 begin = 0, bytes = 0;
    u64 file_offset = 0;  // in the stored bytes
    tape::StoredFile file;
  };
  void add_program(const tape::StoredFile& file);
  const Part* part_at(u32 address) const;
  std::shared_ptr<tape::Tape> tape_;
  std::vector<Part> parts_;
  std::vector<tape::StoredFile> files_;
};

}  // namespace sigtape::analyze
