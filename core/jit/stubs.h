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

// Between the flags of the state and those of translated code.
void take_flags(Context& context);
void put_flags(Context& context);

}  // namespace sigtape::jit
