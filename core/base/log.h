// Log topics, switched on by LOG=topic,topic (LOG=all, LOG=help); off they cost one load and a branch.
#pragma once
#include <fmt/format.h>

#include <string_view>

#include "core/base/ints.h"

namespace sigtape::log {

// One list: enumerator, name on the command line. To add a topic, add it here only.
#define SIGTAPE_LOG_TOPICS(X) \
  X(exec) X(syscall) X(signal) X(thread) X(memory) X(baton) X(tape) X(replay) X(insn) X(jit) X(translation) \
  X(outside) X(analyze)

enum class Topic : u8 {
#define X(name) name,
  SIGTAPE_LOG_TOPICS(X)
#undef X
};

extern u32 enabled_topics;  // bit per Topic, set from LOG before main()

inline bool on(Topic topic) { return (enabled_topics >> static_cast<unsigned>(topic)) & 1; }

// One line to stderr, "sigtape[pid.tid] topic: text"; a single write(2), so that lines of processes don't mix.
void line(Topic topic, std::string_view text);

}  // namespace sigtape::log

#define LOG(topic, ...)                                                                          \
  do {                                                                                           \
    if (::sigtape::log::on(::sigtape::log::Topic::topic)) [[unlikely]]                           \
      ::sigtape::log::line(::sigtape::log::Topic::topic, fmt::format(__VA_ARGS__));              \
  } while (0)
