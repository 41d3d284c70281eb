// The extension registers that translated code has at hand.
#include "core/jit/simd_cache.h"

#include "core/base/check.h"

namespace sigtape::jit {

int SimdCache::find(Range range, bool as_number) const {
  for (std::size_t x = 0; x < entries_.size(); x++)
    if (entries_[x].first == range.first && entries_[x].words >= range.words && (as_number || !(flushed_ >> x & 1)))
      return static_cast<int>(x);
  return -1;
}

int SimdCache::holder(Range range, bool as_number) {
  int x = find(range, as_number);
  // Perhaps not from the turn before: then it is put there once too often.
  if (x >= 0 && entries_[static_cast<u32>(x)] == at_loop_[static_cast<u32>(x)]) needed_ |= 1u << x;
  return x;
}

bool SimdCache::is_clean(u8 x) {
  if (!(clean_ >> x & 1)) return false;
  if (entries_[x].words != 0 && entries_[x] == at_loop_[x] && (clean_at_loop_ >> x & 1)) needed_clean_ |= 1u << x;
  return true;
}

// Whether register y holds what x is to hold when the next turn begins.
bool SimdCache::serves(u8 y, u8 x) const {
  bool as_number = flushed_at_loop_ >> x & 1, has_to_be_clean = as_number || (needed_clean_ >> x & 1);
  return entries_[y].first == at_loop_[x].first && entries_[y].words >= at_loop_[x].words &&
         (as_number || !(flushed_ >> y & 1)) && (!has_to_be_clean || (clean_ >> y & 1));
}

int SimdCache::server(u8 x) const {
  for (u8 y = 0; y < entries_.size(); y++)
    if (serves(y, x)) return y;
  return -1;
}

// Whether it holds what is to be moved into one of `registers`.
bool SimdCache::is_wanted(u32 registers, u8 x) const {
  for (u8 to = 0; to < at_loop_.size(); to++)
    if ((registers >> to & 1) && to != x && server(to) == x) return true;
  return false;
}

bool SimdCache::end_loop() {
  u32 left = 0;
  for (u8 x = 0; x < at_loop_.size(); x++)
    if ((needed_ >> x & 1) && !(entries_[x] == at_loop_[x] && serves(x, x))) left |= 1u << x;
  for (bool moved = true; moved;) {
    moved = false;
    for (u8 x = 0; x < at_loop_.size(); x++) {
      int from = server(x);
      if (!(left >> x & 1) || from < 0 || is_wanted(left, x)) continue;
      take_over(x, static_cast<u8>(from));
      entries_[x] = at_loop_[x];
      left &= ~(1u << x);
      moved = true;
    }
  }
  bool done = (left & (needed_clean_ | flushed_at_loop_)) == 0 && (needed_clean_words_ & ~clean_words_) == 0;
  for (u8 x = 0; done && x < at_loop_.size(); x++)
    if (left >> x & 1) load(x, at_loop_[x], in_file(at_loop_[x]));
  at_loop_ = {};
  needed_ = needed_clean_ = clean_at_loop_ = flushed_at_loop_ = 0;
  clean_words_at_loop_ = needed_clean_words_ = 0;
  return done;
}

// Bits and what is known of them; not the range.
void SimdCache::take_over(u8 x, u8 from) {
  move(x, from);
  clean_ = (clean_ & ~(1u << x)) | (clean_ >> from & 1) << x;
  flushed_ = (flushed_ & ~(1u << x)) | (flushed_ >> from & 1) << x;
}

// One that holds nothing, else always the same ones, so that most of what is held stays from turn to turn of a loop.
u8 SimdCache::fresh() {
  for (bool any : {false, true})
    for (u8 x = 0; x < entries_.size(); x++) {
      if ((locked_ >> x & 1) || (!any && entries_[x].words != 0)) continue;
      locked_ |= 1u << x;
      clean_ &= ~(1u << x);
      flushed_ &= ~(1u << x);
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
  if ((range.bits() & ~clean_words_) == 0) {
    needed_clean_words_ |= range.bits() & clean_words_at_loop_;
    set_clean(x);
  }
  return x;
}

u8 SimdCache::use_number(Range range) {
  int x = holder(range, true);
  if (x < 0) return use(range);
  locked_ |= 1u << x;
  return static_cast<u8>(x);
}

u8 SimdCache::copy_number(Range range) {
  u8 from = use_number(range), x = fresh();
  take_over(x, from);
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
  clean_words_ &= ~range.bits();
  for (Range& entry : entries_)
    if (entry.words != 0 && entry.overlaps(range)) entry = {};
}

void SimdCache::put(Range range, u8 x, bool is_clean) {
  store(in_file(range), range, x);
  written(range);
  entries_[x] = range;
  clean_ &= ~(1u << x);
  flushed_ &= ~(1u << x);
  if (!is_clean) return;
  set_clean(x);
  clean_words_ |= range.bits();
}

}  // namespace sigtape::jit
