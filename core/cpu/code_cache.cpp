// The decoded-code cache: pieces of slots, fetching and decoding on first use, resets when code changes.
#include "core/cpu/code_cache.h"

#include <sys/mman.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/cpu/memory.h"
#include "core/isa/decode.h"

namespace sigtape::cpu {

namespace {

constexpr std::size_t table_bytes = (std::size_t{1} << (32 - CodeCache::piece_shift)) * sizeof(Slot*);

void* reserve(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK_THAT(at != MAP_FAILED, "no memory for {} bytes of decoded code", bytes);
  return at;
}

constexpr u32 slots_of(bool thumb) { return CodeCache::piece_bytes >> (thumb ? 1 : 2); }

}  // namespace

CodeCache::CodeCache() {
  for (Slot**& table : tables_) table = static_cast<Slot**>(reserve(table_bytes));
}

CodeCache::~CodeCache() {
  for (Slot** table : tables_) munmap(table, table_bytes);
}

void CodeCache::clear() {
  for (Slot** table : tables_)
    CHECK_THAT(madvise(table, table_bytes, MADV_DONTNEED) == 0, "the tables of decoded code can't be emptied");
  has_pieces_ = {};
  blocks_in_use_ = 0;
}

Slot* CodeCache::allocate(u32 count) {
  std::size_t bytes = count * sizeof(Slot);
  if (blocks_in_use_ == 0 || block_used_ + bytes > block_bytes) {
    if (blocks_in_use_ == blocks_.size())
      blocks_.push_back(std::make_unique<Reservation>(block_bytes, 0, OnFork::copied));
    blocks_in_use_++;
    block_used_ = 0;
    block_pages_ = {blocks_[blocks_in_use_ - 1]->at(), block_bytes, first_pages_step, last_pages_step};
  }
  u8* block = static_cast<u8*>(blocks_[blocks_in_use_ - 1]->at());
  block_pages_.need(block_used_ + bytes);
  auto* slots = reinterpret_cast<Slot*>(block + block_used_);
  block_used_ += bytes;
  return slots;
}

Slot* CodeCache::make(u32 pc, bool thumb) {
  u32 begin = pc & ~(piece_bytes - 1), width = thumb ? 2 : 4, count = slots_of(thumb);
  // Two slots beyond the end: a 32-bit Thumb instruction may begin in the last halfword.
  Slot* piece = allocate(count + 2);
  for (u32 i = 0; i < count + 2; i++) {
    piece[i].run = i < count ? decode_slot : leave_piece;
    piece[i].pc = begin + i * width;
    piece[i].step = i < count ? sizeof(Slot) : 0;
  }
  table(thumb)[begin >> piece_shift] = piece;
  has_pieces_[begin >> region_shift] = true;
  return piece;
}

void CodeCache::reset_piece(Slot* piece, u32 begin, u64 end, bool thumb) {
  for (u32 i = 0; i < slots_of(thumb); i++)
    if (piece[i].pc >= begin && piece[i].pc < end) piece[i].run = decode_slot;
}

void CodeCache::reset(u32 begin, u64 bytes) {
  u64 end = u64{begin} + bytes;
  begin -= std::min(begin, 3u);  // instructions that begin before the change and reach into it
  for (u64 piece = begin >> piece_shift; piece << piece_shift < end; piece++) {
    if (!has_pieces_[piece >> (region_shift - piece_shift)]) {
      piece |= (u64{1} << (region_shift - piece_shift)) - 1;  // on to the next region
      continue;
    }
    for (bool thumb : {false, true})
      if (Slot* slots = table(thumb)[piece]) reset_piece(slots, begin, end, thumb);
  }
}

u16 CodeCache::body_index(const Body& body) {
  auto [it, fresh] = body_numbers_.try_emplace(body, static_cast<u16>(bodies_.size()));
  if (fresh) bodies_.push_back(body);
  return it->second;
}

const Slot* Context::find_slowly(u32 at) {
  // Pieces are made for executable pages only, so that wild jumps cost nothing.
  if (!space->executable(at & ~1u, 2)) {
    no_fetch.pc = state->thumb ? at & ~1u : at & ~3u;
    no_fetch.run = refuse_fetch;
    return &no_fetch;
  }
  return cache.make(at, state->thumb) + ((at & (CodeCache::piece_bytes - 1)) >> slot_shift);
}

const Slot* leave_piece(Context& context, const Slot* slot, u32 left) {
  const Slot* next = context.find(slot->pc);
  if (context.state->it) settle(context, next);
  return next->run(context, next, left);
}

static const Slot* stop_fetch(Context& context, const Slot* slot, u32 address, u32 left) {
  context.stop = {.kind = StopKind::fault, .address = GuestAddr{address}, .access = Access::fetch};
  return stop_at(context, slot, left);
}

const Slot* refuse_fetch(Context& context, const Slot* slot, u32 left) {
  return stop_fetch(context, slot, slot->pc, left);
}

const Slot* decode_slot(Context& context, const Slot* const_slot, u32 left) {
  auto* slot = const_cast<Slot*>(const_slot);
  State& state = *context.state;
  u32 pc = slot->pc;
  u8 it = 0;
  if (state.thumb) {
    const u8* first_bytes = context.space->executable(pc, 2);
    if (!first_bytes) return stop_fetch(context, slot, pc, left);
    u16 first = load<u16>(first_bytes), second = 0;
    if (isa::is_t32(first)) {
      const u8* second_bytes = context.space->executable(pc + 2, 2);
      if (!second_bytes) return stop_fetch(context, slot, pc + 2, left);
      second = load<u16>(second_bytes);
      context.space->mark_code((pc + 2) >> 12);
    }
    it = state.it;
    slot->insn = isa::decode_thumb(first, second, it);
    slot->step = static_cast<u8>(slot->insn.width / 2 * sizeof(Slot));
  } else {
    const u8* bytes = context.space->executable(pc, 4);
    if (!bytes) return stop_fetch(context, slot, pc, left);
    slot->insn = isa::decode_a32(load<u32>(bytes));
    slot->step = sizeof(Slot);
  }
  context.space->mark_code(pc >> 12);
  slot->it = it;
  Body body = body_of(slot->insn);
  bool tests_condition = slot->insn.cond != isa::Cond::al && slot->insn.op != isa::Op::b;  // B tests its own
  if (it != 0 || tests_condition || body.data || body.memory) slot->body = context.cache.body_index(body);
  if (it != 0)
    slot->run = it_block_handler(slot->insn.cond);
  else if (tests_condition)
    slot->run = conditional_handler(slot->insn.cond);
  else
    slot->run = body.handler;
  if (it == 0 && slot->insn.op == isa::Op::b) {
    u32 target = semantics::pc_operand(pc, state.thumb) + slot->insn.imm;
    if (target >> CodeCache::piece_shift == pc >> CodeCache::piece_shift) {
      slot->run = near_branch_handler(slot->insn.cond);
      slot->body = static_cast<u16>((static_cast<i32>(target - pc) >> context.slot_shift) * i32{sizeof(Slot)});
    }
  }
  return slot->run(context, slot, left);
}

// --- exclusive accesses

namespace {

template <class T>
bool compare_and_swap(u8* at, u64 expected, u64 desired) {
  T old = static_cast<T>(expected);
  return __atomic_compare_exchange_n(reinterpret_cast<T*>(at), &old, static_cast<T>(desired), false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}

u64 load_atomically(const u8* at, u32 bytes) {
  switch (bytes) {
    case 1: return __atomic_load_n(at, __ATOMIC_SEQ_CST);
    case 2: return __atomic_load_n(reinterpret_cast<const u16*>(at), __ATOMIC_SEQ_CST);
    case 4: return __atomic_load_n(reinterpret_cast<const u32*>(at), __ATOMIC_SEQ_CST);
    default: return __atomic_load_n(reinterpret_cast<const u64*>(at), __ATOMIC_SEQ_CST);
  }
}

bool compare_and_swap(u8* at, u32 bytes, u64 expected, u64 desired) {
  switch (bytes) {
    case 1: return compare_and_swap<u8>(at, expected, desired);
    case 2: return compare_and_swap<u16>(at, expected, desired);
    case 4: return compare_and_swap<u32>(at, expected, desired);
    default: return compare_and_swap<u64>(at, expected, desired);
  }
}

// Between bytes in memory and register values. A doubleword is two words, the lower address in the low half.
u64 in_memory_order(const Core& core, u64 value, u32 bytes) {
  switch (bytes) {
    case 1: return value;
    case 2: return core.in_order(static_cast<u16>(value));
    case 4: return core.in_order(static_cast<u32>(value));
    default: return core.in_order(static_cast<u32>(value)) | (u64{core.in_order(static_cast<u32>(value >> 32))} << 32);
  }
}

}  // namespace

bool Context::load_exclusive(u32 address, u32 bytes, u64& value) {
  if (!aligned(address, bytes, Access::read)) return false;
  const u8* at = space->readable(address, bytes);
  if (!at) return refuse(address, bytes, Access::read);
  u64 raw = load_atomically(at, bytes);
  state->monitor = {.open = true, .size = static_cast<u8>(bytes), .address = address, .value = raw};
  value = in_memory_order(*this, raw, bytes);
  return true;
}

bool Context::store_exclusive(u32 address, u32 bytes, u64 value, u32& status) {
  if (!aligned(address, bytes, Access::write)) return false;
  Monitor& monitor = state->monitor;
  status = 1;
  if (monitor.open && monitor.address == address && monitor.size == bytes) {
    u8* at = space->writable(address, bytes);
    if (!at) return refuse(address, bytes, Access::write);
    if (compare_and_swap(at, bytes, monitor.value, in_memory_order(*this, value, bytes))) status = 0;
  }
  monitor = {};
  return true;
}

bool Context::swap(u32 address, u32 bytes, u32 value, u32& old) {
  if (!aligned(address, bytes, Access::write)) return false;
  u8* at = space->writable(address, bytes);
  if (!at) return refuse(address, bytes, Access::write);
  u64 raw = in_memory_order(*this, value, bytes);
  if (bytes == 1)
    raw = __atomic_exchange_n(at, static_cast<u8>(raw), __ATOMIC_SEQ_CST);
  else
    raw = __atomic_exchange_n(reinterpret_cast<u32*>(at), static_cast<u32>(raw), __ATOMIC_SEQ_CST);
  old = static_cast<u32>(in_memory_order(*this, raw, bytes));
  return true;
}

}  // namespace sigtape::cpu
