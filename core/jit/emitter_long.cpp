// The emitter: values of 64 bits: products, their sums, and what helpers (core/cpu/helpers.h) give.
#include <algorithm>
#include <array>
#include <utility>

#include "core/cpu/helpers.h"
#include "core/jit/builder.h"
#include "core/jit/emitter.h"

namespace sigtape::jit {

using namespace cpu::helpers;

namespace {

constexpr u32 parallel_count = 48;
template <std::size_t... k>
constexpr std::array<HelperFunction, parallel_count> all_parallel(std::index_sequence<k...>) {
  return {parallel<Family{k / 8}, Lanes{k / 4 % 2}, Pattern{k % 4}>...};
}
constexpr auto parallel_helpers = all_parallel(std::make_index_sequence<parallel_count>());
constexpr HelperFunction uadd8 = parallel<Family::modulo_unsigned, Lanes::bytes8, Pattern::add>;

}  // namespace

void Emitter::compute_long(Reg d, const Node& n) {
  if (n.kind == Kind::call) return compute_call(d, n);
  if (!is_scratch(d)) {  // the registers of the guest have 32 bits
    Reg t = allocate();
    compute_long(t, n);
    as.mov(d, t);
    return free_register(t);
  }
  switch (n.kind) {
    case Kind::widened: return as.sign_extend32_64(d, near(d, n.a));
    case Kind::joined: {
      u32 low;
      into(d, n.b);
      will_clobber();
      as.shift64(Shifting::shl, d, 32);
      if (!constant(n.a, low) || low != 0) as.alu64(Alu::or_, d, reg_of(n.a));
      return release(n.a);
    }
    case Kind::long_sum:
    case Kind::long_difference: return compute_long_sum(d, n);
    default: compute_product(d, n);
  }
}

// All of a Long; one use is served.
void Emitter::into_long(Reg d, u16 id) {
  Node& n = node(id);
  if (!n.place && n.uses > 1) reg_of(id);
  if (n.place) {
    as.mov64(d, static_cast<Reg>(n.place - 1));
    return release(id);
  }
  compute(d, id);
  n.uses--;
}

void Emitter::compute_product(Reg d, const Node& n) {
  bool is_signed = n.kind == Kind::product_signed;
  auto factor = [&](Reg r, u16 id) {
    if (is_signed) return as.sign_extend32_64(r, near(r, id));
    into(r, id);
    if (is_long(node(id).kind)) as.mov(r, r);
  };
  factor(d, n.a);
  Reg t = allocate();
  factor(t, n.b);
  will_clobber();
  as.imul64(d, t);
  free_register(t);
}

void Emitter::compute_long_sum(Reg d, const Node& n) {
  Alu op = n.kind == Kind::long_sum ? Alu::add : Alu::sub;
  into_long(d, n.a);
  Node& b = node(n.b);
  if (b.place || b.kind != Kind::joined || b.uses != 1) {
    Reg r = reg_of(n.b);
    will_clobber();
    as.alu64(op, d, r);
    return release(n.b);
  }
  u32 value;
  if (!constant(b.b, value) || value != 0) {
    Reg t = allocate();
    into(t, b.b);
    will_clobber();
    as.shift64(Shifting::shl, t, 32);
    as.alu64(op, d, t);
    free_register(t);
  } else {
    release(b.b);
  }
  if (!constant(b.a, value) || value != 0) {
    Reg r = reg_of(b.a);
    will_clobber();
    as.alu64(op, d, r);
  }
  release(b.a);
  b.uses = 0;
}

// UMLAL and its kind: the sum straight into the registers that it is in, by ADC. The two set_reg are from `id` on.
bool Emitter::add_in_place(u16 id) {
  if (id + 1u >= step_->end) return false;
  const Node low = node(id), high = node(id + 1u), sum = node(low.a);
  if (sum.kind != Kind::long_sum || sum.place || sum.uses != 2 || high.kind != Kind::set_reg) return false;
  const Node upper = node(high.a), old = node(sum.b);
  if (upper.kind != Kind::extracted || upper.amount != 32 || upper.a != low.a || upper.uses != 1 || upper.place)
    return false;
  if (old.kind != Kind::joined || old.uses != 1 || low.amount == high.amount) return false;
  const Reg d = host_register(low.amount), e = host_register(high.amount);
  auto is_old = [&](u16 word, u8 number) {
    return node(word).kind == Kind::reg && node(word).amount == number && !node(word).place;
  };
  if (d == Reg::none || e == Reg::none || !is_old(old.a, low.amount) || !is_old(old.b, high.amount)) return false;
  const Reg t = Reg::rdx, u = Reg::r14;
  if (!is_free(t)) return false;
  free_ &= ~(1u << static_cast<u8>(t));
  into_long(t, sum.a);
  if (!is_free(u) || node(old.a).uses != 1 || node(old.b).uses != 1) {
    failed_ = true;
    return true;
  }
  overwritten(low.amount);
  overwritten(high.amount);
  will_clobber();
  as.mov64(u, t);
  as.shift64(Shifting::shr, u, 32);
  as.alu(Alu::add, d, t);
  as.alu(Alu::adc, e, u);
  free_register(t);
  return true;
}

// --- calls of helpers

void Emitter::compute_call(Reg d, const Node& n) {
  if (compute_short(d, n)) return;
  // The rest work in all three registers, and have their result in rdx.
  constexpr u32 work = 1u << static_cast<u8>(Reg::rcx) | 1u << static_cast<u8>(Reg::r14);
  bool is_elsewhere = d != Reg::rdx;
  if ((free_ & work) != work || (is_elsewhere && (!is_free(Reg::rdx) || n.uses > 1))) {
    failed_ = true;
    return;
  }
  free_ &= ~(work | 1u << static_cast<u8>(Reg::rdx));
  HelperFunction function = Builder::helper(n.imm);
  auto parallel_one = std::find(parallel_helpers.begin(), parallel_helpers.end(), function);
  if (function == divide_unsigned || function == divide_signed)
    compute_division(n, function == divide_signed);
  else if (function == saturating_add || function == saturating_sub)
    compute_saturating(n, function == saturating_sub, false);
  else if (function == saturating_double_add || function == saturating_double_sub)
    compute_saturating(n, function == saturating_double_sub, true);
  else if (function == ssat || function == usat)
    compute_saturated(n, function == usat);
  else if (function == uadd8)
    compute_uadd8(n);
  else if (parallel_one != parallel_helpers.end())
    compute_parallel(n, static_cast<u32>(parallel_one - parallel_helpers.begin()));
  else if (function == sum_of_differences)
    compute_differences(n);
  else if (function == ssat16 || function == usat16)
    compute_saturated_halves(n, function == usat16);
  else
    compute_function(n);
  free_ |= work;
  if (!is_elsewhere) return;
  as.mov(d, Reg::rdx);
  free_register(Reg::rdx);
}

// Those that can do with any register, and have 32 bits.
bool Emitter::compute_short(Reg d, const Node& n) {
  HelperFunction function = Builder::helper(n.imm);
  if (function == reverse_bytes) {
    into(d, n.a);
    release(n.b);
    as.bswap(d);
    return true;
  }
  if (function == count_leading_zeros) {
    Reg r = reg_of(n.a), t = r == d ? allocate() : d;  // BSR of 0 leaves the register alone on some processors only
    will_clobber();
    as.bsr(t, r);
    as.cmov(Cc::e, t, in_context(offsetof(Context, constant_63)));
    as.alu(Alu::xor_, t, 31);
    if (t != d) {
      as.mov(d, t);
      free_register(t);
    }
    release(n.a);
    release(n.b);
    return true;
  }
  if (function == reverse_bits) {
    into(d, n.a);
    release(n.b);
    Reg t = allocate();
    will_clobber();
    as.bswap(d);
    struct Swap {
      u8 by;
      u32 mask;
    };
    for (Swap swap : {Swap{4, 0x0f0f'0f0f}, Swap{2, 0x3333'3333}, Swap{1, 0x5555'5555}}) {
      as.mov(t, d);
      as.shift(Shifting::shr, d, swap.by);
      as.alu(Alu::and_, d, swap.mask);
      as.alu(Alu::and_, t, swap.mask);
      as.shift(Shifting::shl, t, swap.by);
      as.alu(Alu::or_, d, t);
    }
    free_register(t);
    return true;
  }
  if (function == expand_ge) {  // bits to bytes
    into(d, n.a);
    release(n.b);
    will_clobber();
    as.imul(d, d, 0x0020'4081);
    as.alu(Alu::and_, d, 0x0101'0101);
    as.imul(d, d, 0xff);
    return true;
  }
  return false;
}

void Emitter::compute_division(const Node& n, bool is_signed) {
  into(Reg::rcx, n.b);
  into(Reg::rdx, n.a);
  will_clobber();
  as.mov64(Reg::r14, Reg::rax);
  as.mov(Reg::rax, Reg::rdx);
  as.alu(Alu::xor_, Reg::rdx, Reg::rdx);
  as.test(Reg::rcx, Reg::rcx);
  u8* by_zero = as.jump(Cc::e);
  u8* by_minus_one = nullptr;
  if (is_signed) {
    as.alu(Alu::cmp, Reg::rcx, ~0u);
    by_minus_one = as.jump(Cc::e);
    as.cdq();
    as.idiv(Reg::rcx);
  } else {
    as.div(Reg::rcx);
  }
  as.mov(Reg::rdx, Reg::rax);
  if (is_signed) {
    u8* done = as.jump();
    as.bind(by_minus_one);
    as.alu(Alu::sub, Reg::rdx, Reg::rax);
    as.bind(done);
  }
  as.bind(by_zero);
  as.mov64(Reg::rax, Reg::r14);
}

// UADD8, which strlen and its like work with. The bytes of (a & b) + ((a ^ b) >> 1) are the halves of the sums: their
// upper bits are the carries.
void Emitter::compute_uadd8(const Node& n) {
  constexpr u32 upper_bits = 0x8080'8080, lower_bits = 0x0101'0101;
  const Reg d = Reg::rdx, both = Reg::rcx, sum = Reg::r14;
  into(both, n.a);
  into(sum, n.b);
  will_clobber();
  as.mov(d, both);
  as.alu(Alu::xor_, d, sum);
  as.alu(Alu::and_, both, sum);
  as.mov(sum, d);
  as.shift(Shifting::shr, d, 1);
  as.alu(Alu::and_, d, ~upper_bits);
  as.alu(Alu::add, d, both);
  as.alu(Alu::and_, sum, lower_bits);
  as.mov(both, d);
  as.alu(Alu::and_, both, ~upper_bits);
  as.lea(sum, {.base = sum, .index = both, .scale = 1});
  as.alu(Alu::and_, d, upper_bits);
  as.shift(Shifting::shr, d, 7);
  as.imul(d, d, 0x1020'4080);  // the four to bits 28 to 31
  as.shift(Shifting::shr, d, 28);
  as.shift64(Shifting::shl, d, 32);
  as.alu64(Alu::or_, d, sum);
}

// Whether the value has been saturated, by `cc`, as Q above it. Changes t.
void Emitter::put_saturation(Reg value, Cc cc, Reg t) {
  as.set(cc, t);
  as.zero_extend8(t, t);
  as.shift64(Shifting::shl, t, 32);
  as.alu64(Alu::or_, value, t);
}

// QADD, QSUB; QDADD, QDSUB. What a sum or difference overflows to follows from the sign of its first operand.
void Emitter::compute_saturating(const Node& n, bool subtracts, bool doubles) {
  const Reg d = Reg::rdx, b = Reg::rcx, t = Reg::r14;
  auto limit_of = [&](Reg value) {
    as.mov(t, value);
    as.shift(Shifting::sar, t, 31);
    as.alu(Alu::xor_, t, 0x7fff'ffff);
  };
  into(b, n.b);
  if (doubles) {
    will_clobber();
    limit_of(b);
    as.alu(Alu::add, b, b);
    as.cmov(Cc::o, b, t);
    put_saturation(b, Cc::o, t);
  }
  into(d, n.a);
  will_clobber();
  limit_of(d);
  as.alu(subtracts ? Alu::sub : Alu::add, d, b);
  as.cmov(Cc::o, d, t);
  put_saturation(d, Cc::o, t);
  if (!doubles) return;
  as.shift64(Shifting::shr, b, 32);
  as.shift64(Shifting::shl, b, 32);
  as.alu64(Alu::or_, d, b);
}

// SSAT, USAT.
void Emitter::compute_saturated(const Node& n, bool is_unsigned) {
  const Reg d = Reg::rdx, limit = Reg::rcx, t = Reg::r14;
  u32 width;
  if (!constant(n.b, width)) {
    failed_ = true;
    return;
  }
  release(n.b);
  into(d, n.a);
  u32 largest = is_unsigned ? (1u << width) - 1 : (1u << (width - 1)) - 1;
  will_clobber();
  as.mov(limit, d);
  as.shift(Shifting::sar, limit, 31);
  if (is_unsigned) {
    as.not_(limit);
    as.alu(Alu::and_, limit, largest);
    as.alu(Alu::cmp, d, largest);
  } else {
    as.alu(Alu::xor_, limit, largest);
    as.lea(t, {.base = d, .offset = static_cast<i32>(largest + 1)});
    as.alu(Alu::cmp, t, 2 * largest + 1);
  }
  as.cmov(Cc::a, d, limit);
  put_saturation(d, Cc::a, t);
}

void Emitter::compute_parallel(const Node& n, u32 index) {
  free_register(Reg::r14);  // the operands may want it
  into(Reg::rcx, n.a);
  into(Reg::rdx, n.b);
  will_clobber();
  simd_.parallel(Family{static_cast<u8>(index / 8)}, Lanes{static_cast<u8>(index / 4 % 2)},
                 Pattern{static_cast<u8>(index % 4)}, n.uses > 1);
}

void Emitter::compute_differences(const Node& n) {
  into(Reg::rcx, n.a);
  into(Reg::rdx, n.b);
  simd_.sum_of_differences();
}

void Emitter::compute_saturated_halves(const Node& n, bool is_unsigned) {
  u32 width;
  if (!constant(n.b, width)) {
    failed_ = true;
    return;
  }
  release(n.b);
  into(Reg::rcx, n.a);
  will_clobber();
  simd_.saturate_halves(is_unsigned, width);
  as.alu(Alu::cmp, Reg::rcx, Reg::rdx);
  put_saturation(Reg::rdx, Cc::ne, Reg::r14);
}

// A C++ function. What it may change is kept in the context, rax in r14.
void Emitter::compute_function(const Node& n) {
  into(Reg::rcx, n.a);
  into(Reg::rdx, n.b);
  will_clobber();
  for (u8 r = 2; r < 8; r++) as.store(guest_slot(r), host_register(r));
  as.mov64(Reg::r14, Reg::rax);
  as.mov(Reg::rdi, Reg::rcx);
  as.mov(Reg::rsi, Reg::rdx);
  as.load64(Reg::rax, in_context(offsetof(Context, helpers)));
  as.call(Mem{.base = Reg::rax, .offset = static_cast<i32>(8 * n.imm)});
  simd_.forget();
  as.mov64(Reg::rdx, Reg::rax);
  as.mov64(Reg::rax, Reg::r14);
  for (u8 r = 2; r < 8; r++) as.load(host_register(r), guest_slot(r));
}

}  // namespace sigtape::jit
