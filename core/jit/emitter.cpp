// The emitter's bookkeeping: registers, flags, effects in their order, ways out.
#include "core/jit/emitter.h"

#include <array>

#include "core/base/check.h"

namespace sigtape::jit {

namespace {

constexpr u32 bit_of(Reg r) { return 1u << static_cast<u8>(r); }
constexpr u32 scratch = bit_of(Reg::rcx) | bit_of(Reg::rdx) | bit_of(Reg::r14);

constexpr std::array<Reg, 15> host_registers{Reg::rbx,  Reg::rbp,  Reg::rsi,  Reg::rdi,  Reg::r8,
                                             Reg::r9,   Reg::r10,  Reg::r11,  Reg::none, Reg::none,
                                             Reg::none, Reg::none, Reg::none, Reg::r13,  Reg::r12};

}  // namespace

Reg host_register(u8 guest) { return host_registers[guest]; }
Mem in_context(std::size_t offset) { return {.base = Reg::rsp, .offset = static_cast<i32>(offset)}; }
Mem guest_slot(u8 guest) { return in_context(offsetof(Context, state) + offsetof(cpu::State, r) + 4u * guest); }

void Emitter::begin_block(const u8* code_begin, const Stubs& stubs, i32 table_distance) {
  code_begin_ = code_begin;
  stubs_ = stubs;
  table_distance_ = table_distance;
  flags_ = FlagState{};
  links_.clear();
  faults_.clear();
  addresses_.clear();
  slow_.clear();
  side_exits_.clear();
  expiries_.clear();
  simd_.begin_block();
}

void Emitter::begin_step(const Step& step, u16 index) {
  step_ = &step;
  index_ = index;
  free_ = scratch;
  failed_ = false;
  carry_of_ = result_flags_ = 0xffff;
}

bool Emitter::emit(const Step& step, u16 index) {
  u8* begin = as.at();
  FlagState flags = flags_;
  std::size_t links = links_.size(), faults = faults_.size(), addresses = addresses_.size(), slow = slow_.size();
  begin_step(step, index);
  needed_ = step.reads | (step.may_leave ? Part::all : Part::none);
  bool is_conditional = step.insn.cond != isa::Cond::al;
  needed_ = needed_ | (is_conditional ? step.live_after : step.live_after & ~step.writes);
  if (step.simd) return simd_.emit();
  for (u16 id = step.first; id < step.end && !failed_; id++) {
    const Node& n = node(id);
    if (n.kind == Kind::loaded)
      emit_load(id);
    else if (n.kind == Kind::exclusive_loaded)
      emit_load_exclusive(id);
    else if (n.kind == Kind::exclusive_status)
      emit_store_exclusive(id);
    else if (n.kind == Kind::set_reg && add_in_place(id))
      id++;
    else if (is_effect(n.kind))
      emit_effect(id);
  }
  if (!failed_) {
    for (std::size_t i = slow; i < slow_.size(); i++) slow_[i].back = as.at();
    if (slow != slow_.size()) simd_.forget();
    return true;
  }
  as.set_position(begin);
  flags_ = flags;
  links_.resize(links);
  faults_.resize(faults);
  addresses_.resize(addresses);
  slow_.resize(slow);
  return false;
}

bool Emitter::is_conditional_move(const Step& step) const {
  if (!step.supported || step.simd || step.may_leave || step.ends || step.insn.cond == isa::Cond::al ||
      any(step.writes) || step.first == step.end || (*nodes_)[step.end - 1u].kind != Kind::set_reg)
    return false;
  for (u16 id = step.first; id + 1 < step.end; id++) {
    switch ((*nodes_)[id].kind) {
      case Kind::constant:
      case Kind::address:
      case Kind::reg:
      case Kind::flag:
      case Kind::add:
      case Kind::sub:
      case Kind::sum:
      case Kind::and_:
      case Kind::or_:
      case Kind::xor_:
      case Kind::not_:
      case Kind::shl:
      case Kind::lsr:
      case Kind::asr:
      case Kind::ror:
      case Kind::sign_extend: break;
      default:
        if (is_ordered((*nodes_)[id].kind) || (*nodes_)[id].uses != 0) return false;  // else nobody asks for it
    }
  }
  return true;
}

bool Emitter::emit_conditional_move(const Step& step, u16 index) {
  u8* begin = as.at();
  FlagState flags = flags_;
  std::size_t addresses = addresses_.size();
  std::vector<Node> nodes(nodes_->begin() + step.first, nodes_->begin() + step.end);
  begin_step(step, index);
  needed_ = step.live_after | step.reads;
  const Node effect = node(step.end - 1u), value = node(effect.a);
  // condition() may need rcx and rdx, and loses what the sum or shift left in EFLAGS.
  Reg from = value.kind == Kind::reg ? host_register(value.amount) : Reg::none;
  if (from == Reg::none) {
    from = Reg::r14;
    free_ &= ~bit_of(from);
    into(from, effect.a);
  }
  overwritten(effect.amount);
  Cc cc = condition(step.insn.cond);
  Reg to = host_register(effect.amount);
  if (to != Reg::none) {
    as.cmov(cc, to, from);
  } else {
    as.load(Reg::rcx, guest_slot(effect.amount));
    as.cmov(cc, Reg::rcx, from);
    as.store(guest_slot(effect.amount), Reg::rcx);
  }
  if (!failed_) return true;
  as.set_position(begin);
  flags_ = flags;
  addresses_.resize(addresses);
  std::copy(nodes.begin(), nodes.end(), nodes_->begin() + step.first);
  return false;
}

// --- registers

Reg Emitter::allocate() {
  for (Reg r : {Reg::rdx, Reg::r14, Reg::rcx})
    if (is_free(r)) {
      free_ &= ~bit_of(r);
      return r;
    }
  failed_ = true;
  return Reg::rdx;
}

bool Emitter::is_scratch(Reg r) { return bit_of(r) & scratch; }

void Emitter::free_register(Reg r) {
  if (is_scratch(r)) free_ |= bit_of(r);
}

void Emitter::release(u16 id) {
  Node& n = node(id);
  if (--n.uses != 0) return;
  if (n.place) return free_register(static_cast<Reg>(n.place - 1));
  u8 count = operands_of(n.kind);
  if (count > 0) release(n.a);
  if (count > 1) release(n.b);
  if (count > 2) release(n.c);
}

bool Emitter::constant(u16 id, u32& value) const {
  const Node& n = (*nodes_)[id];
  if (n.kind != Kind::constant && n.kind != Kind::address && n.kind != Kind::flag) return false;
  value = n.imm;
  return true;
}

// --- flags

void Emitter::spill(Part parts) {
  parts = parts & flags_.eflags & ~flags_.home;
  if (any(parts & Part::nz)) as.lahf();
  if (any(parts & Part::v)) as.set(Cc::o, Reg::rax);
  if (any(parts & Part::c)) as.set(flags_.borrow ? Cc::ae : Cc::b, in_context(offsetof(Context, c)));
  flags_.home = flags_.home | parts;
}

void Emitter::will_clobber() {
  Part parts = needed_;
  if (flags_.nz_of != 0xff) parts = parts & ~Part::nz;  // can be had from the register
  spill(parts);
  flags_.eflags = Part::none;
  carry_of_ = result_flags_ = 0xffff;
}

void Emitter::bring_home(Part parts) {
  spill(parts);
  if (!any(parts & Part::nz & ~flags_.home) || flags_.nz_of == 0xff) return;
  Part kept = needed_;
  needed_ = needed_ | parts;
  will_clobber();
  needed_ = kept;
  Reg r = host_register(flags_.nz_of);
  if (r == Reg::none)
    as.alu(Alu::cmp, guest_slot(flags_.nz_of), 0);
  else
    as.test(r, r);
  flags_.eflags = Part::nz;
  spill(Part::nz);
}

void Emitter::bring_home_for(const Step& step) {
  needed_ = step.live_after | step.reads | (step.may_leave ? Part::all : Part::none);
  bring_home(needed_);
}

void Emitter::need_all_home() {
  needed_ = Part::all;
  bring_home(Part::all);
}

void Emitter::overwritten(u8 guest) {
  simd_.guest_register_written(guest);
  if (flags_.nz_of != guest) return;
  if (any(needed_ & Part::nz & ~flags_.home & ~flags_.eflags)) bring_home(Part::nz);
  flags_.nz_of = 0xff;
}

void Emitter::defined(Part parts, Part in_eflags, bool borrow) {
  flags_.home = flags_.home & ~parts;
  flags_.eflags = in_eflags;
  flags_.borrow = borrow;
  if (any(parts & Part::nz)) flags_.nz_of = 0xff;
  needed_ = (needed_ & ~parts) | (step_->live_after & parts);
}

Cc Emitter::condition(isa::Cond cond) {
  using isa::Cond;
  Part parts = parts_of(cond);
  if (parts == Part::nz && !any(flags_.eflags & Part::nz) && !any(flags_.home & Part::nz)) bring_home(Part::nz);
  if ((flags_.eflags & parts) == parts) {
    if (any(parts & Part::c) && !flags_.borrow && parts != Part::c) {
      as.complement_carry();
      flags_.borrow = true;
    }
    Cc unsigned_less = flags_.borrow ? Cc::b : Cc::ae;  // the ARM's C clear
    switch (cond) {
      case Cond::eq: return Cc::e;
      case Cond::ne: return Cc::ne;
      case Cond::cs: return inverse(unsigned_less);
      case Cond::cc: return unsigned_less;
      case Cond::mi: return Cc::s;
      case Cond::pl: return Cc::ns;
      case Cond::vs: return Cc::o;
      case Cond::vc: return Cc::no;
      case Cond::hi: return Cc::a;
      case Cond::ls: return Cc::be;
      case Cond::ge: return Cc::ge;
      case Cond::lt: return Cc::l;
      case Cond::gt: return Cc::g;
      case Cond::le: return Cc::le;
      case Cond::al: break;
    }
  }
  bring_home(parts);
  Part kept = needed_;
  needed_ = Part::all;
  will_clobber();
  needed_ = kept;
  auto either = [&](Cond yes, Cc cc) { return cond == yes ? cc : inverse(cc); };
  switch (cond) {
    case Cond::eq:
    case Cond::ne: as.test_ah(0x40); return either(Cond::eq, Cc::ne);
    case Cond::mi:
    case Cond::pl: as.test_ah(0x80); return either(Cond::mi, Cc::ne);
    case Cond::cs:
    case Cond::cc: as.alu8(Alu::cmp, in_context(offsetof(Context, c)), 0); return either(Cond::cs, Cc::ne);
    case Cond::vs:
    case Cond::vc: as.test_al(1); return either(Cond::vs, Cc::ne);
    case Cond::hi:
    case Cond::ls:  // C and not Z
      as.mov(Reg::rcx, Reg::rax);
      as.not_(Reg::rcx);
      as.shift(Shifting::shr, Reg::rcx, 14);
      as.load_u8(Reg::rdx, in_context(offsetof(Context, c)));
      as.test(Reg::rcx, Reg::rdx);
      return either(Cond::hi, Cc::ne);
    default:  // OF from V, the rest from ah
      as.mov(Reg::rcx, Reg::rax);
      as.alu8(Alu::add, Reg::rcx, 0x7f);
      as.sahf();
      switch (cond) {
        case Cond::ge: return Cc::ge;
        case Cond::lt: return Cc::l;
        case Cond::gt: return Cc::g;
        default: return Cc::le;
      }
  }
}

void Emitter::fault_point() {
  faults_.push_back({.offset = static_cast<u32>(as.at() - code_begin_), .index = index_, .flags = flags_});
}

// --- the interpreter

void Emitter::emit_interpreted(const Step& step, u16 index) {
  step_ = &step;
  index_ = index;
  needed_ = Part::all;
  bring_home(Part::all);
  will_clobber();
  as.mov(Reg::rcx, step.pc | (step.insn.thumb ? 1 : 0));
  note_address();
  as.mov(Reg::rdx, interpreter_detail());
  as.call(stubs_.interpret);
  flags_ = FlagState{};
  simd_.forget_all();
}

// From where the flags are so, out of line.
void Emitter::call_interpreter(const FlagState& flags, u32 pc, u32 detail) {
  flags_ = flags;
  need_all_home();
  as.mov(Reg::rcx, pc);
  note_address();
  as.mov(Reg::rdx, detail);
  as.call(stubs_.interpret);
}

// Where `cc` holds, the interpreter does the whole instruction. Nothing of it may be done before.
void Emitter::slow_path(Cc cc) {
  u8* from = as.jump(cc);
  slow_.push_back({.from = from,
                   .back = nullptr,
                   .pc = step_->pc | (step_->insn.thumb ? 1 : 0),
                   .detail = interpreter_detail(),
                   .flags = flags_});
}

// --- ways out

void Emitter::block_head(u32 pc, u32 instructions) {
  instructions_ = instructions;
  as.alu64(Alu::sub, Reg::r15, static_cast<i32>(instructions));
  expiries_.push_back({as.jump(Cc::s), pc, instructions});
}

u8* Emitter::count_turn(Part live) {
  needed_ = live;
  bring_home(live);
  will_clobber();
  as.alu64(Alu::sub, Reg::r15, static_cast<i32>(instructions_));
  return as.jump(Cc::s);
}

void Emitter::uncount_turn() {
  as.alu64(Alu::add, Reg::r15, static_cast<i32>(instructions_));
  flags_ = FlagState{};
}

void Emitter::jump_direct(u32 target) { links_.push_back({as.jump(), target}); }
void Emitter::jump_direct_if(Cc cc, u32 target) { links_.push_back({as.jump(cc), target}); }

void Emitter::jump_indirect(Reg target) {
  CHECK_THAT(target == Reg::rcx, "the table is indexed by rcx");
  as.mov(Reg::r14, Reg::rcx);
  as.shift(Shifting::ror, Reg::r14, 1);
  as.lea_rip(Reg::rdx, stubs_.miss);
  as.load_s32_64(Reg::r14, {.base = Reg::rdx, .index = Reg::r14, .scale = 2, .offset = table_distance_});
  as.alu64(Alu::add, Reg::r14, Reg::rdx);
  as.jump(Reg::r14);
}

void Emitter::leave_with(Exit kind, u32 pc, u32 detail) {
  as.mov(Reg::rcx, pc);
  note_address();
  as.mov(Reg::rdx, detail);
  as.store(in_context(offsetof(Context, exit_kind)), static_cast<u32>(kind));
  as.jump(stubs_.exit);
}

Cc Emitter::exit_condition(isa::Cond cond) {
  needed_ = Part::all;
  return condition(cond);
}

Cc Emitter::exit_zero(u8 guest, bool zero) {
  needed_ = Part::all;
  will_clobber();
  Reg r = host_register(guest);
  if (r == Reg::none)
    as.alu(Alu::cmp, guest_slot(guest), 0);
  else
    as.test(r, r);
  return zero ? Cc::e : Cc::ne;
}

void Emitter::exit_if(Cc cc, u32 target, u32 undone) {
  side_exits_.push_back({.from = as.jump(cc), .target = target, .undone = undone, .flags = flags_});
}

void Emitter::emit_ways_out() {
  for (const SlowPath& path : slow_) {
    as.bind(path.from);
    call_interpreter(path.flags, path.pc, path.detail);
    as.jump(path.back);
  }
  for (const SideExit& exit : side_exits_) {
    as.bind(exit.from);
    flags_ = exit.flags;
    needed_ = Part::all;
    bring_home(Part::all);
    if (exit.undone) as.alu64(Alu::add, Reg::r15, static_cast<i32>(exit.undone));
    jump_direct(exit.target);
  }
  simd_.emit_ways_out();
  for (const Expiry& expiry : expiries_) {
    as.bind(expiry.from);
    as.alu64(Alu::add, Reg::r15, static_cast<i32>(expiry.instructions));
    leave_with(Exit::expired, expiry.pc, 0);
  }
  u32 number = first_link_number;
  for (Link& link : links_) {
    link.stub = as.at();
    as.bind(link.place);
    as.mov(Reg::rcx, link.target);
    note_address();
    as.mov(Reg::rdx, number++);
    as.jump(stubs_.exit);
  }
}

}  // namespace sigtape::jit
