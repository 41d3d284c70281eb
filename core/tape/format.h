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
// 7: brief records; no more compact and delta ones.
inline constexpr u32 format_version = 7;

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
  u64 checksum;  // XXH3-64 of the raw records
  u64 reserved_too[3];
  u64 header_checksum;  // XXH3-64 of the members above
};
static_assert(sizeof(ClosedHeader) == 128);

// In front of every record but brief ones; such records begin at multiples of 8 bytes, with zeros before them where
// that is to be. A data record belongs to the next event, or compact, delta or brief record, of the same segment. kept:
// a data record whose bytes are elsewhere (core/tape/kept_bytes.h); compact, delta: of older formats
// (core/tape/compact.h, core/tape/delta.h).
enum class RecordKind : u8 { event = 1, data = 2, compact = 3, delta = 4, kept = 5, brief = 6 };
struct RecordHeader {
  u32 bytes;  // of the payload, without padding
  u8 kind;
  u8 padding[3];
  u64 check;  // XXH3-64 of the payload, seeded with kind and length
};
static_assert(sizeof(RecordHeader) == 16);
constexpr u64 padded(u64 bytes) { return (bytes + 7) & ~u64{7}; }
// In front of a brief record, which begins anywhere, instead: a number of four bytes. Its lowest byte is never zero, so
// that it is told from padding, and its highest bit is set, which RecordHeader::bytes never has there.
struct BriefHeader {
  static constexpr u32 most_bytes = (1u << 11) - 1;
  static constexpr u32 of(u32 bytes, u64 check) { return 1u << 31 | bytes << 20 | (check & check_mask) << 1 | 1; }
  static constexpr bool is_one(u32 word) { return word >> 31 != 0; }
  static constexpr u32 bytes_of(u32 word) { return word >> 20 & most_bytes; }
  static constexpr bool fits(u32 word, u64 check) {
    return (word & 1) != 0 && (word >> 1 & check_mask) == (check & check_mask);
  }

 private:
  static constexpr u32 check_mask = (1u << 19) - 1;  // of what RecordHeader would hold
};
// A brief record: an Entered, Called or Switched in 32 words that begin as those of the event that was last kept in the
// same slot of the segment. A byte (BriefFirst), then numbers of seven bits in each byte, the lowest ones first, the
// eighth set where more follow: ticks more than the thread had in the brief record before, and ns more than in the one
// before of all (both doubled, and inverted where negative); where there are such, a bit for each word that changed,
// then these words; the heads of the pieces beyond brief_pieces; and the bytes of all pieces, those of writes first,
// but for ones of more than inline_bytes, which are the data records before.
inline constexpr u32 brief_words = 32, brief_slots = 32, brief_pieces = 6;
struct BriefFirst {
  static constexpr u8 slot = 31, changes = 32;
  static constexpr u8 from_zero = 64;  // the slot counts as if all its words were zero
  // The record is of two events, and the first is a Switched, at the same time: from the thread and position of the
  // event before, which the segment has, to those of this one.
  static constexpr u8 after_switch = 128;
};
// Which word is what; those not named are zero. Times are less than the event's own, and u64.
struct BriefWord {
  static constexpr u32 value = 0, value2 = 1;           // of Done and Failed; Switched: the thread that runs now
  static constexpr u32 first_piece = 2;                 // BriefPiece
  static constexpr u32 call_words = 4;                  // eight, zero without BriefHas::call
  static constexpr u32 call_number = 12, call_pc = 13;  // as these
  static constexpr u32 thread = 14;
  static constexpr u32 kinds = 15;               // BriefWhat, system, index of abi::Outcome, BriefNotes: a byte each
  static constexpr u32 entered = 16, left = 18;  // Switched: at `entered` the ticks that the thread that runs now has
                                                 // more than in its brief record before
  static constexpr u32 counts = 20;              // BriefHas, number of writes, of inputs: a byte each
  static constexpr u32 more_pieces = 22;
};
struct BriefWhat {
  static constexpr u8 entered = 0, called = 1, switched = 2;
};
struct BriefHas {
  static constexpr u8 call = 1;  // else it is the one that the thread has entered
  static constexpr u8 times = 2;
  static constexpr u8 usual_times = 4;  // entered when its Entered says, left at the event's own time
  static constexpr u8 all = 7;
};
struct BriefNotes {
  static constexpr u8 entered = 1, by_kernel = 2, signal_before_entry = 4, host_interrupted = 8, decided_by_mode = 16,
                      rewound_unseen = 32, all = 63;
};
struct BriefPiece {
  u32 at;
  u32 bytes;
};
static_assert(sizeof(BriefPiece) == 8);
inline constexpr u32 brief_most_pieces = 64;
inline constexpr u32 brief_most_fixed_bytes = 1 + 10 + 10 + 5 + 4 * brief_words;

// What a reader believes of a file that says so.
inline constexpr u64 max_header_bytes = 64u << 20;
inline constexpr u64 max_segment_bytes = u64{1} << 30;  // raw
inline constexpr u32 max_record_bytes = 1u << 29;
inline constexpr u64 max_streams = 1u << 24;
inline constexpr u32 max_segments = 1'000'000;

}  // namespace sigtape::tape
