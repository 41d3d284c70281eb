// The decoder: an index over the row tables, made at compile time, and the step from a row to an Insn.
#include "core/isa/decode.h"

#include <array>
#include <bit>

#include "core/base/bits.h"
#include "core/isa/a32_integer.h"
#include "core/isa/a32_media.h"
#include "core/isa/neon_data.h"
#include "core/isa/neon_memory.h"
#include "core/isa/t16.h"
#include "core/isa/t32_integer.h"
#include "core/isa/t32_media.h"
#include "core/isa/vfp.h"

namespace sigtape::isa {
namespace {

constexpr std::array<std::span<const Row>, static_cast<int>(Table::count_)> tables = {
    a32_integer_rows, a32_media_rows, t16_rows,       t32_integer_rows,
    t32_media_rows,   vfp_rows,       neon_data_rows, neon_memory_rows};

// The bits by which the index is entered: those that tell rows apart best.
struct A32Key {
  static constexpr u32 keys = 1 << 13;
  static constexpr u32 mask = 0x0ff0'00f0;  // and whether the condition is 1111
  static constexpr u32 of(u32 word) {
    return u32{word >= 0xf000'0000} << 12 | bits(word, 27, 20) << 4 | bits(word, 7, 4);
  }
};
struct T32Key {
  static constexpr u32 keys = 1 << 13;
  static constexpr u32 mask = 0x1ff0'00f0;
  static constexpr u32 of(u32 word) { return bits(word, 28, 20) << 4 | bits(word, 7, 4); }
};
struct T16Key {
  static constexpr u32 keys = 1 << 10;
  static constexpr u32 mask = 0xffc0;
  static constexpr u32 of(u32 word) { return word >> 6; }
};

// Calls visit(key) for every key under which an encoding of the row may be looked up.
template <class Key, class Visit>
constexpr void each_key(const Row& row, Visit visit) {
  u32 free = Key::mask & ~row.pattern.fixed.mask;
  u32 subset = 0;
  do {
    u32 word = row.pattern.fixed.value | subset;
    if constexpr (std::is_same_v<Key, A32Key>) {
      if (row.pattern.fixed.mask >> 28 == 0) {
        visit(Key::of(word & 0x0fff'ffff));
        if (!row.conditional) visit(Key::of(word | 0xf000'0000));
      } else {
        visit(Key::of(word));
      }
    } else {
      visit(Key::of(word));
    }
    subset = (subset - free) & free;
  } while (subset);
}

template <class Key>
consteval u32 count_entries(std::initializer_list<Table> parts) {
  u32 count = 0;
  for (Table part : parts)
    for (const Row& row : tables[static_cast<int>(part)]) each_key<Key>(row, [&](u32) { ++count; });
  return count;
}

// For each key the rows to try, in table order. Made at compile time, so that starting a process costs nothing.
template <class Key, Table... parts>
struct Index {
  std::array<u16, Key::keys + 1> first{};
  std::array<u16, count_entries<Key>({parts...})> rows{};  // table << 12 | row
  static_assert(count_entries<Key>({parts...}) < 0x1'0000);

  consteval Index() {
    each([&](u32 key, u16) { ++first[key + 1]; });
    for (u32 key = 0; key < Key::keys; ++key) first[key + 1] = static_cast<u16>(first[key + 1] + first[key]);
    std::array<u16, Key::keys + 1> next = first;
    each([&](u32 key, u16 number) { rows[next[key]++] = number; });
  }
  template <class Visit>
  consteval void each(Visit visit) {
    for (Table part : {parts...}) {
      u16 number = static_cast<u16>(static_cast<u32>(part) << 12);
      for (const Row& row : tables[static_cast<int>(part)]) {
        each_key<Key>(row, [&](u32 key) { visit(key, number); });
        ++number;
      }
    }
  }
  const Row* find(u32 word) const {
    u32 key = Key::of(word);
    for (u32 i = first[key]; i < first[key + 1]; ++i) {
      const Row& row = tables[rows[i] >> 12][rows[i] & 0xfff];
      if (row.match(word)) return &row;
    }
    return nullptr;
  }
};

constexpr Index<A32Key, Table::a32_integer, Table::a32_media, Table::vfp, Table::neon_data, Table::neon_memory>
    a32_index;
constexpr Index<T32Key, Table::t32_integer, Table::t32_media> t32_index;
constexpr Index<T16Key, Table::t16> t16_index;

static_assert(ordered(a32_integer_rows));
static_assert(ordered(a32_media_rows));
static_assert(ordered(t16_rows));
static_assert(ordered(t32_integer_rows));
static_assert(ordered(t32_media_rows));
static_assert(ordered(vfp_rows));
static_assert(ordered(neon_data_rows));
static_assert(ordered(neon_memory_rows));

constexpr bool is_comparison(Op op) { return op == Op::tst || op == Op::teq || op == Op::cmp || op == Op::cmn; }

// Keeps its condition: where that fails, an undefined instruction does nothing (B1.9.4 leaves the choice; so does a
// Cortex-A15).
Insn undefined_insn(u32 word, u8 width, bool thumb) {
  Insn insn;
  insn.width = width;
  insn.thumb = thumb;
  insn.bits = word;
  if (!thumb && word >> 28 != 15) insn.cond = static_cast<Cond>(word >> 28);
  return insn;
}

// Puts the plain letters in place and lets the row's expand function do the rest. No row: undefined.
Insn insn_of(const Row* row, u32 word, u8 width, bool thumb) {
  Insn insn = undefined_insn(word, width, thumb);
  if (!row) return insn;
  insn.cond = Cond::al;
  Fields f = row->pattern.fields(word);
  insn.op = row->op;
  insn.form = row->form;
  if (row->conditional) insn.cond = static_cast<Cond>(f['c']);
  insn.d = static_cast<u8>(f['d']);
  insn.n = static_cast<u8>(f['n']);
  insn.m = static_cast<u8>(f['m']);
  insn.s = static_cast<u8>(f['s']);
  insn.t = static_cast<u8>(f['t']);
  insn.a = static_cast<u8>(f['a']);
  insn.set_flags = f['S'] || is_comparison(row->op);
  insn.pre = f['P'];
  insn.add = f['U'];
  insn.write_back = f['W'];
  insn.quad = f['Q'];
  insn.is_unsigned = f['u'];
  insn.is_double = f['F'];
  insn.is_float = f['E'];
  insn.op_bit = f['p'];
  insn.imm = f['i'];
  insn.list = static_cast<u16>(f['r']);
  insn.size = static_cast<u8>(f['z']);
  insn.cmode = static_cast<u8>(f['C']);
  if (row->expand) {
    row->expand(f, insn);
    if (insn.op == Op::undefined) return undefined_insn(word, width, thumb);
  }
  if (row->form == Form::list) insn.count = static_cast<u8>(std::popcount(insn.list));
  return insn;
}

// Advanced SIMD and VFP in T32 are the A32 encodings with the top byte moved (A7.2, A7.4, A7.7); for VFP not even that:
// its T32 form is the A32 form with the condition 1110. 0 where the instruction is neither.
u32 simd_form_of_t32(u32 word) {
  if ((word & 0xef00'0000) == 0xef00'0000) return 0xf200'0000 | (word & 0x1000'0000) >> 4 | (word & 0x00ff'ffff);
  if ((word & 0xff10'0000) == 0xf900'0000) return 0xf400'0000 | (word & 0x00ff'ffff);
  if ((word & 0xfc00'0e00) == 0xec00'0a00) return word;
  return 0;
}

}  // namespace

Insn decode_a32(u32 word) { return insn_of(a32_index.find(word), word, 4, false); }

Insn decode_thumb(u16 first, u16 second, u8 it) {
  if (in_it_block(it)) return inside_it(decode_thumb(first, second, 0), it);
  if (!is_t32(first)) return insn_of(t16_index.find(first), first, 2, true);
  u32 word = u32{first} << 16 | second;
  u32 simd = simd_form_of_t32(word);
  if (!simd) return insn_of(t32_index.find(word), word, 4, true);
  Insn insn = insn_of(a32_index.find(simd), simd, 4, true);
  insn.bits = word;
  return insn;
}

Insn inside_it(Insn insn, u8 it) {
  // BKPT is unconditional (A8.8.24); IT and conditional branches inside a block are UNPREDICTABLE and stay as they are.
  if (insn.op == Op::bkpt || insn.op == Op::it || insn.cond != Cond::al) return insn;
  insn.cond = it_cond(it);
  if (insn.width == 2 && !is_comparison(insn.op)) insn.set_flags = false;
  return insn;
}

std::span<const Row> rows_of(Table table) { return tables[static_cast<int>(table)]; }

const Row* row_of_a32(u32 word) { return a32_index.find(word); }

const Row* row_of_thumb(u16 first, u16 second) {
  if (!is_t32(first)) return t16_index.find(first);
  u32 word = u32{first} << 16 | second;
  u32 simd = simd_form_of_t32(word);
  return simd ? a32_index.find(simd) : t32_index.find(word);
}

}  // namespace sigtape::isa
