// The recorded programs' output, written again in the order of the recording as far as replay has confirmed it.
#pragma once
#include <memory>

#include "core/tape/reader.h"
#include "replay/shared_progress.h"

namespace sigtape::replay {

class OutputInOrder {
 public:
  // `only`: nullptr, or the streams whose output is wanted.
  OutputInOrder(std::shared_ptr<tape::Tape> tape, SharedProgress& progress, const std::vector<tape::StreamId>* only);
  // Writes what has been confirmed since; false at the end of the tape.
  bool advance();

 private:
  enum class Confirmed : u8 { yes, not_yet, never };
  Confirmed confirmed(tape::StreamId stream, u64 index);
  bool is_wanted(tape::StreamId stream) const;

  std::unique_ptr<tape::MergedReader> reader_;
  SharedProgress& progress_;
  const std::vector<tape::StreamId>* only_;
  tape::MergedReader::Item item_;
  bool have_item_ = false;
};

}  // namespace sigtape::replay
