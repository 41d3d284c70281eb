// Random code and random registers for the comparison with an ARM machine, in batches.
#pragma once
#include <array>
#include <random>
#include <string>
#include <vector>

#include "core/isa/decode.h"
#include "tests/cpu/oracle_protocol.h"

namespace sigtape::cpu::oracle {

struct Piece {  // one instruction
  u32 bits = 0;
  isa::Insn insn;
  const isa::Row* row = nullptr;  // null: a random word
};

// A few instructions, and behind them a jump to the landing or a BKPT (where a jump would not do: with big-endian data,
// after SETEND, inside an IT block).
struct Program {
  std::vector<Piece> pieces;
  u32 begin = 0, end = 0;
  bool stops_at_breakpoint = false;
};

struct Batch {
  bool thumb = false;
  std::vector<Program> programs;
  std::vector<OracleCase> cases;
  std::vector<u32> program_of;  // by case
  std::array<u8, ORACLE_CODE_SIZE> code{};
  std::array<u8, ORACLE_DATA_SIZE> data{};

  const Program& program(u32 number) const { return programs[program_of[number]]; }
  // One case, of its program only so many instructions, with nothing else in the code that it could branch to.
  Batch only(u32 number, u32 length) const;
  Batch without(const std::vector<bool>& dropped) const;
  std::string text(u32 number) const;
};

struct Extent {
  u32 length = 1;  // instructions of a program
  u32 states = 4;  // register states that each program is run with
};

// Rows in turn, and now and then a random word.
class Generator {
 public:
  Generator(u64 seed, bool thumb, Extent extent);
  Batch batch();
  const std::vector<const isa::Row*>& rows() const { return rows_; }
  void only(std::vector<const isa::Row*> rows) { rows_ = std::move(rows); }

 private:
  u32 word();
  u32 below(u32 n) { return static_cast<u32>(u64{word()} * n >> 32); }
  bool one_in(u32 n) { return below(n) == 0; }
  u32 any_word();
  u32 any_single();
  u64 any_double();
  u64 any_register();
  u32 any_place();
  Piece any_piece(u8 it);
  Piece piece_of_row(const isa::Row& row, u8 it);
  Piece load_before(const isa::Insn& store);
  Program any_program();
  void write(Batch& batch, Program& program, u32 at);
  OracleCase any_case(const Program& program);
  void aim(OracleCase& c, const isa::Insn& insn);

  std::mt19937_64 random_;
  u64 left_ = 0;
  bool thumb_, have_left_ = false;
  Extent extent_;
  std::vector<const isa::Row*> rows_;
  std::size_t next_row_ = 0;
};

bool is_memory(const isa::Insn& insn);
bool is_store(const isa::Insn& insn);
u32 ignored_bits(const isa::Row& row);

}  // namespace sigtape::cpu::oracle
