// Advanced SIMD that moves and combines bits: bitwise operations, constants, reversal, interleaving, look-up, duplication.
#include <algorithm>
#include <utility>

#include "core/cpu/neon_lanes.h"
#include "core/isa/simd_constant.h"

namespace sigtape::cpu {
namespace neon {
namespace {

// --- bitwise, on doublewords
struct And {
  template <class T>
  static T f(T, T n, T m, u32&) {
    return n & m;
  }
};
struct Bic {
  template <class T>
  static T f(T, T n, T m, u32&) {
    return n & ~m;
  }
};
struct Orr {
  template <class T>
  static T f(T, T n, T m, u32&) {
    return n | m;
  }
};
struct Orn {
  template <class T>
  static T f(T, T n, T m, u32&) {
    return n | ~m;
  }
};
struct Eor {
  template <class T>
  static T f(T, T n, T m, u32&) {
    return n ^ m;
  }
};
struct Bsl {
  template <class T>
  static T f(T d, T n, T m, u32&) {
    return (n & d) | (m & ~d);
  }
};
struct Bit {
  template <class T>
  static T f(T d, T n, T m, u32&) {
    return (n & m) | (d & ~m);
  }
};
struct Bif {
  template <class T>
  static T f(T d, T n, T m, u32&) {
    return (d & m) | (n & ~m);
  }
};
struct Not {
  template <class T>
  static T f(T m, u32&) {
    return ~m;
  }
};

void immediate(State& s, const Insn& i) {
  u64 constant = isa::neon_constant(i.op_bit, i.cmode, i.imm);
  for (unsigned k = 0; k < (i.quad ? 2u : 1u); ++k) {
    u64& d = s.d[i.d + k];
    switch (i.op) {
      case Op::vmov_imm: d = constant; break;
      case Op::vmvn_imm: d = ~constant; break;
      case Op::vorr_imm: d |= constant; break;
      default: d &= ~constant; break;
    }
  }
}

// --- places. F: how the elements of a doubleword lie in reverse.
template <class T, class Group>
void reverse(State& s, const Insn& i) {
  constexpr unsigned group = sizeof(Group) / sizeof(T);
  Copy m(s, i.m, i.quad ? 16 : 8);
  T* d = lanes<T>(s, i.d);
  for (unsigned k = 0; k < lane_count<T>(i); ++k) d[k] = m.as<T>()[k ^ (group - 1)];
}

void swap(State& s, const Insn& i) {
  std::swap(s.d[i.d], s.d[i.m]);
  if (i.quad) std::swap(s.d[i.d + 1u], s.d[i.m + 1u]);
}

// VTRN, VUZP and VZIP write both registers. With d == m the result is UNKNOWN; here: as if written d first, then m.
template <class T, class Place>
void both(State& s, const Insn& i, Place place) {
  unsigned count = lane_count<T>(i);
  Copy first(s, i.d, i.quad ? 16 : 8), second(s, i.m, i.quad ? 16 : 8);
  auto from = [&](unsigned k) { return k < count ? first.as<T>()[k] : second.as<T>()[k - count]; };
  T *d = lanes<T>(s, i.d), *m = lanes<T>(s, i.m);
  for (unsigned k = 0; k < count; ++k) d[k] = from(place(k, count));
  for (unsigned k = 0; k < count; ++k) m[k] = from(place(k + count, count));
}
// Each gives, for lane k of d:m after the operation, the lane of d:m before it.
struct Transpose {
  template <class T>
  static unsigned place(unsigned k, unsigned count) {
    if (k < count) return k & 1 ? k - 1 + count : k;
    return k & 1 ? k : k - count + 1;
  }
};
struct Unzip {
  template <class T>
  static unsigned place(unsigned k, unsigned count) {
    return k < count ? 2 * k : 2 * (k - count) + 1;
  }
};
struct Zip {
  template <class T>
  static unsigned place(unsigned k, unsigned count) {
    return k / 2 + (k & 1) * count;
  }
};
template <class F, class T>
void shuffle(State& s, const Insn& i) {
  both<T>(s, i, F::template place<T>);
}

void extract(State& s, const Insn& i) {
  unsigned bytes = i.quad ? 16 : 8;
  u8 both_operands[32];
  std::memcpy(both_operands, lanes<u8>(s, i.n), bytes);
  std::memcpy(both_operands + bytes, lanes<u8>(s, i.m), bytes);
  std::memcpy(lanes<u8>(s, i.d), both_operands + i.index, bytes);
}

void look_up(State& s, const Insn& i) {
  Copy table(s, i.n, 8u * i.count), places(s, i.m, 8);
  u8* d = lanes<u8>(s, i.d);
  for (unsigned k = 0; k < 8; ++k) {
    unsigned place = places.bytes[k];
    if (place < 8u * i.count) d[k] = table.bytes[place];
    else if (i.op == Op::vtbl) d[k] = 0;
  }
}

template <class T>
void duplicate(State& s, const Insn& i) {
  T value = lanes<T>(s, i.m)[i.index];
  std::fill_n(lanes<T>(s, i.d), lane_count<T>(i), value);
}

SimdData reversal(const Insn& i) {
  if (i.op == Op::vrev16) return reverse<u8, u16>;
  if (i.op == Op::vrev32) return i.size == 0 ? reverse<u8, u32> : reverse<u16, u32>;
  return by_size(i, reverse<u8, u64>, reverse<u16, u64>, reverse<u32, u64>, nullptr);
}

}  // namespace
}  // namespace neon

SimdData neon_permute_function(const isa::Insn& i) {
  using namespace neon;
  switch (i.op) {
    case Op::vand: return three<And, u64>;
    case Op::vbic: return three<Bic, u64>;
    case Op::vorr: return three<Orr, u64>;
    case Op::vorn: return three<Orn, u64>;
    case Op::veor: return three<Eor, u64>;
    case Op::vbsl: return three<Bsl, u64>;
    case Op::vbit: return three<Bit, u64>;
    case Op::vbif: return three<Bif, u64>;
    case Op::vmvn: return two<Not, u64>;
    case Op::vmov_imm:
    case Op::vmvn_imm:
    case Op::vorr_imm:
    case Op::vbic_imm: return immediate;
    case Op::vrev64:
    case Op::vrev32:
    case Op::vrev16: return reversal(i);
    case Op::vswp: return swap;
    case Op::vtrn: return SIGTAPE_UNSIGNED_TO_32(shuffle, Transpose);
    case Op::vuzp: return SIGTAPE_UNSIGNED_TO_32(shuffle, Unzip);
    case Op::vzip: return SIGTAPE_UNSIGNED_TO_32(shuffle, Zip);
    case Op::vext: return extract;
    case Op::vtbl:
    case Op::vtbx: return look_up;
    case Op::vdup_scalar: return by_size(i, duplicate<u8>, duplicate<u16>, duplicate<u32>, nullptr);
    default: return nullptr;
  }
}

}  // namespace sigtape::cpu
