// Names of the delivery modes, as on the command line.
#include "core/outside/delivery_mode.h"

#include <array>

namespace sigtape::outside {
namespace {
constexpr std::array<std::string_view, 6> names = {"safe",      "check-first",  "mask-and-pcall",
                                                   "self-wake", "always-eintr", "always-restart"};
}

std::string_view name_of(DeliveryMode mode) { return names[static_cast<std::size_t>(mode)]; }

std::optional<DeliveryMode> delivery_mode_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); i++)
    if (names[i] == name) return static_cast<DeliveryMode>(i);
  return std::nullopt;
}

}  // namespace sigtape::outside
