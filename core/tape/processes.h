// What the streams of a tape come to: the processes of the recording, each with the images that it ran.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/tape/reader.h"

namespace sigtape::tape {

struct ImageLife {
  StreamId stream;                     // a native image has none (0); a vfork child before exec uses its parent's
  std::string path;
  std::vector<std::string> arguments;  // empty where the process began by fork and this is still the parent's program
  bool native = false;
  u64 begin_ns = 0;
};

struct ProcessLife {
  i32 pid = 0, parent_pid = 0;
  std::optional<std::size_t> parent;  // index in the vector, where the parent is on the tape
  bool vfork = false;                 // began as vfork child
  std::vector<ImageLife> images;      // in order of execs
  u64 begin_ns = 0;
  u64 last_ns = 0;                    // of its last event
  std::optional<outside::End> end;    // none: alive when the tape ended, or killed without a word
  bool gone = false;                  // no end, but the session saw that the process was no longer there
  u64 events = 0;
};

struct Processes {
  std::vector<ProcessLife> all;  // in order of their beginning
  std::vector<Note> notes;       // of the session
  std::optional<outside::End> session_end;
  u64 first_ns = 0, last_ns = 0;
  u64 events = 0;
  std::vector<std::string> damages;
};
Processes processes_of(const std::shared_ptr<Tape>& tape);

}  // namespace sigtape::tape
