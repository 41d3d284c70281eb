// StreamWriter: preallocated segments, written through a shared mapping.
#include "core/tape/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>

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

constexpr u64 padded(u64 bytes) { return (bytes + 7) & ~u64{7}; }
constexpr u64 record_bytes(u64 payload) { return sizeof(RecordHeader) + padded(payload); }
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
  used_ = populated_ = events_ = 0;
  deltas_.clear();
  first_event_ = first_event;
  populate(sizeof(SegmentHeader));
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

// Page faults in bulk are several times cheaper than one by one. Kernels before 5.14 refuse, and then fault.
void StreamWriter::populate(u64 end) {
  if (end <= populated_) return;
  u64 step = number_ > 1 ? last_populate_step : std::clamp(populated_, first_populate_step, last_populate_step);
  u64 until = std::min(std::max(page_aligned(end), populated_ + step), mapped_bytes_);
  (void)madvise(reinterpret_cast<u8*>(segment_) + populated_, until - populated_, MADV_POPULATE_WRITE);
  populated_ = until;
}

void StreamWriter::put(u8 kind, std::span<const u8> payload) {
  u8* at = reinterpret_cast<u8*>(segment_) + sizeof(SegmentHeader) + used_;
  RecordHeader header{static_cast<u32>(payload.size()), kind, {}, record_check(kind, payload)};
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + sizeof header, payload.data(), payload.size());
  used_ += record_bytes(payload.size());
}

void StreamWriter::put_compact(std::span<const u8> whole) {
  CompactMessage message{whole};
  auto delta = deltas_.shorten(message.fixed);
  if (delta.empty()) return put(static_cast<u8>(RecordKind::compact), whole);
  std::size_t bytes = delta.size() + message.pieces.size();
  u8* at = reinterpret_cast<u8*>(segment_) + sizeof(SegmentHeader) + used_;
  u8* payload = at + sizeof(DeltaHeader);
  std::memcpy(payload, delta.data(), delta.size());
  if (!message.pieces.empty()) std::memcpy(payload + delta.size(), message.pieces.data(), message.pieces.size());
  DeltaHeader header{static_cast<u32>(bytes), static_cast<u8>(RecordKind::delta), {}};
  header.check = short_check(record_check(header.kind, {payload, bytes}));
  std::memcpy(at, &header, sizeof header);
  used_ += sizeof header + padded(bytes);
}

void StreamWriter::publish(u64 ns) {
  events_++;
  segment_->last_ns.store(ns, std::memory_order_relaxed);
  segment_->events.store(events_, std::memory_order_relaxed);
  segment_->committed.store(used_, std::memory_order_release);
  session_.page().events.fetch_add(1, std::memory_order_relaxed);
}

Result<void> StreamWriter::append(u64 ns, u8 kind, const Encoder::Encoded& encoded) {
  u64 wanted = record_bytes(encoded.message.size());
  for (auto data : encoded.data) {
    if (data.size() > max_record_bytes) return Error{"a call's data of more than 512 MiB does not fit on the tape"};
    wanted += record_bytes(data.size());
  }
  // A vfork child that was killed while it wrote left no more than what it had published, and deltas_ in any state.
  if (segment_ != nullptr) used_ = segment_->committed.load(std::memory_order_relaxed);
  if (is_writing_.load(std::memory_order_relaxed)) deltas_.clear();
  is_writing_.store(true, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (segment_ == nullptr || used_ + wanted > capacity_) SIGTAPE_TRY_VOID(next_segment(ns, wanted));
  populate(sizeof(SegmentHeader) + used_ + wanted);
  for (auto data : encoded.data) put(static_cast<u8>(RecordKind::data), data);
  if (kind == static_cast<u8>(RecordKind::compact))
    put_compact(encoded.message);
  else
    put(kind, encoded.message);
  publish(ns);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  is_writing_.store(false, std::memory_order_relaxed);
  return {};
}

void StreamWriter::write_last_note(u64 ns, const Error& why) {
  session_.ask_to_stop(Stop::disk_full, why.text);
  if (segment_ == nullptr) return;
  auto note = encoder_.encode(ThreadId{}, Tick{}, ns, Note{NoteKind::disk_full, why.text.substr(0, 200)});
  if (record_bytes(note.message.size()) > tail_bytes) return;
  put(static_cast<u8>(RecordKind::event), note.message);
  publish(ns);
}

template <class What>
Result<void> StreamWriter::write(ThreadId thread, Tick tick, u64 ns, const What& what) {
  if (!failure_.empty()) return Error{failure_};
  Encoder::Encoded encoded;
  if constexpr (std::is_same_v<What, Entered> || std::is_same_v<What, Called>)
    encoded = compact_.encode(thread, tick, ns, what);
  RecordKind kind = encoded.message.empty() ? RecordKind::event : RecordKind::compact;
  if (encoded.message.empty()) encoded = encoder_.encode(thread, tick, ns, what);
  auto written = append(ns, static_cast<u8>(kind), encoded);
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
