// SharedBatons: one at a time over several processes, turns that count, and holders that die.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>

#include "core/outside/shared_batons.h"

using namespace sigtape;
using namespace sigtape::outside;

namespace {

struct Page {
  SharedTable table;
  volatile int value;
};

Page& new_page() {
  void* at = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(at != MAP_FAILED);
  return *static_cast<Page*>(at);
}

}  // namespace

TEST_CASE("a file has one object, whoever asks") {
  Page& page = new_page();
  SharedBatons a, b;
  a.use(&page.table, 1);
  b.use(&page.table, 2);
  CHECK(!a.find(8, 15));
  u32 object = *a.find_or_make(8, 15);
  CHECK(*b.find_or_make(8, 15) == object);
  CHECK(*b.find_or_make(8, 16) != object);
  CHECK(*a.make_anonymous() != *b.make_anonymous());
}

TEST_CASE("a full table is said") {
  Page& page = new_page();
  SharedBatons batons;
  batons.use(&page.table, 1);
  for (u32 i = 0; i < SharedTable::size; i++) REQUIRE(batons.make_anonymous());
  CHECK(!batons.make_anonymous());
  CHECK(!batons.find_or_make(1, 1));
}

TEST_CASE("processes exclude each other, and each change of hands is a turn") {
  Page& page = new_page();
  SharedBatons parent;
  parent.use(&page.table, 100);
  parent.join(*parent.make_anonymous());
  parent.join(*parent.find_or_make(8, 15));
  constexpr int processes = 4, rounds = 300;
  for (int i = 0; i < processes; i++) {
    if (fork() != 0) continue;
    SharedBatons mine = parent;
    mine.begin_child(static_cast<u32>(i));
    for (int round = 0; round < rounds; round++) {
      mine.take();
      for (const SharedBatons::Turn& turn : mine.fetch_turns())
        if (turn.number != page.table.objects[turn.object].turn) _exit(1);
      int before = page.value;
      if (round % 16 == 0) usleep(10);
      page.value = before + 1;
      mine.put_down();
    }
    _exit(0);
  }
  for (int i = 0; i < processes; i++) {
    int status = 0;
    wait(&status);
    CHECK(status == 0);
  }
  CHECK(page.value == processes * rounds);
  parent.take();
  auto turns = parent.fetch_turns();
  REQUIRE(turns.size() == 2);
  CHECK(turns[0].first);
  CHECK(!turns[1].first);
  CHECK(turns[0].number == turns[1].number);  // both are taken by all, so they change hands together
  parent.put_down();
  parent.take();
  CHECK(!parent.has_turns());  // nobody came in between
}

TEST_CASE("whoever follows one that was killed is told") {
  Page& page = new_page();
  SharedBatons parent;
  parent.use(&page.table, 1);
  parent.join(*parent.make_anonymous());
  pid_t pid = fork();
  if (pid == 0) {
    parent.begin_child(2);
    parent.take();
    page.value = 1;
    for (;;) pause();
  }
  while (page.value == 0) usleep(100);
  CHECK(!parent.is_wanted());
  kill(pid, SIGKILL);
  parent.take();
  auto turns = parent.fetch_turns();
  REQUIRE(turns.size() == 1);
  CHECK(turns[0].after_death);
  waitpid(pid, nullptr, 0);
}
