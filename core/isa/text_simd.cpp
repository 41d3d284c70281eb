// UAL text of VFP and Advanced SIMD instructions, one function per operand form.
#include <fmt/format.h>

#include <bit>

#include "core/isa/simd_constant.h"
#include "core/isa/text.h"

namespace sigtape::isa {
namespace {

// How an operation writes the type of its elements.
enum class Type : u8 {
  none,
  bits,      // .8
  integer,   // .i8
  sign,      // .s8 or .u8
  signed_,   // .s8
  polynomial,
  floats,    // .f32
};

Type type_of(const Insn& i) {
  if (i.is_float) return Type::floats;
  switch (i.op) {
    case Op::vand: case Op::vbic: case Op::vorr: case Op::vorn: case Op::veor: case Op::vbsl: case Op::vbit: case Op::vbif:
    case Op::vmvn: case Op::vswp:
      return Type::none;
    case Op::vtst: case Op::vcnt: case Op::vrev64: case Op::vrev32: case Op::vrev16: case Op::vtrn: case Op::vuzp:
    case Op::vzip: case Op::vext: case Op::vtbl: case Op::vtbx: case Op::vdup_core: case Op::vdup_scalar: case Op::vsri:
    case Op::vsli:
      return Type::bits;
    case Op::vadd: case Op::vsub: case Op::vmul: case Op::vmla: case Op::vmls: case Op::vceq: case Op::vpadd:
    case Op::vaddhn: case Op::vraddhn: case Op::vsubhn: case Op::vrsubhn: case Op::vshl: case Op::vshrn: case Op::vrshrn:
    case Op::vmovn: case Op::vclz:
      return Type::integer;
    case Op::vqdmulh: case Op::vqrdmulh: case Op::vqdmull: case Op::vqdmlal: case Op::vqdmlsl: case Op::vabs: case Op::vneg:
    case Op::vqabs: case Op::vqneg: case Op::vcls: case Op::vqmovun: case Op::vqshlu: case Op::vqshrun: case Op::vqrshrun:
      return Type::signed_;
    case Op::vcgt: case Op::vcge: case Op::vcle: case Op::vclt:
      return i.form == Form::two_zero ? Type::signed_ : Type::sign;
    case Op::vmul_poly: case Op::vmull_poly: return Type::polynomial;
    case Op::vrecpe: case Op::vrsqrte: return Type::sign;
    default: return Type::sign;
  }
}

// Operations that name the type of their wide operand.
bool names_wide_type(const Insn& i) {
  return i.form == Form::three_narrow || i.form == Form::shift_narrow || i.form == Form::two_narrow;
}

std::string type_text(const Insn& i) {
  unsigned width = (8u << i.size) * (names_wide_type(i) ? 2 : 1);
  switch (type_of(i)) {
    case Type::none: return "";
    case Type::bits: return fmt::format(".{}", width);
    case Type::integer: return fmt::format(".i{}", width);
    case Type::sign: return fmt::format(".{}{}", i.is_unsigned || i.op == Op::vrecpe || i.op == Op::vrsqrte ? "u" : "s", width);
    case Type::signed_: return fmt::format(".s{}", width);
    case Type::polynomial: return fmt::format(".p{}", width);
    case Type::floats: return ".f32";
  }
  return "";
}

std::string head(const Insn& i, const std::string& type) {
  return fmt::format("{}{}{} ", mnemonic_of(i.op), suffix_of(i.cond), type);
}
std::string s_reg(u32 n) { return fmt::format("s{}", n); }
std::string d_reg(u32 n) { return fmt::format("d{}", n); }
std::string q_reg(u32 n) { return fmt::format("q{}", n / 2); }
std::string vector(const Insn& i, u32 n) { return i.quad ? q_reg(n) : d_reg(n); }
std::string scalar(u32 n, u32 index) { return fmt::format("d{}[{}]", n, index); }
std::string immediate(u64 value) { return value < 10 ? fmt::format("#{}", value) : fmt::format("#0x{:x}", value); }
std::string float_number(u32 single) { return fmt::format("#{:e}", std::bit_cast<float>(single)); }

// --- VFP
std::string vfp_reg(const Insn& i, u32 n) { return i.is_double ? d_reg(n) : s_reg(n); }
const char* vfp_type(const Insn& i) { return i.is_double ? ".f64" : ".f32"; }

std::string vfp_text(const Insn& i) {
  std::string d = vfp_reg(i, i.d), m = vfp_reg(i, i.m);
  switch (i.form) {
    case Form::vfp_dnm: return head(i, vfp_type(i)) + fmt::format("{}, {}, {}", d, vfp_reg(i, i.n), m);
    case Form::vfp_imm: return head(i, vfp_type(i)) + fmt::format("{}, {}", d, float_number(vfp_constant_single(i.imm)));
    case Form::vfp_d_zero:
    case Form::vfp_dm: {
      const char* name = i.op == Op::vfp_cmp && i.is_float ? "vcmpe" : mnemonic_of(i.op);
      return fmt::format("{}{}{} {}, {}", name, suffix_of(i.cond), vfp_type(i), d, i.form == Form::vfp_dm ? m : "#0");
    }
    case Form::vfp_cvt_half:
      return fmt::format("vcvt{}{}.{} {}, {}", i.index ? "t" : "b", suffix_of(i.cond), i.op_bit ? "f16.f32" : "f32.f16", d, m);
    case Form::vfp_cvt_precision:
      return head(i, i.is_double ? ".f32.f64" : ".f64.f32") +
             (i.is_double ? s_reg(i.d) + ", " + d_reg(i.m) : d_reg(i.d) + ", " + s_reg(i.m));
    case Form::vfp_cvt_int: {
      std::string integer = i.is_unsigned ? ".u32" : ".s32";
      if (i.op == Op::vfp_from_int) return head(i, vfp_type(i) + integer) + fmt::format("{}, {}", d, s_reg(i.m));
      return fmt::format("vcvt{}{}{}{} {}, {}", i.op_bit ? "" : "r", suffix_of(i.cond), integer, vfp_type(i), s_reg(i.d), m);
    }
    default: {  // vfp_cvt_fixed
      std::string fixed = fmt::format(".{}{}", i.is_unsigned ? "u" : "s", 8u << i.size);
      std::string type = i.op == Op::vfp_from_fixed ? vfp_type(i) + fixed : fixed + vfp_type(i);
      return head(i, type) + fmt::format("{}, {}, {}", d, d, immediate(i.amount));
    }
  }
}

// --- core registers
std::string core_text(const Insn& i) {
  std::string t = name_of_register(i.t), a = name_of_register(i.a);
  auto ordered = [&](const std::string& core, const std::string& extension) {
    return i.to_core ? core + ", " + extension : extension + ", " + core;
  };
  switch (i.form) {
    case Form::core_single: return head(i, "") + ordered(t, s_reg(i.n));
    case Form::core_singles: return head(i, "") + ordered(t + ", " + a, s_reg(i.m) + ", " + s_reg(i.m + 1u));
    case Form::core_double: return head(i, "") + ordered(t + ", " + a, d_reg(i.m));
    case Form::to_scalar: return head(i, fmt::format(".{}", 8u << i.size)) + scalar(i.d, i.index) + ", " + t;
    case Form::from_scalar: {
      const char* sign = i.size == 2 ? "" : i.is_unsigned ? "u" : "s";
      return head(i, fmt::format(".{}{}", sign, 8u << i.size)) + t + ", " + scalar(i.n, i.index);
    }
    case Form::dup_core: return head(i, fmt::format(".{}", 8u << i.size)) + vector(i, i.d) + ", " + t;
    default:  // fpscr
      if (!i.to_core) return fmt::format("vmsr{} fpscr, {}", suffix_of(i.cond), t);
      return fmt::format("vmrs{} {}, fpscr", suffix_of(i.cond), i.t == 15 ? "apsr_nzcv" : t);
  }
}

// --- VFP memory
std::string vfp_memory_text(const Insn& i) {
  if (i.form == Form::vfp_mem) {
    std::string offset = i.imm != 0 || !i.add ? fmt::format(", #{}0x{:x}", i.add ? "" : "-", i.imm) : "";
    if (i.imm != 0 && i.imm < 10) offset = fmt::format(", #{}{}", i.add ? "" : "-", i.imm);
    return head(i, "") + fmt::format("{}, [{}{}]", vfp_reg(i, i.d), name_of_register(i.n), offset);
  }
  std::string list;
  for (u32 k = 0; k < i.count; ++k) list += (k ? ", " : "") + vfp_reg(i, i.d + k);
  bool load = i.op == Op::vldm, old = i.is_double && (i.imm & 4);  // FLDMX, FSTMX: one word more than the registers
  if (i.n == 13 && i.write_back && !old && load == i.add)
    return fmt::format("{}{} {{{}}}", load ? "vpop" : "vpush", suffix_of(i.cond), list);
  std::string name = old ? (load ? "fldm" : "fstm") : mnemonic_of(i.op);
  return fmt::format("{}{}{}{} {}{}, {{{}}}", name, i.add ? "ia" : "db", old ? "x" : "", suffix_of(i.cond),
                     name_of_register(i.n), i.write_back ? "!" : "", list);
}

// --- Advanced SIMD
std::string three_text(const Insn& i) {
  std::string type = type_text(i);
  switch (i.form) {
    case Form::three_same:
      if (i.op == Op::vorr && i.n == i.m) return fmt::format("vmov {}, {}", vector(i, i.d), vector(i, i.m));
      return head(i, type) + fmt::format("{}, {}, {}", vector(i, i.d), vector(i, i.n), vector(i, i.m));
    case Form::shift_reg: return head(i, type) + fmt::format("{}, {}, {}", vector(i, i.d), vector(i, i.m), vector(i, i.n));
    case Form::three_long: return head(i, type) + fmt::format("{}, {}, {}", q_reg(i.d), d_reg(i.n), d_reg(i.m));
    case Form::three_wide: return head(i, type) + fmt::format("{}, {}, {}", q_reg(i.d), q_reg(i.n), d_reg(i.m));
    case Form::three_narrow: return head(i, type) + fmt::format("{}, {}, {}", d_reg(i.d), q_reg(i.n), q_reg(i.m));
    case Form::scalar_same:
      return head(i, type) + fmt::format("{}, {}, {}", vector(i, i.d), vector(i, i.n), scalar(i.m, i.index));
    default:  // scalar_long
      return head(i, type) + fmt::format("{}, {}, {}", q_reg(i.d), d_reg(i.n), scalar(i.m, i.index));
  }
}

// VCVT of single precision and integers or fixed point.
std::string convert_type(const Insn& i) {
  const char* integer = i.is_unsigned ? "u32" : "s32";
  return i.op_bit ? fmt::format(".{}.f32", integer) : fmt::format(".f32.{}", integer);
}

std::string two_text(const Insn& i) {
  std::string type = i.op == Op::vcvt_int || i.op == Op::vcvt_fixed ? convert_type(i) : type_text(i);
  switch (i.form) {
    case Form::two_same: return head(i, type) + fmt::format("{}, {}", vector(i, i.d), vector(i, i.m));
    case Form::two_zero: return head(i, type) + fmt::format("{}, {}, #0", vector(i, i.d), vector(i, i.m));
    case Form::two_narrow: return head(i, type) + fmt::format("{}, {}", d_reg(i.d), q_reg(i.m));
    case Form::two_half:
      return i.op_bit ? fmt::format("vcvt{}.f32.f16 {}, {}", suffix_of(i.cond), q_reg(i.d), d_reg(i.m))
                      : fmt::format("vcvt{}.f16.f32 {}, {}", suffix_of(i.cond), d_reg(i.d), q_reg(i.m));
    case Form::shift_imm: return head(i, type) + fmt::format("{}, {}, {}", vector(i, i.d), vector(i, i.m), immediate(i.amount));
    case Form::shift_narrow: return head(i, type) + fmt::format("{}, {}, {}", d_reg(i.d), q_reg(i.m), immediate(i.amount));
    default:  // shift_long: VMOVL where nothing is shifted; by the whole width the sign does not matter
      if (i.amount == 0) return fmt::format("vmovl{}{} {}, {}", suffix_of(i.cond), type, q_reg(i.d), d_reg(i.m));
      if (i.amount == 8u << i.size) type = fmt::format(".i{}", 8u << i.size);
      return head(i, type) + fmt::format("{}, {}, {}", q_reg(i.d), d_reg(i.m), immediate(i.amount));
  }
}

std::string modified_text(const Insn& i) {
  u64 constant = neon_constant(i.op_bit, i.cmode, i.imm);
  unsigned width = i.cmode < 8 || i.cmode == 12 || i.cmode == 13 ? 32 : i.cmode < 12 ? 16 : i.op_bit ? 64 : 8;
  std::string d = vector(i, i.d);
  if (i.cmode == 15) return head(i, ".f32") + d + ", " + float_number(static_cast<u32>(constant));
  if (width < 64) constant &= (u64{1} << width) - 1;
  return head(i, fmt::format(".i{}", width)) + d + ", " + immediate(constant);
}

std::string place_text(const Insn& i) {
  switch (i.form) {
    case Form::extract:
      return head(i, ".8") + fmt::format("{}, {}, {}, {}", vector(i, i.d), vector(i, i.n), vector(i, i.m), immediate(i.index));
    case Form::look_up: {
      std::string list;
      for (u32 k = 0; k < i.count; ++k) list += (k ? ", " : "") + d_reg(i.n + k);
      return head(i, ".8") + fmt::format("{}, {{{}}}, {}", d_reg(i.d), list, d_reg(i.m));
    }
    default: return head(i, type_text(i)) + fmt::format("{}, {}", vector(i, i.d), scalar(i.m, i.index));  // dup_scalar
  }
}

std::string structure_text(const Insn& i) {
  std::string list;
  const char* lane = i.form == Form::all_lanes ? "[]" : "";
  std::string index = i.form == Form::lane ? fmt::format("[{}]", i.index) : lane;
  for (u32 k = 0; k < i.count; ++k) list += fmt::format("{}d{}{}", k ? ", " : "", i.d + k * i.stride, index);
  std::string align = i.align ? fmt::format(":{}", i.align * 8) : "";
  std::string after = i.m == 15 ? "" : i.m == 13 ? "!" : ", " + name_of_register(i.m);
  u32 width = i.op == Op::vld4 && i.form == Form::all_lanes && i.align == 16 ? 32 : 8u << i.size;
  return head(i, fmt::format(".{}", width)) + fmt::format("{{{}}}, [{}{}]{}", list, name_of_register(i.n), align, after);
}

}  // namespace

std::string simd_text_of(const Insn& i, u32) {
  if (i.form >= Form::vfp_dnm && i.form <= Form::vfp_cvt_fixed) return vfp_text(i);
  if (i.form >= Form::core_single && i.form <= Form::fpscr) return core_text(i);
  if (i.form == Form::vfp_mem || i.form == Form::vfp_list) return vfp_memory_text(i);
  if (i.form >= Form::three_same && i.form <= Form::scalar_long) return three_text(i);
  if (i.form == Form::modified) return modified_text(i);
  if (i.form >= Form::extract && i.form <= Form::dup_scalar) return place_text(i);
  if (i.form >= Form::structures) return structure_text(i);
  return two_text(i);
}

}  // namespace sigtape::isa
