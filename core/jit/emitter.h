// From the nodes of one instruction to x86-64 code; follows where the guest's flags are meanwhile.
//
// Guest registers r0-r7, sp and lr live in host registers across blocks, r8-r12 in the context. rcx, rdx and r14 are
// free within an instruction, rax has the flags that are at home, r15 counts instructions down, rsp is the context.
// Where an instruction is too much for three free registers, failed() tells, and the interpreter does it.
#pragma once
#include <vector>

#include "core/jit/assembler.h"
#include "core/jit/context.h"
#include "core/jit/flag_state.h"
#include "core/jit/node.h"
#include "core/jit/simd.h"

namespace sigtape::jit {

// A host instruction that can fault, and what is needed to get the guest's state from there.
struct FaultPoint {
  u32 offset = 0;  // of the host instruction in the code memory
  u16 index = 0;   // of the guest instruction in its block
  FlagState flags;
  bool flags_apart = false;  // what belongs into rax is in Context::flags_apart
};

Reg host_register(u8 guest);  // Reg::none for those in the context
Mem in_context(std::size_t offset);
Mem guest_slot(u8 guest);

class Emitter {
 public:
  // Common code that translations call and jump to.
  struct Stubs {
    const u8 *exit = nullptr, *miss = nullptr, *interpret = nullptr, *call_simd = nullptr, *note_fpscr = nullptr;
  };
  // Beside the place in what the `interpret` stub is told: translated code is not come back to.
  static constexpr u32 leaves_after = 1u << 24;
  Assembler as;

  void begin_block(const u8* code_begin, const Stubs& stubs, i32 table_distance);
  // Whether other processes see what is stored, and when. Threads of one take turns, which order everything.
  void set_memory_is_shared(bool shared) { memory_is_shared_ = shared; }
  void set_nodes(std::vector<Node>* nodes) { nodes_ = nodes; }

  // The step's nodes. False: nothing was emitted that counts; the caller goes back to where it was.
  bool emit(const Step& step, u16 index);
  // Whether the instruction is under a condition and does nothing but compute a register, cheaply.
  bool is_conditional_move(const Step& step) const;
  // emit() for these: computed always, moved where the condition holds, no branch that could be mispredicted.
  bool emit_conditional_move(const Step& step, u16 index);
  // The interpreter does it: the state is made exact before.
  void emit_interpreted(const Step& step, u16 index);

  // --- flags
  const FlagState& flags() const { return flags_; }
  void set_flags(const FlagState& flags) { flags_ = flags; }
  // Brings the parts home; leaves EFLAGS alone where it can, and tells whether it did.
  void bring_home(Part parts);
  // Whatever the step, or what follows it, may look at; and all of them, EFLAGS being left alone if that is possible.
  void bring_home_for(const Step& step);
  void need_all_home();
  // The condition as one that x86 can test now; EFLAGS are not to be changed before the test.
  Cc condition(isa::Cond cond);

  // --- leaving in the middle of the block, where the flags stay where they are
  Cc exit_condition(isa::Cond cond);
  Cc exit_zero(u8 guest, bool zero);
  void exit_if(Cc cc, u32 target, u32 undone);

  // --- leaving: to be emitted where the block ends
  void jump_direct(u32 target);  // target with bit 0
  void jump_direct_if(Cc cc, u32 target);
  void jump_indirect(Reg target);  // rcx, with bit 0
  void leave_with(Exit kind, u32 pc, u32 detail);
  void block_head(u32 pc, u32 instructions);
  // The block's instructions are counted once more; jumps from the place that is returned where they are not due any
  // more, the flags being at home there. Of the flags of before only those that are `live` are kept.
  u8* count_turn(Part live);
  void uncount_turn();  // all flags must be at home
  // The ways out that are taken seldom; they need not stand behind the block.
  void emit_ways_out();

  // A jump that is patched when its target is translated.
  struct Link {
    u8* place;
    u32 target;
    const u8* stub = nullptr;
  };
  std::vector<Link>& links() { return links_; }
  std::vector<FaultPoint>& faults() { return faults_; }
  // Offsets in the code memory of words that hold guest addresses.
  std::vector<u32>& addresses() { return addresses_; }
  u32 first_link_number = 0;
  Simd& simd() { return simd_; }

 private:
  friend class Simd;
  struct SlowPath {
    u8* from;
    const u8* back;
    u32 pc, detail;
    FlagState flags;
  };
  struct SideExit {
    u8* from;
    u32 target, undone;
    FlagState flags;
  };
  struct Expiry {
    u8* from;
    u32 pc, instructions;
  };

  void begin_step(const Step& step, u16 index);
  Node& node(u16 id) { return (*nodes_)[id]; }
  Reg allocate();
  void free_register(Reg r);
  bool is_free(Reg r) const { return free_ & (1u << static_cast<u8>(r)); }
  static bool is_scratch(Reg r);  // one that no guest register lives in
  void release(u16 id);
  bool constant(u16 id, u32& value) const;
  Reg reg_of(u16 id);
  void into(Reg d, u16 id);
  Reg near(Reg d, u16 id);
  void compute(Reg d, u16 id);
  void compute_add(Reg d, const Node& n);
  void compute_sub(Reg d, const Node& n);
  void compute_logic(Reg d, const Node& n, u16 id);
  void compute_shift(Reg d, const Node& n);
  void compute_shifted(Reg d, const Node& n);
  void compute_sum(Reg d, u16 id, bool wants_value);

  // --- emitter_long.cpp
  void compute_long(Reg d, const Node& n);
  void into_long(Reg d, u16 id);
  void compute_product(Reg d, const Node& n);
  bool add_in_place(u16 id);
  void compute_long_sum(Reg d, const Node& n);
  void compute_call(Reg d, const Node& n);
  bool compute_short(Reg d, const Node& n);
  void compute_division(const Node& n, bool is_signed);
  void compute_uadd8(const Node& n);
  void compute_saturating(const Node& n, bool subtracts, bool doubles);
  void compute_saturated(const Node& n, bool is_unsigned);
  void put_saturation(Reg value, Cc cc, Reg t);
  void compute_parallel(const Node& n, u32 index);
  void compute_differences(const Node& n);
  void compute_saturated_halves(const Node& n, bool is_unsigned);
  void compute_function(const Node& n);
  void set_place(u16 id, Reg r) { node(id).place = static_cast<u8>(r) + 1; }
  void alu_operand(Alu op, Reg d, u16 id);
  Mem address(u16 id);
  void release_address(u16 id) { release(id); }
  Cc test_bool(u16 id);
  void move_constant(Reg d, u32 value, bool is_address);

  void emit_effect(u16 id);
  void emit_load(u16 id);
  void emit_store(u16 id);
  void emit_load_exclusive(u16 id);
  void emit_store_exclusive(u16 id);
  void emit_set_reg(u16 id);
  void emit_set_nz(u16 id);
  void emit_set_nz_long(u16 id);
  void emit_set_nzc(u16 id);
  void emit_set_nzcv(u16 id);
  void emit_shifted_carry(u16 id);
  void emit_need(u16 id);
  void emit_q(u16 id);
  void emit_branch(u16 id);
  void value_for_flags(u16 value, u16 effect);
  Reg early_target(u16 value, u16 after, bool served);
  u16 count_in(u16 root, u16 id) const;
  void keep_old(u8 guest, u16 value);
  void slow_path(Cc cc);
  void call_interpreter(const FlagState& flags, u32 pc, u32 detail);

  void will_clobber();  // EFLAGS are about to be lost
  void spill(Part parts);
  void overwritten(u8 guest);
  void defined(Part parts, Part in_eflags, bool borrow);
  void fault_point();
  void note_address() { addresses_.push_back(static_cast<u32>(as.at() - 4 - code_begin_)); }

  std::vector<Node>* nodes_ = nullptr;
  const Step* step_ = nullptr;
  u16 index_ = 0;
  u32 instructions_ = 0;  // of the block
  u32 interpreter_detail() const { return u32{index_} | (instructions_ << 8) | (u32{step_->it} << 16); }
  const u8* code_begin_ = nullptr;
  Stubs stubs_;
  i32 table_distance_ = 0;
  u32 free_ = 0;
  bool memory_is_shared_ = false;
  bool failed_ = false;
  FlagState flags_;
  Part needed_ = Part::all;    // of the flags as they are now
  u16 carry_of_ = 0xffff;      // the sum whose carry is in CF
  u16 result_flags_ = 0xffff;  // the node whose N and Z are in EFLAGS already
  std::vector<Link> links_;
  std::vector<FaultPoint> faults_;
  std::vector<u32> addresses_;
  std::vector<SlowPath> slow_;
  std::vector<SideExit> side_exits_;
  std::vector<Expiry> expiries_;
  Simd simd_{*this};
};

}  // namespace sigtape::jit
