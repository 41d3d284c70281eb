// The run loop: instructions, calls, signals and faults of a program of a few words, answered by a script.
#include "core/run/machine.h"

#include "tests/helpers/scripted_outside.h"
#include "tests/helpers/small_elf.h"

using namespace sigtape;
using test::SmallElf;

namespace {

struct Run {
  test::ScriptedOutside outside;
  std::unique_ptr<run::Machine> machine = *run::Machine::create(cpu::EngineKind::interpreter);
  os::Thread* thread = nullptr;

  explicit Run(std::initializer_list<u32> code) {
    SmallElf elf;
    elf.put_code(code);
    outside.next_image.path = "/prog";
    outside.next_image.arguments = {"prog"};
    outside.next_image.pid = 1000;
    outside.programs["/prog"] = elf.file("/prog");
    auto loaded = machine->load(outside);
    REQUIRE_MESSAGE(loaded.ok(), (loaded.ok() ? "" : loaded.error().text));
    thread = *loaded;
  }
  void run() { machine->run(*thread); }
};

constexpr u32 mov_r7(u32 n) { return 0xe3a07000 | n; }
constexpr u32 svc = 0xef000000;

}  // namespace

TEST_CASE("a program asks and ends; ticks count what was retired") {
  Run r{0xe3a00001,  // mov r0, #1
        mov_r7(20),  // getpid
        svc,
        mov_r7(1),  // exit(what getpid said)
        svc};
  r.outside.outcomes = {abi::Done{42}};
  r.run();
  REQUIRE(r.outside.end);
  CHECK(r.outside.end->status == 42);
  CHECK(r.thread->tick == Tick{5});
}

TEST_CASE("a signal is delivered between instructions, and its handler returns") {
  Run r{mov_r7(20),  svc, mov_r7(1), svc,
        0xe3a05007,         // handler: mov r5, #7
        mov_r7(119), svc};  // sigreturn
  r.thread->group->dispositions->action[10].handler = SmallElf::base + 0x54 + 16;
  r.outside.on_call = [&](os::Thread&, const abi::Call& call, abi::Answer& answer) {
    CHECK(call.number == 20);
    if (r.outside.calls.size() == 1) {
      r.outside.signals.push_back({.signal = os::Signal{10}});
      answer.outcome = abi::NotDone{};
    } else {
      answer.outcome = abi::Done{9};
    }
  };
  r.run();
  CHECK(r.outside.calls.size() == 2);
  CHECK(r.outside.calls[0].words == r.outside.calls[1].words);
  CHECK(r.outside.end->status == 9);
  CHECK(r.thread->cpu.r[5] == 0);  // restored
  CHECK(r.thread->tick == Tick{7});
}

TEST_CASE("a store to nowhere ends the process with SIGSEGV") {
  Run r{0xe3a00010,   // mov r0, #16
        0xe5801000};  // str r1, [r0]
  r.run();
  CHECK(r.outside.end->kind == outside::EndKind::signal);
  CHECK(r.outside.end->status == 11);
  CHECK(r.thread->tick == Tick{1});
}

TEST_CASE("kuser helpers: cmpxchg, cmpxchg64, get_tls") {
  Run r{0xe3e0cf3f,  // mvn r12, #0xfc            0xffffff03
        0xe3a00000,  // mov r0, #0                old
        0xe3a01005,  // mov r1, #5                new
        0xe24d2080,  // sub r2, sp, #128
        0xe5820000,  // str r0, [r2]
        0xe3e03a0f,  // mvn r3, #0xf000           0xffff0fff
        0xe243303f,  // sub r3, r3, #63           0xffff0fc0
        0xe12fff33,  // blx r3
        0xe1a04000,  // mov r4, r0                0
        0xe3e03a0f,  // mvn r3, #0xf000
        0xe243301f,  // sub r3, r3, #31           0xffff0fe0
        0xe12fff33,  // blx r3
        0xe0840000,  // add r0, r4, r0
        mov_r7(1),  svc};
  r.thread->cpu.tpidruro = 33;
  r.run();
  CHECK(r.outside.end->status == 33);
  CHECK(*r.machine->space().load<u32>(GuestAddr{r.thread->cpu.r[2]}) == 5);
}

TEST_CASE("the digest sees registers and memory, and is the same for the same run") {
  Run a{mov_r7(1), svc}, b{mov_r7(1), svc};
  CHECK(a.machine->digest() == b.machine->digest());
  a.run();
  CHECK(a.machine->digest() != b.machine->digest());
  b.run();
  CHECK(a.machine->digest() == b.machine->digest());
  REQUIRE(b.machine->space().store(GuestAddr{b.thread->cpu.r[13]}, 77u));
  CHECK(a.machine->digest() != b.machine->digest());
}
