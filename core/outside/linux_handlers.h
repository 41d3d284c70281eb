// The tables of call handlers of Linux guests, one per family; linux_handlers.cpp joins them by the calls' names.
#pragma once
#include <span>
#include <string_view>

#include "core/outside/host_call.h"

namespace sigtape::outside {

struct NamedHandler {
  std::string_view name;  // as in the row
  Handler handler;
};
using HandlerTable = std::span<const NamedHandler>;

HandlerTable read_write_handlers();
HandlerTable file_handlers();
HandlerTable stat_handlers();
HandlerTable descriptor_handlers();
HandlerTable fcntl_handlers();
HandlerTable ioctl_handlers();
HandlerTable socket_handlers();
HandlerTable message_handlers();
HandlerTable poll_handlers();
HandlerTable clock_handlers();
HandlerTable timer_handlers();
HandlerTable futex_handlers();
HandlerTable process_handlers();
HandlerTable identity_handlers();
HandlerTable signal_handlers();
HandlerTable ipc_handlers();

std::span<const HandlerTable> linux_handler_tables();

// Whether answer_by_row has all it needs, so that the row needs no handler.
bool is_answered_by_row(const abi::Row& row);

}  // namespace sigtape::outside
