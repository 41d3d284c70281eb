// Insn: one decoded instruction, the same for A32, T16 and T32, with everything expanded that semantics need.
#pragma once
#include "core/base/ints.h"

namespace sigtape::isa {

// A meaning, not an encoding. The lists are ops_integer.inc and ops_simd.inc.
enum class Op : u16 {
  undefined,  // nothing that user mode may execute; also the documented choice for most UNPREDICTABLE encodings
#define OP(name, text) name,
#include "core/isa/ops_integer.inc"
#include "core/isa/ops_simd.inc"
#undef OP
  count_,
};

// The shape of the operands. The lists are forms_integer.inc and forms_simd.inc.
enum class Form : u8 {
#define FORM(name, letters) name,
#include "core/isa/forms_integer.inc"
#include "core/isa/forms_simd.inc"
#undef FORM
  count_,
};

enum class Cond : u8 { eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le, al };

enum class Shift : u8 { lsl, lsr, asr, ror, rrx };

// What a logical operation with an immediate does to C when it sets flags (the carry of the immediate's expansion).
enum class Carry : u8 { unchanged, zero, one };

// Fields that an Op or Form does not use are 0 (cond: al, carry: unchanged, shift: lsl).
struct Insn {
  Op op = Op::undefined;
  Form form = Form::none;
  Cond cond = Cond::al;  // from the encoding, or from the IT block; al for unconditional instructions

  // Registers, with the manual's letters. VFP and SIMD: S0-S31, D0-D31; a Q register is the number of its first D.
  u8 d = 0;
  u8 n = 0;
  u8 m = 0;
  u8 s = 0;  // shift amount register
  u8 t = 0;  // transfer register
  u8 a = 0;  // accumulator Ra; RdLo of long multiplies (d is RdHi); Rt2 of LDRD, STRD, LDREXD, STREXD, VMOV

  u8 width = 4;  // bytes of the encoding: 2 or 4

  Shift shift = Shift::lsl;        // applied to m (SSAT, USAT: to n); extensions use ror
  u8 amount = 0;                   // 0-32, as DecodeImmShift gives it (LSR #32 is 32, RRX is 1); bit fields: the lsb
  Carry carry = Carry::unchanged;  // Form::imm only

  bool set_flags : 1 = false;     // S; in T16 already cleared inside an IT block; always set for TST, TEQ, CMP, CMN
  bool pre : 1 = false;           // the manual's `index`: the access uses n +- offset, not n; LDM, STM: before
  bool add : 1 = false;           // U: the offset is added; LDM, STM: increment
  bool write_back : 1 = false;    // the manual's `wback`, P == 0 already included
  bool unprivileged : 1 = false;  // LDRT, STRT and so on (text only)
  bool n_top : 1 = false;         // SMLAxy: the upper half of n
  bool m_top : 1 = false;         // SMLAxy, SMLAWy: the upper half of m
  bool m_swap : 1 = false;        // the X of SMLAD and others: the halves of m change places
  bool round : 1 = false;         // the R of SMMLA and others
  // VFP and Advanced SIMD.
  bool quad : 1 = false;         // Q: quadword registers
  bool is_unsigned : 1 = false;  // U
  bool is_double : 1 = false;    // VFP sz: double precision
  bool is_float : 1 = false;     // F: elements are floating point
  bool op_bit : 1 = false;       // the manual's `op`, where one Op has two variants
  bool to_core : 1 = false;      // transfers between core and extension registers: towards the core register
  bool wide_n : 1 = false;       // n is twice as wide as m (VADDW, VSUBW)

  // Immediates after expansion: constants, offsets (without sign: see `add`), branch offsets (sign-extended, relative
  // to PC, which is the instruction's address plus 8 in A32 and 4 in Thumb), SVC and BKPT numbers, barrier option,
  // saturation width, ITSTATE (IT), rotated constant (MSR), the new E (SETEND). SIMD: constant (low half), shift.
  u32 imm = 0;
  u32 bits = 0;            // the encoding: A32 word, T16 halfword, T32 first halfword << 16 | second
  u16 list = 0;            // register list, bit n for Rn; MSR: field mask (bit 3 flags, 2 GE, 1 E, 0 control)
  u8 size = 0;             // SIMD: log2 of the element's bytes
  u8 index = 0;            // SIMD: lane; VEXT: first byte
  u8 count = 0;            // bit fields: width in bits; LDM, VLDM, VLDn, VTBL and so on: number of registers
  u8 stride : 7 = 0;       // VLDn, VSTn: distance between D registers
  bool thumb : 1 = false;  // T16 or T32: PC reads as the address plus 4, else plus 8
  u8 align = 0;            // VLDn, VSTn: required alignment in bytes, 0 for none
  u8 cmode = 0;            // SIMD: cmode of a modified immediate, or a variant number that the Op documents

  bool operator==(const Insn&) const = default;
};
static_assert(sizeof(Insn) == 32);

}  // namespace sigtape::isa
