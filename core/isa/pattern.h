// Instruction rows: bit strings become mask, value and fields at compile time; tables are checked for overlaps.
#pragma once
#include <array>
#include <initializer_list>
#include <string_view>

#include "core/isa/insn.h"

namespace sigtape::isa {

// The alphabet: one letter, one meaning, in all tables. Runs and repeats of a letter concatenate, highest bit first.
//
//   0 1  fixed        -  ignored (the manual's (0) and (1), and bits without meaning)
//   c  condition; never matches 1111
//   S  set flags
//   d n m s t a  registers, as in Insn (a: accumulator, RdLo, Rt2)
//   i  immediate      k  shift kind      o  rotation in bytes (extensions)
//   P U W  pre-index, add, write back
//   r  register list  f  field mask of MSR
//   w  width - 1, msb, or bit count of saturations
//   x y  n_top; m_top, m_swap or round (whichever the Op has)
// VFP and Advanced SIMD:
//   D N M  the lone bit of register d, n, m (joined by the row's expand function, as S and D registers differ)
//   F  floating size: 1 is double       Q  quad        u  unsigned       z  element size
//   E  is_float (or VCMPE's E)          p  op bit      C  cmode          T  type of VLDn, VSTn, shifts
//   l  lane, index, index_align         g  count (VTBL len)              A  alignment bits of VLDn, VSTn
//   L  the immediate shift's L bit      B  free for one row's own use
inline constexpr std::string_view alphabet = "cSdnmstaikoPUWrfwxyDNMFQuzEpCTlgALB";

// Letters that may be longer than eight bits.
constexpr bool is_wide(char letter) { return letter == 'i' || letter == 'r'; }

// The letters' raw values in one encoding. In two parts, so that most of them are bytes: this is on the decoder's path.
class Fields {
 public:
  constexpr u32 operator[](char letter) const { return is_wide(letter) ? wide_[letter == 'r'] : small_[letter & 63]; }
  constexpr void append(char letter, u32 bits, u8 width) {
    u8& value = small_[letter & 63];
    value = static_cast<u8>(value << width | bits);
  }
  constexpr void append_wide(char letter, u32 bits, u8 width) {
    u32& value = wide_[letter == 'r'];
    value = value << width | bits;
  }

 private:
  std::array<u8, 64> small_{};  // letters are 0x41-0x7a, so the low six bits tell them apart
  std::array<u32, 2> wide_{};
};

// One run of a letter, to be appended to what the letter has so far.
struct Run {
  char letter = 0;
  u8 shift = 0;
  u8 width = 0;
  constexpr u32 of(u32 word) const { return word >> shift & ((u32{1} << width) - 1); }
};

struct Bits {
  u32 mask = 0;
  u32 value = 0;
  constexpr bool match(u32 word) const { return (word & mask) == value; }
  constexpr bool disjoint(const Bits& other) const { return ((value ^ other.value) & mask & other.mask) != 0; }
  constexpr bool covers(const Bits& other) const {  // whatever `other` matches, this matches
    return (mask & ~other.mask) == 0 && (other.value & mask) == value;
  }
};

namespace pattern_error {  // not constexpr: a call ends the compilation, with the function's name in the message
void letter_outside_the_alphabet();
void not_16_or_32_bits();
void too_many_fields();
void letter_longer_than_eight_bits();
void too_many_exceptions();
void letter_that_the_form_does_not_have();
void letter_that_the_row_does_not_have();
}  // namespace pattern_error

struct Pattern {
  Bits fixed;
  u8 width = 0;  // 16 or 32
  u8 run_count = 0;
  u8 small_count = 0;          // runs of wide letters come last
  std::array<Run, 12> runs{};  // of one letter highest first

  consteval Pattern(const char* text) {
    for (const char* p = text; *p; ++p) width += *p != ' ';
    if (width != 16 && width != 32) pattern_error::not_16_or_32_bits();
    u8 position = width;
    char previous = 0;
    for (const char* p = text; *p; ++p) {
      if (*p == ' ') continue;
      --position;
      if (*p == '0' || *p == '1') {
        fixed.mask |= u32{1} << position;
        if (*p == '1') fixed.value |= u32{1} << position;
      } else if (*p != '-') {
        if (alphabet.find(*p) == alphabet.npos) pattern_error::letter_outside_the_alphabet();
        if (*p == previous) {
          runs[run_count - 1].shift = position;
          ++runs[run_count - 1].width;
        } else {
          if (run_count == runs.size()) pattern_error::too_many_fields();
          runs[run_count++] = {*p, position, 1};
        }
      }
      previous = *p;
    }
    put_wide_letters_last();
  }
  consteval void put_wide_letters_last() {
    std::array<Run, 12> found = runs;
    u8 place = 0;
    for (bool wide : {false, true}) {
      for (u8 i = 0; i < run_count; ++i)
        if (is_wide(found[i].letter) == wide) runs[place++] = found[i];
      if (!wide) small_count = place;
    }
    for (u8 i = 0; i < small_count; ++i) {
      u32 total = 0;
      for (u8 j = 0; j < small_count; ++j) total += runs[j].letter == runs[i].letter ? runs[j].width : 0;
      if (total > 8) pattern_error::letter_longer_than_eight_bits();
    }
  }
  consteval Bits all_ones(char letter) const {
    u32 ones = 0;
    for (u8 i = 0; i < run_count; ++i)
      if (runs[i].letter == letter) ones |= ((u32{1} << runs[i].width) - 1) << runs[i].shift;
    if (!ones) pattern_error::letter_that_the_row_does_not_have();
    return {ones, ones};
  }
  constexpr Fields fields(u32 word) const {
    Fields fields;
    u8 i = 0;
    for (; i < small_count; ++i) fields.append(runs[i].letter, runs[i].of(word), runs[i].width);
    for (; i < run_count; ++i) fields.append_wide(runs[i].letter, runs[i].of(word), runs[i].width);
    return fields;
  }
};

// What a row gives away. Each text is either a bit string of 0, 1 and - (letters count as -, so that they can be
// written for orientation), or a list of the row's letters none of which may be all ones ("dnm": no r15 in d, n, m).
struct Exceptions {
  u8 count = 0;
  std::array<Bits, 8> bits{};

  consteval void add(Bits one) {
    if (count == bits.size()) pattern_error::too_many_exceptions();
    bits[count++] = one;
  }
};

struct ExceptionTexts : Exceptions {
  std::string_view never_ones;

  constexpr ExceptionTexts() = default;
  consteval ExceptionTexts(std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
      int width = 0;
      Bits one;
      for (const char* p = text; *p; ++p) {
        if (*p == ' ') continue;
        ++width;
        one.mask = one.mask << 1 | (*p == '0' || *p == '1');
        one.value = one.value << 1 | (*p == '1');
      }
      if (width < 8) {
        never_ones = text;
      } else {
        if (width != 16 && width != 32) pattern_error::not_16_or_32_bits();
        add(one);
      }
    }
  }
};

// Finishes an Insn whose plain letters are already in place (see decode.cpp): immediates, shift amounts, joined
// registers. May set op to Op::undefined.
using Expand = void (*)(const Fields&, Insn&);
constexpr Expand no_expand = nullptr;

inline constexpr std::string_view letters_of_forms[] = {
#define FORM(name, letters) letters,
#include "core/isa/forms_integer.inc"
#include "core/isa/forms_simd.inc"
#undef FORM
};
constexpr std::string_view form_letters(Form form) { return letters_of_forms[static_cast<int>(form)]; }

//   {Op::tst, Form::imm, "1111 0i00 0001 nnnn 0iii 1111 iiii iiii", t32_constant, {"n"}}
struct Row {
  Op op;
  Form form;
  Pattern pattern;
  Expand expand;
  Exceptions except;
  bool conditional = false;  // has a condition field

  consteval Row(Op o, Form f, Pattern p, Expand e = no_expand, ExceptionTexts x = {})
      : op(o), form(f), pattern(p), expand(e), except(x) {
    for (u8 i = 0; i < p.run_count; ++i) {
      char letter = p.runs[i].letter;
      if (letter == 'c') {
        conditional = true;
        except.add(p.all_ones('c'));
      } else if (form_letters(f).find(letter) == std::string_view::npos) {
        pattern_error::letter_that_the_form_does_not_have();
      }
    }
    for (char letter : x.never_ones) except.add(p.all_ones(letter));
  }
  constexpr bool match(u32 word) const {
    if (!pattern.fixed.match(word)) return false;
    for (u8 i = 0; i < except.count; ++i)
      if (except.bits[i].match(word)) return false;
    return true;
  }
};

// True if the exceptions together cover everything that `region` matches.
constexpr bool exceptions_cover(const Exceptions& a, const Exceptions& b, Bits region) {
  const Bits* split = nullptr;
  for (const Exceptions* list : {&a, &b}) {
    for (u8 i = 0; i < list->count; ++i) {
      if (list->bits[i].covers(region)) return true;
      if (!list->bits[i].disjoint(region)) split = &list->bits[i];
    }
  }
  if (!split) return false;
  u32 free = split->mask & ~region.mask;
  u32 one = free & (~free + 1);
  return exceptions_cover(a, b, {region.mask | one, region.value}) &&
         exceptions_cover(a, b, {region.mask | one, region.value | one});
}

// Rows of one table are tried in order. Two may meet only if the earlier one is the narrower, or if exceptions give
// their whole intersection away.
constexpr bool clash(const Row& early, const Row& late) {
  const Bits& a = early.pattern.fixed;
  const Bits& b = late.pattern.fixed;
  if (a.disjoint(b) || (b.covers(a) && a.mask != b.mask)) return false;
  return !exceptions_cover(early.except, late.except, {a.mask | b.mask, a.value | b.value});
}

// To be called once per table, in one translation unit: static_assert(ordered(rows)). What clashes, names the test
// "no two rows clash" (tests/isa/decode_test.cpp).
template <class Rows>
consteval bool ordered(const Rows& rows) {
  for (auto early = std::begin(rows); early != std::end(rows); ++early)
    for (auto late = early + 1; late != std::end(rows); ++late)
      if (clash(*early, *late)) return false;
  return true;
}

}  // namespace sigtape::isa
