// Events made by hand, for tests of rules.
#pragma once
#include <string_view>

#include "analyze/rules/rules.h"
#include "core/base/check.h"

namespace sigtape::analyze {

inline abi::Call call_of(std::string_view name, std::initializer_list<u32> words = {},
                         abi::System system = abi::System::linux_eabi) {
  abi::Call call;
  call.system = system;
  for (const abi::Row& row : abi::table_of(system))
    if (row.name == name) call.row = &row, call.number = row.number;
  CHECK_THAT(call.row, "no call {}", name);
  unsigned i = 0;
  for (u32 word : words) call.words[i++] = word;
  return call;
}

// Feeds rules as analyze_tape does.
struct Feed {
  std::unique_ptr<Rule> rule;
  tape::Header header;
  std::vector<tape::ProcessLife> processes;
  Descriptors descriptors;
  Subject subject{header, abi::System::linux_eabi, descriptors, processes};
  InterruptionTracker interruptions{[this](const Interruption& found) { rule->interruption(subject, found); }};
  u64 index = 0;

  explicit Feed(const RuleDescription& description) : rule(description.make()) {}

  template <class What>
  void event(u32 stream, i32 thread, What what) {
    tape::Event event;
    event.index = index++;
    event.thread = ThreadId{thread};
    event.ns = index * 1000000;
    event.what = std::move(what);
    rule->event(subject, tape::StreamId{stream}, event);
    descriptors.event(tape::StreamId{stream}, event);
    interruptions.event(tape::StreamId{stream}, event);
  }
  void process(u32 stream, i32 pid, u32 parent = 0, i32 parent_pid = 0) {
    event(stream, pid, tape::StreamBegan{tape::StreamId{stream}, parent ? tape::Origin::fork : tape::Origin::first,
                                         tape::StreamId{parent}, 0, pid, parent_pid, 0});
  }
  void called(u32 stream, i32 thread, abi::Call call, abi::Outcome outcome) {
    tape::Called called;
    called.call = call;
    called.outcome = outcome;
    called.host_interrupted = true;
    event(stream, thread, called);
  }
  void signal(u32 stream, i32 thread, bool restart) {
    tape::SignalDelivered delivered;
    delivered.info.signal = os::Signal{14};
    delivered.action.handler = 0x10000;
    delivered.action.restart = restart;
    event(stream, thread, delivered);
  }
};

}  // namespace sigtape::analyze
