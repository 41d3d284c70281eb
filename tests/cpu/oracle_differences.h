// Where an ARM machine may do otherwise than we do, with the manual's word on it. Anything else that differs is an
// error.
#pragma once
#include "tests/cpu/oracle.h"

namespace sigtape::cpu::oracle {

// Of a program's last instruction, which is the one that the difference is in.
struct Differing {
  const Piece& piece;
  u32 at;  // its address
  const OracleCase& before;
  const OracleResult &ours, &theirs;
};

struct KnownDifference {
  const char* reason;
  bool (*applies)(const Differing&);
};

// The first that applies, or null.
const KnownDifference* known_difference(const Differing& differing);
std::vector<std::string> known_difference_reasons();

}  // namespace sigtape::cpu::oracle
