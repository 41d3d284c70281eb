// ST002: EINTR where the ABI restarts the call.
#include <fmt/format.h>

#include "analyze/kernel_rule.h"
#include "analyze/rules/rules.h"

namespace sigtape::analyze {
namespace {

constexpr std::string_view st002_text =
    "A handler that was installed with SA_RESTART does not make a restartable call fail: the kernel runs the handler and "
    "then the call again, and the program never sees EINTR. Programs rely on it; many treat EINTR from read(), write() or "
    "wait4() as an error, because with SA_RESTART it cannot happen. An emulator that returns EINTR all the same makes them "
    "fail now and then ('interrupted system call' in a build's log).\n\n"
    "Which calls restart differs between kernels, and the finding names the guest's rule and its source: select(), poll() "
    "and nanosleep() never restart, read() from a pipe does. When several signals are pending, the first one delivered "
    "decides. The fault is the emulator's.";

class EintrWhereRestarted final : public Rule {
 public:
  void interruption(const Subject& subject, const Interruption& found) override {
    if (!std::holds_alternative<abi::Failed>(found.call().outcome)) return;
    const os::SigAction& action = found.signal().action;
    if (action.is_default() || action.is_ignore() || !action.restart) return;
    KernelRule rule = kernel_rule(found.call().call, true, subject.descriptors, subject.descriptors.pid_of(found.stream));
    if (rule.verdict != Verdict::restarts) return;
    Finding finding;
    finding.rule = "ST002";
    finding.place = place_of(subject, found.stream, found.called);
    finding.pc = found.call().call.pc;
    finding.summary = fmt::format("{} ended with EINTR, though the handler of {} has SA_RESTART and the kernel restarts the call",
                                  call_name(found.call().call), signal_name(found.signal().info.signal, found.call().call.system));
    finding.evidence.push_back({"the call ended with EINTR", finding.place});
    finding.evidence.push_back({fmt::format("{} was delivered to its handler at {:#x}, installed with SA_RESTART",
                                            signal_name(found.signal().info.signal, found.call().call.system), action.handler),
                                place_of(subject, found.stream, found.delivered)});
    finding.kernel_rule = rule.sentence;
    finding.source = rule.source;
    findings.push_back(std::move(finding));
  }
};

}  // namespace

const RuleDescription st002 = {"ST002", Severity::error, "EINTR where the ABI restarts", st002_text,
                               [] { return std::unique_ptr<Rule>(new EintrWhereRestarted); }};

}  // namespace sigtape::analyze
