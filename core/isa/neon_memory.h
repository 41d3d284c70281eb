// Advanced SIMD element and structure load/store rows, in their A32 form.
#pragma once
#include <iterator>
#include <span>

#include "core/isa/pattern.h"

namespace sigtape::isa {
namespace neon {

// m is 15 without write-back, 13 where the base moves by the bytes transferred, else the register that it moves by.
inline void place(const Fields& f, Insn& i) {
  i.d = static_cast<u8>(f['D'] << 4 | f['d']);
  i.add = true;
  i.write_back = f['m'] != 15;
  i.align = 0;
  i.index = 0;
  if (f['n'] == 15) i.op = Op::undefined;  // UNPREDICTABLE
}
constexpr unsigned structure_of(Op op) {  // registers that one structure is spread over
  switch (op) {
    case Op::vld1:
    case Op::vst1: return 1;
    case Op::vld2:
    case Op::vst2: return 2;
    case Op::vld3:
    case Op::vst3: return 3;
    default: return 4;
  }
}
inline void registers(Insn& i, unsigned count, unsigned stride) {
  i.count = static_cast<u8>(count);
  i.stride = static_cast<u8>(stride);
  if (i.d + (count - 1) * stride > 31) i.op = Op::undefined;  // UNPREDICTABLE
}

// Multiple structures. VLD2 of four registers is two pairs: (d, d + 2), (d + 1, d + 3).
template <unsigned count, unsigned stride, unsigned largest_align>
void multiple(const Fields& f, Insn& i) {
  bool bad = f['A'] > largest_align || (structure_of(i.op) != 1 && i.size == 3);
  place(f, i);
  if (f['A']) i.align = static_cast<u8>(4u << f['A']);
  registers(i, count, stride);
  if (bad) i.op = Op::undefined;
}

// One lane: l is the manual's index_align.
inline void lane(const Fields& f, Insn& i) {
  unsigned structure = structure_of(i.op), l = f['l'], low = l & ((1u << (i.size + 1)) - 1) & 7;
  place(f, i);
  i.index = static_cast<u8>(l >> (i.size + 1));
  // Below the index: for 16 and 32 bits the spacing (not for VLD1), below that the alignment.
  unsigned spacing = structure != 1 && i.size != 0 ? (l >> i.size) & 1 : 0;
  unsigned align = structure != 1 && i.size != 0 ? low & ((1u << i.size) - 1) : low;
  bool bad = false;
  switch (structure) {
    case 1:
      bad = i.size == 0 ? align != 0 : i.size == 1 ? align > 1 : align != 0 && align != 3;
      if (align) i.align = static_cast<u8>(1u << i.size);
      break;
    case 2:
      bad = align > 1;
      if (align) i.align = static_cast<u8>(2u << i.size);
      break;
    case 3: bad = align != 0; break;
    case 4:
      bad = align == 3;
      if (align) i.align = static_cast<u8>(i.size == 2 ? 4u << align : 4u << i.size);
      break;
  }
  registers(i, structure, spacing + 1);
  if (bad) i.op = Op::undefined;
}

// One structure to all lanes. T: two registers (VLD1), or every second one.
inline void all_lanes(const Fields& f, Insn& i) {
  unsigned structure = structure_of(i.op), two = f['T'], aligned = f['A'];
  bool bad = i.size == 3;
  place(f, i);
  if (structure == 1) registers(i, two + 1, 1);
  else registers(i, structure, two + 1);
  if (structure == 4 && i.size == 3) {
    bad = !aligned;
    i.size = 2;
    i.align = 16;
  } else if (aligned) {
    bad |= structure == 3 || (structure == 1 && i.size == 0);
    i.align = static_cast<u8>(structure == 4 && i.size == 2 ? 8 : structure << i.size);
  }
  if (bad) i.op = Op::undefined;
}

inline constexpr Row memory_rows[] = {
    {Op::vst1, Form::structures, "1111 0100 0D00 nnnn dddd 0111 zzAA mmmm", multiple<1, 1, 1>},
    {Op::vst1, Form::structures, "1111 0100 0D00 nnnn dddd 1010 zzAA mmmm", multiple<2, 1, 2>},
    {Op::vst1, Form::structures, "1111 0100 0D00 nnnn dddd 0110 zzAA mmmm", multiple<3, 1, 1>},
    {Op::vst1, Form::structures, "1111 0100 0D00 nnnn dddd 0010 zzAA mmmm", multiple<4, 1, 3>},
    {Op::vst2, Form::structures, "1111 0100 0D00 nnnn dddd 1000 zzAA mmmm", multiple<2, 1, 2>},
    {Op::vst2, Form::structures, "1111 0100 0D00 nnnn dddd 1001 zzAA mmmm", multiple<2, 2, 2>},
    {Op::vst2, Form::structures, "1111 0100 0D00 nnnn dddd 0011 zzAA mmmm", multiple<4, 1, 3>},
    {Op::vst3, Form::structures, "1111 0100 0D00 nnnn dddd 0100 zzAA mmmm", multiple<3, 1, 1>},
    {Op::vst3, Form::structures, "1111 0100 0D00 nnnn dddd 0101 zzAA mmmm", multiple<3, 2, 1>},
    {Op::vst4, Form::structures, "1111 0100 0D00 nnnn dddd 0000 zzAA mmmm", multiple<4, 1, 3>},
    {Op::vst4, Form::structures, "1111 0100 0D00 nnnn dddd 0001 zzAA mmmm", multiple<4, 2, 3>},
    {Op::vld1, Form::structures, "1111 0100 0D10 nnnn dddd 0111 zzAA mmmm", multiple<1, 1, 1>},
    {Op::vld1, Form::structures, "1111 0100 0D10 nnnn dddd 1010 zzAA mmmm", multiple<2, 1, 2>},
    {Op::vld1, Form::structures, "1111 0100 0D10 nnnn dddd 0110 zzAA mmmm", multiple<3, 1, 1>},
    {Op::vld1, Form::structures, "1111 0100 0D10 nnnn dddd 0010 zzAA mmmm", multiple<4, 1, 3>},
    {Op::vld2, Form::structures, "1111 0100 0D10 nnnn dddd 1000 zzAA mmmm", multiple<2, 1, 2>},
    {Op::vld2, Form::structures, "1111 0100 0D10 nnnn dddd 1001 zzAA mmmm", multiple<2, 2, 2>},
    {Op::vld2, Form::structures, "1111 0100 0D10 nnnn dddd 0011 zzAA mmmm", multiple<4, 1, 3>},
    {Op::vld3, Form::structures, "1111 0100 0D10 nnnn dddd 0100 zzAA mmmm", multiple<3, 1, 1>},
    {Op::vld3, Form::structures, "1111 0100 0D10 nnnn dddd 0101 zzAA mmmm", multiple<3, 2, 1>},
    {Op::vld4, Form::structures, "1111 0100 0D10 nnnn dddd 0000 zzAA mmmm", multiple<4, 1, 3>},
    {Op::vld4, Form::structures, "1111 0100 0D10 nnnn dddd 0001 zzAA mmmm", multiple<4, 2, 3>},
    // one structure to all lanes
    {Op::vld1, Form::all_lanes, "1111 0100 1D10 nnnn dddd 1100 zzTA mmmm", all_lanes},
    {Op::vld2, Form::all_lanes, "1111 0100 1D10 nnnn dddd 1101 zzTA mmmm", all_lanes},
    {Op::vld3, Form::all_lanes, "1111 0100 1D10 nnnn dddd 1110 zzTA mmmm", all_lanes},
    {Op::vld4, Form::all_lanes, "1111 0100 1D10 nnnn dddd 1111 zzTA mmmm", all_lanes},
    // one structure from or to one lane
#define SIGTAPE_LANE(op, load, structure)                                                                       \
  {Op::op, Form::lane, "1111 0100 1D" load "0 nnnn dddd zz" structure " llll mmmm", lane,                       \
   {"---- ---- ---- ---- ---- 11-- ---- ----"}}
    SIGTAPE_LANE(vst1, "0", "00"), SIGTAPE_LANE(vst2, "0", "01"), SIGTAPE_LANE(vst3, "0", "10"),
    SIGTAPE_LANE(vst4, "0", "11"), SIGTAPE_LANE(vld1, "1", "00"), SIGTAPE_LANE(vld2, "1", "01"),
    SIGTAPE_LANE(vld3, "1", "10"), SIGTAPE_LANE(vld4, "1", "11"),
#undef SIGTAPE_LANE
};

}  // namespace neon

inline constexpr std::span<const Row> neon_memory_rows{neon::memory_rows};

}  // namespace sigtape::isa
