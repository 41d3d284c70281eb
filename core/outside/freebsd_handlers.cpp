// Joins the families' handlers of FreeBSD guests: from the call's number over its row's name to the function.
#include "core/outside/freebsd_handlers.h"

#include <algorithm>

#include "core/abi/syscall.h"
#include "core/outside/by_number.h"

namespace sigtape::outside {
namespace {

constexpr u32 most_numbers = 600;

constexpr std::string_view shared[] = {"read", "write", "readv", "writev", "dup", "chown", "fchown", "lchown"};

Handler linux_handler_named(std::string_view name) {
  // Users and groups of 32 bits have names of their own there.
  const std::string wide = std::string(name) + "32";
  Handler found = nullptr;
  for (HandlerTable table : linux_handler_tables())
    for (const NamedHandler& named : table) {
      if (named.name == wide) return named.handler;
      if (named.name == name) found = named.handler;
    }
  return found;
}

std::span<const HandlerTable> tables() {
  static const HandlerTable all[] = {
      freebsd_descriptor_handlers(), freebsd_file_handlers(),    freebsd_stat_handlers(),     freebsd_poll_handlers(),
      freebsd_time_handlers(),       freebsd_process_handlers(), freebsd_signal_handlers(),   freebsd_umtx_handlers(),
      freebsd_sysctl_handlers(),     freebsd_kqueue_handlers(),  freebsd_identity_handlers(),
  };
  return all;
}

Handler look_up(u32 number) {
  const abi::Row* row = abi::row_of(abi::System::freebsd, number);
  if (row == nullptr || row->side == abi::Side::refused) return nullptr;
  for (HandlerTable table : tables())
    for (const NamedHandler& named : table)
      if (named.name == row->name) return named.handler;
  return std::ranges::find(shared, row->name) != std::end(shared) ? linux_handler_named(row->name) : nullptr;
}

}  // namespace

std::span<const std::string_view> calls_shared_with_linux() { return shared; }

Handler freebsd_handler_of(u32 number) {
  static constinit ByNumber<Handler, most_numbers> handlers;
  return number < most_numbers ? handlers.get(number, look_up) : nullptr;
}

}  // namespace sigtape::outside
