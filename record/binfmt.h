// `sigtape binfmt install|status|remove`: the kernel's own way to armv7 programs.
#pragma once
#include <string>

#include "core/base/result.h"

namespace sigtape::record {

// Where binfmt_misc is mounted.
inline constexpr char binfmt_directory[] = "/proc/sys/fs/binfmt_misc";

// The line for `register`: flags P (its own argv[0]), O (opened by the kernel), C (its set-user-ID bits count) and F
// (the interpreter is opened now, so that chroots and containers need no copy).
std::string binfmt_line(const std::string& interpreter);
// Whether the kernel would hand an armv7 program to a sigtape.
bool binfmt_is_installed();

// Each prints what it did and answers the exit status.
int binfmt_install();
int binfmt_status();
int binfmt_remove();

}  // namespace sigtape::record
