// Deltas: a head, then the words that changed, in order.
#include "core/tape/delta.h"

#include <algorithm>
#include <cstring>

namespace sigtape::tape {
namespace {

constexpr u32 head_words = sizeof(CompactHead) / 4;
constexpr u32 first_moment_word = offsetof(CompactHead, tick) / 4;
constexpr u32 moment_words = 0xfu << first_moment_word;  // tick and ns, of two words each
constexpr u32 changed_bits = 24;
static_assert(compact_fixed_words <= changed_bits && delta_slots <= 1u << (32 - changed_bits));

bool has_times(const FixedPart::Words& words, u32 count) {
  u32 has = words[offsetof(CompactHead, has) / 4] >> 8 * (offsetof(CompactHead, has) % 4);
  return (has & CompactHas::times) != 0 && count >= head_words + 4;
}

// The times of a call, where its message ends with them, become the event's own time less them, and back the same way:
// they are so near it that few bits of that change.
void measure_times(FixedPart::Words& words, u32 count, u64 ns) {
  if (!has_times(words, count)) return;
  std::array<u64, 2> times;
  std::memcpy(times.data(), &words[count - 4], sizeof times);
  for (u64& time : times) time = ns - time;
  std::memcpy(&words[count - 4], times.data(), sizeof times);
}

}  // namespace

std::size_t FixedPart::write_to(u8* memory) const {
  Words whole = words;
  std::memcpy(&whole[first_moment_word], &moment, sizeof moment);
  measure_times(whole, count, moment.ns);
  std::memcpy(memory, whole.data(), sizeof whole);
  return std::size_t{count} * 4;
}

FixedPart FixedPart::from(std::span<const u8> bytes) {
  FixedPart part;
  if (bytes.size() < sizeof(CompactHead) || bytes.size() > 4 * compact_fixed_words || bytes.size() % 4 != 0)
    return part;
  part.count = static_cast<u32>(bytes.size() / 4);
  std::memcpy(part.words.data(), bytes.data(), bytes.size());
  std::memcpy(&part.moment, &part.words[first_moment_word], sizeof part.moment);
  std::memset(&part.words[first_moment_word], 0, sizeof part.moment);
  measure_times(part.words, part.count, part.moment.ns);
  return part;
}

void DeltaContext::clear() {
  for (Slot& slot : slots_) slot.count = 0;
  last_ = {};
}

// Calls of one number with one layout share a slot.
u32 DeltaContext::slot_of(const FixedPart& fixed) {
  auto byte = [&](std::size_t offset) { return fixed.words[offset / 4] >> 8 * (offset % 4) & 0xff; };
  u32 number = fixed.count > head_words ? fixed.words[head_words] : 0;
  u32 key = number << 6 ^ byte(offsetof(CompactHead, what)) << 5 ^ byte(offsetof(CompactHead, has));
  return static_cast<u32>(key * 0x9e3779b1u) / (0x1'0000'0000 / delta_slots);
}

void DeltaContext::remember(std::span<const u8> bytes) {
  FixedPart fixed = FixedPart::from(bytes);
  if (fixed.count == 0) return;
  slots_[slot_of(fixed)] = {fixed.count, fixed.words};
  last_ = fixed.moment;
}

Result<CompactMessage> DeltaContext::lengthen(std::span<const u8> record) {
  DeltaHead head{};
  if (record.size() < sizeof head) return Error{"is too short for its head"};
  std::memcpy(&head, record.data(), sizeof head);
  u32 number = head.slot_and_changed >> changed_bits, changed = head.slot_and_changed & ((1u << changed_bits) - 1);
  if (number >= delta_slots || slots_[number].count == 0) return Error{"resembles a record that is not there"};
  Slot& slot = slots_[number];
  if ((changed & moment_words) != 0 || changed >> slot.count != 0) return Error{"changes what is not there"};
  std::size_t at = sizeof head;
  for (u32 i = 0; i < slot.count; i++) {
    if (!(changed >> i & 1)) continue;
    if (record.size() - at < 4) return Error{"is not as long as it says"};
    std::memcpy(&slot.words[i], record.data() + at, 4);
    at += 4;
  }
  last_.tick += static_cast<u64>(i64{head.ticks});
  last_.ns += static_cast<u64>(i64{head.ns});
  std::size_t bytes = FixedPart{slot.count, slot.words, last_}.write_to(message_.data());
  return CompactMessage{std::span{message_}.first(bytes), record.subspan(at)};
}

}  // namespace sigtape::tape
