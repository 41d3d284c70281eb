// Deltas: a head, then the words that changed, in order.
#include "core/tape/delta.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace sigtape::tape {
namespace {

constexpr u32 head_words = sizeof(CompactHead) / 4;
constexpr u32 first_moment_word = offsetof(CompactHead, tick) / 4;
constexpr u32 moment_words = 0xfu << first_moment_word;  // tick and ns, of two words each
constexpr u32 changed_bits = 24;
static_assert(compact_fixed_words <= changed_bits && changed_bits % 4 == 0 && delta_slots <= 1u << (32 - changed_bits));

std::size_t fixed_bytes(std::span<const u8> message) {
  if (message.size() < sizeof(CompactHead)) return message.size();
  u8 has = message[offsetof(CompactHead, has)];
  std::size_t bytes = sizeof(CompactHead) + (has & CompactHas::call ? sizeof(CompactCall) : 0) +
                      (has & CompactHas::value2 ? sizeof(u32) : 0) + (has & CompactHas::times ? 2 * sizeof(u64) : 0);
  return std::min(bytes, message.size());
}

// A bit for each. Words beyond a message's end are zero in both.
template <class Words>
u32 changed_words(const Words& a, const Words& b) {
  u32 same = 0;
  for (u32 i = 0; i < a.size(); i += 4) {
    __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&a[i])),
            y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&b[i]));
    same |= static_cast<u32>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(x, y)))) << i;
  }
  return ~same & ((1u << changed_bits) - 1);
}

// The times of a call, where its message ends with them, become the event's own time less them, and back the same way:
// they are so near it that few bits of that change.
template <class Words>
void measure_times(Words& words, u32 count, u64 ns) {
  bool has_times = words[offsetof(CompactHead, has) / 4] >> 8 * (offsetof(CompactHead, has) % 4) & CompactHas::times;
  if (!has_times || count < head_words + 4) return;
  std::array<u64, 2> times;
  std::memcpy(times.data(), &words[count - 4], sizeof times);
  for (u64& time : times) time = ns - time;
  std::memcpy(&words[count - 4], times.data(), sizeof times);
}

bool fits(i64 difference) {
  return difference >= std::numeric_limits<i32>::min() && difference <= std::numeric_limits<i32>::max();
}

}  // namespace

CompactMessage::CompactMessage(std::span<const u8> whole)
    : CompactMessage(whole.first(fixed_bytes(whole)), whole.subspan(fixed_bytes(whole))) {}

void DeltaContext::clear() {
  for (Slot& slot : slots_) slot.words = 0;
  last_ = {};
}

bool DeltaContext::take_apart(std::span<const u8> fixed, Parts& parts) {
  if (fixed.size() < sizeof(CompactHead) || fixed.size() > 4 * compact_fixed_words || fixed.size() % 4 != 0)
    return false;
  parts.words = {};
  parts.count = static_cast<u32>(fixed.size() / 4);
  std::memcpy(parts.words.data(), fixed.data(), fixed.size());
  std::memcpy(&parts.moment, parts.words.data() + first_moment_word, sizeof parts.moment);
  std::fill_n(parts.words.begin() + first_moment_word, 4, 0u);
  measure_times(parts.words, parts.count, parts.moment.ns);
  // Calls of one number with one layout share a slot.
  u32 number = parts.count > head_words ? parts.words[head_words] : 0;
  u32 key = number << 6 ^ fixed[offsetof(CompactHead, what)] << 5 ^ fixed[offsetof(CompactHead, has)];
  parts.slot = static_cast<u32>(key * 0x9e3779b1u) / (0x1'0000'0000 / delta_slots);
  return true;
}

std::span<const u8> DeltaContext::shorten(std::span<const u8> fixed) {
  Parts parts;
  if (!take_apart(fixed, parts)) return {};
  Slot& slot = slots_[parts.slot];
  i64 ticks = static_cast<i64>(parts.moment.tick - last_.tick), passed = static_cast<i64>(parts.moment.ns - last_.ns);
  std::size_t bytes = 0;
  if (slot.words == parts.count && fits(ticks) && fits(passed)) {
    DeltaHead head{parts.slot << changed_bits, static_cast<i32>(ticks), static_cast<i32>(passed)};
    bytes = sizeof head;
    u32 changed = changed_words(parts.words, slot.value);
    head.slot_and_changed |= changed;
    for (; changed != 0; changed &= changed - 1, bytes += 4)
      std::memcpy(delta_.data() + bytes, &parts.words[static_cast<u32>(std::countr_zero(changed))], 4);
    std::memcpy(delta_.data(), &head, sizeof head);
  }
  slot.words = parts.count;
  slot.value = parts.words;
  last_ = parts.moment;
  return {delta_.data(), bytes};
}

void DeltaContext::remember(std::span<const u8> fixed) {
  Parts parts;
  if (!take_apart(fixed, parts)) return;
  slots_[parts.slot] = {parts.count, parts.words};
  last_ = parts.moment;
}

Result<CompactMessage> DeltaContext::lengthen(std::span<const u8> record) {
  DeltaHead head{};
  if (record.size() < sizeof head) return Error{"is too short for its head"};
  std::memcpy(&head, record.data(), sizeof head);
  u32 number = head.slot_and_changed >> changed_bits, changed = head.slot_and_changed & ((1u << changed_bits) - 1);
  if (number >= delta_slots || slots_[number].words == 0) return Error{"resembles a record that is not there"};
  Slot& slot = slots_[number];
  if ((changed & moment_words) != 0 || changed >> slot.words != 0) return Error{"changes what is not there"};
  std::size_t at = sizeof head;
  for (u32 i = 0; i < slot.words; i++) {
    if (!(changed >> i & 1)) continue;
    if (record.size() - at < 4) return Error{"is not as long as it says"};
    std::memcpy(&slot.value[i], record.data() + at, 4);
    at += 4;
  }
  last_.tick += static_cast<u64>(i64{head.ticks});
  last_.ns += static_cast<u64>(i64{head.ns});
  message_ = slot.value;
  measure_times(message_, slot.words, last_.ns);
  std::memcpy(message_.data() + first_moment_word, &last_, sizeof last_);
  return CompactMessage{{reinterpret_cast<const u8*>(message_.data()), slot.words * 4}, record.subspan(at)};
}

}  // namespace sigtape::tape
