// Handlers of loads and stores in the addressing modes that compilers use most.
#include "core/cpu/direct.h"
#include "core/cpu/memory.h"

namespace sigtape::cpu {

namespace {

using isa::Form;
using isa::Insn;
using isa::Op;
using isa::Shift;

template <bool up>
struct ConstantOffset : Insn {  // [n, #+-imm]
  static constexpr Form form = Form::mem_imm;
  static constexpr bool pre = true, write_back = false, add = up;
};
template <bool before, bool up>
struct Moved : Insn {  // [n, #+-imm]! and [n], #+-imm
  static constexpr Form form = Form::mem_imm;
  static constexpr bool pre = before, write_back = true, add = up;
};
struct RegisterOffset : Insn {  // [n, m, lsl #amount]
  static constexpr Form form = Form::mem_reg;
  static constexpr Shift shift = Shift::lsl;
  static constexpr bool pre = true, write_back = false, add = true;
};

using M = Direct<false>;

struct Shapes {
  Handler up, down, by_register;
  Handler moved[2][2];  // [pre][add]
};

#define SHAPES(name)                                                                                                \
  case Op::name: {                                                                                                  \
    static constexpr Shapes shapes{                                                                                 \
        run<M, ConstantOffset<true>, semantics::name>,                                                              \
        run<M, ConstantOffset<false>, semantics::name>,                                                             \
        run<M, RegisterOffset, semantics::name>,                                                                    \
        {{run<M, Moved<false, false>, semantics::name>, run<M, Moved<false, true>, semantics::name>},               \
         {run<M, Moved<true, false>, semantics::name>, run<M, Moved<true, true>, semantics::name>}}};               \
    return &shapes;                                                                                                 \
  }

const Shapes* shapes_of(Op op) {
  switch (op) {
    SHAPES(ldr) SHAPES(ldrb) SHAPES(ldrh) SHAPES(ldrsb) SHAPES(ldrsh) SHAPES(str) SHAPES(strb) SHAPES(strh)
    default: return nullptr;
  }
}

}  // namespace

Handler memory_handler(const Insn& i) {
  if (mentions_pc(i)) return nullptr;
  const Shapes* shapes = shapes_of(i.op);
  if (!shapes) return nullptr;
  if (i.form == Form::mem_imm) {
    if (i.write_back) return shapes->moved[i.pre][i.add];
    return i.add ? shapes->up : shapes->down;
  }
  return i.pre && !i.write_back && i.add && i.shift == Shift::lsl ? shapes->by_register : nullptr;
}

}  // namespace sigtape::cpu
