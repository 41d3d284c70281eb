// ST001: a signal was captured before the call was issued, and the call blocked all the same.
#include <fmt/format.h>

#include "analyze/rules/rules.h"

namespace sigtape::analyze {
namespace {

constexpr std::string_view st001_text =
    "A signal that arrives before a blocking system call must be delivered before the call is made: its handler may be "
    "what lets the call end (the self-pipe trick, a flag with sigsuspend, a SIGCHLD handler that writes to a socket). The "
    "kernel cannot get this wrong, because it looks for signals and goes to sleep under one lock. An emulator can: it "
    "tests whether a signal is pending, finds none, and then issues the host's call; a signal that its host handler takes "
    "between the two is noted but not delivered, and the call sleeps as if nothing had come. If the handler was to end the "
    "wait, the program hangs.\n\n"
    "The finding shows the time at which the host handler took the signal and the time at which the call began to wait. "
    "Either the call came back later (then the delay is given), or it never did, and the program hung. The fault is the "
    "emulator's: the program is right on every kernel.";

class SignalBeforeCall final : public Rule {
 public:
  void event(const Subject& subject, tape::StreamId stream, const tape::Event& event) override {
    if (const auto* called = event.as<tape::Called>(); called && called->signal_before_entry) {
      Finding finding = begin(subject, stream, event, called->call);
      u64 waited_us = called->left_ns > called->entered_ns ? (called->left_ns - called->entered_ns) / 1000 : 0;
      finding.evidence.push_back({fmt::format("the call waited {} us with the signal captured and not delivered", waited_us),
                                  place_of(subject, stream, event)});
      findings.push_back(std::move(finding));
    }
    if (const auto* stranded = event.as<tape::SignalStranded>()) {
      Finding finding = begin(subject, stream, event, stranded->call);
      finding.summary =
          fmt::format("{} was captured before {} was issued; the call never came back, and the signal was never delivered",
                      signal_name(stranded->info.signal, stranded->call.system), call_name(stranded->call));
      finding.evidence.push_back({fmt::format("the host handler took the signal {} ns after the emulator's last look for pending "
                                              "signals; the guest's handler never ran",
                                              distance(stranded->info.captured_ns, stranded->entered_ns)),
                                  place_of(subject, stream, event)});
      findings.push_back(std::move(finding));
    }
  }

 private:
  static u64 distance(u64 a, u64 b) { return a < b ? b - a : a - b; }

  static Finding begin(const Subject& subject, tape::StreamId stream, const tape::Event& event, const abi::Call& call) {
    Finding finding;
    finding.rule = "ST001";
    finding.place = place_of(subject, stream, event);
    finding.pc = call.pc;
    finding.summary = fmt::format("a signal was captured before {} was issued, and the call blocked all the same", call_name(call));
    finding.kernel_rule =
        "The kernel delivers a signal that is pending when a system call is made, or interrupts the call's wait: between "
        "'anything pending?' and the wait there is no moment at which a signal can be missed.";
    finding.source =
        call.system == abi::System::freebsd
            ? "FreeBSD sys/kern/subr_sleepqueue.c, sleepq_catch_signals: signals are looked for with the sleep queue locked"
            : "Linux kernel/sched/core.c, __schedule: a task in an interruptible sleep with a signal pending is not put to "
              "sleep; kernel/signal.c, signal_wake_up";
    return finding;
  }
};

}  // namespace

const RuleDescription st001 = {"ST001", Severity::error, "signal captured before the call was issued, and the call blocked all the same",
                               st001_text, [] { return std::unique_ptr<Rule>(new SignalBeforeCall); }};

}  // namespace sigtape::analyze
