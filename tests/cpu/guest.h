// Guest: a few instructions, registers and memory to try them on; for tests of semantics.
#pragma once
#include <doctest/doctest.h>

#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>

#include "core/cpu/interpreter.h"
#include "core/cpu/state.h"
#include "core/mem/space.h"

namespace sigtape::cpu {

// An instruction and its text, which is compared with the disassembler's. T32: first halfword on top.
struct Code {
  u32 bits;
  const char* text;
};
enum class Isa : u8 { a32, thumb };

struct FlagsView {
  u8 &n, &z, &c, &v, &q, &ge;
  std::string text() const {
    return std::string{n ? 'N' : 'n', z ? 'Z' : 'z', c ? 'C' : 'c', v ? 'V' : 'v'} + (q ? "Q" : "");
  }
  friend bool operator==(const FlagsView& a, const char* text) { return a.text() == text; }
  friend std::ostream& operator<<(std::ostream& out, const FlagsView& a) { return out << a.text(); }
};

// Code is at code_begin; two pages at data_begin can be read and written, the page after them can not; stack_top is the
// end of a third page. All registers are 0 but sp and pc.
class Guest {
 public:
  static constexpr u32 code_begin = 0x8000, data_begin = 0x10000, data_end = 0x12000, stack_top = 0x21000;

  Guest(std::initializer_list<Code> code) : Guest(Isa::a32, code) {}
  Guest(Isa isa, std::initializer_list<Code> code);
  Guest(const Guest&) = delete;

  // Runs the instructions once each (fewer where one stops), or `budget` of them.
  Stop run();
  Stop run(u64 budget);
  // The address of instruction number `index`.
  u32 address_of(u32 index) const { return addresses_.at(index); }
  void add_code(u32 address, Isa isa, std::initializer_list<Code> code);

  u32 word(u32 address) const { return space->load<u32>(GuestAddr{address}).value(); }
  void set_word(u32 address, u32 value) { REQUIRE(space->store(GuestAddr{address}, value)); }
  u8 byte(u32 address) const { return space->load<u8>(GuestAddr{address}).value(); }
  void set_byte(u32 address, u8 value) { REQUIRE(space->store(GuestAddr{address}, value)); }

  std::unique_ptr<mem::Space> space;
  std::unique_ptr<Engine> engine;
  State state;
  u32 &r0 = state.r[0], &r1 = state.r[1], &r2 = state.r[2], &r3 = state.r[3], &r4 = state.r[4], &r5 = state.r[5],
      &r6 = state.r[6], &r7 = state.r[7], &r8 = state.r[8], &r9 = state.r[9], &r10 = state.r[10], &r11 = state.r[11],
      &r12 = state.r[12], &sp = state.r[13], &lr = state.r[14], &pc = state.r[15];
  FlagsView flags{state.flags.n, state.flags.z, state.flags.c, state.flags.v, state.flags.q, state.flags.ge};

 private:
  std::vector<u32> addresses_;
};

}  // namespace sigtape::cpu
