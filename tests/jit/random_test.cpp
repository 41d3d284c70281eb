// Random code with branches, loops and IT blocks on both engines: same state, same stop, same memory.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <random>

#include "core/base/bytes.h"
#include "core/cpu/float.h"
#include "core/cpu/interpreter.h"
#include "core/isa/decode.h"
#include "core/isa/text.h"
#include "core/jit/jit.h"
#include "core/mem/space.h"

using namespace sigtape;

namespace {

constexpr u32 code_begin = 0x10000, code_bytes = 0x1000, data_begin = 0x20000, data_bytes = 0x2000;
constexpr u32 length = 40;  // instructions of a program

// SIGTAPE_RANDOM_PROGRAMS: how many; SIGTAPE_RANDOM_SEED: others.
u32 number_of(const char* name, u32 usual) {
  const char* text = std::getenv(name);
  return text ? static_cast<u32>(std::strtoul(text, nullptr, 0)) : usual;
}

struct Side {
  explicit Side(bool translates, mem::Sharing sharing = mem::Sharing::private_) : space(*mem::Space::reserve()) {
    mem::Prot rw{.read = true, .write = true}, rwx{.read = true, .write = true, .exec = true};
    REQUIRE(space->map_anonymous(GuestAddr{code_begin}, code_bytes, rwx, mem::Sharing::private_, "") == 0);
    REQUIRE(space->map_anonymous(GuestAddr{data_begin}, data_bytes, rw, sharing, "") == 0);
    engine = translates ? *jit::make_jit(*space, {.warm = 0, .most_turns = ~0u}) : cpu::make_interpreter(*space);
  }
  std::unique_ptr<mem::Space> space;
  std::unique_ptr<cpu::Engine> engine;
  cpu::State state;
  std::array<cpu::StatePtr, 3> own;  // the engine's
};

class Programs {
 public:
  explicit Programs(u32 seed) : random_(seed) {}
  bool thumb = false;
  std::vector<u8> code, data;
  cpu::State state;

  void make() {
    thumb = below(2);
    with_simd_ = below(3) == 0;
    in_arithmetic_ = !with_simd_ && below(3) == 0;
    flushes_ = with_simd_ && below(3) == 0;
    in_single_precision_ = with_simd_ && !thumb && below(2);
    code.clear();
    begins_.clear();
    for (u32 i = 0; i < length; i++) append();
    data.resize(data_bytes);
    for (u8& byte : data) byte = static_cast<u8>(below(4) ? random_() : 0);
    state = {};
    for (u32& r : state.r) {
      switch (in_arithmetic_ && below(8) ? 3 : below(4)) {
        case 0: r = static_cast<u32>(random_()); break;
        case 1: r = below(64); break;
        case 2: r = data_begin + (below(data_bytes) & ~3u); break;
        default: r = in_arithmetic_ ? at_an_edge() : data_begin + (below(data_bytes) & ~3u);
      }
    }
    state.set_cpsr(static_cast<u32>(random_()) & 0xf80f'0000);
    for (u64& d : state.d) d = (u64{random_()} << 32) | random_();
    if (below(2))  // numbers that ordinary programs have
      for (u64& d : state.d)
        for (u32 half : {0, 32}) d = (d & ~(u64{0x7f80'0000} << half)) | u64{120 + below(14)} << (23 + half);
    if (below(3) == 0)  // and those at the edges of what single precision has
      for (u64& d : state.d)
        for (u32 half : {0, 32}) {
          static constexpr u32 edges[] = {0,           1,           0x0034'5678, 0x007f'ffff, 0x0080'0000,
                                          0x0080'0001, 0x0100'0000, 0x1f80'0000, 0x3f80'0000, 0x3fff'ffff,
                                          0x7f7f'ffff, 0x7f80'0000, 0x7fc0'0000};
          if (u32 choice = below(3 * std::size(edges)); choice < std::size(edges))
            d = (d & ~(u64{0x7fff'ffff} << half)) | u64{edges[choice]} << half;
        }
    state.fpscr = below(3) ? cpu::fp::ixc : 0;
    if (flushes_) state.fpscr |= cpu::fp::flush_to_zero;
    state.r[15] = code_begin;
    state.thumb = thumb;
    state.tpidruro = static_cast<u32>(random_());
  }
  u32 below(u32 n) { return static_cast<u32>(random_()) % n; }

  std::string text() const {
    std::string all;
    u8 it = 0;
    for (u32 at = 0; at + 4 <= code.size();) {
      isa::Insn insn = thumb ? isa::decode_thumb(load<u16>(&code[at]), load<u16>(&code[at + 2]), it)
                             : isa::decode_a32(load<u32>(&code[at]));
      it = insn.op == isa::Op::it ? static_cast<u8>(insn.imm) : isa::it_advance(it);
      all += fmt::format("\n  {:#x}: {}", code_begin + at, isa::text_of(insn, code_begin + at));
      at += insn.width;
    }
    return all;
  }

 private:
  // Where sums, products and saturation turn: near powers of two, also in both halves.
  u32 at_an_edge() {
    u32 power = 1u << below(32), near = power + below(3) - 1;
    if (below(2)) near = ~near;
    return below(4) ? near : (near & 0xffff) | near << 16;
  }
  static bool wanted(const isa::Insn& insn) {
    using isa::Op;
    switch (insn.op) {
      case Op::undefined:
      case Op::udf:
      case Op::svc:
      case Op::bkpt:
      case Op::b:
      case Op::bl:
      case Op::blx:
      case Op::bx:
      case Op::bxj:
      case Op::tbb:
      case Op::tbh:
      case Op::setend:
      case Op::cbz:
      case Op::cbnz: return false;
      default: return insn.d != 15 && insn.t != 15 && !(insn.op == Op::ldm && (insn.list & 0x8000));
    }
  }
  void put(u32 word, u32 bytes) {
    for (u32 i = 0; i < bytes; i++) code.push_back(static_cast<u8>(word >> (8 * i)));
  }
  void append() {
    begins_.push_back(static_cast<u32>(code.size()));
    if (below(12) == 0) return append_loop(begins_[begins_.size() - 1 - below(std::min<u32>(9, begins_.size()))]);
    if (below(8) == 0) {  // a branch over some halfwords, or words
      if (!thumb)
        put(below(14) << 28 | 0x0a00'0000 | below(3), 4);
      else
        put(0xd000 | below(14) << 8 | below(6), 2);
      return;
    }
    while (true) {
      using isa::Table;
      if (with_simd_ && below(16) == 0) return append_comparison();
      // A third of the programs compute with extension registers, few of them, so that turns of loops meet each
      // other's.
      if (with_simd_ && below(2) && append_simd()) return;
      static constexpr Table a32[] = {Table::a32_integer, Table::a32_integer, Table::a32_media};
      static constexpr Table t32[] = {Table::t16, Table::t16, Table::t16, Table::t32_integer, Table::t32_media};
      Table table = thumb ? t32[below(5)] : a32[below(3)];
      if (in_arithmetic_ && below(2)) table = thumb ? Table::t32_media : Table::a32_media;
      auto rows = isa::rows_of(table);
      const isa::Row& row = rows[below(static_cast<u32>(rows.size()))];
      u32 word = (static_cast<u32>(random_()) & ~row.pattern.fixed.mask) | row.pattern.fixed.value;
      if (!thumb) {
        if (row.conditional && below(4)) word = (word & 0x0fff'ffff) | 0xe000'0000;
        if (u32 rrx = (word & ~0xff0u) | 0x060;
            table == Table::a32_integer && below(8) == 0 && isa::row_of_a32(rrx) == &row)
          word = rrx;
        if (!wanted(isa::decode_a32(word))) continue;
        return put(word, 4);
      }
      if (table == Table::t16) {
        u16 half = static_cast<u16>(word);
        if (isa::is_t32(half) || !wanted(isa::decode_thumb(half, 0))) continue;
        return put(half, 2);
      }
      u16 first = static_cast<u16>(word >> 16), second = static_cast<u16>(word);
      if (!isa::is_t32(first) || !wanted(isa::decode_thumb(first, second))) continue;
      put(first, 2);
      return put(second, 2);
    }
  }
  // Advanced SIMD's arithmetic on floating point numbers.
  static std::vector<const isa::Row*> single_precision_rows() {
    std::vector<const isa::Row*> found;
    std::mt19937 random;
    for (const isa::Row& row : isa::rows_of(isa::Table::neon_data))
      for (int tries = 0; tries < 64; tries++) {
        u32 word = (static_cast<u32>(random()) & ~row.pattern.fixed.mask) | row.pattern.fixed.value;
        isa::Insn insn = isa::decode_a32(word);
        if (isa::row_of_a32(word) != &row ||
            !(insn.is_float || (insn.op >= isa::Op::vadd_f && insn.op <= isa::Op::vcvt_half)))
          continue;
        found.push_back(&row);
        break;
      }
    return found;
  }
  const isa::Row& simd_row() {
    static const std::vector<const isa::Row*> single = single_precision_rows();
    if (in_single_precision_ && below(8)) return *single[below(static_cast<u32>(single.size()))];
    auto table = thumb || below(2) ? isa::Table::vfp : below(3) ? isa::Table::neon_data : isa::Table::neon_memory;
    auto rows = isa::rows_of(table);
    return rows[below(static_cast<u32>(rows.size()))];
  }
  bool append_simd() {
    if (in_single_precision_ && below(24) == 0) {
      put(0xe3a0'0010, 4);                                       // MOV R0, #FPSCR.IXC
      if (below(4) ? flushes_ : !flushes_) put(0xe380'0401, 4);  // ORR R0, #FPSCR.FZ
      put(0xeee1'0a10, 4);                                       // VMSR FPSCR, R0
      return true;
    }
    const isa::Row& row = simd_row();
    u32 word = (static_cast<u32>(random_()) & ~row.pattern.fixed.mask) | row.pattern.fixed.value;
    u32 fewer = (word & ~0x0044'c0c4u) | (row.pattern.fixed.mask & row.pattern.fixed.value);
    if (below(4)) word = (fewer & ~row.pattern.fixed.mask) | row.pattern.fixed.value;
    if (row.conditional && (thumb || below(4))) word = (word & 0x0fff'ffff) | 0xe000'0000;
    isa::Insn insn = isa::decode_a32(word);
    if (isa::row_of_a32(word) != &row || insn.op == isa::Op::undefined || !wanted(insn)) return false;
    if ((insn.op == isa::Op::vtrn || insn.op == isa::Op::vuzp || insn.op == isa::Op::vzip) && insn.d == insn.m)
      return false;  // UNKNOWN
    put_simd(word);
    return true;
  }
  void put_simd(u32 word) {
    if (thumb)
      put(word >> 16, 2), put(word & 0xffff, 2);
    else
      put(word, 4);
  }
  // VCMP of two of few registers or of one and zero, and nearly always VMRS APSR_nzcv, FPSCR
  void append_comparison() {
    u32 with_zero = below(2), is_double = below(2), d = below(4), m = with_zero ? 0 : below(4);
    put_simd(0xeeb4'0a40 | with_zero << 16 | is_double << 8 | d << 12 | m);
    if (below(8)) put_simd(0xeef1'fa10);
  }
  // Back to `begin` on a condition, as a rule after an instruction that sets flags for it.
  void append_loop(u32 begin) {
    u32 cond = below(14), reg = below(8), number = below(4);
    bool compares = below(4) != 0;
    if (with_simd_ && below(3) != 0) {
      compares = false;
      append_comparison();
    }
    if (!thumb) {
      if (compares) put((below(2) ? 0xe250'0000 | reg << 12 : 0xe350'0000) | reg << 16 | number, 4);  // SUBS, CMP
      u32 words = (begin - static_cast<u32>(code.size()) - 8) >> 2;
      return put(cond << 28 | 0x0a00'0000 | (words & 0x00ff'ffff), 4);
    }
    if (compares) put((below(2) ? 0x3800 : 0x2800) | reg << 8 | number, 2);
    u32 halfwords = (begin - static_cast<u32>(code.size()) - 4) >> 1;
    put(0xd000 | cond << 8 | (halfwords & 0xff), 2);
  }
  std::mt19937 random_;
  std::vector<u32> begins_;
  bool with_simd_ = false, in_arithmetic_ = false, in_single_precision_ = false, flushes_ = false;
};

std::string difference(const Side& a, const Side& b, const cpu::Stop& x, const cpu::Stop& y) {
  std::string text;
  auto compare = [&](const std::string& what, u64 ours, u64 theirs) {
    if (ours != theirs) text += fmt::format("\n{}: interpreter {:#x}, translator {:#x}", what, ours, theirs);
  };
  compare("stop", static_cast<u64>(x.kind), static_cast<u64>(y.kind));
  compare("retired", x.retired, y.retired);
  if (x.kind == cpu::StopKind::fault) compare("address", x.address.value, y.address.value);
  for (unsigned r = 0; r < 16; r++) compare(fmt::format("r{}", r), a.state.r[r], b.state.r[r]);
  compare("cpsr", a.state.cpsr(), b.state.cpsr());
  compare("fpscr", a.state.fpscr, b.state.fpscr);
  for (unsigned d = 0; d < 32; d++) compare(fmt::format("d{}", d), a.state.d[d], b.state.d[d]);
  for (u32 at = data_begin; at < data_begin + data_bytes; at += 4)
    compare(fmt::format("word at {:#x}", at), *a.space->load<u32>(GuestAddr{at}), *b.space->load<u32>(GuestAddr{at}));
  return text;
}

}  // namespace

TEST_CASE("random programs end alike on the interpreter and on the translator") {
  u32 seed = number_of("SIGTAPE_RANDOM_SEED", 1), count = number_of("SIGTAPE_RANDOM_PROGRAMS", 3000);
  Programs programs(seed);
  u64 retired = 0;
  std::optional<Side> first, second;
  for (u32 i = 0; i < count; i++) {
    if (i == 0 || i == count / 4 * 3) {  // the last quarter has memory that the translator has to share
      auto sharing = i == 0 ? mem::Sharing::private_ : mem::Sharing::shared;
      first.emplace(false, sharing);
      second.emplace(true, sharing);
    }
    Side &interpreter = *first, &translator = *second;
    programs.make();
    u64 budget = 1 + programs.below(8 * length);
    cpu::Stop stops[2];
    for (Side* side : {&interpreter, &translator}) {
      REQUIRE(side->space->write(GuestAddr{code_begin}, programs.code));
      REQUIRE(side->space->write(GuestAddr{data_begin}, programs.data));
      side->state = programs.state;
    }
    stops[0] = interpreter.engine->run(interpreter.state, budget);
    // In a state of whoever's, and of the translator's own by turns, some of which are new: FPSCR is seldom the same.
    if (i % 4 == 0) {
      stops[1] = translator.engine->run(translator.state, budget);
    } else {
      cpu::StatePtr& own = translator.own[i % translator.own.size()];
      if (!own || programs.below(8) == 0) own = translator.engine->make_state();
      *own = translator.state;
      stops[1] = translator.engine->run(*own, budget);
      translator.state = *own;
    }
    retired += stops[0].retired;
    std::string text = difference(interpreter, translator, stops[0], stops[1]);
    CHECK_MESSAGE(text.empty(), "program ", i, " of seed ", seed, ", budget ", budget, text, programs.text());
    if (!text.empty()) break;
  }
  CHECK(retired > 3 * u64{count});
}

TEST_CASE("flags are the old ones where a long sum overwrites the register that they are of") {
  constexpr u32 program[] = {0xe1b0'1002,   // MOVS R1, R2
                             0xe0a1'0493,   // UMLAL R0, R1, R3, R4
                             0x13a0'5001,   // MOVNE R5, #1
                             0xef00'0000};  // SVC
  CHECK(isa::text_of(isa::decode_a32(program[1]), 0) == "umlal r0, r1, r3, r4");
  Side interpreter(false), translator(true);
  cpu::Stop stops[2];
  for (Side* side : {&interpreter, &translator}) {
    REQUIRE(side->space->write(GuestAddr{code_begin}, bytes_of(program)));
    side->state.r[3] = side->state.r[4] = ~0u;
    side->state.r[15] = code_begin;
    stops[side == &translator] = side->engine->run(side->state, 100);
  }
  CHECK(interpreter.state.r[1] == 0xffff'fffe);
  CHECK(interpreter.state.r[5] == 0);
  CHECK(difference(interpreter, translator, stops[0], stops[1]) == "");
}
