// The process that the user started, apart from the one that keeps the session.
#pragma once
#include <functional>
#include <optional>

#include "core/outside/outside.h"

namespace sigtape::record {

// What the session's process ends with, for the front to end with.
struct SessionEnd {
  int status = 0;
  std::optional<outside::End> as;  // where the program died of a signal
};

// Signals that reach the session, in order of arrival.
struct SessionSignal {
  int number = 0;
  i32 sender = 0;  // 0: the terminal or the kernel
};

// Runs `session` in a child process, which it tells of SIGINT, SIGTERM and SIGHUP, and ends as that says. If the front
// is killed, the child sees it as `front_is_gone`; so the recorded tree comes to an end whoever is killed.
inline constexpr int front_is_gone = -1;
int run_behind_front(const std::function<SessionEnd()>& session);

// In the session's process: waits up to `ns` for a signal or a child's end.
std::optional<SessionSignal> wait_for_signal(u64 ns);
// Between fork and the guest's start.
void restore_signals();

}  // namespace sigtape::record
