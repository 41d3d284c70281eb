// Which parts of the guest's extension register file are in xmm registers. The file in memory is always right as well.
#pragma once
#include <array>
#include <optional>

#include "core/jit/assembler.h"
#include "core/jit/context.h"

namespace sigtape::jit {

// Words of the extension register file: S register numbers, which go on to 63.
struct Range {
  u8 first = 0, words = 0;  // words: 1, 2 or 4; 0: nothing
  bool operator==(const Range&) const = default;
  u64 bits() const { return ((u64{1} << words) - 1) << first; }
  bool overlaps(Range other) const { return first < other.first + other.words && other.first < first + words; }
};

// As what a register has numbers: of single precision in all its lanes, for Advanced SIMD, or one of VFP's. It is clean as
// such where none is denormal, and flushed where those that are may have become zeros, as operands do: it is no use then
// but as such numbers. What is known of VFP's holds where FPSCR.FZ is as translations have it, which its arithmetic asks.
enum class Number : u8 { lanes, single, double_ };

class SimdCache {
 public:
  using Entries = std::array<Range, 16>;
  template <class T>
  class PerNumber {
   public:
    T& operator[](Number number) { return values_[static_cast<u8>(number)]; }
    const T& operator[](Number number) const { return values_[static_cast<u8>(number)]; }

   private:
    std::array<T, 3> values_{};
  };
  using Registers = PerNumber<u32>;  // a bit for each

  explicit SimdCache(Assembler& as) : as_(as) {}
  void forget() { set({}); }
  const Entries& entries() const { return entries_; }
  const Registers& flushed() const { return flushed_; }
  void forget_flushed();
  // What holds at a place, but for flushed registers.
  struct Known {
    Entries entries{};
    PerNumber<u64> clean_words;
  };
  Known known() {
    forget_flushed();
    return {entries_, clean_words_};
  }
  void set(const Known& known) {
    entries_ = known.entries;
    clean_words_ = known.clean_words;
    clean_ = flushed_ = {};
  }
  // What is right on both ways to a place.
  void meet(const Known& other);
  // Around the code of a loop's turn, which may count on what the turn before has left where it is now: end_loop() puts
  // there again what it has counted on, or answers false where it cannot.
  void begin_loop();
  [[nodiscard]] bool end_loop();
  bool is_clean(u8 x, Number number = Number::lanes);
  // Of the file in memory.
  bool is_clean(Range range, Number number);
  void set_clean(u8 x, Number number = Number::lanes) { clean_[number] |= 1u << x; }
  // It will be flushed wherever that makes a difference, which takes two registers that are not.
  void set_flushed(u8 x, Number number = Number::lanes);
  u8 words(u8 x) const { return entries_[x].words; }

  // Within one instruction, registers that it was given are not given again.
  void begin_instruction() { locked_ = 0; }
  void lock(u8 x) { locked_ |= 1u << x; }
  // A register to write into; it has nothing.
  u8 fresh();
  // A register that holds the range in its lowest lanes, the others being anything; not to be written.
  u8 use(Range range);
  // As use() and copy(), and it may be flushed.
  u8 use_number(Range range, Number number = Number::lanes);
  u8 copy_number(Range range, Number number = Number::lanes);
  // The same as use(), to be written.
  u8 copy(Range range);
  // The range becomes the register's lowest lanes.
  void put(Range range, u8 x) { put(range, x, false, Number::lanes); }
  void put(Range range, u8 x, bool is_clean, Number number = Number::lanes);
  // The file has been changed in memory.
  void written(Range range);
  static Mem in_file(Range range) {
    return {.base = Reg::rsp,
            .offset = static_cast<i32>(offsetof(Context, state) + offsetof(cpu::State, d) + 4u * range.first)};
  }
  void load(u8 x, Range range, const Mem& from);
  void store(const Mem& to, Range range, u8 x);
  void move(u8 d, u8 s) { as_.sse(0, 0x0f28, d, s); }  // MOVAPS

 private:
  int find(Range range, std::optional<Number> number) const;
  int holder(Range range, std::optional<Number> number = std::nullopt);
  bool serves(u8 y, u8 x) const;
  int server(u8 x) const;
  bool is_wanted(u32 registers, u8 x) const;
  void take_over(u8 x, u8 from);
  void lose_facts(u8 x);
  Assembler& as_;
  Entries entries_{};
  Registers clean_, flushed_;
  PerNumber<u64> clean_words_;  // of the file in memory
  u32 locked_ = 0;
  // When the turn of a loop began, and what of that it has counted on.
  Entries at_loop_{};  // empty: in no loop
  Registers clean_at_loop_, flushed_at_loop_;
  PerNumber<u64> clean_words_at_loop_;
  u32 needed_ = 0;
  Registers needed_clean_;
  PerNumber<u64> needed_clean_words_;
};

}  // namespace sigtape::jit
