// Loads and stores of extension registers. Whatever can fault comes before anything of the guest's state changes.
#include "core/jit/emitter.h"
#include "core/jit/simd.h"

namespace sigtape::jit {

using isa::Form;
using isa::Op;

namespace {

constexpr Reg base_scratch = Reg::r14;

// The largest piece of the file that begins at this word: halves and quarters of Q registers lie on their own borders.
u32 piece(u32 first, u32 words) { return first % 4 == 0 && words >= 4 ? 4 : first % 2 == 0 && words >= 2 ? 2 : 1; }

Mem plus(Mem at, u32 bytes) {
  at.offset += static_cast<i32>(bytes);
  return at;
}

}  // namespace

bool Simd::knows_memory(const Insn& i) {
  if (!cpu::simd_memory_function(i)) return false;
  switch (i.op) {
    case Op::vldr:
    case Op::vstr:
    case Op::vldm:
    case Op::vstm: return true;
    case Op::vld1:
    case Op::vst1: return true;
    default: return false;
  }
}

// The base register as an address; PC as a constant.
Mem Simd::base_address(const Insn& i) {
  Mem at{.guest = true};
  if (i.n == 15) {
    at.offset = static_cast<i32>((e_.step_->pc + (i.thumb ? 4 : 8)) & ~3u);
    return at;
  }
  at.base = core_register(i.n, base_scratch);
  return at;
}

void Simd::check_aligned(const Mem& at, u32 alignment, u8 base) {
  if (at.base == Reg::none || (alignment == 4 && (aligned_ >> base & 1))) return;
  clobber();
  as_.test(at.base, alignment - 1);
  slow_if(Cc::ne, true);
  if (alignment >= 4) aligned_ |= static_cast<u16>(1u << base);
}

// A store that fails half-way would have changed memory: all of it must be in one page.
void Simd::check_page(const Mem& at, u32 bytes) {
  clobber();
  Mem plain = at;
  plain.guest = false;
  if (at.base == Reg::none) {
    as_.mov(Reg::rcx, static_cast<u32>(at.offset));
    e_.note_address();
  } else {
    as_.lea(Reg::rcx, plain);
  }
  as_.alu(Alu::and_, Reg::rcx, 0xfff);
  as_.alu(Alu::cmp, Reg::rcx, 0x1000 - bytes);
  slow_if(Cc::a, true);
}

void Simd::load_registers(const Mem& at, u8 first, u32 words) {
  auto load = [&](u32 word, u32 count) {
    u8 x = cache_.fresh();
    e_.fault_point();
    cache_.load(x, {static_cast<u8>(first + word), static_cast<u8>(count)}, plus(at, 4 * word));
    if (at.base == Reg::none) e_.note_address();
    return x;
  };
  auto put = [&](u8 x, u32 word, u32 count) { cache_.put({static_cast<u8>(first + word), static_cast<u8>(count)}, x); };
  u32 begin = piece(first, words);
  if (begin == words) return put(load(0, words), 0, words);
  // Both ends first, which reaches every page of it.
  u32 end = words;
  for (u32 word = 0, count; word < words; word += count) end = count = piece(first + word, words - word);
  u8 tail = load(words - end, end), head = load(0, begin);
  put(head, 0, begin);
  for (u32 word = begin, count; word < words - end; word += count) {
    cache_.begin_instruction();
    cache_.lock(tail);
    count = piece(first + word, words - word);
    put(load(word, count), word, count);
  }
  put(tail, words - end, end);
}

void Simd::store_registers(const Mem& at, u8 first, u32 words) {
  if (piece(first, words) != words) check_page(at, 4 * words);
  for (u32 word = 0, count; word < words; word += count) {
    count = piece(first + word, words - word);
    Range range{static_cast<u8>(first + word), static_cast<u8>(count)};
    cache_.begin_instruction();
    u8 x = cache_.use(range);
    e_.fault_point();
    cache_.store(plus(at, 4 * word), range, x);
    if (at.base == Reg::none) e_.note_address();
  }
}

void Simd::move_base(const Insn& i, i32 offset) {
  bool aligned = (aligned_ >> i.n & 1) && offset % 4 == 0;
  Reg r = core_register(i.n, base_scratch);
  e_.overwritten(i.n);
  as_.lea(r, {.base = r, .offset = offset});
  if (r == base_scratch) as_.store(guest_slot(i.n), r);
  if (aligned) aligned_ |= static_cast<u16>(1u << i.n);
}

bool Simd::emit_memory(const Insn& i) {
  if (i.op != Op::vldr && i.op != Op::vstr && i.op != Op::vldm && i.op != Op::vstm) {
    emit_elements(i);
    return true;
  }
  bool several = i.op == Op::vldm || i.op == Op::vstm, loads = i.op == Op::vldr || i.op == Op::vldm;
  u32 words = (several ? i.count : 1) * (i.is_double ? 2 : 1);
  u8 first = static_cast<u8>(i.is_double ? 2 * i.d : i.d);
  i32 offset = i.add ? static_cast<i32>(i.imm) : -static_cast<i32>(i.imm);
  Mem at = base_address(i);
  check_aligned(at, 4, i.n);
  if (!several || !i.add) at.offset += offset;
  if (loads)
    load_registers(at, first, words);
  else
    store_registers(at, first, words);
  if (several && i.write_back) move_base(i, offset);
  return true;
}

// --- VLD1 and VST1

void Simd::emit_elements(const Insn& i) {
  Mem at = base_address(i);
  if (i.align > 1) check_aligned(at, i.align, i.n);
  u32 bytes;
  bool loads = i.op == Op::vld1;
  if (i.form == Form::lane) {
    bytes = 1u << i.size;
    if (loads)
      load_one_lane(i, at);
    else
      store_one_lane(i, at);
  } else if (i.form == Form::all_lanes) {
    bytes = 1u << i.size;
    load_all_lanes(i, at);
  } else {
    bytes = 8u * i.count;
    u8 first = static_cast<u8>(2 * i.d);
    if (loads)
      load_registers(at, first, 2u * i.count);
    else
      store_registers(at, first, 2u * i.count);
  }
  if (i.m == 15) return;
  if (i.m == 13) return move_base(i, static_cast<i32>(bytes));
  Reg step = core_register(i.m, Reg::rcx), base = core_register(i.n, base_scratch);
  e_.overwritten(i.n);
  as_.lea(base, {.base = base, .index = step});
  if (base == base_scratch) as_.store(guest_slot(i.n), base);
}

void Simd::load_one_lane(const Insn& i, const Mem& at) {
  Range whole{static_cast<u8>(2 * i.d), 2};
  if (i.size == 2) {
    Range word{static_cast<u8>(2 * i.d + i.index), 1};
    u8 x = cache_.fresh();
    e_.fault_point();
    cache_.load(x, word, at);
    if (!host_.sse41) return cache_.put(word, x);
    u8 d = cache_.copy(whole);
    as_.sse(0x66, 0x0f3a21, d, x);  // INSERTPS
    as_.byte(static_cast<u8>(i.index << 4));
    return cache_.put(whole, d);
  }
  e_.fault_point();
  if (i.size == 0)
    as_.load_u8(Reg::rcx, at);
  else
    as_.load_u16(Reg::rcx, at);
  if (i.size == 0 && !host_.sse41) {
    Mem place = SimdCache::in_file(whole);
    as_.store8(plus(place, i.index), Reg::rcx);
    return cache_.written(whole);
  }
  u8 d = cache_.copy(whole);
  as_.sse(0x66, i.size == 0 ? 0x0f3a20 : 0x0fc4, d, static_cast<u8>(Reg::rcx));  // PINSRB, PINSRW
  as_.byte(i.index);
  cache_.put(whole, d);
}

void Simd::store_one_lane(const Insn& i, const Mem& at) {
  Mem from = plus(SimdCache::in_file({static_cast<u8>(2 * i.d), 2}), u32{i.index} << i.size);
  if (i.size == 0)
    as_.load_u8(Reg::rcx, from);
  else if (i.size == 1)
    as_.load_u16(Reg::rcx, from);
  else
    as_.load(Reg::rcx, from);
  e_.fault_point();
  if (i.size == 0)
    as_.store8(at, Reg::rcx);
  else if (i.size == 1)
    as_.store16(at, Reg::rcx);
  else
    as_.store(at, Reg::rcx);
}

void Simd::load_all_lanes(const Insn& i, const Mem& at) {
  u8 x = cache_.fresh();
  e_.fault_point();
  if (i.size == 0)
    as_.load_u8(Reg::rcx, at);
  else if (i.size == 1)
    as_.load_u16(Reg::rcx, at);
  else
    as_.load(Reg::rcx, at);
  as_.move_to_xmm(x, Reg::rcx);
  spread(x, i.size, 0);
  if (i.count == 2 && i.d % 2 == 0) return cache_.put({static_cast<u8>(2 * i.d), 4}, x);
  for (u8 k = 0; k < i.count; k++) {
    u8 d = cache_.fresh();
    cache_.move(d, x);
    cache_.put({static_cast<u8>(2 * (i.d + k)), 2}, d);
  }
}

// Lane `index` of the lower half of x into all lanes.
void Simd::spread(u8 x, u8 size, u8 index) {
  if (size == 0) {
    if (index >= 4) {
      as_.sse(0x66, 0x0f73, 2, x);  // PSRLQ
      as_.byte(32);
    }
    as_.sse(0x66, 0x0f60, x, x);  // PUNPCKLBW
    size = 1;
  }
  if (size == 1) {
    as_.sse(0xf2, 0x0f70, x, x);  // PSHUFLW, of the right halfword into both of the low word
    as_.byte(static_cast<u8>(index % 4 * 0x55));
    index = 0;
  }
  as_.sse(0x66, 0x0f70, x, x);  // PSHUFD
  as_.byte(static_cast<u8>(index * 0x55));
}

}  // namespace sigtape::jit
