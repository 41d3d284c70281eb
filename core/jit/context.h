// What translated code finds at rsp: the guest thread's state while it runs, and the words it leaves with.
#pragma once
#include <cstddef>

#include "core/cpu/state.h"
#include "core/isa/insn.h"

namespace sigtape::jit {

// Why translated code came back (Context::exit_kind).
enum class Exit : u32 {
  jump,     // to exit_pc, whose translation was not known here; through the link exit_link, or through the table
  expired,  // the budget does not reach over the block at exit_pc
  fault,    // a host fault: fault_pc, fault_eflags
  stopped,  // the interpreter did an instruction and does not want to go on (state is exact, flags_image is not)
  svc,      // at the SVC at exit_pc; exit_link is its immediate
};

constexpr u32 no_link = ~0u;

// Operands of SSE instructions, which translated code finds in the context, too.
struct alignas(16) Vector {
  u32 words[4];
};
constexpr Vector all_words(u32 word) { return {{word, word, word, word}}; }
constexpr Vector both_doublewords(u64 value) {
  u32 low = static_cast<u32>(value), high = static_cast<u32>(value >> 32);
  return {{low, high, low, high}};
}
struct Vectors {
  Vector zero = all_words(0), ones = all_words(~0u);
  Vector word_signs = all_words(0x8000'0000), word_magnitudes = all_words(0x7fff'ffff);
  Vector doubleword_signs = both_doublewords(u64{1} << 63), doubleword_magnitudes = both_doublewords(~(u64{1} << 63));
  Vector doubleword_exponents = both_doublewords(u64{0x7ff} << 52);
  Vector halfword_signs = all_words(0x8000'8000), byte_signs = all_words(0x8080'8080);
  // Of single precision numbers without their signs, shifted left by one: see Simd::check_lanes().
  Vector normal_base = all_words(0x7e00'0000), normal_limit = all_words(0x7cff'ffff);
  Vector denormal_base = all_words(0x7fff'ffff), denormal_limit = all_words(0x80ff'ffff);
  Vector even_bytes = all_words(0x00ff'00ff), even_halfwords = all_words(0x0000'ffff);
  Vector even_words = both_doublewords(0xffff'ffff);
  Vector table_bias = all_words(0x7070'7070);
  // Of the numbers 0 to 15: how many of their bits are set, and how many of the four are zero above these.
  Vector nibble_ones = {{0x0201'0100, 0x0302'0201, 0x0302'0201, 0x0403'0302}};
  Vector nibble_zeros = {{0x0202'0304, 0x0101'0101, 0, 0}};
  Vector reverse_16 = {{0x0203'0001, 0x0607'0405, 0x0a0b'0809, 0x0e0f'0c0d}};
  Vector reverse_32 = {{0x0001'0203, 0x0405'0607, 0x0809'0a0b, 0x0c0d'0e0f}};
  Vector reverse_64 = {{0x0405'0607, 0x0001'0203, 0x0c0d'0e0f, 0x0809'0a0b}};
};

// The exponent is above 1 and below the largest where a number's upper word, doubled so that the sign is away, and less
// twice the exponent 2, is below this. In a range of 0 there is none.
inline constexpr u32 normal_range(bool wide) { return 0u - 3 * (wide ? 1u << 21 : 1u << 24); }
static_assert((normal_range(true) & normal_range(false)) == normal_range(false));

// The guest's flags in translated code, where they are at home: N and Z are bits 7 and 6 of ah, V is al, C is a byte
// in memory.
// PSHUFB's for structures of two to four elements, by the logarithm of the element's bytes.
struct Shuffles {
  Vector load_2[2], load_4[2];         // to the registers' parts of 16 bytes of memory, one after another
  Vector load_3[3][4], store_3[3][4];  // of two registers, from two sources; and of the third, or of the last 8 bytes

  constexpr Shuffles() {
    using Bytes = std::array<u8, 16>;
    constexpr u8 none = 0x80;
    auto vector = [](const Bytes& bytes) {
      Vector v{};
      for (u32 i = 0; i < 16; i++) v.words[i / 4] |= u32{bytes[i]} << 8 * (i % 4);
      return v;
    };
    // Where byte k of a register is, that has part p of structures of n.
    auto place = [](u32 element, u32 n, u32 p, u32 k) {
      return static_cast<u8>((k / element * n + p) * element + k % element);
    };
    for (u32 size = 0; size < 3; size++) {
      u32 element = 1u << size;
      Bytes two{}, four{}, load[4], store[4];
      for (Bytes* all : {load, store})
        for (u32 i = 0; i < 4; i++) all[i].fill(none);
      for (u32 i = 0; i < 16; i++) {
        two[i] = place(element, 2, i / 8, i % 8);
        four[i] = place(element, 4, i / 4, i % 4);
      }
      for (u32 i = 0; i < 24; i++) {
        u32 in_memory = place(element, 3, i / 8, i % 8), half = i / 16 * 2;
        if (in_memory < 16)
          load[half][i % 16] = static_cast<u8>(in_memory);
        else
          load[half + 1][i % 16] = static_cast<u8>(in_memory - 8);
        store[in_memory / 16 * 2 + i / 16][in_memory % 16] = static_cast<u8>(i % 16);
      }
      if (size < 2) load_2[size] = vector(two), load_4[size] = vector(four);
      for (u32 i = 0; i < 4; i++) load_3[size][i] = vector(load[i]), store_3[size][i] = vector(store[i]);
    }
  }
};

inline constexpr Shuffles all_shuffles;  // made when this is compiled

// What a comparison of numbers finds, as a byte whose comparison with 1 leaves N, Z and V in EFLAGS and a C that is
// x86's.
struct Order {
  static constexpr u8 less = 0, equal = 1, greater = 2, unordered = 0x80;
};
// FPSCR's flags for the first three; an Order for each of FPSCR's flags.
struct Orders {
  u32 flags[3] = {0x8000'0000, 0x6000'0000, 0x2000'0000};
  u8 order_of[16] = {};
  constexpr Orders() {
    order_of[8] = Order::less, order_of[6] = Order::equal, order_of[2] = Order::greater, order_of[3] = Order::unordered;
  }
};

struct alignas(64) Context {
  u8 c = 0;
  u8 unused[3] = {};
  Exit exit_kind = Exit::jump;
  u32 exit_pc = 0;  // bit 0: Thumb
  u32 exit_link = 0;
  i64 counter = 0;
  u32 flags_image = 0;  // rax
  u32 constant_63 = 63;
  u32 constant_0 = 0;
  u32 flags_apart = 0;  // rax, while an instruction needs the register
  cpu::State state;     // r[] lies within reach of 8-bit offsets
  u64 host_rsp = 0;
  u64 fault_pc = 0;
  u64 fault_eflags = 0;
  u64 (*step)(Context*, u32 pc, u32 detail) = nullptr;
  void* engine = nullptr;
  u64 (*const* helpers)(u32, u32) = nullptr;
  void (*const* simd_functions)(cpu::State&, const isa::Insn&) = nullptr;
  // 0 where host arithmetic may be used, else ~0: FPSCR says round to nearest, flush to zero or not as translations
  // have it, and has IXC set; Advanced SIMD looks at IXC only.
  u32 unusual_vfp = 0, unusual_neon = 0;
  u32 other_flush = 0;                       // the same, of flush to zero alone: for what is exact in any case
  u32 usual_fpscr = 0;                       // the bits that unusual_vfp is about, as they have to be
  u32 judged_fpscr = 0;                      // the value for which these and the next two hold
  u32 normal_single = 0, normal_double = 0;  // the ranges, but 0 with unusual_vfp
  u32 barrier_word = 0;                      // written, and of no meaning
  alignas(16) Vector borrowed[2]{};          // xmm registers that a slow path uses and puts back
  Orders orders;
  alignas(16) Shuffles shuffles = all_shuffles;
  Vectors vectors;
};
static_assert(offsetof(Context, state) + offsetof(cpu::State, r) + 64 <= 128);
// Translated code runs with these premises only, as with CPSR.E clear: VFP vector length 1.
constexpr bool is_translatable(const cpu::State& state) { return (state.fpscr & (7u << 16)) == 0; }
// SSE operands in the D registers.
static_assert((offsetof(Context, state) + offsetof(cpu::State, d)) % 16 == 0);

}  // namespace sigtape::jit
