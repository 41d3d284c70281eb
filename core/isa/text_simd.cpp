// UAL text of VFP and Advanced SIMD instructions.
#include <fmt/format.h>

#include "core/isa/text.h"

namespace sigtape::isa {

std::string simd_text_of(const Insn& insn, u32) {
  return fmt::format("{}{} <0x{:08x}>", mnemonic_of(insn.op), suffix_of(insn.cond), insn.bits);
}

}  // namespace sigtape::isa
