// Ending this process as a guest ended.
#pragma once
#include "core/outside/outside.h"

namespace sigtape::run {

// Answers the status to exit with; for an end by signal, dies of that signal, without a core file.
int end_as(const outside::End& how);

}  // namespace sigtape::run
