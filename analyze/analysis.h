// Runs all rules over a tape and gathers the evidence.
#pragma once
#include <string>
#include <vector>

#include "analyze/finding.h"
#include "core/base/result.h"
#include "core/tape/processes.h"
#include "core/tape/reader.h"

namespace sigtape::analyze {

struct Analysis {
  tape::Header header;
  abi::System system = abi::System::linux_eabi;
  std::vector<tape::ProcessLife> processes;
  std::vector<Finding> findings;       // by severity, then by time
  std::vector<std::string> damages;    // of the tape
  std::string outcome;                 // one sentence: how the recording ended
  u64 events = 0;
};

// Progress (a number of events) is reported on stderr if that is a terminal.
Result<Analysis> analyze_tape(const std::string& directory);

}  // namespace sigtape::analyze
