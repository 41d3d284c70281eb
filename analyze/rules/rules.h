// All rules, and the words that their sentences share.
#pragma once
#include <string>

#include "analyze/rule.h"

namespace sigtape::analyze {

extern const RuleDescription st001, st002, st003, st201, st301;

std::string call_name(const abi::Call& call);
std::string signal_name(os::Signal signal, abi::System system);

}  // namespace sigtape::analyze
