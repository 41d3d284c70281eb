// How bytes lie in a tape: file names, the segment's headers, the frame around a record, and the limits of a reader.
#pragma once
#include <array>
#include <atomic>

#include "core/base/ints.h"

namespace sigtape::tape {

// TAPE/header                  magic, version, checksum, wire::Header
// TAPE/session                 SessionPage, shared by all recording processes
// TAPE/streams/ID/NNNNNN.seg   SegmentHeader, records; open, or not worth compressing
// TAPE/streams/ID/NNNNNN.zst   ClosedHeader, the records as one zstd frame
// TAPE/files/HASH              content of a mapped file
// TAPE/files/by-stat/KEY       symbolic link to ../HASH; KEY is device-inode-size-mtime-ctime
// TAPE/files/reads/KEY         what was read of a file, from its beginning on; KEY is device-inode

// Raised by changes that an older reader must not skip. A reader accepts every version up to its own.
// 2: turns on memory that processes share.
// 3: RecordKind::compact.
// 4: the event FileEndMoved; RecordKind::delta.
// 5: seccomp filters, also of an image.
// 6: RecordKind::kept.
inline constexpr u32 format_version = 6;

inline constexpr std::array<char, 8> header_magic{'S', 'I', 'G', 'T', 'A', 'P', 'E', '\n'};
inline constexpr std::array<char, 8> session_magic{'S', 'I', 'G', 'T', 'A', 'P', 'E', 'S'};
inline constexpr std::array<char, 8> segment_magic{'S', 'I', 'G', 'T', 'S', 'E', 'G', '1'};
inline constexpr std::array<char, 8> closed_magic{'S', 'I', 'G', 'T', 'Z', 'S', 'T', '1'};

struct HeaderPrefix {
  std::array<char, 8> magic;
  u32 version;
  u32 bytes;     // of the message that follows
  u64 checksum;  // XXH3-64 of the message
};
static_assert(sizeof(HeaderPrefix) == 24);

inline constexpr u32 segment_full = 1, segment_kept = 2;

// The head of an open segment. `committed` is published after each record, so that whoever is killed leaves a readable
// segment behind: record bytes beyond it do not exist.
struct SegmentHeader {
  std::array<char, 8> magic;
  u32 version;
  u32 stream;
  u32 number;
  u32 writer_pid;
  u64 first_event;             // index in the stream
  std::atomic<u64> committed;  // bytes of records after this header
  std::atomic<u64> events;     // how many of the records are events
  u64 first_ns;                // time of the first event
  std::atomic<u64> last_ns;    // and of the last one
  std::atomic<u32> full;       // segment_full: nothing more will be written here; segment_kept: it stays as it is
  u32 reserved[15];
};
static_assert(sizeof(SegmentHeader) == 128);

struct ClosedHeader {
  std::array<char, 8> magic;
  u32 version;
  u32 stream;
  u32 number;
  u32 reserved[5];
  u64 first_event;
  u64 events;
  u64 first_ns, last_ns;
  u64 raw_bytes, stored_bytes;
  u64 checksum;         // XXH3-64 of the raw records
  u64 reserved_too[3];
  u64 header_checksum;  // XXH3-64 of the members above
};
static_assert(sizeof(ClosedHeader) == 128);

// In front of every record; records are padded to 8 bytes. A data record belongs to the next event or compact record of
// the same segment. compact: an Entered or a Called without Cap'n Proto; delta: the same, shorter; kept: a data record
// whose bytes are elsewhere (core/tape/kept_bytes.h).
enum class RecordKind : u8 { event = 1, data = 2, compact = 3, delta = 4, kept = 5 };
struct RecordHeader {
  u32 bytes;  // of the payload, without padding
  u8 kind;
  u8 padding[3];
  u64 check;  // XXH3-64 of the payload, seeded with kind and length
};
static_assert(sizeof(RecordHeader) == 16);
// In front of a delta record, instead.
struct DeltaHeader {
  u32 bytes;
  u8 kind;
  std::array<u8, 3> check;  // the lower bytes of what RecordHeader would hold
};
static_assert(sizeof(DeltaHeader) == 8);

// A compact record: the head, then as far as `has` says so CompactCall, the result's second word, the times entered_ns
// and left_ns; then the pieces of writes and those of inputs, each with its bytes behind it or, where they are more
// than inline_bytes, in the next data record. Without CompactCall the call is the one that the thread has entered.
struct CompactWhat {
  static constexpr u8 entered = 0, called = 1;
};
struct CompactNotes {
  static constexpr u8 entered = 1, by_kernel = 2, signal_before_entry = 4, host_interrupted = 8, decided_by_mode = 16,
                      rewound_unseen = 32, all = 63;
};
struct CompactHas {
  static constexpr u8 call = 1, value2 = 2, times = 4, all = 7;
};
struct CompactHead {
  u8 what;
  u8 system;
  u8 outcome;  // index of abi::Outcome
  u8 notes;
  u8 has;
  u8 writes, inputs;  // how many pieces
  u8 reserved;
  i32 thread;
  u32 value;  // of Done and Failed
  u64 tick;
  u64 ns;
};
static_assert(sizeof(CompactHead) == 32);
struct CompactCall {
  u32 number;
  u32 pc;
  std::array<u32, 8> words;
};
static_assert(sizeof(CompactCall) == 40);
struct CompactPiece {
  u32 at;
  u32 bytes;
};
static_assert(sizeof(CompactPiece) == 8);
inline constexpr u32 compact_most_pieces = 64, compact_bytes_of_list = 1536;
// The head, the call, the second word and the times.
inline constexpr u32 compact_fixed_words = (sizeof(CompactHead) + sizeof(CompactCall) + 4 + 16) / 4;

// A delta record is a compact one whose part before the pieces resembles an earlier one of the segment, the last that
// was kept in the same slot: the head, the words of four bytes that changed, then the pieces. entered_ns and left_ns
// are compared, and stand there, as ns less them. (core/tape/delta.h)
inline constexpr u32 delta_slots = 16;
struct DeltaHead {
  u32 slot_and_changed;  // slot << 24 | a bit for each word that follows; tick's and ns's are never among them
  i32 ticks, ns;         // more than in the compact or delta record before
};
static_assert(sizeof(DeltaHead) == 12);

// What a reader believes of a file that says so.
inline constexpr u64 max_header_bytes = 64u << 20;
inline constexpr u64 max_segment_bytes = u64{1} << 30;  // raw
inline constexpr u32 max_record_bytes = 1u << 29;
inline constexpr u64 max_streams = 1u << 24;
inline constexpr u32 max_segments = 1'000'000;

}  // namespace sigtape::tape
