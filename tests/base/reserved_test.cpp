// Memory whose pages come in steps, and that forked children do not have.
#include "core/base/reserved.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

using namespace sigtape;

namespace {

// Whether all of a test's condition holds in a forked child.
template <class Condition>
bool holds_in_child(Condition condition) {
  pid_t child = fork();
  if (child == 0) _exit(condition() ? 0 : 1);
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("pages are had in steps that double, and no further than the memory goes") {
  constexpr u64 page = 4096;
  void* at = mmap(nullptr, 20 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(at != MAP_FAILED);
  PagesAhead pages(at, 20 * page, page, 4 * page);
  CHECK(pages.need(0) == 0);
  CHECK(pages.need(1) == page);
  CHECK(pages.need(page) == 0);
  CHECK(pages.need(page + 1) == page);
  CHECK(pages.need(2 * page + 1) == 2 * page);
  CHECK(pages.need(4 * page + 1) == 4 * page);
  CHECK(pages.need(8 * page + 1) == 4 * page);
  CHECK(pages.need(17 * page + 1) == 6 * page);  // more than a step
  CHECK(pages.need(18 * page + 1) == 2 * page);  // the last ones
  CHECK(pages.ready() == 20 * page);
  CHECK(pages.need(20 * page) == 0);
  munmap(at, 20 * page);
}

TEST_CASE("an array stays where it is while it grows") {
  ReservedArray<u32> array(std::size_t{64} << 20);
  array.push_back(7);
  const u32* first = array.begin();
  std::vector<u32> many(1000);
  for (u32 i = 0; i < many.size(); i++) many[i] = i;
  for (int i = 0; i < 1000; i++) array.append(many);
  CHECK(array.size() == 1'000'001);
  CHECK(array.begin() == first);
  CHECK(array[0] == 7);
  CHECK(array[1'000'000] == 999);
  CHECK(array.end()[-1] == 999);
  array.clear();
  CHECK(array.size() == 0);
  array.push_back(8);
  CHECK(array[0] == 8);
}

TEST_CASE("a table's entries are zero until they are set, and after clear()") {
  ReservedTable<u32> table(std::size_t{1} << 28);
  CHECK(table[0] == 0);
  table[0] = 1;
  table[(std::size_t{1} << 28) - 1] = 2;
  CHECK(table[(std::size_t{1} << 28) - 1] == 2);
  table.clear();
  CHECK(table[0] == 0);
  CHECK(table[(std::size_t{1} << 28) - 1] == 0);
}

TEST_CASE("a forked child clears its own and not its parent's") {
  ReservedTable<u32> table(1 << 20);
  ReservedArray<u32> array(1 << 20);
  table[5] = 6;
  array.push_back(9);
  CHECK(holds_in_child([&] {
    table.clear();
    array.clear();
    bool empty = table[5] == 0 && array.size() == 0;
    table[5] = 1;
    array.push_back(3);
    return empty && table[5] == 1 && array[0] == 3;
  }));
  CHECK(table[5] == 6);
  CHECK(array[0] == 9);
}
