// A thin x86-64 assembler: the instruction forms that the translator emits, written straight into a buffer.
//
// Operand size is 32 bits unless a name says otherwise. Authority: Intel SDM Vol. 2, AMD64 APM Vol. 3. The caller sees
// to it that there is room: at() against the buffer's end, once per guest instruction.
#pragma once
#include "core/base/bytes.h"
#include "core/base/ints.h"

namespace sigtape::jit {

enum class Reg : u8 { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15, none = 0xff };

// The condition codes in the encoding of Jcc, SETcc and CMOVcc.
enum class Cc : u8 { o, no, b, ae, e, ne, be, a, s, ns, p, np, l, ge, le, g };
constexpr Cc inverse(Cc cc) { return static_cast<Cc>(static_cast<u8>(cc) ^ 1); }

// Of the two-operand arithmetic group, in the encoding of its /digit.
enum class Alu : u8 { add, or_, adc, sbb, and_, sub, xor_, cmp };
enum class Shifting : u8 { rol, ror, rcl, rcr, shl, shr, sar = 7 };

// Guest memory: 32-bit effective address (it wraps as ARM's does), relative to the segment where the space does not
// begin at host address 0. Otherwise an ordinary 64-bit address.
struct Mem {
  Reg base = Reg::none;
  Reg index = Reg::none;
  u8 scale = 0;  // log2
  i32 offset = 0;
  bool guest = false;
};

class Assembler {
 public:
  void set_position(u8* at) { at_ = at; }
  u8* at() const { return at_; }
  // Whether guest addresses are relative to gs (else they are host addresses).
  void set_guest_segment(bool segment) { segment_ = segment; }

  void byte(u8 value) { *at_++ = value; }
  void word(u32 value) {
    sigtape::store(at_, value);
    at_ += 4;
  }

  // --- moves
  void mov(Reg d, Reg s) { rr(0x89, s, d); }
  void mov64(Reg d, Reg s) { rr(0x89, s, d, true); }
  void mov(Reg d, u32 value) {
    if (high(d)) byte(0x41);
    byte(0xb8 | low(d));
    word(value);
  }
  void mov64(Reg d, u64 value) {
    byte(0x48 | (high(d) ? 1 : 0));
    byte(0xb8 | low(d));
    sigtape::store(at_, value);
    at_ += 8;
  }
  void load(Reg d, const Mem& m) { rm(0x8b, d, m); }
  void load64(Reg d, const Mem& m) { rm(0x8b, d, m, true); }
  void load_u8(Reg d, const Mem& m) { rm(0x0fb6, d, m); }
  void load_s8(Reg d, const Mem& m) { rm(0x0fbe, d, m); }
  void load_u16(Reg d, const Mem& m) { rm(0x0fb7, d, m); }
  void load_s16(Reg d, const Mem& m) { rm(0x0fbf, d, m); }
  void load_s32_64(Reg d, const Mem& m) { rm(0x63, d, m, true); }  // MOVSXD
  void store(const Mem& m, Reg s) { rm(0x89, s, m); }
  void store64(const Mem& m, Reg s) { rm(0x89, s, m, true); }
  void store8(const Mem& m, Reg s) { rm(0x88, s, m, false, needs_rex8(s)); }
  void store16(const Mem& m, Reg s) {
    prefix_ = 0x66;
    rm(0x89, s, m);
  }
  void store(const Mem& m, u32 value) {
    rm(0xc7, Reg::rax, m);
    word(value);
  }
  void store8(const Mem& m, u8 value) {
    rm(0xc6, Reg::rax, m);
    byte(value);
  }
  void lea(Reg d, const Mem& m) { rm(0x8d, d, m); }
  void lea64(Reg d, const Mem& m) { rm(0x8d, d, m, true); }
  // RIP-relative: the distance is from the end of the instruction.
  void lea_rip(Reg d, const u8* target) {
    byte(0x48 | (high(d) ? 4 : 0));
    byte(0x8d);
    byte(static_cast<u8>(0x05 | (low(d) << 3)));
    word(distance(target));
  }
  void zero_extend8(Reg d, Reg s) { rr(0x0fb6, d, s, false, needs_rex8(s)); }
  void zero_extend16(Reg d, Reg s) { rr(0x0fb7, d, s); }
  void sign_extend8(Reg d, Reg s) { rr(0x0fbe, d, s, false, needs_rex8(s)); }
  void sign_extend16(Reg d, Reg s) { rr(0x0fbf, d, s); }
  void sign_extend32_64(Reg d, Reg s) { rr(0x63, d, s, true); }  // MOVSXD

  // --- arithmetic
  void alu(Alu op, Reg d, Reg s) { rr(static_cast<u32>(op) << 3 | 1, s, d); }
  void alu64(Alu op, Reg d, Reg s) { rr(static_cast<u32>(op) << 3 | 1, s, d, true); }
  void alu(Alu op, Reg d, const Mem& m) { rm(static_cast<u32>(op) << 3 | 3, d, m); }
  void alu(Alu op, const Mem& m, Reg s) { rm(static_cast<u32>(op) << 3 | 1, s, m); }
  void alu(Alu op, Reg d, u32 value) { alu_immediate(op, d, value, false); }
  void alu64(Alu op, Reg d, i32 value) { alu_immediate(op, d, static_cast<u32>(value), true); }
  void alu(Alu op, const Mem& m, u32 value) {
    bool small = is_small(value);
    rm(small ? 0x83 : 0x81, static_cast<Reg>(op), m);
    if (small)
      byte(static_cast<u8>(value));
    else
      word(value);
  }
  void alu8(Alu op, const Mem& m, u8 value) {
    rm(0x80, static_cast<Reg>(op), m);
    byte(value);
  }
  void alu8(Alu op, Reg d, u8 value) {
    rr(0x80, static_cast<Reg>(op), d, false, needs_rex8(d));
    byte(value);
  }
  void test(Reg a, Reg b) { rr(0x85, b, a); }
  void test64(Reg a, Reg b) { rr(0x85, b, a, true); }
  void test(Reg a, u32 value) {
    if (value < 128 && !needs_rex8(a) && a != Reg::rax) {
      // The sign of the whole word is known to be 0 with such a mask, as that of the low byte is.
      rr(0xf6, Reg::rax, a);
      byte(static_cast<u8>(value));
      return;
    }
    rr(0xf7, Reg::rax, a);
    word(value);
  }
  void test(const Mem& m, u32 value) {
    rm(0xf7, Reg::rax, m);
    word(value);
  }
  void test_ah(u8 value) {
    byte(0xf6);
    byte(0xc4);
    byte(value);
  }
  void test_al(u8 value) {
    byte(0xa8);
    byte(value);
  }
  void not_(Reg d) { rr(0xf7, static_cast<Reg>(2), d); }
  void neg(Reg d) { rr(0xf7, static_cast<Reg>(3), d); }
  void imul(Reg d, Reg s) { rr(0x0faf, d, s); }
  void imul64(Reg d, Reg s) { rr(0x0faf, d, s, true); }
  void imul(Reg d, const Mem& m) { rm(0x0faf, d, m); }
  void imul(Reg d, Reg s, u32 by) {
    rr(0x69, d, s);
    word(by);
  }
  void div(Reg s) { rr(0xf7, static_cast<Reg>(6), s); }
  void idiv(Reg s) { rr(0xf7, static_cast<Reg>(7), s); }
  void cdq() { byte(0x99); }
  void shift(Shifting op, Reg d, u8 amount) {
    rr(0xc1, static_cast<Reg>(op), d);
    byte(amount);
  }
  void shift64(Shifting op, Reg d, u8 amount) {
    rr(0xc1, static_cast<Reg>(op), d, true);
    byte(amount);
  }
  void shift_by_cl(Shifting op, Reg d) { rr(0xd3, static_cast<Reg>(op), d); }
  void shift64_by_cl(Shifting op, Reg d) { rr(0xd3, static_cast<Reg>(op), d, true); }
  void bswap(Reg d) {
    if (high(d)) byte(0x41);
    byte(0x0f);
    byte(0xc8 | low(d));
  }
  void bsr(Reg d, Reg s) { rr(0x0fbd, d, s); }
  void bit_test(Reg d, u8 bit) {  // BT: CF is the bit
    rr(0x0fba, static_cast<Reg>(4), d);
    byte(bit);
  }
  void bit_test64(Reg d, u8 bit) {
    rr(0x0fba, static_cast<Reg>(4), d, true);
    byte(bit);
  }
  void complement_carry() { byte(0xf5); }
  void lahf() { byte(0x9f); }
  void sahf() { byte(0x9e); }

  // --- conditions
  void set(Cc cc, Reg d) { rr(0x0f90 | static_cast<u32>(cc), Reg::rax, d, false, needs_rex8(d)); }
  void set(Cc cc, const Mem& m) { rm(0x0f90 | static_cast<u32>(cc), Reg::rax, m); }
  void cmov(Cc cc, Reg d, Reg s) { rr(0x0f40 | static_cast<u32>(cc), d, s); }
  void cmov(Cc cc, Reg d, const Mem& m) { rm(0x0f40 | static_cast<u32>(cc), d, m); }

  // --- control. A jump's place is that of its 32-bit distance.
  u8* jump(Cc cc) {
    byte(0x0f);
    byte(0x80 | static_cast<u8>(cc));
    word(0);
    return at_ - 4;
  }
  u8* jump() {
    byte(0xe9);
    word(0);
    return at_ - 4;
  }
  void jump(const u8* target) {
    byte(0xe9);
    word(distance(target));
  }
  void jump(Cc cc, const u8* target) {
    byte(0x0f);
    byte(0x80 | static_cast<u8>(cc));
    word(distance(target));
  }
  void call(const u8* target) {
    byte(0xe8);
    word(distance(target));
  }
  void jump(Reg target) { rr(0xff, static_cast<Reg>(4), target); }
  void call(Reg target) { rr(0xff, static_cast<Reg>(2), target); }
  void call(const Mem& target) { rm(0xff, static_cast<Reg>(2), target); }
  void ret() { byte(0xc3); }
  void push(Reg r) {
    if (high(r)) byte(0x41);
    byte(0x50 | low(r));
  }
  void pop(Reg r) {
    if (high(r)) byte(0x41);
    byte(0x58 | low(r));
  }
  // Of a word; leaves the flags as they are.
  void lock_not(const Mem& m) {
    lock_ = true;
    rm(0xf7, static_cast<Reg>(2), m);
  }
  // Of so many bytes. LOCK CMPXCHG has rax as the expected value.
  void lock_cmpxchg(const Mem& m, Reg s, u8 bytes) {
    lock_ = true;
    sized(0x0fb0, s, m, bytes);
  }
  void compare(const Mem& m, Reg s, u8 bytes) { sized(0x38, s, m, bytes); }
  void store(const Mem& m, Reg s, u8 bytes) { sized(0x88, s, m, bytes); }
  static void patch(u8* place, const u8* target) { sigtape::store(place, static_cast<u32>(target - (place + 4))); }
  void bind(u8* place) { patch(place, at_); }

  // --- SSE: `prefix` is 0, 0x66, 0xf2 or 0xf3; opcode with its escape bytes (0x0f.., 0x0f38.., 0x0f3a..)
  void sse(u8 prefix, u32 opcode, u8 d, u8 s, bool wide = false) {
    prefix_ = prefix;
    rr(opcode, static_cast<Reg>(d), static_cast<Reg>(s), wide);
  }
  void sse(u8 prefix, u32 opcode, u8 d, const Mem& m, bool wide = false) {
    prefix_ = prefix;
    rm(opcode, static_cast<Reg>(d), m, wide);
  }
  // Between general and xmm registers: 32 bits, or 64.
  void move_from_xmm(Reg d, u8 s, bool wide = false) { sse(0x66, 0x0f7e, s, static_cast<u8>(d), wide); }
  void move_to_xmm(u8 d, Reg s, bool wide = false) { sse(0x66, 0x0f6e, d, static_cast<u8>(s), wide); }
  // FMA3 and AVX2 on scalars and vectors of 128 bits, of the opcodes behind 0f 38: d = s1 and s2, and d for FMA3.
  void avx(u8 opcode, bool wide, u8 d, u8 s1, u8 s2) {
    byte(0xc4);
    byte(static_cast<u8>((d & 8 ? 0 : 0x80) | 0x40 | (s2 & 8 ? 0 : 0x20) | 2));  // map 0f38
    byte(static_cast<u8>((wide ? 0x80 : 0) | ((~s1 & 15) << 3) | 1));            // 128 bits, prefix 66
    byte(opcode);
    byte(static_cast<u8>(0xc0 | ((d & 7) << 3) | (s2 & 7)));
  }

 private:
  static u8 low(Reg r) { return static_cast<u8>(r) & 7; }
  static bool high(Reg r) { return static_cast<u8>(r) & 8; }
  static bool needs_rex8(Reg r) { return static_cast<u8>(r) >= 4; }  // SPL, BPL, SIL, DIL, R8B…
  static bool is_small(u32 value) { return static_cast<u32>(static_cast<i32>(static_cast<i8>(value))) == value; }
  u32 distance(const u8* target) const { return static_cast<u32>(target - (at_ + 4)); }

  void opcode(u32 code) {
    if (code > 0xffff) byte(static_cast<u8>(code >> 16));
    if (code > 0xff) byte(static_cast<u8>(code >> 8));
    byte(static_cast<u8>(code));
  }
  void prefixes() {
    if (lock_) byte(0xf0);
    if (prefix_) byte(prefix_);
    lock_ = false;
    prefix_ = 0;
  }
  void rr(u32 code, Reg reg, Reg rm, bool wide = false, bool rex8 = false) {
    prefixes();
    u8 rex = static_cast<u8>((wide ? 8 : 0) | (high(reg) ? 4 : 0) | (high(rm) ? 1 : 0));
    if (rex || rex8) byte(0x40 | rex);
    opcode(code);
    byte(static_cast<u8>(0xc0 | (low(reg) << 3) | low(rm)));
  }
  void rm(u32 code, Reg reg, const Mem& m, bool wide = false, bool rex8 = false) {
    if (m.guest) {
      if (segment_) byte(0x65);
      byte(0x67);
    }
    prefixes();
    bool has_index = m.index != Reg::none, has_base = m.base != Reg::none;
    u8 rex = static_cast<u8>((wide ? 8 : 0) | (high(reg) ? 4 : 0) | (has_index && high(m.index) ? 2 : 0) |
                             (has_base && high(m.base) ? 1 : 0));
    if (rex || rex8) byte(0x40 | rex);
    opcode(code);
    u8 field = static_cast<u8>(low(reg) << 3);
    if (!has_base) {  // SIB without base: 32-bit offset
      byte(field | 4);
      byte(static_cast<u8>((m.scale << 6) | (has_index ? low(m.index) << 3 : 0x20) | 5));
      word(static_cast<u32>(m.offset));
      return;
    }
    u8 mode = m.offset == 0 && low(m.base) != 5 ? 0 : m.offset >= -128 && m.offset <= 127 ? 0x40 : 0x80;
    if (has_index || low(m.base) == 4) {
      byte(mode | field | 4);
      byte(static_cast<u8>((m.scale << 6) | (has_index ? low(m.index) << 3 : 0x20) | low(m.base)));
    } else {
      byte(mode | field | low(m.base));
    }
    if (mode == 0x40) byte(static_cast<u8>(m.offset));
    if (mode == 0x80) word(static_cast<u32>(m.offset));
  }
  // The opcode is that for bytes; the next one is for the rest.
  void sized(u32 code, Reg s, const Mem& m, u8 bytes) {
    if (bytes == 2) prefix_ = 0x66;
    if (bytes == 1)
      rm(code, s, m, false, needs_rex8(s));
    else
      rm(code + 1, s, m, bytes == 8);
  }
  void alu_immediate(Alu op, Reg d, u32 value, bool wide) {
    bool small = is_small(value);
    rr(small ? 0x83 : 0x81, static_cast<Reg>(op), d, wide);
    if (small)
      byte(static_cast<u8>(value));
    else
      word(value);
  }

  u8* at_ = nullptr;
  u8 prefix_ = 0;
  bool lock_ = false;
  bool segment_ = false;
};

}  // namespace sigtape::jit
