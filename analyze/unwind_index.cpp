// .ARM.exidx and .ARM.extab: from a function's entry to its unwinding instructions, and what those do.
#include <vector>

#include "analyze/unwind.h"
#include "core/base/bits.h"

namespace sigtape::analyze {
namespace {

constexpr u32 cannot_unwind = 1;
constexpr u32 most_words = 255;  // of instructions, by the byte that counts them

// A place relative to where it is stored, in 31 bits.
u32 target(u32 at, u32 word) { return at + static_cast<u32>(sign_extend(word & 0x7fff'ffff, 31)); }

struct Entry {
  u32 at = 0, word = 0;
};

// The last entry whose function begins at pc or before.
std::optional<Entry> find_entry(const mem::Space& space, u32 begin, u32 bytes, u32 pc) {
  u32 low = 0, high = bytes / 8;
  while (high - low > 1) {
    u32 middle = low + (high - low) / 2, at = begin + middle * 8;
    auto word = space.load<u32>(GuestAddr{at});
    if (!word) return std::nullopt;
    (target(at, *word) <= pc ? low : high) = middle;
  }
  u32 at = begin + low * 8;
  auto function = space.load<u32>(GuestAddr{at}), word = space.load<u32>(GuestAddr{at + 4});
  if (high == 0 || !function || !word || target(at, *function) > pc) return std::nullopt;
  return Entry{at + 4, *word};
}

void append(std::vector<u8>& code, u32 word, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) code.push_back(static_cast<u8>(word >> shift));
}

// Empty: none, or not understood. The compact forms, and the generic one as C++'s personality routine has it.
std::vector<u8> instructions_of(const mem::Space& space, const Entry& entry) {
  std::vector<u8> code;
  if (entry.word == cannot_unwind) return code;
  if (entry.word >> 31) {
    if (bits(entry.word, 30, 24) == 0) append(code, entry.word, 3);
    return code;
  }
  u32 at = target(entry.at, entry.word);
  auto first = space.load<u32>(GuestAddr{at});
  if (!first) return code;
  u32 more = 0;
  if (!(*first >> 31)) {
    at += 4;
    auto second = space.load<u32>(GuestAddr{at});
    if (!second) return code;
    more = *second >> 24;
    append(code, *second, 3);
  } else if (u32 model = bits(*first, 27, 24); model == 0) {
    append(code, *first, 3);
  } else if (model <= 2) {
    more = bits(*first, 23, 16);
    append(code, *first, 2);
  }
  for (u32 i = 1; i <= std::min(more, most_words); i++) {
    auto word = space.load<u32>(GuestAddr{at + i * 4});
    if (!word) return {};
    append(code, *word, 4);
  }
  return code;
}

class Interpreter {
 public:
  Interpreter(const mem::Space& space, const std::vector<u8>& code, Registers& registers)
      : space_(space), code_(code), r_(registers) {}

  bool run() {
    while (good_ && at_ < code_.size() && code_[at_] != finish) one();
    if (!pc_is_set_) r_[15] = r_[14];
    return good_;
  }

 private:
  static constexpr u8 finish = 0xb0;

  u8 next() {
    if (at_ < code_.size()) return code_[at_++];
    good_ = false;
    return 0;
  }
  void pop(u32 mask) {
    u32 from = r_[13], taken_sp = 0;
    for (u32 i = 0; i < 16; i++) {
      if (!((mask >> i) & 1)) continue;
      auto word = space_.load<u32>(GuestAddr{from});
      if (!word) {
        good_ = false;
        return;
      }
      (i == 13 ? taken_sp : r_[i]) = *word;
      from += 4;
    }
    r_[13] = mask & (1u << 13) ? taken_sp : from;
    pc_is_set_ |= (mask & (1u << 15)) != 0;
  }
  void large_step() {
    u32 value = 0, shift = 0;
    u8 byte = 0;
    do {
      byte = next();
      value |= u32{byte} << shift & 0xffff'ffff;
      shift += 7;
    } while ((byte & 0x80) && good_ && shift < 32);
    r_[13] += 0x204 + (value << 2);
  }
  void one() {
    u8 op = next();
    if (op < 0x40) {
      r_[13] += (u32{op} << 2) + 4;
    } else if (op < 0x80) {
      r_[13] -= (u32{op} & 0x3f) * 4 + 4;
    } else if (op < 0x90) {
      u32 mask = (u32{op} & 15) << 8 | next();
      mask == 0 ? refuse() : pop(mask << 4);
    } else if (op < 0xa0) {
      u32 number = op & 15;
      number == 13 || number == 15 ? refuse() : set_sp(number);
    } else if (op < 0xb0) {
      pop(((2u << (op & 7)) - 1) << 4 | (op & 8 ? 1u << 14 : 0));
    } else {
      coprocessors(op);
    }
  }
  void coprocessors(u8 op) {
    if (op == 0xb1) {
      u8 mask = next();
      mask == 0 || mask > 15 ? refuse() : pop(mask);
    } else if (op == 0xb2) {
      large_step();
    } else if (op == 0xb3) {  // FSTMFDX
      r_[13] += ((next() & 15u) + 1) * 8 + 4;
    } else if (op >= 0xb8 && op <= 0xbf) {
      r_[13] += ((op & 7u) + 1) * 8 + 4;
    } else if (op == 0xc8 || op == 0xc9) {
      r_[13] += ((next() & 15u) + 1) * 8;
    } else if (op >= 0xd0 && op <= 0xd7) {
      r_[13] += ((op & 7u) + 1) * 8;
    } else {
      refuse();
    }
  }
  void set_sp(u32 number) { r_[13] = r_[number]; }
  void refuse() { good_ = false; }

  const mem::Space& space_;
  const std::vector<u8>& code_;
  Registers& r_;
  std::size_t at_ = 0;
  bool good_ = true, pc_is_set_ = false;
};

}  // namespace

bool step_by_index(const mem::Space& space, u32 begin, u32 bytes, u32 pc, Registers& registers) {
  auto entry = find_entry(space, begin, bytes, pc);
  if (!entry) return false;
  auto code = instructions_of(space, *entry);
  if (code.empty()) return false;
  Registers after = registers;
  if (!Interpreter(space, code, after).run()) return false;
  registers = after;
  return true;
}

}  // namespace sigtape::analyze
