// The recording as a whole: makes the tape, starts the first program, waits, ends.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/outside/live.h"

namespace sigtape::record {

struct RecordOptions {
  outside::LiveOptions live;
  std::string tape;                   // empty: PROG-N.tape in `directory`
  std::string directory;              // empty: the current one
  bool native = false;                // the first program is one of the host's
  std::vector<std::string> command;   // as the user gave it, for the tape's header
  std::optional<double> timeout_s, hang_after_s;
  u64 seed = 0;
  u64 digest_every = 0;
  bool quiet = false;
};

// The exit status, the program's own where it ran; or dies of the signal that the program died of.
int record_session(RecordOptions options);

}  // namespace sigtape::record
