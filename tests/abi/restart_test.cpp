// Restart classes: the kernels' rules over them, and which class a call asks for.
#include "core/abi/restart.h"

#include <doctest/doctest.h>

using namespace sigtape::abi;
using sigtape::i8;
using sigtape::u32;

namespace {

Call call_of(System system, u32 number, std::initializer_list<u32> words = {}) {
  Call call{.system = system, .number = number, .row = row_of(system, number)};
  std::copy(words.begin(), words.end(), call.words.begin());
  return call;
}
Ruling linux_call(u32 number, std::initializer_list<u32> words = {}, const Circumstance& known = {}) {
  return restart_of(call_of(System::linux_eabi, number, words), known);
}

struct Case {
  RestartClass asked;
  Resume no_handler, without_flag, with_flag;
};

}  // namespace

TEST_CASE("linux resumes by class and by what the first handler's SA_RESTART says") {
  using namespace restart;
  using enum Resume;
  const Case cases[] = {
      {Never{}, return_eintr, return_eintr, return_eintr},
      {IfSaRestart{}, reenter, return_eintr, reenter},
      {IfNoHandler{}, reenter, return_eintr, return_eintr},
      {Always{}, reenter, reenter, reenter},
      {WithBlock{}, reenter_through_block, return_eintr, return_eintr},
  };
  for (const Case& c : cases) {
    CAPTURE(c.asked.index());
    CHECK(linux_rule(c.asked, Delivered::no_handler_ran) == c.no_handler);
    CHECK(linux_rule(c.asked, Delivered::handler_without_sa_restart) == c.without_flag);
    CHECK(linux_rule(c.asked, Delivered::handler_with_sa_restart) == c.with_flag);
  }
}

TEST_CASE("a freebsd sleep goes on after a signal without handler, whatever the class") {
  for (const RestartClass& asked : {RestartClass{restart::Never{}}, RestartClass{restart::IfSaRestart{}}})
    CHECK(freebsd_rule(asked, Delivered::no_handler_ran) == Resume::reenter);
  CHECK(freebsd_rule(restart::IfSaRestart{}, Delivered::handler_without_sa_restart) == Resume::return_eintr);
  CHECK(freebsd_rule(restart::IfSaRestart{}, Delivered::handler_with_sa_restart) == Resume::reenter);
  CHECK(freebsd_rule(restart::Never{}, Delivered::handler_with_sa_restart) == Resume::return_eintr);
  CHECK(freebsd_rule(restart::Always{}, Delivered::handler_without_sa_restart) == Resume::reenter);
}

TEST_CASE("a futex wait restarts by flag without a timeout and through its block with one") {
  constexpr u32 futex = 240, wait_private = 0 | 128, wait_bitset_realtime = 9 | 128 | 256, lock_pi = 6;
  CHECK(linux_call(futex, {0x1000, wait_private, 1, 0}).restart == Restart::if_sa_restart);
  CHECK(linux_call(futex, {0x1000, wait_private, 1, 0x2000}).restart == Restart::block);
  CHECK(linux_call(futex, {0x1000, wait_bitset_realtime, 1, 0x2000, 0, 1}).restart == Restart::block);
  CHECK(linux_call(futex, {0x1000, lock_pi, 0, 0x2000}).restart == Restart::always);
  CHECK(linux_call(futex, {0x1000, 1, 1}).restart == Restart::not_interruptible);
}

TEST_CASE("an absolute clock_nanosleep asks for another class than a relative one") {
  CHECK(linux_call(265, {1, 0, 0x1000, 0}).restart == Restart::block);
  CHECK(linux_call(265, {1, 1, 0x1000, 0}).restart == Restart::if_no_handler);
  CHECK(linux_call(407, {1, 1, 0x1000, 0}).restart == Restart::if_no_handler);
}

TEST_CASE("a socket with a receive timeout does not restart on linux, and it does on freebsd") {
  constexpr u32 recvfrom = 292;
  const Ruling with = linux_call(recvfrom, {3}, {.object = Object::socket, .receive_timeout = true});
  CHECK(with.restart == Restart::never);
  CHECK(with.certain);
  const Ruling without = linux_call(recvfrom, {3}, {.object = Object::socket, .receive_timeout = false});
  CHECK(without.restart == Restart::if_sa_restart);
  CHECK(without.certain);
  CHECK_FALSE(linux_call(recvfrom, {3}).certain);
}

TEST_CASE("read asks by the kind of its descriptor") {
  CHECK(linux_call(3, {0, 0x1000, 1}, {.object = Object::pipe}).restart == Restart::if_sa_restart);
  CHECK(linux_call(3, {0, 0x1000, 1}, {.object = Object::pipe}).certain);
  CHECK(linux_call(3, {0, 0x1000, 1}, {.object = Object::regular_file}).restart == Restart::not_interruptible);
  CHECK(linux_call(3, {0, 0x1000, 1}).restart == Restart::if_sa_restart);
  CHECK_FALSE(linux_call(3, {0, 0x1000, 1}).certain);
}

TEST_CASE("fcntl waits for locks only") {
  CHECK(linux_call(221, {3, 14, 0x1000}).restart == Restart::if_sa_restart);
  CHECK(linux_call(221, {3, 13, 0x1000}).restart == Restart::not_interruptible);
  CHECK(linux_call(55, {3, 7, 0x1000}).restart == Restart::if_sa_restart);
}

TEST_CASE("every rule names calls of the table, and a row's class is one that its rules admit") {
  for (System system : {System::linux_eabi, System::freebsd}) {
    const std::span<const Row> table = table_of(system);
    if (table.empty()) continue;
    for (const RestartRule& rule : restart_rules(system)) {
      CAPTURE(rule.calls);
      CHECK_FALSE(rule.source.empty());
      std::string_view rest = rule.calls;
      while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        const auto row = std::find_if(table.begin(), table.end(), [&](const Row& r) { return r.name == word; });
        CAPTURE(word);
        REQUIRE(row != table.end());
        if (row->side == Side::refused || row->restart == Restart::by_arguments) continue;
        if (rule.condition == Condition::exceptional || rule.restart == Restart::not_interruptible) continue;
        CHECK(static_cast<int>(row->restart) == static_cast<int>(rule.restart));
      }
    }
  }
}

TEST_CASE("every row that can be interrupted has a rule to cite") {
  for (System system : {System::linux_eabi, System::freebsd})
    for (const Row& row : table_of(system)) {
      if (row.restart == Restart::not_interruptible || row.side == Side::refused) continue;
      CAPTURE(row.name);
      bool spoken_of = false;
      for (const RestartRule& rule : restart_rules(system))
        spoken_of |= (" " + std::string(rule.calls) + " ").find(" " + std::string(row.name) + " ") != std::string::npos;
      CHECK(spoken_of);
    }
}

TEST_CASE("a source names its kernel") {
  const Ruling ruling = linux_call(142, {1, 0, 0, 0, 0});
  REQUIRE(ruling.rule);
  CHECK(source_text(System::linux_eabi, *ruling.rule) == "Linux 6.1.192, fs/select.c:683,301-364; tried on Linux 6.18");
}
