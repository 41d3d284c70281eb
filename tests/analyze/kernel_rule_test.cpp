// ST002 and ST003: which answers to an interrupted call are wrong, on either kernel.
#include <doctest/doctest.h>

#include "tests/analyze/events.h"

using namespace sigtape;
using namespace sigtape::analyze;

namespace {

// One call on the read end of a pipe (descriptor 3), then the signal.
std::size_t findings(const RuleDescription& rule, abi::Call call, abi::Outcome outcome, bool restart) {
  Feed feed(rule);
  feed.process(1, 100);
  tape::Called pipe;
  pipe.call = call_of("pipe2", {0x1000, 0}, call.system);
  pipe.outcome = abi::Done{0};
  static const u32 ends[2] = {3, 4};
  pipe.writes.push_back({GuestAddr{0x1000}, {reinterpret_cast<const u8*>(ends), sizeof ends}});
  feed.event(1, 100, pipe);
  feed.called(1, 100, call, outcome);
  feed.signal(1, 100, restart);
  return feed.rule->findings.size();
}

}  // namespace

TEST_CASE("EINTR from a read of a pipe is wrong only where the handler has SA_RESTART") {
  CHECK(findings(st002, call_of("read", {3, 0x2000, 1}), abi::Failed{eintr}, true) == 1);
  CHECK(findings(st002, call_of("read", {3, 0x2000, 1}), abi::Failed{eintr}, false) == 0);
  CHECK(findings(st002, call_of("read", {3, 0x2000, 1}), abi::Done{1}, true) == 0);
}

TEST_CASE("EINTR from nanosleep and select is right in any case") {
  CHECK(findings(st002, call_of("nanosleep", {0x2000, 0}), abi::Failed{eintr}, true) == 0);
  CHECK(findings(st002, call_of("_newselect", {4, 0x2000, 0, 0, 0}), abi::Failed{eintr}, true) == 0);
}

TEST_CASE("a restarted nanosleep is wrong, a restarted read only without SA_RESTART") {
  CHECK(findings(st003, call_of("nanosleep", {0x2000, 0}), abi::NotDone{}, true) == 1);
  CHECK(findings(st003, call_of("read", {3, 0x2000, 1}), abi::NotDone{}, false) == 1);
  CHECK(findings(st003, call_of("read", {3, 0x2000, 1}), abi::NotDone{}, true) == 0);
}

TEST_CASE("FreeBSD guests are judged by FreeBSD's rules") {
  auto freebsd = abi::System::freebsd;
  CHECK(findings(st002, call_of("read", {3, 0x2000, 1}, freebsd), abi::Failed{eintr}, true) == 1);
  CHECK(findings(st003, call_of("select", {4, 0x2000, 0, 0, 0}, freebsd), abi::NotDone{}, true) == 1);
  CHECK(findings(st002, call_of("select", {4, 0x2000, 0, 0, 0}, freebsd), abi::Failed{eintr}, true) == 0);
}
