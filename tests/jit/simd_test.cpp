// Translated VFP and Advanced SIMD code against the interpreter's functions, to the bit: random blocks of random rows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/cpu/core.h"
#include "core/cpu/float.h"
#include "core/isa/text.h"
#include "core/jit/jit.h"
#include "tests/isa/rows.h"

using namespace sigtape;
using namespace sigtape::cpu;
using isa::Insn;
using isa::Op;

namespace {

// SIGTAPE_SIMD_TEST=2000: blocks of each kind; SIGTAPE_SIMD_SEED: another seed.
u32 from_environment(const char* name, u32 otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<u32>(std::strtoul(text, nullptr, 0)) : otherwise;
}

constexpr u32 code_at = 0x0010'0000, code_bytes = 0x0100'0000, page = mem::page_size;
// Data: two pages that can be written, one that can be read, one that is not there.
constexpr u32 data_at = 0x3000'0000;
constexpr u32 svc = 0xef00'0000;

bool is_memory(const Insn& i) {
  return (i.op >= Op::vldr && i.op <= Op::vstm) || (i.op >= Op::vld1 && i.op <= Op::vst4);
}

// What both sides did with a block.
struct Outcome {
  State state;
  StopKind kind = StopKind::budget;
  u64 retired = 0;
  u32 address = 0;
  std::vector<u8> data;
};

class Comparison {
 public:
  explicit Comparison(jit::HostFeatures host, u32 most_turns = 16)
      : random_(from_environment("SIGTAPE_SIMD_SEED", 19850426)) {
    space_ = *mem::Space::reserve();
    mem::Prot executable{.read = true, .exec = true}, readable{.read = true}, writable{.read = true, .write = true};
    auto map = [&](u32 at, u32 bytes, mem::Prot prot) {
      REQUIRE(space_->map_anonymous(GuestAddr{at}, bytes, prot, mem::Sharing::private_, "") == 0);
    };
    map(code_at, code_bytes, executable);
    map(data_at, 2 * page, writable);
    map(data_at + 2 * page, page, readable);
    map(data_at + 3 * page, page, {});
    engine_ = *jit::make_jit(*space_, {.warm = 0, .host = host, .most_turns = most_turns});
  }
  u32 random() { return static_cast<u32>(random_()); }
  std::mt19937& source() { return random_; }

  // A block at its own place; r13 points into the data.
  struct Block {
    u32 at = 0;
    std::vector<u32> words;
    std::vector<Insn> insns;
  };
  Block place(const std::vector<u32>& words) {
    Block block{.at = next_, .words = words, .insns = {}};
    std::vector<u32> code = words;
    code.push_back(svc);
    space_->poke(GuestAddr{next_}, {reinterpret_cast<const u8*>(code.data()), code.size() * 4});
    for (u32 word : words) block.insns.push_back(isa::decode_a32(word));
    next_ += static_cast<u32>(code.size()) * 4;
    REQUIRE(next_ < code_at + code_bytes);
    return block;
  }

  State any_state(const Block& block) {
    State s;
    for (u32 k = 0; k < 15; ++k) s.r[k] = random();
    s.set_cpsr(random() & 0xf80f'0000);
    s.fpscr = random() & 0xffc0'009f;
    if (random() % 2) s.fpscr &= ~0x0800'009fu;                  // no flags
    if (random() % 4) s.fpscr = (s.fpscr & ~0x03c0'0000u) | 16;  // as usual: nearest, no FZ, no DN; inexact
    if (random() % 32 == 0) s.fpscr |= random() & 0x0037'0000;   // short vectors
    bool tame = random() % 2;
    for (u64& d : s.d) d = tame ? ordinary() : any_register();
    if (random() % 8 == 0)
      for (u64& d : s.d) d = s.d[random() % 32];  // many equal
    for (const Insn& i : block.insns) {
      if (!is_memory(i)) continue;
      if (i.m < 15 && i.m != i.n) s.r[i.m] = random() % 64 - 32;
      // Mostly aligned, in the middle and around borders of pages.
      u32 near = random() % 2 ? random() % 128 - 64 : random() % 24 - 20;
      u32 border = random() % 4 * page + near, middle = page / 2 + random() % 256;
      u32 at = random() % 3 ? middle : border;
      if (random() % 8) at &= random() % 2 ? ~3u : ~31u;
      if (i.n != 15) s.r[i.n] = data_at + at;
    }
    s.r[15] = block.at;
    return s;
  }

  void fill_data(u32 seed) {
    u8* data = space_->host(GuestAddr{data_at});
    for (u32 k = 0; k < 2 * page; k += 4) store(data + k, (k + seed) * 2654435761u);
  }
  Outcome by_functions(const Block& block, const State& before, u32 seed) {
    fill_data(seed);
    Outcome o{.state = before, .kind = StopKind::svc, .retired = 0, .address = 0, .data = {}};
    Core core;
    core.state = &o.state;
    core.space = space_.get();
    for (const Insn& i : block.insns) {
      core.pc = o.state.r[15];
      if (i.op == Op::undefined ? !core.undefined(i) : !exec_simd(core, i)) {
        o.kind = core.stop.kind;
        o.address = core.stop.address.value;
        break;
      }
      o.state.r[15] += 4;
      o.retired++;
    }
    keep_data(o);
    return o;
  }
  Outcome by_translation(const State& before, u32 seed) {
    fill_data(seed);
    Outcome o{.state = before, .kind = StopKind::svc, .retired = 0, .address = 0, .data = {}};
    Stop stop = engine_->run(o.state, 1000);
    o.kind = stop.kind;
    o.retired = stop.retired;
    if (stop.kind == StopKind::fault || stop.kind == StopKind::alignment) o.address = stop.address.value;
    keep_data(o);
    return o;
  }
  void keep_data(Outcome& o) {
    const u8* data = space_->host(GuestAddr{data_at});
    o.data.assign(data, data + 2 * page);
  }

  u32 any_single() {
    u32 r = random();
    switch (random() % 8) {
      case 0: return r;
      case 1: return (r & 0x807f'ffff) | (120 + r % 16) << 23;  // near one
      case 2: return (r & 0x8000'0000) | r % 4;                 // zero, denormals
      case 3: return (r & 0x807f'ffff) | 0x7f80'0000;           // NaNs
      case 4: return (r & 0x8000'0000) | (random() % 2 ? 0x7f80'0000 : 0x7f7f'ffff);
      case 5: return (r & 0x807f'ffff) | (r % 4) << 23;         // around the smallest normal number
      case 6: return (r & 0x80f0'0000) | (127 + r % 40) << 23;  // integers
      default: return static_cast<u32>(static_cast<i32>(r) >> r % 32);
    }
  }
  u64 any_double() {
    u64 r = u64{random()} << 32 | random(), sign = r & u64{1} << 63, fraction = r & 0x000f'ffff'ffff'ffff;
    switch (random() % 8) {
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
  u64 any_register() {
    u64 lanes = 0;
    switch (random() % 4) {
      case 0: return any_double();
      case 1:  // bytes at the ends of their ranges
        for (unsigned k = 0; k < 8; ++k) lanes |= u64{"\0\1\x7f\x80\x81\xff\x40\x08"[random() % 8] & 0xffu} << 8 * k;
        return lanes;
      default: return u64{any_single()} << 32 | any_single();
    }
  }
  // Numbers that ordinary programs have, and few others: whole blocks go the fast way.
  u64 ordinary() {
    u32 r = random();
    u64 fraction = (u64{random()} << 32 | random()) & 0x000f'ffff'ffff'ffff, sign = u64{r & 1} << 63;
    if (r % 64 == 2) return any_register();
    if (r % 16 == 4) return 0;
    if (r % 4 == 1) {
      auto word = [&] { return (random() & 0x807f'ffff) | (117 + random() % 20) << 23; };
      return u64{word()} << 32 | word();
    }
    return sign | u64{1013 + r / 16 % 20} << 52 | fraction;
  }

 private:
  std::mt19937 random_;
  std::unique_ptr<mem::Space> space_;
  std::unique_ptr<Engine> engine_;
  u32 next_ = code_at;
};

std::string describe(const State& before, const Outcome& a, const Outcome& b) {
  std::string text;
  auto differ = [&](const std::string& name, u64 was, u64 x, u64 y) {
    if (x != y) text += fmt::format("\n  {}: before {:x}, by function {:x}, translated {:x}", name, was, x, y);
  };
  differ("stop", 0, static_cast<u64>(a.kind), static_cast<u64>(b.kind));
  differ("address", 0, a.address, b.address);
  differ("retired", 0, a.retired, b.retired);
  for (unsigned k = 0; k < 16; ++k) differ(fmt::format("r{}", k), before.r[k], a.state.r[k], b.state.r[k]);
  for (unsigned k = 0; k < 32; ++k) differ(fmt::format("d{}", k), before.d[k], a.state.d[k], b.state.d[k]);
  differ("fpscr", before.fpscr, a.state.fpscr, b.state.fpscr);
  differ("cpsr", before.cpsr(), a.state.cpsr(), b.state.cpsr());
  if (a.data != b.data) {
    std::size_t k = 0;
    while (a.data[k] == b.data[k]) k++;
    text += fmt::format("\n  memory at {:x}", k);
  }
  if (text.empty() && !(a.state == b.state)) text = "\n  the states are not equal";
  return text;
}

// Encodings of the row, all of them executable.
u32 any_of_row(Comparison& c, const isa::Row& row) {
  while (true) {
    u32 word = isa::filled(row, c.source());
    if (row.conditional) word = (word & 0x0fff'ffff) | 0xe000'0000;
    // Few registers, so that instructions meet each other's results.
    if (c.random() % 2) word &= ~0x0040'10a0u | c.random();
    if (isa::row_of_a32(word) != &row) continue;
    Insn i = isa::decode_a32(word);
    if (i.op == Op::undefined) {
      if (c.random() % 64 == 0) return 0xf320'0110;  // VAND; a row may have none
      continue;
    }
    if ((i.op == Op::vtrn || i.op == Op::vuzp || i.op == Op::vzip) && i.d == i.m) continue;  // UNKNOWN
    return word;
  }
}

u32 failures = 0;

void run_block(Comparison& c, const Comparison::Block& block, u32 states) {
  for (u32 k = 0; k < states; ++k) {
    State before = c.any_state(block);
    u32 seed = c.random();
    Outcome ours = c.by_functions(block, before, seed), theirs = c.by_translation(before, seed);
    std::string text = describe(before, ours, theirs);
    if (text.empty()) continue;
    if (++failures > 10) return;
    std::string listing;
    for (std::size_t n = 0; n < block.insns.size(); ++n)
      listing += fmt::format("\n  {:08x} {}", block.words[n], isa::text_of(block.insns[n], 0));
    FAIL_CHECK(fmt::format("fpscr {:08x}{}{}", before.fpscr, listing, text));
    return;
  }
}

constexpr isa::Table tables[] = {isa::Table::vfp, isa::Table::neon_data, isa::Table::neon_memory};

void run_all(jit::HostFeatures host, u32 blocks, u32 most_turns = 16) {
  failures = 0;
  Comparison c(host, most_turns);
  std::vector<const isa::Row*> rows;
  for (isa::Table table : tables)
    for (const isa::Row& row : isa::rows_of(table)) rows.push_back(&row);
  // Each row by itself, so that what fails is named.
  for (const isa::Row* row : rows)
    for (u32 k = 0; k < 1 + blocks / 16; ++k) run_block(c, c.place({any_of_row(c, *row)}), 16);
  // Any of them one after the other, and those of one table.
  for (u32 k = 0; k < 8 * blocks; ++k) {
    std::vector<u32> words;
    u32 length = 2 + c.random() % 14;
    const auto& table = isa::rows_of(tables[c.random() % 3]);
    bool one_table = c.random() % 2;
    for (u32 n = 0; n < length; ++n)
      words.push_back(any_of_row(c, one_table ? table[c.random() % table.size()] : *rows[c.random() % rows.size()]));
    run_block(c, c.place(words), 8);
  }
  CHECK(failures == 0);
}

}  // namespace

TEST_CASE("translated SIMD code does what the interpreter does") {
  run_all(jit::host_features(), from_environment("SIGTAPE_SIMD_TEST", 40));
}
TEST_CASE("the same on a host that has nothing but SSE2") { run_all({}, from_environment("SIGTAPE_SIMD_TEST", 40)); }
TEST_CASE("the same on hosts in between") {
  u32 blocks = from_environment("SIGTAPE_SIMD_TEST", 40) / 4;
  run_all({.ssse3 = true}, blocks);
  run_all({.ssse3 = true, .sse41 = true}, blocks);
}
TEST_CASE("the same where translations follow FPSCR.FZ each time that it turns") {
  run_all(jit::host_features(), from_environment("SIGTAPE_SIMD_TEST", 40) / 2, ~0u);
}

TEST_CASE("what VFP makes of its results says nothing to Advanced SIMD where FPSCR.FZ is not as translations have it") {
  constexpr u32 vadd_0 = 0xee31'0a21, vadd_1 = 0xee71'0a21;  // VADD.F32 S0, S2, S3; VADD.F32 S1, S2, S3
  constexpr u32 vmul = 0xf300'2d13;                          // VMUL.F32 D2, D0, D3
  Comparison c(jit::host_features(), 1);                     // as they are from the first block on
  State before;
  before.fpscr = fp::ixc | fp::flush_to_zero;
  Comparison::Block block = c.place({vadd_0, vadd_1, vmul});
  before.d[1] = 0x0030'0000'0010'0000;  // denormal, and so is their sum
  before.d[3] = 0x7f00'0000'7f00'0000;
  for (u32 bits : {fp::ixc | fp::flush_to_zero, fp::ixc, fp::ixc | fp::flush_to_zero}) {
    before.fpscr = bits;
    before.r[15] = block.at;
    CHECK(describe(before, c.by_functions(block, before, 1), c.by_translation(before, 1)) == "");
  }
}

TEST_CASE("a denormal beside a scalar operand sets IDC when it is an operand itself") {
  constexpr u32 by_scalar = 0xf2e1'49e1;  // VMUL.F32 D20, D17, D1[1]
  constexpr u32 whole = 0xf341'5d30;      // VMUL.F32 D21, D1, D16
  Comparison c(jit::host_features());
  State before;
  before.fpscr = fp::ixc;
  before.d[1] = 0x3fc0'0000'0000'1000;
  before.d[16] = before.d[17] = 0x4000'0000'4000'0000;
  Comparison::Block block = c.place({by_scalar, whole});
  CHECK(isa::text_of(block.insns[0], 0) == "vmul.f32 d20, d17, d1[1]");
  CHECK(isa::text_of(block.insns[1], 0) == "vmul.f32 d21, d1, d16");
  before.r[15] = block.at;
  Outcome ours = c.by_functions(block, before, 1);
  CHECK((ours.state.fpscr & fp::idc) != 0);
  CHECK(describe(before, ours, c.by_translation(before, 1)) == "");
}
