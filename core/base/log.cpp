// Reads LOG once and writes log lines.
#include "core/base/log.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace sigtape::log {
namespace {

constexpr auto names = std::to_array<std::string_view>({
#define X(name) #name,
    SIGTAPE_LOG_TOPICS(X)
#undef X
});

u32 topics_from_environment() {
  const char* text = std::getenv("LOG");
  if (!text) return 0;
  std::string_view rest = text;
  u32 topics = 0;
  while (!rest.empty()) {
    std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    for (std::size_t i = 0; i < names.size(); i++)
      if (word == "all" || word == names[i]) topics |= u32{1} << i;
    if (word == "help") {
      std::string list = "sigtape: LOG topics:";
      for (auto name : names) list += fmt::format(" {}", name);
      list += " all\n";
      [[maybe_unused]] auto written = write(2, list.data(), list.size());
    }
  }
  return topics;
}

}  // namespace

u32 enabled_topics = topics_from_environment();

void line(Topic topic, std::string_view text) {
  std::string whole = fmt::format("sigtape[{}.{}] {}: {}\n", getpid(), syscall(SYS_gettid),
                                  names[static_cast<std::size_t>(topic)], text);
  [[maybe_unused]] auto written = write(2, whole.data(), whole.size());
}

}  // namespace sigtape::log
