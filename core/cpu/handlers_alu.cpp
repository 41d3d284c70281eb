// Handlers of data processing, with the operand's shape and S known at compile time.
#include "core/cpu/alu.h"
#include "core/cpu/direct.h"

namespace sigtape::cpu {

namespace {

using isa::Form;
using isa::Insn;
using isa::Op;
using isa::Shift;

// Types that hide members of Insn by constants, for the semantics' `if`s to fold.
template <bool flags>
struct Constant : Insn {
  static constexpr Form form = Form::imm;
  static constexpr bool set_flags = flags;
};
template <bool flags>
struct Register : Insn {
  static constexpr Form form = Form::reg;
  static constexpr Shift shift = Shift::lsl;
  static constexpr u8 amount = 0;
  static constexpr bool set_flags = flags;
};
template <bool flags>
struct ShiftedRegister : Insn {
  static constexpr Form form = Form::reg;
  static constexpr bool set_flags = flags;
};

using M = Direct<false>;

struct Shapes {
  Handler constant[2], plain[2], shifted[2];
};

#define SHAPES(name)                                                                          \
  case Op::name: {                                                                            \
    static constexpr Shapes shapes{                                                           \
        {run<M, Constant<false>, semantics::name>, run<M, Constant<true>, semantics::name>},  \
        {run<M, Register<false>, semantics::name>, run<M, Register<true>, semantics::name>},  \
        {run<M, ShiftedRegister<false>, semantics::name>, run<M, ShiftedRegister<true>, semantics::name>}}; \
    return &shapes;                                                                           \
  }

const Shapes* shapes_of(Op op) {
  switch (op) {
    SHAPES(and_) SHAPES(eor) SHAPES(sub) SHAPES(rsb) SHAPES(add) SHAPES(adc) SHAPES(sbc) SHAPES(tst) SHAPES(teq)
    SHAPES(cmp) SHAPES(cmn) SHAPES(orr) SHAPES(mov) SHAPES(bic) SHAPES(mvn) SHAPES(orn)
    default: return nullptr;
  }
}

}  // namespace

Handler alu_handler(const Insn& i) {
  if (mentions_pc(i)) return nullptr;
  const Shapes* shapes = shapes_of(i.op);
  if (!shapes) return nullptr;
  if (i.form == Form::imm) return shapes->constant[i.set_flags];
  if (i.form != Form::reg) return nullptr;
  if (i.shift == Shift::lsl && i.amount == 0) return shapes->plain[i.set_flags];
  return shapes->shifted[i.set_flags];
}

}  // namespace sigtape::cpu
