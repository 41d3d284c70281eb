// Bits to Insn: decode_a32 and decode_thumb, over an index made of the row tables; the IT state.
#pragma once
#include <span>

#include "core/isa/pattern.h"

namespace sigtape::isa {

Insn decode_a32(u32 word);

// True if a Thumb instruction that begins with this halfword has a second one.
constexpr bool is_t32(u16 first) { return first >= 0xe800; }

// `second` is not looked at where is_t32(first) is false. `it` is CPSR.IT (State::it): it gives the condition, and
// T16 data processing does not set flags inside an IT block.
Insn decode_thumb(u16 first, u16 second, u8 it = 0);

// The same in two steps, for caches that keep instructions decoded outside an IT block:
// decode_thumb(f, s, it) == inside_it(decode_thumb(f, s), it).
Insn inside_it(Insn insn, u8 it);

constexpr bool in_it_block(u8 it) { return (it & 15) != 0; }
constexpr Cond it_cond(u8 it) { return in_it_block(it) && it >> 4 != 15 ? static_cast<Cond>(it >> 4) : Cond::al; }
// CPSR.IT after one instruction (ITAdvance).
constexpr u8 it_advance(u8 it) { return static_cast<u8>((it & 7) == 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f)); }

// The tables, for tests and listings. VFP and Advanced SIMD rows are written in their A32 form.
enum class Table : u8 { a32_integer, a32_media, t16, t32_integer, t32_media, vfp, neon_data, neon_memory, count_ };
std::span<const Row> rows_of(Table table);

// The row that decoded, or null: for coverage counts.
const Row* row_of_a32(u32 word);
const Row* row_of_thumb(u16 first, u16 second);

}  // namespace sigtape::isa
