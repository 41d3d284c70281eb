// The shared code. Calling convention: System V AMD64 ABI; rbx, rbp and r12-r15 are the caller's.
#include "core/jit/stubs.h"

namespace sigtape::jit {

namespace {

constexpr Reg callee_saved[] = {Reg::rbx, Reg::rbp, Reg::r12, Reg::r13, Reg::r14, Reg::r15};

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
  return stubs;
}

void take_flags(Context& context) {
  cpu::Flags& flags = context.state.flags;
  u32 image = context.flags_image;
  flags.n = (image >> 15) & 1;
  flags.z = (image >> 14) & 1;
  flags.v = image & 1;
  flags.c = context.c;
}

void put_flags(Context& context) {
  const cpu::Flags& flags = context.state.flags;
  context.flags_image = (u32{flags.n} << 15) | (u32{flags.z} << 14) | flags.v;
  context.c = flags.c;
}

}  // namespace sigtape::jit
