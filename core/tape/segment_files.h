// The segment files of a tape's streams: their names, which there are, and the content of one.
#pragma once
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/strong.h"
#include "core/tape/events.h"

namespace sigtape::tape {

struct SegmentFile {
  u32 number = 0;
  bool closed = false;  // compressed
};

std::string segment_name(StreamId stream, u32 number, bool closed);  // "12/000003.seg", below `streams`

// By id, and by number; where a raw and a closed file of one number exist, the closed one.
std::vector<StreamId> streams_in(HostFd streams_directory);
std::vector<SegmentFile> segments_in(HostFd streams_directory, StreamId stream);

// True where nobody writes the raw segment any more: it is full, or its writer is gone.
bool is_finished(HostFd streams_directory, StreamId stream, u32 number);

// Time of the segment's first event, from its header alone; 0 where that can't be read.
u64 first_ns_of(HostFd streams_directory, StreamId stream, const SegmentFile& file);

// False for a segment whose writer was killed before it wrote.
bool has_events(HostFd streams_directory, StreamId stream, const SegmentFile& file);

// The records of one segment, checked as far as the file as a whole can be: magic, version, sizes, and the checksum of
// a closed one. `damage` is a sentence where something is wrong; `records` then holds what may still be readable.
struct SegmentContent {
  std::vector<u8> records;
  u64 first_event = 0;
  bool open = false;  // more may follow in this segment
  std::string damage;
};
SegmentContent load_segment(HostFd streams_directory, StreamId stream, const SegmentFile& file);

}  // namespace sigtape::tape
