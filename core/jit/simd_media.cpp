// Parallel arithmetic on the lanes of core registers (SADD8 and its kind) in SSE code: operands in ecx and edx, the
// result in rdx.
#include "core/jit/emitter.h"
#include "core/jit/simd.h"
#include "core/jit/simd_ops.h"

namespace sigtape::jit {

using cpu::helpers::Family;
using cpu::helpers::Lanes;
using cpu::helpers::Pattern;

u8 Simd::core_lanes(Reg r) {
  u8 x = cache_.fresh();
  as_.move_to_xmm(x, r);
  return x;
}

// Sums or differences of the lanes of x and y, in a register of their own.
u8 Simd::parallel_lanes(Family family, u8 size, bool subtracts, u8 x, u8 y) {
  u8 result = duplicate(x);
  switch (family) {
    case Family::modulo_signed:
    case Family::modulo_unsigned: op((subtracts ? sse::psub : sse::padd)[size], result, y); break;
    case Family::saturating_signed: op((subtracts ? sse::psubs : sse::padds)[size], result, y); break;
    case Family::saturating_unsigned: op((subtracts ? sse::psubus : sse::paddus)[size], result, y); break;
    default: return half_of_sum(x, y, size, subtracts, !is_signed(family));
  }
  return result;
}

// Which lanes of x + y or x - y set GE, `result` being that sum.
u8 Simd::parallel_ge(bool is_unsigned, u8 size, bool subtracts, u8 x, u8 y, u8 result) {
  u8 ge = duplicate(is_unsigned && subtracts ? y : x);
  if (!is_unsigned) {  // not negative: a saturated sum has the exact one's sign
    op((subtracts ? sse::psubs : sse::padds)[size], ge, y);
    op(sse::pcmpgt[size], ge, &Vectors::ones);
  } else if (subtracts) {  // no borrow
    u8 zero = cache_.fresh();
    op(sse::pxor, zero, zero);
    op(sse::psubus[size], ge, x);
    op(sse::pcmpeq[size], ge, zero);
  } else {  // a carry
    op(sse::paddus[size], ge, y);
    op(sse::pcmpeq[size], ge, result);
    op(sse::pxor, ge, &Vectors::ones);
  }
  return ge;
}

// x = its lower half, and the upper half of `high`.
void Simd::join_halves(u8 x, u8 high) {
  shift_lanes(Shift::right, 2, high, 16);
  op(sse::punpcklwd, x, high);
}

// GE above the result, where it is wanted. EFLAGS are lost.
void Simd::parallel(Family family, Lanes lanes, Pattern pattern, bool wants_ge) {
  cache_.begin_instruction();
  u8 x = core_lanes(Reg::rcx), y = core_lanes(Reg::rdx), size = lanes == Lanes::bytes8 ? 0 : 1;
  bool is_unsigned = !is_signed(family), exchange = pattern > Pattern::sub;
  // Of the upper half, where the lower one has the other operation.
  bool subtracts = pattern == Pattern::sub || pattern == Pattern::sub_add_exchange;
  if (exchange) {
    as_.sse(0xf2, 0x0f70, y, y);  // PSHUFLW
    as_.byte(0xe1);
  }
  u8 result = parallel_lanes(family, size, subtracts, x, y), ge = 0;
  if (wants_ge) ge = parallel_ge(is_unsigned, size, subtracts, x, y, result);
  if (exchange) {
    u8 low = parallel_lanes(family, size, !subtracts, x, y);
    if (wants_ge) {
      u8 low_ge = parallel_ge(is_unsigned, size, !subtracts, x, y, low);
      join_halves(low_ge, ge);
      ge = low_ge;
    }
    join_halves(low, result);
    result = low;
  }
  as_.move_from_xmm(Reg::rdx, result);
  if (!wants_ge) return;
  op(sse::pmovmskb, static_cast<u8>(Reg::rcx), ge);
  as_.alu(Alu::and_, Reg::rcx, 15);
  as_.shift64(Shifting::shl, Reg::rcx, 32);
  as_.alu64(Alu::or_, Reg::rdx, Reg::rcx);
}

void Simd::sum_of_differences() {
  cache_.begin_instruction();
  u8 x = core_lanes(Reg::rcx), y = core_lanes(Reg::rdx);
  op(sse::psadbw, x, y);
  as_.move_from_xmm(Reg::rdx, x);
}

// The halves of ecx.
void Simd::saturate_halves(bool is_unsigned, u32 width) {
  cache_.begin_instruction();
  u32 largest = is_unsigned ? (1u << width) - 1 : (1u << (width - 1)) - 1, least = is_unsigned ? 0 : ~largest & 0xffff;
  u8 x = core_lanes(Reg::rcx);
  for (auto [limit, opcode] : {std::pair{largest, sse::pminsw}, std::pair{least, sse::pmaxsw}}) {
    as_.mov(Reg::rdx, limit | limit << 16);
    op(opcode, x, core_lanes(Reg::rdx));
  }
  as_.move_from_xmm(Reg::rdx, x);
}

}  // namespace sigtape::jit
