// The code that all translations share: the way in, the ways out, the call of the interpreter.
#pragma once
#include "core/jit/assembler.h"
#include "core/jit/context.h"
#include "core/jit/emitter.h"

namespace sigtape::jit {

struct Stubs {
  Emitter::Stubs for_code;                                   // in the view that is written
  void (*enter)(Context*, const u8* translation) = nullptr;  // these two in the view that is executed
  const u8* fault = nullptr;                                 // where a host fault in translated code goes on
};

// Written at as.at(). `distance`: from the view that is written to the one that is executed.
Stubs emit_stubs(Assembler& as, std::ptrdiff_t distance);

// Finds what Context has of FPSCR as it is now.
void judge_fpscr(Context& context);

// Between the flags of the state and those of translated code.
inline void take_flags(Context& context) {
  cpu::Flags& flags = context.state.flags;
  u32 image = context.flags_image;
  flags.n = (image >> 15) & 1;
  flags.z = (image >> 14) & 1;
  flags.v = image & 1;
  flags.c = context.c;
}
inline void put_flags(Context& context) {
  const cpu::Flags& flags = context.state.flags;
  context.flags_image = (u32{flags.n} << 15) | (u32{flags.z} << 14) | flags.v;
  context.c = flags.c;
  if (context.state.fpscr != context.judged_fpscr) judge_fpscr(context);
}

}  // namespace sigtape::jit
