// The machine that computes at once: what the interpreter instantiates the semantics with.
#pragma once
#include <atomic>

#include "core/cpu/code_cache.h"
#include "core/cpu/fix_up.h"
#include "core/cpu/machine.h"

namespace sigtape::cpu {

// `uses_pc`: some register field of the instruction is 15.
template <bool uses_pc>
class Direct {
 public:
  using Word = u32;
  using Bool = bool;

  Direct(Context& context, const Slot* slot)
      : x_(context), state_(*context.state), slot_(slot), next_(slot_after(slot, slot->step)) {}
  const Slot* next() const { return next_; }

  u32 constant(u32 value) { return value; }
  u32 address(u32 value) { return value; }
  bool flag(bool value) { return value; }

  // --- registers
  bool is_pc(u8 number) { return uses_pc && number == 15; }
  u32 reg(u8 number) {
    if (is_pc(number)) return slot_->pc + (state_.thumb ? 4 : 8);
    return state_.r[number];
  }
  void set_reg(u8 number, u32 value) {
    if (is_pc(number)) {
      if (state_.thumb)
        branch(value);
      else
        branch_exchange(value);
    } else {
      state_.r[number] = value;
    }
  }
  u32 pc() { return slot_->pc; }
  bool thumb() { return state_.thumb; }
  void branch(u32 target) { next_ = x_.find(target); }
  void branch_exchange(u32 target) {
    bool thumb = target & 1;
    if (thumb != state_.thumb) x_.set_thumb(thumb);
    next_ = x_.find(target);
  }
  void branch_if(bool condition, u32 target) {
    if (condition) next_ = x_.find(target);
  }

  // --- flags: one store each, so that a later load of any part of it is forwarded
  bool carry() { return state_.flags.c; }
  void set_nz(u32 value) { store(&state_.flags.n, static_cast<u16>((value >> 31) | (value == 0 ? 0x100 : 0))); }
  void set_nz_long(const Pair<Direct>& value) { set_nz(value.high | (value.low >> 1) | (value.low & 1)); }
  void set_nzc(u32 value, bool carry) {
    set_nz(value);
    state_.flags.c = carry;
  }
  void set_nzcv(const Sum<Direct>& sum) {
    u32 packed = (sum.value >> 31) | (sum.value == 0 ? 0x100 : 0) | (u32{sum.carry} << 16) | (u32{sum.overflow} << 24);
    store(&state_.flags.n, packed);
  }
  void set_q_if(bool condition) { state_.flags.q |= condition; }
  u32 ge() { return state_.flags.ge; }
  void set_ge(u32 value) { state_.flags.ge = static_cast<u8>(value); }
  // B9.3.8: without the execution state bits other than E.
  u32 read_cpsr() { return state_.cpsr() & 0xf8ff'03df; }
  void write_cpsr(u32 value, u8 fields) {  // CPSRWriteByInstr() in user mode
    u32 mask = (fields & 8 ? 0xf800'0000 : 0) | (fields & 4 ? 0x000f'0000 : 0) | (fields & 2 ? 0x200 : 0);
    state_.set_cpsr((state_.cpsr() & ~mask) | (value & mask));
  }

  // --- arithmetic
  u32 select(bool condition, u32 a, u32 b) { return condition ? a : b; }
  bool bit(u32 value, u8 number) { return (value >> number) & 1; }
  u32 word(bool value) { return value; }
  u32 asr(u32 value, u8 amount) { return static_cast<u32>(static_cast<i32>(value) >> amount); }
  u32 ror(u32 value, u8 amount) { return rotate_right(value, amount); }
  u32 sign_extend(u32 value, u8 width) { return sigtape::sign_extend(value, width); }
  Shifted<Direct> shift_by(isa::Shift shift, u32 value, u32 amount);
  Sum<Direct> add_with_carry(u32 a, u32 b, bool carry) {
    u64 sum = u64{a} + b + carry;
    auto value = static_cast<u32>(sum);
    return {value, static_cast<bool>(sum >> 32), static_cast<bool>(((a ^ value) & (b ^ value)) >> 31)};
  }
  static u64 whole(const Pair<Direct>& a) { return a.low | u64{a.high} << 32; }
  Pair<Direct> pair(u64 value) { return {static_cast<u32>(value), static_cast<u32>(value >> 32)}; }
  Pair<Direct> multiply_unsigned(u32 a, u32 b) { return pair(u64{a} * b); }
  Pair<Direct> multiply_signed(u32 a, u32 b) {
    return pair(static_cast<u64>(i64{static_cast<i32>(a)} * static_cast<i32>(b)));
  }
  Pair<Direct> widen(u32 value) { return pair(static_cast<u64>(i64{static_cast<i32>(value)})); }
  Pair<Direct> add_long(const Pair<Direct>& a, const Pair<Direct>& b) { return pair(whole(a) + whole(b)); }
  Pair<Direct> subtract_long(const Pair<Direct>& a, const Pair<Direct>& b) { return pair(whole(a) - whole(b)); }
  u32 extract(const Pair<Direct>& a, u8 from) { return static_cast<u32>(whole(a) >> from); }
  Pair<Direct> call(u64 (*helper)(u32, u32), u32 a, u32 b) { return pair(helper(a, b)); }

  // --- memory
  bool failed() { return failed_; }
  u32 load8(u32 address) { return load<u8>(address); }
  u32 load16(u32 address) { return load<u16>(address); }
  u32 load32(u32 address) { return load<u32>(address); }
  void store8(u32 address, u32 value) { check(x_.Core::store(address, static_cast<u8>(value))); }
  void store16(u32 address, u32 value) { check(x_.Core::store(address, static_cast<u16>(value))); }
  void store32(u32 address, u32 value) { check(x_.Core::store(address, value)); }
  void need_load(u32 address, u32 bytes) { check_all(x_.template reach<Access::read>(address, bytes)); }
  void need_store(u32 address, u32 bytes) { check_all(x_.template reach<Access::write>(address, bytes)); }
  u32 load_needed32(u32 address) { return in_word_order(sigtape::load<u32>(x_.space->host(GuestAddr{address}))); }
  void store_needed32(u32 address, u32 value) {
    sigtape::store(x_.space->host(GuestAddr{address}), in_word_order(value));
  }
  void need_words_aligned(u32 address) {
    if (address & 3) [[unlikely]] {
      if (x_.alignment == Alignment::fix_up) {
        state_.monitor = {};  // the kernel's fix-up returns to user mode
        fixed_up_ = true;
        misaligned_ = address;
      } else {
        check(x_.aligned(address, 4, access()));
      }
    }
  }
  Pair<Direct> load_exclusive(u32 address, u32 bytes) {
    u64 value = 0;
    check(x_.load_exclusive(address, bytes, value));
    return pair(value);
  }
  u32 store_exclusive(u32 address, const Pair<Direct>& value, u32 bytes) {
    u32 status = 0;
    check(x_.store_exclusive(address, bytes, value.low | (u64{value.high} << 32), status));
    return status;
  }
  u32 swap(u32 address, u32 value, u32 bytes) {
    u32 old = 0;
    check(x_.swap(address, bytes, value, old));
    return old;
  }
  void clear_exclusive() { state_.monitor = {}; }
  void barrier() { std::atomic_thread_fence(std::memory_order_seq_cst); }

  // --- the rest
  void undefined() { stop(StopKind::undefined, slot_->insn.bits); }
  void svc(u32 number) { stop(StopKind::svc, number); }
  void breakpoint(u32 number) { stop(StopKind::breakpoint, number); }
  u32 thread_pointer() { return state_.tpidruro; }
  u32 user_thread_word() { return state_.tpidrurw; }
  void set_user_thread_word(u32 value) { state_.tpidrurw = value; }
  void set_big_endian(bool value) { state_.big_endian = value; }
  void set_it(u8 value) {
    state_.it = value;
    next_ = settle(x_, next_);
  }

 private:
  template <class T>
  u32 load(u32 address) {
    T value = 0;
    check(x_.Core::load(address, value));
    return value;
  }
  u32 in_word_order(u32 value) const { return fixed_up_ ? value : x_.in_order(value); }
  template <class T>
  static void store(void* to, T value) {
    sigtape::store(to, value);
  }
  Access access() const {
    isa::Op op = slot_->insn.op;
    return op == isa::Op::stm || op == isa::Op::strd ? Access::write : Access::read;
  }
  void check(bool ok) {
    if (!ok) [[unlikely]]
      failed_ = true;
  }
  void check_all(bool ok) {
    check(ok);
    if (failed_ && fixed_up_) [[unlikely]] {
      x_.stop.address = GuestAddr{misaligned_};
      x_.stop.detail = fault_in_fix_up;
    }
  }
  void stop(StopKind kind, u32 detail) {
    x_.stop = {.kind = kind, .address = GuestAddr{slot_->pc}, .access = Access::fetch, .detail = detail};
    failed_ = true;
  }

  Context& x_;
  State& state_;
  const Slot* slot_;
  const Slot* next_;
  bool failed_ = false;
  u32 misaligned_ = 0;
  bool fixed_up_ = false;  // words are little-endian, whatever CPSR.E says (see need_words_aligned)
};

template <bool uses_pc>
Shifted<Direct<uses_pc>> Direct<uses_pc>::shift_by(isa::Shift shift, u32 value, u32 amount) {
  if (amount == 0) return {value, carry()};
  switch (shift) {
    case isa::Shift::lsl:
      if (amount > 32) return {0, false};
      return {static_cast<u32>(u64{value} << amount), bit(value, static_cast<u8>(32 - amount))};
    case isa::Shift::lsr:
      if (amount > 32) return {0, false};
      return {static_cast<u32>(u64{value} >> amount), bit(value, static_cast<u8>(amount - 1))};
    case isa::Shift::asr: {
      if (amount >= 32) return {asr(value, 31), bit(value, 31)};
      return {asr(value, static_cast<u8>(amount)), bit(value, static_cast<u8>(amount - 1))};
    }
    default: {
      u32 rotated = rotate_right(value, amount);
      return {rotated, bit(rotated, 31)};
    }
  }
}

static_assert(Machine<Direct<true>> && Machine<Direct<false>>);

// The handler made of one piece of semantics.
template <class M, class I, void (*semantics)(M&, const I&)>
const Slot* run(Context& context, const Slot* slot, u32 left) {
  M machine{context, slot};
  semantics(machine, static_cast<const I&>(slot->insn));
  if (machine.failed()) [[unlikely]]
    return stop_at(context, slot, left);
  return go_on(context, machine.next(), left);
}

// Whether a handler must look out for r15: generously, as unused fields are 0.
inline bool mentions_pc(const isa::Insn& i) {
  return i.d == 15 || i.n == 15 || i.m == 15 || i.s == 15 || i.t == 15 || i.a == 15 ||
         (i.op == isa::Op::stm && (i.list & 0x8000));
}

}  // namespace sigtape::cpu
