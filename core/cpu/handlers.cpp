// From a decoded instruction to its handler: every operation in a general form, conditions, IT blocks, B.
#include "core/cpu/direct.h"
#include "core/cpu/media.h"
#include "core/cpu/multiply.h"
#include "core/cpu/system.h"
#include "core/isa/decode.h"

namespace sigtape::cpu {

namespace {

using isa::Cond;
using isa::Insn;
using isa::Op;

template <Cond cond>
bool passed(const Flags& f) {
  if constexpr (cond == Cond::eq) return f.z;
  else if constexpr (cond == Cond::ne) return !f.z;
  else if constexpr (cond == Cond::cs) return f.c;
  else if constexpr (cond == Cond::cc) return !f.c;
  else if constexpr (cond == Cond::mi) return f.n;
  else if constexpr (cond == Cond::pl) return !f.n;
  else if constexpr (cond == Cond::vs) return f.v;
  else if constexpr (cond == Cond::vc) return !f.v;
  else if constexpr (cond == Cond::hi) return f.c & !f.z;
  else if constexpr (cond == Cond::ls) return (!f.c) | f.z;
  else if constexpr (cond == Cond::ge) return f.n == f.v;
  else if constexpr (cond == Cond::lt) return f.n != f.v;
  else if constexpr (cond == Cond::gt) return !f.z & (f.n == f.v);
  else if constexpr (cond == Cond::le) return f.z | (f.n != f.v);
  else return true;
}

template <Cond cond>
const Slot* conditional(Context& context, const Slot* slot, u32 left) {
  if (!passed<cond>(context.state->flags)) return go_on(context, slot_after(slot, slot->step), left);
  return context.cache.body(slot->body).handler(context, slot, left);
}

// Inside an IT block (or with an ITSTATE that a signal handler made up): valid only under the ITSTATE of its decoding.
template <Cond cond>
const Slot* in_it_block(Context& context, const Slot* slot, u32 left) {
  State& state = *context.state;
  if (state.it != slot->it) return decode_slot(context, slot, left);
  const Slot* next = slot_after(slot, slot->step);
  if (passed<cond>(state.flags)) next = context.cache.body(slot->body).handler(context, slot, 1);
  if (!next) return stop_at(context, slot, left);
  state.it = isa::it_advance(slot->it);
  return go_on(context, state.it ? settle(context, next) : next, left);
}

template <Cond cond>
const Slot* branch(Context& context, const Slot* slot, u32 left) {
  const Slot* next = slot_after(slot, slot->step);
  if (passed<cond>(context.state->flags))
    next = context.find(semantics::pc_operand(slot->pc, context.state->thumb) + slot->insn.imm);
  return go_on(context, next, left);
}

template <Cond cond>
const Slot* near_branch(Context& context, const Slot* slot, u32 left) {
  bool taken = passed<cond>(context.state->flags);
  return go_on(context, slot_after(slot, taken ? static_cast<i16>(slot->body) : slot->step), left);
}

#define FOR_ALL_CONDITIONS(f)                                                                                   \
  {                                                                                                             \
    f<Cond::eq>, f<Cond::ne>, f<Cond::cs>, f<Cond::cc>, f<Cond::mi>, f<Cond::pl>, f<Cond::vs>, f<Cond::vc>,     \
        f<Cond::hi>, f<Cond::ls>, f<Cond::ge>, f<Cond::lt>, f<Cond::gt>, f<Cond::le>, f<Cond::al>               \
  }
constexpr Handler conditionals[] = FOR_ALL_CONDITIONS(conditional);
constexpr Handler in_it_blocks[] = FOR_ALL_CONDITIONS(in_it_block);
constexpr Handler branches[] = FOR_ALL_CONDITIONS(branch);
constexpr Handler near_branches[] = FOR_ALL_CONDITIONS(near_branch);

const Slot* run_simd_data(Context& context, const Slot* slot, u32 left) {
  context.cache.body(slot->body).data(*context.state, slot->insn);
  return go_on(context, slot_after(slot, slot->step), left);
}

const Slot* run_simd_memory(Context& context, const Slot* slot, u32 left) {
  context.pc = slot->pc;
  if (!context.cache.body(slot->body).memory(context, slot->insn)) [[unlikely]]
    return stop_at(context, slot, left);
  return go_on(context, slot_after(slot, slot->step), left);
}

template <bool uses_pc>
constexpr Handler general[] = {
    run<Direct<uses_pc>, Insn, semantics::undefined>,
#define OP(name, text) run<Direct<uses_pc>, Insn, semantics::name>,
#include "core/isa/ops_integer.inc"
#undef OP
};

}  // namespace

Handler conditional_handler(Cond cond) { return conditionals[static_cast<u8>(cond)]; }
Handler it_block_handler(Cond cond) { return in_it_blocks[static_cast<u8>(cond)]; }
Handler near_branch_handler(Cond cond) { return near_branches[static_cast<u8>(cond)]; }

Body body_of(const Insn& i) {
  auto number = static_cast<u32>(i.op);
  if (number >= std::size(general<true>)) {
    if (SimdData data = simd_data_function(i)) return {.handler = run_simd_data, .data = data};
    if (SimdMemory memory = simd_memory_function(i)) return {.handler = run_simd_memory, .memory = memory};
    return {.handler = general<true>[0]};
  }
  // A B inside an IT block has its condition from there; the handler tests it once more, which does no harm.
  if (i.op == Op::b) return {.handler = branches[static_cast<u8>(i.cond)]};
  if (Handler handler = alu_handler(i)) return {.handler = handler};
  if (Handler handler = memory_handler(i)) return {.handler = handler};
  return {.handler = mentions_pc(i) ? general<true>[number] : general<false>[number]};
}

}  // namespace sigtape::cpu
