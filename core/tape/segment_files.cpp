// Finds, loads and compresses segment files.
#include "core/tape/segment_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "core/base/bytes.h"
#include "core/tape/compressor.h"
#include "core/tape/format.h"
#include "core/tape/host_file.h"
#include "core/tape/session.h"
#include "core/tape/xxh3.h"

namespace sigtape::tape {
namespace {

// zstd's: a tenth more bytes than with 1, in two thirds of the time.
constexpr int compression_level = -1;

struct DirectoryCloser {
  void operator()(DIR* directory) const { closedir(directory); }
};

template <class F>
void for_each_entry(HostFd parent, const char* name, F f) {
  int fd = openat(parent.value, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  std::unique_ptr<DIR, DirectoryCloser> directory{fdopendir(fd)};
  if (!directory) return;
  while (const dirent* entry = readdir(directory.get())) f(std::string_view{entry->d_name});
}

std::optional<u32> number_of(std::string_view text) {
  u32 value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct RawSegment {
  SegmentHeader header;
  u64 committed = 0;
  std::vector<u8> records;
  std::string damage;
};

// The header's atomics are read from a copy: the writer publishes `committed` last, so what it covers is in the file.
// True where there are records to be read; how many bytes of them are there to be read is answered too.
bool read_header(int fd, RawSegment& raw, u64& present) {
  struct stat status {};
  if (fstat(fd, &status) != 0) {
    raw.damage = "can't be examined";
    return false;
  }
  if (status.st_size == 0) return false;  // its writer was killed before it began
  if (static_cast<u64>(status.st_size) < sizeof(SegmentHeader)) {
    raw.damage = "is too short for its header";
    return false;
  }
  if (pread(fd, static_cast<void*>(&raw.header), sizeof(SegmentHeader), 0) != ssize_t{sizeof(SegmentHeader)}) {
    raw.damage = "can't be read";
    return false;
  }
  if (raw.header.magic == std::array<char, 8>{} && raw.header.committed.load() == 0) return false;
  if (raw.header.magic != segment_magic) {
    raw.damage = "is not a segment";
    return false;
  }
  if (raw.header.version > format_version) {
    raw.damage = fmt::format("has format {}, and this sigtape knows up to {}", raw.header.version, format_version);
    return false;
  }
  raw.committed = raw.header.committed.load();
  present = std::min({raw.committed, max_segment_bytes, static_cast<u64>(status.st_size) - sizeof(SegmentHeader)});
  if (raw.committed > max_segment_bytes)
    raw.damage = "claims a length that no segment has";
  else if (present < raw.committed)
    raw.damage = fmt::format("is cut off at offset {}", present);
  return true;
}

void read_raw(int fd, RawSegment& raw) {
  u64 present = 0;
  if (!read_header(fd, raw, present)) return;
  auto records = read_some(fd, sizeof(SegmentHeader), present);
  if (records)
    raw.records = std::move(*records);
  else
    raw.damage = records.error().text;
}

void load_closed(int fd, SegmentContent& content) {
  ClosedHeader header{};
  auto head = read_some(fd, 0, sizeof header);
  if (!head || head->size() != sizeof header) {
    content.damage = "is too short for its header";
    return;
  }
  std::memcpy(&header, head->data(), sizeof header);
  if (header.magic != closed_magic) {
    content.damage = "is not a segment";
    return;
  }
  if (header.version > format_version) {
    content.damage = fmt::format("has format {}, and this sigtape knows up to {}", header.version, format_version);
    return;
  }
  if (xxh3({head->data(), offsetof(ClosedHeader, header_checksum)}) != header.header_checksum) {
    content.damage = "has a damaged header (its checksum is wrong)";
    return;
  }
  if (header.raw_bytes > max_segment_bytes || header.stored_bytes > max_segment_bytes) {
    content.damage = "claims a length that no segment has";
    return;
  }
  content.first_event = header.first_event;
  auto stored = read_some(fd, sizeof header, header.stored_bytes);
  if (!stored) {
    content.damage = stored.error().text;
    return;
  }
  // A stream and not one call, so that what precedes damage comes out; and memory grows with what comes out, not with
  // what the header claims.
  content.records.resize(std::min(header.raw_bytes, 64 * header.stored_bytes + (64 << 10)));
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
  ZSTD_outBuffer out{content.records.data(), content.records.size(), 0};
  ZSTD_inBuffer in{stored->data(), stored->size(), 0};
  bool broken = false;
  while (in.pos < in.size && !broken) {
    std::size_t in_before = in.pos, out_before = out.pos;
    broken = ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in));
    if (out.pos == out.size && out.size < header.raw_bytes) {
      content.records.resize(std::min<u64>(header.raw_bytes, 2 * out.size));
      out.dst = content.records.data();
      out.size = content.records.size();
    } else if (in.pos == in_before && out.pos == out_before) {
      break;
    }
  }
  content.records.resize(out.pos);
  if (stored->size() < header.stored_bytes)
    content.damage = fmt::format("is cut off; its records can be read up to offset {}", out.pos);
  else if (broken || out.pos != header.raw_bytes)
    content.damage = fmt::format("is damaged; its records can be read up to offset {}", out.pos);
  else if (xxh3(content.records) != header.checksum)
    content.damage = "is damaged (its checksum is wrong)";
}

// The beginning of a file, as long as this lives.
class Mapping {
 public:
  Mapping(int fd, u64 bytes) : bytes_(bytes), at_(mmap(nullptr, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0)) {}
  ~Mapping() {
    if (is_there()) munmap(at_, bytes_);
  }
  Mapping(const Mapping&) = delete;
  bool is_there() const { return at_ != MAP_FAILED; }
  std::span<const u8> bytes() const { return {static_cast<const u8*>(at_), bytes_}; }

 private:
  u64 bytes_;
  void* at_;
};

// To a quarter, by a piece of the middle. Brief records have little left that repeats itself: to save half of them takes
// as long as to record them did. And a file that is compressed already fills segments with itself where it is read.
bool is_worth_compressing(ZSTD_CCtx* context, std::span<const u8> records, u8* room, std::size_t room_bytes) {
  constexpr std::size_t piece = 64 << 10;
  if (records.size() < 4 * piece) return true;
  std::size_t size = ZSTD_compressCCtx(context, room, room_bytes, records.data() + records.size() / 2, piece,
                                       compression_level);
  return ZSTD_isError(size) || size < piece / 4;
}

// What the writer has set up in advance is cut off.
Result<void> keep_as_it_is(HostFd streams_directory, const std::string& name, u64 bytes) {
  OwnedFd fd{openat(streams_directory.value, name.c_str(), O_WRONLY | O_CLOEXEC)};
  bool done = fd.is_open() && ftruncate(fd.get(), static_cast<off_t>(bytes)) == 0 &&
              pwrite(fd.get(), &segment_kept, sizeof segment_kept, offsetof(SegmentHeader, full)) == sizeof segment_kept;
  if (!done) return host_error("segment " + name);
  return {};
}

}  // namespace

std::string segment_name(StreamId stream, u32 number, bool closed) {
  return fmt::format("{}/{:06}.{}", stream.value, number, closed ? "zst" : "seg");
}

std::vector<StreamId> streams_in(HostFd streams_directory) {
  std::vector<StreamId> streams;
  for_each_entry(streams_directory, ".", [&](std::string_view name) {
    if (auto id = number_of(name); id && *id < max_streams) streams.push_back(StreamId{*id});
  });
  std::sort(streams.begin(), streams.end());
  return streams;
}

std::vector<SegmentFile> segments_in(HostFd streams_directory, StreamId stream) {
  std::map<u32, bool> closed_of;
  for_each_entry(streams_directory, std::to_string(stream.value).c_str(), [&](std::string_view name) {
    bool closed = name.ends_with(".zst");
    if (!closed && !name.ends_with(".seg")) return;
    auto number = number_of(name.substr(0, name.size() - 4));
    if (number && *number < max_segments) closed_of[*number] |= closed;
  });
  std::vector<SegmentFile> segments;
  for (auto [number, closed] : closed_of) segments.push_back({number, closed});
  return segments;
}

bool is_finished(HostFd streams_directory, StreamId stream, u32 number) {
  OwnedFd file{openat(streams_directory.value, segment_name(stream, number, false).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return false;
  auto head = read_some(file.get(), 0, sizeof(SegmentHeader));
  if (!head || head->size() != sizeof(SegmentHeader)) return false;
  SegmentHeader header;
  std::memcpy(static_cast<void*>(&header), head->data(), sizeof header);
  if (header.magic != segment_magic) return false;
  return header.full.load() != 0 || (kill(static_cast<pid_t>(header.writer_pid), 0) != 0 && errno == ESRCH);
}

u64 first_ns_of(HostFd streams_directory, StreamId stream, const SegmentFile& file) {
  OwnedFd fd{openat(streams_directory.value, segment_name(stream, file.number, file.closed).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.is_open()) return 0;
  auto head = read_some(fd.get(), 0, sizeof(ClosedHeader));
  if (!head || head->size() != sizeof(ClosedHeader)) return 0;
  return load<u64>(head->data() + (file.closed ? offsetof(ClosedHeader, first_ns) : offsetof(SegmentHeader, first_ns)));
}

bool has_events(HostFd streams_directory, StreamId stream, const SegmentFile& file) {
  if (file.closed) return true;
  OwnedFd fd{openat(streams_directory.value, segment_name(stream, file.number, false).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.is_open()) return true;  // compressed since it was listed
  auto committed = read_some(fd.get(), offsetof(SegmentHeader, committed), sizeof(u64));
  return committed && committed->size() == sizeof(u64) && load<u64>(committed->data()) != 0;
}

SegmentContent load_segment(HostFd streams_directory, StreamId stream, const SegmentFile& file) {
  SegmentContent content;
  bool closed = file.closed;
  OwnedFd fd{openat(streams_directory.value, segment_name(stream, file.number, closed).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.is_open() && !closed) {  // compressed since it was listed
    closed = true;
    fd = OwnedFd{openat(streams_directory.value, segment_name(stream, file.number, true).c_str(), O_RDONLY | O_CLOEXEC)};
  }
  if (!fd.is_open()) {
    content.damage = fmt::format("can't be opened: {}", std::strerror(errno));
    return content;
  }
  if (closed) {
    load_closed(fd.get(), content);
    return content;
  }
  RawSegment raw;
  read_raw(fd.get(), raw);
  content.records = std::move(raw.records);
  content.first_event = raw.header.first_event;
  content.open = raw.header.full.load() == 0;
  content.damage = std::move(raw.damage);
  return content;
}

Result<void> Compressor::compress(HostFd streams_directory, StreamId stream, u32 number) {
  std::string raw_name = segment_name(stream, number, false), name = segment_name(stream, number, true);
  OwnedFd fd{openat(streams_directory.value, raw_name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.is_open()) return host_error("segment " + raw_name);
  RawSegment raw;
  u64 present = 0;
  read_header(fd.get(), raw, present);
  if (!raw.damage.empty()) return Error{"segment " + raw_name + " " + raw.damage};
  // Nothing was written to it before its writer was killed, or it is not to get smaller.
  if (present == 0 || raw.header.full.load() == segment_kept) return {};
  // Nobody shortens the file: its writer is done with it or gone.
  Mapping mapping(fd.get(), sizeof(SegmentHeader) + present);
  if (!mapping.is_there()) return host_error("segment " + raw_name);
  std::span<const u8> records = mapping.bytes().subspan(sizeof(SegmentHeader));
  std::size_t room = sizeof(ClosedHeader) + ZSTD_compressBound(records.size());
  if (room > room_) {
    buffer_ = std::make_unique_for_overwrite<u8[]>(room);
    room_ = room;
  }
  if (!context_) context_.reset(ZSTD_createCCtx());
  if (!is_worth_compressing(context_.get(), records, buffer_.get(), room_))
    return keep_as_it_is(streams_directory, raw_name, sizeof(SegmentHeader) + present);
  std::size_t size = ZSTD_compressCCtx(context_.get(), buffer_.get() + sizeof(ClosedHeader),
                                       room - sizeof(ClosedHeader), records.data(), records.size(), compression_level);
  if (ZSTD_isError(size)) return Error{"segment " + raw_name + " can't be compressed"};
  ClosedHeader header{};
  header.magic = closed_magic;
  header.version = raw.header.version;
  header.stream = stream.value;
  header.number = number;
  header.first_event = raw.header.first_event;
  header.events = raw.header.events.load();
  header.first_ns = raw.header.first_ns;
  header.last_ns = raw.header.last_ns.load();
  header.raw_bytes = records.size();
  header.stored_bytes = size;
  header.checksum = xxh3(records);
  header.header_checksum = xxh3({reinterpret_cast<const u8*>(&header), offsetof(ClosedHeader, header_checksum)});
  std::memcpy(buffer_.get(), &header, sizeof header);
  std::string temporary = fmt::format("{}/{:06}.tmp", stream.value, number);
  OwnedFd out{openat(streams_directory.value, temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!out.is_open() || !write_all(out.get(), buffer_.get(), sizeof header + size) ||
      renameat(streams_directory.value, temporary.c_str(), streams_directory.value, name.c_str()) != 0) {
    Error error = host_error("segment " + name + " can't be written");
    unlinkat(streams_directory.value, temporary.c_str(), 0);
    return error;
  }
  unlinkat(streams_directory.value, raw_name.c_str(), 0);
  return {};
}

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

}  // namespace sigtape::tape
