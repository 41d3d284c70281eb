// Joins the families' handlers: from the call's number over its row's name to the function.
#include "core/outside/linux_handlers.h"

#include "core/abi/syscall.h"
#include "core/outside/by_number.h"

namespace sigtape::outside {
namespace {

constexpr u32 most_numbers = 512;  // ARM's private calls beyond are the emulated kernel's

Handler look_up(u32 number) {
  const abi::Row* row = abi::row_of(abi::System::linux_eabi, number);
  if (row == nullptr) return nullptr;
  for (HandlerTable table : linux_handler_tables())
    for (const NamedHandler& named : table)
      if (named.name == row->name) return named.handler;
  return nullptr;
}

}  // namespace

std::span<const HandlerTable> linux_handler_tables() {
  static const HandlerTable tables[] = {
      read_write_handlers(), file_handlers(),  stat_handlers(),    descriptor_handlers(), fcntl_handlers(),
      ioctl_handlers(),      socket_handlers(), message_handlers(), poll_handlers(),       clock_handlers(),
      timer_handlers(),      futex_handlers(), process_handlers(), identity_handlers(),   signal_handlers(),
      ipc_handlers(),
  };
  return tables;
}

Handler linux_handler_of(u32 number) {
  static constinit ByNumber<Handler, most_numbers> handlers;
  return number < most_numbers ? handlers.get(number, look_up) : nullptr;
}

}  // namespace sigtape::outside
