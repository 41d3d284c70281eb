// VFP and Advanced SIMD instructions as SSE code, beside the emitter, whose assembler, flags and fault points it uses.
//
// Host arithmetic is used where it gives ARM's bits and no flag but IXC can be due (see cpu/float.cpp, whose conditions
// these are): Context::unusual_vfp and the result are looked at, and where they say no, the interpreter's function does
// the whole instruction on the operands, which are unchanged. What is not written here is such a call altogether.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "core/cpu/helpers.h"
#include "core/cpu/simd.h"
#include "core/jit/flag_state.h"
#include "core/jit/host_features.h"
#include "core/jit/node.h"
#include "core/jit/simd_cache.h"

namespace sigtape::jit {

class Emitter;

class Simd {
 public:
  explicit Simd(Emitter& emitter);
  // Whether the instruction is one of these, and what follows for the step.
  static bool describe(Step& step);
  // VCMP and VMRS APSR_nzcv, FPSCR in their usual order: one comparison, whose EFLAGS are the guest's flags.
  static bool is_comparison_for_flags(const Step& comparison, const Step& move);
  static const cpu::SimdData* function_table();
  void set_features(HostFeatures features) { host_ = features; }
  // What FPSCR.FZ has to be for VFP's arithmetic to go the usual way, in blocks from now on.
  void set_flush_to_zero(bool flush) { flush_to_zero_ = flush; }

  void begin_block();
  // The emitter's current step. False: nothing is emitted, the interpreter should do it.
  bool emit();
  void emit_ways_out();

  // What holds at a place: to be kept before a condition, met behind what depends on it.
  struct Known {
    SimdCache::Known cache;
    u16 aligned = 0;
  };
  Known known() { return {cache_.known(), aligned_}; }
  void meet(const Known& other) {
    cache_.meet(other.cache);
    aligned_ &= other.aligned;
  }
  // --- of core registers, for the emitter (simd_media.cpp)
  void parallel(cpu::helpers::Family family, cpu::helpers::Lanes lanes, cpu::helpers::Pattern pattern, bool wants_ge);
  void sum_of_differences();
  void saturate_halves(bool is_unsigned, u32 width);

  // Something was called.
  void forget() { cache_.forget(); }
  void forget_all() { set(Known{}); }
  void begin_loop() {
    aligned_ = 0;
    cache_.begin_loop();
  }
  [[nodiscard]] bool end_loop() { return cache_.end_loop(); }
  void guest_register_written(u8 number) { aligned_ &= static_cast<u16>(~(1u << number)); }

 private:
  using Insn = isa::Insn;
  // When a result of zero is exact.
  enum class Zero : u8 { never, always, with_operand };
  struct ZeroCheck {
    u8* from = nullptr;
    const u8* back = nullptr;
    Zero rule = Zero::never;
    u8 result = 0, a = 0, b = 0;
    bool wide = false, wide_operands = false;
  };
  struct DenormalCheck {
    u8* from = nullptr;
    const u8* back = nullptr;
    u8 x = 0;
    bool wide = false;
  };
  struct LaneResult {
    u8 x = 0;
    Zero rule = Zero::never;
    u8 a = 0, b = 0;
  };
  struct LaneOperand {
    u8 x = 0;
    bool is_half = false;  // only the lower lanes matter, though the instruction has four
  };
  struct LaneCheck {
    bool quad = false;
    u8 operand_count = 0, result_count = 0;
    std::array<LaneOperand, 3> operands{};
    std::array<LaneResult, 2> results{};
    u8 bad = 0, t = 0;  // registers to work in
    u8* from = nullptr;
    const u8* back = nullptr;
    void add_operand(u8 x, SimdCache& cache);
  };
  // Out of line: what is done about an instruction that cannot go the usual way.
  struct SlowPath {
    Insn insn;
    u32 pc = 0, detail = 0;  // for the interpreter
    bool interpreted = false;
    std::array<u8*, 12> from{};
    u8 count = 0;
    std::array<ZeroCheck, 2> zero_checks{};
    u8 zero_check_count = 0;
    std::array<DenormalCheck, 3> denormal_checks{};
    u8 denormal_check_count = 0;
    LaneCheck lanes;
    bool has_lanes = false;
    FlagState flags;
    const u8* back = nullptr;
    bool makes_order = false;  // what was found is wanted as an Order in cl
    // The word beside a scalar operand: where it is denormal it is flushed with that, though IDC is not due yet. What
    // comes behind such an instruction must not count on it.
    std::optional<u8> beside_scalar;
    SimdCache::Entries entries{};
    SimdCache::Registers flushed;  // of those of `entries`
  };
  struct Data {
    u8* place;
    Insn insn;
  };

  void set(const Known& known) {
    cache_.set(known.cache);
    aligned_ = known.aligned;
  }
  SlowPath& slow_path(bool interpreted);
  void slow_if(Cc cc, bool interpreted = false);
  void emit_slow_path(SlowPath& path);
  void emit_zero_check(const ZeroCheck& check, SlowPath& path);
  void emit_denormal_check(const DenormalCheck& check, SlowPath& path);
  void add_magnitude_twice(u8 x, bool wide);
  u8* place_data(const Insn& insn);
  void clobber();
  bool emit_data(const Insn& insn);
  void call(const Insn& insn);

  // --- simd_memory.cpp
  static bool knows_memory(const Insn& insn);
  bool emit_memory(const Insn& insn);
  Mem base_address(const Insn& insn);
  void check_aligned(const Mem& at, u32 alignment, u8 base);
  void load_registers(const Mem& at, u8 first, u32 words);
  void store_registers(const Mem& at, u8 first, u32 words);
  void check_page(const Mem& at, u32 bytes);
  void move_base(const Insn& insn, i32 offset);
  void emit_elements(const Insn& insn);
  u8 load_vector(const Mem& at, u8 words);
  void store_vector(const Mem& at, u8 x, u8 words);
  void put_pair(u32 first, u32 second, u8 x);
  void shuffle_into_one(u8 a, u8 b, const Mem& of_a, const Mem& of_b);
  void load_structures(const Insn& insn, const Mem& at);
  void store_structures(const Insn& insn, const Mem& at);
  void load_lane(u8 d, u8 size, u8 index, const Mem& at);
  void store_lane(u8 d, u8 size, u8 index, const Mem& at);
  void load_all_lanes(u8 first, u8 count, u8 size, const Mem& at);
  void spread(u8 x, u8 size, u8 index);

  // --- simd_vfp.cpp
  bool emit_vfp(const Insn& insn);
  bool emit_transfer(const Insn& insn);
  bool emit_conversion(const Insn& insn);
  void emit_status(const Insn& insn);
  void read_lane(const Insn& insn);
  void write_lane(const Insn& insn);
  void two_operands(const Insn& insn, u32 opcode, Zero zero);
  void multiply_add(const Insn& insn);
  void fused(const Insn& insn, u8 opcode);
  void square_root(const Insn& insn);
  void sign_only(const Insn& insn);
  void compare(const Insn& insn, bool flags_next);
  void check_result(u8 x, bool wide, Zero zero = Zero::never, u8 a = 0, u8 b = 0);
  void check_result(u8 x, ZeroCheck zero);
  void slow_unless_zero(std::size_t word);
  void check_usual();
  u8 number(Range range);
  void check_denormal(u8 x, bool wide);
  void put_number(Range range, u8 x);
  Reg core_register(u8 guest, Reg scratch);
  void set_core_register(u8 guest, Reg from);

  // --- Advanced SIMD
  static Range lanes(u8 d, bool quad) { return {static_cast<u8>(2 * d), static_cast<u8>(quad ? 4 : 2)}; }
  static Mem vector(Vector Vectors::*which);
  void op(u32 opcode, u8 d, u8 s) { as_.sse(0x66, opcode, d, s); }
  void op(u32 opcode, u8 d, Vector Vectors::*which) { as_.sse(0x66, opcode, d, vector(which)); }

  // --- simd_float.cpp
  bool emit_float(const Insn& insn);
  void double_lanes(u8 d, u8 x);
  void find_denormal(u8 d, u8 x, u8 t);
  void flush_denormal(u8 x, u8 t, u8 u);
  void flush_denormal_doubles(u8 x, u8 t);
  void find_bad_operands(const LaneCheck& check, u8 u);
  void find_bad_results(const LaneCheck& check);
  void compare_bad(const LaneCheck& check);
  void check_lanes(LaneCheck check);
  void test_zeros(const LaneCheck& check);
  void load_entries(const SlowPath& path);
  void check_numbers(u8 a, u8 b, bool quad);
  u8 float_operand_m(const Insn& insn, LaneCheck& check);
  void float_arithmetic(const Insn& insn);
  void float_fused(const Insn& insn);
  void float_pairs(const Insn& insn);
  void float_extremum(u8 a, u8 b, bool largest);
  void float_comparison(const Insn& insn);
  void float_conversion(const Insn& insn);

  // --- simd_integer.cpp
  bool emit_integer(const Insn& insn);
  static Vector Vectors::*sign_of(u8 size);
  void greater(u8 x, u8 y, u8 size, bool is_unsigned);
  void extremum(u8 x, u8 y, u8 size, bool is_unsigned, bool largest);
  void absolute_difference(u8 x, u8 y, u8 size, bool is_unsigned);
  bool multiply(u8 x, u8 y, u8 size);
  void widen(u8 x, u8 size, bool is_unsigned);
  void narrow(u8 x, u8 size);
  void separate(u8 x, u8 odd, u8 size);
  u8 operand_m(const Insn& insn);
  void integer_comparison(const Insn& insn);
  void integer_pairs(const Insn& insn);
  void add_neighbours(const Insn& insn);
  void count_bits(const Insn& insn);
  void polynomial_product(const Insn& insn);
  bool multiplication(const Insn& insn);
  void long_product(u8 x, u8 y, u8 size, bool is_unsigned);
  bool long_multiplication(const Insn& insn);
  void long_sum(const Insn& insn);
  void high_half(const Insn& insn);

  // --- simd_media.cpp
  u8 core_lanes(Reg r);
  void join_halves(u8 x, u8 high);
  u8 parallel_lanes(cpu::helpers::Family family, u8 size, bool subtracts, u8 x, u8 y);
  u8 parallel_ge(bool is_unsigned, u8 size, bool subtracts, u8 x, u8 y, u8 result);

  // --- simd_shift.cpp
  enum class Shift : u8 { left, right, right_signed };
  u8 constant(u64 doubleword);
  void shift_lanes(Shift shift, u8 size, u8 x, u8 amount);
  void shift_rounding(Shift shift, u8 size, u8 x, u8 amount);
  u8 shift_by_lanes(u8 x, u8 amounts, u8 size, bool is_unsigned, std::optional<u8> one);
  bool shift_by_register(const Insn& insn);
  bool emit_shift(const Insn& insn);

  // --- simd_saturating.cpp
  u8 duplicate(u8 x);
  void spread_sign(u8 x, u8 size);
  void note_saturation(u8 mask, bool quad, bool fits);
  u8 saturate_sum(u8 x, u8 y, u8 size, bool subtracts, bool is_unsigned);
  void saturating_sum(const Insn& insn);
  void saturating_sign(const Insn& insn);
  u8 half_of_difference(u8 x, u8 y, u8 size, bool is_unsigned);
  u8 half_of_sum(u8 x, u8 y, u8 size, bool subtracts, bool is_unsigned);
  void halving(const Insn& insn);
  bool doubling_high(const Insn& insn);
  bool doubling_long(const Insn& insn);
  u8 saturate_narrow(u8 x, u8 size, bool from_unsigned, bool to_unsigned);
  bool narrowing(const Insn& insn);
  bool emit_saturating(const Insn& insn);

  // --- simd_permute.cpp
  bool emit_bitwise(const Insn& insn);
  bool emit_permutation(const Insn& insn);
  bool reversal(const Insn& insn);
  void extract(const Insn& insn);
  void look_up(const Insn& insn);
  void shuffle(const Insn& insn);
  u8 two_registers(u8 n, u8 count);

  Emitter& e_;
  Assembler& as_;
  SimdCache cache_;
  HostFeatures host_;
  bool flush_to_zero_ = false;
  u16 aligned_ = 0;        // guest registers that are multiples of 4
  bool compared_ = false;  // EFLAGS are what the last step, a comparison, has found
  bool slow_ = false;      // the step has a slow path, the last one
  std::vector<SlowPath> slow_paths_;
  std::vector<Data> data_;
};

}  // namespace sigtape::jit
