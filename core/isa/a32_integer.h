// A32 rows: data processing, multiply, loads and stores, branches, status and system.
#pragma once
#include "core/isa/expand.h"

namespace sigtape::isa {

// UNPREDICTABLE in this file means undefined, with these exceptions, which follow the hardware:
// should-be-zero and should-be-one bits are ignored where the row has `-`; unallocated hints do nothing; BLX and BX
// take any target; a store of r15 stores the instruction's address plus 8.
// Privileged encodings (LDM and STM with ^, RFE, SRS, MRS and MSR of SPSR, ERET, SMC, HVC) are undefined; CPS does
// nothing.
inline constexpr const char* flags_to_pc = "---- ---- ---1 ---- 1111 ---- ---- ----";  // exception return

inline constexpr const char* no_a32_fields = "---- ---- ---- 0000 ---- ---- ---- ----";  // MSR of nothing

inline constexpr Row a32_integer_rows[] = {
    // Data processing, immediate.
    {Op::and_, Form::imm, "cccc 0010 000S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::eor, Form::imm, "cccc 0010 001S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::sub, Form::imm, "cccc 0010 010S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::rsb, Form::imm, "cccc 0010 011S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::add, Form::imm, "cccc 0010 100S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::adc, Form::imm, "cccc 0010 101S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::sbc, Form::imm, "cccc 0010 110S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::rsc, Form::imm, "cccc 0010 111S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::tst, Form::imm, "cccc 0011 0001 nnnn ---- iiii iiii iiii", a32_constant},
    {Op::teq, Form::imm, "cccc 0011 0011 nnnn ---- iiii iiii iiii", a32_constant},
    {Op::cmp, Form::imm, "cccc 0011 0101 nnnn ---- iiii iiii iiii", a32_constant},
    {Op::cmn, Form::imm, "cccc 0011 0111 nnnn ---- iiii iiii iiii", a32_constant},
    {Op::orr, Form::imm, "cccc 0011 100S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::mov, Form::imm, "cccc 0011 101S ---- dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::bic, Form::imm, "cccc 0011 110S nnnn dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    {Op::mvn, Form::imm, "cccc 0011 111S ---- dddd iiii iiii iiii", a32_constant, {flags_to_pc}},
    // Data processing, register.
    {Op::and_, Form::reg, "cccc 0000 000S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::eor, Form::reg, "cccc 0000 001S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::sub, Form::reg, "cccc 0000 010S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::rsb, Form::reg, "cccc 0000 011S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::add, Form::reg, "cccc 0000 100S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::adc, Form::reg, "cccc 0000 101S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::sbc, Form::reg, "cccc 0000 110S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::rsc, Form::reg, "cccc 0000 111S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::tst, Form::reg, "cccc 0001 0001 nnnn ---- iiii ikk0 mmmm", shifted},
    {Op::teq, Form::reg, "cccc 0001 0011 nnnn ---- iiii ikk0 mmmm", shifted},
    {Op::cmp, Form::reg, "cccc 0001 0101 nnnn ---- iiii ikk0 mmmm", shifted},
    {Op::cmn, Form::reg, "cccc 0001 0111 nnnn ---- iiii ikk0 mmmm", shifted},
    {Op::orr, Form::reg, "cccc 0001 100S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::mov, Form::reg, "cccc 0001 101S ---- dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::bic, Form::reg, "cccc 0001 110S nnnn dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    {Op::mvn, Form::reg, "cccc 0001 111S ---- dddd iiii ikk0 mmmm", shifted, {flags_to_pc}},
    // Data processing, register shifted by register: any use of r15 is UNPREDICTABLE, here undefined.
    {Op::and_, Form::reg_shift, "cccc 0000 000S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::eor, Form::reg_shift, "cccc 0000 001S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::sub, Form::reg_shift, "cccc 0000 010S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::rsb, Form::reg_shift, "cccc 0000 011S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::add, Form::reg_shift, "cccc 0000 100S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::adc, Form::reg_shift, "cccc 0000 101S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::sbc, Form::reg_shift, "cccc 0000 110S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::rsc, Form::reg_shift, "cccc 0000 111S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::tst, Form::reg_shift, "cccc 0001 0001 nnnn ---- ssss 0kk1 mmmm", shifted_by_register, {"nms"}},
    {Op::teq, Form::reg_shift, "cccc 0001 0011 nnnn ---- ssss 0kk1 mmmm", shifted_by_register, {"nms"}},
    {Op::cmp, Form::reg_shift, "cccc 0001 0101 nnnn ---- ssss 0kk1 mmmm", shifted_by_register, {"nms"}},
    {Op::cmn, Form::reg_shift, "cccc 0001 0111 nnnn ---- ssss 0kk1 mmmm", shifted_by_register, {"nms"}},
    {Op::orr, Form::reg_shift, "cccc 0001 100S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::mov, Form::reg_shift, "cccc 0001 101S ---- dddd ssss 0kk1 mmmm", shifted_by_register, {"dms"}},
    {Op::bic, Form::reg_shift, "cccc 0001 110S nnnn dddd ssss 0kk1 mmmm", shifted_by_register, {"dnms"}},
    {Op::mvn, Form::reg_shift, "cccc 0001 111S ---- dddd ssss 0kk1 mmmm", shifted_by_register, {"dms"}},
    {Op::movw, Form::imm, "cccc 0011 0000 iiii dddd iiii iiii iiii", no_expand, {"d"}},
    {Op::movt, Form::imm, "cccc 0011 0100 iiii dddd iiii iiii iiii", no_expand, {"d"}},

    // Multiply and divide.
    {Op::mul, Form::d_n_m, "cccc 0000 000S dddd ---- mmmm 1001 nnnn", no_expand, {"dnm"}},
    {Op::mla, Form::d_n_m_a, "cccc 0000 001S dddd aaaa mmmm 1001 nnnn", no_expand, {"dnma"}},
    {Op::umaal, Form::d_n_m_a, "cccc 0000 0100 dddd aaaa mmmm 1001 nnnn", long_multiply, {"dnma"}},
    {Op::mls, Form::d_n_m_a, "cccc 0000 0110 dddd aaaa mmmm 1001 nnnn", no_expand, {"dnma"}},
    {Op::umull, Form::d_n_m_a, "cccc 0000 100S dddd aaaa mmmm 1001 nnnn", long_multiply, {"dnma"}},
    {Op::umlal, Form::d_n_m_a, "cccc 0000 101S dddd aaaa mmmm 1001 nnnn", long_multiply, {"dnma"}},
    {Op::smull, Form::d_n_m_a, "cccc 0000 110S dddd aaaa mmmm 1001 nnnn", long_multiply, {"dnma"}},
    {Op::smlal, Form::d_n_m_a, "cccc 0000 111S dddd aaaa mmmm 1001 nnnn", long_multiply, {"dnma"}},

    // Swap and exclusives. Bits 11-8 other than 1111 are ARMv8's acquire and release forms: undefined here.
    {Op::swp, Form::exclusive, "cccc 0001 0000 nnnn tttt ---- 1001 mmmm", swap, {"ntm"}},
    {Op::swpb, Form::exclusive, "cccc 0001 0100 nnnn tttt ---- 1001 mmmm", swap, {"ntm"}},
    {Op::strex, Form::exclusive, "cccc 0001 1000 nnnn dddd 1111 1001 tttt", store_exclusive, {"dnt"}},
    {Op::ldrex, Form::exclusive, "cccc 0001 1001 nnnn tttt 1111 1001 ----", no_expand, {"nt"}},
    {Op::strexd, Form::exclusive, "cccc 0001 1010 nnnn dddd 1111 1001 tttt", a32_store_exclusive_pair, {"dnt"}},
    {Op::ldrexd, Form::exclusive, "cccc 0001 1011 nnnn tttt 1111 1001 ----", a32_load_exclusive_pair, {"nt"}},
    {Op::strexb, Form::exclusive, "cccc 0001 1100 nnnn dddd 1111 1001 tttt", store_exclusive, {"dnt"}},
    {Op::ldrexb, Form::exclusive, "cccc 0001 1101 nnnn tttt 1111 1001 ----", no_expand, {"nt"}},
    {Op::strexh, Form::exclusive, "cccc 0001 1110 nnnn dddd 1111 1001 tttt", store_exclusive, {"dnt"}},
    {Op::ldrexh, Form::exclusive, "cccc 0001 1111 nnnn tttt 1111 1001 ----", no_expand, {"nt"}},

    // Halfwords, signed bytes, doublewords. P = 0 and W = 1 is the unprivileged form.
    {Op::strh, Form::mem_reg, "cccc 000P U0W0 nnnn tttt ---- 1011 mmmm", transfer, {"tm"}},
    {Op::ldrh, Form::mem_reg, "cccc 000P U0W1 nnnn tttt ---- 1011 mmmm", transfer, {"tm"}},
    {Op::strh, Form::mem_imm, "cccc 000P U1W0 nnnn tttt iiii 1011 iiii", transfer, {"t"}},
    {Op::ldrh, Form::mem_imm, "cccc 000P U1W1 nnnn tttt iiii 1011 iiii", transfer, {"t"}},
    {Op::ldrd, Form::mem_reg, "cccc 000P U0W0 nnnn tttt ---- 1101 mmmm", a32_transfer_pair, {"m"}},
    {Op::ldrsb, Form::mem_reg, "cccc 000P U0W1 nnnn tttt ---- 1101 mmmm", transfer, {"tm"}},
    {Op::ldrd, Form::mem_imm, "cccc 000P U1W0 nnnn tttt iiii 1101 iiii", a32_transfer_pair},
    {Op::ldrsb, Form::mem_imm, "cccc 000P U1W1 nnnn tttt iiii 1101 iiii", transfer, {"t"}},
    {Op::strd, Form::mem_reg, "cccc 000P U0W0 nnnn tttt ---- 1111 mmmm", a32_transfer_pair, {"m"}},
    {Op::ldrsh, Form::mem_reg, "cccc 000P U0W1 nnnn tttt ---- 1111 mmmm", transfer, {"tm"}},
    {Op::strd, Form::mem_imm, "cccc 000P U1W0 nnnn tttt iiii 1111 iiii", a32_transfer_pair},
    {Op::ldrsh, Form::mem_imm, "cccc 000P U1W1 nnnn tttt iiii 1111 iiii", transfer, {"t"}},

    // Words and bytes.
    {Op::str, Form::mem_imm, "cccc 010P U0W0 nnnn tttt iiii iiii iiii", transfer},
    {Op::ldr, Form::mem_imm, "cccc 010P U0W1 nnnn tttt iiii iiii iiii", transfer},
    {Op::strb, Form::mem_imm, "cccc 010P U1W0 nnnn tttt iiii iiii iiii", transfer, {"t"}},
    {Op::ldrb, Form::mem_imm, "cccc 010P U1W1 nnnn tttt iiii iiii iiii", transfer, {"t"}},
    {Op::str, Form::mem_reg, "cccc 011P U0W0 nnnn tttt iiii ikk0 mmmm", transfer, {"m"}},
    {Op::ldr, Form::mem_reg, "cccc 011P U0W1 nnnn tttt iiii ikk0 mmmm", transfer, {"m"}},
    {Op::strb, Form::mem_reg, "cccc 011P U1W0 nnnn tttt iiii ikk0 mmmm", transfer, {"tm"}},
    {Op::ldrb, Form::mem_reg, "cccc 011P U1W1 nnnn tttt iiii ikk0 mmmm", transfer, {"tm"}},
    {Op::stm, Form::list, "cccc 100P U0W0 nnnn rrrr rrrr rrrr rrrr", store_multiple, {"n"}},
    {Op::ldm, Form::list, "cccc 100P U0W1 nnnn rrrr rrrr rrrr rrrr", load_multiple, {"n"}},

    // Branches.
    {Op::b, Form::branch, "cccc 1010 iiii iiii iiii iiii iiii iiii", a32_branch},
    {Op::bl, Form::branch, "cccc 1011 iiii iiii iiii iiii iiii iiii", a32_branch},
    {Op::blx, Form::branch, "1111 101i iiii iiii iiii iiii iiii iiii", a32_branch_exchange},
    {Op::bx, Form::branch_m, "cccc 0001 0010 ---- ---- ---- 0001 mmmm"},
    {Op::bxj, Form::branch_m, "cccc 0001 0010 ---- ---- ---- 0010 mmmm", no_expand, {"m"}},
    {Op::blx, Form::branch_m, "cccc 0001 0010 ---- ---- ---- 0011 mmmm", no_expand, {"m"}},

    // Status, hints, exceptions.
    {Op::nop, Form::none, "cccc 0011 0010 0000 ---- ---- 0000 0000"},
    {Op::yield, Form::none, "cccc 0011 0010 0000 ---- ---- 0000 0001"},
    {Op::wfe, Form::none, "cccc 0011 0010 0000 ---- ---- 0000 0010"},
    {Op::wfi, Form::none, "cccc 0011 0010 0000 ---- ---- 0000 0011"},
    {Op::sev, Form::none, "cccc 0011 0010 0000 ---- ---- 0000 0100"},
    {Op::dbg, Form::number, "cccc 0011 0010 0000 ---- ---- 1111 iiii"},
    {Op::nop, Form::none, "cccc 0011 0010 0000 ---- ---- ---- ----"},
    {Op::msr, Form::status_imm, "cccc 0011 0010 ffff ---- iiii iiii iiii", a32_status},
    {Op::msr, Form::status_reg, "cccc 0001 0010 ffff ---- --0- 0000 nnnn", status, {"n", no_a32_fields}},
    {Op::mrs, Form::status_to_d, "cccc 0001 0000 ---- dddd --0- 0000 ----", no_expand, {"d"}},
    {Op::bkpt, Form::number, "1110 0001 0010 iiii iiii iiii 0111 iiii"},
    {Op::svc, Form::number, "cccc 1111 iiii iiii iiii iiii iiii iiii"},
    {Op::udf, Form::number, "1110 0111 1111 iiii iiii iiii 1111 iiii"},

    // CP15 as far as user mode reaches it (B3.15.3, B6.1): thread ID registers and the old barriers.
    {Op::read_tpidruro, Form::cp15, "cccc 1110 0001 1101 tttt 1111 0111 0000", no_expand, {"t"}},
    {Op::read_tpidrurw, Form::cp15, "cccc 1110 0001 1101 tttt 1111 0101 0000", no_expand, {"t"}},
    {Op::write_tpidrurw, Form::cp15, "cccc 1110 0000 1101 tttt 1111 0101 0000", no_expand, {"t"}},
    {Op::isb, Form::cp15, "cccc 1110 0000 0111 tttt 1111 1001 0101", full_system, {"t"}},
    {Op::dsb, Form::cp15, "cccc 1110 0000 0111 tttt 1111 1001 1010", full_system, {"t"}},
    {Op::dmb, Form::cp15, "cccc 1110 0000 0111 tttt 1111 1011 1010", full_system, {"t"}},

    // Unconditional: preloads, barriers, endianness.
    {Op::pldw, Form::mem_imm, "1111 0101 U001 nnnn ---- iiii iiii iiii", preload},
    {Op::pld, Form::mem_imm, "1111 0101 U101 nnnn ---- iiii iiii iiii", preload},
    {Op::pli, Form::mem_imm, "1111 0100 U101 nnnn ---- iiii iiii iiii", preload},
    {Op::pldw, Form::mem_reg, "1111 0111 U001 nnnn ---- iiii ikk0 mmmm", preload, {"nm"}},
    {Op::pld, Form::mem_reg, "1111 0111 U101 nnnn ---- iiii ikk0 mmmm", preload, {"m"}},
    {Op::pli, Form::mem_reg, "1111 0110 U101 nnnn ---- iiii ikk0 mmmm", preload, {"m"}},
    {Op::nop, Form::none, "1111 0100 -001 ---- ---- ---- ---- ----"},  // unallocated memory hints (A5.7.1)
    {Op::nop, Form::none, "1111 0110 -001 ---- ---- ---- ---0 ----"},
    {Op::clrex, Form::none, "1111 0101 0111 ---- ---- ---- 0001 ----"},
    {Op::dsb, Form::number, "1111 0101 0111 ---- ---- ---- 0100 iiii"},
    {Op::dmb, Form::number, "1111 0101 0111 ---- ---- ---- 0101 iiii"},
    {Op::isb, Form::number, "1111 0101 0111 ---- ---- ---- 0110 iiii"},
    {Op::setend, Form::number, "1111 0001 0000 ---1 ---- --i- 0000 ----"},
    {Op::cps, Form::number, "1111 0001 0000 iii0 ---- ---i ii0i iiii"},
};

}  // namespace sigtape::isa
