// T16 rows: every 16-bit Thumb instruction.
#pragma once
#include "core/isa/expand.h"

namespace sigtape::isa {

// UNPREDICTABLE in this file: r15 where it makes no sense and empty register lists are undefined; ignored bits (`-`)
// are ignored; CMP of two low registers in its high form compares; CBZ, IT and others inside an IT block are as
// outside, under the block's condition. The t16_flags family sets flags outside an IT block only (see inside_it).
inline constexpr Row t16_rows[] = {
    // Shift, add, subtract, move, compare.
    {Op::mov, Form::reg, "000k kiii iimm mddd", t16_flags_shifted, {"k"}},
    {Op::add, Form::reg, "0001 100m mmnn nddd", t16_flags},
    {Op::sub, Form::reg, "0001 101m mmnn nddd", t16_flags},
    {Op::add, Form::imm, "0001 110i iinn nddd", t16_flags},
    {Op::sub, Form::imm, "0001 111i iinn nddd", t16_flags},
    {Op::mov, Form::imm, "0010 0ddd iiii iiii", t16_flags},
    {Op::cmp, Form::imm, "0010 1nnn iiii iiii"},
    {Op::add, Form::imm, "0011 0ddd iiii iiii", t16_flags_n_is_d},
    {Op::sub, Form::imm, "0011 1ddd iiii iiii", t16_flags_n_is_d},

    // Data processing on low registers.
    {Op::and_, Form::reg, "0100 0000 00mm mddd", t16_flags_n_is_d},
    {Op::eor, Form::reg, "0100 0000 01mm mddd", t16_flags_n_is_d},
    {Op::mov, Form::reg_shift, "0100 0000 10ss sddd", t16_flags_lsl},
    {Op::mov, Form::reg_shift, "0100 0000 11ss sddd", t16_flags_lsr},
    {Op::mov, Form::reg_shift, "0100 0001 00ss sddd", t16_flags_asr},
    {Op::adc, Form::reg, "0100 0001 01mm mddd", t16_flags_n_is_d},
    {Op::sbc, Form::reg, "0100 0001 10mm mddd", t16_flags_n_is_d},
    {Op::mov, Form::reg_shift, "0100 0001 11ss sddd", t16_flags_ror},
    {Op::tst, Form::reg, "0100 0010 00mm mnnn"},
    {Op::rsb, Form::imm, "0100 0010 01nn nddd", t16_flags},
    {Op::cmp, Form::reg, "0100 0010 10mm mnnn"},
    {Op::cmn, Form::reg, "0100 0010 11mm mnnn"},
    {Op::orr, Form::reg, "0100 0011 00mm mddd", t16_flags_n_is_d},
    {Op::mul, Form::d_n_m, "0100 0011 01nn nddd", t16_flags_m_is_d},
    {Op::bic, Form::reg, "0100 0011 10mm mddd", t16_flags_n_is_d},
    {Op::mvn, Form::reg, "0100 0011 11mm mddd", t16_flags},

    // High registers, exchange.
    {Op::add, Form::reg, "0100 0100 dmmm mddd", n_is_d, {"---- ---- 1111 1111"}},
    {Op::cmp, Form::reg, "0100 0101 nmmm mnnn", no_expand, {"n"}},
    {Op::mov, Form::reg, "0100 0110 dmmm mddd"},
    {Op::bx, Form::branch_m, "0100 0111 0mmm m---"},
    {Op::blx, Form::branch_m, "0100 0111 1mmm m---", no_expand, {"m"}},

    // Loads and stores.
    {Op::ldr, Form::mem_imm, "0100 1ttt iiii iiii", t16_literal},
    {Op::str, Form::mem_reg, "0101 000m mmnn nttt", plain_offset},
    {Op::strh, Form::mem_reg, "0101 001m mmnn nttt", plain_offset},
    {Op::strb, Form::mem_reg, "0101 010m mmnn nttt", plain_offset},
    {Op::ldrsb, Form::mem_reg, "0101 011m mmnn nttt", plain_offset},
    {Op::ldr, Form::mem_reg, "0101 100m mmnn nttt", plain_offset},
    {Op::ldrh, Form::mem_reg, "0101 101m mmnn nttt", plain_offset},
    {Op::ldrb, Form::mem_reg, "0101 110m mmnn nttt", plain_offset},
    {Op::ldrsh, Form::mem_reg, "0101 111m mmnn nttt", plain_offset},
    {Op::str, Form::mem_imm, "0110 0iii iinn nttt", word_offset},
    {Op::ldr, Form::mem_imm, "0110 1iii iinn nttt", word_offset},
    {Op::strb, Form::mem_imm, "0111 0iii iinn nttt", plain_offset},
    {Op::ldrb, Form::mem_imm, "0111 1iii iinn nttt", plain_offset},
    {Op::strh, Form::mem_imm, "1000 0iii iinn nttt", half_offset},
    {Op::ldrh, Form::mem_imm, "1000 1iii iinn nttt", half_offset},
    {Op::str, Form::mem_imm, "1001 0ttt iiii iiii", t16_stack_slot},
    {Op::ldr, Form::mem_imm, "1001 1ttt iiii iiii", t16_stack_slot},
    {Op::stm, Form::list, "1011 010r rrrr rrrr", t16_push},
    {Op::ldm, Form::list, "1011 110r rrrr rrrr", t16_pop},
    {Op::stm, Form::list, "1100 0nnn rrrr rrrr", t16_multiple},
    {Op::ldm, Form::list, "1100 1nnn rrrr rrrr", t16_multiple},

    // Addresses.
    {Op::adr, Form::imm, "1010 0ddd iiii iiii", times_four},
    {Op::add, Form::imm, "1010 1ddd iiii iiii", t16_from_stack},
    {Op::add, Form::imm, "1011 0000 0iii iiii", t16_move_stack},
    {Op::sub, Form::imm, "1011 0000 1iii iiii", t16_move_stack},

    // Extension, reversal.
    {Op::sxth, Form::d_m, "1011 0010 00mm mddd", rotated},
    {Op::sxtb, Form::d_m, "1011 0010 01mm mddd", rotated},
    {Op::uxth, Form::d_m, "1011 0010 10mm mddd", rotated},
    {Op::uxtb, Form::d_m, "1011 0010 11mm mddd", rotated},
    {Op::rev, Form::d_m, "1011 1010 00mm mddd"},
    {Op::rev16, Form::d_m, "1011 1010 01mm mddd"},
    {Op::revsh, Form::d_m, "1011 1010 11mm mddd"},

    // Branches, IT, system.
    {Op::cbz, Form::branch_n, "1011 00i1 iiii innn", times_two},
    {Op::cbnz, Form::branch_n, "1011 10i1 iiii innn", times_two},
    {Op::b, Form::branch, "1101 cccc iiii iiii", t16_branch_conditional, {"---- 1110 ---- ----"}},
    {Op::b, Form::branch, "1110 0iii iiii iiii", t16_branch},
    {Op::udf, Form::number, "1101 1110 iiii iiii"},
    {Op::svc, Form::number, "1101 1111 iiii iiii"},
    {Op::bkpt, Form::number, "1011 1110 iiii iiii"},
    {Op::nop, Form::none, "1011 1111 0000 0000"},
    {Op::yield, Form::none, "1011 1111 0001 0000"},
    {Op::wfe, Form::none, "1011 1111 0010 0000"},
    {Op::wfi, Form::none, "1011 1111 0011 0000"},
    {Op::sev, Form::none, "1011 1111 0100 0000"},
    {Op::nop, Form::none, "1011 1111 ---- 0000"},
    {Op::it, Form::number, "1011 1111 iiii iiii", no_expand, {"---- ---- ---- 0000", "---- ---- 1111 ----"}},
    {Op::setend, Form::number, "1011 0110 0101 i---"},
    {Op::cps, Form::number, "1011 0110 011i -iii", t16_cps},
};

}  // namespace sigtape::isa
