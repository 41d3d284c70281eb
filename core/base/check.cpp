// The end of a failed CHECK_THAT: text, report hook, exit status 125 ("the tool itself failed").
#include "core/base/check.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace sigtape {
namespace {
ReportHook report_hook = nullptr;
}

void set_report_hook(ReportHook hook) { report_hook = hook; }

void check_failed(const char* file, int line, const char* condition, const std::string& text) {
  fmt::print(stderr, "sigtape: internal error at {}:{}: {} ({})\n", file, line, text, condition);
  if (ReportHook hook = report_hook) {
    report_hook = nullptr;  // a check that fails inside the hook must not come back here
    hook();
  }
  std::fflush(stderr);
  if (std::getenv("SIGTAPE_ABORT")) std::abort();  // for a core file or a debugger
  _exit(125);
}

}  // namespace sigtape
