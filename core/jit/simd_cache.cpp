// The extension registers that translated code has at hand.
#include "core/jit/simd_cache.h"

#include "core/base/check.h"

namespace sigtape::jit {

int SimdCache::find(Range range) const {
  for (std::size_t x = 0; x < entries_.size(); x++)
    if (entries_[x].first == range.first && entries_[x].words >= range.words) return static_cast<int>(x);
  return -1;
}

int SimdCache::holder(Range range) {
  int x = find(range);
  // Perhaps not from the turn before: then it is put there once too often.
  if (x >= 0 && entries_[static_cast<u32>(x)] == at_loop_[static_cast<u32>(x)]) needed_ |= 1u << x;
  return x;
}

// Whether it holds what is to be moved into one of `registers`.
bool SimdCache::is_wanted(u32 registers, u8 x) const {
  for (u8 to = 0; to < at_loop_.size(); to++)
    if ((registers >> to & 1) && to != x && find(at_loop_[to]) == x) return true;
  return false;
}

void SimdCache::end_loop() {
  u32 left = 0;
  for (u8 x = 0; x < at_loop_.size(); x++)
    if ((needed_ >> x & 1) && !(entries_[x] == at_loop_[x])) left |= 1u << x;
  for (bool moved = true; moved;) {
    moved = false;
    for (u8 x = 0; x < at_loop_.size(); x++) {
      int from = find(at_loop_[x]);
      if (!(left >> x & 1) || from < 0 || is_wanted(left, x)) continue;
      move(x, static_cast<u8>(from));
      entries_[x] = at_loop_[x];
      left &= ~(1u << x);
      moved = true;
    }
  }
  for (u8 x = 0; x < at_loop_.size(); x++)
    if (left >> x & 1) load(x, at_loop_[x], in_file(at_loop_[x]));
  at_loop_ = {};
  needed_ = 0;
}

u8 SimdCache::fresh() {
  // First one that holds nothing, else in turn.
  for (int round = 0; round < 2; round++)
    for (std::size_t k = 0; k < entries_.size(); k++) {
      u8 x = static_cast<u8>((next_ + k) % entries_.size());
      if ((locked_ >> x & 1) || (round == 0 && entries_[x].words != 0)) continue;
      next_ = static_cast<u8>((x + 1) % entries_.size());
      locked_ |= 1u << x;
      clean_ &= ~(1u << x);
      entries_[x] = {};
      return x;
    }
  CHECK_THAT(false, "one instruction asked for more than 16 xmm registers");
  return 0;
}

void SimdCache::load(u8 x, Range range, const Mem& from) {
  if (range.words == 1) return as_.sse(0xf3, 0x0f10, x, from);  // MOVSS
  if (range.words == 2) return as_.sse(0xf3, 0x0f7e, x, from);  // MOVQ
  as_.sse(0, from.guest ? 0x0f10 : 0x0f28, x, from);            // MOVUPS, MOVAPS
}

void SimdCache::store(const Mem& to, Range range, u8 x) {
  if (range.words == 1) return as_.sse(0xf3, 0x0f11, x, to);
  if (range.words == 2) return as_.sse(0x66, 0x0fd6, x, to);
  as_.sse(0, to.guest ? 0x0f11 : 0x0f29, x, to);
}

u8 SimdCache::use(Range range) {
  if (int x = holder(range); x >= 0) {
    locked_ |= 1u << x;
    return static_cast<u8>(x);
  }
  u8 x = copy(range);
  entries_[x] = range;
  return x;
}

u8 SimdCache::copy(Range range) {
  int held = holder(range), high = -1;
  if (held < 0 && range.words == 4) {
    // Two halves that were stored apart would make the load wait.
    held = holder({range.first, 2});
    high = holder({static_cast<u8>(range.first + 2), 2});
    if (high < 0) held = -1;
  }
  u32 locked = locked_;
  if (held >= 0) locked_ |= 1u << held;
  if (high >= 0) locked_ |= 1u << high;
  u8 x = fresh();
  locked_ = locked | 1u << x;
  if (held >= 0) {
    move(x, static_cast<u8>(held));
    if (high >= 0) as_.sse(0x66, 0x0f6c, x, static_cast<u8>(high));  // PUNPCKLQDQ
  } else {
    load(x, range, in_file(range));
  }
  return x;
}

void SimdCache::written(Range range) {
  for (Range& entry : entries_)
    if (entry.words != 0 && entry.overlaps(range)) entry = {};
}

void SimdCache::put(Range range, u8 x, bool is_clean) {
  store(in_file(range), range, x);
  written(range);
  entries_[x] = range;
  clean_ &= ~(1u << x);
  if (is_clean) set_clean(x);
}

void SimdCache::load_all(const Entries& entries) {
  for (u8 x = 0; x < entries.size(); x++)
    if (entries[x].words != 0) load(x, entries[x], in_file(entries[x]));
}

}  // namespace sigtape::jit
