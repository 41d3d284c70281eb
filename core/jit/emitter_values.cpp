// The emitter: values, evaluated into the register where they are wanted.
#include "core/base/bits.h"
#include "core/cpu/helpers.h"
#include "core/jit/builder.h"
#include "core/jit/emitter.h"

namespace sigtape::jit {

namespace {

constexpr Mem guest(Reg base, i32 offset = 0) { return {.base = base, .offset = offset, .guest = true}; }

Shifting shifting_of(Kind kind) {
  switch (kind) {
    case Kind::shl: return Shifting::shl;
    case Kind::lsr: return Shifting::shr;
    case Kind::asr: return Shifting::sar;
    default: return Shifting::ror;
  }
}

constexpr std::size_t state_offset(std::size_t member) { return offsetof(Context, state) + member; }

}  // namespace

u16 Emitter::count_in(u16 root, u16 id) const {
  if (root == id) return 1;
  const Node& n = (*nodes_)[root];
  if (n.place) return 0;
  u8 count = operands_of(n.kind);
  u16 found = 0;
  if (count > 0) found += count_in(n.a, id);
  if (count > 1) found += count_in(n.b, id);
  if (count > 2) found += count_in(n.c, id);
  return found;
}

// Whether evaluating the node looks at host register d.
static bool looks_at(const std::vector<Node>& nodes, u16 id, Reg d) {
  const Node& n = nodes[id];
  if (n.place) return n.place == static_cast<u8>(d) + 1;
  if (n.kind == Kind::reg) return host_register(n.amount) == d;
  u8 count = operands_of(n.kind);
  return (count > 0 && looks_at(nodes, n.a, d)) || (count > 1 && looks_at(nodes, n.b, d)) ||
         (count > 2 && looks_at(nodes, n.c, d));
}

void Emitter::move_constant(Reg d, u32 value, bool is_address) {
  if (value == 0 && !is_address && !any(flags_.eflags) && carry_of_ == 0xffff) return as.alu(Alu::xor_, d, d);
  as.mov(d, value);
  if (is_address) note_address();
}

// A register that holds the value: its own, a guest register's, or a new one. Still to be released.
Reg Emitter::reg_of(u16 id) {
  Node& n = node(id);
  if (n.place) return static_cast<Reg>(n.place - 1);
  if (n.kind == Kind::reg && host_register(n.amount) != Reg::none) return host_register(n.amount);
  if (n.kind == Kind::extracted) reg_of(n.a);  // first, for it may want certain registers
  Reg t = allocate();
  compute(t, id);
  set_place(id, t);
  return t;
}

// The value into d; one use is served.
void Emitter::into(Reg d, u16 id) {
  Node& n = node(id);
  bool cheap = n.kind == Kind::constant || n.kind == Kind::address || n.kind == Kind::reg;
  if (!n.place && n.uses > 1 && !cheap) reg_of(id);
  if (n.place) {
    Reg r = static_cast<Reg>(n.place - 1);
    if (r != d) as.mov(d, r);
    return release(id);
  }
  compute(d, id);
  n.uses--;
}

// Where the value is, or d, where it is put if it is nowhere yet; one use is served.
Reg Emitter::near(Reg d, u16 id) {
  const Node& n = node(id);
  if (n.place || (n.kind == Kind::reg && host_register(n.amount) != Reg::none)) {
    Reg r = reg_of(id);
    release(id);
    return r;
  }
  into(d, id);
  return d;
}

// op d, value; one use is served.
void Emitter::alu_operand(Alu op, Reg d, u16 id) {
  Node& n = node(id);
  u32 value;
  if (n.kind != Kind::address && constant(id, value)) {
    as.alu(op, d, value);
  } else if (!n.place && n.kind == Kind::reg && host_register(n.amount) == Reg::none) {
    as.alu(op, d, guest_slot(n.amount));
  } else {
    as.alu(op, d, reg_of(id));
  }
  release(id);
}

// The value of a node that has no place yet, into d, where nothing that is still needed may be. Serves its operands.
void Emitter::compute(Reg d, u16 id) {
  const Node n = node(id);
  switch (n.kind) {
    case Kind::constant: return move_constant(d, n.imm, false);
    case Kind::address: return move_constant(d, n.imm, true);
    case Kind::reg: {
      Reg r = host_register(n.amount);
      if (r == Reg::none)
        as.load(d, guest_slot(n.amount));
      else if (r != d)
        as.mov(d, r);
      return;
    }
    case Kind::add: return compute_add(d, n);
    case Kind::sub: return compute_sub(d, n);
    case Kind::and_:
    case Kind::or_:
    case Kind::xor_: return compute_logic(d, n, id);
    case Kind::mul: {
      u16 a = n.a, b = n.b;
      if (looks_at(*nodes_, b, d)) std::swap(a, b);
      if (looks_at(*nodes_, b, d)) {
        Reg t = allocate();
        into(t, a);
        Reg r = reg_of(b);
        will_clobber();
        as.imul(t, r);
        release(b);
        as.mov(d, t);
        return free_register(t);
      }
      into(d, a);
      Reg r = reg_of(b);
      will_clobber();
      as.imul(d, r);
      return release(b);
    }
    case Kind::not_: into(d, n.a); return as.not_(d);
    case Kind::shl:
    case Kind::lsr:
    case Kind::asr:
    case Kind::ror:
      compute_shift(d, n);
      if (n.kind != Kind::ror) result_flags_ = id;
      return;
    case Kind::sign_extend: {
      if (n.amount == 8 || n.amount == 16) {
        Reg r = near(d, n.a);
        return n.amount == 8 ? as.sign_extend8(d, r) : as.sign_extend16(d, r);
      }
      into(d, n.a);
      will_clobber();
      as.shift(Shifting::shl, d, static_cast<u8>(32 - n.amount));
      return as.shift(Shifting::sar, d, static_cast<u8>(32 - n.amount));
    }
    case Kind::select: {
      Reg a = reg_of(n.a), b = reg_of(n.b);
      Cc cc = test_bool(n.c);
      if (a == d) {
        as.cmov(inverse(cc), d, b);
      } else {
        if (b != d) as.mov(d, b);
        as.cmov(cc, d, a);
      }
      release(n.a);
      return release(n.b);
    }
    case Kind::word_of: {
      if (node(n.a).kind == Kind::carry_in && any(flags_.home & Part::c)) {
        as.load_u8(d, in_context(offsetof(Context, c)));
        return release(n.a);
      }
      Cc cc = test_bool(n.a);
      as.set(cc, d);
      return as.zero_extend8(d, d);
    }
    case Kind::sum: return compute_sum(d, id, true);
    case Kind::product_unsigned:
    case Kind::product_signed:
    case Kind::widened:
    case Kind::joined:
    case Kind::long_sum:
    case Kind::long_difference:
    case Kind::call: return compute_long(d, n);
    case Kind::extracted: {
      Reg r = reg_of(n.a);
      will_clobber();
      if (r != d) as.mov64(d, r);
      if (r == d && node(n.a).uses > 1) failed_ = true;
      as.shift64(Shifting::shr, d, n.amount);
      if (n.amount != 32) as.mov(d, d);
      return release(n.a);
    }
    case Kind::shifted: return compute_shifted(d, n);
    case Kind::ge_bits: return as.load_u8(d, in_context(state_offset(offsetof(cpu::State, flags.ge))));
    case Kind::exclusive_upper:
      return as.load(d, in_context(state_offset(offsetof(cpu::State, monitor) + offsetof(cpu::Monitor, value) + 4)));
    case Kind::thread_pointer: return as.load(d, in_context(state_offset(offsetof(cpu::State, tpidruro))));
    case Kind::user_word: return as.load(d, in_context(state_offset(offsetof(cpu::State, tpidrurw))));
    default: failed_ = true; return;
  }
}

void Emitter::compute_add(Reg d, const Node& n) {
  u32 value;
  if (constant(n.b, value)) {
    Node& a = node(n.a);
    if (!a.place && a.kind == Kind::reg && host_register(a.amount) == Reg::none) {
      as.load(d, guest_slot(a.amount));
      as.lea(d, {.base = d, .offset = static_cast<i32>(value)});
    } else {
      as.lea(d, {.base = reg_of(n.a), .offset = static_cast<i32>(value)});
    }
    release(n.a);
    return release(n.b);
  }
  for (auto [x, y] : {std::pair{n.a, n.b}, std::pair{n.b, n.a}}) {
    Node& s = node(y);
    if (s.place || s.kind != Kind::shl || s.amount > 3 || s.uses > 1) continue;
    u8 scale = s.amount;
    u16 inner = s.a;
    Reg base = reg_of(x), index = reg_of(inner);
    as.lea(d, {.base = base, .index = index, .scale = scale});
    release(x);
    return release(y);
  }
  Reg a = reg_of(n.a), b = reg_of(n.b);
  as.lea(d, {.base = a, .index = b});
  release(n.a);
  release(n.b);
}

void Emitter::compute_sub(Reg d, const Node& n) {
  bool detour = looks_at(*nodes_, n.b, d);
  Reg t = detour ? allocate() : d;
  into(t, n.a);
  // Its evaluation comes before the flags are given up, as it may give them up itself.
  if (node(n.b).kind != Kind::constant && node(n.b).kind != Kind::reg) reg_of(n.b);
  will_clobber();
  alu_operand(Alu::sub, t, n.b);
  if (detour) {
    as.mov(d, t);
    free_register(t);
  }
}

void Emitter::compute_logic(Reg d, const Node& n, u16 id) {
  u16 a = n.a, b = n.b;
  u32 mask;
  if (n.kind == Kind::and_ && constant(b, mask) && (mask == 0xff || mask == 0xffff)) {
    Reg r = near(d, a);
    mask == 0xff ? as.zero_extend8(d, r) : as.zero_extend16(d, r);
    return release(b);
  }
  if (looks_at(*nodes_, b, d)) std::swap(a, b);
  bool detour = looks_at(*nodes_, b, d);
  Reg t = detour ? allocate() : d;
  into(t, a);
  if (node(b).kind != Kind::constant && node(b).kind != Kind::reg) reg_of(b);
  will_clobber();
  alu_operand(n.kind == Kind::and_ ? Alu::and_ : n.kind == Kind::or_ ? Alu::or_ : Alu::xor_, t, b);
  result_flags_ = id;
  if (detour) {
    as.mov(d, t);
    free_register(t);
  }
}

void Emitter::compute_shift(Reg d, const Node& n) {
  into(d, n.a);
  will_clobber();
  as.shift(shifting_of(n.kind), d, n.amount);
}

// By 0 to 255, in 64 bits, where amounts up to 63 come out right by themselves.
void Emitter::compute_shifted(Reg d, const Node& n) {
  auto shift = static_cast<isa::Shift>(n.amount);
  Node& by = node(n.b);
  // rcx must have the amount.
  if (by.place ? by.place != static_cast<u8>(Reg::rcx) + 1 : !is_free(Reg::rcx)) {
    failed_ = true;
    return;
  }
  if (!by.place) {
    free_ &= ~(1u << static_cast<u8>(Reg::rcx));
    compute(Reg::rcx, n.b);
    set_place(n.b, Reg::rcx);
  }
  bool detour = d == Reg::rcx;
  Reg t = detour ? allocate() : d;
  into(t, n.a);
  will_clobber();
  if (shift == isa::Shift::ror) {
    as.shift_by_cl(Shifting::ror, t);
  } else if (shift == isa::Shift::asr) {
    as.alu(Alu::cmp, Reg::rcx, 31);
    as.cmov(Cc::a, Reg::rcx, in_context(offsetof(Context, constant_63)));
    as.sign_extend32_64(t, t);
    as.shift64_by_cl(Shifting::sar, t);
    as.mov(t, t);
  } else {
    as.shift64_by_cl(shift == isa::Shift::lsl ? Shifting::shl : Shifting::shr, t);
    as.alu(Alu::cmp, Reg::rcx, 63);
    as.cmov(Cc::a, t, in_context(offsetof(Context, constant_0)));
    as.mov(t, t);
  }
  if (detour) {
    as.mov(d, t);
    free_register(t);
  }
  release(n.b);
}

// AddWithCarry(): the x86 operation that gives the same sum and flags. EFLAGS have all of them afterwards.
void Emitter::compute_sum(Reg d, u16 id, bool wants_value) {
  const Node n = node(id);
  u16 a = n.a, b = n.b;
  const Node carry = node(n.c);
  // ~x + y with a carry is a subtraction.
  auto inverted = [&](u16 x) { return !node(x).place && node(x).kind == Kind::not_ && node(x).uses == 1; };
  bool subtracts = inverted(b);
  if (!subtracts && inverted(a)) {
    std::swap(a, b);
    subtracts = true;
  }
  u32 value = 0;
  bool by_constant = node(b).kind == Kind::constant && constant(b, value);
  if (by_constant && carry.kind == Kind::flag && carry.imm == 1) {
    subtracts = true;
    value = ~value;
  } else if (by_constant && carry.kind == Kind::flag && carry.imm == 0) {
    subtracts = false;
  }
  if (carry.kind == Kind::flag && carry.imm != (subtracts ? 1u : 0u)) {
    failed_ = true;
    return;
  }
  u16 operand = subtracts && !by_constant ? node(b).a : b;
  bool with_carry = carry.kind != Kind::flag;
  Alu op = subtracts ? (with_carry ? Alu::sbb : Alu::sub) : (with_carry ? Alu::adc : Alu::add);
  // Operands first, as their evaluation may cost the flags.
  bool memory_operand =
      node(operand).kind == Kind::reg && host_register(node(operand).amount) == Reg::none && !node(operand).place;
  if (!by_constant && !memory_operand) reg_of(operand);
  bool compares = !wants_value && op == Alu::sub;
  bool detour = !wants_value || looks_at(*nodes_, operand, d);
  Reg t = d;
  if (compares)
    t = reg_of(a);
  else {
    if (detour) t = allocate();
    into(t, a);
  }
  if (with_carry) {
    if (carry.kind == Kind::carry_in) {
      if (any(flags_.eflags & Part::c)) {
        spill(needed_ & ~(flags_.nz_of != 0xff ? Part::nz : Part::none));
        if (flags_.borrow != subtracts) as.complement_carry();
      } else {
        will_clobber();
        as.alu8(Alu::cmp, in_context(offsetof(Context, c)), 1);  // a byte, as it was stored: BT would wait for its word
        if (!subtracts) as.complement_carry();
      }
      release(n.c);
    } else if (carry.kind == Kind::sum_carry && carry_of_ == carry.a && !subtracts && !flags_.borrow) {
      release(n.c);
    } else {
      failed_ = true;
      return;
    }
  } else {
    will_clobber();
  }
  if (compares) op = Alu::cmp;
  if (by_constant && op == Alu::cmp && value == 0) {
    as.test(t, t);  // the same flags
    release(b);
  } else if (by_constant) {
    as.alu(op, t, op == Alu::sub || op == Alu::cmp ? value : with_carry && subtracts ? ~value : value);
    release(b);
  } else {
    if (memory_operand)
      as.alu(op, t, guest_slot(node(operand).amount));
    else
      as.alu(op, t, reg_of(operand));
    if (subtracts)
      release(b);  // the inversion, and its operand with it
    else
      release(operand);
  }
  flags_.eflags = Part::none;
  carry_of_ = id;
  flags_.borrow = subtracts;
  result_flags_ = id;
  if (compares) {
    release(a);
  } else if (detour) {
    if (wants_value) as.mov(d, t);
    free_register(t);
  }
}

// A Bool as an x86 condition; one use is served.
Cc Emitter::test_bool(u16 id) {
  const Node n = node(id);
  switch (n.kind) {
    case Kind::negated: {
      Cc cc = test_bool(n.a);
      node(id).uses--;
      return inverse(cc);
    }
    case Kind::carry_in:
      if (any(flags_.eflags & Part::c)) {
        node(id).uses--;
        return flags_.borrow ? Cc::ae : Cc::b;
      }
      will_clobber();
      as.alu8(Alu::cmp, in_context(offsetof(Context, c)), 0);
      node(id).uses--;
      return Cc::ne;
    case Kind::bit: {
      u32 value;
      if (constant(n.a, value)) {
        failed_ = true;
        return Cc::e;
      }
      const Node of = node(n.a);
      if (of.kind == Kind::extracted && !of.place && of.uses == 1) {
        Reg r = reg_of(of.a);
        will_clobber();
        as.bit_test64(r, static_cast<u8>(of.amount + n.amount));
        release(n.a);
        node(id).uses--;
        return Cc::b;
      }
      Reg r = reg_of(n.a);
      will_clobber();
      if (n.amount == 31) {
        as.test(r, r);
        release(n.a);
        node(id).uses--;
        return Cc::s;
      }
      as.bit_test(r, n.amount);
      release(n.a);
      node(id).uses--;
      return Cc::b;
    }
    case Kind::equal: {
      Reg r = reg_of(n.a);
      u32 value;
      bool zero = constant(n.b, value) && value == 0;
      if (!zero && node(n.b).kind != Kind::constant) reg_of(n.b);
      will_clobber();
      if (zero) {
        as.test(r, r);
        release(n.b);
      } else {
        alu_operand(Alu::cmp, r, n.b);
      }
      release(n.a);
      node(id).uses--;
      return Cc::e;
    }
    case Kind::sum_overflow:
      if (!node(n.a).place) reg_of(n.a);
      if (result_flags_ != n.a) failed_ = true;
      release(n.a);
      node(id).uses--;
      return Cc::o;
    default: failed_ = true; return Cc::e;
  }
}

// --- addresses. Their registers stay allocated until release_address.
Mem Emitter::address(u16 id) {
  Node& n = node(id);
  u32 value;
  if (n.place) return guest(static_cast<Reg>(n.place - 1));
  if (constant(id, value)) return {.offset = static_cast<i32>(value), .guest = true};
  if (n.kind == Kind::add) {
    if (constant(n.b, value)) return guest(reg_of(n.a), static_cast<i32>(value));
    Node& s = node(n.b);
    if (!s.place && s.kind == Kind::shl && s.amount <= 3 && s.uses == 1) {
      Reg base = reg_of(n.a), index = reg_of(s.a);
      return {.base = base, .index = index, .scale = s.amount, .guest = true};
    }
    Reg base = reg_of(n.a), index = reg_of(n.b);
    return {.base = base, .index = index, .guest = true};
  }
  return guest(reg_of(id));
}

}  // namespace sigtape::jit
