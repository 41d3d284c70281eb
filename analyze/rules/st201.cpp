// ST201: the tree made no progress any more: who stands in which call, and who waits for whom.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analyze/rules/rules.h"
#include "analyze/wait_for.h"

namespace sigtape::analyze {
namespace {

constexpr std::string_view st201_text =
    "When the recording was stopped (by --timeout, Ctrl-C or a kill), every thread that was left stood in a system call that "
    "never came back. The finding lists them: the call with its arguments, since when, what it waits for, and which "
    "processes could end the wait: who holds the other end of the pipe, which child has not ended, which lock is held. From "
    "these edges follow the cycles ('A waits for B, B waits for A'), and the threads that nobody can wake.\n\n"
    "A hang is an outcome, not yet a fault. If an ST001 stands beside it, a signal that should have ended one of these waits "
    "was lost by the emulator. Without one, look at the program: a lost wake-up of its own (ST101) or a deadlock.";

class Hang final : public Rule {
 public:
  void event(const Subject& subject, tape::StreamId stream, const tape::Event& event) override {
    last_ns_ = std::max(last_ns_, event.ns);
    auto key = std::pair{stream, event.thread};
    if (stream == tape::session_stream) {
      // The recorder notes why it stops the tree before it ends the processes, so this is the moment to look.
      if (const auto* note = event.as<tape::Note>();
          note && (note->kind == tape::NoteKind::timeout || note->kind == tape::NoteKind::hang ||
                   note->kind == tape::NoteKind::interrupted))
        look(subject);
      // And how it all looked from outside, native processes included.
      if (const auto* note = event.as<tape::Note>();
          note && note->kind == tape::NoteKind::text && event.thread.value != 0 && !findings.empty())
        findings.back().evidence.push_back({"seen from outside: " + note->text, std::nullopt});
      if (event.as<tape::Ended>()) session_ended_ = true;
      return;
    }
    if (event.as<tape::Entered>()) {
      blocked_[key] = {stream, subject.descriptors.pid_of(stream), event.thread, event};
    } else if (const auto* called = event.as<tape::Called>()) {
      blocked_.erase(key);
      reap(*called);
    } else if (event.as<tape::ExecBegan>() || event.as<tape::Ended>()) {
      std::erase_if(blocked_, [&](const auto& entry) { return entry.first.first == stream; });
      if (const auto* ended = event.as<tape::Ended>(); ended && ended->vfork_child) return;
      ended_streams_.insert(stream);
    } else if (event.as<tape::ThreadEnded>()) {
      blocked_.erase(key);
    } else if (const auto* began = event.as<tape::StreamBegan>()) {
      if (began->origin == tape::Origin::fork) children_[began->parent_pid].insert(began->pid);
    } else if (const auto* stranded = event.as<tape::SignalStranded>()) {
      // Comes after the last event of its stream, so the hang has been looked at already.
      stranded_[key] = stranded->info.signal;
      for (Finding& finding : findings)
        finding.evidence.push_back({fmt::format("{} had been captured for thread {} and was never delivered (ST001)",
                                                signal_name(stranded->info.signal, stranded->call.system), event.thread.value),
                                    place_of(subject, stream, event)});
    }
  }

  // Without the recorder's own end: it was killed with the rest.
  void finish(const Subject& subject) override {
    if (!session_ended_ && findings.empty()) look(subject);
  }

 private:
  void look(const Subject& subject) {
    std::erase_if(blocked_, [&](const auto& entry) { return reaped_.contains(entry.second.pid); });
    if (blocked_.empty()) return;
    Finding finding;
    finding.rule = "ST201";
    finding.severity = Severity::warning;
    const Blocked& first = blocked_.begin()->second;
    finding.place = place_of(subject, first.stream, first.entered);
    finding.pc = first.call().call.pc;
    finding.summary = fmt::format("no progress any more: {} thread{} stood in a system call that never came back", blocked_.size(),
                                  blocked_.size() == 1 ? "" : "s");
    std::map<i32, std::set<i32>> graph;
    for (const auto& [key, blocked] : blocked_) describe(subject, blocked, finding, graph);
    cycles(graph, finding);
    finding.kernel_rule = "A call that waits for a pipe, a child, a lock or a futex ends when its other side acts, or with a signal.";
    finding.source = "the calls on the tape";
    findings.push_back(std::move(finding));
  }

  void reap(const tape::Called& called) {
    const auto* done = std::get_if<abi::Done>(&called.outcome);
    if (!done || !called.call.row) return;
    std::string_view name = called.call.row->name;
    if ((name == "wait4" || name == "waitpid" || name == "wait6") && static_cast<i32>(done->value) > 0)
      reaped_.insert(static_cast<i32>(done->value));
  }

  void describe(const Subject& subject, const Blocked& blocked, Finding& finding, std::map<i32, std::set<i32>>& graph) {
    std::vector<i32> living;
    for (i32 child : children_[blocked.pid])
      if (!reaped_.contains(child)) living.push_back(child);
    std::string text = fmt::format("process {}, thread {} stands in {} for {:.1f} s", blocked.pid, blocked.thread.value,
                                   call_name(blocked.call().call),
                                   static_cast<double>(last_ns_ - std::min(last_ns_, blocked.entered.ns)) / 1e9);
    auto edges = waits_for(blocked, subject.descriptors, living);
    for (const Edge& edge : edges) {
      text += fmt::format("; waits for {}", edge.what);
      if (edge.anybody) continue;
      if (edge.pids.empty()) text += ", which nobody holds";
      for (i32 pid : edge.pids) {
        text += pid == blocked.pid ? ", which is its own process'" : fmt::format(", held by process {}", pid);
        graph[blocked.pid].insert(pid);
      }
    }
    if (auto signal = stranded_.find({blocked.stream, blocked.thread}); signal != stranded_.end())
      text += fmt::format("; {} had been captured for it and was never delivered (ST001)", signal_name(signal->second, blocked.call().call.system));
    finding.evidence.push_back({std::move(text), place_of(subject, blocked.stream, blocked.entered)});
  }

  // A process that is reachable from itself waits for itself in the end. Each cycle is told once.
  static void cycles(const std::map<i32, std::set<i32>>& graph, Finding& finding) {
    std::set<i32> told;
    for (const auto& [start, unused] : graph) {
      std::vector<i32> path;
      std::set<i32> seen;
      if (told.contains(start) || !reaches(graph, start, start, seen, path)) continue;
      std::string text = "a cycle: ";
      for (i32 member : path) {
        text += fmt::format("process {} waits for ", member);
        told.insert(member);
      }
      finding.evidence.push_back({text + (path.size() == 1 ? "itself" : fmt::format("process {}", start)), std::nullopt});
    }
  }

  // Depth first; `path` is the way from `here` to `goal` without the goal itself.
  static bool reaches(const std::map<i32, std::set<i32>>& graph, i32 here, i32 goal, std::set<i32>& seen,
                      std::vector<i32>& path) {
    auto next = graph.find(here);
    if (next == graph.end() || !seen.insert(here).second) return false;
    path.push_back(here);
    if (next->second.contains(goal)) return true;
    for (i32 pid : next->second)
      if (reaches(graph, pid, goal, seen, path)) return true;
    path.pop_back();
    return false;
  }

  std::map<std::pair<tape::StreamId, ThreadId>, Blocked> blocked_;
  std::map<std::pair<tape::StreamId, ThreadId>, os::Signal> stranded_;
  std::set<tape::StreamId> ended_streams_;
  std::map<i32, std::set<i32>> children_;
  std::set<i32> reaped_;
  bool session_ended_ = false;
  u64 last_ns_ = 0;
};

}  // namespace

const RuleDescription st201 = {"ST201", Severity::warning, "hang, with its wait-for graph", st201_text,
                               [] { return std::unique_ptr<Rule>(new Hang); }};

}  // namespace sigtape::analyze
