// Text of a system call as strace writes it: name(arguments) = result.
#pragma once
#include <functional>
#include <span>
#include <string>

#include "core/abi/call.h"

namespace sigtape::abi {

// Fills `into` with guest memory as it was when the call began; false where that is not known. Asked for whatever
// addresses the guest passed, so it must check them.
using ReadMemory = std::function<bool(GuestAddr from, std::span<u8> into)>;

struct PrintLimits {
  u32 string_bytes = 32;  // of a buffer's text; paths are printed whole
  u32 elements = 16;      // of an array
};

struct CallText {
  const Call& call;
  const Outcome* outcome = nullptr;         // nullptr: the call has not ended
  std::span<const GuestWrite> writes = {};  // what the call wrote into guest memory
  ReadMemory read = {};                     // empty: nothing is known
  PrintLimits limits = {};
};

std::string text_of_call(const CallText& text);
// The same in two parts, so that a log can align results: "read(3, "abc", 10)" and "3".
struct CallParts {
  std::string call, result;
};
CallParts parts_of_call(const CallText& text);
std::string text_of_outcome(const Call& call, const Outcome& outcome);

}  // namespace sigtape::abi
