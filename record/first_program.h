// Says in one sentence why a program named by the user can't be run, before anything is begun.
#pragma once
#include <string>

#include "core/base/result.h"

namespace sigtape::record {

// The program as execvp(3) finds it.
Result<std::string> find_program(const std::string& name, const std::string& root);
// That it is there, may be executed, is a 32-bit ARM program or a script, and has its ELF interpreter.
Result<void> check_program(const std::string& path, const std::string& root);

}  // namespace sigtape::record
