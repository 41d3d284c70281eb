// Tape and StreamReader: everything that is read is checked first.
#include "core/tape/reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>

#include "core/tape/brief.h"
#include "core/tape/compact.h"
#include "core/tape/decode.h"
#include "core/tape/delta.h"
#include "core/tape/format.h"
#include "core/tape/kept_bytes.h"
#include "core/tape/segment_files.h"
#include "core/tape/session.h"
#include "core/tape/traces.h"
#include "core/tape/xxh3.h"

namespace sigtape::tape {
namespace {

Result<Header> read_header(const std::string& directory) {
  std::string path = directory + "/header";
  OwnedFd file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return Error{directory + " is not a tape: it has no file `header`"};
    return host_error(path);
  }
  auto bytes = SIGTAPE_TRY(read_some(file.get(), 0, sizeof(HeaderPrefix)));
  HeaderPrefix prefix{};
  if (bytes.size() == sizeof prefix) std::memcpy(&prefix, bytes.data(), sizeof prefix);
  if (prefix.magic != header_magic) return Error{path + " is not the header of a tape"};
  if (prefix.version > format_version)
    return Error{fmt::format("{} was recorded by a later sigtape: its format is {}, and this sigtape knows up to {}",
                             directory, prefix.version, format_version)};
  if (prefix.version == 0 || prefix.bytes > max_header_bytes) return Error{path + " is damaged"};
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || static_cast<u64>(status.st_size) < sizeof prefix + prefix.bytes)
    return Error{fmt::format("{} is cut off at offset {}", path, status.st_size)};
  auto message = SIGTAPE_TRY(read_some(file.get(), sizeof prefix, prefix.bytes));
  if (message.size() != prefix.bytes || xxh3(message) != prefix.checksum)
    return Error{path + " is damaged (its checksum is wrong)"};
  auto header = decode_header(message);
  if (!header) return Error{path + " " + header.error().text};
  header->format = prefix.version;
  return header;
}

}  // namespace

Result<std::shared_ptr<Tape>> Tape::open(const std::string& directory) {
  std::shared_ptr<Tape> tape{new Tape};
  tape->directory_ = directory;
  while (tape->directory_.size() > 1 && tape->directory_.ends_with('/')) tape->directory_.pop_back();
  tape->header_ = SIGTAPE_TRY(read_header(tape->directory_));
  std::string streams = tape->directory_ + "/streams";
  tape->streams_ = OwnedFd{::open(streams.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!tape->streams_.is_open()) return host_error(streams);
  return tape;
}

std::vector<StreamId> Tape::streams() const {
  std::vector<StreamId> all;
  for (StreamId stream : streams_in(streams_.host()))
    if (has(stream)) all.push_back(stream);
  return all;
}

bool Tape::has(StreamId stream) const {
  auto segments = segments_in(streams_.host(), stream);
  return !segments.empty() && has_events(streams_.host(), stream, segments.front());
}

u64 Tape::first_ns(StreamId stream) const {
  auto segments = segments_in(streams_.host(), stream);
  return segments.empty() ? 0 : first_ns_of(streams_.host(), stream, segments.front());
}

Result<StreamBegan> Tape::beginning(StreamId stream) const {
  auto reader = SIGTAPE_TRY(read(stream));
  const Event* event = SIGTAPE_TRY(reader->next());
  if (event != nullptr)
    if (const auto* began = event->as<StreamBegan>()) return *began;
  return Error{fmt::format("{}: stream {} has no beginning", directory_, stream.value)};
}

Result<std::string> Tape::stored(const ContentHash& hash) const {
  std::string path = fmt::format("{}/files/{}", directory_, hash.text());
  if (access(path.c_str(), R_OK) != 0) return host_error(fmt::format("the mapped file {} of the tape", path));
  return path;
}

bool Tape::closed() const {
  OwnedFd file{::open((directory_ + "/session").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return false;
  auto bytes = read_some(file.get(), offsetof(SessionPage, closed), sizeof(u32));
  u32 value = 0;
  if (bytes && bytes->size() == sizeof value) std::memcpy(&value, bytes->data(), sizeof value);
  return value != 0;
}

u64 Tape::bytes_on_disk() const {
  u64 bytes = 0;
  std::error_code error;
  namespace fs = std::filesystem;
  for (fs::recursive_directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
    struct stat status {};
    if (lstat(at->path().c_str(), &status) == 0) bytes += static_cast<u64>(status.st_blocks) * 512;
  }
  return bytes;
}

struct StreamReader::Impl {
  std::shared_ptr<const Tape> tape;
  StreamId stream;
  Reading reading = Reading::all;
  std::vector<SegmentFile> segments;
  std::size_t next_segment = 0;
  std::shared_ptr<const SegmentContent> content;
  u64 offset = 0;  // in content->records
  u64 index = 0;   // of the next event
  std::vector<std::span<const u8>> data;  // data records that wait for their event,
  std::vector<std::pair<std::size_t, KeptBytes>> kept;  // those of them that are still to be read, by their index
  KeptFiles kept_files;
  std::string damage;
  std::unique_ptr<Event> current = std::make_unique<Event>(), ahead = std::make_unique<Event>();
  bool have_ahead = false, at_end = false;
  // Of the event read last; and the event whose record's Switched is `ahead`.
  ThreadId last_thread;
  Tick last_tick;
  std::unique_ptr<Event> after_switch = std::make_unique<Event>();
  bool have_after_switch = false;

  BriefDecoder brief;    // of the segment
  DeltaContext deltas;
  std::map<ThreadId, Event> open_calls;  // Entered without its Called so far
  std::deque<Event> stranded;            // what comes after the last event of the file

  Error refuse(const std::string& what) {
    const SegmentFile& file = segments[next_segment - 1];
    damage = fmt::format("{}/streams/{}: {} (event {})", tape->directory(),
                         segment_name(stream, file.number, file.closed), what, index);
    return Error{damage};
  }
  // False at the end of the stream.
  Result<bool> open_next() {
    u32 expected = next_segment == 0 ? 0 : segments[next_segment - 1].number + 1;
    if (next_segment == segments.size()) return false;
    const SegmentFile& file = segments[next_segment++];
    if (file.number != expected) return refuse(fmt::format("comes where segment {} is missing", expected));
    content = std::make_shared<SegmentContent>(load_segment(tape->streams_directory(), stream, file));
    offset = 0;
    forget_data();
    brief.clear();
    deltas.clear();
    if (!content->damage.empty() && content->records.empty()) return refuse(content->damage);
    if (content->damage.empty() && content->first_event != index)
      return refuse(fmt::format("begins with event {}", content->first_event));
    return true;
  }
  struct Record {
    RecordKind kind{};
    std::span<const u8> payload;
  };
  Error cut_off() { return refuse(fmt::format("is cut off at offset {}", offset)); }
  Error wrong_check() { return refuse(fmt::format("is damaged at offset {} (a record's checksum is wrong)", offset)); }
  Result<Record> brief_record(std::span<const u8> rest, u32 header) {
    u32 bytes = BriefHeader::bytes_of(header);
    if (rest.size() - sizeof header < bytes) return cut_off();
    auto payload = rest.subspan(sizeof header, bytes);
    if (!BriefHeader::fits(header, record_check(RecordKind::brief, payload))) return wrong_check();
    offset += sizeof header + bytes;
    return Record{RecordKind::brief, payload};
  }
  // Not at the end of the records.
  Result<Record> record() {
    const auto& records = content->records;
    if (offset % 8 != 0 && records[offset] == 0) offset = std::min<u64>(padded(offset), records.size());
    std::span<const u8> rest = std::span{records}.subspan(offset);
    u32 bytes = 0;
    if (rest.size() < sizeof bytes) return cut_off();
    std::memcpy(&bytes, rest.data(), sizeof bytes);
    if (BriefHeader::is_one(bytes)) return brief_record(rest, bytes);
    DeltaHeader head{};
    RecordHeader whole{};
    if (rest.size() < sizeof head) return cut_off();
    std::memcpy(&head, rest.data(), sizeof head);
    RecordKind kind{head.kind};
    bool is_delta = kind == RecordKind::delta;
    u64 header_bytes = is_delta ? sizeof head : sizeof whole;
    if (rest.size() < header_bytes) return cut_off();
    if (!is_delta) std::memcpy(&whole, rest.data(), sizeof whole);
    if (bytes > max_record_bytes)
      return refuse(fmt::format("is damaged at offset {}: a record of {} bytes", offset, bytes));
    if (rest.size() - header_bytes < padded(bytes)) return cut_off();
    auto payload = rest.subspan(header_bytes, bytes);
    u64 check = record_check(kind, payload);
    if (is_delta ? short_check(check) != head.check : check != whole.check) return wrong_check();
    offset += header_bytes + padded(bytes);
    return Record{kind, payload};
  }
  void forget_data() {
    data.clear();
    kept.clear();
  }
  // The bytes live as long as the event that they belong to.
  Result<void> fetch_kept(Event& event) {
    if (kept.empty()) return {};
    struct Owner {
      std::shared_ptr<const void> content;
      std::vector<std::vector<u8>> bytes;
    };
    auto owner = std::make_shared<Owner>();
    owner->content = content;
    for (const auto& [at, where] : kept)
      data[at] = owner->bytes.emplace_back(SIGTAPE_TRY(kept_files.read(tape->directory(), where)));
    event.owner = std::move(owner);
    return {};
  }
  void pair_up(Event& event) {
    if (event.as<Entered>()) {
      open_calls.insert_or_assign(event.thread, event);
      return;
    }
    auto* ended = std::get_if<Called>(&event.what);
    if (ended == nullptr || !ended->entered) return;
    auto at = open_calls.find(event.thread);
    if (at == open_calls.end()) return;
    Event& begun = at->second;
    ended->inputs = std::move(std::get<Entered>(begun.what).inputs);
    if (!ended->inputs.empty() && begun.owner != event.owner)
      event.owner = std::make_shared<std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>>(
          event.owner, begun.owner);
    open_calls.erase(at);
  }
  // Signals that calls hid which never came back follow the last event.
  void after_the_end() {
    if (!open_calls.empty())
      for (Event& event : stranded_signals(tape->streams_directory(), stream, open_calls)) stranded.push_back(std::move(event));
    open_calls.clear();
    at_end = stranded.empty();
    if (at_end) return;
    *ahead = std::move(stranded.front());
    ahead->index = index++;
    have_ahead = true;
    stranded.pop_front();
  }
  static bool is_after_switch(RecordKind kind, std::span<const u8> payload) {
    return kind == RecordKind::brief && !payload.empty() && (payload[0] & BriefFirst::after_switch) != 0;
  }
  Result<void> decode_record(RecordKind kind, std::span<const u8> payload, Event& event) {
    if (kind == RecordKind::event) return decode(payload, data, event);
    if (kind == RecordKind::brief) return brief.decode(payload, data, open_calls, event);
    CompactMessage message{payload};
    if (kind == RecordKind::delta)
      message = SIGTAPE_TRY(deltas.lengthen(payload));
    else
      deltas.remember(message.fixed);
    return decode_compact(message, data, open_calls, event);
  }
  // `ahead` is the next event.
  void have() {
    ahead->index = index++;
    last_thread = ahead->thread;
    last_tick = ahead->tick;
    pair_up(*ahead);
    have_ahead = true;
  }
  // Fills `ahead`; at_end where there is nothing more.
  Result<void> advance() {
    if (!damage.empty()) return Error{damage};
    if (have_after_switch) {
      std::swap(ahead, after_switch);
      have_after_switch = false;
      have();
      return {};
    }
    for (;;) {
      if (!content || offset == content->records.size()) {
        if (content && !content->damage.empty()) return refuse(content->damage);
        if (!SIGTAPE_TRY(open_next())) {
          after_the_end();
          return {};
        }
        continue;
      }
      u64 begin = offset;
      auto [kind, payload] = SIGTAPE_TRY(record());
      if (kind == RecordKind::data) {
        data.push_back(payload);
        continue;
      }
      if (kind == RecordKind::kept) {
        if (payload.size() != sizeof(KeptBytes)) return refuse(fmt::format("at offset {} refers to nothing", begin));
        std::memcpy(&kept.emplace_back(data.size(), KeptBytes{}).second, payload.data(), sizeof(KeptBytes));
        data.emplace_back();
        continue;
      }
      bool is_brief = kind == RecordKind::brief || kind == RecordKind::compact || kind == RecordKind::delta;
      if (!is_brief && kind != RecordKind::event) continue;  // of a later version
      if (is_brief && reading == Reading::but_brief) {
        forget_data();
        index += is_after_switch(kind, payload) ? 2 : 1;
        continue;
      }
      if (ahead->owner != content) ahead->owner = content;
      auto there = fetch_kept(*ahead);
      auto decoded = there ? decode_record(kind, payload, *ahead) : there;
      if (!decoded) return refuse(fmt::format("at offset {} {}", begin, decoded.error().text));
      forget_data();
      if (is_after_switch(kind, payload)) {
        std::swap(ahead, after_switch);
        have_after_switch = true;
        ahead->thread = last_thread;
        ahead->tick = last_tick;
        ahead->ns = after_switch->ns;
        ahead->what = Switched{after_switch->thread, after_switch->tick};
      }
      have();
      return {};
    }
  }
};

StreamReader::StreamReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamReader::~StreamReader() = default;
StreamId StreamReader::stream() const { return impl_->stream; }

Result<const Event*> StreamReader::peek() {
  if (!impl_->have_ahead && !impl_->at_end) SIGTAPE_TRY_VOID(impl_->advance());
  return impl_->have_ahead ? impl_->ahead.get() : nullptr;
}

Result<const Event*> StreamReader::next() {
  if (SIGTAPE_TRY(peek()) == nullptr) return nullptr;
  std::swap(impl_->current, impl_->ahead);
  impl_->have_ahead = false;
  return impl_->current.get();
}

Result<std::unique_ptr<StreamReader>> Tape::read(StreamId stream, Reading reading) const {
  auto impl = std::make_unique<StreamReader::Impl>();
  impl->tape = shared_from_this();
  impl->stream = stream;
  impl->reading = reading;
  impl->segments = segments_in(streams_.host(), stream);
  if (impl->segments.empty()) return Error{fmt::format("{} has no stream {}", directory_, stream.value)};
  return std::unique_ptr<StreamReader>{new StreamReader(std::move(impl))};
}

}  // namespace sigtape::tape
