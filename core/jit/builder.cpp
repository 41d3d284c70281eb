// Nodes from semantics: folding of constants, and the table from operations to their semantics.
#include "core/jit/builder.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/base/check.h"
#include "core/cpu/media.h"
#include "core/cpu/multiply.h"
#include "core/cpu/system.h"
#include "core/jit/simd.h"

namespace sigtape::jit {

static_assert(cpu::Machine<Builder>);

namespace {

using Semantics = void (*)(Builder&, const isa::Insn&);

constexpr Semantics table[] = {
    cpu::semantics::undefined<Builder, isa::Insn>,
#define OP(name, text) cpu::semantics::name<Builder, isa::Insn>,
#include "core/isa/ops_integer.inc"
#undef OP
};

// The helpers that have been asked for, in the order in which they were: their place never changes.
std::array<HelperFunction, 256> asked_for{};

}  // namespace

const HelperFunction* Builder::helper_table() { return asked_for.data(); }

void Builder::build(Step& step) {
  step_ = &step;
  step.first = static_cast<u16>(nodes_.size());
  std::fill(std::begin(read_), std::end(read_), u16{0});
  auto number = static_cast<u32>(step.insn.op);
  if (number < std::size(table)) {
    table[number](*this, step.insn);
  } else {
    step.supported = step.simd = Simd::describe(step);
  }
  step.end = static_cast<u16>(nodes_.size());
  count_uses();
  if (!step.supported) {
    step.may_leave = true;
    step.reads = step.writes = Part::all;
  }
  if (step.insn.cond != isa::Cond::al) {
    step.reads = step.reads | parts_of(step.insn.cond);
  }
}

// What nobody wants keeps nothing alive; what is left tells which flags are read.
void Builder::count_uses() {
  for (u16 id = step_->end; id-- > step_->first;) {
    const Node n = nodes_[id];
    if (n.uses == 0 && !is_ordered(n.kind)) continue;
    if (n.kind == Kind::carry_in || n.kind == Kind::shifted_carry) step_->reads = step_->reads | Part::c;
    u8 count = operands_of(n.kind);
    if (count > 0) nodes_[n.a].uses++;
    if (count > 1) nodes_[n.b].uses++;
    if (count > 2) nodes_[n.c].uses++;
  }
}

Builder::Word Builder::reg(u8 number) {
  if (number == 15) return address(step_->pc + (step_->insn.thumb ? 4 : 8));
  if (u16 known = read_[number]) return {this, static_cast<u16>(known - 1)};
  Word word = make({.kind = Kind::reg, .amount = number});
  read_[number] = static_cast<u16>(word.id + 1);
  return word;
}

void Builder::set_reg(u8 number, Word value) {
  if (number == 15) {  // ALUWritePC
    if (step_->insn.thumb) return branch(value);
    return branch_exchange(value);
  }
  effect({.kind = Kind::set_reg, .amount = number, .a = use(value)});
  read_[number] = 0;
}

Builder::Bool Builder::carry() { return make_bool({.kind = Kind::carry_in}); }

void Builder::set_nzc(Word value, Bool carry) {
  if (nodes_[carry.id].kind == Kind::carry_in) return set_nz(value);
  define(Part::nz | Part::c, {.kind = Kind::set_nzc, .a = use(value), .b = use(carry)});
}

Builder::Word Builder::sum_of(Word x, Word y) {
  const Node *cx = constant_of(x), *cy = constant_of(y);
  if (cx && !cy) return sum_of(y, x);
  if (cx && cy) {
    bool moves = cx->kind == Kind::address || cy->kind == Kind::address;
    return make({.kind = moves ? Kind::address : Kind::constant, .imm = cx->imm + cy->imm});
  }
  if (cy && cy->imm == 0) return x;
  if (cy && cy->kind == Kind::constant && node(x).kind == Kind::add) {
    const Node inner = node(x);
    if (nodes_[inner.b].kind == Kind::constant) {
      u32 both = nodes_[inner.b].imm + cy->imm;
      return sum_of(Word{this, inner.a}, constant(both));
    }
  }
  return two(Kind::add, x, y);
}

Builder::Word Builder::difference(Word x, Word y) {
  const Node* cy = constant_of(y);
  if (cy && cy->kind == Kind::constant) {
    u32 value = cy->imm;
    return sum_of(x, constant(0u - value));
  }
  return two(Kind::sub, x, y);
}

Builder::Word Builder::logic(Kind kind, Word x, Word y) {
  if (constant_of(x) && !constant_of(y)) std::swap(x, y);
  const Node *cx = constant_of(x), *cy = constant_of(y);
  if (cx && cy && cx->kind == Kind::constant && cy->kind == Kind::constant) {
    u32 a = cx->imm, b = cy->imm;
    return constant(kind == Kind::and_ ? a & b : kind == Kind::or_ ? a | b : a ^ b);
  }
  if (cy && kind == Kind::and_ && cy->imm == ~0u) return x;
  if (cy && kind != Kind::and_ && cy->imm == 0) return x;
  return two(kind, x, y);
}

Builder::Word Builder::inverted(Word x) {
  const Node* c = constant_of(x);
  if (c && c->kind == Kind::constant) {
    u32 value = ~c->imm;
    return constant(value);
  }
  return make({.kind = Kind::not_, .a = use(x)});
}

Builder::Word Builder::by(Kind kind, Word x, u8 amount) {
  if (amount == 0) return x;
  const Node* c = constant_of(x);
  if (c && c->kind == Kind::constant) {
    u32 value = c->imm;
    switch (kind) {
      case Kind::shl: return constant(value << amount);
      case Kind::lsr: return constant(value >> amount);
      case Kind::asr: return constant(static_cast<u32>(static_cast<i32>(value) >> amount));
      default: return constant(rotate_right(value, amount));
    }
  }
  return make({.kind = kind, .amount = amount, .a = use(x)});
}

Builder::Word Builder::sign_extend(Word value, u8 width) {
  if (width == 32) return value;
  Node& n = node(value);
  if (n.kind == Kind::loaded && n.amount * 8 == width) {  // LDRSB, LDRSH: nobody else wants it
    n.imm = 1;
    return value;
  }
  return make({.kind = Kind::sign_extend, .amount = width, .a = use(value)});
}

cpu::Shifted<Builder> Builder::shift_by(isa::Shift shift, Word value, Word amount) {
  Word result = make({.kind = Kind::shifted, .amount = static_cast<u8>(shift), .a = use(value), .b = use(amount)});
  Bool carry = make_bool({.kind = Kind::shifted_carry, .a = result.id});
  return {result, carry};
}

cpu::Sum<Builder> Builder::add_with_carry(Word a, Word b, Bool carry) {
  Word sum = make({.kind = Kind::sum, .a = use(a), .b = use(b), .c = use(carry)});
  return {sum, make_bool({.kind = Kind::sum_carry, .a = sum.id}), make_bool({.kind = Kind::sum_overflow, .a = sum.id})};
}

cpu::Pair<Builder> Builder::halves(const Node& node) {
  Word low = make(node);
  return {low, make({.kind = Kind::extracted, .amount = 32, .a = use(low)})};
}

// The Long whose halves these are.
u16 Builder::joined(const cpu::Pair<Builder>& value) {
  const Node& high = node(value.high);
  if (high.kind == Kind::extracted && high.amount == 32 && high.a == value.low.id) return high.a;
  return append({.kind = Kind::joined, .a = use(value.low), .b = use(value.high)});
}

cpu::Pair<Builder> Builder::two_long(Kind kind, const cpu::Pair<Builder>& a, const cpu::Pair<Builder>& b) {
  u16 first = joined(a), second = joined(b);
  return halves({.kind = kind, .a = first, .b = second});
}

cpu::Pair<Builder> Builder::call(HelperFunction function, Word a, Word b) {
  auto at = std::find_if(asked_for.begin(), asked_for.end(), [&](HelperFunction f) { return !f || f == function; });
  CHECK_THAT(at != asked_for.end(), "more than {} helpers", asked_for.size());
  *at = function;
  return halves({.kind = Kind::call, .a = use(a), .b = use(b), .imm = static_cast<u32>(at - asked_for.begin())});
}

Builder::Word Builder::load(Word at, u8 bytes) {
  step_->may_leave = true;
  return make({.kind = Kind::loaded, .amount = bytes, .a = use(at)});
}

cpu::Pair<Builder> Builder::load_exclusive(Word at, u32 bytes) {
  step_->may_leave = true;
  Word low = make({.kind = Kind::exclusive_loaded, .amount = static_cast<u8>(bytes), .a = use(at)});
  return {low, bytes == 8 ? make({.kind = Kind::exclusive_upper}) : constant(0)};
}

Builder::Word Builder::store_exclusive(Word at, const cpu::Pair<Builder>& value, u32 bytes) {
  step_->may_leave = true;
  return make({.kind = Kind::exclusive_status,
               .amount = static_cast<u8>(bytes),
               .a = use(at),
               .b = use(value.low),
               .c = use(bytes == 8 ? value.high : constant(0))});
}

}  // namespace sigtape::jit
