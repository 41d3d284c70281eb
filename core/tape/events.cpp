// Names of event kinds and content hashes.
#include "core/tape/events.h"

#include <fmt/format.h>

#include <array>

#include "core/tape/xxh3.h"

namespace sigtape::tape {

std::string ContentHash::text() const { return fmt::format("{:016x}{:016x}", high, low); }

ContentHash content_hash(std::span<const u8> bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

const char* kind_name(const Event& event) {
  static constexpr std::array<const char*, std::variant_size_v<decltype(Event::what)>> names{
      "unknown event",    "stream began", "image began",    "program opened", "started",    "call entered",
      "call",             "signal taken", "signal delivered", "switch",       "thread started", "thread ended",
      "exec",             "end",          "digest",         "note",        "signal stranded", "memory changed",
      "shared memory joined", "turn", "file end moved"};
  return names[event.what.index()];
}

}  // namespace sigtape::tape
