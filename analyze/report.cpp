// The text report, and the words that all reports share.
#include "analyze/report.h"

#include <fmt/core.h>

namespace sigtape::analyze {

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += word;
  }
  return line;
}

std::string place_text(const Place& place) {
  return fmt::format("process {}, thread {}, instruction {}, event {} of stream {}", place.pid, place.thread.value,
                     place.tick.value, place.event, place.stream.value);
}

std::string headline_of(const Analysis& analysis) {
  u64 errors = 0, warnings = 0, notes = 0;
  for (const Finding& finding : analysis.findings)
    (finding.severity == Severity::error ? errors : finding.severity == Severity::warning ? warnings : notes)++;
  if (analysis.findings.empty()) return "nothing found";
  return fmt::format("{} error{}, {} warning{}, {} note{}", errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s",
                     notes, notes == 1 ? "" : "s");
}

std::string text_report(const Analysis& analysis) {
  std::string out;
  auto add = [&](const std::string& line) { out += line + '\n'; };
  add(fmt::format("command:   {}", joined(analysis.header.command)));
  add(fmt::format("recorded:  on {}, --delivery={}", analysis.header.host, analysis.header.delivery));
  add(fmt::format("outcome:   {}", analysis.outcome));
  add(fmt::format("tape:      {} process{}, {} events", analysis.processes.size(), analysis.processes.size() == 1 ? "" : "es",
                  analysis.events));
  for (const std::string& damage : analysis.damages) add("damaged:   " + damage);
  add(fmt::format("findings:  {}", headline_of(analysis)));
  for (const Finding& finding : analysis.findings) {
    add("");
    add(fmt::format("{} {}: {}{}", finding.rule, name_of(finding.severity), finding.summary,
                    finding.times > 1 ? fmt::format(" ({} times; the first:)", finding.times) : ""));
    add("  where:   " + place_text(finding.place));
    for (const Evidence& evidence : finding.evidence) add("  fact:    " + evidence.text);
    if (!finding.kernel_rule.empty()) add("  kernel:  " + finding.kernel_rule);
    if (!finding.source.empty()) add("  source:  " + finding.source);
    if (!finding.disassembly.empty()) {
      add("  code:");
      for (const std::string& line : finding.disassembly) add("    " + line);
    }
    if (!finding.backtrace.empty()) {
      add("  backtrace:");
      for (const std::string& line : finding.backtrace) add("    " + line);
    }
    if (!finding.events.empty()) {
      add("  events:");
      for (const std::string& line : finding.events) add("    " + line);
    }
    add(fmt::format("  more:    sigtape explain {}", finding.rule));
  }
  return out;
}

}  // namespace sigtape::analyze
