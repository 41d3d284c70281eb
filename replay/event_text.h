// Events as lines of text, as `sigtape log` and divergences show them.
#pragma once
#include <string>

#include "core/tape/events.h"

namespace sigtape::replay {

// What happened, without position: "read(3, "abc", 10) = 3", "--- SIGALRM {...} ---".
std::string text_of(const tape::Event& event, abi::System system = abi::System::linux_eabi);
// With event number, thread and tick in front.
std::string line_of(const tape::Event& event, abi::System system = abi::System::linux_eabi);
// A call by itself, which may not have ended.
std::string text_of_entered(const tape::Entered& entered);
struct CallLine {
  std::string call, result;
};
CallLine text_of_called(const tape::Called& called);

}  // namespace sigtape::replay
