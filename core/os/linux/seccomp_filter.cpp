// Classic BPF as seccomp has it: which programs are taken, and what they compute.
#include <algorithm>
#include <array>
#include <bit>

#include "core/base/bytes.h"
#include "core/os/linux/seccomp.h"

namespace sigtape::os::linux_eabi {

using abi::linux_eabi::SockFilter;

namespace {

// include/uapi/linux/bpf_common.h and filter.h: the codes that seccomp takes
enum Code : u16 {
  load_word = 0x20,  // BPF_LD | BPF_W | BPF_ABS
  load_length = 0x80,
  load_k = 0x00,
  load_memory = 0x60,
  loadx_length = 0x81,
  loadx_k = 0x01,
  loadx_memory = 0x61,
  store_a = 0x02,
  store_x = 0x03,
  add_k = 0x04, add_x = 0x0c,
  sub_k = 0x14, sub_x = 0x1c,
  mul_k = 0x24, mul_x = 0x2c,
  div_k = 0x34, div_x = 0x3c,
  or_k = 0x44, or_x = 0x4c,
  and_k = 0x54, and_x = 0x5c,
  shift_left_k = 0x64, shift_left_x = 0x6c,
  shift_right_k = 0x74, shift_right_x = 0x7c,
  negate = 0x84,
  xor_k = 0xa4, xor_x = 0xac,
  jump = 0x05,
  if_equal_k = 0x15, if_equal_x = 0x1d,
  if_greater_k = 0x25, if_greater_x = 0x2d,
  if_not_less_k = 0x35, if_not_less_x = 0x3d,
  if_any_bit_k = 0x45, if_any_bit_x = 0x4d,
  return_k = 0x06, return_a = 0x16,
  a_to_x = 0x07, x_to_a = 0x87
};

constexpr u32 memory_words = 16;

// struct seccomp_data
struct Data {
  u32 number, architecture;
  u64 behind_svc;
  u64 arguments[6];
};
static_assert(sizeof(Data) == 64);

bool is_branch(u16 code) { return (code & 7) == 5 && code != jump; }

bool is_taken(const SockFilter& insn) {
  switch (insn.code) {
    case load_word: return insn.k < sizeof(Data) && insn.k % 4 == 0;
    case load_memory: case loadx_memory: case store_a: case store_x: return insn.k < memory_words;
    case div_k: return insn.k != 0;
    case shift_left_k: case shift_right_k: return insn.k < 32;
    case load_length: case load_k: case loadx_length: case loadx_k: case add_k: case add_x: case sub_k: case sub_x:
    case mul_k: case mul_x: case div_x: case or_k: case or_x: case and_k: case and_x: case shift_left_x:
    case shift_right_x: case negate: case xor_k: case xor_x: case jump: case if_equal_k: case if_equal_x:
    case if_greater_k: case if_greater_x: case if_not_less_k: case if_not_less_x: case if_any_bit_k:
    case if_any_bit_x: case return_k: case return_a: case a_to_x: case x_to_a: return true;
    default: return false;
  }
}

// check_load_and_stores: a word is loaded only where every way there has stored it. Jumps go forward only.
bool loads_only_what_is_stored(std::span<const SockFilter> program) {
  std::vector<u16> stored_before(program.size(), 0xffff);
  u16 stored = 0;
  auto arrives = [&](std::size_t at) { stored_before[at] &= stored; };
  for (std::size_t at = 0; at < program.size(); at++) {
    const SockFilter& insn = program[at];
    stored &= stored_before[at];
    switch (insn.code) {
      case store_a: case store_x: stored |= static_cast<u16>(1u << insn.k); break;
      case load_memory: case loadx_memory:
        if (!(stored >> insn.k & 1)) return false;
        break;
      case jump:
        arrives(at + 1 + insn.k);
        stored = 0xffff;
        break;
      case return_k: case return_a: break;
      default:
        if (!is_branch(insn.code)) break;
        arrives(at + 1 + insn.jt);
        arrives(at + 1 + insn.jf);
        stored = 0xffff;
    }
  }
  return true;
}

bool is_acceptable(std::span<const SockFilter> program) {
  if (program.empty() || program.size() > SeccompFilter::most_instructions) return false;
  for (std::size_t at = 0; at < program.size(); at++) {
    const SockFilter& insn = program[at];
    std::size_t left = program.size() - at - 1;
    if (!is_taken(insn) || (insn.code == jump && insn.k >= left)) return false;
    if (is_branch(insn.code) && (insn.jt >= left || insn.jf >= left)) return false;
  }
  u16 last = program.back().code;
  return (last == return_k || last == return_a) && loads_only_what_is_stored(program);
}

// How many instructions of its own the kernel makes of it (bpf_convert_filter).
u32 converted_length(const SockFilter& insn) {
  if (insn.code == return_k) return 2;
  if (insn.code == div_x) return 4;
  if (!is_branch(insn.code)) return 1;
  bool is_wide = !(insn.code & 8) && static_cast<i32>(insn.k) < 0;  // the constant needs a register
  bool is_bit_test = insn.code == if_any_bit_k || insn.code == if_any_bit_x;  // has no opposite
  bool one_jump = insn.jf == 0 || (insn.jt == 0 && !is_bit_test);
  return (one_jump ? 1 : 2) + is_wide;
}

u32 result_of(std::span<const SockFilter> program, const Data& data) {
  u32 a = 0, x = 0;
  std::array<u32, memory_words> memory{};
  for (std::size_t at = 0;; at++) {
    const SockFilter& insn = program[at];
    u32 k = insn.k, operand = insn.code & 8 ? x : k;
    bool condition = false;
    switch (insn.code) {
      case load_word: a = load<u32>(reinterpret_cast<const u8*>(&data) + k); continue;
      case load_length: a = sizeof(Data); continue;
      case load_k: a = k; continue;
      case load_memory: a = memory[k]; continue;
      case loadx_length: x = sizeof(Data); continue;
      case loadx_k: x = k; continue;
      case loadx_memory: x = memory[k]; continue;
      case store_a: memory[k] = a; continue;
      case store_x: memory[k] = x; continue;
      case add_k: case add_x: a += operand; continue;
      case sub_k: case sub_x: a -= operand; continue;
      case mul_k: case mul_x: a *= operand; continue;
      case div_k: case div_x:
        if (operand == 0) return 0;
        a /= operand;
        continue;
      case or_k: case or_x: a |= operand; continue;
      case and_k: case and_x: a &= operand; continue;
      case shift_left_k: case shift_left_x: a <<= operand & 31; continue;
      case shift_right_k: case shift_right_x: a >>= operand & 31; continue;
      case negate: a = 0 - a; continue;
      case xor_k: case xor_x: a ^= operand; continue;
      case a_to_x: x = a; continue;
      case x_to_a: a = x; continue;
      case jump: at += k; continue;
      case return_k: return k;
      case return_a: return a;
      case if_equal_k: case if_equal_x: condition = a == operand; break;
      case if_greater_k: case if_greater_x: condition = a > operand; break;
      case if_not_less_k: case if_not_less_x: condition = a >= operand; break;
      case if_any_bit_k: case if_any_bit_x: condition = a & operand; break;
      default: return 0;  // not accepted
    }
    at += condition ? insn.jt : insn.jf;
  }
}

}  // namespace

std::shared_ptr<const SeccompFilter> SeccompFilter::make(std::vector<SockFilter> program,
                                                         std::shared_ptr<const SeccompFilter> older) {
  if (!is_acceptable(program)) return nullptr;
  auto filter = std::make_shared<SeccompFilter>();
  constexpr u32 prologue = 3, penalty = 4;
  u32 before = older ? older->instructions_on_path_ + penalty : 0;
  filter->instructions_on_path_ = before + prologue;
  for (const SockFilter& insn : program) filter->instructions_on_path_ += converted_length(insn);
  filter->program_ = std::move(program);
  filter->older_ = std::move(older);
  return filter;
}

u32 SeccompFilter::judge(const abi::Call& call, GuestAddr behind_svc) const {
  Data data{.number = call.number & 0xf'ffff, .architecture = architecture_arm, .behind_svc = behind_svc.value};
  std::copy_n(call.words.begin(), 6, data.arguments);
  u32 strictest = static_cast<u32>(SeccompAction::allow);
  auto severity = [](u32 result) { return static_cast<i32>(result & 0xffff'0000); };
  for (const SeccompFilter* filter = this; filter; filter = filter->older_.get())
    if (u32 result = result_of(filter->program_, data); severity(result) < severity(strictest)) strictest = result;
  return strictest;
}

bool SeccompFilter::descends_from(const SeccompFilter* other) const {
  for (const SeccompFilter* filter = this; filter; filter = filter->older_.get())
    if (filter == other) return true;
  return false;
}

std::vector<u64> SeccompFilter::chain() const {
  std::vector<u64> chain = older_ ? older_->chain() : std::vector<u64>{};
  chain.push_back(program_.size());
  for (const SockFilter& insn : program_) chain.push_back(std::bit_cast<u64>(insn));
  return chain;
}

Result<std::shared_ptr<const SeccompFilter>> SeccompFilter::from_chain(std::span<const u64> chain) {
  std::shared_ptr<const SeccompFilter> newest;
  while (!chain.empty()) {
    u64 count = chain.front();
    if (count >= chain.size()) return Error{"an inherited seccomp filter is cut off"};
    std::vector<SockFilter> program;
    for (u64 packed : chain.subspan(1, count)) program.push_back(std::bit_cast<SockFilter>(packed));
    newest = make(std::move(program), std::move(newest));
    if (!newest) return Error{"an inherited seccomp filter is none"};
    chain = chain.subspan(count + 1);
  }
  return newest;
}

}  // namespace sigtape::os::linux_eabi
