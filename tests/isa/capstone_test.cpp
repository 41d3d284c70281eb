// Every row, filled at random, against Capstone as a second opinion: same text, same idea of what is undefined.
#include <capstone/capstone.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cstdlib>
#include <map>

#include "core/base/bits.h"
#include "core/isa/text.h"
#include "tests/isa/rows.h"

using namespace sigtape;
using namespace sigtape::isa;

namespace {

constexpr u32 seed = 19850426;
constexpr int fillings_per_row = 200;
constexpr u32 address = 0x1000'0000;

class SecondOpinion {
 public:
  SecondOpinion() {
    cs_open(CS_ARCH_ARM, CS_MODE_ARM, &handles_[0]);
    cs_open(CS_ARCH_ARM, CS_MODE_THUMB, &handles_[1]);
  }
  ~SecondOpinion() {
    for (csh& handle : handles_) cs_close(&handle);
  }
  // Mnemonic and operands, or nothing where Capstone finds the encoding invalid.
  std::string text(u32 word, u8 width, bool thumb) {
    std::array<u8, 4> bytes{};
    if (thumb && width == 4) word = word >> 16 | word << 16;
    for (u8 i = 0; i < width; ++i) bytes[i] = static_cast<u8>(word >> 8 * i);
    cs_insn* found = nullptr;
    std::size_t count = cs_disasm(handles_[thumb], bytes.data(), width, address, 1, &found);
    std::string text;
    if (count && found->size == width) {
      text = found->mnemonic;
      if (found->op_str[0]) text += std::string(" ") + found->op_str;
    }
    if (count) cs_free(found, count);
    return text;
  }

 private:
  std::array<csh, 2> handles_{};
};

// Spelling that does not matter: case, .w, r9-r12 by their old names, decimal or hexadecimal. Capstone leaves a rotated
// constant that has another encoding as "#140, #30": `rotated` says that it is to be put together.
std::string plain(const std::string& text, bool rotated) {
  static const std::map<std::string, std::string> old_names = {
      {"sb", "r9"}, {"sl", "r10"}, {"fp", "r11"}, {"ip", "r12"}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '#') {
      const char* at = text.c_str() + i + 1;
      char* end = nullptr;
      u32 value = static_cast<u32>(std::strtoll(at, &end, 0));
      bool negative = *at == '-';
      if (rotated && std::string_view(end).substr(0, 3) == ", #") {
        value = rotate_right(value, static_cast<u32>(std::strtoul(end + 3, &end, 0)));
        negative = false;
      }
      out += negative && !rotated ? fmt::format("#-0x{:x}", 0 - value) : fmt::format("#0x{:x}", value);
      i = static_cast<std::size_t>(end - text.c_str());
    } else if (text.compare(i, 3, ":0x") == 0) {  // alignment of an address, in bits
      char* end = nullptr;
      out += fmt::format(":{}", std::strtoul(text.c_str() + i + 1, &end, 16));
      i = static_cast<std::size_t>(end - text.c_str());
    } else if (std::isalnum(static_cast<unsigned char>(text[i]))) {
      std::string word;
      while (i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])))
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i++])));
      auto old_name = old_names.find(word);
      out += old_name == old_names.end() ? word : old_name->second;
    } else {
      out += text[i++];
    }
  }
  std::size_t w = out.find(".w"), space = std::min(out.find(' '), out.size());
  return w == out.npos || w + 2 != space ? out : out.erase(w, 2);
}

// "ands r1, r1, r2" as "ands r1, r2".
std::string two_operands(const std::string& text) {
  std::size_t first = text.find(' '), second = text.find(", ");
  if (first == text.npos || second == text.npos) return text;
  std::string d = text.substr(first + 1, second - first - 1);
  if (text.compare(second + 2, d.size() + 2, d + ", ") != 0) return text;
  return text.substr(0, second) + text.substr(second + 2 + d.size());
}

struct Difference {
  const char* reason;
  bool (*applies)(const Insn&, const std::string& ours, const std::string& theirs);
};
const Difference known_differences[] = {
    {"T16 with d equal to n: Capstone writes two operands, we the three of UAL",
     [](const Insn& i, const std::string& ours, const std::string& theirs) {
       return i.width == 2 && two_operands(ours) == theirs;
     }},
    {"unallocated hints do nothing and are written as what they do",
     [](const Insn& i, const std::string&, const std::string& theirs) {
       return i.op == Op::nop && theirs.starts_with("hint");
     }},
    {"ADR is written with its target, not with the offset",
     [](const Insn& i, const std::string&, const std::string& theirs) {
       return i.op == Op::adr && (theirs.starts_with("adr") || theirs.find(", pc, #") != theirs.npos);
     }},
    {"ADDW and SUBW are ADD and SUB with another range",
     [](const Insn& i, const std::string& ours, const std::string& theirs) {
       return i.thumb && i.form == Form::imm && ours.substr(0, 3) + "w" + ours.substr(3) == theirs;
     }},
    {"ADD d, SP, d: Capstone has SP first",
     [](const Insn& i, const std::string&, const std::string& theirs) {
       return i.width == 2 && i.op == Op::add && i.m == 13 && theirs.find(", sp, ") != theirs.npos;
     }},
    {"UDF #0xfe is LLVM's trap",
     [](const Insn& i, const std::string&, const std::string& theirs) { return i.op == Op::udf && theirs == "trap"; }},
    {"CPS that changes nothing", [](const Insn& i, const std::string&, const std::string&) { return i.op == Op::cps; }},
    {"an offset of 0 is not written",
     [](const Insn& i, const std::string&, const std::string& theirs) {
       return i.form == Form::mem_imm && i.imm == 0 && theirs.find(", #0x0]") != theirs.npos;
     }},
    {"VEXT is written in bytes, Capstone takes the largest element that fits",
     [](const Insn& i, const std::string&, const std::string& theirs) {
       return i.op == Op::vext && theirs.starts_with("vext.");
     }},
    {"VORR with n equal to m is VMOV",
     [](const Insn& i, const std::string&, const std::string& theirs) {
       return i.op == Op::vorr && i.n == i.m && theirs.starts_with("vorr");
     }},
    {"REV and CLZ in T32 hold m twice; only the lower one counts",
     [](const Insn& i, const std::string&, const std::string&) {
       return i.thumb && i.width == 4 && i.form == Form::d_m && bits(i.bits, 19, 16) != bits(i.bits, 3, 0);
     }},
};

// UNPREDICTABLE operands that a row refuses although Capstone prints them (each row's choice is in its file).
bool may_refuse(const Row& row) {
  switch (row.form) {
    case Form::mem_imm:  // base written back and loaded, or r15; LDRD with an odd or equal pair
    case Form::mem_reg:
    case Form::list:       // empty; base written back and loaded; both PC and LR
    case Form::exclusive:  // status register that is also address or data; odd pairs
    case Form::bit_field:  // ends before it begins, or beyond bit 31
    case Form::d_n_m_a:    // RdHi equal to RdLo
    case Form::vfp_cvt_fixed:  // more fraction bits than the integer has
    case Form::core_single:    // r15, a register twice, registers beyond S31
    case Form::core_singles:
    case Form::core_double:
    case Form::to_scalar:
    case Form::from_scalar:
    case Form::dup_core:
    case Form::fpscr:
    case Form::vfp_list:  // no registers, more than 16, beyond the last; PC written back
    case Form::look_up:
    case Form::structures:  // registers beyond D31, PC as base
    case Form::lane:
    case Form::all_lanes:
      return true;
    default: return false;
  }
}

bool has_ignored_bits(const Row& row) {
  int covered = std::popcount(row.pattern.fixed.mask);
  for (u8 i = 0; i < row.pattern.run_count; ++i) covered += row.pattern.runs[i].width;
  return covered < row.pattern.width;
}

struct Tally {
  int compared = 0, only_ours = 0, only_theirs = 0;
};

void compare(Table table, const Row& row, u32 word, SecondOpinion& second, Tally& tally) {
  bool thumb = is_thumb(table);
  u16 first = static_cast<u16>(row.pattern.width == 16 ? word : word >> 16);
  if ((thumb ? row_of_thumb(first, static_cast<u16>(word)) : row_of_a32(word)) != &row) return;
  Insn insn = thumb ? decode_thumb(first, static_cast<u16>(word)) : decode_a32(word);
  bool rotated = insn.form == Form::imm || insn.form == Form::status_imm;
  std::string theirs = plain(second.text(word, insn.width, thumb), rotated);
  if (insn.op == Op::undefined) {
    tally.only_theirs += !theirs.empty();
    if (!theirs.empty() && !may_refuse(row)) FAIL_CHECK(fmt::format("{:08x} undefined, Capstone: {}", word, theirs));
    return;
  }
  std::string ours = plain(text_of(insn, address), rotated);
  if (theirs.empty()) {
    // Should-be-zero and should-be-one bits: Capstone insists, the hardware ignores them, and so do we.
    ++tally.only_ours;
    bool old = insn.form == Form::vfp_list && ours[0] == 'f';  // FLDMX, FSTMX: Capstone counts one register too many
    if (!has_ignored_bits(row) && !old) FAIL_CHECK(fmt::format("{:08x} {}, Capstone: invalid", word, ours));
    return;
  }
  ++tally.compared;
  if (ours == theirs) return;
  for (const Difference& difference : known_differences)
    if (difference.applies(insn, ours, theirs)) return;
  FAIL_CHECK(fmt::format("{:08x} {}, Capstone: {}", word, ours, theirs));
}

}  // namespace

TEST_CASE("every integer row reads as Capstone reads it") {
  SecondOpinion second;
  std::mt19937 random(seed);
  for (Table table : {Table::a32_integer, Table::a32_media, Table::t16, Table::t32_integer, Table::t32_media}) {
    for (std::size_t number = 0; number < rows_of(table).size(); ++number) {
      const Row& row = rows_of(table)[number];
      INFO(fmt::format("{} row {}, seed {}", table_names[int(table)], number, seed));
      Tally tally;
      for (int i = 0; i < fillings_per_row; ++i) {
        u32 word = filled(row, random);
        if (row.conditional && !is_thumb(table) && i % 4) word = (word & 0x0fff'ffff) | 0xe000'0000;
        compare(table, row, word, second, tally);
      }
      if (row.op != Op::nop) CHECK(tally.compared > 0);  // Capstone has no unallocated memory hints
    }
  }
}

TEST_CASE("every VFP and Advanced SIMD row is valid to Capstone where it is to us") {
  SecondOpinion second;
  std::mt19937 random(seed);
  for (Table table : {Table::vfp, Table::neon_data, Table::neon_memory}) {
    for (std::size_t number = 0; number < rows_of(table).size(); ++number) {
      const Row& row = rows_of(table)[number];
      INFO(fmt::format("{} row {}, seed {}", table_names[int(table)], number, seed));
      int compared = 0;
      for (int i = 0; i < fillings_per_row; ++i) {
        u32 word = filled(row, random);
        if (row.conditional) word = (word & 0x0fff'ffff) | 0xe000'0000;
        if (row_of_a32(word) != &row || decode_a32(word).op == Op::undefined) continue;
        bool valid = !second.text(word, 4, false).empty();
        compared += valid;
        bool multiple_and_one = row.form == Form::vfp_list && bit(word, 8) && bit(word, 0);  // FLDMX, FSTMX
        if (!valid && !has_ignored_bits(row) && !multiple_and_one) FAIL_CHECK(fmt::format("{:08x}", word));
      }
      CHECK(compared > 0);
    }
  }
}

TEST_CASE("every VFP and Advanced SIMD row reads as Capstone reads it") {
  SecondOpinion second;
  std::mt19937 random(seed);
  for (Table table : {Table::vfp, Table::neon_data, Table::neon_memory}) {
    for (std::size_t number = 0; number < rows_of(table).size(); ++number) {
      const Row& row = rows_of(table)[number];
      INFO(fmt::format("{} row {}, seed {}", table_names[int(table)], number, seed));
      Tally tally;
      for (int i = 0; i < fillings_per_row; ++i) {
        u32 word = filled(row, random);
        if (row.conditional && i % 4) word = (word & 0x0fff'ffff) | 0xe000'0000;
        compare(table, row, word, second, tally);
      }
      CHECK(tally.compared > 0);
    }
  }
}

TEST_CASE("what no row covers is privileged, a coprocessor's, or invalid to Capstone too") {
  const char* const beyond_user_mode[] = {"cdp", "ldc",  "stc", "mcr", "mrc", "mrrc", "hvc",
                                          "smc", "eret", "rfe", "srs", "ldm", "stm",  // with ^
                                          "mrs", "msr",                               // SPSR, banked registers
                                          "v"};  // extensions later than the Cortex-A15's, checked elsewhere
  SecondOpinion second;
  std::mt19937 random(seed);
  for (int n = 0; n < 200'000; ++n) {
    u32 word = static_cast<u32>(random());
    bool thumb = n % 2;
    word = thumb ? word | 0xe800'0000 : (word & 0x0fff'ffff) | (n % 8 ? 0xe000'0000 : 0xf000'0000);
    u16 first = static_cast<u16>(word >> 16), low = static_cast<u16>(word);
    if ((thumb ? row_of_thumb(first, low) : row_of_a32(word)) != nullptr) continue;
    std::string theirs = second.text(word, 4, thumb);
    if (theirs.empty()) continue;
    bool excused = false;
    for (const char* start : beyond_user_mode) excused |= theirs.starts_with(start);
    // A row's exception: r15 where it is UNPREDICTABLE, or S with r15 as destination.
    for (Table table : all_tables)
      if (is_thumb(table) == thumb)
        for (const Row& row : rows_of(table)) excused |= row.pattern.width == 32 && row.pattern.fixed.match(word);
    if (!excused) FAIL_CHECK(fmt::format("{} {:08x}: no row, Capstone: {}", thumb ? "Thumb" : "A32", word, theirs));
  }
}

TEST_CASE("what no VFP or Advanced SIMD row covers is invalid to Capstone too, or not for user mode") {
  SecondOpinion second;
  std::mt19937 random(seed);
  for (int n = 0; n < 200'000; ++n) {
    u32 word = static_cast<u32>(random());
    switch (n % 4) {
      case 0: word = 0xf200'0000 | (word & 0x01ff'ffff); break;
      case 1: word = 0xf400'0000 | (word & 0x00ef'ffff); break;
      default: word = 0xec00'0a00 | (word & 0x03ff'f1ff); break;
    }
    if (row_of_a32(word) != nullptr) continue;
    std::string theirs = second.text(word, 4, false);
    if (theirs.empty() || theirs.starts_with("vmrs") || theirs.starts_with("vmsr")) continue;  // FPSID, MVFR0 and so on
    bool excused = theirs.starts_with("cdp") || theirs.starts_with("mcr") || theirs.starts_with("mrc") ||
                   theirs.starts_with("ldc") || theirs.starts_with("stc") || theirs.starts_with("svc");
    excused |= theirs.starts_with("vrint") || theirs.find("f64.f16") != theirs.npos ||  // ARMv8
               theirs.find("f16.f64") != theirs.npos;
    if (!excused) FAIL_CHECK(fmt::format("{:08x}: no row, Capstone: {}", word, theirs));
  }
}
