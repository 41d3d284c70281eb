// The baton: one holder, first come first served, inheritance from a process that died.
#include "core/outside/baton.h"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

using namespace sigtape;
using namespace sigtape::outside;

namespace {
void take(Baton& baton, Baton::Waiter& me) {
  if (baton.take_or_queue(me)) baton.wait(me);
}
}  // namespace

TEST_CASE("only one holds the baton, and all get it") {
  Baton baton;
  int inside = 0, total = 0;
  bool alone = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([&] {
      Baton::Waiter me;
      for (int i = 0; i < 20'000; i++) {
        take(baton, me);
        if (++inside != 1) alone = false;
        total++;
        inside--;
        baton.put_down(me);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(alone);
  CHECK(total == 80'000);
  CHECK_FALSE(baton.is_wanted());
}

TEST_CASE("those who wait get it in the order in which they came") {
  Baton baton;
  Baton::Waiter me;
  take(baton, me);
  std::vector<int> order;
  std::vector<std::thread> threads;
  std::atomic<int> queued{0};
  std::array<Baton::Waiter, 5> waiters;
  for (int t = 0; t < 5; t++) {
    threads.emplace_back([&, t] {
      CHECK(baton.take_or_queue(waiters[static_cast<std::size_t>(t)]));
      queued++;
      baton.wait(waiters[static_cast<std::size_t>(t)]);
      order.push_back(t);
      baton.put_down(waiters[static_cast<std::size_t>(t)]);
    });
    while (queued != t + 1) std::this_thread::yield();
  }
  CHECK(baton.is_wanted());
  // Coming back at once does not jump the queue.
  baton.put_down(me);
  take(baton, me);
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
  baton.put_down(me);
  for (auto& thread : threads) thread.join();
}

TEST_CASE("what a dead process held or waited for goes to its heir") {
  Baton baton;
  Baton::Waiter parent, child, other;
  take(baton, child);
  CHECK(baton.inherit(child, parent));
  CHECK(baton.held_by(parent));
  CHECK(baton.take_or_queue(child));
  CHECK(baton.take_or_queue(other));
  CHECK_FALSE(baton.inherit(child, parent));
  CHECK(baton.held_by(parent));
  CHECK(baton.is_wanted());
  baton.put_down(parent);
  CHECK(baton.held_by(other));
  CHECK_FALSE(baton.is_wanted());
  baton.put_down(other);
}

TEST_CASE("a dead process that was the only one waiting leaves no trace") {
  Baton baton;
  Baton::Waiter holder, dead;
  take(baton, holder);
  CHECK(baton.take_or_queue(dead));
  CHECK_FALSE(baton.inherit(dead, holder));
  CHECK_FALSE(baton.is_wanted());
  baton.put_down(holder);
  CHECK_FALSE(baton.take_or_queue(holder));
}
