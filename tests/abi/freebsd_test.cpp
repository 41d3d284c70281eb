// FreeBSD layouts, numbers and argument words against what its own compiler and sources gave.
#include <doctest/doctest.h>

#include <map>

#include "core/abi/freebsd/layouts.h"
#include "core/abi/layout.h"
#include "core/abi/print.h"
#include "core/abi/syscall.h"
#include "tests/abi/freebsd_facts.h"

using namespace sigtape;
using namespace sigtape::abi;
using namespace sigtape::tests;

TEST_CASE("freebsd layouts have the sizes and offsets of its headers") {
  std::map<std::string_view, const KnownLayout*> known;
  for (const KnownLayout& layout : known_layouts) known[layout.name] = &layout;
  for (const Layout* layout : freebsd::layout::all()) {
    CAPTURE(layout->name);
    const auto at = known.find(layout->name);
    const bool has_no_known_layout = layout->name == "sigset_t" || layout->name == "struct timezone";
    CHECK((at != known.end() || has_no_known_layout));
    if (at == known.end()) continue;
    // Of directory records the mirror holds what stands before the name.
    const bool is_record = layout->name.ends_with("dirent");
    if (!is_record) CHECK(layout->size == at->second->size);
    for (const MemberOffset& member : at->second->members) {
      CAPTURE(member.member);
      if (is_record && member.member == "d_name") {
        CHECK(layout->size == member.offset);
        continue;
      }
      bool found = false;
      for (const Field& field : layout->fields) {
        if (field.name != member.member) continue;
        found = true;
        CHECK(field.offset == member.offset);
      }
      // Members that nobody prints are not in the table.
      const bool is_unprinted = member.member.starts_with("f_") || member.member == "ext";
      CHECK((found || is_unprinted));
    }
  }
}

TEST_CASE("freebsd calls have their names, and their arguments travel where its compiler puts them") {
  for (const KnownCall& known : known_calls) {
    CAPTURE(known.name);
    const Row* row = row_of(System::freebsd, known.number);
    REQUIRE(row);
    CHECK(row->name == known.name);
    if (row->side == Side::refused) continue;
    CHECK(row->count == known.words.size());
    const auto words = row->words;
    unsigned i = 0;
    for (u8 word : known.words) CHECK(static_cast<int>(words[i++]) == static_cast<int>(word));
  }
}

TEST_CASE("freebsd numbers beyond the table and holes have no row") {
  CHECK(row_of(System::freebsd, 583) == nullptr);
  CHECK(row_of(System::freebsd, 91) == nullptr);
  CHECK(row_of(System::freebsd, 0xffff'ffff) == nullptr);
  CHECK(row_of(System::freebsd, 582) != nullptr);
}

TEST_CASE("freebsd calls print with their own names") {
  const auto text = [](u32 number, std::initializer_list<u32> words, const Outcome& outcome) {
    Call call{.system = System::freebsd, .number = number, .row = row_of(System::freebsd, number)};
    std::copy(words.begin(), words.end(), call.words.begin());
    return text_of_call({call, &outcome});
  };
  CHECK(text(454, {0x1000, 15, 1, 0, 0}, Done{0}) == "_umtx_op(0x1000, UMTX_OP_WAIT_UINT_PRIVATE, 1, 0, NULL) = 0");
  CHECK(text(454, {0x1000, 16, 0x7fffffff, 0, 0}, Done{0}) == "_umtx_op(0x1000, UMTX_OP_WAKE_PRIVATE, 2147483647) = 0");
  CHECK(text(478, {3, 0, 0x10, 1, 0}, Done{0x10, 1}) == "lseek(3, 4294967312, SEEK_SET) = 4294967312");
  CHECK(text(477, {0, 4096, 3, 0x1002, 0xffff'ffff, 0, 0, 0}, Done{0x1000}) ==
        "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANON, -1, 0) = 0x1000");
  CHECK(text(433, {100001, 16}, Done{0}) == "thr_kill(100001, SIGURG) = 0");
  CHECK(text(3, {0, 0x1000, 10}, Failed{35}) == "read(0, 0x1000, 10) = -1 EAGAIN (Resource temporarily unavailable)");
  CHECK(text(165, {2, 0x5000}, Done{0}) == "sysarch(ARM_SET_TP, 0x5000) = 0");
  CHECK(text(516, {}, Failed{78}).starts_with("cap_enter("));
}

TEST_CASE("every freebsd row prints whatever its arguments are") {
  for (const Row& row : table_of(System::freebsd))
    for (u32 word : {0u, 1u, 0xffff'ffffu}) {
      CAPTURE(row.name);
      Call call{.system = System::freebsd, .number = row.number, .row = &row};
      call.words.fill(word);
      const Outcome done = Done{word};
      const ReadMemory ones = [](GuestAddr, std::span<u8> into) {
        std::fill(into.begin(), into.end(), u8{0xff});
        return true;
      };
      CHECK(text_of_call({call, &done, {}, ones}).size() < 100'000);
    }
}
