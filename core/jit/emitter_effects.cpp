// The emitter: loads, stores, registers, flags and branches, in the order in which the instruction does them.
#include "core/jit/emitter.h"

namespace sigtape::jit {

namespace {

constexpr std::size_t state_offset(std::size_t member) { return offsetof(Context, state) + member; }

}  // namespace

// The host register of a guest register that the value goes to later in this instruction, if it may be written at once;
// else Reg::none. Only where nothing can fault in between.
// `served`: the value's own operands are served already.
Reg Emitter::early_target(u16 value, u16 after, bool served) {
  for (u16 id = after + 1; id < step_->end; id++) {
    const Node& n = node(id);
    if (n.kind != Kind::set_reg || n.a != value) continue;
    Reg d = host_register(n.amount);
    if (d == Reg::none) return d;
    for (u16 other = step_->first; other < id; other++) {
      const Node& o = node(other);
      if (o.kind == Kind::reg && o.amount == n.amount && !o.place && o.uses > (served ? 0 : count_in(value, other)))
        return Reg::none;
      // Another value for the same register in between, or one that has gone there early.
      if (o.kind == Kind::set_reg && o.amount == n.amount && other > after) return Reg::none;
      if (o.place == static_cast<u8>(d) + 1 && o.uses > 0) return Reg::none;
    }
    overwritten(n.amount);
    return d;
  }
  return Reg::none;
}

// Those that want the guest register's old value get a copy before it is overwritten.
void Emitter::keep_old(u8 guest, u16 effect) {
  u16 value = node(effect).a;
  for (u16 id = step_->first; id < effect; id++) {
    Node& n = node(id);
    if (n.kind != Kind::reg || n.amount != guest || n.place || n.uses <= count_in(value, id)) continue;
    Reg t = allocate();
    compute(t, id);
    set_place(id, t);
  }
}

void Emitter::emit_effect(u16 id) {
  const Node n = node(id);
  switch (n.kind) {
    case Kind::set_reg: return emit_set_reg(id);
    case Kind::set_nz: return emit_set_nz(id);
    case Kind::set_nz_long: return emit_set_nz_long(id);
    case Kind::set_nzc: return emit_set_nzc(id);
    case Kind::set_nzcv: return emit_set_nzcv(id);
    case Kind::set_q_if: return emit_q(id);
    case Kind::set_ge: {
      Reg r = reg_of(n.a);
      as.store8(in_context(state_offset(offsetof(cpu::State, flags.ge))), r);
      return release(n.a);
    }
    case Kind::set_user_word: {
      Reg r = reg_of(n.a);
      as.store(in_context(state_offset(offsetof(cpu::State, tpidrurw))), r);
      return release(n.a);
    }
    case Kind::stored: return emit_store(id);
    case Kind::need_load:
    case Kind::need_store:
    case Kind::need_aligned: return emit_need(id);
    case Kind::branch:
    case Kind::branch_exchange:
    case Kind::branch_if: return emit_branch(id);
    // Orders as MFENCE does, in a fraction of the time.
    case Kind::barrier:
      if (memory_is_shared_) as.lock_not(in_context(offsetof(Context, barrier_word)));
      return;
    case Kind::clear_exclusive: return as.store8(in_context(state_offset(offsetof(cpu::State, monitor.open))), u8{0});
    default: failed_ = true;
  }
}

// --- memory

void Emitter::emit_load(u16 id) {
  const Node n = node(id);
  Mem at = address(n.a);
  Reg d = Reg::none;
  // The target may be written before the address is released: x86 reads the address first.
  release_address(n.a);
  if (n.uses == 1) d = early_target(id, id, true);
  if (d == Reg::none) d = allocate();
  fault_point();
  switch (n.amount) {
    case 1: n.imm ? as.load_s8(d, at) : as.load_u8(d, at); break;
    case 2: n.imm ? as.load_s16(d, at) : as.load_u16(d, at); break;
    default: as.load(d, at);
  }
  if (at.base == Reg::none) note_address();
  set_place(id, d);
  if (n.uses == 0) free_register(d);
}

void Emitter::emit_store(u16 id) {
  const Node n = node(id);
  u32 value;
  bool by_constant = node(n.b).kind == Kind::constant && constant(n.b, value);
  Reg s = by_constant ? Reg::none : reg_of(n.b);
  Mem at = address(n.a);
  if (by_constant && at.base == Reg::none) {
    failed_ = true;
    return;
  }
  fault_point();
  if (by_constant) {
    if (n.amount == 1) {
      as.store8(at, static_cast<u8>(value));
    } else if (n.amount == 2) {
      failed_ = true;
    } else {
      as.store(at, value);
    }
  } else {
    if (n.amount == 1)
      as.store8(at, s);
    else if (n.amount == 2)
      as.store16(at, s);
    else
      as.store(at, s);
    if (at.base == Reg::none) note_address();
  }
  release_address(n.a);
  release(n.b);
}

// LDREX and its kind: the monitor is in the state, so that the interpreter can go on from it.
void Emitter::emit_load_exclusive(u16 id) {
  const Node n = node(id);
  Reg at = reg_of(n.a);
  needed_ = Part::all;  // the interpreter may be called
  will_clobber();
  if (n.amount > 1) {
    as.test(at, n.amount - 1u);
    slow_path(Cc::ne);
  }
  Reg d = allocate();
  constexpr std::size_t monitor = offsetof(cpu::State, monitor);
  fault_point();
  const Mem from{.base = at, .guest = true};
  switch (n.amount) {
    case 1: as.load_u8(d, from); break;
    case 2: as.load_u16(d, from); break;
    case 4: as.load(d, from); break;
    default: as.load64(d, from); break;
  }
  as.store8(in_context(state_offset(monitor + offsetof(cpu::Monitor, open))), u8{1});
  as.store8(in_context(state_offset(monitor + offsetof(cpu::Monitor, size))), n.amount);
  as.store(in_context(state_offset(monitor + offsetof(cpu::Monitor, address))), at);
  as.store64(in_context(state_offset(monitor + offsetof(cpu::Monitor, value))), d);
  if (n.amount == 8) as.mov(d, d);  // the lower word
  release(n.a);
  set_place(id, d);
}

// STREX and its kind: the same compare-and-swap as the interpreter's (core/cpu/code_cache.cpp).
void Emitter::emit_store_exclusive(u16 id) {
  const Node n = node(id);
  Reg value = reg_of(n.b), at = reg_of(n.a), upper = n.amount == 8 ? reg_of(n.c) : Reg::none, status = allocate();
  needed_ = Part::all;
  bring_home(Part::all);
  will_clobber();
  if (n.amount > 1) {
    as.test(at, n.amount - 1u);
    slow_path(Cc::ne);
  }
  constexpr std::size_t monitor = offsetof(cpu::State, monitor);
  Mem open = in_context(state_offset(monitor + offsetof(cpu::Monitor, open)));
  if (n.amount == 8) {
    Reg whole = allocate();
    as.mov(whole, upper);
    as.shift64(Shifting::shl, whole, 32);
    as.alu64(Alu::or_, whole, value);
    value = whole;
  }
  as.mov(status, 1);
  as.alu8(Alu::cmp, open, 1);
  u8* closed = as.jump(Cc::ne);
  as.alu8(Alu::cmp, in_context(state_offset(monitor + offsetof(cpu::Monitor, size))), n.amount);
  u8* other_size = as.jump(Cc::ne);
  as.alu(Alu::cmp, in_context(state_offset(monitor + offsetof(cpu::Monitor, address))), at);
  u8* elsewhere = as.jump(Cc::ne);
  as.store(in_context(offsetof(Context, flags_apart)), Reg::rax);
  as.load64(Reg::rax, in_context(state_offset(monitor + offsetof(cpu::Monitor, value))));
  const Mem memory{.base = at, .guest = true};
  auto may_fault = [&] {
    fault_point();
    faults_.back().flags_apart = true;
  };
  may_fault();
  if (memory_is_shared_) {
    as.lock_cmpxchg(memory, value, n.amount);
  } else {
    as.compare(memory, Reg::rax, n.amount);
    u8* different = as.jump(Cc::ne);
    may_fault();
    as.store(memory, value, n.amount);
    as.bind(different);
  }
  as.set(Cc::ne, status);
  as.load(Reg::rax, in_context(offsetof(Context, flags_apart)));
  as.bind(closed);
  as.bind(other_size);
  as.bind(elsewhere);
  as.store8(open, u8{0});
  as.zero_extend8(status, status);
  if (n.amount == 8) free_register(value);
  release(n.a);
  release(n.b);
  release(n.c);
  set_place(id, status);
}

// What must hold before an instruction with several accesses begins; where it does not, the interpreter does it all.
void Emitter::emit_need(u16 id) {
  const Node n = node(id);
  if (n.kind == Kind::need_load) {
    // Both ends are touched, which reaches every page of it.
    Mem at = address(n.a);
    Reg t = allocate();
    fault_point();
    as.load(t, at);
    if (at.base == Reg::none) note_address();
    if (n.imm > 4) {
      at.offset += static_cast<i32>(n.imm) - 4;
      fault_point();
      as.load(t, at);
      if (at.base == Reg::none) note_address();
    }
    free_register(t);
    return release_address(n.a);
  }
  Mem at = address(n.a);
  Reg t = allocate();
  needed_ = Part::all;  // the interpreter may be called
  will_clobber();
  Mem plain = at;
  plain.guest = false;
  if (at.base == Reg::none) {
    as.mov(t, static_cast<u32>(at.offset));
    note_address();
  } else {
    as.lea(t, plain);
  }
  if (n.kind == Kind::need_aligned) {
    as.test(t, 3);
    slow_path(Cc::ne);
  } else {
    // A store that fails half-way would have changed memory: all of it must be in one page.
    as.alu(Alu::and_, t, 0xfff);
    as.alu(Alu::cmp, t, 0x1000 - n.imm);
    slow_path(Cc::a);
  }
  free_register(t);
  release_address(n.a);
}

// --- registers

void Emitter::emit_set_reg(u16 id) {
  const Node n = node(id);
  Reg d = host_register(n.amount);
  bool is_flags_value = result_flags_ == n.a;
  if (d != Reg::none && node(n.a).place == static_cast<u8>(d) + 1) {
    release(n.a);  // it went there early
  } else {
    overwritten(n.amount);
    keep_old(n.amount, id);
    if (d != Reg::none) {
      into(d, n.a);
    } else if (u32 value; node(n.a).kind == Kind::constant && constant(n.a, value)) {
      as.store(guest_slot(n.amount), value);
      release(n.a);
    } else {
      Reg r = reg_of(n.a);
      as.store(guest_slot(n.amount), r);
      release(n.a);
    }
  }
  if (is_flags_value && any(flags_.eflags & Part::nz)) flags_.nz_of = n.amount;
}

// --- flags

// The value in a register, and N and Z of it in EFLAGS.
void Emitter::value_for_flags(u16 value, u16 effect) {
  Node& n = node(value);
  u32 mask;
  if (!n.place && n.uses == 1 && n.kind == Kind::and_) {  // TST
    Reg a = reg_of(n.a);
    if (!constant(n.b, mask)) reg_of(n.b);
    will_clobber();
    if (constant(n.b, mask))
      as.test(a, mask);
    else
      as.test(a, reg_of(n.b));
    release(value);
    result_flags_ = value;
    return;
  }
  if (!n.place) {
    Reg d = early_target(value, effect, false);
    if (d != Reg::none) {
      compute(d, value);
      set_place(value, d);
    }
  }
  Reg r = reg_of(value);
  if (result_flags_ != value) {
    will_clobber();
    as.test(r, r);
  }
  result_flags_ = value;
  release(value);
}

void Emitter::emit_set_nz(u16 id) {
  u16 value = node(id).a;
  value_for_flags(value, id);
  defined(Part::nz, Part::nz, false);
}

void Emitter::emit_set_nz_long(u16 id) {
  u16 value = node(id).a;
  Reg r = reg_of(value);
  will_clobber();
  as.test64(r, r);
  release(value);
  defined(Part::nz, Part::nz, false);
}

void Emitter::emit_set_nzc(u16 id) {
  const Node n = node(id);
  const Node carry = node(n.b);
  bool wants_carry = any(step_->live_after & Part::c);
  Mem home = in_context(offsetof(Context, c));
  if (carry.kind == Kind::flag) {
    release(n.b);
    value_for_flags(n.a, id);
    if (wants_carry) as.store8(home, static_cast<u8>(carry.imm));
    defined(Part::nz | Part::c, Part::nz, false);
    flags_.home = flags_.home | Part::c;
    return;
  }
  if (carry.kind == Kind::shifted_carry) {
    release(n.b);
    if (wants_carry) emit_shifted_carry(carry.a);
    value_for_flags(n.a, id);
    defined(Part::nz | Part::c, Part::nz, false);
    flags_.home = flags_.home | Part::c;
    return;
  }
  const Node& value = node(n.a);
  u32 known;
  // x86's shifts leave the same bit in CF.
  bool in_flags = carry.kind == Kind::bit && !value.place && carry.a == value.a &&
                  ((value.kind == Kind::shl && carry.amount == 32 - value.amount) ||
                   ((value.kind == Kind::lsr || value.kind == Kind::asr) && carry.amount == value.amount - 1));
  if (in_flags) {
    release(n.b);
    value_for_flags(n.a, id);
    defined(Part::nz | Part::c, Part::nz | Part::c, false);
    return;
  }
  if (carry.kind != Kind::bit || constant(carry.a, known)) {
    failed_ = true;
    return;
  }
  if (wants_carry) {
    if (any(step_->reads & Part::c)) reg_of(n.a);  // RRX: the old C is read before it is lost
    Reg r = reg_of(carry.a);
    will_clobber();
    as.bit_test(r, carry.amount);
    as.set(Cc::b, home);
    flags_.home = flags_.home | Part::c;
  }
  release(n.b);
  value_for_flags(n.a, id);
  defined(Part::nz | Part::c, Part::nz, false);
  flags_.home = flags_.home | Part::c;
}

// C of a shift by a register, and the value with it: in 64 bits, so that the last bit shifted out is beside the result.
void Emitter::emit_shifted_carry(u16 id) {
  const Node shifted = node(id);
  if (shifted.kind != Kind::shifted || shifted.place || !is_free(Reg::rcx)) {
    failed_ = true;
    return;
  }
  auto shift = static_cast<isa::Shift>(shifted.amount);
  needed_ = needed_ | Part::c;  // stays as it is where the amount is 0
  bring_home(Part::c);
  free_ &= ~(1u << static_cast<u8>(Reg::rcx));
  into(Reg::rcx, shifted.b);
  Reg t = allocate();
  into(t, shifted.a);
  will_clobber();
  Mem home = in_context(offsetof(Context, c));
  if (shift == isa::Shift::ror) {
    as.shift_by_cl(Shifting::ror, t);
    as.test(Reg::rcx, Reg::rcx);
    u8* unchanged = as.jump(Cc::e);
    as.bit_test(t, 31);
    as.set(Cc::b, home);
    as.bind(unchanged);
  } else {
    as.alu(Alu::cmp, Reg::rcx, 63);
    as.cmov(Cc::a, Reg::rcx, in_context(offsetof(Context, constant_63)));
    if (shift == isa::Shift::lsl) {
      as.shift64_by_cl(Shifting::shl, t);  // the carry is bit 32
    } else {
      as.shift64(Shifting::shl, t, 32);  // the result is the upper half, the carry bit 31
      as.shift64_by_cl(shift == isa::Shift::asr ? Shifting::sar : Shifting::shr, t);
    }
    as.test(Reg::rcx, Reg::rcx);
    u8* unchanged = as.jump(Cc::e);
    if (shift == isa::Shift::lsl) {
      as.mov64(Reg::rcx, t);
      as.shift64(Shifting::shr, Reg::rcx, 32);
      as.bit_test(Reg::rcx, 0);
    } else {
      as.bit_test(t, 31);
    }
    as.set(Cc::b, home);
    as.bind(unchanged);
    if (shift == isa::Shift::lsl)
      as.mov(t, t);
    else
      as.shift64(Shifting::shr, t, 32);
  }
  free_register(Reg::rcx);
  set_place(id, t);
}

void Emitter::emit_set_nzcv(u16 id) {
  u16 sum = node(id).a;
  Node& n = node(sum);
  if (n.place) {  // somebody has wanted its value before: its flags are gone
    if (result_flags_ != sum) {
      failed_ = true;
      return;
    }
  } else if (n.uses == 1) {  // CMP, CMN
    Reg t = Reg::none;
    compute_sum(t, sum, false);
    n.uses = 0;
    defined(Part::all, Part::all, flags_.borrow);
    return;
  } else {
    Reg d = early_target(sum, id, false);
    if (d == Reg::none) d = allocate();
    compute_sum(d, sum, true);
    set_place(sum, d);
  }
  result_flags_ = sum;
  release(sum);
  defined(Part::all, Part::all, flags_.borrow);
}

void Emitter::emit_q(u16 id) {
  const Node n = node(id);
  Cc cc = test_bool(n.a);
  u8* not_set = as.jump(inverse(cc));
  as.store8(in_context(state_offset(offsetof(cpu::State, flags.q))), u8{1});
  as.bind(not_set);
}

// --- branches: the last thing in a block. All flags are at home then.

void Emitter::emit_branch(u16 id) {
  const Node n = node(id);
  u32 target;
  bool thumb = step_->insn.thumb;
  if (n.kind == Kind::branch_if) {
    needed_ = Part::all;
    bring_home(Part::all);
    Cc cc = test_bool(n.a);
    jump_direct_if(cc, n.imm | (thumb ? 1 : 0));
    return jump_direct((step_->pc + step_->insn.width) | (thumb ? 1 : 0));
  }
  needed_ = Part::all;
  bring_home(Part::all);
  bool exchanges = n.kind == Kind::branch_exchange;
  if (constant(n.a, target)) {
    if (!exchanges) target = thumb ? target | 1 : target & ~3u;
    return jump_direct(target & 1 ? target : target & ~3u);
  }
  Reg r = reg_of(n.a);
  if (r != Reg::rcx) as.mov(Reg::rcx, r);
  release(n.a);
  if (!exchanges) {
    if (thumb)
      as.alu(Alu::or_, Reg::rcx, 1);
    else
      as.alu(Alu::and_, Reg::rcx, ~3u);
  }
  jump_indirect(Reg::rcx);
}

}  // namespace sigtape::jit
