// Guest: sets up the space, the code and the engine.
#include "tests/cpu/guest.h"

#include "core/isa/decode.h"

namespace sigtape::cpu {

Guest::Guest(Isa isa, std::initializer_list<Code> code) : space(std::move(*mem::Space::reserve())) {
  mem::Prot rw{.read = true, .write = true}, rwx{.read = true, .write = true, .exec = true};
  auto map = [&](u32 at, u32 bytes, mem::Prot prot) {
    REQUIRE(space->map_anonymous(GuestAddr{at}, bytes, prot, mem::Sharing::private_, "") == 0);
  };
  map(code_begin, 0x2000, rwx);
  map(data_begin, data_end - data_begin, rw);
  map(stack_top - 0x1000, 0x1000, rw);
  engine = make_interpreter(*space);
  add_code(code_begin, isa, code);
  pc = code_begin;
  sp = stack_top;
  state.thumb = isa == Isa::thumb;
}

void Guest::add_code(u32 address, Isa isa, std::initializer_list<Code> code) {
  for (const Code& one : code) {
    addresses_.push_back(address);
    if (isa == Isa::a32) {
      set_word(address, one.bits);
      address += 4;
    } else {
      if (one.bits > 0xffff) {
        REQUIRE(space->store(GuestAddr{address}, static_cast<u16>(one.bits >> 16)));
        address += 2;
      }
      REQUIRE(space->store(GuestAddr{address}, static_cast<u16>(one.bits)));
      address += 2;
    }
  }
}

Stop Guest::run() { return run(addresses_.size()); }
Stop Guest::run(u64 budget) { return engine->run(state, budget); }

}  // namespace sigtape::cpu
