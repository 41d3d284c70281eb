// Guest: sets up the space, the code and the engine.
#include "tests/cpu/guest.h"

#include <cstdlib>

#include "core/base/bits.h"
#include "core/isa/decode.h"
#include "core/isa/text.h"
#include "core/jit/check.h"
#include "core/jit/jit.h"

namespace sigtape::cpu {

namespace {

// SIGTAPE_TEST_ENGINE chooses: interpreter (the default), jit, or check.
std::unique_ptr<Engine> make_engine(mem::Space& space) {
  const char* name = std::getenv("SIGTAPE_TEST_ENGINE");
  auto kind = engine_of(name ? name : "interpreter");
  REQUIRE_MESSAGE(kind, "SIGTAPE_TEST_ENGINE is ", engine_names);
  if (*kind == EngineKind::jit) return *jit::make_jit(space, {.warm = 0});
  if (*kind == EngineKind::check) return *jit::make_check(space);
  return make_interpreter(space);
}

}  // namespace

Guest::Guest(Isa isa, std::initializer_list<Code> code) : space(*mem::Space::reserve()) {
  engine = make_engine(*space);  // before anything is mapped, as the check engine wants to know of every store
  mem::Prot rw{.read = true, .write = true}, rwx{.read = true, .write = true, .exec = true};
  auto map = [&](u32 at, u32 bytes, mem::Prot prot) {
    REQUIRE(space->map_anonymous(GuestAddr{at}, bytes, prot, mem::Sharing::private_, "") == 0);
  };
  map(code_begin, 0x2000, rwx);
  map(data_begin, data_end - data_begin, rw);
  map(stack_top - 0x1000, 0x1000, rw);
  add_code(code_begin, isa, code);
  pc = code_begin;
  sp = stack_top;
  state.thumb = isa == Isa::thumb;
}

namespace {

// `it` follows the IT blocks of the listing.
isa::Insn decode(Isa isa, u32 bits, u8& it) {
  if (isa == Isa::a32) return isa::decode_a32(bits);
  u16 first = static_cast<u16>(bits > 0xffff ? bits >> 16 : bits);
  isa::Insn insn = isa::decode_thumb(first, static_cast<u16>(bits), it);
  it = insn.op == isa::Op::it ? static_cast<u8>(insn.imm) : isa::it_advance(it);
  return insn;
}

}  // namespace

void Guest::add_code(u32 address, Isa isa, std::initializer_list<Code> code) {
  u8 it = 0;
  for (const Code& one : code) {
    addresses_.push_back(address);
    isa::Insn insn = decode(isa, one.bits, it);
    if (one.text) CHECK(isa::text_of(insn, address) == std::string(one.text));
    u32 in_memory = insn.width == 4 && isa == Isa::thumb ? rotate_right(one.bits, 16) : one.bits;
    REQUIRE(space->write(GuestAddr{address}, bytes_of(in_memory).first(insn.width)));
    address += insn.width;
  }
}

Stop Guest::run() { return run(addresses_.size()); }
Stop Guest::run(u64 budget) { return engine->run(state, budget); }

}  // namespace sigtape::cpu
