// One pass of all rules over the merged events, then a second one for the evidence of what they found.
#include "analyze/analysis.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "analyze/evidence.h"
#include "analyze/rules/rules.h"

namespace sigtape::analyze {
namespace {

// Findings of the same rule at the same call site are one finding with a count: a storm gives thousands.
void fold(std::vector<Finding>& findings) {
  std::vector<Finding> folded;
  for (Finding& finding : findings) {
    auto same = std::find_if(folded.begin(), folded.end(), [&](const Finding& other) {
      return other.rule == finding.rule && other.pc == finding.pc && other.summary == finding.summary &&
             other.place.pid == finding.place.pid;
    });
    if (same == folded.end())
      folded.push_back(std::move(finding));
    else
      same->times += finding.times;
  }
  std::stable_sort(folded.begin(), folded.end(), [](const Finding& a, const Finding& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.place.ns < b.place.ns;
  });
  findings = std::move(folded);
}

std::string outcome_of(const tape::Event& event) {
  if (const auto* note = event.as<tape::Note>()) return note->text;
  const auto* ended = event.as<tape::Ended>();
  if (!ended) return {};
  return ended->end.kind == outside::EndKind::signal ? fmt::format("the program was ended by signal {}", ended->end.status)
                                                     : fmt::format("the program ended with status {}", ended->end.status);
}

void progress(u64 events, bool over) {
  static const bool terminal = isatty(2);
  if (!terminal) return;
  if (over)
    fmt::print(stderr, "\r\033[K");
  else if (events % 65536 == 0)
    fmt::print(stderr, "\rsigtape: {} events", events);
}

}  // namespace

Result<Analysis> analyze_tape(const std::string& directory) {
  auto tape = SIGTAPE_TRY(tape::Tape::open(directory));
  auto reader = SIGTAPE_TRY(tape::MergedReader::open(tape));
  Analysis analysis;
  analysis.header = tape->header();
  analysis.processes = tape::processes_of(tape).all;
  std::vector<std::unique_ptr<Rule>> rules;
  for (const RuleDescription& description : rule_descriptions()) rules.push_back(description.make());
  Descriptors descriptors;
  Subject subject{analysis.header, abi::System::linux_eabi, descriptors, analysis.processes};
  InterruptionTracker interruptions([&](const Interruption& found) {
    for (auto& rule : rules) rule->interruption(subject, found);
  });
  analysis.outcome = "the tape ends without the recorder's own end: it was killed";
  bool stopped = false;  // the recorder said why it ended the tree
  for (auto item = reader->next(); item.event; item = reader->next()) {
    progress(++analysis.events, false);
    if (const auto* called = item.event->as<tape::Called>()) subject.system = analysis.system = called->call.system;
    for (auto& rule : rules) rule->event(subject, item.stream, *item.event);
    descriptors.event(item.stream, *item.event);
    interruptions.event(item.stream, *item.event);
    if (item.stream == tape::session_stream)
      if (auto text = outcome_of(*item.event); !text.empty())
        analysis.outcome = stopped ? fmt::format("{}; {}", analysis.outcome, text) : text, stopped |= item.event->as<tape::Note>() != nullptr;
  }
  progress(analysis.events, true);
  for (auto& rule : rules) {
    rule->finish(subject);
    for (Finding& finding : rule->findings) analysis.findings.push_back(std::move(finding));
  }
  analysis.damages = reader->damages();
  fold(analysis.findings);
  gather_evidence(tape, analysis.findings);
  return analysis;
}

}  // namespace sigtape::analyze
