// Looks at the program that the user named: what it is, or in one sentence why it can't be run.
#pragma once
#include <string>

#include "core/base/ints.h"
#include "core/base/result.h"

namespace sigtape::record {

// The program as execvp(3) finds it.
Result<std::string> find_program(const std::string& name, const std::string& root);
enum class FirstProgram : u8 { guest, native };
// It is there, may be executed, and is a 32-bit ARM program with its ELF interpreter, or one of the host; or a script that
// either of them runs.
Result<FirstProgram> check_program(const std::string& path, const std::string& root);

}  // namespace sigtape::record
