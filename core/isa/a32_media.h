// A32 rows: halfword multiplies, saturating and parallel arithmetic, packing, extending, bit fields, reversal.
#pragma once
#include "core/isa/expand.h"

namespace sigtape::isa {

// UNPREDICTABLE in this file (r15 as an operand, RdHi equal to RdLo, a bit field that ends before it begins) is
// undefined.
inline constexpr Row a32_media_rows[] = {
    // Halfword multiplies.
    {Op::smla_xy, Form::d_n_m_a, "cccc 0001 0000 dddd aaaa mmmm 1yx0 nnnn", halves, {"dnma"}},
    {Op::smlaw_y, Form::d_n_m_a, "cccc 0001 0010 dddd aaaa mmmm 1y00 nnnn", halves, {"dnma"}},
    {Op::smulw_y, Form::d_n_m, "cccc 0001 0010 dddd ---- mmmm 1y10 nnnn", halves, {"dnm"}},
    {Op::smlal_xy, Form::d_n_m_a, "cccc 0001 0100 dddd aaaa mmmm 1yx0 nnnn", long_halves, {"dnma"}},
    {Op::smul_xy, Form::d_n_m, "cccc 0001 0110 dddd ---- mmmm 1yx0 nnnn", halves, {"dnm"}},
    {Op::smuad, Form::d_n_m, "cccc 0111 0000 dddd 1111 mmmm 00y1 nnnn", swapped, {"dnm"}},
    {Op::smlad, Form::d_n_m_a, "cccc 0111 0000 dddd aaaa mmmm 00y1 nnnn", swapped, {"dnma"}},
    {Op::smusd, Form::d_n_m, "cccc 0111 0000 dddd 1111 mmmm 01y1 nnnn", swapped, {"dnm"}},
    {Op::smlsd, Form::d_n_m_a, "cccc 0111 0000 dddd aaaa mmmm 01y1 nnnn", swapped, {"dnma"}},
    {Op::sdiv, Form::d_n_m, "cccc 0111 0001 dddd ---- mmmm 0001 nnnn", no_expand, {"dnm"}},
    {Op::udiv, Form::d_n_m, "cccc 0111 0011 dddd ---- mmmm 0001 nnnn", no_expand, {"dnm"}},
    {Op::smlald, Form::d_n_m_a, "cccc 0111 0100 dddd aaaa mmmm 00y1 nnnn", long_swapped, {"dnma"}},
    {Op::smlsld, Form::d_n_m_a, "cccc 0111 0100 dddd aaaa mmmm 01y1 nnnn", long_swapped, {"dnma"}},
    {Op::smmul, Form::d_n_m, "cccc 0111 0101 dddd 1111 mmmm 00y1 nnnn", rounded, {"dnm"}},
    {Op::smmla, Form::d_n_m_a, "cccc 0111 0101 dddd aaaa mmmm 00y1 nnnn", rounded, {"dnma"}},
    {Op::smmls, Form::d_n_m_a, "cccc 0111 0101 dddd aaaa mmmm 11y1 nnnn", rounded, {"dnma"}},
    {Op::usad8, Form::d_n_m, "cccc 0111 1000 dddd 1111 mmmm 0001 nnnn", no_expand, {"dnm"}},
    {Op::usada8, Form::d_n_m_a, "cccc 0111 1000 dddd aaaa mmmm 0001 nnnn", no_expand, {"dnma"}},

    // Saturation. QADD and its relatives write their operands as d, m, n.
    {Op::qadd, Form::d_n_m, "cccc 0001 0000 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::qsub, Form::d_n_m, "cccc 0001 0010 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::qdadd, Form::d_n_m, "cccc 0001 0100 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::qdsub, Form::d_n_m, "cccc 0001 0110 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::ssat, Form::saturate, "cccc 0110 101w wwww dddd iiii ik01 nnnn", signed_saturation, {"dn"}},
    {Op::usat, Form::saturate, "cccc 0110 111w wwww dddd iiii ik01 nnnn", unsigned_saturation, {"dn"}},
    {Op::ssat16, Form::saturate, "cccc 0110 1010 wwww dddd ---- 0011 nnnn", signed_saturation, {"dn"}},
    {Op::usat16, Form::saturate, "cccc 0110 1110 wwww dddd ---- 0011 nnnn", unsigned_saturation, {"dn"}},

    // Parallel addition and subtraction.
    {Op::sadd16, Form::d_n_m, "cccc 0110 0001 nnnn dddd ---- 0001 mmmm", no_expand, {"dnm"}},
    {Op::sasx, Form::d_n_m, "cccc 0110 0001 nnnn dddd ---- 0011 mmmm", no_expand, {"dnm"}},
    {Op::ssax, Form::d_n_m, "cccc 0110 0001 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::ssub16, Form::d_n_m, "cccc 0110 0001 nnnn dddd ---- 0111 mmmm", no_expand, {"dnm"}},
    {Op::sadd8, Form::d_n_m, "cccc 0110 0001 nnnn dddd ---- 1001 mmmm", no_expand, {"dnm"}},
    {Op::ssub8, Form::d_n_m, "cccc 0110 0001 nnnn dddd ---- 1111 mmmm", no_expand, {"dnm"}},
    {Op::qadd16, Form::d_n_m, "cccc 0110 0010 nnnn dddd ---- 0001 mmmm", no_expand, {"dnm"}},
    {Op::qasx, Form::d_n_m, "cccc 0110 0010 nnnn dddd ---- 0011 mmmm", no_expand, {"dnm"}},
    {Op::qsax, Form::d_n_m, "cccc 0110 0010 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::qsub16, Form::d_n_m, "cccc 0110 0010 nnnn dddd ---- 0111 mmmm", no_expand, {"dnm"}},
    {Op::qadd8, Form::d_n_m, "cccc 0110 0010 nnnn dddd ---- 1001 mmmm", no_expand, {"dnm"}},
    {Op::qsub8, Form::d_n_m, "cccc 0110 0010 nnnn dddd ---- 1111 mmmm", no_expand, {"dnm"}},
    {Op::shadd16, Form::d_n_m, "cccc 0110 0011 nnnn dddd ---- 0001 mmmm", no_expand, {"dnm"}},
    {Op::shasx, Form::d_n_m, "cccc 0110 0011 nnnn dddd ---- 0011 mmmm", no_expand, {"dnm"}},
    {Op::shsax, Form::d_n_m, "cccc 0110 0011 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::shsub16, Form::d_n_m, "cccc 0110 0011 nnnn dddd ---- 0111 mmmm", no_expand, {"dnm"}},
    {Op::shadd8, Form::d_n_m, "cccc 0110 0011 nnnn dddd ---- 1001 mmmm", no_expand, {"dnm"}},
    {Op::shsub8, Form::d_n_m, "cccc 0110 0011 nnnn dddd ---- 1111 mmmm", no_expand, {"dnm"}},
    {Op::uadd16, Form::d_n_m, "cccc 0110 0101 nnnn dddd ---- 0001 mmmm", no_expand, {"dnm"}},
    {Op::uasx, Form::d_n_m, "cccc 0110 0101 nnnn dddd ---- 0011 mmmm", no_expand, {"dnm"}},
    {Op::usax, Form::d_n_m, "cccc 0110 0101 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::usub16, Form::d_n_m, "cccc 0110 0101 nnnn dddd ---- 0111 mmmm", no_expand, {"dnm"}},
    {Op::uadd8, Form::d_n_m, "cccc 0110 0101 nnnn dddd ---- 1001 mmmm", no_expand, {"dnm"}},
    {Op::usub8, Form::d_n_m, "cccc 0110 0101 nnnn dddd ---- 1111 mmmm", no_expand, {"dnm"}},
    {Op::uqadd16, Form::d_n_m, "cccc 0110 0110 nnnn dddd ---- 0001 mmmm", no_expand, {"dnm"}},
    {Op::uqasx, Form::d_n_m, "cccc 0110 0110 nnnn dddd ---- 0011 mmmm", no_expand, {"dnm"}},
    {Op::uqsax, Form::d_n_m, "cccc 0110 0110 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::uqsub16, Form::d_n_m, "cccc 0110 0110 nnnn dddd ---- 0111 mmmm", no_expand, {"dnm"}},
    {Op::uqadd8, Form::d_n_m, "cccc 0110 0110 nnnn dddd ---- 1001 mmmm", no_expand, {"dnm"}},
    {Op::uqsub8, Form::d_n_m, "cccc 0110 0110 nnnn dddd ---- 1111 mmmm", no_expand, {"dnm"}},
    {Op::uhadd16, Form::d_n_m, "cccc 0110 0111 nnnn dddd ---- 0001 mmmm", no_expand, {"dnm"}},
    {Op::uhasx, Form::d_n_m, "cccc 0110 0111 nnnn dddd ---- 0011 mmmm", no_expand, {"dnm"}},
    {Op::uhsax, Form::d_n_m, "cccc 0110 0111 nnnn dddd ---- 0101 mmmm", no_expand, {"dnm"}},
    {Op::uhsub16, Form::d_n_m, "cccc 0110 0111 nnnn dddd ---- 0111 mmmm", no_expand, {"dnm"}},
    {Op::uhadd8, Form::d_n_m, "cccc 0110 0111 nnnn dddd ---- 1001 mmmm", no_expand, {"dnm"}},
    {Op::uhsub8, Form::d_n_m, "cccc 0110 0111 nnnn dddd ---- 1111 mmmm", no_expand, {"dnm"}},

    // Packing, selection, extension.
    {Op::pkhbt, Form::pack, "cccc 0110 1000 nnnn dddd iiii i001 mmmm", pack_bottom_top, {"dnm"}},
    {Op::pkhtb, Form::pack, "cccc 0110 1000 nnnn dddd iiii i101 mmmm", pack_top_bottom, {"dnm"}},
    {Op::sel, Form::d_n_m, "cccc 0110 1000 nnnn dddd ---- 1011 mmmm", no_expand, {"dnm"}},
    {Op::sxtb16, Form::d_m, "cccc 0110 1000 1111 dddd oo-- 0111 mmmm", rotated, {"dm"}},
    {Op::sxtab16, Form::d_n_m, "cccc 0110 1000 nnnn dddd oo-- 0111 mmmm", rotated, {"dnm"}},
    {Op::sxtb, Form::d_m, "cccc 0110 1010 1111 dddd oo-- 0111 mmmm", rotated, {"dm"}},
    {Op::sxtab, Form::d_n_m, "cccc 0110 1010 nnnn dddd oo-- 0111 mmmm", rotated, {"dnm"}},
    {Op::sxth, Form::d_m, "cccc 0110 1011 1111 dddd oo-- 0111 mmmm", rotated, {"dm"}},
    {Op::sxtah, Form::d_n_m, "cccc 0110 1011 nnnn dddd oo-- 0111 mmmm", rotated, {"dnm"}},
    {Op::uxtb16, Form::d_m, "cccc 0110 1100 1111 dddd oo-- 0111 mmmm", rotated, {"dm"}},
    {Op::uxtab16, Form::d_n_m, "cccc 0110 1100 nnnn dddd oo-- 0111 mmmm", rotated, {"dnm"}},
    {Op::uxtb, Form::d_m, "cccc 0110 1110 1111 dddd oo-- 0111 mmmm", rotated, {"dm"}},
    {Op::uxtab, Form::d_n_m, "cccc 0110 1110 nnnn dddd oo-- 0111 mmmm", rotated, {"dnm"}},
    {Op::uxth, Form::d_m, "cccc 0110 1111 1111 dddd oo-- 0111 mmmm", rotated, {"dm"}},
    {Op::uxtah, Form::d_n_m, "cccc 0110 1111 nnnn dddd oo-- 0111 mmmm", rotated, {"dnm"}},

    // Bit fields, reversal, counting.
    {Op::sbfx, Form::bit_field, "cccc 0111 101w wwww dddd iiii i101 nnnn", extraction, {"dn"}},
    {Op::ubfx, Form::bit_field, "cccc 0111 111w wwww dddd iiii i101 nnnn", extraction, {"dn"}},
    {Op::bfc, Form::bit_field, "cccc 0111 110w wwww dddd iiii i001 1111", insertion, {"d"}},
    {Op::bfi, Form::bit_field, "cccc 0111 110w wwww dddd iiii i001 nnnn", insertion, {"dn"}},
    {Op::rev, Form::d_m, "cccc 0110 1011 ---- dddd ---- 0011 mmmm", no_expand, {"dm"}},
    {Op::rev16, Form::d_m, "cccc 0110 1011 ---- dddd ---- 1011 mmmm", no_expand, {"dm"}},
    {Op::rbit, Form::d_m, "cccc 0110 1111 ---- dddd ---- 0011 mmmm", no_expand, {"dm"}},
    {Op::revsh, Form::d_m, "cccc 0110 1111 ---- dddd ---- 1011 mmmm", no_expand, {"dm"}},
    {Op::clz, Form::d_m, "cccc 0001 0110 ---- dddd ---- 0001 mmmm", no_expand, {"dm"}},
};

}  // namespace sigtape::isa
