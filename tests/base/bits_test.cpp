// Bit fields, strong numbers and results.
#include "core/base/bits.h"

#include <doctest/doctest.h>

#include "core/base/result.h"
#include "core/base/strong.h"

using namespace sigtape;

TEST_CASE("bits takes hi and lo as the manual writes them") {
  CHECK(bits(0xabcd'1234, 31, 28) == 0xa);
  CHECK(bits(0xffff'ffff, 31, 0) == 0xffff'ffff);
  CHECK(sign_extend(0x80, 8) == 0xffff'ff80);
  CHECK(rotate_right(1, 1) == 0x8000'0000);
  CHECK(rotate_right(1, 0) == 1);
}

TEST_CASE("guest addresses wrap at 4 GiB") { CHECK(GuestAddr{0xffff'fff0} + 0x20 == GuestAddr{0x10}); }

static Result<int> half(int n) {
  if (n % 2) return Error{"odd"};
  return n / 2;
}
static Result<int> quarter(int n) { return SIGTAPE_TRY(half(SIGTAPE_TRY(half(n)))); }

TEST_CASE("SIGTAPE_TRY hands an error on") {
  CHECK(*quarter(8) == 2);
  CHECK(quarter(6).error().text == "odd");
}
