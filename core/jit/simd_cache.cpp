// The extension registers that translated code has at hand.
#include "core/jit/simd_cache.h"

#include <bit>

#include "core/base/check.h"

namespace sigtape::jit {

namespace {

constexpr Number numbers[] = {Number::lanes, Number::single, Number::double_};

}  // namespace

void SimdCache::forget_flushed() {
  for (u8 x = 0; x < entries_.size(); x++)
    for (Number number : numbers)
      if (flushed_[number] >> x & 1) entries_[x] = {};
  flushed_ = {};
}

void SimdCache::meet(const Known& other) {
  forget_flushed();
  for (std::size_t x = 0; x < entries_.size(); x++)
    if (!(entries_[x] == other.entries[x])) entries_[x] = {};
  for (Number number : numbers) clean_words_[number] &= other.clean_words[number];
  clean_ = {};
}

int SimdCache::find(Range range, std::optional<Number> number) const {
  for (u8 x = 0; x < entries_.size(); x++) {
    bool usable = entries_[x].first == range.first && entries_[x].words >= range.words;
    for (Number other : numbers)
      if (number != other && (flushed_[other] >> x & 1)) usable = false;
    if (usable) return x;
  }
  return -1;
}

int SimdCache::holder(Range range, std::optional<Number> number) {
  int x = find(range, number);
  // Perhaps not from the turn before: then it is put there once too often.
  if (x >= 0 && entries_[static_cast<u32>(x)] == at_loop_[static_cast<u32>(x)]) needed_ |= 1u << x;
  return x;
}

bool SimdCache::is_clean(u8 x, Number number) {
  if (!(clean_[number] >> x & 1)) return false;
  if (entries_[x].words != 0 && entries_[x] == at_loop_[x] && (clean_at_loop_[number] >> x & 1))
    needed_clean_[number] |= 1u << x;
  return true;
}

bool SimdCache::is_clean(Range range, Number number) {
  if ((range.bits() & ~clean_words_[number]) != 0) return false;
  needed_clean_words_[number] |= range.bits() & clean_words_at_loop_[number];
  return true;
}

void SimdCache::set_flushed(u8 x, Number number) {
  u32 all = 0;
  for (Number each : numbers) all |= flushed_[each];
  if (std::popcount(all) > 13) return;
  clean_[number] |= 1u << x;
  flushed_[number] |= 1u << x;
}

// --- loops

void SimdCache::begin_loop() {
  at_loop_ = entries_;
  clean_at_loop_ = clean_;
  flushed_at_loop_ = flushed_;
  clean_words_at_loop_ = clean_words_;
  needed_ = 0;
  needed_clean_ = {};
  needed_clean_words_ = {};
}

// Whether register y holds what x is to hold when the next turn begins.
bool SimdCache::serves(u8 y, u8 x) const {
  if (entries_[y].first != at_loop_[x].first || entries_[y].words < at_loop_[x].words) return false;
  for (Number number : numbers) {
    bool may_be_flushed = flushed_at_loop_[number] >> x & 1;
    if ((flushed_[number] >> y & 1) && !may_be_flushed) return false;
    if ((may_be_flushed || (needed_clean_[number] >> x & 1)) && !(clean_[number] >> y & 1)) return false;
  }
  return true;
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
  bool done = true;
  for (Number number : numbers)
    done = done && (left & (needed_clean_[number] | flushed_at_loop_[number])) == 0 &&
           (needed_clean_words_[number] & ~clean_words_[number]) == 0;
  for (u8 x = 0; done && x < at_loop_.size(); x++)
    if (left >> x & 1) load(x, at_loop_[x], in_file(at_loop_[x]));
  at_loop_ = {};
  clean_at_loop_ = flushed_at_loop_ = {};
  clean_words_at_loop_ = {};
  return done;
}

// Bits and what is known of them; not the range.
void SimdCache::take_over(u8 x, u8 from) {
  move(x, from);
  lose_facts(x);
  for (Number number : numbers) {
    clean_[number] |= (clean_[number] >> from & 1) << x;
    flushed_[number] |= (flushed_[number] >> from & 1) << x;
  }
}

void SimdCache::lose_facts(u8 x) {
  for (Number number : numbers) {
    clean_[number] &= ~(1u << x);
    flushed_[number] &= ~(1u << x);
  }
}

// One that holds nothing, else always the same ones, so that most of what is held stays from turn to turn of a loop.
u8 SimdCache::fresh() {
  for (bool any : {false, true})
    for (u8 x = 0; x < entries_.size(); x++) {
      if ((locked_ >> x & 1) || (!any && entries_[x].words != 0)) continue;
      locked_ |= 1u << x;
      lose_facts(x);
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
  for (Number number : numbers)
    if (is_clean(range, number)) set_clean(x, number);
  return x;
}

u8 SimdCache::use_number(Range range, Number number) {
  int x = holder(range, number);
  if (x < 0) return use(range);
  locked_ |= 1u << x;
  return static_cast<u8>(x);
}

u8 SimdCache::copy_number(Range range, Number number) {
  u8 from = use_number(range, number), x = fresh();
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
  for (Number number : numbers) clean_words_[number] &= ~range.bits();
  for (u8 x = 0; x < entries_.size(); x++) {
    if (entries_[x].words == 0 || !entries_[x].overlaps(range)) continue;
    entries_[x] = {};
    lose_facts(x);
  }
}

void SimdCache::put(Range range, u8 x, bool is_clean, Number number) {
  store(in_file(range), range, x);
  written(range);
  entries_[x] = range;
  lose_facts(x);
  if (!is_clean) return;
  set_clean(x, number);
  clean_words_[number] |= range.bits();
}

}  // namespace sigtape::jit
