// ST003: restarted where the ABI gives EINTR.
#include <fmt/format.h>

#include "analyze/kernel_rule.h"
#include "analyze/rules/rules.h"

namespace sigtape::analyze {
namespace {

constexpr std::string_view st003_text =
    "Some calls never restart after a handler has run (select, poll, epoll_wait, nanosleep, sigsuspend and more), and none "
    "does if the handler was installed without SA_RESTART. Programs rely on it: the loop 'while (!flag) pause();' and every "
    "time-out made with alarm() need the call to end. An emulator that starts the call again makes them wait for ever, or "
    "sleep longer than asked.\n\n"
    "The finding shows a call that the host kernel had ended with EINTR, the handler that ran, and the same call made again "
    "in its place. The fault is the emulator's.";

class RestartWhereEintr final : public Rule {
 public:
  void interruption(const Subject& subject, const Interruption& found) override {
    // NotDone is also what a call gives that a signal kept from being entered: only one that had begun counts.
    if (!std::holds_alternative<abi::NotDone>(found.call().outcome) || !found.call().host_interrupted) return;
    const os::SigAction& action = found.signal().action;
    if (action.is_default() || action.is_ignore()) return;
    KernelRule rule = kernel_rule(found.call().call, action.restart, subject.descriptors, subject.descriptors.pid_of(found.stream));
    if (rule.verdict != Verdict::eintr) return;
    Finding finding;
    finding.rule = "ST003";
    finding.place = place_of(subject, found.stream, found.called);
    finding.pc = found.call().call.pc;
    finding.summary =
        fmt::format("{} was restarted after the handler of {}, where the kernel ends it with EINTR",
                    call_name(found.call().call), signal_name(found.signal().info.signal, found.call().call.system));
    finding.evidence.push_back({"the host kernel had ended the call; the guest was put back in front of it", finding.place});
    finding.evidence.push_back({fmt::format("{} was delivered to its handler at {:#x}, installed {} SA_RESTART",
                                            signal_name(found.signal().info.signal, found.call().call.system), action.handler,
                                            action.restart ? "with" : "without"),
                                place_of(subject, found.stream, found.delivered)});
    finding.kernel_rule = rule.sentence;
    finding.source = rule.source;
    findings.push_back(std::move(finding));
  }
};

}  // namespace

const RuleDescription st003 = {"ST003", Severity::error, "restart where the ABI gives EINTR", st003_text,
                               [] { return std::unique_ptr<Rule>(new RestartWhereEintr); }};

}  // namespace sigtape::analyze
