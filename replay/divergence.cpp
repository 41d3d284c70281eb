// The text of a divergence.
#include "replay/divergence.h"

#include <fmt/format.h>

#include <deque>

#include "core/abi/print.h"
#include "core/run/report.h"
#include "replay/event_text.h"

namespace sigtape::replay {
namespace {

constexpr std::size_t shown_events = 8;

// Read once more from the beginning: a divergence is rare, and replay then need not keep events.
std::deque<std::string> events_before(const Divergence& divergence) {
  std::deque<std::string> lines;
  auto reader = divergence.tape->read(divergence.stream);
  if (!reader) return lines;
  for (;;) {
    auto event = (*reader)->next();
    if (!event || *event == nullptr || (*event)->index >= divergence.expected.index) return lines;
    lines.push_back(line_of(**event));
    if (lines.size() > shown_events) lines.pop_front();
  }
}

}  // namespace

std::string text_of_answer(const abi::Call& call, const abi::Answer& answer) {
  return abi::text_of_outcome(call, answer.outcome);
}

std::string describe(const Divergence& divergence, const run::Machine& machine, const os::Thread& thread) {
  std::string text = fmt::format("the replay of process {} (stream {}) diverges at event {}\n", divergence.pid,
                                 divergence.stream.value, divergence.expected.index);
  text += "  the last events that agree:\n";
  for (const std::string& line : events_before(divergence)) text += "    " + line + "\n";
  text += "  expected:\n    " + line_of(divergence.expected) + "\n";
  text += fmt::format("  got:\n    thread {} at tick {} {}", thread.id.value, thread.tick.value, divergence.what);
  if (divergence.call != nullptr) {
    auto read = [&](GuestAddr from, std::span<u8> into) {
      return machine.space().read(from, into);
    };
    text += " " + abi::text_of_call({*divergence.call, nullptr, {}, read}) +
            fmt::format(" at {:#x}", divergence.call->pc.value);
  }
  if (!divergence.detail.empty()) text += " " + divergence.detail;
  text += "\n" + run::describe(machine, thread);
  return text;
}

}  // namespace sigtape::replay
