// Compact records: a head, then what the head says is there, then lists of bytes.
#include "core/tape/compact.h"

#include <emmintrin.h>

#include <cstring>

#include "core/tape/format.h"

namespace sigtape::tape {
namespace {

// What is compared in fours is stored in fours: a load of what was stored in pieces has to wait.
__m128i in_order(u32 a, u32 b, u32 c, u32 d) {
  return _mm_set_epi32(static_cast<i32>(d), static_cast<i32>(c), static_cast<i32>(b), static_cast<i32>(a));
}

bool is_same(const abi::Call& a, const abi::Call& b) {
  return a.number == b.number && a.words == b.words && a.pc == b.pc && a.system == b.system;
}

bool fits(const std::vector<Bytes>& all) {
  if (all.size() > compact_most_pieces) return false;
  std::size_t bytes = 0;
  for (const Bytes& one : all) {
    if (one.bytes.size() > ~u32{0}) return false;
    bytes += sizeof(CompactPiece) + (one.bytes.size() <= inline_bytes ? one.bytes.size() : 0);
  }
  return bytes <= compact_bytes_of_list;
}

// Takes values off a message's front; once it has come to the end of it, everything is zero.
class Cursor {
 public:
  explicit Cursor(std::span<const u8> rest) : rest_(rest) {}
  template <class T>
  T take() {
    T value{};
    auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::span<const u8> take(std::size_t count) {
    if (count > rest_.size()) {
      too_short_ = true;
      rest_ = {};
      return {};
    }
    auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  bool is_at_end() const { return !too_short_ && rest_.empty(); }

 private:
  std::span<const u8> rest_;
  bool too_short_ = false;
};

abi::Call take_call(Cursor& from, abi::System system) {
  auto words = from.take<CompactCall>();
  abi::Call call;
  call.system = system;
  call.number = words.number;
  call.row = abi::row_of(system, call.number);
  call.words = words.words;
  call.pc = GuestAddr{words.pc};
  return call;
}

// False where a data record is missing or of another size.
bool take_pieces(Cursor& from, u32 count, std::span<const std::span<const u8>>& data, std::vector<Bytes>& all) {
  all.reserve(count);
  for (u32 i = 0; i < count; i++) {
    auto piece = from.take<CompactPiece>();
    if (piece.bytes <= inline_bytes) {
      all.push_back({GuestAddr{piece.at}, from.take(piece.bytes)});
      continue;
    }
    if (data.empty() || data[0].size() != piece.bytes) return false;
    all.push_back({GuestAddr{piece.at}, data[0]});
    data = data.subspan(1);
  }
  return true;
}

abi::Outcome outcome_of(const CompactHead& head, u32 value2) {
  switch (head.outcome) {
    case 0: return abi::Done{head.value, value2};
    case 1: return abi::Failed{head.value};
    case 2: return abi::NotDone{};
    default: return abi::Gone{};
  }
}

}  // namespace

void CompactEncoder::begin(const CompactHead& head) {
  used_ = 0;
  data_.clear();
  auto* fours = reinterpret_cast<__m128i*>(fixed_.words.data());
  fours[0] =
      in_order(head.what | u32{head.system} << 8 | u32{head.outcome} << 16 | u32{head.notes} << 24,
               head.has | u32{head.writes} << 8 | u32{head.inputs} << 16, static_cast<u32>(head.thread), head.value);
  for (u32 i = 1; i < fixed_.words.size() / 4; i++) fours[i] = _mm_setzero_si128();
  fixed_.count = sizeof head / 4;
  fixed_.moment = {head.tick, head.ns};
}

// Behind the head.
void CompactEncoder::add_call(const abi::Call& call) {
  static_assert(sizeof(CompactHead) % 16 == 0);
  auto* fours = reinterpret_cast<__m128i*>(fixed_.words.data()) + sizeof(CompactHead) / 16;
  fours[0] = in_order(call.number, call.pc.value, call.words[0], call.words[1]);
  fours[1] = in_order(call.words[2], call.words[3], call.words[4], call.words[5]);
  fours[2] = in_order(call.words[6], call.words[7], 0, 0);
  fixed_.count += sizeof(CompactCall) / 4;
}

void CompactEncoder::add_all(const std::vector<Bytes>& all) {
  for (const Bytes& one : all) {
    CompactPiece piece{one.at.value, static_cast<u32>(one.bytes.size())};
    std::memcpy(pieces_.data() + used_, &piece, sizeof piece);
    used_ += sizeof piece;
    if (one.bytes.size() > inline_bytes) {
      data_.push_back(one.bytes);
    } else if (!one.bytes.empty()) {
      std::memcpy(pieces_.data() + used_, one.bytes.data(), one.bytes.size());
      used_ += one.bytes.size();
    }
  }
}

CompactEncoder::Encoded CompactEncoder::encode(ThreadId thread, Tick tick, u64 ns, const Entered& what) {
  Entrance& entrance = entrance_of(thread);
  entrance.thread = {};
  if (what.new_stream.value != 0 || !what.path.empty() || !what.arguments.empty() || !fits(what.inputs)) return {};
  CompactHead head{};
  head.what = CompactWhat::entered;
  head.system = static_cast<u8>(what.call.system);
  head.has = CompactHas::call;
  head.inputs = static_cast<u8>(what.inputs.size());
  head.thread = thread.value;
  head.tick = tick.value;
  head.ns = ns;
  begin(head);
  add_call(what.call);
  add_all(what.inputs);
  entrance = {thread, what.call};
  return done();
}

CompactEncoder::Encoded CompactEncoder::encode(ThreadId thread, Tick tick, u64 ns, const Called& what) {
  Entrance& entrance = entrance_of(thread);
  bool said = what.entered && entrance.thread == thread && is_same(entrance.call, what.call);
  if (entrance.thread == thread) entrance.thread = {};
  if (what.output != Output::none || !what.output_bytes.empty() || what.mapped || what.child_stream.value != 0 ||
      what.unsupported || !what.unsupported_what.empty() || !fits(what.writes) || !fits(what.inputs))
    return {};
  CompactHead head{};
  head.what = CompactWhat::called;
  head.system = static_cast<u8>(what.call.system);
  head.outcome = static_cast<u8>(what.outcome.index());
  head.notes = static_cast<u8>(
      what.entered * CompactNotes::entered | (what.answerer == Answerer::kernel) * CompactNotes::by_kernel |
      what.signal_before_entry * CompactNotes::signal_before_entry |
      what.host_interrupted * CompactNotes::host_interrupted | what.decided_by_mode * CompactNotes::decided_by_mode |
      what.rewound_unseen * CompactNotes::rewound_unseen);
  head.writes = static_cast<u8>(what.writes.size());
  head.inputs = static_cast<u8>(what.inputs.size());
  u32 value2 = 0;
  if (const auto* finished = std::get_if<abi::Done>(&what.outcome)) {
    head.value = finished->value;
    value2 = finished->value2;
  } else if (const auto* failed = std::get_if<abi::Failed>(&what.outcome)) {
    head.value = failed->error;
  }
  bool has_times = what.entered_ns != 0 || what.left_ns != 0;
  head.has = static_cast<u8>((said ? 0 : CompactHas::call) | (value2 != 0 ? CompactHas::value2 : 0) |
                             (has_times ? CompactHas::times : 0));
  head.thread = thread.value;
  head.tick = tick.value;
  head.ns = ns;
  begin(head);
  if (!said) add_call(what.call);
  if (value2 != 0) fixed_.add(value2);
  if (has_times) {
    fixed_.add(ns - what.entered_ns);
    fixed_.add(ns - what.left_ns);
  }
  add_all(what.writes);
  add_all(what.inputs);
  return done();
}

Result<void> decode_compact(const CompactMessage& message, std::span<const std::span<const u8>> data,
                            const std::map<ThreadId, Event>& entered, Event& event) {
  Cursor from{message.fixed}, pieces{message.pieces};
  auto head = from.take<CompactHead>();
  event.thread = ThreadId{head.thread};
  event.tick = Tick{head.tick};
  event.ns = head.ns;
  if (head.what > CompactWhat::called || head.system > 1 || head.outcome > 3 || (head.notes & ~CompactNotes::all) ||
      (head.has & ~CompactHas::all) || head.reserved != 0)
    return Error{"holds an unknown value"};
  abi::Call call;
  if (head.has & CompactHas::call) {
    call = take_call(from, static_cast<abi::System>(head.system));
  } else {
    auto begun = entered.find(event.thread);
    if (begun == entered.end()) return Error{"ends a call that was not begun"};
    call = begun->second.as<Entered>()->call;
  }
  bool whole = true;
  if (head.what == CompactWhat::entered) {
    Entered what;
    what.call = call;
    whole = head.writes == 0 && take_pieces(pieces, head.inputs, data, what.inputs);
    event.what = std::move(what);
  } else {
    Called what;
    what.call = call;
    what.outcome = outcome_of(head, head.has & CompactHas::value2 ? from.take<u32>() : 0);
    if (head.has & CompactHas::times) {
      what.entered_ns = from.take<u64>();
      what.left_ns = from.take<u64>();
    }
    what.answerer = head.notes & CompactNotes::by_kernel ? Answerer::kernel : Answerer::outside;
    what.entered = head.notes & CompactNotes::entered;
    what.signal_before_entry = head.notes & CompactNotes::signal_before_entry;
    what.host_interrupted = head.notes & CompactNotes::host_interrupted;
    what.decided_by_mode = head.notes & CompactNotes::decided_by_mode;
    what.rewound_unseen = head.notes & CompactNotes::rewound_unseen;
    whole = take_pieces(pieces, head.writes, data, what.writes) && take_pieces(pieces, head.inputs, data, what.inputs);
    event.what = std::move(what);
  }
  if (!whole) return Error{"refers to a data record that is not there"};
  if (!from.is_at_end() || !pieces.is_at_end()) return Error{"is not as long as it says"};
  return {};
}

}  // namespace sigtape::tape
