// CHECK: what cannot happen. On in release builds; prints the place, the text and what the report hook knows, then ends.
#pragma once
#include <fmt/format.h>

#include <string>

namespace sigtape {

// Called once with the failed check's text already on stderr: prints thread, tick, pc, registers, last events.
// Must not allocate locks that the failing code may hold; set by the machine when a guest runs.
using ReportHook = void (*)();
void set_report_hook(ReportHook hook);

[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& text);

}  // namespace sigtape

#define CHECK_THAT(condition, ...)                                                                       \
  do {                                                                                                   \
    if (!(condition)) [[unlikely]]                                                                       \
      ::sigtape::check_failed(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__));                 \
  } while (0)
#define UNREACHABLE(...) ::sigtape::check_failed(__FILE__, __LINE__, "reached", fmt::format(__VA_ARGS__))
