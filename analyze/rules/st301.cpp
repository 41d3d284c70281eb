// ST301: something that sigtape itself does not support was met.
#include <fmt/format.h>

#include <set>

#include "analyze/rules/rules.h"

namespace sigtape::analyze {
namespace {

constexpr std::string_view st301_text =
    "The program asked for something that sigtape does not do: a system call, an ioctl, an option, a way of sharing memory. "
    "It was answered with the error that the guest's kernel gives for what it does not know (ENOSYS, ENOTTY, EINVAL), and "
    "most programs have a second way for that case. But a difference in behaviour between this recording and another "
    "machine may come from here, so every report says so. Nothing is left out silently.";

class Unsupported final : public Rule {
 public:
  void event(const Subject& subject, tape::StreamId stream, const tape::Event& event) override {
    if (const auto* called = event.as<tape::Called>(); called && called->unsupported) {
      std::string what = called->unsupported_what.empty() ? call_name(called->call) : called->unsupported_what;
      add(subject, stream, event, what, called->call.pc);
    }
    if (const auto* note = event.as<tape::Note>(); note && note->kind == tape::NoteKind::unsupported)
      add(subject, stream, event, note->text, GuestAddr{});
  }

 private:
  void add(const Subject& subject, tape::StreamId stream, const tape::Event& event, const std::string& what, GuestAddr pc) {
    if (!seen_.insert(what).second) {
      for (Finding& finding : findings)
        if (finding.summary.ends_with(what)) finding.times++;
      return;
    }
    Finding finding;
    finding.rule = "ST301";
    finding.severity = Severity::note;
    finding.place = place_of(subject, stream, event);
    finding.pc = pc;
    finding.summary = "not supported by sigtape: " + what;
    finding.kernel_rule = "The guest got the error that its kernel gives for what it does not know.";
    finding.source = "sigtape's own list";
    findings.push_back(std::move(finding));
  }
  std::set<std::string> seen_;
};

}  // namespace

const RuleDescription st301 = {"ST301", Severity::note, "something sigtape itself does not support was met", st301_text,
                               [] { return std::unique_ptr<Rule>(new Unsupported); }};

}  // namespace sigtape::analyze
