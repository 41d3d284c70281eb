// The shared code. Calling convention: System V AMD64 ABI; rbx, rbp and r12-r15 are the caller's.
#include "core/jit/stubs.h"

#include <algorithm>

#include "core/cpu/float.h"

namespace sigtape::jit {

namespace {

constexpr Reg callee_saved[] = {Reg::rbx, Reg::rbp, Reg::r12, Reg::r13, Reg::r14, Reg::r15};
constexpr Reg caller_saved[] = {Reg::rsi, Reg::rdi, Reg::r8, Reg::r9, Reg::r10, Reg::r11};

// Of FPSCR: what must be as it usually is for host arithmetic.
constexpr u32 usual_mask = cpu::fp::rounding_mask | cpu::fp::flush_to_zero | cpu::fp::ixc;

Mem at(std::size_t offset, i32 pushed = 0) {
  Mem m = in_context(offset);
  m.offset += pushed;
  return m;
}

void keep_registers(Assembler& as, i32 pushed) {
  for (u8 r = 0; r < 15; r++) {
    if (host_register(r) == Reg::none) continue;
    Mem slot = guest_slot(r);
    slot.offset += pushed;
    as.store(slot, host_register(r));
  }
  as.store(at(offsetof(Context, flags_image), pushed), Reg::rax);
}

void fetch_registers(Assembler& as, i32 pushed) {
  for (u8 r = 0; r < 15; r++) {
    if (host_register(r) == Reg::none) continue;
    Mem slot = guest_slot(r);
    slot.offset += pushed;
    as.load(host_register(r), slot);
  }
  as.load(Reg::rax, at(offsetof(Context, flags_image), pushed));
}

void back_to_host(Assembler& as) {
  as.store64(at(offsetof(Context, counter)), Reg::r15);
  as.load64(Reg::rsp, at(offsetof(Context, host_rsp)));
  for (std::size_t i = std::size(callee_saved); i-- > 0;) as.pop(callee_saved[i]);
  as.ret();
}

}  // namespace

Stubs emit_stubs(Assembler& as, std::ptrdiff_t distance) {
  Stubs stubs;
  // enter(context, translation)
  stubs.enter = reinterpret_cast<void (*)(Context*, const u8*)>(as.at() + distance);
  for (Reg r : callee_saved) as.push(r);
  as.store64({.base = Reg::rdi, .offset = offsetof(Context, host_rsp)}, Reg::rsp);
  as.mov64(Reg::rsp, Reg::rdi);
  as.mov64(Reg::r14, Reg::rsi);
  as.load64(Reg::r15, at(offsetof(Context, counter)));
  fetch_registers(as, 0);
  as.jump(Reg::r14);

  // miss: the table has nothing for the guest address in ecx. It lies where the table's zeros lead to.
  stubs.for_code.miss = as.at();
  as.mov(Reg::rdx, no_link);
  // exit: ecx is exit_pc, edx is exit_link
  stubs.for_code.exit = as.at();
  as.store(at(offsetof(Context, exit_pc)), Reg::rcx);
  as.store(at(offsetof(Context, exit_link)), Reg::rdx);
  u8* leave = as.at();
  keep_registers(as, 0);
  back_to_host(as);

  stubs.fault = as.at() + distance;
  as.store(at(offsetof(Context, exit_kind)), static_cast<u32>(Exit::fault));
  as.jump(leave);

  // interpret: called with the place in ecx and what step() is to know in edx
  stubs.for_code.interpret = as.at();
  as.alu64(Alu::sub, Reg::rsp, 8);  // the stack is aligned to 16 at the call
  constexpr i32 pushed = 16;
  keep_registers(as, pushed);
  as.lea64(Reg::rdi, at(0, pushed));
  as.mov(Reg::rsi, Reg::rcx);
  as.call(at(offsetof(Context, step), pushed));
  as.test(Reg::rax, Reg::rax);
  u8* leaves = as.jump(Cc::ne);
  fetch_registers(as, pushed);
  as.alu64(Alu::add, Reg::rsp, 8);
  as.ret();
  as.bind(leaves);
  as.alu64(Alu::add, Reg::rsp, pushed);
  back_to_host(as);

  auto move_if_lost = [&](u8 r, bool back) {
    if (std::find(std::begin(caller_saved), std::end(caller_saved), host_register(r)) == std::end(caller_saved)) return;
    Mem slot = guest_slot(r);
    slot.offset += pushed;
    if (back)
      as.load(host_register(r), slot);
    else
      as.store(slot, host_register(r));
  };
  // note_fpscr: judge_fpscr(), called after FPSCR has changed; changes rcx, rdx and EFLAGS.
  auto note_fpscr = [&](i32 offset) {
    as.load(Reg::rcx, at(offsetof(Context, state) + offsetof(cpu::State, fpscr), offset));
    as.store(at(offsetof(Context, judged_fpscr), offset), Reg::rcx);
    as.mov(Reg::rdx, Reg::rcx);
    as.alu(Alu::and_, Reg::rcx, usual_mask);
    as.alu(Alu::xor_, Reg::rcx, at(offsetof(Context, usual_fpscr), offset));
    as.neg(Reg::rcx);  // CF: not 0
    as.alu(Alu::sbb, Reg::rcx, Reg::rcx);
    as.store(at(offsetof(Context, unusual_vfp), offset), Reg::rcx);
    as.not_(Reg::rcx);
    as.alu(Alu::and_, Reg::rcx, normal_range(true));
    as.store(at(offsetof(Context, normal_double), offset), Reg::rcx);
    as.alu(Alu::and_, Reg::rcx, normal_range(false));
    as.store(at(offsetof(Context, normal_single), offset), Reg::rcx);
    as.alu(Alu::and_, Reg::rdx, cpu::fp::ixc);
    as.alu(Alu::cmp, Reg::rdx, 1);  // CF: 0
    as.alu(Alu::sbb, Reg::rdx, Reg::rdx);
    as.store(at(offsetof(Context, unusual_neon), offset), Reg::rdx);
    as.load(Reg::rcx, at(offsetof(Context, state) + offsetof(cpu::State, fpscr), offset));
    as.alu(Alu::xor_, Reg::rcx, at(offsetof(Context, usual_fpscr), offset));
    as.alu(Alu::and_, Reg::rcx, cpu::fp::flush_to_zero);
    as.store(at(offsetof(Context, other_flush), offset), Reg::rcx);
  };
  stubs.for_code.note_fpscr = as.at();
  note_fpscr(8);
  as.ret();

  // call_simd: a SimdData function, by its place in the table in edx; ecx is the instruction's. Changes rcx, rdx,
  // EFLAGS, xmm registers.
  stubs.for_code.call_simd = as.at();
  as.alu64(Alu::sub, Reg::rsp, 8);
  for (u8 r = 0; r < 15; r++) move_if_lost(r, false);
  as.store(at(offsetof(Context, flags_image), pushed), Reg::rax);
  as.mov64(Reg::rsi, Reg::rcx);
  as.lea64(Reg::rdi, at(offsetof(Context, state), pushed));
  as.load64(Reg::rax, at(offsetof(Context, simd_functions), pushed));
  as.call(Mem{.base = Reg::rax, .index = Reg::rdx, .scale = 3});
  for (u8 r = 0; r < 15; r++) move_if_lost(r, true);
  as.load(Reg::rax, at(offsetof(Context, flags_image), pushed));
  note_fpscr(pushed);
  as.alu64(Alu::add, Reg::rsp, 8);
  as.ret();
  return stubs;
}

void judge_fpscr(Context& context) {
  u32 fpscr = context.judged_fpscr = context.state.fpscr;
  context.unusual_vfp = (fpscr & usual_mask) == context.usual_fpscr ? 0 : ~0u;
  context.other_flush = (fpscr ^ context.usual_fpscr) & cpu::fp::flush_to_zero;
  context.normal_single = normal_range(false) & ~context.unusual_vfp;
  context.normal_double = normal_range(true) & ~context.unusual_vfp;
  context.unusual_neon = fpscr & cpu::fp::ixc ? 0 : ~0u;
}

}  // namespace sigtape::jit
