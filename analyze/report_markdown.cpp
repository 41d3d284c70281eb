// The Markdown report: made to be pasted into a bug tracker.
#include <fmt/core.h>

#include "analyze/report.h"
#include "analyze/rule.h"

namespace sigtape::analyze {
namespace {

// Text from the guest must not become markup.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '<') {
      out += "&lt;";
      continue;
    }
    if (c == '*' || c == '_' || c == '`' || c == '|' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void block(std::string& out, const std::vector<std::string>& lines) {
  out += "```\n";
  for (const std::string& line : lines) out += line + '\n';
  out += "```\n\n";
}

void section(std::string& out, const Finding& finding) {
  const RuleDescription* rule = rule_of(finding.rule);
  out += fmt::format("## {}: {}\n\n", finding.rule, rule ? rule->title : "");
  out += fmt::format("**{}**: {}.{}\n\n", name_of(finding.severity), escaped(finding.summary),
                     finding.times > 1 ? fmt::format(" Seen {} times; the first:", finding.times) : "");
  out += fmt::format("- Where: {}\n", place_text(finding.place));
  for (const Evidence& evidence : finding.evidence) out += fmt::format("- {}\n", escaped(evidence.text));
  if (!finding.kernel_rule.empty()) out += fmt::format("- The kernel: {}\n", escaped(finding.kernel_rule));
  if (!finding.source.empty()) out += fmt::format("- Known from: {}\n", escaped(finding.source));
  out += '\n';
  if (!finding.disassembly.empty()) {
    out += "The guest's code at the call:\n\n";
    block(out, finding.disassembly);
  }
  if (!finding.backtrace.empty()) {
    out += "The guest's backtrace there:\n\n";
    block(out, finding.backtrace);
  }
  if (!finding.events.empty()) {
    out += "Events around it:\n\n";
    block(out, finding.events);
  }
}

}  // namespace

std::string markdown_report(const Analysis& analysis) {
  std::string out = fmt::format("# sigtape: {}\n\n", headline_of(analysis));
  out += "| | |\n|---|---|\n";
  out += fmt::format("| Command | `{}` |\n", joined(analysis.header.command));
  out += fmt::format("| Recorded | on {}, `--delivery={}`, sigtape {} |\n", escaped(analysis.header.host), analysis.header.delivery,
                     analysis.header.sigtape_version);
  out += fmt::format("| Outcome | {} |\n", escaped(analysis.outcome));
  out += fmt::format("| Tape | {} processes, {} events |\n\n", analysis.processes.size(), analysis.events);
  for (const std::string& damage : analysis.damages) out += fmt::format("The tape is damaged: {}\n\n", escaped(damage));
  for (const Finding& finding : analysis.findings) section(out, finding);
  if (analysis.findings.empty()) out += "No rule found anything on this tape.\n";
  return out;
}

}  // namespace sigtape::analyze
