// Rows: look-up, argument words, variants, refusals.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "core/abi/layout.h"
#include "core/abi/syscall.h"

using namespace sigtape::abi;
using sigtape::u32;
using sigtape::u8;

namespace {

const Row& linux_row(u32 number) { return *row_of(System::linux_eabi, number); }

}  // namespace

TEST_CASE("rows are found by number, and an unknown number has a name of its own") {
  CHECK(linux_row(180).name == "pread64");
  CHECK(linux_row(0xf0005).name == "set_tls");
  CHECK(row_of(System::linux_eabi, 7) == nullptr);
  CHECK(row_of(System::linux_eabi, 451) == nullptr);
  CHECK(row_of(System::linux_eabi, 0xf0007) == nullptr);
  CHECK(row_of(System::linux_eabi, 0xffff'ffff) == nullptr);
  CHECK(name_of(System::linux_eabi, 411) == "timerfd_settime64");
  CHECK(name_of(System::linux_eabi, 777) == "syscall_777");
}

TEST_CASE("a row is either answered or refused with its reason") {
  for (System system : {System::linux_eabi, System::freebsd})
    for (const Row& row : table_of(system)) {
      CAPTURE(row.name);
      CHECK((row.side == Side::refused) != row.refusal.empty());
      CHECK(row_of(system, row.number) == &row);
    }
}

TEST_CASE("64-bit arguments take an even pair of words") {
  CHECK(linux_row(180).words[3] == 4);  // pread64: fd, buf, count, -, offset
  CHECK(linux_row(193).words[1] == 2);  // truncate64: path, -, length
  const auto fadvise = linux_row(270).words;
  CHECK(fadvise[2] == 2);
  CHECK(fadvise[3] == 4);
  CHECK(linux_row(361).words[3] == 3);  // preadv: two words, not a pair
  const auto fanotify = linux_row(368).words;
  CHECK(fanotify[2] == 2);
  CHECK(fanotify[3] == 4);
}

TEST_CASE("a call's later arguments follow from an earlier one") {
  const u32 lock[] = {3, 14, 0x1000};
  const Shape set_lock = shape_of(linux_row(221), lock);
  CHECK(set_lock.variant->name == "F_SETLKW64");
  CHECK(set_lock.args[2].layout->name == "struct flock64");
  CHECK(set_lock.restart == Restart::if_sa_restart);

  const u32 duplicate[] = {3, 0, 10};
  CHECK(shape_of(linux_row(221), duplicate).args[2].kind == Kind::fd);

  const u32 wake[] = {0x1000, 129, 1, 0xdead, 0, 0};
  const Shape futex = shape_of(linux_row(240), wake);
  CHECK(futex.variant->name == "FUTEX_WAKE");
  CHECK(futex.count == 3);

  const u32 window[] = {1, 0x5413, 0x1000};
  CHECK(shape_of(linux_row(54), window).args[2].layout->name == "struct winsize");
  const u32 unheard_of[] = {1, 0x12345678, 0x1000};
  CHECK(shape_of(linux_row(54), unheard_of).unknown_variant);
}

TEST_CASE("setsockopt is read by level and option") {
  const u32 linger[] = {3, 1, 13, 0x1000, 8};
  const Shape set_linger = shape_of(linux_row(294), linger);
  CHECK(set_linger.count == 5);
  CHECK(set_linger.variant->name == "SO_LINGER");
  CHECK(set_linger.args[3].layout->name == "struct linger");

  const u32 reuse[] = {3, 1, 2, 0x1000, 4};
  const Shape set_reuse = shape_of(linux_row(294), reuse);
  CHECK(set_reuse.count == 5);
  CHECK(set_reuse.args[2].kind == Kind::choice);
  CHECK(set_reuse.args[3].size_argument == 4);

  const u32 member[] = {3, 0, 35, 0x1000, 8};
  CHECK(shape_of(linux_row(294), member).args[3].size_argument == 4);
}

TEST_CASE("a chosen variant's arguments follow the selecting one, each at its word, for every row and variant") {
  std::mt19937 random{5};
  unsigned varied = 0;
  for (System system : {System::linux_eabi, System::freebsd})
    for (const Row& row : table_of(system)) {
      if (row.variants == nullptr || row.variants->rows.empty()) continue;
      const unsigned selecting = row.variants->argument;
      for (const Variant& variant : row.variants->rows) {
        std::array<u32, 8> words{};
        for (u32& word : words) word = static_cast<u32>(random());
        words[row.words[selecting]] = (words[row.words[selecting]] & ~row.variants->mask) | variant.value;
        const Shape shape = shape_of(row, words);
        INFO(row.name << " " << variant.name);
        CHECK_FALSE(shape.variant == nullptr);
        CHECK(shape.words == word_indices({shape.args.data(), shape.count}));
        for (unsigned i = 0; i <= selecting; i++) CHECK(shape.args[i].name == row.args[i].name);
        if (variant.next != nullptr) continue;  // a further choice
        varied++;
        CHECK(shape.variant == &variant);
        CHECK(shape.restart == variant.restart.value_or(row.restart));
        CHECK(shape.result == variant.result.value_or(row.result));
        REQUIRE(shape.count >= selecting + 1 + variant.count);
        for (unsigned i = 0; i < variant.count; i++) CHECK(shape.args[selecting + 1 + i].name == variant.args[i].name);
        for (unsigned i = selecting + 1 + variant.count; i < shape.count; i++)
          CHECK(shape.args[i].name == row.args[i].name);
        CHECK(shape.count == (variant.keeps_rest ? std::max<unsigned>(row.count, selecting + 1 + variant.count)
                                                 : selecting + 1 + variant.count));
      }
    }
  CHECK(varied > 100);
}

TEST_CASE("sizes refer to an argument that the row has") {
  for (System system : {System::linux_eabi, System::freebsd})
    for (const Row& row : table_of(system)) {
      CAPTURE(row.name);
      std::set<std::string_view> names;
      for (u8 i = 0; i < row.count; ++i) {
        CHECK(names.insert(row.args[i].name).second);
        CHECK(row.args[i].size_argument < row.count);
      }
    }
}

namespace {

void check_argument(const Arg& arg) {
  CAPTURE(arg.name);
  if (arg.kind == Kind::structure || arg.kind == Kind::array) CHECK(arg.layout != nullptr);
  if (arg.kind == Kind::flags || arg.kind == Kind::choice) CHECK(arg.names != nullptr);
}

void check_variants(const Variants* variants) {
  if (!variants) return;
  for (const Variant& variant : variants->rows) {
    CAPTURE(variant.name);
    for (u8 i = 0; i < variant.count; ++i) check_argument(variant.args[i]);
    check_variants(variant.next);
  }
}

}  // namespace

TEST_CASE("structures have layouts, flags have names") {
  for (System system : {System::linux_eabi, System::freebsd})
    for (const Row& row : table_of(system)) {
      CAPTURE(row.name);
      for (u8 i = 0; i < row.count; ++i) check_argument(row.args[i]);
      check_variants(row.variants);
    }
}
