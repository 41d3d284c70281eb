// The machine that writes down: what the translator instantiates the semantics with. It makes nodes.
#pragma once
#include <vector>

#include "core/cpu/machine.h"
#include "core/jit/node.h"

namespace sigtape::jit {

using HelperFunction = u64 (*)(u32, u32);

class Builder {
 public:
  struct Word {
    Builder* builder;
    u16 id;
    friend Word operator+(Word x, Word y) { return x.builder->sum_of(x, y); }
    friend Word operator-(Word x, Word y) { return x.builder->difference(x, y); }
    friend Word operator*(Word x, Word y) { return x.builder->two(Kind::mul, x, y); }
    friend Word operator&(Word x, Word y) { return x.builder->logic(Kind::and_, x, y); }
    friend Word operator|(Word x, Word y) { return x.builder->logic(Kind::or_, x, y); }
    friend Word operator^(Word x, Word y) { return x.builder->logic(Kind::xor_, x, y); }
    friend Word operator~(Word x) { return x.builder->inverted(x); }
    friend Word operator<<(Word x, u32 amount) { return x.builder->by(Kind::shl, x, static_cast<u8>(amount)); }
    friend Word operator>>(Word x, u32 amount) { return x.builder->by(Kind::lsr, x, static_cast<u8>(amount)); }
    friend auto operator==(Word x, Word y) { return x.builder->equal(x, y); }
  };
  struct Bool {
    Builder* builder;
    u16 id;
    friend Bool operator!(Bool x) { return x.builder->negated(x); }
  };

  // Makes the nodes of the step's instruction, and its facts.
  void build(Step& step);
  void clear() {
    nodes_.clear();
    nodes_.reserve(2048);
  }
  std::vector<Node>& nodes() { return nodes_; }
  // A helper of cpu::helpers, by the index in a call node.
  static HelperFunction helper(u32 index) { return helper_table()[index]; }
  static const HelperFunction* helper_table();

  // --- what the operators come to
  Word two(Kind kind, Word x, Word y) { return make({.kind = kind, .a = use(x), .b = use(y)}); }
  Word sum_of(Word x, Word y);
  Word difference(Word x, Word y);
  Word logic(Kind kind, Word x, Word y);
  Word inverted(Word x);
  Word by(Kind kind, Word x, u8 amount);
  Bool equal(Word x, Word y) { return make_bool({.kind = Kind::equal, .a = use(x), .b = use(y)}); }
  Bool negated(Bool x) { return make_bool({.kind = Kind::negated, .a = use(x)}); }

  // --- the concept
  Word constant(u32 value) { return make({.kind = Kind::constant, .imm = value}); }
  Word address(u32 value) { return make({.kind = Kind::address, .imm = value}); }
  Bool flag(bool value) { return make_bool({.kind = Kind::flag, .imm = value}); }
  Word reg(u8 number);
  void set_reg(u8 number, Word value);
  bool is_pc(u8 number) { return number == 15; }
  u32 pc() { return step_->pc; }
  bool thumb() { return step_->insn.thumb; }
  void branch(Word target) { leave({.kind = Kind::branch, .a = use(target)}); }
  void branch_exchange(Word target) { leave({.kind = Kind::branch_exchange, .a = use(target)}); }
  void branch_if(Bool condition, u32 target) { leave({.kind = Kind::branch_if, .a = use(condition), .imm = target}); }
  Bool carry();
  void set_nz(Word value) { define(Part::nz, {.kind = Kind::set_nz, .a = use(value)}); }
  void set_nz_long(const cpu::Pair<Builder>& value) {
    define(Part::nz, {.kind = Kind::set_nz_long, .a = joined(value)});
  }
  void set_nzc(Word value, Bool carry);
  void set_nzcv(const cpu::Sum<Builder>& sum) { define(Part::all, {.kind = Kind::set_nzcv, .a = use(sum.value)}); }
  void set_q_if(Bool condition) { effect({.kind = Kind::set_q_if, .a = use(condition)}); }
  Word ge() { return make({.kind = Kind::ge_bits}); }
  void set_ge(Word value) { effect({.kind = Kind::set_ge, .a = use(value)}); }
  Word read_cpsr() { return refused(); }
  void write_cpsr(Word, u8) { refused(); }
  Word select(Bool condition, Word a, Word b) {
    return make({.kind = Kind::select, .a = use(a), .b = use(b), .c = use(condition)});
  }
  Bool bit(Word value, u8 number) { return make_bool({.kind = Kind::bit, .amount = number, .a = use(value)}); }
  Word word(Bool value) { return make({.kind = Kind::word_of, .a = use(value)}); }
  Word asr(Word value, u8 amount) { return by(Kind::asr, value, amount); }
  Word ror(Word value, u8 amount) { return by(Kind::ror, value, amount & 31); }
  Word sign_extend(Word value, u8 width);
  cpu::Shifted<Builder> shift_by(isa::Shift shift, Word value, Word amount);
  cpu::Sum<Builder> add_with_carry(Word a, Word b, Bool carry);
  cpu::Pair<Builder> widen(Word value) { return halves({.kind = Kind::widened, .a = use(value)}); }
  cpu::Pair<Builder> add_long(const cpu::Pair<Builder>& a, const cpu::Pair<Builder>& b) {
    return two_long(Kind::long_sum, a, b);
  }
  cpu::Pair<Builder> subtract_long(const cpu::Pair<Builder>& a, const cpu::Pair<Builder>& b) {
    return two_long(Kind::long_difference, a, b);
  }
  Word extract(const cpu::Pair<Builder>& value, u8 from) {
    return make({.kind = Kind::extracted, .amount = from, .a = joined(value)});
  }
  cpu::Pair<Builder> multiply_unsigned(Word a, Word b) {
    return halves({.kind = Kind::product_unsigned, .a = use(a), .b = use(b)});
  }
  cpu::Pair<Builder> multiply_signed(Word a, Word b) {
    return halves({.kind = Kind::product_signed, .a = use(a), .b = use(b)});
  }
  cpu::Pair<Builder> call(HelperFunction helper, Word a, Word b);
  Word load8(Word at) { return load(at, 1); }
  Word load16(Word at) { return load(at, 2); }
  Word load32(Word at) { return load(at, 4); }
  void store8(Word at, Word value) { store(at, value, 1); }
  void store16(Word at, Word value) { store(at, value, 2); }
  void store32(Word at, Word value) { store(at, value, 4); }
  void need_load(Word at, u32 bytes) { can_fail({.kind = Kind::need_load, .a = use(at), .imm = bytes}); }
  void need_store(Word at, u32 bytes) { can_fail({.kind = Kind::need_store, .a = use(at), .imm = bytes}); }
  Word load_needed32(Word at) { return load32(at); }
  void store_needed32(Word at, Word value) { store32(at, value); }
  void need_words_aligned(Word at) { can_fail({.kind = Kind::need_aligned, .a = use(at)}); }
  cpu::Pair<Builder> load_exclusive(Word at, u32 bytes);
  Word store_exclusive(Word at, const cpu::Pair<Builder>& value, u32 bytes);
  Word swap(Word, Word, u32) { return refused(); }
  void clear_exclusive() { effect({.kind = Kind::clear_exclusive}); }
  void barrier() { effect({.kind = Kind::barrier}); }
  void undefined() { refused(); }
  void svc(u32) { refused(); }
  void breakpoint(u32) { refused(); }
  bool failed() { return false; }  // faults leave in the middle of translated code
  Word thread_pointer() { return make({.kind = Kind::thread_pointer}); }
  Word user_thread_word() { return make({.kind = Kind::user_word}); }
  void set_user_thread_word(Word value) { effect({.kind = Kind::set_user_word, .a = use(value)}); }
  void set_big_endian(bool) { refused(); }
  void set_it(u8) {}  // the translator follows IT blocks itself

 private:
  Node& node(Word w) { return nodes_[w.id]; }
  const Node* constant_of(Word w) {
    const Node& n = nodes_[w.id];
    return n.kind == Kind::constant || n.kind == Kind::address ? &n : nullptr;
  }
  static u16 use(Word w) { return w.id; }
  static u16 use(Bool b) { return b.id; }
  u16 append(const Node& node) {
    nodes_.push_back(node);
    return static_cast<u16>(nodes_.size() - 1);
  }
  Word make(const Node& node) { return {this, append(node)}; }
  Bool make_bool(const Node& node) { return {this, append(node)}; }
  void effect(const Node& node) { append(node); }
  void can_fail(const Node& node) {
    step_->may_leave = true;
    append(node);
  }
  void define(Part parts, const Node& node) {
    step_->writes = step_->writes | parts;
    append(node);
  }
  void leave(const Node& node) {
    step_->ends = true;
    append(node);
  }
  Word refused() {
    step_->supported = false;
    return constant(0);
  }
  cpu::Pair<Builder> halves(const Node& node);
  u16 joined(const cpu::Pair<Builder>& value);
  cpu::Pair<Builder> two_long(Kind kind, const cpu::Pair<Builder>& a, const cpu::Pair<Builder>& b);
  Word load(Word at, u8 bytes);
  void store(Word at, Word value, u8 bytes) {
    can_fail({.kind = Kind::stored, .amount = bytes, .a = use(at), .b = use(value)});
  }

  std::vector<Node> nodes_;
  Step* step_ = nullptr;
  void count_uses();
  u16 read_[16] = {};  // node that read the register in this instruction, plus 1
};

}  // namespace sigtape::jit
