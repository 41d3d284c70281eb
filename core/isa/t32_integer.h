// T32 rows: data processing, multiply, loads and stores, branches, status and system.
#pragma once
#include "core/isa/expand.h"

namespace sigtape::isa {

// Bits are the first halfword, then the second. UNPREDICTABLE in this file: r13 is an operand like any other (as ARMv8
// made it), r15 is undefined; ignored bits (`-`) are ignored; unallocated hints do nothing.
inline constexpr const char* neither = "---- ---- ---- ---- ---- 10-0 ---- ----";  // not pre-indexed, not written back

inline constexpr const char* literal = "---- ---- ---- 1111 ---- ---- ---- ----";        // has a row of its own
inline constexpr const char* no_t32_fields = "---- ---- ---- ---- ---- 0000 ---- ----";  // MSR of nothing

inline constexpr Row t32_integer_rows[] = {
    // Data processing, modified immediate.
    {Op::tst, Form::imm, "1111 0i00 0001 nnnn 0iii 1111 iiii iiii", t32_constant, {"n"}},
    {Op::and_, Form::imm, "1111 0i00 000S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::bic, Form::imm, "1111 0i00 001S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::mov, Form::imm, "1111 0i00 010S 1111 0iii dddd iiii iiii", t32_constant, {"d"}},
    {Op::orr, Form::imm, "1111 0i00 010S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::mvn, Form::imm, "1111 0i00 011S 1111 0iii dddd iiii iiii", t32_constant, {"d"}},
    {Op::orn, Form::imm, "1111 0i00 011S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::teq, Form::imm, "1111 0i00 1001 nnnn 0iii 1111 iiii iiii", t32_constant, {"n"}},
    {Op::eor, Form::imm, "1111 0i00 100S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::cmn, Form::imm, "1111 0i01 0001 nnnn 0iii 1111 iiii iiii", t32_constant, {"n"}},
    {Op::add, Form::imm, "1111 0i01 000S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::adc, Form::imm, "1111 0i01 010S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::sbc, Form::imm, "1111 0i01 011S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::cmp, Form::imm, "1111 0i01 1011 nnnn 0iii 1111 iiii iiii", t32_constant, {"n"}},
    {Op::sub, Form::imm, "1111 0i01 101S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    {Op::rsb, Form::imm, "1111 0i01 110S nnnn 0iii dddd iiii iiii", t32_constant, {"dn"}},
    // Data processing, shifted register.
    {Op::tst, Form::reg, "1110 1010 0001 nnnn -iii 1111 iikk mmmm", shifted, {"nm"}},
    {Op::and_, Form::reg, "1110 1010 000S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::bic, Form::reg, "1110 1010 001S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::mov, Form::reg, "1110 1010 010S 1111 -iii dddd iikk mmmm", shifted, {"dm"}},
    {Op::orr, Form::reg, "1110 1010 010S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::mvn, Form::reg, "1110 1010 011S 1111 -iii dddd iikk mmmm", shifted, {"dm"}},
    {Op::orn, Form::reg, "1110 1010 011S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::teq, Form::reg, "1110 1010 1001 nnnn -iii 1111 iikk mmmm", shifted, {"nm"}},
    {Op::eor, Form::reg, "1110 1010 100S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::cmn, Form::reg, "1110 1011 0001 nnnn -iii 1111 iikk mmmm", shifted, {"nm"}},
    {Op::add, Form::reg, "1110 1011 000S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::adc, Form::reg, "1110 1011 010S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::sbc, Form::reg, "1110 1011 011S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::cmp, Form::reg, "1110 1011 1011 nnnn -iii 1111 iikk mmmm", shifted, {"nm"}},
    {Op::sub, Form::reg, "1110 1011 101S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},
    {Op::rsb, Form::reg, "1110 1011 110S nnnn -iii dddd iikk mmmm", shifted, {"dnm"}},

    // Data processing, plain immediate and register shifted by register.
    {Op::adr, Form::imm, "1111 0i10 0000 1111 0iii dddd iiii iiii", no_expand, {"d"}},
    {Op::add, Form::imm, "1111 0i10 0000 nnnn 0iii dddd iiii iiii", no_expand, {"dn"}},
    {Op::movw, Form::imm, "1111 0i10 0100 iiii 0iii dddd iiii iiii", t32_half_constant, {"d"}},
    {Op::adr, Form::imm, "1111 0i10 1010 1111 0iii dddd iiii iiii", negated, {"d"}},
    {Op::sub, Form::imm, "1111 0i10 1010 nnnn 0iii dddd iiii iiii", no_expand, {"dn"}},
    {Op::movt, Form::imm, "1111 0i10 1100 iiii 0iii dddd iiii iiii", t32_half_constant, {"d"}},
    {Op::mov, Form::reg_shift, "1111 1010 0kkS mmmm 1111 dddd 0000 ssss", shifted_by_register, {"dms"}},

    // Multiply and divide.
    {Op::mul, Form::d_n_m, "1111 1011 0000 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::mla, Form::d_n_m_a, "1111 1011 0000 nnnn aaaa dddd 0000 mmmm", no_expand, {"dnma"}},
    {Op::mls, Form::d_n_m_a, "1111 1011 0000 nnnn aaaa dddd 0001 mmmm", no_expand, {"dnma"}},
    {Op::smull, Form::d_n_m_a, "1111 1011 1000 nnnn aaaa dddd 0000 mmmm", long_multiply, {"dnma"}},
    {Op::sdiv, Form::d_n_m, "1111 1011 1001 nnnn ---- dddd 1111 mmmm", no_expand, {"dnm"}},
    {Op::umull, Form::d_n_m_a, "1111 1011 1010 nnnn aaaa dddd 0000 mmmm", long_multiply, {"dnma"}},
    {Op::udiv, Form::d_n_m, "1111 1011 1011 nnnn ---- dddd 1111 mmmm", no_expand, {"dnm"}},
    {Op::smlal, Form::d_n_m_a, "1111 1011 1100 nnnn aaaa dddd 0000 mmmm", long_multiply, {"dnma"}},
    {Op::umlal, Form::d_n_m_a, "1111 1011 1110 nnnn aaaa dddd 0000 mmmm", long_multiply, {"dnma"}},
    {Op::umaal, Form::d_n_m_a, "1111 1011 1110 nnnn aaaa dddd 0110 mmmm", long_multiply, {"dnma"}},

    // Preloads: loads of r15 that are not words.
    {Op::pld, Form::mem_imm, "1111 1000 U0-1 1111 1111 iiii iiii iiii", plain_literal},
    {Op::pli, Form::mem_imm, "1111 1001 U001 1111 1111 iiii iiii iiii", plain_literal},
    {Op::pld, Form::mem_imm, "1111 1000 1001 nnnn 1111 iiii iiii iiii", plain_offset, {"n"}},
    {Op::pld, Form::mem_imm, "1111 1000 0001 nnnn 1111 1100 iiii iiii", negative_offset, {"n"}},
    {Op::pld, Form::mem_reg, "1111 1000 0001 nnnn 1111 0000 00ii mmmm", scaled_offset, {"nm"}},
    {Op::pldw, Form::mem_imm, "1111 1000 1011 nnnn 1111 iiii iiii iiii", plain_offset, {"n"}},
    {Op::pldw, Form::mem_imm, "1111 1000 0011 nnnn 1111 1100 iiii iiii", negative_offset, {"n"}},
    {Op::pldw, Form::mem_reg, "1111 1000 0011 nnnn 1111 0000 00ii mmmm", scaled_offset, {"nm"}},
    {Op::pli, Form::mem_imm, "1111 1001 1001 nnnn 1111 iiii iiii iiii", plain_offset, {"n"}},
    {Op::pli, Form::mem_imm, "1111 1001 0001 nnnn 1111 1100 iiii iiii", negative_offset, {"n"}},
    {Op::pli, Form::mem_reg, "1111 1001 0001 nnnn 1111 0000 00ii mmmm", scaled_offset, {"nm"}},
    {Op::nop, Form::none, "1111 1001 -011 1111 1111 ---- ---- ----"},  // unallocated memory hints (A6.3.8)
    {Op::nop, Form::none, "1111 1001 1011 ---- 1111 ---- ---- ----", no_expand, {literal}},
    {Op::nop, Form::none, "1111 1001 0011 ---- 1111 1100 ---- ----", no_expand, {literal}},
    {Op::nop, Form::none, "1111 1001 0011 ---- 1111 0000 00-- ----", no_expand, {literal}},

    // Loads and stores.
    {Op::strb, Form::mem_imm, "1111 1000 1000 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::strb, Form::mem_imm, "1111 1000 0000 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::strb, Form::mem_reg, "1111 1000 0000 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},
    {Op::ldrb, Form::mem_imm, "1111 1000 U001 1111 tttt iiii iiii iiii", plain_literal, {"t"}},
    {Op::ldrb, Form::mem_imm, "1111 1000 1001 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::ldrb, Form::mem_imm, "1111 1000 0001 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::ldrb, Form::mem_reg, "1111 1000 0001 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},
    {Op::strh, Form::mem_imm, "1111 1000 1010 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::strh, Form::mem_imm, "1111 1000 0010 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::strh, Form::mem_reg, "1111 1000 0010 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},
    {Op::ldrh, Form::mem_imm, "1111 1000 U011 1111 tttt iiii iiii iiii", plain_literal, {"t"}},
    {Op::ldrh, Form::mem_imm, "1111 1000 1011 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::ldrh, Form::mem_imm, "1111 1000 0011 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::ldrh, Form::mem_reg, "1111 1000 0011 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},
    {Op::str, Form::mem_imm, "1111 1000 1100 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::str, Form::mem_imm, "1111 1000 0100 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::str, Form::mem_reg, "1111 1000 0100 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},
    {Op::ldr, Form::mem_imm, "1111 1000 U101 1111 tttt iiii iiii iiii", plain_literal},
    {Op::ldr, Form::mem_imm, "1111 1000 1101 nnnn tttt iiii iiii iiii", plain_offset, {"n"}},
    {Op::ldr, Form::mem_imm, "1111 1000 0101 nnnn tttt 1PUW iiii iiii", t32_transfer, {"n", neither}},
    {Op::ldr, Form::mem_reg, "1111 1000 0101 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nm"}},
    {Op::ldrsb, Form::mem_imm, "1111 1001 U001 1111 tttt iiii iiii iiii", plain_literal, {"t"}},
    {Op::ldrsb, Form::mem_imm, "1111 1001 1001 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::ldrsb, Form::mem_imm, "1111 1001 0001 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::ldrsb, Form::mem_reg, "1111 1001 0001 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},
    {Op::ldrsh, Form::mem_imm, "1111 1001 U011 1111 tttt iiii iiii iiii", plain_literal, {"t"}},
    {Op::ldrsh, Form::mem_imm, "1111 1001 1011 nnnn tttt iiii iiii iiii", plain_offset, {"nt"}},
    {Op::ldrsh, Form::mem_imm, "1111 1001 0011 nnnn tttt 1PUW iiii iiii", t32_transfer, {"nt", neither}},
    {Op::ldrsh, Form::mem_reg, "1111 1001 0011 nnnn tttt 0000 00ii mmmm", scaled_offset, {"nmt"}},

    // Doublewords, exclusives, table branches. P = 0 and W = 0 belongs to the exclusives.
    {Op::strd, Form::mem_imm, "1110 1001 U1W0 nnnn tttt aaaa iiii iiii", t32_transfer_pair_before, {"nta"}},
    {Op::ldrd, Form::mem_imm, "1110 1001 U1W1 nnnn tttt aaaa iiii iiii", t32_transfer_pair_before, {"ta"}},
    {Op::strd, Form::mem_imm, "1110 1000 U110 nnnn tttt aaaa iiii iiii", t32_transfer_pair_after, {"nta"}},
    {Op::ldrd, Form::mem_imm, "1110 1000 U111 nnnn tttt aaaa iiii iiii", t32_transfer_pair_after, {"ta"}},
    {Op::strex, Form::exclusive, "1110 1000 0100 nnnn tttt dddd iiii iiii", t32_store_exclusive, {"dnt"}},
    {Op::ldrex, Form::exclusive, "1110 1000 0101 nnnn tttt ---- iiii iiii", times_four, {"nt"}},
    {Op::strexb, Form::exclusive, "1110 1000 1100 nnnn tttt ---- 0100 dddd", store_exclusive, {"dnt"}},
    {Op::strexh, Form::exclusive, "1110 1000 1100 nnnn tttt ---- 0101 dddd", store_exclusive, {"dnt"}},
    {Op::strexd, Form::exclusive, "1110 1000 1100 nnnn tttt aaaa 0111 dddd", t32_store_exclusive_pair, {"dnta"}},
    {Op::tbb, Form::table, "1110 1000 1101 nnnn ---- ---- 0000 mmmm", no_expand, {"m"}},
    {Op::tbh, Form::table, "1110 1000 1101 nnnn ---- ---- 0001 mmmm", no_expand, {"m"}},
    {Op::ldrexb, Form::exclusive, "1110 1000 1101 nnnn tttt ---- 0100 ----", no_expand, {"nt"}},
    {Op::ldrexh, Form::exclusive, "1110 1000 1101 nnnn tttt ---- 0101 ----", no_expand, {"nt"}},
    {Op::ldrexd, Form::exclusive, "1110 1000 1101 nnnn tttt aaaa 0111 ----", t32_load_exclusive_pair, {"nta"}},

    // Multiple registers: increment after, decrement before.
    {Op::stm, Form::list, "1110 1000 10W0 nnnn 0r0r rrrr rrrr rrrr", t32_store_after, {"n"}},
    {Op::ldm, Form::list, "1110 1000 10W1 nnnn rr0r rrrr rrrr rrrr", t32_load_after, {"n"}},
    {Op::stm, Form::list, "1110 1001 00W0 nnnn 0r0r rrrr rrrr rrrr", t32_store_before, {"n"}},
    {Op::ldm, Form::list, "1110 1001 00W1 nnnn rr0r rrrr rrrr rrrr", t32_load_before, {"n"}},

    // Branches.
    {Op::b,
     Form::branch,
     "1111 0icc ccii iiii 10i0 iiii iiii iiii",
     t32_branch_conditional,
     {"---- --11 1--- ---- ---- ---- ---- ----"}},
    {Op::b, Form::branch, "1111 0iii iiii iiii 10i1 iiii iiii iiii", t32_branch},
    {Op::bl, Form::branch, "1111 0iii iiii iiii 11i1 iiii iiii iiii", t32_branch},
    {Op::blx, Form::branch, "1111 0iii iiii iiii 11i0 iiii iiii iii0", t32_branch_exchange},
    {Op::bxj, Form::branch_m, "1111 0011 1100 mmmm 10-0 ---- ---- ----", no_expand, {"m"}},

    // Status, hints, barriers.
    {Op::msr, Form::status_reg, "1111 0011 1000 nnnn 10-0 ffff --0- ----", status, {"n", no_t32_fields}},
    {Op::mrs, Form::status_to_d, "1111 0011 1110 ---- 10-0 dddd --0- ----", no_expand, {"d"}},
    {Op::nop, Form::none, "1111 0011 1010 ---- 10-0 -000 0000 0000"},
    {Op::yield, Form::none, "1111 0011 1010 ---- 10-0 -000 0000 0001"},
    {Op::wfe, Form::none, "1111 0011 1010 ---- 10-0 -000 0000 0010"},
    {Op::wfi, Form::none, "1111 0011 1010 ---- 10-0 -000 0000 0011"},
    {Op::sev, Form::none, "1111 0011 1010 ---- 10-0 -000 0000 0100"},
    {Op::dbg, Form::number, "1111 0011 1010 ---- 10-0 -000 1111 iiii"},
    {Op::nop, Form::none, "1111 0011 1010 ---- 10-0 -000 ---- ----"},
    {Op::cps, Form::number, "1111 0011 1010 ---- 10-0 -iii iiii iiii"},
    {Op::clrex, Form::none, "1111 0011 1011 ---- 10-0 ---- 0010 ----"},
    {Op::dsb, Form::number, "1111 0011 1011 ---- 10-0 ---- 0100 iiii"},
    {Op::dmb, Form::number, "1111 0011 1011 ---- 10-0 ---- 0101 iiii"},
    {Op::isb, Form::number, "1111 0011 1011 ---- 10-0 ---- 0110 iiii"},
    {Op::udf, Form::number, "1111 0111 1111 iiii 1010 iiii iiii iiii"},

    // CP15 as far as user mode reaches it, as in A32.
    {Op::read_tpidruro, Form::cp15, "1110 1110 0001 1101 tttt 1111 0111 0000", no_expand, {"t"}},
    {Op::read_tpidrurw, Form::cp15, "1110 1110 0001 1101 tttt 1111 0101 0000", no_expand, {"t"}},
    {Op::write_tpidrurw, Form::cp15, "1110 1110 0000 1101 tttt 1111 0101 0000", no_expand, {"t"}},
    {Op::isb, Form::cp15, "1110 1110 0000 0111 tttt 1111 1001 0101", full_system, {"t"}},
    {Op::dsb, Form::cp15, "1110 1110 0000 0111 tttt 1111 1001 1010", full_system, {"t"}},
    {Op::dmb, Form::cp15, "1110 1110 0000 0111 tttt 1111 1011 1010", full_system, {"t"}},
};

}  // namespace sigtape::isa
