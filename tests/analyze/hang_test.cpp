// ST201: who waits for whom, from pipes and children followed through the calls.
#include <doctest/doctest.h>

#include "tests/analyze/events.h"

using namespace sigtape;
using namespace sigtape::analyze;

namespace {

bool says(const Finding& finding, std::string_view text) {
  for (const Evidence& evidence : finding.evidence)
    if (evidence.text.find(text) != std::string::npos) return true;
  return false;
}

tape::Entered entered(abi::Call call) {
  tape::Entered entered;
  entered.call = call;
  return entered;
}

}  // namespace

TEST_CASE("a parent in wait4 and a child in read of the parent's pipe are a cycle") {
  Feed feed(st201);
  feed.process(1, 100);
  tape::Called pipe;
  pipe.call = call_of("pipe2", {0x1000, 0});
  pipe.outcome = abi::Done{0};
  static const u32 ends[2] = {3, 4};
  pipe.writes.push_back({GuestAddr{0x1000}, {reinterpret_cast<const u8*>(ends), sizeof ends}});
  feed.event(1, 100, pipe);
  feed.process(2, 101, 1, 100);
  feed.called(2, 101, call_of("close", {4}), abi::Done{0});
  feed.event(1, 100, entered(call_of("wait4", {~0u, 0, 0, 0})));
  feed.event(2, 101, entered(call_of("read", {3, 0x2000, 1})));
  feed.event(0, 0, tape::Note{tape::NoteKind::timeout, "timeout"});
  REQUIRE(feed.rule->findings.size() == 1);
  const Finding& finding = feed.rule->findings[0];
  CHECK(says(finding, "the end of a child, held by process 101"));
  CHECK(says(finding, "the read end of pipe 1, held by process 100"));
  CHECK(says(finding, "a cycle: process 100 waits for process 101 waits for process 100"));
}

TEST_CASE("a thread that was waking others when the run ended waits for nobody") {
  Feed feed(st201);
  feed.process(1, 100);
  feed.event(1, 100, entered(call_of("futex", {0x1000, 0x80, 1, 0})));  // FUTEX_WAIT, FUTEX_PRIVATE_FLAG
  feed.event(1, 101, entered(call_of("futex", {0x2000, 0x81, 1, 0})));  // FUTEX_WAKE
  feed.event(0, 0, tape::Note{tape::NoteKind::timeout, "timeout"});
  REQUIRE(feed.rule->findings.size() == 1);
  CHECK(says(feed.rule->findings[0], "the futex at 0x1000"));
  CHECK_FALSE(says(feed.rule->findings[0], "the futex at 0x2000"));
}

TEST_CASE("a run that ended is no hang") {
  Feed feed(st201);
  feed.process(1, 100);
  feed.event(1, 100, entered(call_of("read", {0, 0x2000, 1})));
  feed.event(0, 0, tape::Ended{});
  feed.rule->finish(feed.subject);
  CHECK(feed.rule->findings.empty());
}
