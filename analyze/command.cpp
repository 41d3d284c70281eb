// Command lines of `analyze` and `explain`.
#include "analyze/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "analyze/report.h"
#include "analyze/rules/rules.h"

namespace sigtape::analyze {
namespace {

int fail(const Error& error) {
  fmt::print(stderr, "sigtape: {}\n", error.text);
  return error.status;
}

int analyze(const std::string& tape, const std::string& format) {
  auto analysis = analyze_tape(tape);
  if (!analysis.ok()) return fail(analysis.error());
  std::string report = format == "json"       ? json_report(*analysis)
                       : format == "markdown" ? markdown_report(*analysis)
                                              : text_report(*analysis);
  if (std::fwrite(report.data(), 1, report.size(), stdout) != report.size() || std::fflush(stdout) != 0)
    return fail({"cannot write the report to standard output"});
  return 0;
}

int explain(const std::string& id) {
  if (id.empty()) {
    for (const RuleDescription& rule : rule_descriptions())
      fmt::print("{}\t{}\t{}\n", rule.id, name_of(rule.severity), rule.title);
    return 0;
  }
  const RuleDescription* rule = rule_of(id);
  if (!rule) return fail({fmt::format("there is no rule {}; `sigtape explain` lists them", id)});
  fmt::print("{} ({}): {}\n\n{}\n", rule->id, name_of(rule->severity), rule->title, rule->explanation);
  return 0;
}

}  // namespace

void add_commands(CLI::App& app, int& status) {
  auto tape = std::make_shared<std::string>(), format = std::make_shared<std::string>("text"), id = std::make_shared<std::string>();
  auto* command = app.add_subcommand("analyze", "Reports what raced on a tape, with evidence");
  command->add_option("TAPE", *tape, "The tape's folder")->required();
  command->add_option("--format", *format, "text, markdown (for a bug tracker) or json")
      ->check(CLI::IsMember({"text", "markdown", "json"}));
  command->footer("The status is 0 whether or not something is found; rules are explained by `sigtape explain RULE`.");
  command->callback([=, &status] { status = analyze(*tape, *format); });
  auto* explanation = app.add_subcommand("explain", "Explains a rule of the analyzer, or lists all");
  explanation->add_option("RULE", *id, "A rule's id, such as ST001");
  explanation->callback([=, &status] { status = explain(*id); });
}

}  // namespace sigtape::analyze
