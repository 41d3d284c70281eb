// Random instructions of the rows, registers that are interesting for them, and the code around them.
#include "tests/cpu/oracle_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/bits.h"
#include "core/base/bytes.h"
#include "core/isa/text.h"
#include "tests/isa/rows.h"

namespace sigtape::cpu::oracle {

using isa::Form;
using isa::Insn;
using isa::Op;
using isa::Table;

namespace {

constexpr u32 slot_bytes = 64;
constexpr u32 setend_bit = 0x200;

// What a branch lands on: UDF.
u8 filler(bool thumb, u32 at) { return static_cast<u8>((thumb ? 0xdede'dede : 0xe7f0'def0) >> (at % 4 * 8)); }
u32 bkpt(bool thumb) { return thumb ? 0xbe00 : 0xe120'0070; }

bool is_exclusive_store(Op op) { return op == Op::strex || op == Op::strexb || op == Op::strexh || op == Op::strexd; }

// VFP and Advanced SIMD rows are written in their A32 form (ARM ARM A7.1).
u32 t32_of_simd(u32 word) {
  if (word >> 25 == 0b1111001) return 0xef00'0000 | (word & 0x0100'0000) << 4 | (word & 0x00ff'ffff);
  if (word >> 24 == 0xf4) return 0xf900'0000 | (word & 0x00ff'ffff);
  return word;
}

// Undefined here and with r15 where a base register stands: who executes it may jump to anywhere, also in circles.
bool refused_with_pc(const Piece& piece) {
  return piece.insn.op == Op::undefined && piece.insn.width == 4 && bits(piece.bits, 19, 16) == 15;
}

// UNPREDICTABLE inside an IT block: some instructions always, branches anywhere but at its end.
bool bad_in_it_block(const Insn& i, u32 bits, u8 it) {
  if (!isa::in_it_block(it)) return false;
  if (bits >> 8 == 0xbf && bits & 15) return true;  // IT, also of the condition 1111, which is refused
  switch (i.op) {
    case Op::cbz:
    case Op::cbnz:
    case Op::setend:
    case Op::cps: return true;
    case Op::b:
      if (isa::row_of_thumb(static_cast<u16>(bits > 0xffff ? bits >> 16 : bits), static_cast<u16>(bits))->conditional)
        return true;
      break;
    default: break;
  }
  bool last = (it & 15) == 8;
  bool branches = i.form == Form::branch || i.form == Form::branch_m || i.form == Form::table || i.d == 15 ||
                  i.t == 15 || (i.form == Form::list && (i.list & 0x8000));
  return branches && !last;
}

// Undefined on an ARMv7 CPU; QEMU takes these two HLT of ARMv8 for calls of its own (semihosting).
bool calls_the_reference(bool thumb, u32 bits) { return bits == (thumb ? 0xbabc : 0xe10f'0070); }

Insn decode(bool thumb, u32 bits, u8 it) {
  if (!thumb) return isa::decode_a32(bits);
  if (bits <= 0xffff) return isa::decode_thumb(static_cast<u16>(bits), 0, it);
  return isa::decode_thumb(static_cast<u16>(bits >> 16), static_cast<u16>(bits), it);
}
const isa::Row* row_of(bool thumb, u32 bits) {
  if (!thumb) return isa::row_of_a32(bits);
  if (bits <= 0xffff) return isa::row_of_thumb(static_cast<u16>(bits), 0);
  return isa::row_of_thumb(static_cast<u16>(bits >> 16), static_cast<u16>(bits));
}

}  // namespace

bool is_memory(const Insn& i) {
  switch (i.form) {
    case Form::mem_imm:
    case Form::mem_reg:
    case Form::list:
    case Form::exclusive:
    case Form::table:
    case Form::vfp_mem:
    case Form::vfp_list:
    case Form::structures:
    case Form::lane:
    case Form::all_lanes: return true;
    default: return false;
  }
}

bool is_store(const Insn& i) {
  switch (i.op) {
    case Op::str:
    case Op::strb:
    case Op::strh:
    case Op::strd:
    case Op::stm:
    case Op::swp:
    case Op::swpb:
    case Op::vstr:
    case Op::vstm:
    case Op::vst1:
    case Op::vst2:
    case Op::vst3:
    case Op::vst4: return true;
    default: return is_exclusive_store(i.op);
  }
}

u32 ignored_bits(const isa::Row& row) {
  u32 ignored = ~row.pattern.fixed.mask;
  for (u8 i = 0; i < row.pattern.run_count; ++i)
    ignored &= ~(((u32{1} << row.pattern.runs[i].width) - 1) << row.pattern.runs[i].shift);
  return row.pattern.width == 16 ? ignored & 0xffff : ignored;
}

Batch Batch::only(u32 number, u32 length) const {
  Batch one = *this;
  one.cases = {cases[number]};
  one.program_of = {program_of[number]};
  Program& p = one.programs[program_of[number]];
  u32 slot = (p.begin - ORACLE_CODE) & ~(slot_bytes - 1), end = slot + slot_bytes;
  if (length < p.pieces.size()) {
    p.pieces.resize(length);
    p.end = p.begin;
    for (const Piece& piece : p.pieces) p.end += piece.insn.width;
    one.cases[0].end = p.end;
    end = p.end - ORACLE_CODE + (thumb ? 2 : 4);
    u32 stop = bkpt(thumb);
    std::memcpy(&one.code[p.end - ORACLE_CODE], &stop, thumb ? 2 : 4);
  }
  for (u32 i = 0; i < code.size(); ++i)
    if (i < slot || i >= end) one.code[i] = filler(thumb, i);
  return one;
}

Batch Batch::without(const std::vector<bool>& dropped) const {
  Batch rest = *this;
  rest.cases.clear();
  rest.program_of.clear();
  for (u32 i = 0; i < cases.size(); ++i) {
    if (dropped[i]) continue;
    rest.cases.push_back(cases[i]);
    rest.program_of.push_back(program_of[i]);
  }
  return rest;
}

std::string Batch::text(u32 number) const {
  std::string text = thumb ? "T32" : "A32";
  for (const Piece& piece : program(number).pieces)
    text += fmt::format("{} {:0{}x} {}", &piece == &program(number).pieces[0] ? ":" : ";", piece.bits,
                        2 * piece.insn.width, isa::text_of(piece.insn, program(number).begin));
  const OracleCase& c = cases[number];
  text += fmt::format("\n  at {:x} cpsr {:08x} fpscr {:08x}\n ", c.target, c.cpsr, c.fpscr);
  for (u32 k = 0; k < 15; ++k) text += fmt::format(" r{}={:x}", k, c.r[k]);
  text += "\n ";
  std::array<bool, 32> shown{};
  for (const Piece& piece : program(number).pieces) {
    if (piece.insn.op < Op::vfp_mla) continue;
    for (u32 r : {piece.insn.d, piece.insn.n, piece.insn.m})
      for (u32 k : {r % 32, (r + 1) % 32, r / 2})
        if (!std::exchange(shown[k], true)) text += fmt::format(" d{}={:016x}", k, c.d[k]);
  }
  return text + "\n";
}

Generator::Generator(u64 seed, bool thumb, Extent extent) : random_(seed), thumb_(thumb), extent_(extent) {
  for (Table table : isa::all_tables)
    if (isa::is_shared(table) || isa::is_thumb(table) == thumb)
      for (const isa::Row& row : isa::rows_of(table)) rows_.push_back(&row);
}

u32 Generator::word() {
  if (have_left_) {
    have_left_ = false;
    return static_cast<u32>(left_);
  }
  left_ = random_();
  have_left_ = true;
  return static_cast<u32>(left_ >> 32);
}

u32 Generator::any_word() {
  static constexpr u32 values[] = {0,           1,           2,           31,          32,          33,     255,
                                   ~0u,         ~1u,         0x7fff'ffff, 0x8000'0000, 0x8000'0001, 0x7fff, 0x8000,
                                   0x7fff'8000, 0x8000'7fff, 0x80,        0x7f80'7f80, 0xffff};
  switch (below(4)) {
    case 0: return values[below(std::size(values))];
    case 1: return static_cast<u32>(static_cast<i32>(word()) >> below(32));
    default: return word();
  }
}

u32 Generator::any_single() {
  u32 r = word();
  switch (below(8)) {
    case 0: return r;
    case 1: return (r & 0x807f'ffff) | (120 + r % 16) << 23;  // near one
    case 2: return (r & 0x8000'0000) | r % 4;                 // zero, denormals
    case 3: return (r & 0x807f'ffff) | 0x7f80'0000;           // NaNs
    case 4: return (r & 0x8000'0000) | (one_in(2) ? 0x7f80'0000 : 0x7f7f'ffff);
    case 5: return (r & 0x807f'ffff) | (r % 4) << 23;         // around the smallest normal number
    case 6: return (r & 0x80f0'0000) | (127 + r % 40) << 23;  // integers
    default: return any_word();
  }
}

u64 Generator::any_double() {
  u64 r = u64{word()} << 32 | word(), sign = r & u64{1} << 63, fraction = r & 0x000f'ffff'ffff'ffff;
  switch (below(8)) {
    case 0: return r;
    case 1: return sign | u64{1016 + r % 16} << 52 | fraction;
    case 2: return sign | r % 4;
    case 3: return sign | u64{0x7ff} << 52 | fraction;
    case 4: return sign | u64{0x7ff} << 52;
    case 5: return sign | u64{r % 4} << 52 | fraction;
    case 6: return sign | u64{1023 + r % 40} << 52 | (fraction & 0x000f'f000'0000'0000);
    default: return sign | u64{800 + r % 448} << 52 | fraction;  // around the range of single precision
  }
}

u64 Generator::any_register() {
  u64 lanes = 0;
  switch (below(4)) {
    case 0: return any_double();
    case 1: {  // bytes at the ends of their ranges
      u32 choice = word();
      for (unsigned k = 0; k < 8; ++k, choice >>= 3)
        lanes |= u64{"\0\1\x7f\x80\x81\xff\x40\x08"[choice & 7] & 0xffu} << 8 * k;
      return lanes;
    }
    default: return u64{any_single()} << 32 | any_single();
  }
}

// An address for a base register: mostly well inside the data, aligned; sometimes near its borders.
u32 Generator::any_place() {
  static constexpr u32 borders[] = {ORACLE_DATA, ORACLE_DATA + 0x1000, ORACLE_DATA + ORACLE_DATA_WRITABLE,
                                    ORACLE_DATA + ORACLE_DATA_SIZE};
  if (one_in(16)) return borders[below(4)] + below(64) - 32;
  u32 place = ORACLE_DATA + 0x1000 + below(16) * 32;
  if (one_in(4)) return place + below(32);
  return place + 4 * below(8);
}

Piece Generator::piece_of_row(const isa::Row& row, u8 it) {
  Piece piece{.row = &row};
  u32 filling = static_cast<u32>(word()), ignored = ignored_bits(row);
  // Ignored bits as they should be, which is all zeros or all ones in each group of four. In stores they are zeros,
  // since an ARM machine that takes such an encoding for undefined has other memory from there on.
  bool stores = is_store({.op = row.op});
  u32 groups = stores || one_in(2) ? 0 : one_in(4) ? 0x1111'1111 : word() & 0x1111'1111;
  filling = (filling & ~ignored) | (groups * 15 & ignored);
  piece.bits = row.pattern.fixed.value | (filling & ~row.pattern.fixed.mask);
  if (row.pattern.width == 16) piece.bits &= 0xffff;
  if (row.conditional && row.pattern.width == 32 && row.pattern.runs[0].shift == 28 && (thumb_ || !one_in(4)))
    piece.bits = (piece.bits & 0x0fff'ffff) | 0xe000'0000;
  bool simd = row.op >= Op::vfp_mla;
  if (thumb_ && simd) piece.bits = t32_of_simd(piece.bits);
  piece.insn = decode(thumb_, piece.bits, it);
  return piece;
}

Piece Generator::any_piece(u8 it) {
  for (;;) {
    if (one_in(32)) {
      Piece piece{.bits = word()};
      if (thumb_ && !isa::is_t32(static_cast<u16>(piece.bits >> 16))) piece.bits >>= 16;
      if (thumb_ && piece.bits <= 0xffff && isa::is_t32(static_cast<u16>(piece.bits))) continue;
      piece.insn = decode(thumb_, piece.bits, it);
      piece.row = row_of(thumb_, piece.bits);
      bool bad = bad_in_it_block(piece.insn, piece.bits, it) || refused_with_pc(piece) ||
                 calls_the_reference(thumb_, piece.bits);
      if (piece.insn.op != Op::svc && piece.insn.op != Op::it && !bad) return piece;
      continue;
    }
    const isa::Row& row = *rows_[next_row_++ % rows_.size()];
    for (unsigned attempt = 0; attempt < 8; ++attempt) {
      Piece piece = piece_of_row(row, it);
      if (row_of(thumb_, piece.bits) != &row || row.op == Op::svc || bad_in_it_block(piece.insn, piece.bits, it) ||
          refused_with_pc(piece))
        continue;
      // As with ignored bits: UNPREDICTABLE stores, and SWP, which a Cortex-A15 has not, are rare.
      bool swaps = row.op == Op::swp || row.op == Op::swpb, refused = piece.insn.op == Op::undefined;
      if ((swaps || (refused && is_store({.op = row.op}))) && !one_in(64)) continue;
      return piece;
    }
  }
}

// The LDREX that a STREX needs: of the same size and place, into registers that the place does not depend on.
Piece Generator::load_before(const Insn& store) {
  u32 to = 2 * below(6);
  if (to == (store.n & ~1u)) to = (to + 2) % 12;
  Piece load;
  u32 common = u32{store.n} << 16 | to << 12;
  switch (store.op) {
    case Op::strexb: load.bits = common | (thumb_ ? 0xe8d0'0f4f : 0xe1d0'0f9f); break;
    case Op::strexh: load.bits = common | (thumb_ ? 0xe8d0'0f5f : 0xe1f0'0f9f); break;
    case Op::strexd: load.bits = common | (thumb_ ? 0xe8d0'007f | (to + 1) << 8 : 0xe1b0'0f9f); break;
    default: load.bits = common | (thumb_ ? 0xe850'0f00 | store.imm / 4 : 0xe190'0f9f); break;
  }
  load.insn = decode(thumb_, load.bits, 0);
  load.row = row_of(thumb_, load.bits);
  return load;
}

Program Generator::any_program() {
  Program program;
  u8 it = 0;
  for (u32 k = 0; k < extent_.length; ++k) {
    if (thumb_ && !isa::in_it_block(it) && one_in(4)) {
      static constexpr u8 masks[] = {8, 8, 8, 4, 12, 2, 14, 1, 15, 7};
      u32 state = below(14) << 4 | masks[below(std::size(masks))];
      Piece piece{.bits = 0xbf00 | state};
      piece.insn = decode(true, piece.bits, 0);
      program.pieces.push_back(piece);
      it = static_cast<u8>(state);
    }
    Piece piece = any_piece(it);
    if (is_exclusive_store(piece.insn.op) && !isa::in_it_block(it) && !one_in(4))
      program.pieces.push_back(load_before(piece.insn));
    it = piece.insn.op == Op::it ? static_cast<u8>(piece.insn.imm) : isa::it_advance(it);
    if (piece.insn.op == Op::setend || piece.insn.op == Op::msr) program.stops_at_breakpoint = true;
    program.pieces.push_back(piece);
  }
  if (isa::in_it_block(it) || one_in(64)) program.stops_at_breakpoint = true;
  return program;
}

void Generator::write(Batch& batch, Program& program, u32 at) {
  auto half = [&](u32 value) {
    store(&batch.code[at], static_cast<u16>(value));
    at += 2;
  };
  auto insn = [&](bool thumb, u32 bits) {
    if (thumb) {
      if (bits > 0xffff) half(bits >> 16);
      return half(bits & 0xffff);
    }
    store(&batch.code[at], bits);
    at += 4;
  };
  program.begin = ORACLE_CODE + at;
  for (const Piece& piece : program.pieces) insn(thumb_, piece.bits);
  program.end = ORACLE_CODE + at;
  if (program.stops_at_breakpoint) return insn(thumb_, bkpt(thumb_));
  // The landing's address stands at the slot's end, where few branches come.
  u32 last = (at & ~(slot_bytes - 1)) + slot_bytes - 4, offset = last - ((at & ~3u) + (thumb_ ? 4 : 8));
  insn(thumb_, (thumb_ ? 0xf8df'f000 : 0xe59f'f000) | offset);
  store(&batch.code[last], u32{ORACLE_LANDING});
}

// The registers of an access, so that most hit the data.
void Generator::aim(OracleCase& c, const Insn& i) {
  auto set = [&](u8 n, u32 value) {
    if (n < 15) c.r[n] = value;
  };
  if (i.form == Form::table) {
    u32 size = i.op == Op::tbh ? 2 : 1, index = below(16);
    set(i.n, any_place() - index * size);
    return set(i.m, index);
  }
  if (i.form == Form::mem_reg) {
    u32 offset = i.shift == isa::Shift::lsl && i.amount <= 4 ? below(64) : one_in(2) ? 0 : 1u << below(12);
    set(i.m, one_in(2) ? offset : 0 - offset);
  }
  if (i.form == Form::structures || i.form == Form::lane || i.form == Form::all_lanes) set(i.m, below(256) - 128);
  u32 place = any_place();
  if (i.form == Form::exclusive) place -= i.imm;
  set(i.n, place);
}

OracleCase Generator::any_case(const Program& program) {
  OracleCase c{};
  c.target = program.begin | (thumb_ ? 1 : 0);
  c.end = program.end;
  c.cpsr = (word() & 0xf80f'0000) | 0x10;
  if (program.stops_at_breakpoint && one_in(2)) c.cpsr |= setend_bit;
  c.fpscr = word() & 0xffc0'009f;
  if (one_in(2)) c.fpscr &= ~0x0800'009fu;  // no cumulative flags
  if (one_in(2)) c.fpscr &= ~0x03c0'0000u;  // nearest, no FZ, no DN
  for (u32& r : c.r) r = any_word();
  c.tpidrurw = word();
  for (u64& d : c.d) d = any_register();
  if (one_in(8))  // many equal
    for (u64& d : c.d) d = c.d[below(32)];
  for (auto piece = program.pieces.rbegin(); piece != program.pieces.rend(); ++piece)
    if (is_memory(piece->insn)) aim(c, piece->insn);
  return c;
}

Batch Generator::batch() {
  Batch batch;
  batch.thumb = thumb_;
  for (u32 i = 0; i < batch.code.size(); ++i) batch.code[i] = filler(thumb_, i);
  for (u32 i = 0; i < batch.data.size(); i += 8) store(&batch.data[i], random_());
  u32 count = std::min(ORACLE_CODE_SIZE / slot_bytes, ORACLE_CASES / extent_.states);
  for (u32 k = 0; k < count; ++k) {
    Program program = any_program();
    write(batch, program, k * slot_bytes + (thumb_ ? 2 * below(2) : 4 * below(2)));
    batch.programs.push_back(std::move(program));
  }
  for (u32 k = 0; k < count; ++k)
    for (u32 n = 0; n < extent_.states; ++n) {
      batch.cases.push_back(any_case(batch.programs[k]));
      batch.program_of.push_back(k);
    }
  return batch;
}

}  // namespace sigtape::cpu::oracle
