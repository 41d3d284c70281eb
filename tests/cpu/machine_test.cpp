// The semantics on a machine that computes nothing: they must not depend on words being numbers, nor on operation order
// that the compiler chooses.
#include "core/cpu/machine.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/cpu/media.h"
#include "core/cpu/multiply.h"
#include "core/cpu/system.h"
#include "core/isa/decode.h"

using namespace sigtape;
using namespace sigtape::cpu;
using isa::Insn;

namespace {

// Writes down what is asked for, as an emitting machine would.
class Scribe {
 public:
  struct Word {
    Scribe* owner;
    int number;
  };
  struct Bool {
    Scribe* owner;
    int number;
  };
  std::string text;

  Word constant(u32 value) { return word_of("constant " + std::to_string(value)); }
  Word address(u32 value) { return constant(value); }
  Bool flag(bool value) { return bool_of(value ? "true" : "false"); }
  bool is_pc(u8 number) { return number == 15; }
  Word reg(u8 number) { return word_of("reg " + std::to_string(number)); }
  void set_reg(u8 number, Word value) { note("set_reg " + std::to_string(number), value); }
  u32 pc() { return 0x8000; }
  bool thumb() { return false; }
  void branch(Word to) { note("branch", to); }
  void branch_exchange(Word to) { note("branch_exchange", to); }
  void branch_if(Bool condition, u32) { note("branch_if", condition); }
  Bool carry() { return bool_of("carry"); }
  void set_nz(Word w) { note("set_nz", w); }
  void set_nz_long(const Pair<Scribe>& p) { note("set_nz_long", p.low); }
  void set_nzc(Word w, Bool) { note("set_nzc", w); }
  void set_nzcv(const Sum<Scribe>& sum) { note("set_nzcv", sum.value); }
  void set_q_if(Bool b) { note("set_q_if", b); }
  Word ge() { return word_of("ge"); }
  void set_ge(Word w) { note("set_ge", w); }
  Word read_cpsr() { return word_of("cpsr"); }
  void write_cpsr(Word w, u8) { note("write_cpsr", w); }
  Word select(Bool, Word, Word) { return word_of("select"); }
  Bool bit(Word, u8 n) { return bool_of("bit " + std::to_string(n)); }
  Word word(Bool) { return word_of("word"); }
  Word asr(Word, u8 n) { return word_of("asr " + std::to_string(n)); }
  Word ror(Word, u8 n) { return word_of("ror " + std::to_string(n)); }
  Word sign_extend(Word, u8 n) { return word_of("sign_extend " + std::to_string(n)); }
  Shifted<Scribe> shift_by(isa::Shift, Word, Word) {
    Word value = word_of("shift_by");
    return {value, bool_of("shifter carry")};
  }
  Pair<Scribe> widen(Word w) { return pair("widen " + name(w)); }
  Pair<Scribe> add_long(const Pair<Scribe>&, const Pair<Scribe>&) { return pair("add_long"); }
  Pair<Scribe> subtract_long(const Pair<Scribe>&, const Pair<Scribe>&) { return pair("subtract_long"); }
  Word extract(const Pair<Scribe>&, u8 n) { return word_of("extract " + std::to_string(n)); }
  Sum<Scribe> add_with_carry(Word a, Word b, Bool c) {
    Word sum = word_of("add_with_carry " + name(a) + " " + name(b) + " " + name(c));
    Bool carry = bool_of("carry of it");
    return {sum, carry, bool_of("overflow of it")};
  }
  Pair<Scribe> multiply_unsigned(Word, Word) { return pair("multiply_unsigned"); }
  Pair<Scribe> multiply_signed(Word, Word) { return pair("multiply_signed"); }
  Pair<Scribe> call(u64 (*)(u32, u32), Word, Word) { return pair("call"); }
  Word load8(Word) { return word_of("load8"); }
  Word load16(Word) { return word_of("load16"); }
  Word load32(Word) { return word_of("load32"); }
  void store8(Word, Word w) { note("store8", w); }
  void store16(Word, Word w) { note("store16", w); }
  void store32(Word, Word w) { note("store32", w); }
  void need_load(Word w, u32) { note("need_load", w); }
  void need_store(Word w, u32) { note("need_store", w); }
  Word load_needed32(Word) { return word_of("load_needed32"); }
  void store_needed32(Word, Word w) { note("store_needed32", w); }
  void need_words_aligned(Word w) { note("need_words_aligned", w); }
  Pair<Scribe> load_exclusive(Word, u32) { return pair("load_exclusive"); }
  Word store_exclusive(Word, const Pair<Scribe>&, u32) { return word_of("store_exclusive"); }
  Word swap(Word, Word, u32) { return word_of("swap"); }
  void clear_exclusive() { line("clear_exclusive"); }
  void barrier() { line("barrier"); }
  void undefined() { line("undefined"); }
  void svc(u32) { line("svc"); }
  void breakpoint(u32) { line("breakpoint"); }
  bool failed() { return false; }
  Word thread_pointer() { return word_of("thread_pointer"); }
  Word user_thread_word() { return word_of("user_thread_word"); }
  void set_user_thread_word(Word w) { note("set_user_thread_word", w); }
  void set_big_endian(bool) { line("set_big_endian"); }
  void set_it(u8) { line("set_it"); }

  Word word_of(const std::string& what) {
    line("%" + std::to_string(++last_) + " = " + what);
    return {this, last_};
  }
  Bool bool_of(const std::string& what) { return {this, word_of(what).number}; }
  template <class V>
  static std::string name(V v) {
    return "%" + std::to_string(v.number);
  }

 private:
  Pair<Scribe> pair(const std::string& what) {
    Word low = word_of(what);
    return {low, word_of("high of it")};
  }
  void line(const std::string& what) { text += what + "\n"; }
  template <class V>
  void note(const std::string& what, V v) {
    line(what + " " + name(v));
  }
  int last_ = 0;
};

using Word = Scribe::Word;
using Bool = Scribe::Bool;
Word binary(const char* op, Word a, Word b) { return a.owner->word_of(Scribe::name(a) + op + Scribe::name(b)); }
Word operator+(Word a, Word b) { return binary(" + ", a, b); }
Word operator-(Word a, Word b) { return binary(" - ", a, b); }
Word operator*(Word a, Word b) { return binary(" * ", a, b); }
Word operator&(Word a, Word b) { return binary(" & ", a, b); }
Word operator|(Word a, Word b) { return binary(" | ", a, b); }
Word operator^(Word a, Word b) { return binary(" ^ ", a, b); }
Word operator~(Word a) { return a.owner->word_of("~" + Scribe::name(a)); }
Word operator<<(Word a, u32 n) { return a.owner->word_of(Scribe::name(a) + " << " + std::to_string(n)); }
Word operator>>(Word a, u32 n) { return a.owner->word_of(Scribe::name(a) + " >> " + std::to_string(n)); }
Bool operator==(Word a, Word b) { return {a.owner, binary(" == ", a, b).number}; }
Bool operator!(Bool a) { return a.owner->bool_of("!" + Scribe::name(a)); }

static_assert(Machine<Scribe>);

using Semantics = void (*)(Scribe&, const Insn&);
constexpr Semantics all[] = {
    semantics::undefined<Scribe, Insn>,
#define OP(name, text) semantics::name<Scribe, Insn>,
#include "core/isa/ops_integer.inc"
#undef OP
};

std::string written(u32 a32) {
  Insn insn = isa::decode_a32(a32);
  Scribe scribe;
  all[static_cast<u32>(insn.op)](scribe, insn);
  return scribe.text;
}

}  // namespace

TEST_CASE("semantics ask for the same things in the same order, whatever a word is") {
  CHECK(written(0xe0b21003) ==  // adcs r1, r2, r3
        "%1 = reg 2\n%2 = reg 3\n%3 = carry\n"
        "%4 = add_with_carry %1 %2 %3\n%5 = carry of it\n%6 = overflow of it\nset_nzcv %4\nset_reg 1 %4\n");
  CHECK(written(0xe5b12004) ==  // ldr r2, [r1, #4]!
        "%1 = reg 1\n%2 = constant 4\n%3 = %1 + %2\n%4 = load32\nset_reg 1 %3\nset_reg 2 %4\n");
}
