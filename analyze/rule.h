// A rule reads the events of all streams in order of time and reports findings. One file each in rules/.
#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "analyze/descriptors.h"
#include "analyze/finding.h"
#include "analyze/interruption.h"
#include "core/tape/processes.h"

namespace sigtape::analyze {

// What rules may look at besides the events themselves.
struct Subject {
  const tape::Header& header;
  abi::System system = abi::System::linux_eabi;
  const Descriptors& descriptors;  // as of the event being looked at
  const std::vector<tape::ProcessLife>& processes;
};

class Rule {
 public:
  virtual ~Rule() = default;
  virtual void event(const Subject&, tape::StreamId, const tape::Event&) {}
  virtual void interruption(const Subject&, const Interruption&) {}
  virtual void finish(const Subject&) {}
  std::vector<Finding> findings;
};

// Id, one line, and the paragraph of the manual that `sigtape explain` prints.
struct RuleDescription {
  std::string_view id;
  Severity severity;
  std::string_view title;
  std::string_view explanation;
  std::unique_ptr<Rule> (*make)();
};
std::span<const RuleDescription> rule_descriptions();
const RuleDescription* rule_of(std::string_view id);

Place place_of(const Subject& subject, tape::StreamId stream, const tape::Event& event);

}  // namespace sigtape::analyze
