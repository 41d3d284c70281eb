// How a replay ends: as the recording did, or with a sentence.
#pragma once
#include <string>

#include "replay/shared_progress.h"
#include "replay/tree.h"

namespace sigtape::replay {

// Prints "sigtape: text"; answers the status to exit with.
int say_failure(const std::string& text);
// After a replay that agreed: the recorded status; says what the tape leaves open.
int end_of(const TreeOptions& options, SharedProgress& progress);

}  // namespace sigtape::replay
