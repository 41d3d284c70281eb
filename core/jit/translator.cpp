// Blocks: decoding up to the next branch, what becomes of the flags, the order of instructions, conditions.
#include "core/jit/translator.h"

#include "core/base/check.h"
#include "core/isa/decode.h"

namespace sigtape::jit {

using isa::Cond;
using isa::Op;

// What the interpreter has at step.pc under step.it; null if it has not been there.
const cpu::Slot* Translator::decoded(const Step& step) const {
  bool thumb = step.insn.thumb;
  const cpu::Slot* piece = decoded_.table(thumb)[step.pc >> cpu::CodeCache::piece_shift];
  if (!piece) return nullptr;
  const cpu::Slot& slot = piece[(step.pc & (cpu::CodeCache::piece_bytes - 1)) >> (thumb ? 1 : 2)];
  return slot.run != cpu::decode_slot && slot.it == step.it ? &slot : nullptr;
}

// The instruction at step.pc under step.it; false where it cannot be fetched whole.
bool Translator::fetch(Step& step) {
  bool thumb = step.insn.thumb;
  if (const cpu::Slot* slot = decoded(step)) {
    step.insn = slot->insn;
    return true;
  }
  if (!thumb) {
    const u8* bytes = space_.executable(step.pc, 4);
    if (!bytes) return false;
    step.insn = isa::decode_a32(load<u32>(bytes));
    return true;
  }
  const u8* bytes = space_.executable(step.pc, 2);
  if (!bytes) return false;
  u16 first = load<u16>(bytes), second = 0;
  if (isa::is_t32(first)) {
    const u8* more = space_.executable(step.pc + 2, 2);
    if (!more) return false;
    second = load<u16>(more);
  }
  step.insn = isa::decode_thumb(first, second, step.it);
  return true;
}

namespace {

// After these the interpreter's answer decides how it goes on, or translation under other premises does.
bool ends_block(Op op) {
  return op == Op::svc || op == Op::bkpt || op == Op::udf || op == Op::undefined || op == Op::setend || op == Op::b;
}

}  // namespace

// Forward branches on a condition are left behind in the block: where they are taken, they are ways out.
namespace {

bool falls_through(const Step& step) {
  const isa::Insn& i = step.insn;
  bool is_branch = (i.op == Op::b && i.cond != Cond::al) || i.op == Op::cbz || i.op == Op::cbnz;
  return is_branch && step.it == 0 && static_cast<i32>(i.imm) >= 0;
}

// Places with bit 0, as the emitter wants them.
u32 place_of(const Step& step) { return step.pc | (step.insn.thumb ? 1 : 0); }
u32 place_after(const Step& step) { return place_of(step) + step.insn.width; }
u32 target_of(const Step& step) {
  u32 target = step.pc + (step.insn.thumb ? 4 : 8) + step.insn.imm;
  return step.insn.thumb ? target | 1 : target & ~3u;
}

}  // namespace

u32 Translator::decode(u32 pc_and_mode, Reach reach) {
  bool thumb = pc_and_mode & 1;
  u32 pc = pc_and_mode & ~1u, begin = pc;
  u8 it = 0;
  unsigned ways_out = 0;
  steps_.clear();
  builder_.clear();
  while (steps_.size() < most_instructions || isa::in_it_block(it)) {
    Step step;
    step.pc = pc;
    step.it = it;
    step.insn.thumb = thumb;
    if (steps_.empty() && !decoded(step)) reach = Reach::all;  // the interpreter's cache was emptied meanwhile
    if (reach == Reach::executed && !steps_.empty() && steps_.back().may_exit && !decoded(step)) break;
    if (!fetch(step)) break;
    step.insn.thumb = thumb;
    if (step.insn.op == Op::it && isa::in_it_block(it)) break;  // UNPREDICTABLE: left to the interpreter
    builder_.build(step);
    pc += step.insn.width;
    it = step.insn.op == Op::it ? static_cast<u8>(step.insn.imm) : isa::it_advance(it);
    if (ends_block(step.insn.op)) step.ends = true;
    if (falls_through(step) && ways_out < most_ways_out) {
      step.ends = false;
      step.may_exit = true;
      step.reads = Part::all;
      ways_out++;
    }
    steps_.push_back(step);
    if (step.ends) break;
  }
  // An IT block is translated whole or not at all: not where a branch in its middle takes the IT state with it
  // (UNPREDICTABLE), or where it goes on where nothing can be fetched.
  if (!steps_.empty() && isa::in_it_block(it)) {
    while (!steps_.empty() && steps_.back().it != 0) steps_.pop_back();
    if (!steps_.empty() && steps_.back().insn.op == Op::it) steps_.pop_back();
    if (!steps_.empty()) pc = steps_.back().pc + steps_.back().insn.width;
  }
  bytes_ = pc - begin;
  for (std::size_t i = 0; i + 1 < steps_.size(); i++)
    steps_[i].flags_next = Simd::is_comparison_for_flags(steps_[i], steps_[i + 1]);
  find_live_flags();
  return static_cast<u32>(steps_.size());
}

// Backwards: which flags may still be looked at after each instruction. Whatever can leave may show all of them.
void Translator::find_live_flags() {
  Part live = Part::all;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    Step& step = steps_[i];
    step.live_after = live;
    if (step.insn.cond == Cond::al) live = live & ~step.writes;
    live = live | step.reads;
    if (step.may_leave) live = Part::all;
  }
}

// Whether control may reach what is emitted next.
bool Translator::emit_step(std::size_t i) {
  const Step& step = steps_[i];
  auto index = static_cast<u16>(i);
  if (step.supported && emitter_.emit(step, index)) return !step.ends;
  emitter_.emit_interpreted(step, index);
  return true;
}

// Whether the instruction stands alone under its condition, or as one of two, or before a branch: a move of each is
// better than a branch around them.
bool Translator::is_best_moved(std::size_t i) const {
  if (!emitter_.is_conditional_move(steps_[i])) return false;
  Cond cond = steps_[i].insn.cond;
  auto goes_on = [&](std::size_t at) {
    return at < steps_.size() && steps_[at].insn.cond == cond && steps_[at].insn.op != Op::b;
  };
  return !goes_on(i + 1) || (emitter_.is_conditional_move(steps_[i + 1]) && !goes_on(i + 2));
}

// A run of instructions under one condition, which is tested once; a single instruction that is always executed is one
// of these, too.
bool Translator::emit_group(std::size_t& i) {
  Cond cond = steps_[i].insn.cond;
  if (cond == Cond::al) return emit_step(i++);
  if (is_best_moved(i) && emitter_.emit_conditional_move(steps_[i], static_cast<u16>(i))) {
    i++;
    return true;
  }
  // On both ways the flags must be in the same places: at home.
  emitter_.bring_home_for(steps_[i]);
  Cc cc = emitter_.condition(cond);
  u8* skip = emitter_.as.jump(inverse(cc));
  emitter_.set_flags(FlagState{});
  Simd::Known known = emitter_.simd().known();
  do {
    emit_step(i++);
    if (any(steps_[i - 1].writes) || !steps_[i - 1].supported || steps_[i - 1].ends) break;
  } while (i < steps_.size() && steps_[i].insn.cond == cond && steps_[i].insn.op != Op::b);
  emitter_.bring_home_for(steps_[i - 1]);
  emitter_.as.bind(skip);
  emitter_.set_flags(FlagState{});
  emitter_.simd().meet(known);
  return true;
}

// Where a block that its last branch repeats may count its next turn: before the instruction that sets the flags for
// that branch, where those of before need not be kept; if anything behind that may leave, before the branch, where it
// is worth it because xmm registers keep what they have. steps_.size(): the block is no such loop.
std::size_t Translator::turn_of_loop() const {
  const Step& last = steps_.back();
  bool repeats = last.insn.op == Op::b && last.insn.cond != Cond::al && last.it == 0 && !last.may_exit &&
                 target_of(last) == place_of(steps_[0]);
  if (!repeats) return steps_.size();
  const std::size_t end = steps_.size() - 1;
  for (std::size_t i = end; i-- > 0;) {
    const Step& step = steps_[i];
    if (i != 0 && steps_[i - 1].flags_next) return i - 1;
    if (!step.supported || step.simd || step.may_leave || step.may_exit || step.it != 0 || step.insn.op == Op::it ||
        step.insn.cond != Cond::al)
      break;
    if ((step.writes & Part::nz) == Part::nz) return i;
    if (any(step.writes)) break;
  }
  return std::ranges::any_of(steps_, &Step::simd) ? end : steps_.size();
}

void Translator::emit() {
  CHECK_THAT(!steps_.empty(), "an empty block");
  emitter_.set_nodes(&builder_.nodes());
  emitter_.block_head(place_of(steps_[0]), static_cast<u32>(steps_.size()));
  std::size_t turn = turn_of_loop();
  if (turn != steps_.size()) return emit_loop(turn);
  if (emit_body(0, steps_.size())) return;
  emitter_.need_all_home();
  emitter_.jump_direct(place_after(steps_.back()));
}

// The first turn finds the flags at home. Those that follow find them where the branch has left them, in EFLAGS as a
// rule: so they are emitted once more, for themselves, and end where they begin.
void Translator::emit_loop(std::size_t turn) {
  const Step &last = steps_.back(), &setter = steps_[turn];
  const std::size_t end = steps_.size() - 1;
  const std::vector<Node> nodes = builder_.nodes();
  const Part live = (setter.live_after & ~setter.writes) | setter.reads;
  Assembler& as = emitter_.as;

  emit_body(0, turn);
  u8* first_expired = emitter_.count_turn(live);
  emit_body(turn, end);
  const FlagState flags = emitter_.flags();
  Cc cc = emitter_.condition(last.insn.cond);
  const FlagState flags_of_turn = emitter_.flags();
  u8* over = as.jump(inverse(cc));

  const u8* begin = as.at();
  builder_.nodes() = nodes;
  emitter_.simd().begin_loop();
  emit_body(0, turn);
  u8* expired = emitter_.count_turn(live);
  emit_body(turn, end);
  if (emitter_.simd().end_loop() && emitter_.flags() == flags) {
    cc = emitter_.condition(last.insn.cond);
    Assembler::patch(as.jump(cc), begin);
  } else {
    emitter_.need_all_home();
    emitter_.uncount_turn();
    emit_last(last);
  }
  as.bind(over);
  emitter_.set_flags(flags_of_turn);
  emitter_.need_all_home();
  emitter_.uncount_turn();
  emitter_.jump_direct(place_after(last));

  // There is no next turn to be counted: the rest of this one, and to the block's head, which knows what to do.
  as.bind(first_expired);
  as.bind(expired);
  builder_.nodes() = nodes;
  emitter_.simd().forget_all();
  emitter_.uncount_turn();
  emit_body(turn, steps_.size());
}

// Whether control can't reach what comes next: the block's last step was among them, and was a way out.
bool Translator::emit_body(std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to;) {
    const Step& step = steps_[i];
    if (step.insn.op == Op::it) {
      i++;
    } else if (step.may_exit) {
      emit_exit(step, static_cast<u32>(steps_.size() - i - 1));
      i++;
    } else if ((i + 1 == steps_.size() && step.ends && emit_last(step)) || !emit_group(i)) {
      return true;
    }
  }
  return false;
}

// A branch that is expected not to be taken; `undone` instructions of the block are behind it.
void Translator::emit_exit(const Step& step, u32 undone) {
  const isa::Insn& i = step.insn;
  Cc cc = i.op == Op::b ? emitter_.exit_condition(i.cond) : emitter_.exit_zero(i.n, i.op == Op::cbz);
  emitter_.exit_if(cc, target_of(step), undone);
}

// Branches on a condition and SVC. False: the usual way will do.
bool Translator::emit_last(const Step& step) {
  if (step.insn.op == Op::b) {
    u32 target = target_of(step);
    emitter_.need_all_home();
    if (step.insn.cond != Cond::al) {
      Cc cc = emitter_.condition(step.insn.cond);
      emitter_.jump_direct_if(cc, target);
      target = place_after(step);
    }
    emitter_.jump_direct(target);
    return true;
  }
  if (step.insn.op == Op::svc && step.insn.cond == Cond::al) {
    emitter_.need_all_home();
    emitter_.leave_with(Exit::svc, place_of(step), step.insn.imm);
    return true;
  }
  return false;
}

}  // namespace sigtape::jit
