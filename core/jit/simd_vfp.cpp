// VFP in SSE code: scalar arithmetic, comparisons, conversions, transfers with core registers.
#include <utility>

#include "core/cpu/float.h"
#include "core/isa/simd_constant.h"
#include "core/jit/emitter.h"
#include "core/jit/simd.h"

namespace sigtape::jit {

using isa::Op;

namespace {

constexpr u8 single = 0xf3, double_ = 0xf2;  // prefixes of scalar SSE instructions
constexpr u8 prefix_of(bool wide) { return wide ? double_ : single; }
constexpr u32 op_add = 0x0f58, op_mul = 0x0f59, op_sub = 0x0f5c, op_div = 0x0f5e, op_sqrt = 0x0f51;

Range scalar(u8 number, bool wide) { return wide ? Range{static_cast<u8>(2 * number), 2} : Range{number, 1}; }
Mem fpscr() { return in_context(offsetof(Context, state) + offsetof(cpu::State, fpscr)); }
}  // namespace

// --- what must hold for the host's result to be ARM's

// A word of the context.
void Simd::slow_unless_zero(std::size_t word) {
  clobber();
  as_.alu(Alu::cmp, in_context(word), 0);
  slow_if(Cc::ne);
}

void Simd::check_usual() { slow_unless_zero(offsetof(Context, unusual_vfp)); }

// To the slow path unless FPSCR is as usual and the result clearly normal: one comparison, see normal_range().
void Simd::check_result(u8 x, ZeroCheck zero) {
  clobber();
  as_.move_from_xmm(Reg::rcx, x, zero.wide);
  if (zero.wide) as_.shift64(Shifting::shr, Reg::rcx, 32);
  as_.lea(Reg::rdx, {.base = Reg::rcx, .index = Reg::rcx, .offset = zero.wide ? -(2 << 21) : -(2 << 24)});
  std::size_t range = zero.wide ? offsetof(Context, normal_double) : offsetof(Context, normal_single);
  as_.alu(Alu::cmp, Reg::rdx, in_context(range));
  if (zero.rule == Zero::never && flush_to_zero_) return slow_if(Cc::ae);
  SlowPath& path = slow_path(false);
  zero.from = as_.jump(Cc::ae);
  zero.back = as_.at();
  zero.result = x;
  path.zero_checks[path.zero_check_count++] = zero;
}
void Simd::check_result(u8 x, bool wide, Zero zero, u8 a, u8 b) {
  check_result(x, ZeroCheck{.rule = zero, .a = a, .b = b, .wide = wide, .wide_operands = wide});
}

// An operand, which has to be clean where FPSCR.FZ has denormal ones flushed.
u8 Simd::number(Range range) {
  if (!flush_to_zero_) return cache_.use(range);
  bool wide = range.words == 2;
  Number as = wide ? Number::double_ : Number::single;
  u8 x = cache_.use_number(range, as);
  if (cache_.is_clean(x, as)) return x;
  check_denormal(x, wide);
  if (wide || cache_.words(x) == 1) cache_.set_flushed(x, as);
  return x;
}

// To the slow path where there is no exponent, unless it is zero.
void Simd::check_denormal(u8 x, bool wide) {
  clobber();
  as_.move_from_xmm(Reg::rcx, x, wide);
  if (wide) as_.shift64(Shifting::shr, Reg::rcx, 32);
  as_.alu(Alu::add, Reg::rcx, Reg::rcx);
  as_.alu(Alu::cmp, Reg::rcx, wide ? 1u << 21 : 1u << 24);
  SlowPath& path = slow_path(false);
  u8* from = as_.jump(Cc::b);
  path.denormal_checks[path.denormal_check_count++] = {from, as_.at(), x, wide};
}

// A result.
void Simd::put_number(Range range, u8 x) {
  cache_.put(range, x, flush_to_zero_, range.words == 2 ? Number::double_ : Number::single);
}

// --- arithmetic

void Simd::two_operands(const Insn& i, u32 opcode, Zero zero) {
  bool wide = i.is_double;
  u8 n = number(scalar(i.n, wide)), m = number(scalar(i.m, wide));
  u8 d = cache_.fresh();
  cache_.move(d, n);
  as_.sse(prefix_of(wide), opcode, d, m);
  // 0 / b is an exact zero, a / 0 never one.
  check_result(d, wide, zero, n, i.op == Op::vfp_div ? n : m);
  if (i.op == Op::vfp_nmul) as_.sse(0, 0x0f57, d, vector(wide ? &Vectors::doubleword_signs : &Vectors::word_signs));
  put_number(scalar(i.d, wide), d);
}

// Two roundings. The negations are of numbers here, not of NaNs.
void Simd::multiply_add(const Insn& i) {
  bool wide = i.is_double;
  u8 n = number(scalar(i.n, wide)), m = number(scalar(i.m, wide)), d = number(scalar(i.d, wide));
  u8 product = cache_.fresh();
  cache_.move(product, n);
  as_.sse(prefix_of(wide), op_mul, product, m);
  check_result(product, wide, Zero::with_operand, n, m);
  u8 sum = product;
  // d + p, d - p, -d - p, -d + p
  if (i.op == Op::vfp_mla) {
    as_.sse(prefix_of(wide), op_add, sum, d);
  } else if (i.op == Op::vfp_nmls) {
    as_.sse(prefix_of(wide), op_sub, sum, d);
  } else {
    if (i.op == Op::vfp_nmla) {
      as_.sse(0, 0x0f57, product, vector(wide ? &Vectors::doubleword_signs : &Vectors::word_signs));
    } else {
      sum = cache_.fresh();
      cache_.move(sum, d);
    }
    if (i.op == Op::vfp_nmla)
      as_.sse(prefix_of(wide), op_sub, sum, d);
    else
      as_.sse(prefix_of(wide), op_sub, sum, product);
  }
  check_result(sum, wide, Zero::always);
  put_number(scalar(i.d, wide), sum);
}

// `opcode`: of the FMA3 instruction that does it to the addend, as n * m + d.
void Simd::fused(const Insn& i, u8 opcode) {
  bool wide = i.is_double;
  u8 n = number(scalar(i.n, wide)), m = number(scalar(i.m, wide)), addend = number(scalar(i.d, wide));
  u8 d = cache_.fresh();
  cache_.move(d, addend);
  as_.avx(opcode, wide, d, n, m);
  check_result(d, wide);
  put_number(scalar(i.d, wide), d);
}

void Simd::square_root(const Insn& i) {
  bool wide = i.is_double;
  u8 m = number(scalar(i.m, wide)), d = cache_.fresh();
  as_.sse(0, 0x0f57, d, d);  // XORPS: no wait for what d was
  as_.sse(prefix_of(wide), op_sqrt, d, m);
  check_result(d, wide, Zero::always);
  put_number(scalar(i.d, wide), d);
}

void Simd::sign_only(const Insn& i) {
  bool wide = i.is_double;
  Number as = wide ? Number::double_ : Number::single;
  bool is_clean = cache_.is_clean(scalar(i.m, wide), as);
  u8 d = cache_.copy(scalar(i.m, wide));
  if (i.op == Op::vfp_abs)
    as_.sse(0, 0x0f54, d, vector(wide ? &Vectors::doubleword_magnitudes : &Vectors::word_magnitudes));
  if (i.op == Op::vfp_neg) as_.sse(0, 0x0f57, d, vector(wide ? &Vectors::doubleword_signs : &Vectors::word_signs));
  cache_.put(scalar(i.d, wide), d, is_clean, as);
}

bool Simd::is_comparison_for_flags(const Step& comparison, const Step& move) {
  const Insn &first = comparison.insn, &second = move.insn;
  return first.op == Op::vfp_cmp && second.op == Op::vmrs && second.to_core && second.t == 15 && comparison.supported &&
         move.supported && first.cond == isa::Cond::al && second.cond == isa::Cond::al && comparison.it == 0 &&
         move.it == 0;
}

void Simd::compare(const Insn& i, bool flags_next) {
  bool wide = i.is_double;
  u8 a = number(scalar(i.d, wide)), b;
  if (i.form == isa::Form::vfp_d_zero) {
    b = cache_.fresh();
    as_.sse(0, 0x0f57, b, b);
  } else {
    b = number(scalar(i.m, wide));
  }
  slow_unless_zero(offsetof(Context, other_flush));
  as_.alu(Alu::xor_, Reg::rcx, Reg::rcx);
  as_.alu(Alu::xor_, Reg::rdx, Reg::rdx);
  as_.sse(wide ? 0x66 : 0, 0x0f2e, a, b);  // UCOMIS
  slow_if(Cc::p);
  as_.set(Cc::ae, Reg::rcx);
  as_.set(Cc::a, Reg::rdx);
  as_.alu(Alu::add, Reg::rcx, Reg::rdx);  // an Order
  as_.load(Reg::rdx, fpscr());
  as_.alu(Alu::and_, Reg::rdx, 0x0fff'ffff);
  Mem flags = in_context(offsetof(Context, orders) + offsetof(Orders, flags));
  flags.index = Reg::rcx;
  flags.scale = 2;
  as_.alu(Alu::or_, Reg::rdx, flags);
  as_.store(fpscr(), Reg::rdx);
  if (!flags_next) return;
  SlowPath& path = slow_path(false);
  path.back = as_.at();
  path.makes_order = true;
  as_.alu8(Alu::cmp, Reg::rcx, 1);
  compared_ = true;
}

bool Simd::emit_vfp(const Insn& i) {
  switch (i.op) {
    case Op::vfp_add: two_operands(i, op_add, Zero::always); return true;
    case Op::vfp_sub: two_operands(i, op_sub, Zero::always); return true;
    case Op::vfp_mul:
    case Op::vfp_nmul: two_operands(i, op_mul, Zero::with_operand); return true;
    case Op::vfp_div: two_operands(i, op_div, Zero::with_operand); return true;
    case Op::vfp_mla:
    case Op::vfp_mls:
    case Op::vfp_nmla:
    case Op::vfp_nmls: multiply_add(i); return true;
    case Op::vfp_fma:
      if (host_.fma) fused(i, 0xb9);  // VFMADD231
      return host_.fma;
    case Op::vfp_fms:
      if (host_.fma) fused(i, 0xbd);  // VFNMADD231
      return host_.fma;
    case Op::vfp_fnma:
      if (host_.fma) fused(i, 0xbf);  // VFNMSUB231
      return host_.fma;
    case Op::vfp_fnms:
      if (host_.fma) fused(i, 0xbb);  // VFMSUB231
      return host_.fma;
    case Op::vfp_sqrt: square_root(i); return true;
    case Op::vfp_cmp: compare(i, e_.step_->flags_next); return true;
    case Op::vfp_mov:
      if (i.form == isa::Form::vfp_imm) {
        u8 d = cache_.fresh();
        if (i.is_double)
          as_.mov64(Reg::rcx, isa::vfp_constant_double(i.imm));
        else
          as_.mov(Reg::rcx, isa::vfp_constant_single(i.imm));
        as_.move_to_xmm(d, Reg::rcx, i.is_double);
        put_number(scalar(i.d, i.is_double), d);
        return true;
      }
      [[fallthrough]];
    case Op::vfp_abs:
    case Op::vfp_neg: sign_only(i); return true;
    default: return emit_conversion(i) || emit_transfer(i);
  }
}

// --- conversions

bool Simd::emit_conversion(const Insn& i) {
  bool wide = i.is_double;
  switch (i.op) {
    case Op::vfp_cvt_precision: {
      u8 m = number(scalar(i.m, wide)), d = cache_.fresh();
      as_.sse(0, 0x0f57, d, d);
      as_.sse(prefix_of(wide), 0x0f5a, d, m);  // CVTSD2SS, CVTSS2SD
      if (wide) {
        check_result(d, ZeroCheck{.rule = Zero::with_operand, .a = m, .b = m, .wide = false, .wide_operands = true});
      } else {
        slow_unless_zero(offsetof(Context, other_flush));
        as_.move_from_xmm(Reg::rcx, m);
        as_.alu(Alu::add, Reg::rcx, Reg::rcx);
        as_.alu(Alu::cmp, Reg::rcx, 0xff00'0000);  // of infinities and NaNs
        slow_if(Cc::ae);
      }
      put_number(scalar(i.d, !wide), d);
      return true;
    }
    case Op::vfp_from_int: {
      if (!wide) check_usual();
      u8 d = cache_.fresh();
      // 64 bits hold unsigned words, too.
      Range from{i.m, 1};
      if (i.is_unsigned)
        as_.load(Reg::rcx, SimdCache::in_file(from));
      else
        as_.load_s32_64(Reg::rcx, SimdCache::in_file(from));
      as_.sse(0, 0x0f57, d, d);
      as_.sse(prefix_of(wide), 0x0f2a, d, static_cast<u8>(Reg::rcx), true);  // CVTSI2S
      put_number(scalar(i.d, wide), d);
      return true;
    }
    case Op::vfp_to_int: {
      u8 m = number(scalar(i.m, wide));
      u32 opcode = i.op_bit ? 0x0f2c : 0x0f2d;  // CVTTS2SI, CVTS2SI
      check_usual();
      as_.sse(prefix_of(wide), opcode, static_cast<u8>(Reg::rcx), m, i.is_unsigned);
      if (i.is_unsigned) {  // in 64 bits; beyond 32: out of range
        as_.mov64(Reg::rdx, Reg::rcx);
        as_.shift64(Shifting::shr, Reg::rdx, 32);
        slow_if(Cc::ne);
      } else {
        as_.alu(Alu::cmp, Reg::rcx, 0x8000'0000);
        slow_if(Cc::e);
      }
      u8 d = cache_.fresh();
      as_.move_to_xmm(d, Reg::rcx);
      cache_.put({i.d, 1}, d);
      return true;
    }
    default: return false;
  }
}

// --- core registers

// The guest register's own host register, or the scratch one with its value.
Reg Simd::core_register(u8 guest, Reg scratch) {
  Reg r = host_register(guest);
  if (r != Reg::none) return r;
  as_.load(scratch, guest_slot(guest));
  return scratch;
}

void Simd::set_core_register(u8 guest, Reg from) {
  e_.overwritten(guest);
  Reg r = host_register(guest);
  if (r == Reg::none)
    as_.store(guest_slot(guest), from);
  else if (r != from)
    as_.mov(r, from);
}

bool Simd::emit_transfer(const Insn& i) {
  switch (i.op) {
    case Op::vmov_core_single:
      if (i.to_core) {
        as_.load(Reg::rcx, SimdCache::in_file({i.n, 1}));
        set_core_register(i.t, Reg::rcx);
      } else {
        u8 d = cache_.fresh();
        as_.move_to_xmm(d, core_register(i.t, Reg::rcx));
        cache_.put({i.n, 1}, d);
      }
      return true;
    case Op::vmov_core_singles:
    case Op::vmov_core_double: {
      bool wide = i.op == Op::vmov_core_double;
      u8 low = wide ? static_cast<u8>(2 * i.m) : i.m, high = static_cast<u8>(low + 1);
      if (i.to_core) {
        as_.load(Reg::rcx, SimdCache::in_file({low, 1}));
        as_.load(Reg::r14, SimdCache::in_file({high, 1}));
        set_core_register(i.t, Reg::rcx);
        set_core_register(i.a, Reg::r14);
        return true;
      }
      u8 d = cache_.fresh(), upper = cache_.fresh();
      as_.move_to_xmm(d, core_register(i.t, Reg::rcx));
      as_.move_to_xmm(upper, core_register(i.a, Reg::rcx));
      if (wide) {
        as_.sse(0x66, 0x0f62, d, upper);  // PUNPCKLDQ
        cache_.put({low, 2}, d);
      } else {
        cache_.put({low, 1}, d);
        cache_.put({high, 1}, upper);
      }
      return true;
    }
    case Op::vmov_core_scalar:
      if (i.to_core)
        read_lane(i);
      else
        write_lane(i);
      return true;
    case Op::vdup_core: {
      u8 d = cache_.fresh();
      as_.move_to_xmm(d, core_register(i.t, Reg::rcx));
      spread(d, i.size, 0);
      cache_.put({static_cast<u8>(2 * i.d), static_cast<u8>(i.quad ? 4 : 2)}, d);
      return true;
    }
    case Op::vmrs: emit_status(i); return true;
    default: return false;
  }
}

void Simd::read_lane(const Insn& i) {
  Mem from = SimdCache::in_file({static_cast<u8>(2 * i.n), 2});
  from.offset += i.index << i.size;
  if (i.size == 0)
    i.is_unsigned ? as_.load_u8(Reg::rcx, from) : as_.load_s8(Reg::rcx, from);
  else if (i.size == 1)
    i.is_unsigned ? as_.load_u16(Reg::rcx, from) : as_.load_s16(Reg::rcx, from);
  else
    as_.load(Reg::rcx, from);
  set_core_register(i.t, Reg::rcx);
}

void Simd::write_lane(const Insn& i) {
  Range whole{static_cast<u8>(2 * i.d), 2};
  Reg value = core_register(i.t, Reg::rcx);
  if (i.size != 1 && !host_.sse41) {
    Mem to = SimdCache::in_file(whole);
    to.offset += i.index << i.size;
    if (i.size == 0)
      as_.store8(to, value);
    else
      as_.store(to, value);
    return cache_.written(whole);
  }
  constexpr u32 insert[] = {0x0f3a20, 0x0fc4, 0x0f3a22};  // PINSRB, PINSRW, PINSRD
  u8 d = cache_.copy(whole);
  as_.sse(0x66, insert[i.size], d, static_cast<u8>(value));
  as_.byte(i.index);
  cache_.put(whole, d);
}

void Simd::emit_status(const Insn& i) {
  if (!i.to_core) {
    Reg value = core_register(i.t, Reg::r14);
    clobber();
    as_.test(value, cpu::fp::length_mask);
    slow_if(Cc::ne, true);  // short vectors are the interpreter's
    as_.test(value, cpu::fp::flush_to_zero);
    slow_if(flush_to_zero_ ? Cc::e : Cc::ne, true);  // and so is what other translations may have to follow
    as_.mov(Reg::rcx, value);
    as_.alu(Alu::and_, Reg::rcx, cpu::fp::fpscr_writable);
    as_.store(fpscr(), Reg::rcx);
    cache_.forget();  // what was flushed has set IDC, which may be clear again, and FZ may be another one
    return as_.call(e_.stubs_.note_fpscr);
  }
  if (i.t != 15) {
    as_.load(Reg::rcx, fpscr());
    return set_core_register(i.t, Reg::rcx);
  }
  if (std::exchange(compared_, false)) return e_.defined(Part::all, Part::all, true);
  // The four flags to where they are at home: N and Z in bits 7 and 6 of ah, V in al, C in the context.
  clobber();
  as_.load(Reg::rcx, fpscr());
  as_.mov(Reg::rdx, Reg::rcx);
  as_.shift(Shifting::shr, Reg::rdx, 29);
  as_.alu(Alu::and_, Reg::rdx, 1);
  as_.store8(in_context(offsetof(Context, c)), Reg::rdx);
  as_.mov(Reg::rax, Reg::rcx);
  as_.shift(Shifting::shr, Reg::rax, 16);
  as_.alu(Alu::and_, Reg::rax, 0xc000);
  as_.shift(Shifting::shr, Reg::rcx, 28);
  as_.alu(Alu::and_, Reg::rcx, 1);
  as_.alu(Alu::or_, Reg::rax, Reg::rcx);
  e_.defined(Part::all, Part::none, false);
  e_.flags_.home = Part::all;
}

}  // namespace sigtape::jit
