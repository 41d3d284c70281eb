// Every Linux call that the outside answers has a way to the host, and every handler a row.
#include "core/outside/linux_handlers.h"

#include <doctest/doctest.h>

#include "core/abi/syscall.h"
#include "core/outside/linux_ioctl_table.h"

using namespace sigtape;
using namespace sigtape::outside;

TEST_CASE("each row of the outside has a handler or is answered from its description") {
  for (const abi::Row& row : abi::table_of(abi::System::linux_eabi)) {
    if (row.side != abi::Side::outside) continue;
    CHECK_MESSAGE((linux_handler_of(row.number) != nullptr || is_answered_by_row(row)), std::string(row.name));
  }
}

TEST_CASE("each handler belongs to one row of the outside") {
  for (HandlerTable table : linux_handler_tables())
    for (const NamedHandler& named : table) {
      int rows = 0;
      for (const abi::Row& row : abi::table_of(abi::System::linux_eabi))
        rows += row.name == named.name && row.side == abi::Side::outside;
      CHECK_MESSAGE(rows == 1, std::string(named.name));
    }
}

TEST_CASE("no call has two handlers") {
  for (HandlerTable table : linux_handler_tables())
    for (const NamedHandler& named : table) {
      int handlers = 0;
      for (HandlerTable other : linux_handler_tables())
        for (const NamedHandler& candidate : other) handlers += candidate.name == named.name;
      CHECK_MESSAGE(handlers == 1, std::string(named.name));
    }
}
