// Loads and stores of extension registers. Whatever can fault comes before anything of the guest's state changes.
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using isa::Form;
using isa::Op;

namespace {

constexpr Reg base_scratch = Reg::r14;

// The largest piece of the file that begins at this word: halves and quarters of Q registers lie on their own borders.
u32 piece(u32 first, u32 words) { return first % 4 == 0 && words >= 4 ? 4 : first % 2 == 0 && words >= 2 ? 2 : 1; }

Range doubleword(u32 d) { return {static_cast<u8>(2 * d), 2}; }

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
    case Op::vld2:
    case Op::vld3:
    case Op::vld4:
    case Op::vst2:
    case Op::vst3:
    case Op::vst4: return true;
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

// One, two or four words of memory.
u8 Simd::load_vector(const Mem& at, u8 words) {
  u8 x = cache_.fresh();
  e_.fault_point();
  cache_.load(x, {0, words}, at);
  if (at.base == Reg::none) e_.note_address();
  return x;
}

void Simd::store_vector(const Mem& at, u8 x, u8 words) {
  e_.fault_point();
  cache_.store(at, {0, words}, x);
  if (at.base == Reg::none) e_.note_address();
}

void Simd::load_registers(const Mem& at, u8 first, u32 words) {
  auto load = [&](u32 word, u32 count) { return load_vector(plus(at, 4 * word), static_cast<u8>(count)); };
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
    store_vector(plus(at, 4 * word), cache_.use(range), range.words);
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
    if (i.form == Form::structures && i.op != Op::vld1 && i.op != Op::vst1 && !host_.ssse3) return false;
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

// --- elements and structures

void Simd::emit_elements(const Insn& i) {
  Mem at = base_address(i);
  if (i.align > 1) check_aligned(at, i.align, i.n);
  const bool loads = i.op == Op::vld1 || i.op == Op::vld2 || i.op == Op::vld3 || i.op == Op::vld4;
  const bool of_one = i.op == Op::vld1 || i.op == Op::vst1;
  u32 bytes = 8u * i.count;
  if (i.form != Form::structures) {  // the elements of one structure
    const u32 elements = of_one ? 1 : i.count;
    bytes = elements << i.size;
    if (elements > 1 && loads) {  // where one can't be read, none is: the last now, the first as the first of them
      e_.fault_point();
      as_.load_u8(Reg::rcx, plus(at, bytes - 1));
    } else if (elements > 1) {
      check_page(at, bytes);
    }
    for (u32 k = 0; k < elements; k++) {
      cache_.begin_instruction();
      const u8 d = static_cast<u8>(i.d + k * i.stride);
      const Mem element = plus(at, k << i.size);
      if (i.form == Form::all_lanes)
        load_all_lanes(d, of_one ? i.count : 1, i.size, element);
      else if (loads)
        load_lane(d, i.size, i.index, element);
      else
        store_lane(d, i.size, i.index, element);
    }
  } else if (!of_one) {
    if (loads)
      load_structures(i, at);
    else
      store_structures(i, at);
  } else {
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

namespace {

Mem shuffle_at(std::size_t offset, u32 index) {
  return in_context(offsetof(Context, shuffles) + offset + index * sizeof(Vector));
}
Mem shuffle_2(u8 size) { return shuffle_at(offsetof(Shuffles, load_2), size); }
Mem shuffle_4(u8 size) { return shuffle_at(offsetof(Shuffles, load_4), size); }

}  // namespace

// The halves of x become two D registers.
void Simd::put_pair(u32 first, u32 second, u8 x) {
  if (second == first + 1 && first % 2 == 0) return cache_.put({static_cast<u8>(2 * first), 4}, x);
  u8 high = cache_.fresh();
  as_.sse(0x66, 0x0f70, high, x);  // PSHUFD
  as_.byte(0xee);
  cache_.put(doubleword(first), x);
  cache_.put(doubleword(second), high);
}

// a and b, each through its own PSHUFB, in one. Changes both.
void Simd::shuffle_into_one(u8 a, u8 b, const Mem& of_a, const Mem& of_b) {
  as_.sse(0x66, sse::pshufb, a, of_a);
  as_.sse(0x66, sse::pshufb, b, of_b);
  op(sse::por, a, b);
}

void Simd::load_structures(const Insn& i, const Mem& at) {
  const u32 d = i.d, stride = i.stride;
  if (i.op == Op::vld3) {
    auto part = [&](u32 k) { return shuffle_at(offsetof(Shuffles, load_3), 4u * i.size + k); };
    u8 low = load_vector(at, 4), high = load_vector(plus(at, 8), 4), x = cache_.fresh(), y = cache_.fresh();
    cache_.move(x, low);
    cache_.move(y, high);
    shuffle_into_one(x, y, part(0), part(1));
    shuffle_into_one(low, high, part(2), part(3));
    put_pair(d, d + stride, x);
    return cache_.put(doubleword(d + 2 * stride), low);
  }
  u8 x = load_vector(at, 4), y = i.count == 4 ? load_vector(plus(at, 16), 4) : x;
  if (i.op == Op::vld4) {
    u8 low = cache_.fresh();
    if (i.size < 2)
      for (u8 part : {x, y}) as_.sse(0x66, sse::pshufb, part, shuffle_4(i.size));
    cache_.move(low, x);
    op(sse::punpckldq, low, y);
    op(sse::punpckhdq, x, y);
    put_pair(d, d + stride, low);
    return put_pair(d + 2 * stride, d + 3 * stride, x);
  }
  for (u8 part : {x, y}) {
    if (i.size < 2) {
      as_.sse(0x66, sse::pshufb, part, shuffle_2(i.size));
    } else {
      as_.sse(0x66, 0x0f70, part, part);  // PSHUFD
      as_.byte(0xd8);
    }
    if (x == y) return put_pair(d, d + stride, x);
  }
  u8 low = duplicate(x);
  op(sse::punpcklqdq, low, y);
  op(sse::punpckhqdq, x, y);
  put_pair(d, d + 1, low);
  put_pair(d + 2, d + 3, x);
}

void Simd::store_structures(const Insn& i, const Mem& at) {
  const u32 d = i.d, stride = i.stride;
  check_page(at, 8u * i.count);
  // Elements of two registers in turn.
  auto both = [&](u32 first, u32 second) {
    u8 x = cache_.copy(doubleword(first));
    op(sse::punpckl[i.size], x, cache_.use(doubleword(second)));
    return x;
  };
  if (i.op == Op::vst2) {
    if (i.count == 2) return store_vector(at, both(d, d + stride), 4);
    store_vector(at, both(d, d + 2), 4);
    return store_vector(plus(at, 16), both(d + 1, d + 3), 4);
  }
  if (i.op == Op::vst4) {
    u8 x = both(d, d + stride), y = both(d + 2 * stride, d + 3 * stride), low = cache_.fresh();
    cache_.move(low, x);
    op(i.size < 2 ? sse::punpckl[i.size + 1] : sse::punpcklqdq, low, y);
    op(i.size < 2 ? sse::punpckh[i.size + 1] : sse::punpckhqdq, x, y);
    store_vector(at, low, 4);
    return store_vector(plus(at, 16), x, 4);
  }
  auto part = [&](u32 k) { return shuffle_at(offsetof(Shuffles, store_3), 4u * i.size + k); };
  u8 x = cache_.copy(doubleword(d)), y = cache_.copy(doubleword(d + 2 * stride));
  op(sse::punpcklqdq, x, cache_.use(doubleword(d + stride)));
  u8 low = cache_.fresh(), third = cache_.fresh();
  cache_.move(low, x);
  cache_.move(third, y);
  shuffle_into_one(low, third, part(0), part(1));
  shuffle_into_one(x, y, part(2), part(3));
  store_vector(at, low, 4);
  store_vector(plus(at, 16), x, 2);
}

void Simd::load_lane(u8 number, u8 size, u8 index, const Mem& at) {
  Range whole = doubleword(number);
  if (size == 2) {
    Range word{static_cast<u8>(2 * number + index), 1};
    u8 x = cache_.fresh();
    e_.fault_point();
    cache_.load(x, word, at);
    if (!host_.sse41) return cache_.put(word, x);
    u8 d = cache_.copy(whole);
    as_.sse(0x66, 0x0f3a21, d, x);  // INSERTPS
    as_.byte(static_cast<u8>(index << 4));
    return cache_.put(whole, d);
  }
  e_.fault_point();
  if (size == 0)
    as_.load_u8(Reg::rcx, at);
  else
    as_.load_u16(Reg::rcx, at);
  if (size == 0 && !host_.sse41) {
    Mem place = SimdCache::in_file(whole);
    as_.store8(plus(place, index), Reg::rcx);
    return cache_.written(whole);
  }
  u8 d = cache_.copy(whole);
  as_.sse(0x66, size == 0 ? 0x0f3a20 : 0x0fc4, d, static_cast<u8>(Reg::rcx));  // PINSRB, PINSRW
  as_.byte(index);
  cache_.put(whole, d);
}

void Simd::store_lane(u8 d, u8 size, u8 index, const Mem& at) {
  Mem from = plus(SimdCache::in_file(doubleword(d)), u32{index} << size);
  if (size == 0)
    as_.load_u8(Reg::rcx, from);
  else if (size == 1)
    as_.load_u16(Reg::rcx, from);
  else
    as_.load(Reg::rcx, from);
  e_.fault_point();
  if (size == 0)
    as_.store8(at, Reg::rcx);
  else if (size == 1)
    as_.store16(at, Reg::rcx);
  else
    as_.store(at, Reg::rcx);
}

// One element to all lanes of one register, or of two.
void Simd::load_all_lanes(u8 first, u8 count, u8 size, const Mem& at) {
  u8 x = cache_.fresh();
  e_.fault_point();
  if (size == 0)
    as_.load_u8(Reg::rcx, at);
  else if (size == 1)
    as_.load_u16(Reg::rcx, at);
  else
    as_.load(Reg::rcx, at);
  as_.move_to_xmm(x, Reg::rcx);
  spread(x, size, 0);
  if (count == 1) return cache_.put(doubleword(first), x);
  if (first % 2 == 0) return cache_.put({static_cast<u8>(2 * first), 4}, x);
  for (u8 k = 0; k < count; k++) cache_.put(doubleword(first + k), duplicate(x));
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
