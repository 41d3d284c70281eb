// Names of error numbers and signals of either system.
#pragma once
#include <string>
#include <string_view>

#include "core/abi/syscall.h"

namespace sigtape::abi {

struct ErrorName {
  u32 number = 0;
  std::string_view name;  // "EAGAIN"
  std::string_view text;  // "Resource temporarily unavailable"
};

// nullptr where the system has no such error.
const ErrorName* error_name(System system, u32 number);
// "EAGAIN (Resource temporarily unavailable)", or "errno 777".
std::string text_of_error(System system, u32 number);
// "SIGCHLD", "SIGRT_3", or the number.
std::string signal_name(System system, i32 number);
// Set of signals, bit (signal - 1): "[INT CHLD]", or "~[KILL STOP]" where most are in it.
std::string text_of_signal_set(System system, std::span<const u32> words);

}  // namespace sigtape::abi
