// Brief records: an event as 32 words, and the words as they differ from those before.
#include "core/tape/brief.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/bytes.h"
#include "core/tape/encode.h"

namespace sigtape::tape {
namespace {

// What is compared in fours is stored in fours: a load of what was stored in pieces has to wait.
__m128i in_order(u32 a, u32 b, u32 c, u32 d) {
  return _mm_set_epi32(static_cast<i32>(d), static_cast<i32>(c), static_cast<i32>(b), static_cast<i32>(a));
}

u32 word_of(u8 a, u8 b, u8 c, u8 d) { return a | u32{b} << 8 | u32{c} << 16 | u32{d} << 24; }
u8 byte_of(u32 word, unsigned i) { return static_cast<u8>(word >> 8 * i); }

// Differences of either sign as small numbers, and back.
u64 folded(u64 difference) { return difference << 1 ^ (0 - (difference >> 63)); }
u64 unfolded(u64 number) { return number >> 1 ^ (0 - (number & 1)); }

u8* put_number(u8* at, u64 number) {
  for (; number >= 0x80; number >>= 7) *at++ = static_cast<u8>(number | 0x80);
  *at++ = static_cast<u8>(number);
  return at;
}

// A number of two bytes at most as it is put, and how many of them it has.
struct ShortNumber {
  u64 bytes, count;
};
ShortNumber short_number(u64 number) {
  return number < 0x80 ? ShortNumber{number, 1} : ShortNumber{(number & 0x7f) | 0x80 | number >> 7 << 8, 2};
}

// What every record begins with: usually to be stored at once, for it is about to be read again as a whole.
u8* put_head(u8* at, u8 first, u64 ticks, u64 ns) {
  if (ticks >= 1 << 14 || ns >= 1 << 14) {
    *at = first;
    return put_number(put_number(at + 1, ticks), ns);
  }
  auto [tick_bytes, tick_count] = short_number(ticks);
  auto [ns_bytes, ns_count] = short_number(ns);
  store(at, first | tick_bytes << 8 | ns_bytes << (8 + 8 * tick_count));
  return at + 1 + tick_count + ns_count;
}

u64 take_number(Cursor& from) {
  u64 number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    u8 byte = from.take<u8>();
    number |= u64{byte & 0x7fu} << shift;
    if (byte < 0x80) break;
  }
  return number;
}

u8* put_bytes(u8* at, const void* bytes, std::size_t count) {
  std::memcpy(at, bytes, count);
  return at + count;
}

BriefPiece head_of(const Bytes& piece) { return {piece.at.value, static_cast<u32>(piece.bytes.size())}; }

bool is_same(const abi::Call& a, const abi::Call& b) {
  return a.number == b.number && a.words == b.words && a.pc == b.pc && a.system == b.system;
}

u64 number_at(const BriefContext::Words& words, u32 word) { return words[word] | u64{words[word + 1]} << 32; }

abi::Call call_of(const BriefContext::Words& words) {
  abi::Call call;
  call.system = static_cast<abi::System>(byte_of(words[BriefWord::kinds], 1));
  call.number = words[BriefWord::call_number];
  call.row = abi::row_of(call.system, call.number);
  std::memcpy(call.words.data(), &words[BriefWord::call_words], sizeof call.words);
  call.pc = GuestAddr{words[BriefWord::call_pc]};
  return call;
}

u32 word_of_piece(std::size_t i) {
  return i == 0 ? BriefWord::first_piece : BriefWord::more_pieces + 2 * static_cast<u32>(i - 1);
}

// An event's writes and inputs, from its words and what follows them. False where a data record is missing or of
// another size.
bool take_pieces(const BriefContext::Words& words, Cursor& from, std::span<const std::span<const u8>> data,
                 std::span<std::vector<Bytes>* const> lists, std::span<const u32> counts) {
  std::array<BriefPiece, 2 * brief_most_pieces> heads;
  u32 all = 0;
  for (u32 count : counts) all += count;
  for (u32 i = 0; i < all; i++)
    heads[i] =
        i < brief_pieces ? BriefPiece{words[word_of_piece(i)], words[word_of_piece(i) + 1]} : from.take<BriefPiece>();
  const BriefPiece* head = heads.data();
  for (std::size_t i = 0; i < lists.size(); i++) {
    lists[i]->reserve(counts[i]);
    for (u32 k = 0; k < counts[i]; k++, head++) {
      if (head->bytes <= inline_bytes) {
        lists[i]->push_back({GuestAddr{head->at}, from.take(head->bytes)});
        continue;
      }
      if (data.empty() || data[0].size() != head->bytes) return false;
      lists[i]->push_back({GuestAddr{head->at}, data[0]});
      data = data.subspan(1);
    }
  }
  return true;
}

}  // namespace

void BriefContext::clear() {
  used_ = 0;
  ticks_ = {};
  ns = 0;
}

// --- writing

abi::Outcome outcome_of(u8 index, u32 value, u32 value2) {
  switch (index) {
    case 0: return abi::Done{value, value2};
    case 1: return abi::Failed{value};
    case 2: return abi::NotDone{};
    default: return abi::Gone{};
  }
}

void set_notes(Called& what, u8 notes) {
  what.entered = notes & BriefNotes::entered;
  what.answerer = notes & BriefNotes::by_kernel ? Answerer::kernel : Answerer::outside;
  what.signal_before_entry = notes & BriefNotes::signal_before_entry;
  what.host_interrupted = notes & BriefNotes::host_interrupted;
  what.decided_by_mode = notes & BriefNotes::decided_by_mode;
  what.rewound_unseen = notes & BriefNotes::rewound_unseen;
}

Entered event_of(const PlainEntry& plain) {
  Entered entered;
  entered.call = plain.call;
  entered.inputs = plain.inputs;
  return entered;
}

Called event_of(const PlainCall& plain) {
  Called called;
  called.call = plain.call;
  called.outcome = plain.outcome;
  called.writes = plain.writes;
  called.inputs = plain.inputs;
  set_notes(called, plain.notes);
  called.entered_ns = plain.entered_ns;
  called.left_ns = plain.left_ns;
  return called;
}

// An event without anything else so far.
void BriefEncoder::begin(ThreadId thread, Tick tick, u64 ns, const abi::Call* call) {
  thread_ = thread;
  tick_ = tick;
  ns_ = ns;
  value_ = value2_ = 0;
  entered_ = left_ = 0;
  call_ = call;
  call_number_ = call != nullptr ? call->number : 0;
  list_count_ = pieces_ = tail_bytes_ = 0;
  heads_[0] = {};
  data_.clear();
}

// False: the pieces have no place.
bool BriefEncoder::hold(const std::vector<Bytes>& pieces) {
  if (pieces.size() > brief_most_pieces) return false;
  lists_[list_count_++] = &pieces;
  for (const Bytes& piece : pieces) {
    if (piece.bytes.size() > ~u32{0}) return false;
    if (pieces_ < brief_pieces)
      heads_[pieces_] = head_of(piece);
    else
      tail_bytes_ += sizeof(BriefPiece);
    pieces_++;
    if (piece.bytes.size() <= inline_bytes)
      tail_bytes_ += piece.bytes.size();
    else
      data_.push_back(piece.bytes);
  }
  return most_bytes() <= BriefHeader::most_bytes;
}

bool BriefEncoder::encode(ThreadId thread, Tick tick, u64 ns, const Entered& what) {
  bool is_plain = what.new_stream.value == 0 && what.path.empty() && what.arguments.empty();
  return is_plain && encode(thread, tick, ns, PlainEntry{what.call, what.inputs});
}

bool BriefEncoder::encode(ThreadId thread, Tick tick, u64 ns, const PlainEntry& what) {
  Entrance& entrance = entrance_of(thread);
  entrance.thread = {};
  begin(thread, tick, ns, &what.call);
  if (!what.inputs.empty() && !hold(what.inputs)) return false;
  kinds_ = word_of(BriefWhat::entered, static_cast<u8>(what.call.system), 0, 0);
  counts_ = word_of(BriefHas::call, 0, static_cast<u8>(what.inputs.size()), 0);
  entrance = {thread, ns, what.call};
  return true;
}

bool BriefEncoder::encode(ThreadId thread, Tick tick, u64 ns, const Called& what) {
  if (what.output != Output::none || !what.output_bytes.empty() || what.mapped || what.child_stream.value != 0 ||
      what.unsupported || !what.unsupported_what.empty())
    return false;
  return encode(thread, tick, ns,
                PlainCall{what.call, what.outcome, what.writes, what.inputs,
                          notes_of(what, what.entered, what.answerer), what.entered_ns, what.left_ns});
}

bool BriefEncoder::encode(ThreadId thread, Tick tick, u64 ns, const PlainCall& what) {
  begin(thread, tick, ns, &what.call);
  u8 has = BriefHas::call;
  if (Entrance& entrance = entrance_of(thread); entrance.thread == thread) {
    entrance.thread = {};
    if ((what.notes & BriefNotes::entered) != 0 && is_same(entrance.call, what.call)) {
      call_ = nullptr;
      has = what.entered_ns == entrance.ns && what.left_ns == ns ? BriefHas::usual_times : 0;
    }
  }
  if (!what.writes.empty() && !hold(what.writes)) return false;
  if (!what.inputs.empty() && !hold(what.inputs)) return false;
  if (has != BriefHas::usual_times && (what.entered_ns | what.left_ns) != 0) {
    has |= BriefHas::times;
    entered_ = ns - what.entered_ns;
    left_ = ns - what.left_ns;
  }
  kinds_ =
      word_of(BriefWhat::called, static_cast<u8>(what.call.system), static_cast<u8>(what.outcome.index()), what.notes);
  counts_ = word_of(has, static_cast<u8>(what.writes.size()), static_cast<u8>(what.inputs.size()), 0);
  if (const auto* done = std::get_if<abi::Done>(&what.outcome)) {
    value_ = done->value;
    value2_ = done->value2;
  } else if (const auto* failed = std::get_if<abi::Failed>(&what.outcome)) {
    value_ = failed->error;
  }
  return true;
}

bool BriefEncoder::encode(ThreadId thread, Tick tick, u64 ns, const Switched& what) {
  begin(thread, tick, ns, nullptr);
  kinds_ = word_of(BriefWhat::switched, 0, 0, 0);
  counts_ = 0;
  value_ = static_cast<u32>(what.to.value);
  entered_ = what.to_tick.value;  // so far: see write_to()
  return true;
}

// Events of one call with one layout, of one thread, share a slot.
u32 BriefEncoder::slot_number() const {
  u32 key = call_number_ ^ kinds_ << 24 ^ counts_ * 0x85eb'ca6bu ^ static_cast<u32>(thread_.value) * 0xc2b2'ae35u;
  return key * 0x9e37'79b1u >> (32 - std::countr_zero(brief_slots));
}

// Makes the words the event's, and answers which of them it has changed: a bit for each.
u32 BriefEncoder::take_changes(BriefContext::Words& kept) const {
  __m128i words[brief_words / 4];
  words[0] = in_order(value_, value2_, heads_[0].at, heads_[0].bytes);
  words[1] = words[2] = words[6] = words[7] = _mm_setzero_si128();
  u32 number = 0, pc = 0;
  if (call_ != nullptr) {
    const auto* call_words = reinterpret_cast<const __m128i*>(call_->words.data());
    static_assert(sizeof call_->words == 2 * sizeof *call_words);
    words[1] = _mm_loadu_si128(call_words);
    words[2] = _mm_loadu_si128(call_words + 1);
    number = call_->number;
    pc = call_->pc.value;
  }
  words[3] = in_order(number, pc, static_cast<u32>(thread_.value), kinds_);
  words[4] = _mm_set_epi64x(static_cast<i64>(left_), static_cast<i64>(entered_));
  words[5] = in_order(counts_, 0, 0, 0);
  if (pieces_ > 1) {
    std::array<BriefPiece, brief_pieces> heads{};
    std::copy_n(heads_.begin(), std::min<std::size_t>(pieces_, brief_pieces), heads.begin());
    words[5] = in_order(counts_, 0, heads[1].at, heads[1].bytes);
    words[6] = in_order(heads[2].at, heads[2].bytes, heads[3].at, heads[3].bytes);
    words[7] = in_order(heads[4].at, heads[4].bytes, heads[5].at, heads[5].bytes);
  }
  auto* known = reinterpret_cast<__m128i*>(kept.data());
  auto same = [&](u32 i) { return _mm_cmpeq_epi32(words[i], _mm_load_si128(known + i)); };
  auto same_16 = [&](u32 i) {
    __m128i low = _mm_packs_epi32(same(i), same(i + 1)), high = _mm_packs_epi32(same(i + 2), same(i + 3));
    return static_cast<u32>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
  };
  static_assert(brief_words == 32);
  u32 changed = ~(same_16(0) | same_16(4) << 16);
  if (changed != 0)
    for (u32 i = 0; i < brief_words / 4; i++) _mm_store_si128(known + i, words[i]);
  return changed;
}

std::size_t BriefEncoder::write_to(u8* memory, bool after_switch) {
  u32 number = slot_number();
  auto first = static_cast<u8>(number | (after_switch ? BriefFirst::after_switch : 0));
  bool is_new = !context_.is_used(number);
  BriefContext::Words& kept = context_.use(number);
  if (is_new) {
    first |= BriefFirst::from_zero;
    kept = {};
  }
  if (static_cast<u8>(kinds_) == BriefWhat::switched)
    entered_ -= context_.tick_of(ThreadId{static_cast<i32>(value_)}).value;
  u32 changed = take_changes(kept);
  if (changed != 0) first |= BriefFirst::changes;
  Tick& tick = context_.tick_of(thread_);
  u8* at = put_head(memory, first, folded(tick_ - tick), folded(ns_ - context_.ns));
  tick = tick_;
  context_.ns = ns_;
  if (changed != 0) at = put_number(at, changed);
  for (; changed != 0; changed &= changed - 1)
    at = put_bytes(at, &kept[static_cast<u32>(std::countr_zero(changed))], sizeof(u32));
  if (tail_bytes_ != 0) at = put_tail(at);
  return static_cast<std::size_t>(at - memory);
}

u8* BriefEncoder::put_tail(u8* at) const {
  auto for_each = [&](auto f) {
    for (std::size_t list = 0; list < list_count_; list++)
      for (const Bytes& piece : *lists_[list]) f(piece);
  };
  std::size_t i = 0;
  for_each([&](const Bytes& piece) {
    if (i++ < brief_pieces) return;
    BriefPiece head = head_of(piece);
    at = put_bytes(at, &head, sizeof head);
  });
  for_each([&](const Bytes& piece) {
    if (!piece.bytes.empty() && piece.bytes.size() <= inline_bytes)
      at = put_bytes(at, piece.bytes.data(), piece.bytes.size());
  });
  return at;
}

// --- reading

namespace {

// One of that kind, in which buffers of a former one are used again.
Entered& begin_entered(Event& event) {
  auto* entered = std::get_if<Entered>(&event.what);
  if (entered == nullptr) return event.what.emplace<Entered>();
  entered->inputs.clear();
  entered->new_stream = {};
  entered->path.clear();
  entered->arguments.clear();
  return *entered;
}
Called& begin_called(Event& event) {
  auto* called = std::get_if<Called>(&event.what);
  if (called == nullptr) return event.what.emplace<Called>();
  called->writes.clear();
  called->inputs.clear();
  called->output = Output::none;
  called->output_bytes.clear();
  called->mapped.reset();
  called->child_stream = {};
  called->unsupported = false;
  called->unsupported_what.clear();
  called->entered_ns = called->left_ns = 0;
  return *called;
}

}  // namespace

Result<BriefContext::Words> BriefDecoder::lengthen(Cursor& from, Event& event) {
  auto first = from.take<u8>();
  u32 number = first & BriefFirst::slot;
  bool from_zero = (first & BriefFirst::from_zero) != 0;
  if (!from_zero && !context_.is_used(number)) return Error{"resembles a record that is not there"};
  BriefContext::Words& words = context_.use(number);
  if (from_zero) words = {};
  u64 ticks = unfolded(take_number(from)), ns = unfolded(take_number(from));
  u64 changed = first & BriefFirst::changes ? take_number(from) : 0;
  if (changed >> brief_words != 0) return Error{"changes what is not there"};
  for (; changed != 0; changed &= changed - 1) words[static_cast<u32>(std::countr_zero(changed))] = from.take<u32>();
  event.thread = ThreadId{static_cast<i32>(words[BriefWord::thread])};
  Tick& tick = context_.tick_of(event.thread);
  event.tick = tick = tick + ticks;
  event.ns = context_.ns += ns;
  return words;
}

Result<void> BriefDecoder::decode(std::span<const u8> payload, std::span<const std::span<const u8>> data,
                                  const std::map<ThreadId, Event>& entered, Event& event) {
  Cursor from{payload};
  BriefContext::Words words = SIGTAPE_TRY(lengthen(from, event));
  u32 kinds = words[BriefWord::kinds], counts = words[BriefWord::counts], value = words[BriefWord::value];
  u8 what = byte_of(kinds, 0), outcome = byte_of(kinds, 2), notes = byte_of(kinds, 3), has = byte_of(counts, 0);
  std::array<u32, 2> pieces{byte_of(counts, 1), byte_of(counts, 2)};
  if (what > BriefWhat::switched || byte_of(kinds, 1) > 1 || outcome > 3 || (notes & ~BriefNotes::all) != 0 ||
      (has & ~BriefHas::all) != 0 || pieces[0] > brief_most_pieces || pieces[1] > brief_most_pieces)
    return Error{"holds an unknown value"};
  if (what == BriefWhat::switched) {
    ThreadId to{static_cast<i32>(value)};
    event.what = Switched{to, context_.tick_of(to) + number_at(words, BriefWord::entered)};
    return from.is_at_end() ? Result<void>{} : Error{"is not as long as it says"};
  }
  abi::Call call = call_of(words);
  u64 entered_ns = 0;
  if (!(has & BriefHas::call)) {
    auto begun = entered.find(event.thread);
    if (begun == entered.end()) return Error{"ends a call that was not begun"};
    call = begun->second.as<Entered>()->call;
    entered_ns = begun->second.ns;
  }
  bool whole = true;
  if (what == BriefWhat::entered) {
    Entered& now = begin_entered(event);
    now.call = call;
    whole = pieces[0] == 0 && take_pieces(words, from, data, std::array{&now.inputs}, std::span{pieces}.subspan(1));
  } else {
    Called& now = begin_called(event);
    now.call = call;
    now.outcome = outcome_of(outcome, value, words[BriefWord::value2]);
    set_notes(now, notes);
    if (has & BriefHas::usual_times) {
      now.entered_ns = entered_ns;
      now.left_ns = event.ns;
    } else if (has & BriefHas::times) {
      now.entered_ns = event.ns - number_at(words, BriefWord::entered);
      now.left_ns = event.ns - number_at(words, BriefWord::left);
    }
    whole = take_pieces(words, from, data, std::array{&now.writes, &now.inputs}, pieces);
  }
  if (!whole) return Error{"refers to a data record that is not there"};
  if (!from.is_at_end()) return Error{"is not as long as it says"};
  return {};
}

}  // namespace sigtape::tape
