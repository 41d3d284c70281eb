// UAL text of an Insn, as in "adcs r1, r2, r3".
#pragma once
#include <string>

#include "core/isa/insn.h"

namespace sigtape::isa {

const char* mnemonic_of(Op op);  // without condition, S or type

// `address` is the instruction's own; branches and ADR print their target (lower-case, `#0x...`).
std::string text_of(const Insn& insn, u32 address);

// The part of text_of for VFP and Advanced SIMD (text_simd.cpp): called where op comes from ops_simd.inc.
std::string simd_text_of(const Insn& insn, u32 address);
const char* suffix_of(Cond cond);          // "" for al
std::string name_of_register(u32 number);  // r0 ... r12, sp, lr, pc

}  // namespace sigtape::isa
