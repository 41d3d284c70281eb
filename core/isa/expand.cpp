// Immediates, shifts, addressing modes and register lists as the manual expands them, for the integer rows.
#include "core/isa/expand.h"

#include "core/base/bits.h"

namespace sigtape::isa {
namespace {

void undefined_if(bool unpredictable, Insn& i) {
  if (unpredictable) i.op = Op::undefined;
}

void set_shift(u32 kind, u32 imm5, Insn& i) {
  ImmShift s = decode_imm_shift(kind, imm5);
  i.shift = s.shift;
  i.amount = s.amount;
  i.imm = 0;
}

void set_address(bool pre, bool add, bool write_back, Insn& i) {
  i.pre = pre;
  i.add = add;
  i.write_back = write_back;
}

}  // namespace

// Constants and second operands.

void a32_constant(const Fields& f, Insn& i) {
  u32 rotation = 2 * bits(f['i'], 11, 8);
  i.imm = rotate_right(bits(f['i'], 7, 0), rotation);
  if (rotation) i.carry = bit(i.imm, 31) ? Carry::one : Carry::zero;
}

void t32_constant(const Fields& f, Insn& i) {
  u32 byte = bits(f['i'], 7, 0);
  switch (bits(f['i'], 11, 8)) {
    case 0: i.imm = byte; break;
    case 1: i.imm = byte | byte << 16; break;
    case 2: i.imm = byte << 8 | byte << 24; break;
    case 3: i.imm = byte * 0x0101'0101; break;
    default:
      i.imm = rotate_right(0x80 | byte, bits(f['i'], 11, 7));
      i.carry = bit(i.imm, 31) ? Carry::one : Carry::zero;
  }
}

void t32_half_constant(const Fields& f, Insn& i) {
  u32 v = f['i'];  // i:imm4:imm3:imm8
  i.imm = bits(v, 14, 11) << 12 | bit(v, 15) << 11 | bits(v, 10, 0);
}

void negated(const Fields& f, Insn& i) { i.imm = 0 - f['i']; }
void times_two(const Fields& f, Insn& i) { i.imm = 2 * f['i']; }
void times_four(const Fields& f, Insn& i) { i.imm = 4 * f['i']; }
void shifted(const Fields& f, Insn& i) { set_shift(f['k'], f['i'], i); }
void shifted_by_register(const Fields& f, Insn& i) { i.shift = static_cast<Shift>(f['k']); }
void n_is_d(const Fields& f, Insn& i) { i.n = static_cast<u8>(f['d']); }

void rotated(const Fields& f, Insn& i) {
  i.shift = Shift::ror;
  i.amount = static_cast<u8>(8 * f['o']);
}

// T16 data processing.

void t16_flags(const Fields&, Insn& i) { i.set_flags = true; }

void t16_flags_shifted(const Fields& f, Insn& i) {
  i.set_flags = true;
  shifted(f, i);
}

void t16_flags_n_is_d(const Fields& f, Insn& i) {
  i.set_flags = true;
  n_is_d(f, i);
}

void t16_flags_m_is_d(const Fields& f, Insn& i) {
  i.set_flags = true;
  i.m = static_cast<u8>(f['d']);
}

static void t16_flags_shift(Shift shift, const Fields& f, Insn& i) {
  i.shift = shift;
  t16_flags_m_is_d(f, i);
}
void t16_flags_lsl(const Fields& f, Insn& i) { t16_flags_shift(Shift::lsl, f, i); }
void t16_flags_lsr(const Fields& f, Insn& i) { t16_flags_shift(Shift::lsr, f, i); }
void t16_flags_asr(const Fields& f, Insn& i) { t16_flags_shift(Shift::asr, f, i); }
void t16_flags_ror(const Fields& f, Insn& i) { t16_flags_shift(Shift::ror, f, i); }

void t16_from_stack(const Fields& f, Insn& i) {
  i.n = 13;
  times_four(f, i);
}

void t16_move_stack(const Fields& f, Insn& i) {
  i.d = 13;
  t16_from_stack(f, i);
}

// Multiplies and media.

void long_multiply(const Fields&, Insn& i) { undefined_if(i.d == i.a, i); }

void halves(const Fields& f, Insn& i) {
  i.n_top = f['x'];
  i.m_top = f['y'];
}

void long_halves(const Fields& f, Insn& i) {
  halves(f, i);
  long_multiply(f, i);
}

void swapped(const Fields& f, Insn& i) { i.m_swap = f['y']; }

void long_swapped(const Fields& f, Insn& i) {
  swapped(f, i);
  long_multiply(f, i);
}

void rounded(const Fields& f, Insn& i) { i.round = f['y']; }

void unsigned_saturation(const Fields& f, Insn& i) {
  set_shift(f['k'] * 2, f['i'], i);
  i.imm = f['w'];
}

void signed_saturation(const Fields& f, Insn& i) {
  unsigned_saturation(f, i);
  ++i.imm;
}

void pack_bottom_top(const Fields& f, Insn& i) { set_shift(0, f['i'], i); }
void pack_top_bottom(const Fields& f, Insn& i) { set_shift(2, f['i'], i); }

void extraction(const Fields& f, Insn& i) {
  i.amount = static_cast<u8>(f['i']);
  i.count = static_cast<u8>(f['w'] + 1);
  i.imm = 0;
  undefined_if(i.amount + i.count > 32, i);
}

void insertion(const Fields& f, Insn& i) {
  i.amount = static_cast<u8>(f['i']);
  i.count = static_cast<u8>(f['w'] + 1 - f['i']);
  i.imm = 0;
  undefined_if(f['w'] < f['i'], i);
}

// Loads and stores.

void transfer(const Fields& f, Insn& i) {
  bool pre = f['P'], write_back = !pre || f['W'];
  i.unprivileged = !pre && f['W'];
  set_address(pre, f['U'], write_back, i);
  undefined_if(write_back && (i.n == 15 || i.n == i.t), i);
  undefined_if(i.unprivileged && i.t == 15, i);
  if (i.form == Form::mem_reg) shifted(f, i);
}

void a32_transfer_pair(const Fields& f, Insn& i) {
  transfer(f, i);
  i.a = static_cast<u8>(i.t + 1);
  undefined_if((i.t & 1) || i.a == 15 || i.unprivileged || (i.write_back && i.n == i.a), i);
  undefined_if(i.op == Op::ldrd && i.form == Form::mem_reg && (i.m == i.t || i.m == i.a), i);
}

void preload(const Fields& f, Insn& i) {
  set_address(true, f['U'], false, i);
  if (i.form == Form::mem_reg) shifted(f, i);
}

void plain_offset(const Fields&, Insn& i) { set_address(true, true, false, i); }

void half_offset(const Fields& f, Insn& i) {
  plain_offset(f, i);
  i.imm = 2 * f['i'];
}

void word_offset(const Fields& f, Insn& i) {
  plain_offset(f, i);
  i.imm = 4 * f['i'];
}

void negative_offset(const Fields&, Insn& i) { set_address(true, false, false, i); }

void scaled_offset(const Fields& f, Insn& i) {
  plain_offset(f, i);
  set_shift(0, f['i'], i);
}

void plain_literal(const Fields& f, Insn& i) {
  set_address(true, f['U'], false, i);
  i.n = 15;
}

void t16_literal(const Fields& f, Insn& i) {
  word_offset(f, i);
  i.n = 15;
}

void t16_stack_slot(const Fields& f, Insn& i) {
  word_offset(f, i);
  i.n = 13;
}

void t32_transfer(const Fields& f, Insn& i) {
  i.unprivileged = f['P'] && f['U'] && !f['W'];
  undefined_if((i.write_back && i.n == i.t) || (i.unprivileged && i.t == 15), i);
}

static void t32_transfer_pair(const Fields& f, Insn& i) {
  i.imm = 4 * f['i'];
  undefined_if(i.write_back && (i.n == 15 || i.n == i.t || i.n == i.a), i);
  undefined_if(i.op == Op::ldrd && i.t == i.a, i);
}

void t32_transfer_pair_before(const Fields& f, Insn& i) {
  i.pre = true;
  t32_transfer_pair(f, i);
}

void t32_transfer_pair_after(const Fields& f, Insn& i) {
  i.write_back = true;
  t32_transfer_pair(f, i);
}

void store_multiple(const Fields& f, Insn& i) { undefined_if(f['r'] == 0, i); }

void load_multiple(const Fields& f, Insn& i) { undefined_if(f['r'] == 0 || (i.write_back && bit(f['r'], i.n)), i); }

void t16_push(const Fields& f, Insn& i) {
  i.n = 13;
  i.list = static_cast<u16>(bits(f['r'], 7, 0) | bit(f['r'], 8) << 14);
  set_address(true, false, true, i);
  undefined_if(i.list == 0, i);
}

void t16_pop(const Fields& f, Insn& i) {
  i.n = 13;
  i.list = static_cast<u16>(bits(f['r'], 7, 0) | bit(f['r'], 8) << 15);
  set_address(false, true, true, i);
  undefined_if(i.list == 0, i);
}

void t16_multiple(const Fields& f, Insn& i) {
  set_address(false, true, i.op == Op::stm || !bit(f['r'], i.n), i);
  undefined_if(f['r'] == 0, i);
}

// The lists of T32 stores have no bits 15 and 13, those of loads no bit 13.
static void t32_multiple(u32 list, bool before, Insn& i) {
  i.list = static_cast<u16>(list);
  i.pre = before;
  i.add = !before;
  undefined_if((list & (list - 1)) == 0 || (i.write_back && bit(list, i.n)), i);
  undefined_if(bits(list, 15, 14) == 3, i);
}
static u32 t32_store_list(const Fields& f) { return bit(f['r'], 13) << 14 | bits(f['r'], 12, 0); }
static u32 t32_load_list(const Fields& f) { return bits(f['r'], 14, 13) << 14 | bits(f['r'], 12, 0); }
void t32_store_after(const Fields& f, Insn& i) { t32_multiple(t32_store_list(f), false, i); }
void t32_store_before(const Fields& f, Insn& i) { t32_multiple(t32_store_list(f), true, i); }
void t32_load_after(const Fields& f, Insn& i) { t32_multiple(t32_load_list(f), false, i); }
void t32_load_before(const Fields& f, Insn& i) { t32_multiple(t32_load_list(f), true, i); }

void swap(const Fields&, Insn& i) { undefined_if(i.n == i.t || i.n == i.m, i); }
void store_exclusive(const Fields&, Insn& i) { undefined_if(i.d == i.n || i.d == i.t, i); }

void t32_store_exclusive(const Fields& f, Insn& i) {
  i.imm = 4 * f['i'];
  store_exclusive(f, i);
}

void t32_store_exclusive_pair(const Fields& f, Insn& i) {
  store_exclusive(f, i);
  undefined_if(i.d == i.a, i);
}

void t32_load_exclusive_pair(const Fields&, Insn& i) { undefined_if(i.t == i.a, i); }

void a32_load_exclusive_pair(const Fields&, Insn& i) {
  i.a = static_cast<u8>(i.t + 1);
  undefined_if((i.t & 1) || i.a == 15, i);
}

void a32_store_exclusive_pair(const Fields& f, Insn& i) {
  a32_load_exclusive_pair(f, i);
  t32_store_exclusive_pair(f, i);
}

// Branches.

void a32_branch(const Fields& f, Insn& i) { i.imm = sign_extend(f['i'], 24) << 2; }
void a32_branch_exchange(const Fields& f, Insn& i) { i.imm = sign_extend(f['i'], 24) << 2 | bit(f['i'], 24) << 1; }
void t16_branch(const Fields& f, Insn& i) { i.imm = sign_extend(f['i'], 11) << 1; }
void t16_branch_conditional(const Fields& f, Insn& i) { i.imm = sign_extend(f['i'], 8) << 1; }

// S:imm10:J1:J2:imm11, where bits 23 and 22 of the offset are NOT(J EOR S).
static u32 t32_branch_offset(u32 v) {
  u32 s = bit(v, 23), i1 = bit(v, 12) ^ s ^ 1, i2 = bit(v, 11) ^ s ^ 1;
  return sign_extend(s << 24 | i1 << 23 | i2 << 22 | bits(v, 22, 13) << 12 | bits(v, 10, 0) << 1, 25);
}
void t32_branch(const Fields& f, Insn& i) { i.imm = t32_branch_offset(f['i']); }
void t32_branch_exchange(const Fields& f, Insn& i) { i.imm = t32_branch_offset(f['i'] << 1); }

// S:imm6:J1:J2:imm11, where J2 is bit 19 and J1 bit 18 of the offset.
void t32_branch_conditional(const Fields& f, Insn& i) {
  u32 v = f['i'];
  u32 offset = bit(v, 19) << 20 | bit(v, 11) << 19 | bit(v, 12) << 18 | bits(v, 18, 13) << 12 | bits(v, 10, 0) << 1;
  i.imm = sign_extend(offset, 21);
}

// Status and system.

void status(const Fields& f, Insn& i) { i.list = static_cast<u16>(f['f']); }

void a32_status(const Fields& f, Insn& i) {
  status(f, i);
  a32_constant(f, i);
  i.carry = Carry::unchanged;
}

void full_system(const Fields&, Insn& i) { i.imm = 15; }

// im:A:I:F becomes imod:M:A:I:F:mode, as the other encodings have it.
void t16_cps(const Fields& f, Insn& i) { i.imm = (2 | bit(f['i'], 3)) << 9 | bits(f['i'], 2, 0) << 5; }

}  // namespace sigtape::isa
