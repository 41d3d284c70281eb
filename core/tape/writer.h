// Appends events to one stream of a tape. What write() has returned from survives the death of every process.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "core/base/pages_ahead.h"
#include "core/base/result.h"
#include "core/tape/brief.h"
#include "core/tape/encode.h"
#include "core/tape/events.h"
#include "core/tape/kept_bytes.h"
#include "core/tape/session.h"

namespace sigtape::tape {

struct SegmentHeader;

class StreamWriter {
 public:
  // Makes the stream's directory and first segment, and writes `began`. The session must outlive the writer.
  static Result<std::unique_ptr<StreamWriter>> open(Session& session, const StreamBegan& began);
  // The segment is marked as full. A writer that a fork copied must be abandon()ed first: the segment is the parent's.
  ~StreamWriter();
  StreamWriter(const StreamWriter&) = delete;

  StreamId stream() const { return stream_; }
  u64 next_index() const { return first_event_ + events_; }

  // Appends an event. An error (mostly: the disk is full) is final; a note about it is the stream's last event, and
  // what was written before is a good tape. Data that the event's spans point to is copied.
  template <class What>
  Result<void> write(ThreadId thread, Tick tick, u64 ns, const What& what);
  // The next event is the first after a turn, from `from` at its position to a thread at its: where the event shows
  // that itself, both become one record.
  void note_switch(ThreadId from, Tick tick, const Switched& what) { switch_ = {from, tick, what}; }
  // The next event refers to `bytes` (more than inline_bytes) instead of holding them.
  void refer(std::span<const u8> bytes, const KeptBytes& kept) { referred_ = {bytes, kept}; }

  // Nothing more will be written; another process image may follow in a stream of its own.
  void finish();
  void abandon();

 private:
  StreamWriter(Session& session, const StreamBegan& began)
      : session_(session), stream_(began.stream), writer_pid_(began.pid) {}
  // A vfork child that was killed while it wrote left no more than what it had published, and brief_ in any state:
  // nothing more has room in this segment.
  bool has_room(u64 bytes) const {
    return segment_ != nullptr && committed_ + bytes <= capacity_ && !is_writing_.load(std::memory_order_relaxed);
  }
  inline void begin_writing();
  // Around the put of a message of at most so many bytes.
  Result<void> begin_event(u64 ns, std::size_t bytes, std::span<const std::span<const u8>> data);
  inline void end_event(u64 ns, u32 events = 1);
  Result<void> append(u64 ns, const Encoder::Encoded& encoded);
  inline Result<void> append_brief(u64 ns, bool after_switch = false);
  template <class What>
  bool joins_switch(ThreadId thread, Tick tick, u64 ns, const What& what);
  Result<void> append_switch(u64 ns);
  Result<void> next_segment(u64 ns, u64 wanted);
  template <class What>
  Result<void> append_as_suits(ThreadId thread, Tick tick, u64 ns, const What& what);
  u8* free_memory();
  void put(RecordKind kind, std::span<const u8> payload);
  void head_record(RecordKind kind, std::size_t bytes);
  inline void put_brief(bool after_switch);
  void align();
  inline void publish(u64 ns, u32 events);
  void tell(u64 ns);
  void write_last_note(u64 ns, const Error& why);

  Session& session_;
  StreamId stream_;
  i32 writer_pid_;  // of the stream's process; a vfork child may write for it
  Encoder encoder_;
  BriefEncoder brief_;
  std::atomic<bool> is_writing_ = false;
  SegmentHeader* segment_ = nullptr;  // the mapping of the open one
  u64 mapped_bytes_ = 0;
  u64 capacity_ = 0;  // of records, the tail for the last note left out
  u64 used_ = 0, committed_ = 0;
  PagesAhead pages_;                  // of the mapping
  u32 number_ = 0;                    // of the next segment
  u64 first_event_ = 0, events_ = 0;  // events_: in the open segment
  u32 untold_ = 0;                    // events that the session's page does not count yet,
  u64 told_ns_ = 0;                   // since then
  std::string failure_;
  // The event written last.
  ThreadId last_thread_;
  Tick last_tick_;
  struct PendingSwitch {
    ThreadId from;
    Tick tick;
    Switched what;
  };
  std::optional<PendingSwitch> switch_;
  struct Reference {
    std::span<const u8> bytes;
    KeptBytes kept;
    bool is_of(std::span<const u8> record) const {
      return !bytes.empty() && record.data() == bytes.data() && record.size() == bytes.size();
    }
  };
  Reference referred_;
};

}  // namespace sigtape::tape
