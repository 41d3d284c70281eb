// T32 rows: halfword multiplies, saturating and parallel arithmetic, packing, extending, bit fields, reversal.
#pragma once
#include "core/isa/expand.h"

namespace sigtape::isa {

// UNPREDICTABLE in this file: as in t32_integer.h; RdHi equal to RdLo and a bit field that ends before it begins are
// undefined; the second copy of m in REV, RBIT and CLZ is ignored.
inline constexpr Row t32_media_rows[] = {
    // Halfword multiplies.
    {Op::smul_xy, Form::d_n_m, "1111 1011 0001 nnnn 1111 dddd 00xy mmmm", halves, {"dnm"}},
    {Op::smla_xy, Form::d_n_m_a, "1111 1011 0001 nnnn aaaa dddd 00xy mmmm", halves, {"dnma"}},
    {Op::smuad, Form::d_n_m, "1111 1011 0010 nnnn 1111 dddd 000y mmmm", swapped, {"dnm"}},
    {Op::smlad, Form::d_n_m_a, "1111 1011 0010 nnnn aaaa dddd 000y mmmm", swapped, {"dnma"}},
    {Op::smulw_y, Form::d_n_m, "1111 1011 0011 nnnn 1111 dddd 000y mmmm", halves, {"dnm"}},
    {Op::smlaw_y, Form::d_n_m_a, "1111 1011 0011 nnnn aaaa dddd 000y mmmm", halves, {"dnma"}},
    {Op::smusd, Form::d_n_m, "1111 1011 0100 nnnn 1111 dddd 000y mmmm", swapped, {"dnm"}},
    {Op::smlsd, Form::d_n_m_a, "1111 1011 0100 nnnn aaaa dddd 000y mmmm", swapped, {"dnma"}},
    {Op::smmul, Form::d_n_m, "1111 1011 0101 nnnn 1111 dddd 000y mmmm", rounded, {"dnm"}},
    {Op::smmla, Form::d_n_m_a, "1111 1011 0101 nnnn aaaa dddd 000y mmmm", rounded, {"dnma"}},
    {Op::smmls, Form::d_n_m_a, "1111 1011 0110 nnnn aaaa dddd 000y mmmm", rounded, {"dnma"}},
    {Op::usad8, Form::d_n_m, "1111 1011 0111 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::usada8, Form::d_n_m_a, "1111 1011 0111 nnnn aaaa dddd 0000 mmmm", no_expand, {"dnma"}},
    {Op::smlal_xy, Form::d_n_m_a, "1111 1011 1100 nnnn aaaa dddd 10xy mmmm", long_halves, {"dnma"}},
    {Op::smlald, Form::d_n_m_a, "1111 1011 1100 nnnn aaaa dddd 110y mmmm", long_swapped, {"dnma"}},
    {Op::smlsld, Form::d_n_m_a, "1111 1011 1101 nnnn aaaa dddd 110y mmmm", long_swapped, {"dnma"}},

    // Saturation.
    {Op::qadd, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 1000 mmmm", no_expand, {"dnm"}},
    {Op::qdadd, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 1001 mmmm", no_expand, {"dnm"}},
    {Op::qsub, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 1010 mmmm", no_expand, {"dnm"}},
    {Op::qdsub, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 1011 mmmm", no_expand, {"dnm"}},
    {Op::ssat16, Form::saturate, "1111 0-11 0010 nnnn 0000 dddd 00-- wwww", signed_saturation, {"dn"}},
    {Op::ssat, Form::saturate, "1111 0-11 00k0 nnnn 0iii dddd ii-w wwww", signed_saturation, {"dn"}},
    {Op::usat16, Form::saturate, "1111 0-11 1010 nnnn 0000 dddd 00-- wwww", unsigned_saturation, {"dn"}},
    {Op::usat, Form::saturate, "1111 0-11 10k0 nnnn 0iii dddd ii-w wwww", unsigned_saturation, {"dn"}},

    // Parallel addition and subtraction.
    {Op::sadd8, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::sadd16, Form::d_n_m, "1111 1010 1001 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::sasx, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::ssub8, Form::d_n_m, "1111 1010 1100 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::ssub16, Form::d_n_m, "1111 1010 1101 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::ssax, Form::d_n_m, "1111 1010 1110 nnnn 1111 dddd 0000 mmmm", no_expand, {"dnm"}},
    {Op::qadd8, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 0001 mmmm", no_expand, {"dnm"}},
    {Op::qadd16, Form::d_n_m, "1111 1010 1001 nnnn 1111 dddd 0001 mmmm", no_expand, {"dnm"}},
    {Op::qasx, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 0001 mmmm", no_expand, {"dnm"}},
    {Op::qsub8, Form::d_n_m, "1111 1010 1100 nnnn 1111 dddd 0001 mmmm", no_expand, {"dnm"}},
    {Op::qsub16, Form::d_n_m, "1111 1010 1101 nnnn 1111 dddd 0001 mmmm", no_expand, {"dnm"}},
    {Op::qsax, Form::d_n_m, "1111 1010 1110 nnnn 1111 dddd 0001 mmmm", no_expand, {"dnm"}},
    {Op::shadd8, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 0010 mmmm", no_expand, {"dnm"}},
    {Op::shadd16, Form::d_n_m, "1111 1010 1001 nnnn 1111 dddd 0010 mmmm", no_expand, {"dnm"}},
    {Op::shasx, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 0010 mmmm", no_expand, {"dnm"}},
    {Op::shsub8, Form::d_n_m, "1111 1010 1100 nnnn 1111 dddd 0010 mmmm", no_expand, {"dnm"}},
    {Op::shsub16, Form::d_n_m, "1111 1010 1101 nnnn 1111 dddd 0010 mmmm", no_expand, {"dnm"}},
    {Op::shsax, Form::d_n_m, "1111 1010 1110 nnnn 1111 dddd 0010 mmmm", no_expand, {"dnm"}},
    {Op::uadd8, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 0100 mmmm", no_expand, {"dnm"}},
    {Op::uadd16, Form::d_n_m, "1111 1010 1001 nnnn 1111 dddd 0100 mmmm", no_expand, {"dnm"}},
    {Op::uasx, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 0100 mmmm", no_expand, {"dnm"}},
    {Op::usub8, Form::d_n_m, "1111 1010 1100 nnnn 1111 dddd 0100 mmmm", no_expand, {"dnm"}},
    {Op::usub16, Form::d_n_m, "1111 1010 1101 nnnn 1111 dddd 0100 mmmm", no_expand, {"dnm"}},
    {Op::usax, Form::d_n_m, "1111 1010 1110 nnnn 1111 dddd 0100 mmmm", no_expand, {"dnm"}},
    {Op::uqadd8, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 0101 mmmm", no_expand, {"dnm"}},
    {Op::uqadd16, Form::d_n_m, "1111 1010 1001 nnnn 1111 dddd 0101 mmmm", no_expand, {"dnm"}},
    {Op::uqasx, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 0101 mmmm", no_expand, {"dnm"}},
    {Op::uqsub8, Form::d_n_m, "1111 1010 1100 nnnn 1111 dddd 0101 mmmm", no_expand, {"dnm"}},
    {Op::uqsub16, Form::d_n_m, "1111 1010 1101 nnnn 1111 dddd 0101 mmmm", no_expand, {"dnm"}},
    {Op::uqsax, Form::d_n_m, "1111 1010 1110 nnnn 1111 dddd 0101 mmmm", no_expand, {"dnm"}},
    {Op::uhadd8, Form::d_n_m, "1111 1010 1000 nnnn 1111 dddd 0110 mmmm", no_expand, {"dnm"}},
    {Op::uhadd16, Form::d_n_m, "1111 1010 1001 nnnn 1111 dddd 0110 mmmm", no_expand, {"dnm"}},
    {Op::uhasx, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 0110 mmmm", no_expand, {"dnm"}},
    {Op::uhsub8, Form::d_n_m, "1111 1010 1100 nnnn 1111 dddd 0110 mmmm", no_expand, {"dnm"}},
    {Op::uhsub16, Form::d_n_m, "1111 1010 1101 nnnn 1111 dddd 0110 mmmm", no_expand, {"dnm"}},
    {Op::uhsax, Form::d_n_m, "1111 1010 1110 nnnn 1111 dddd 0110 mmmm", no_expand, {"dnm"}},

    // Packing, selection, extension.
    {Op::pkhbt, Form::pack, "1110 1010 1100 nnnn -iii dddd ii00 mmmm", pack_bottom_top, {"dnm"}},
    {Op::pkhtb, Form::pack, "1110 1010 1100 nnnn -iii dddd ii10 mmmm", pack_top_bottom, {"dnm"}},
    {Op::sel, Form::d_n_m, "1111 1010 1010 nnnn 1111 dddd 1000 mmmm", no_expand, {"dnm"}},
    {Op::sxth, Form::d_m, "1111 1010 0000 1111 1111 dddd 1-oo mmmm", rotated, {"dm"}},
    {Op::sxtah, Form::d_n_m, "1111 1010 0000 nnnn 1111 dddd 1-oo mmmm", rotated, {"dnm"}},
    {Op::uxth, Form::d_m, "1111 1010 0001 1111 1111 dddd 1-oo mmmm", rotated, {"dm"}},
    {Op::uxtah, Form::d_n_m, "1111 1010 0001 nnnn 1111 dddd 1-oo mmmm", rotated, {"dnm"}},
    {Op::sxtb16, Form::d_m, "1111 1010 0010 1111 1111 dddd 1-oo mmmm", rotated, {"dm"}},
    {Op::sxtab16, Form::d_n_m, "1111 1010 0010 nnnn 1111 dddd 1-oo mmmm", rotated, {"dnm"}},
    {Op::uxtb16, Form::d_m, "1111 1010 0011 1111 1111 dddd 1-oo mmmm", rotated, {"dm"}},
    {Op::uxtab16, Form::d_n_m, "1111 1010 0011 nnnn 1111 dddd 1-oo mmmm", rotated, {"dnm"}},
    {Op::sxtb, Form::d_m, "1111 1010 0100 1111 1111 dddd 1-oo mmmm", rotated, {"dm"}},
    {Op::sxtab, Form::d_n_m, "1111 1010 0100 nnnn 1111 dddd 1-oo mmmm", rotated, {"dnm"}},
    {Op::uxtb, Form::d_m, "1111 1010 0101 1111 1111 dddd 1-oo mmmm", rotated, {"dm"}},
    {Op::uxtab, Form::d_n_m, "1111 1010 0101 nnnn 1111 dddd 1-oo mmmm", rotated, {"dnm"}},

    // Bit fields, reversal, counting.
    {Op::sbfx, Form::bit_field, "1111 0-11 0100 nnnn 0iii dddd ii-w wwww", extraction, {"dn"}},
    {Op::bfc, Form::bit_field, "1111 0-11 0110 1111 0iii dddd ii-w wwww", insertion, {"d"}},
    {Op::bfi, Form::bit_field, "1111 0-11 0110 nnnn 0iii dddd ii-w wwww", insertion, {"dn"}},
    {Op::ubfx, Form::bit_field, "1111 0-11 1100 nnnn 0iii dddd ii-w wwww", extraction, {"dn"}},
    {Op::rev, Form::d_m, "1111 1010 1001 ---- 1111 dddd 1000 mmmm", no_expand, {"dm"}},
    {Op::rev16, Form::d_m, "1111 1010 1001 ---- 1111 dddd 1001 mmmm", no_expand, {"dm"}},
    {Op::rbit, Form::d_m, "1111 1010 1001 ---- 1111 dddd 1010 mmmm", no_expand, {"dm"}},
    {Op::revsh, Form::d_m, "1111 1010 1001 ---- 1111 dddd 1011 mmmm", no_expand, {"dm"}},
    {Op::clz, Form::d_m, "1111 1010 1011 ---- 1111 dddd 1000 mmmm", no_expand, {"dm"}},
};

}  // namespace sigtape::isa
