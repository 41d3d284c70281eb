// VFPv4 instructions: scalar arithmetic, transfers with core registers, loads and stores (ARM ARM A8.8, B9).
#include "core/base/bits.h"
#include "core/cpu/float.h"
#include "core/cpu/simd.h"
#include "core/isa/simd_constant.h"

namespace sigtape::cpu {
namespace {

using isa::Insn;
using isa::Op;

template <class T>
T get(const State& s, unsigned n) {
  return extension_register<T>(s, n);
}
template <class T>
void set(State& s, unsigned n, T value) {
  set_extension_register<T>(s, n, value);
}

// --- short vectors: the A15 has none, and Linux' VFP support code carries them out (arch/arm/vfp/vfpsingle.c)
template <class T>
using Body = void (*)(State&, unsigned d, unsigned n, unsigned m);

template <class T>
void short_vector(State& s, const Insn& i, Body<T> body) {
  constexpr unsigned size = sizeof(T) == 4 ? 8 : 4;  // registers of a bank
  auto scalar = [](unsigned r) { return r % (4 * size) < size; };
  unsigned count = scalar(i.d) ? 1 : 1 + ((s.fpscr & fp::length_mask) >> 16);
  unsigned stride = (s.fpscr & fp::stride_mask) == fp::stride_mask ? 2 : 1;
  unsigned d = i.d, n = i.n, m = i.m;
  auto next = [&](unsigned r) { return r / size * size + (r + stride) % size; };
  for (unsigned k = 0; k < count; ++k) {
    body(s, d, n, m);
    d = next(d);
    n = next(n);
    if (!scalar(m)) m = next(m);
  }
}

template <class T, Body<T> body>
void arithmetic(State& s, const Insn& i) {
  if (s.fpscr & fp::length_mask) [[unlikely]] return short_vector<T>(s, i, body);
  body(s, i.d, i.n, i.m);
}

// --- arithmetic
template <class T, T (*f)(T, T, u32&)>
void binary(State& s, unsigned d, unsigned n, unsigned m) {
  set<T>(s, d, f(get<T>(s, n), get<T>(s, m), s.fpscr));
}
template <class T, T (*f)(T)>
void sign_only(State& s, unsigned d, unsigned, unsigned m) {
  set<T>(s, d, f(get<T>(s, m)));
}
template <class T>
T same(T a) {
  return a;
}
template <class T>
T negated_mul(T a, T b, u32& fpscr) {
  return fp::negate(fp::mul(a, b, fpscr));
}
template <class T>
void square_root(State& s, unsigned d, unsigned, unsigned m) {
  set<T>(s, d, fp::sqrt(get<T>(s, m), s.fpscr));
}

enum class Negate : u8 { none = 0, product = 1, addend = 2, both = 3 };
constexpr bool negates(Negate set, Negate one) { return static_cast<u8>(set) & static_cast<u8>(one); }

// VMLA and its relatives: two roundings; the negations are FPNeg, so they touch NaNs as well.
template <class T, Negate what>
void multiply_add(State& s, unsigned d, unsigned n, unsigned m) {
  T product = fp::mul(get<T>(s, n), get<T>(s, m), s.fpscr), addend = get<T>(s, d);
  if (negates(what, Negate::product)) product = fp::negate(product);
  if (negates(what, Negate::addend)) addend = fp::negate(addend);
  set<T>(s, d, fp::add(addend, product, s.fpscr));
}
template <class T, Negate what>
void fused(State& s, unsigned d, unsigned n, unsigned m) {
  T a = get<T>(s, n), addend = get<T>(s, d);
  if (negates(what, Negate::product)) a = fp::negate(a);
  if (negates(what, Negate::addend)) addend = fp::negate(addend);
  set<T>(s, d, fp::fused_multiply_add(addend, a, get<T>(s, m), s.fpscr));
}

template <class T>
void constant(State& s, const Insn& i) {
  T value = static_cast<T>(sizeof(T) == 8 ? isa::vfp_constant_double(i.imm) : isa::vfp_constant_single(i.imm));
  unsigned count = 1, stride = 1, size = sizeof(T) == 4 ? 8 : 4, d = i.d;
  if ((s.fpscr & fp::length_mask) && d % (4 * size) >= size) {
    count += (s.fpscr & fp::length_mask) >> 16;
    stride = (s.fpscr & fp::stride_mask) == fp::stride_mask ? 2 : 1;
  }
  for (; count != 0; --count, d = d / size * size + (d + stride) % size) set<T>(s, d, value);
}

template <class T>
void compare(State& s, const Insn& i) {
  T other = i.form == isa::Form::vfp_d_zero ? T{0} : get<T>(s, i.m);
  auto quiet = i.is_float ? fp::QuietNan::invalid : fp::QuietNan::silent;
  u32 nzcv = fp::compare(get<T>(s, i.d), other, quiet, s.fpscr);
  s.fpscr = (s.fpscr & 0x0fff'ffff) | nzcv << 28;
}

// --- conversions
template <class F>
auto rounding(State& s, fp::Rounding mode, F f) {
  u32 control = fp::with_rounding(s.fpscr, mode);
  auto result = f(control);
  s.fpscr |= control & fp::cumulative;
  return result;
}
fp::Signed sign_of(const Insn& i) { return i.is_unsigned ? fp::Signed::no : fp::Signed::yes; }

void convert_precision(State& s, const Insn& i) {
  if (i.is_double) set<u32>(s, i.d, fp::single_of_double(get<u64>(s, i.m), s.fpscr));
  else set<u64>(s, i.d, fp::double_of_single(get<u32>(s, i.m), s.fpscr));
}
void convert_half(State& s, const Insn& i) {
  if (i.op_bit) set<u16>(s, i.d * 2u + i.index, fp::half_of_single(get<u32>(s, i.m), s.fpscr));
  else set<u32>(s, i.d, fp::single_of_half(get<u16>(s, i.m * 2u + i.index), s.fpscr));
}
template <class T>
void from_integer(State& s, const Insn& i) {
  u32 word = get<u32>(s, i.m);
  i64 operand = i.is_unsigned ? i64{word} : i64{static_cast<i32>(word)};
  set<T>(s, i.d, fp::from_fixed<T>(operand, 0, s.fpscr));
}
template <class T>
void to_integer(State& s, const Insn& i) {
  fp::Rounding mode = i.op_bit ? fp::Rounding::zero : fp::rounding_of(s.fpscr);
  T a = get<T>(s, i.m);
  set<u32>(s, i.d, rounding(s, mode, [&](u32& control) { return fp::to_fixed(a, 32, 0, sign_of(i), control); }));
}
template <class T>
void from_fixed(State& s, const Insn& i) {
  u32 word = static_cast<u32>(get<T>(s, i.d)), width = 8u << i.size;
  i64 operand = i.is_unsigned ? i64{bits(word, width - 1, 0)} : i64{static_cast<i32>(sign_extend(word, width))};
  set<T>(s, i.d, rounding(s, fp::Rounding::nearest,
                          [&](u32& control) { return fp::from_fixed<T>(operand, i.amount, control); }));
}
template <class T>
void to_fixed(State& s, const Insn& i) {
  T a = get<T>(s, i.d);
  u32 word = rounding(s, fp::Rounding::zero,
                      [&](u32& control) { return fp::to_fixed(a, 8u << i.size, i.amount, sign_of(i), control); });
  i64 extended = i.is_unsigned ? i64{word} : i64{static_cast<i32>(word)};
  set<T>(s, i.d, static_cast<T>(extended));
}

// --- core registers
void core_single(State& s, const Insn& i) {
  if (i.to_core) s.r[i.t] = get<u32>(s, i.n);
  else set<u32>(s, i.n, s.r[i.t]);
}
void core_singles(State& s, const Insn& i) {
  if (i.to_core) {
    s.r[i.t] = get<u32>(s, i.m);
    s.r[i.a] = get<u32>(s, i.m + 1u);
  } else {
    set<u32>(s, i.m, s.r[i.t]);
    set<u32>(s, i.m + 1u, s.r[i.a]);
  }
}
void core_double(State& s, const Insn& i) {
  u64 value = s.d[i.m];
  if (i.to_core) {
    s.r[i.t] = static_cast<u32>(value);
    s.r[i.a] = static_cast<u32>(value >> 32);
  } else {
    s.d[i.m] = u64{s.r[i.a]} << 32 | s.r[i.t];
  }
}
template <class T>
void core_scalar(State& s, const Insn& i) {
  constexpr unsigned lanes = 8 / sizeof(T);
  if (!i.to_core) return set<T>(s, i.d * lanes + i.index, static_cast<T>(s.r[i.t]));
  T value = get<T>(s, i.n * lanes + i.index);
  s.r[i.t] = i.is_unsigned ? u32{value} : sign_extend(value, 8 * sizeof(T));
}
void duplicate_core(State& s, const Insn& i) {
  u64 value = s.r[i.t];
  if (i.size == 0) value = (value & 0xff) * 0x0101'0101'0101'0101u;
  else if (i.size == 1) value = (value & 0xffff) * 0x0001'0001'0001'0001u;
  else value |= value << 32;
  s.d[i.d] = value;
  if (i.quad) s.d[i.d + 1u] = value;
}
void status(State& s, const Insn& i) {
  if (!i.to_core) {
    s.fpscr = s.r[i.t] & fp::fpscr_writable;
  } else if (i.t != 15) {
    s.r[i.t] = s.fpscr;
  } else {
    s.flags.n = static_cast<u8>(bit(s.fpscr, 31));
    s.flags.z = static_cast<u8>(bit(s.fpscr, 30));
    s.flags.c = static_cast<u8>(bit(s.fpscr, 29));
    s.flags.v = static_cast<u8>(bit(s.fpscr, 28));
  }
}

// --- memory. All of these need word alignment, doubles too (they are two words to MemA).
u32 base_of(const Core& core, const Insn& i) { return i.n == 15 ? core.pc_operand() & ~3u : core.state->r[i.n]; }

// Moves registers d, d + 1, ... (all of them side by side in the file) from or to `address`.
template <Access access, class T>
bool transfer(Core& core, const Insn& i, u32 address, u32 count) {
  if (!core.aligned(address, 4, access)) return false;
  auto* memory = core.reach<access>(address, count * static_cast<u32>(sizeof(T)));
  if (!memory) return false;
  move_elements<access, T>(core, memory, i.d, count);
  return true;
}

template <Access access, class T>
bool one_register(Core& core, const Insn& i) {
  u32 base = base_of(core, i);
  return transfer<access, T>(core, i, i.add ? base + i.imm : base - i.imm, 1);
}
template <Access access, class T>
bool several_registers(Core& core, const Insn& i) {
  u32 base = base_of(core, i), other = i.add ? base + i.imm : base - i.imm;
  if (!transfer<access, T>(core, i, i.add ? base : other, i.count)) return false;
  if (i.write_back) core.state->r[i.n] = other;
  return true;
}

template <class T>
struct Scalar {
  static constexpr Body<T> add = binary<T, fp::add<T>>, sub = binary<T, fp::sub<T>>, mul = binary<T, fp::mul<T>>,
                           div = binary<T, fp::div<T>>, nmul = binary<T, negated_mul<T>>, mov = sign_only<T, same<T>>,
                           abs = sign_only<T, fp::absolute<T>>, neg = sign_only<T, fp::negate<T>>,
                           sqrt = square_root<T>, mla = multiply_add<T, Negate::none>,
                           mls = multiply_add<T, Negate::product>, nmla = multiply_add<T, Negate::both>,
                           nmls = multiply_add<T, Negate::addend>, fma = fused<T, Negate::none>,
                           fms = fused<T, Negate::product>, fnma = fused<T, Negate::both>,
                           fnms = fused<T, Negate::addend>;
};
#define SIGTAPE_ARITHMETIC(name) \
  i.is_double ? SimdData{arithmetic<u64, Scalar<u64>::name>} : SimdData{arithmetic<u32, Scalar<u32>::name>}

SimdData arithmetic_function(const Insn& i) {
  switch (i.op) {
    case Op::vfp_mla: return SIGTAPE_ARITHMETIC(mla);
    case Op::vfp_mls: return SIGTAPE_ARITHMETIC(mls);
    case Op::vfp_nmla: return SIGTAPE_ARITHMETIC(nmla);
    case Op::vfp_nmls: return SIGTAPE_ARITHMETIC(nmls);
    case Op::vfp_mul: return SIGTAPE_ARITHMETIC(mul);
    case Op::vfp_nmul: return SIGTAPE_ARITHMETIC(nmul);
    case Op::vfp_add: return SIGTAPE_ARITHMETIC(add);
    case Op::vfp_sub: return SIGTAPE_ARITHMETIC(sub);
    case Op::vfp_div: return SIGTAPE_ARITHMETIC(div);
    case Op::vfp_fma: return SIGTAPE_ARITHMETIC(fma);
    case Op::vfp_fms: return SIGTAPE_ARITHMETIC(fms);
    case Op::vfp_fnma: return SIGTAPE_ARITHMETIC(fnma);
    case Op::vfp_fnms: return SIGTAPE_ARITHMETIC(fnms);
    case Op::vfp_abs: return SIGTAPE_ARITHMETIC(abs);
    case Op::vfp_neg: return SIGTAPE_ARITHMETIC(neg);
    case Op::vfp_sqrt: return SIGTAPE_ARITHMETIC(sqrt);
    case Op::vfp_mov:
      if (i.form == isa::Form::vfp_imm) return i.is_double ? constant<u64> : constant<u32>;
      return SIGTAPE_ARITHMETIC(mov);
    default: return nullptr;
  }
}
#undef SIGTAPE_ARITHMETIC

template <class T>
SimdMemory memory_function(Op op) {
  switch (op) {
    case Op::vldr: return one_register<Access::read, T>;
    case Op::vstr: return one_register<Access::write, T>;
    case Op::vldm: return several_registers<Access::read, T>;
    case Op::vstm: return several_registers<Access::write, T>;
    default: return nullptr;
  }
}

}  // namespace

SimdData vfp_function(const Insn& i) {
  bool wide = i.is_double;
  switch (i.op) {
    case Op::vfp_cmp: return wide ? compare<u64> : compare<u32>;
    case Op::vfp_cvt_half: return convert_half;
    case Op::vfp_cvt_precision: return convert_precision;
    case Op::vfp_from_int: return wide ? from_integer<u64> : from_integer<u32>;
    case Op::vfp_to_int: return wide ? to_integer<u64> : to_integer<u32>;
    case Op::vfp_from_fixed: return wide ? from_fixed<u64> : from_fixed<u32>;
    case Op::vfp_to_fixed: return wide ? to_fixed<u64> : to_fixed<u32>;
    case Op::vmov_core_single: return core_single;
    case Op::vmov_core_singles: return core_singles;
    case Op::vmov_core_double: return core_double;
    case Op::vmov_core_scalar: return i.size == 0 ? core_scalar<u8> : i.size == 1 ? core_scalar<u16> : core_scalar<u32>;
    case Op::vdup_core: return duplicate_core;
    case Op::vmrs: return status;
    default: return arithmetic_function(i);
  }
}

SimdMemory vfp_memory_function(const Insn& i) {
  return i.is_double ? memory_function<u64>(i.op) : memory_function<u32>(i.op);
}

}  // namespace sigtape::cpu
