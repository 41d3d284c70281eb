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
  bool overlaps(Range other) const { return first < other.first + other.words && other.first < first + words; }
};

class SimdCache {
 public:
  using Entries = std::array<Range, 16>;

  explicit SimdCache(Assembler& as) : as_(as) {}
  void forget() { entries_ = {}; }
  const Entries& entries() const { return entries_; }
  void set_entries(const Entries& entries) {
    entries_ = entries;
    clean_ = 0;
  }
  // What is right on both ways to a place.
  void meet(const Entries& other) {
    for (std::size_t x = 0; x < entries_.size(); x++)
      if (!(entries_[x] == other[x])) entries_[x] = {};
    clean_ = 0;
  }
  // Around the code of a loop's turn, which may count on what the turn before has left where it is now: end_loop() puts
  // there again what it has counted on.
  void begin_loop() {
    at_loop_ = entries_;
    needed_ = 0;
    clean_ = 0;
  }
  void end_loop();
  // No lane of the register is a denormal number of single precision.
  bool is_clean(u8 x) const { return clean_ >> x & 1; }
  void set_clean(u8 x) { clean_ |= 1u << x; }

  // Within one instruction, registers that it was given are not given again.
  void begin_instruction() { locked_ = 0; }
  void lock(u8 x) { locked_ |= 1u << x; }
  // A register to write into; it has nothing.
  u8 fresh();
  // A register that holds the range in its lowest lanes, the others being anything; not to be written.
  u8 use(Range range);
  // The same, to be written.
  u8 copy(Range range);
  // The range becomes the register's lowest lanes.
  void put(Range range, u8 x, bool is_clean = false);
  // The file has been changed in memory.
  void written(Range range);
  // Loads everything that `entries` says is there.
  void load_all(const Entries& entries);
  static Mem in_file(Range range) {
    return {.base = Reg::rsp,
            .offset = static_cast<i32>(offsetof(Context, state) + offsetof(cpu::State, d) + 4u * range.first)};
  }
  void load(u8 x, Range range, const Mem& from);
  void store(const Mem& to, Range range, u8 x);
  void move(u8 d, u8 s) { as_.sse(0, 0x0f28, d, s); }  // MOVAPS

 private:
  int find(Range range) const;
  int holder(Range range);
  bool is_wanted(u32 registers, u8 x) const;
  Assembler& as_;
  Entries entries_{};
  Entries at_loop_{};  // empty: in no loop
  u32 needed_ = 0;     // of at_loop_
  u32 locked_ = 0, clean_ = 0;
  u8 next_ = 0;
};

}  // namespace sigtape::jit
