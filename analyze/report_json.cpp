// The JSON report: the same facts under stable names.
#include <nlohmann/json.hpp>

#include "analyze/report.h"

namespace sigtape::analyze {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const Place& place) {
  return {{"stream", place.stream.value}, {"pid", place.pid},     {"thread", place.thread.value},
          {"tick", place.tick.value},     {"event", place.event}, {"ns", place.ns}};
}

ordered_json json_of(const Finding& finding) {
  ordered_json out = {{"rule", finding.rule},           {"severity", name_of(finding.severity)}, {"summary", finding.summary},
                      {"times", finding.times},         {"place", json_of(finding.place)},       {"pc", finding.pc.value},
                      {"kernel", finding.kernel_rule},  {"source", finding.source},              {"evidence", ordered_json::array()},
                      {"disassembly", finding.disassembly}, {"backtrace", finding.backtrace}, {"events", finding.events}};
  for (const Evidence& evidence : finding.evidence) {
    ordered_json fact = {{"text", evidence.text}};
    if (evidence.place) fact["place"] = json_of(*evidence.place);
    out["evidence"].push_back(std::move(fact));
  }
  return out;
}

}  // namespace

std::string json_report(const Analysis& analysis) {
  ordered_json out = {{"command", analysis.header.command},
                      {"host", analysis.header.host},
                      {"delivery", analysis.header.delivery},
                      {"sigtape", analysis.header.sigtape_version},
                      {"abi", analysis.system == abi::System::freebsd ? "FreeBSD armv7" : "Linux EABI"},
                      {"outcome", analysis.outcome},
                      {"processes", analysis.processes.size()},
                      {"events", analysis.events},
                      {"damages", analysis.damages},
                      {"findings", ordered_json::array()}};
  for (const Finding& finding : analysis.findings) out["findings"].push_back(json_of(finding));
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sigtape::analyze
