// Compact records: a head, then what the head says is there, then lists of bytes.
#include "core/tape/compact.h"

#include <algorithm>
#include <cstring>

#include "core/tape/brief.h"
#include "core/tape/encode.h"
#include "core/tape/format.h"

namespace sigtape::tape {
namespace {

std::size_t fixed_bytes(std::span<const u8> message) {
  if (message.size() < sizeof(CompactHead)) return message.size();
  u8 has = message[offsetof(CompactHead, has)];
  std::size_t bytes = sizeof(CompactHead) + (has & CompactHas::call ? sizeof(CompactCall) : 0) +
                      (has & CompactHas::value2 ? sizeof(u32) : 0) + (has & CompactHas::times ? 2 * sizeof(u64) : 0);
  return std::min(bytes, message.size());
}

abi::Call take_compact_call(Cursor& from, abi::System system) {
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
bool take_compact_pieces(Cursor& from, u32 count, std::span<const std::span<const u8>>& data, std::vector<Bytes>& all) {
  all.reserve(count);
  for (u32 i = 0; i < count; i++) {
    auto piece = from.take<BriefPiece>();
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

}  // namespace

CompactMessage::CompactMessage(std::span<const u8> whole)
    : CompactMessage(whole.first(fixed_bytes(whole)), whole.subspan(fixed_bytes(whole))) {}

Result<void> decode_compact(const CompactMessage& message, std::span<const std::span<const u8>> data,
                            const std::map<ThreadId, Event>& entered, Event& event) {
  Cursor from{message.fixed}, pieces{message.pieces};
  auto head = from.take<CompactHead>();
  event.thread = ThreadId{head.thread};
  event.tick = Tick{head.tick};
  event.ns = head.ns;
  if (head.what > CompactWhat::called || head.system > 1 || head.outcome > 3 || (head.notes & ~BriefNotes::all) ||
      (head.has & ~CompactHas::all) || head.reserved != 0)
    return Error{"holds an unknown value"};
  abi::Call call;
  if (head.has & CompactHas::call) {
    call = take_compact_call(from, static_cast<abi::System>(head.system));
  } else {
    auto begun = entered.find(event.thread);
    if (begun == entered.end()) return Error{"ends a call that was not begun"};
    call = begun->second.as<Entered>()->call;
  }
  bool whole = true;
  if (head.what == CompactWhat::entered) {
    Entered what;
    what.call = call;
    whole = head.writes == 0 && take_compact_pieces(pieces, head.inputs, data, what.inputs);
    event.what = std::move(what);
  } else {
    Called what;
    what.call = call;
    what.outcome = outcome_of(head.outcome, head.value, head.has & CompactHas::value2 ? from.take<u32>() : 0);
    if (head.has & CompactHas::times) {
      what.entered_ns = from.take<u64>();
      what.left_ns = from.take<u64>();
    }
    set_notes(what, head.notes);
    whole = take_compact_pieces(pieces, head.writes, data, what.writes) &&
            take_compact_pieces(pieces, head.inputs, data, what.inputs);
    event.what = std::move(what);
  }
  if (!whole) return Error{"refers to a data record that is not there"};
  if (!from.is_at_end() || !pieces.is_at_end()) return Error{"is not as long as it says"};
  return {};
}

}  // namespace sigtape::tape
