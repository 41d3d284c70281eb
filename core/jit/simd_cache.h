// Which parts of the guest's extension register file are in xmm registers. The file in memory is always right as well.
#pragma once
#include <array>

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

class SimdCache {
 public:
  using Entries = std::array<Range, 16>;

  explicit SimdCache(Assembler& as) : as_(as) {}
  void forget() { set({}); }
  const Entries& entries() const { return entries_; }
  // Registers in which denormal lanes may have become zeros: no use but as numbers of single precision.
  u32 flushed() const { return flushed_; }
  void forget_flushed() {
    for (std::size_t x = 0; x < entries_.size(); x++)
      if (flushed_ >> x & 1) entries_[x] = {};
    flushed_ = 0;
  }
  // What holds at a place, but for flushed registers.
  struct Known {
    Entries entries{};
    u64 clean_words = 0;
  };
  Known known() {
    forget_flushed();
    return {entries_, clean_words_};
  }
  void set(const Known& known) {
    entries_ = known.entries;
    clean_words_ = known.clean_words;
    clean_ = flushed_ = 0;
  }
  // What is right on both ways to a place.
  void meet(const Known& other) {
    forget_flushed();
    for (std::size_t x = 0; x < entries_.size(); x++)
      if (!(entries_[x] == other.entries[x])) entries_[x] = {};
    clean_words_ &= other.clean_words;
    clean_ = 0;
  }
  // Around the code of a loop's turn, which may count on what the turn before has left where it is now: end_loop() puts
  // there again what it has counted on, or answers false where it cannot.
  void begin_loop() {
    at_loop_ = entries_;
    clean_at_loop_ = clean_;
    flushed_at_loop_ = flushed_;
    clean_words_at_loop_ = clean_words_;
    needed_ = needed_clean_ = 0;
    needed_clean_words_ = 0;
  }
  [[nodiscard]] bool end_loop();
  // No lane of the register is a denormal number of single precision.
  bool is_clean(u8 x);
  void set_clean(u8 x) { clean_ |= 1u << x; }
  // It will be flushed wherever that makes a difference.
  void set_flushed(u8 x) {
    clean_ |= 1u << x;
    flushed_ |= 1u << x;
  }
  u8 words(u8 x) const { return entries_[x].words; }

  // Within one instruction, registers that it was given are not given again.
  void begin_instruction() { locked_ = 0; }
  void lock(u8 x) { locked_ |= 1u << x; }
  // A register to write into; it has nothing.
  u8 fresh();
  // A register that holds the range in its lowest lanes, the others being anything; not to be written.
  u8 use(Range range);
  // As use() and copy(), but lanes that are denormal may have become zeros.
  u8 use_number(Range range);
  u8 copy_number(Range range);
  // The same as use(), to be written.
  u8 copy(Range range);
  // The range becomes the register's lowest lanes.
  void put(Range range, u8 x, bool is_clean = false);
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
  int find(Range range, bool as_number = false) const;
  int holder(Range range, bool as_number = false);
  bool serves(u8 y, u8 x) const;
  int server(u8 x) const;
  bool is_wanted(u32 registers, u8 x) const;
  void take_over(u8 x, u8 from);
  Assembler& as_;
  Entries entries_{};
  Entries at_loop_{};  // empty: in no loop
  u32 clean_at_loop_ = 0, flushed_at_loop_ = 0;
  u32 needed_ = 0, needed_clean_ = 0;  // of at_loop_
  u64 clean_words_at_loop_ = 0, needed_clean_words_ = 0;
  u64 clean_words_ = 0;  // of the file in memory
  u32 locked_ = 0, clean_ = 0, flushed_ = 0;
};

}  // namespace sigtape::jit
