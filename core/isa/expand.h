// The expand functions that integer rows name: immediates, shifts and addressing as the manual expands them.
#pragma once
#include "core/isa/pattern.h"

namespace sigtape::isa {

// Shift amount of a shift by constant (DecodeImmShift): gives shift and amount.
struct ImmShift {
  Shift shift;
  u8 amount;
};
constexpr ImmShift decode_imm_shift(u32 kind, u32 imm5) {
  if (kind == 0) return {Shift::lsl, static_cast<u8>(imm5)};
  if (kind == 3 && imm5 == 0) return {Shift::rrx, 1};
  return {static_cast<Shift>(kind), static_cast<u8>(kind != 3 && imm5 == 0 ? 32 : imm5)};
}

#define SIGTAPE_EXPAND(name) void name(const Fields& f, Insn& i)
// Constants and second operands.
SIGTAPE_EXPAND(a32_constant);       // ARMExpandImm_C
SIGTAPE_EXPAND(t32_constant);       // ThumbExpandImm_C
SIGTAPE_EXPAND(t32_half_constant);  // imm4:i:imm3:imm8 of MOVW and MOVT
SIGTAPE_EXPAND(negated);
SIGTAPE_EXPAND(times_two);
SIGTAPE_EXPAND(times_four);
SIGTAPE_EXPAND(shifted);
SIGTAPE_EXPAND(shifted_by_register);
SIGTAPE_EXPAND(n_is_d);
SIGTAPE_EXPAND(rotated);
// T16 data processing that sets flags outside an IT block.
SIGTAPE_EXPAND(t16_flags);
SIGTAPE_EXPAND(t16_flags_shifted);
SIGTAPE_EXPAND(t16_flags_n_is_d);
SIGTAPE_EXPAND(t16_flags_m_is_d);
SIGTAPE_EXPAND(t16_flags_lsl);
SIGTAPE_EXPAND(t16_flags_lsr);
SIGTAPE_EXPAND(t16_flags_asr);
SIGTAPE_EXPAND(t16_flags_ror);
SIGTAPE_EXPAND(t16_from_stack);
SIGTAPE_EXPAND(t16_move_stack);
// Multiplies and media.
SIGTAPE_EXPAND(long_multiply);
SIGTAPE_EXPAND(halves);
SIGTAPE_EXPAND(long_halves);
SIGTAPE_EXPAND(swapped);
SIGTAPE_EXPAND(long_swapped);
SIGTAPE_EXPAND(rounded);
SIGTAPE_EXPAND(signed_saturation);
SIGTAPE_EXPAND(unsigned_saturation);
SIGTAPE_EXPAND(pack_bottom_top);
SIGTAPE_EXPAND(pack_top_bottom);
SIGTAPE_EXPAND(extraction);
SIGTAPE_EXPAND(insertion);
// Loads and stores.
SIGTAPE_EXPAND(transfer);
SIGTAPE_EXPAND(a32_transfer_pair);
SIGTAPE_EXPAND(preload);
SIGTAPE_EXPAND(plain_offset);
SIGTAPE_EXPAND(half_offset);
SIGTAPE_EXPAND(word_offset);
SIGTAPE_EXPAND(negative_offset);
SIGTAPE_EXPAND(scaled_offset);
SIGTAPE_EXPAND(plain_literal);
SIGTAPE_EXPAND(t16_literal);
SIGTAPE_EXPAND(t16_stack_slot);
SIGTAPE_EXPAND(t32_transfer);
SIGTAPE_EXPAND(t32_transfer_pair_before);
SIGTAPE_EXPAND(t32_transfer_pair_after);
SIGTAPE_EXPAND(load_multiple);
SIGTAPE_EXPAND(store_multiple);
SIGTAPE_EXPAND(t16_push);
SIGTAPE_EXPAND(t16_pop);
SIGTAPE_EXPAND(t16_multiple);
SIGTAPE_EXPAND(t32_store_after);
SIGTAPE_EXPAND(t32_store_before);
SIGTAPE_EXPAND(t32_load_after);
SIGTAPE_EXPAND(t32_load_before);
SIGTAPE_EXPAND(swap);
SIGTAPE_EXPAND(store_exclusive);
SIGTAPE_EXPAND(t32_store_exclusive);
SIGTAPE_EXPAND(t32_store_exclusive_pair);
SIGTAPE_EXPAND(t32_load_exclusive_pair);
SIGTAPE_EXPAND(a32_store_exclusive_pair);
SIGTAPE_EXPAND(a32_load_exclusive_pair);
// Branches.
SIGTAPE_EXPAND(a32_branch);
SIGTAPE_EXPAND(a32_branch_exchange);
SIGTAPE_EXPAND(t16_branch);
SIGTAPE_EXPAND(t16_branch_conditional);
SIGTAPE_EXPAND(t32_branch);
SIGTAPE_EXPAND(t32_branch_conditional);
SIGTAPE_EXPAND(t32_branch_exchange);
// Status and system.
SIGTAPE_EXPAND(status);
SIGTAPE_EXPAND(a32_status);
SIGTAPE_EXPAND(full_system);
SIGTAPE_EXPAND(t16_cps);
#undef SIGTAPE_EXPAND

}  // namespace sigtape::isa
