// What a rule found: where, how bad, and the evidence that goes into every report.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/abi/syscall.h"
#include "core/tape/events.h"

namespace sigtape::analyze {

enum class Severity : u8 { note, warning, error };
const char* name_of(Severity severity);

// A position on the tape.
struct Place {
  tape::StreamId stream;
  i32 pid = 0;
  ThreadId thread;
  Tick tick;
  u64 event = 0;  // index in the stream
  u64 ns = 0;
};

// A statement of fact with the place that shows it.
struct Evidence {
  std::string text;
  std::optional<Place> place;
};

struct Finding {
  std::string rule;  // "ST001"
  Severity severity = Severity::error;
  std::string summary;  // one sentence
  Place place;
  GuestAddr pc;                        // of the call, for disassembly; 0: none
  std::vector<Evidence> evidence;      // in order of time
  std::string kernel_rule;             // what the guest ABI's kernel would have done
  std::string source;                  // and with which source that is known
  u32 times = 1;                       // findings of the same rule at the same call site are counted here
  // Filled in by evidence.h after the rules have run.
  std::vector<std::string> events;       // the events around, as `sigtape log` prints them
  std::vector<std::string> disassembly;  // the guest's code around pc
  std::vector<std::string> backtrace;    // innermost frame first
};

}  // namespace sigtape::analyze
