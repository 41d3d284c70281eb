// The list of rules. To add one: a file beside this one, a line in rules.h and a line here.
#include "analyze/rules/rules.h"

#include <fmt/format.h>

#include <array>

#include "core/abi/names.h"

namespace sigtape::analyze {

std::span<const RuleDescription> rule_descriptions() {
  static const std::array<RuleDescription, 5> all = {st001, st002, st003, st201, st301};
  return all;
}

const RuleDescription* rule_of(std::string_view id) {
  for (const RuleDescription& description : rule_descriptions())
    if (description.id == id) return &description;
  return nullptr;
}

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "?";
}

Place place_of(const Subject& subject, tape::StreamId stream, const tape::Event& event) {
  return {stream, subject.descriptors.pid_of(stream), event.thread, event.tick, event.index, event.ns};
}

std::string call_name(const abi::Call& call) {
  return std::string(call.row ? call.row->name : std::string_view(abi::name_of(call.system, call.number)));
}

std::string signal_name(os::Signal signal, abi::System system) { return abi::signal_name(system, signal.value); }

}  // namespace sigtape::analyze
