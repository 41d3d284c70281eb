// StreamWriter: preallocated segments, written through a shared mapping.
#include "core/tape/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/tape/format.h"
#include "core/tape/host_file.h"
#include "core/tape/segment_files.h"
#include "core/tape/xxh3.h"

namespace sigtape::tape {
namespace {

// Short processes take little, long ones soon write in big pieces.
constexpr u64 first_segment_bytes = 128 << 10;
constexpr u64 last_segment_bytes = 8 << 20;
// Memory is asked for in steps of the first size, later of what is in use, up to the last one.
constexpr u64 first_populate_step = 16 << 10;
constexpr u64 last_populate_step = 128 << 10;
// Kept free at a segment's end for the note that says why nothing follows.
constexpr u64 tail_bytes = 512;

// Events that the session need not know of yet.
constexpr u32 most_untold = 64;
constexpr u64 most_untold_ns = 20'000'000;

// Of the first segment: what is written to the file before it is mapped. Of later ones it is all.
constexpr u64 first_written_ahead = 32 << 10;

// Others may want room again for what is overwritten, and not have it.
bool overwrites_in_place(int fd) {
  struct statfs status {};
  return fstatfs(fd, &status) == 0 && (status.f_type == EXT4_SUPER_MAGIC || status.f_type == XFS_SUPER_MAGIC);
}

// Zeros, in big pieces: the file system has big pages for them then. Pages that it makes when they are first stored to,
// one by one, cost four times as much (ext4 of Linux 6.18: 6.6 us each, 1.3 so). Whatever fails is left to that.
void write_ahead(int fd, u64 bytes) {
  static const std::array<u8, 128 << 10> zeros{};
  if (!overwrites_in_place(fd)) return;
  for (u64 at = 0; at < bytes;) {
    ssize_t written = pwrite(fd, zeros.data(), std::min<u64>(bytes - at, zeros.size()), static_cast<off_t>(at));
    if (written <= 0) return;
    at += static_cast<u64>(written);
  }
}

// At most, with the padding before it and behind.
constexpr u64 record_bytes(u64 payload) { return 7 + sizeof(RecordHeader) + padded(payload); }
constexpr u64 page_aligned(u64 bytes) { return (bytes + 4095) & ~u64{4095}; }

}  // namespace

Result<std::unique_ptr<StreamWriter>> StreamWriter::open(Session& session, const StreamBegan& began) {
  std::unique_ptr<StreamWriter> writer{new StreamWriter(session, began)};
  std::string name = std::to_string(began.stream.value);
  if (mkdirat(session.descriptors().streams.value, name.c_str(), 0777) != 0)
    return host_error("a new stream can't be begun on the tape");
  SIGTAPE_TRY_VOID(writer->write(ThreadId{began.pid}, Tick{}, monotonic_ns(), began));
  return writer;
}

StreamWriter::~StreamWriter() { finish(); }

void StreamWriter::abandon() {
  if (segment_ != nullptr) munmap(segment_, mapped_bytes_);
  segment_ = nullptr;
}

void StreamWriter::finish() {
  if (segment_ == nullptr) return;
  tell(told_ns_);
  segment_->full.store(segment_full, std::memory_order_release);
  session_.note_full(stream_, number_ - 1);
  abandon();
}

Result<void> StreamWriter::next_segment(u64 ns, u64 wanted) {
  u64 usual = std::min(first_segment_bytes << std::min<u32>(2 * number_, 6), last_segment_bytes);
  u64 bytes = page_aligned(std::max(usual, wanted + sizeof(SegmentHeader) + tail_bytes));
  if (bytes > max_segment_bytes) return Error{"an event of more than 1 GiB does not fit on the tape"};
  std::string name = segment_name(stream_, number_, false);
  int streams = session_.descriptors().streams.value;
  OwnedFd file{openat(streams, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (!file.is_open()) return host_error("a new segment of the tape can't be made");
  int error = posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  if (error == 0) write_ahead(file.get(), number_ == 0 ? first_written_ahead : bytes);
  void* at = MAP_FAILED;
  if (error == 0) at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) {
    if (error != 0) errno = error;
    Error why = host_error("no room for a new segment of the tape");
    unlinkat(streams, name.c_str(), 0);
    return why;
  }
  u64 first_event = next_index();
  finish();
  segment_ = static_cast<SegmentHeader*>(at);
  mapped_bytes_ = bytes;
  capacity_ = bytes - sizeof(SegmentHeader) - tail_bytes;
  used_ = committed_ = events_ = 0;
  brief_.clear();
  first_event_ = first_event;
  pages_ = {segment_, bytes, number_ > 0 ? last_populate_step : first_populate_step, last_populate_step};
  pages_.need(sizeof(SegmentHeader));
  segment_->version = format_version;
  segment_->stream = stream_.value;
  segment_->number = number_++;
  segment_->writer_pid = static_cast<u32>(writer_pid_);
  segment_->first_event = first_event_;
  segment_->first_ns = ns;
  segment_->magic = segment_magic;
  session_.page().bytes.fetch_add(bytes, std::memory_order_relaxed);
  return {};
}

u8* StreamWriter::free_memory() { return reinterpret_cast<u8*>(segment_) + sizeof(SegmentHeader) + used_; }

// Zeros up to where a record with a RecordHeader may begin.
void StreamWriter::align() {
  u64 to = padded(used_);
  std::memset(free_memory(), 0, to - used_);
  used_ = to;
}

void StreamWriter::put(RecordKind kind, std::span<const u8> payload) {
  align();
  u8* at = free_memory();
  std::memcpy(at + sizeof(RecordHeader), payload.data(), payload.size());
  RecordHeader header{static_cast<u32>(payload.size()), static_cast<u8>(kind), {}, 0};
  header.check = record_check(kind, {at + sizeof header, payload.size()});
  std::memcpy(at, &header, sizeof header);
  used_ += sizeof header + padded(payload.size());
}

void StreamWriter::put_brief(bool after_switch) {
  u8* at = free_memory();
  u8* payload = at + sizeof(u32);
  std::size_t bytes = brief_.write_to(payload, after_switch);
  store(at, BriefHeader::of(static_cast<u32>(bytes), record_check(RecordKind::brief, {payload, bytes})));
  used_ += sizeof(u32) + bytes;
}

// All processes count on one word: each time that one does, it has to come from another processor.
void StreamWriter::tell(u64 ns) {
  session_.page().events.fetch_add(std::exchange(untold_, 0), std::memory_order_relaxed);
  told_ns_ = ns;
}

void StreamWriter::publish(u64 ns, u32 events) {
  events_ += events;
  committed_ = used_;
  segment_->last_ns.store(ns, std::memory_order_relaxed);
  segment_->events.store(events_, std::memory_order_relaxed);
  segment_->committed.store(used_, std::memory_order_release);
  untold_ += events;
  if (untold_ >= most_untold || ns - told_ns_ > most_untold_ns) tell(ns);
}

void StreamWriter::begin_writing() {
  used_ = committed_;
  is_writing_.store(true, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

Result<void> StreamWriter::begin_event(u64 ns, std::size_t bytes, std::span<const std::span<const u8>> data) {
  u64 wanted = record_bytes(bytes);
  for (auto record : data) {
    if (record.size() > max_record_bytes) return Error{"a call's data of more than 512 MiB does not fit on the tape"};
    wanted += record_bytes(referred_.is_of(record) ? sizeof(KeptBytes) : record.size());
  }
  bool fits = has_room(wanted);
  begin_writing();
  if (!fits) SIGTAPE_TRY_VOID(next_segment(ns, wanted));
  pages_.need(sizeof(SegmentHeader) + used_ + wanted);
  for (auto record : data) {
    if (referred_.is_of(record))
      put(RecordKind::kept, bytes_of(referred_.kept));
    else
      put(RecordKind::data, record);
  }
  return {};
}

void StreamWriter::end_event(u64 ns, u32 events) {
  publish(ns, events);
  referred_.bytes = {};
  std::atomic_signal_fence(std::memory_order_seq_cst);
  is_writing_.store(false, std::memory_order_relaxed);
}

Result<void> StreamWriter::append(u64 ns, const Encoder::Encoded& encoded) {
  SIGTAPE_TRY_VOID(begin_event(ns, encoded.message.size(), encoded.data));
  put(RecordKind::event, encoded.message);
  end_event(ns);
  return {};
}

Result<void> StreamWriter::append_brief(u64 ns, bool after_switch) {
  if (u64 wanted = record_bytes(brief_.most_bytes()); brief_.data().empty() && has_room(wanted)) [[likely]] {
    begin_writing();
    pages_.need(sizeof(SegmentHeader) + used_ + wanted);
  } else {
    SIGTAPE_TRY_VOID(begin_event(ns, brief_.most_bytes(), brief_.data()));
  }
  put_brief(after_switch);
  end_event(ns, after_switch ? 2 : 1);
  return {};
}

// Whether the event, which encode() has in hand then, says what the pending turn is: its own thread goes on at its
// position, and the one before stands where the segment's last event has it.
template <class What>
bool StreamWriter::joins_switch(ThreadId thread, Tick tick, u64 ns, const What& what) {
  return switch_->what.to == thread && switch_->what.to_tick == tick && events_ != 0 && switch_->from == last_thread_ &&
         switch_->tick == last_tick_ && brief_.encode(thread, tick, ns, what) && brief_.data().empty() &&
         has_room(record_bytes(brief_.most_bytes()));
}

// The pending one, by itself.
Result<void> StreamWriter::append_switch(u64 ns) {
  PendingSwitch pending = *std::exchange(switch_, std::nullopt);
  brief_.encode(pending.from, pending.tick, ns, pending.what);
  return append_brief(ns);
}

void StreamWriter::write_last_note(u64 ns, const Error& why) {
  session_.ask_to_stop(Stop::disk_full, why.text);
  if (segment_ == nullptr) return;
  auto note = encoder_.encode(ThreadId{}, Tick{}, ns, Note{NoteKind::disk_full, why.text.substr(0, 200)});
  if (record_bytes(note.message.size()) > tail_bytes) return;
  put(RecordKind::event, note.message);
  publish(ns, 1);
}

template <class What>
Result<void> StreamWriter::append_as_suits(ThreadId thread, Tick tick, u64 ns, const What& what) {
  constexpr bool is_plain = std::is_same_v<What, PlainEntry> || std::is_same_v<What, PlainCall>;
  constexpr bool may_be_brief =
      is_plain || std::is_same_v<What, Entered> || std::is_same_v<What, Called> || std::is_same_v<What, Switched>;
  if (switch_) [[unlikely]] {
    if constexpr (may_be_brief)
      if (joins_switch(thread, tick, ns, what)) {
        switch_.reset();
        return append_brief(ns, true);
      }
    SIGTAPE_TRY_VOID(append_switch(ns));
  }
  if constexpr (may_be_brief)
    if (brief_.encode(thread, tick, ns, what)) return append_brief(ns);
  if constexpr (is_plain)
    return append(ns, encoder_.encode(thread, tick, ns, event_of(what)));
  else
    return append(ns, encoder_.encode(thread, tick, ns, what));
}

template <class What>
Result<void> StreamWriter::write(ThreadId thread, Tick tick, u64 ns, const What& what) {
  if (!failure_.empty()) [[unlikely]]
    return Error{failure_};
  auto written = append_as_suits(thread, tick, ns, what);
  last_thread_ = thread;
  last_tick_ = tick;
  if (!written) {
    failure_ = written.error().text;
    write_last_note(ns, written.error());
  }
  return written;
}

template Result<void> StreamWriter::write(ThreadId, Tick, u64, const StreamBegan&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const ImageBegan&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const ProgramOpened&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Started&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Entered&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Called&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const PlainEntry&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const PlainCall&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const SignalTaken&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const SignalDelivered&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Switched&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const ThreadStarted&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const ThreadEnded&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const ExecBegan&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Ended&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Digest&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Note&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const MemoryChanged&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const FileEndMoved&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const SharedJoined&);
template Result<void> StreamWriter::write(ThreadId, Tick, u64, const Turn&);

}  // namespace sigtape::tape
