// SIMD code's frame: which instructions there are, calls of the interpreter's functions, slow paths.
#include "core/jit/simd.h"

#include <cstring>
#include <unordered_map>

#include "core/base/check.h"
#include "core/cpu/float.h"
#include "core/jit/emitter.h"

namespace sigtape::jit {

using isa::Op;

namespace {

// The functions that have been asked for, in the order in which they were: their place never changes.
std::array<cpu::SimdData, 2048> asked_for{};

u32 index_of(cpu::SimdData function) {
  static std::unordered_map<cpu::SimdData, u32> indices;
  auto [it, is_new] = indices.try_emplace(function, static_cast<u32>(indices.size()));
  CHECK_THAT(it->second < asked_for.size(), "more functions than the table holds");
  if (is_new) asked_for[it->second] = function;
  return it->second;
}

bool sets_flags(const isa::Insn& i) { return i.op == Op::vmrs && i.to_core && i.t == 15; }

}  // namespace

const cpu::SimdData* Simd::function_table() { return asked_for.data(); }

Simd::Simd(Emitter& emitter) : e_(emitter), as_(emitter.as), cache_(emitter.as), host_(host_features()) {}

bool Simd::describe(Step& step) {
  const Insn& i = step.insn;
  if (i.op < Op::vfp_mla || i.op > Op::vst4) return false;
  if (i.op == Op::vmrs && !i.to_core) {
    step.may_leave = true;
  } else if (!cpu::simd_data_function(i)) {
    if (!knows_memory(i)) return false;
    step.may_leave = true;
  }
  if (sets_flags(i)) step.writes = Part::all;
  return true;
}

void Simd::begin_block() {
  forget_all();
  slow_paths_.clear();
  data_.clear();
  compared_ = false;
}

bool Simd::emit() {
  const Insn& i = e_.step_->insn;
  cache_.begin_instruction();
  slow_ = false;
  if (e_.step_->may_leave && !(i.op == Op::vmrs)) {
    if (!emit_memory(i)) return false;
  } else if (!emit_data(i)) {
    call(i);
  }
  if (slow_) {
    if (!slow_paths_.back().makes_order) slow_paths_.back().back = as_.at();
    slow_paths_.back().entries = cache_.entries();
    slow_paths_.back().flushed = cache_.flushed();
  }
  return true;
}

Mem Simd::vector(Vector Vectors::*which) {
  static const Vectors at;
  auto offset = reinterpret_cast<const u8*>(&(at.*which)) - reinterpret_cast<const u8*>(&at);
  return in_context(offsetof(Context, vectors) + static_cast<std::size_t>(offset));
}

bool Simd::emit_data(const Insn& i) {
  if (i.op <= Op::vmrs) return emit_vfp(i);
  return emit_float(i) || emit_integer(i) || emit_saturating(i) || emit_shift(i) || emit_bitwise(i) ||
         emit_permutation(i);
}

// --- flags

void Simd::clobber() { e_.will_clobber(); }

// --- slow paths

// EFLAGS are lost already. Nothing of the instruction is done.
Simd::SlowPath& Simd::slow_path(bool interpreted) {
  if (slow_) return slow_paths_.back();
  slow_ = true;
  SlowPath& path = slow_paths_.emplace_back();
  path.insn = e_.step_->insn;
  path.interpreted = interpreted;
  path.pc = e_.step_->pc | (e_.step_->insn.thumb ? 1 : 0);
  path.detail = e_.interpreter_detail();
  path.flags = e_.flags_;
  return path;
}

void Simd::slow_if(Cc cc, bool interpreted) {
  SlowPath& path = slow_path(interpreted);
  CHECK_THAT(path.count < path.from.size(), "too many ways into one slow path");
  path.from[path.count++] = as_.jump(cc);
}

u8* Simd::place_data(const Insn& insn) {
  while (reinterpret_cast<std::uintptr_t>(as_.at()) % alignof(Insn) != 0) as_.byte(0xcc);
  u8* place = as_.at();
  std::memcpy(place, &insn, sizeof insn);
  as_.set_position(place + sizeof insn);
  return place;
}

// ZF: it is zero.
void Simd::add_magnitude_twice(u8 x, bool wide) {
  as_.move_from_xmm(Reg::rcx, x, wide);
  if (wide)
    as_.alu64(Alu::add, Reg::rcx, Reg::rcx);
  else
    as_.alu(Alu::add, Reg::rcx, Reg::rcx);
}

// A result that is not clearly normal may be right all the same, as an exact zero is.
void Simd::emit_zero_check(const ZeroCheck& check, SlowPath& path) {
  as_.bind(check.from);
  as_.alu(Alu::cmp, in_context(offsetof(Context, unusual_vfp)), 0);
  path.from[path.count++] = as_.jump(Cc::ne);
  if (!flush_to_zero_) {
    // So is any small one where UFC, the only flag that it might set, is set already.
    as_.load(Reg::rcx, in_context(offsetof(Context, state) + offsetof(cpu::State, fpscr)));
    as_.test(Reg::rcx, cpu::fp::ufc);
    u8* clear = as_.jump(Cc::e);
    add_magnitude_twice(check.result, check.wide);
    if (check.wide) as_.shift64(Shifting::shr, Reg::rcx, 32);
    as_.alu(Alu::cmp, Reg::rcx, check.wide ? 0xffe0'0000 : 0xff00'0000);  // of infinities and NaNs
    as_.jump(Cc::b, check.back);
    path.from[path.count++] = as_.jump();
    as_.bind(clear);
  }
  if (check.rule == Zero::never) {
    path.from[path.count++] = as_.jump();
    return;
  }
  add_magnitude_twice(check.result, check.wide);
  if (check.rule == Zero::always) return as_.jump(Cc::e, check.back);
  path.from[path.count++] = as_.jump(Cc::ne);
  for (u8 x : {check.a, check.b}) {
    add_magnitude_twice(x, check.wide_operands);
    as_.jump(Cc::e, check.back);
  }
}

// What has no exponent is no denormal number if it is zero.
void Simd::emit_denormal_check(const DenormalCheck& check, SlowPath& path) {
  as_.bind(check.from);
  add_magnitude_twice(check.x, check.wide);
  as_.jump(Cc::e, check.back);
  path.from[path.count++] = as_.jump();
}

void Simd::emit_slow_path(SlowPath& path) {
  u8* data = path.interpreted ? nullptr : place_data(path.insn);
  for (u8 k = 0; k < path.denormal_check_count; k++) emit_denormal_check(path.denormal_checks[k], path);
  for (u8 k = 0; k < path.zero_check_count; k++) {
    emit_zero_check(path.zero_checks[k], path);
    if (k + 1 != path.zero_check_count) path.from[path.count++] = as_.jump();
  }
  if (path.has_lanes) {
    as_.bind(path.lanes.from);
    test_zeros(path.lanes);
    as_.jump(Cc::e, path.lanes.back);
  }
  for (u8 k = 0; k < path.count; k++) as_.bind(path.from[k]);
  if (path.interpreted) {
    e_.call_interpreter(path.flags, path.pc, path.detail);
  } else {
    u8* leaves = nullptr;
    if (path.beside_scalar) {
      as_.load(Reg::rcx, SimdCache::in_file({*path.beside_scalar, 1}));
      as_.lea(Reg::rcx, {.base = Reg::rcx, .index = Reg::rcx, .offset = -1});
      as_.alu(Alu::cmp, Reg::rcx, 0x00ff'ffff);
      leaves = as_.jump(Cc::b);
    }
    as_.lea_rip(Reg::rcx, data);
    as_.mov(Reg::rdx, index_of(cpu::simd_data_function(path.insn)));
    as_.call(e_.stubs_.call_simd);
    if (leaves) {
      u8* done = as_.jump();
      as_.bind(leaves);
      e_.call_interpreter(path.flags, path.pc, path.detail | Emitter::leaves_after);
      as_.bind(done);
    }
  }
  load_entries(path);
  if (path.makes_order) {
    as_.load(Reg::rcx, in_context(offsetof(Context, state) + offsetof(cpu::State, fpscr)));
    as_.shift(Shifting::shr, Reg::rcx, 28);
    Mem order = in_context(offsetof(Context, orders) + offsetof(Orders, order_of));
    order.index = Reg::rcx;
    as_.load_u8(Reg::rcx, order);
  }
  as_.jump(path.back);
}

void Simd::emit_ways_out() {
  for (const Data& data : data_) {
    u8* at = place_data(data.insn);
    Assembler::patch(data.place, at);
  }
  for (SlowPath& path : slow_paths_) emit_slow_path(path);
}

void Simd::call(const Insn& insn) {
  clobber();
  as_.lea_rip(Reg::rcx, as_.at());
  data_.push_back({as_.at() - 4, insn});
  as_.mov(Reg::rdx, index_of(cpu::simd_data_function(insn)));
  as_.call(e_.stubs_.call_simd);
  forget();
}

}  // namespace sigtape::jit
