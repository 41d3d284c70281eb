// A tape that is being written: its directory, and the page that all recording processes of the session share.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/outside/shared_batons.h"
#include "core/tape/compressor.h"
#include "core/tape/events.h"

namespace sigtape::tape {

// An open file as fstat names it; 0, 0 where there is none.
struct FileKey {
  u64 device = 0, inode = 0;
  bool operator==(const FileKey&) const = default;
};

// Why the session is being ended before its first program is over.
enum class Stop : u32 { no, disk_full, timeout, interrupted, failed, hang };

// The file `session`, mapped by all. Counters are for the progress line and for ids only; replay needs none of it.
struct SessionPage {
  std::array<char, 8> magic;
  u32 version;
  i32 session_pid;
  std::atomic<u32> next_stream;
  std::atomic<Stop> stop;
  std::atomic<u32> closed;   // 1: the session wrote its end
  std::atomic<u32> started;  // 1: the first program got as far as its first instruction
  std::array<char, 256> stop_reason;  // where a recording process had to stop; written by the first one
  std::atomic<u64> events;  // those of the last milliseconds may be missing
  std::atomic<u64> bytes;
  u64 digest_every;  // 0: no digests but at the end
  u64 seed;          // 0: none
  FileKey standard_output, standard_error;

  // Numbers of segments that are full, for the session to compress: a ring of (stream << 32 | number) + 1. Where it
  // overflows, the sweep at the end finds what was left out.
  static constexpr u32 ring_size = 2048;
  std::atomic<u32> ring_next;
  u32 ring_taken;
  std::array<std::atomic<u64>, ring_size> ring;
};

struct SessionOptions {
  u64 digest_every = 0;
  u64 seed = 0;
  FileKey standard_output, standard_error;
};

class Session {
 public:
  // Makes the directory, which must not exist, and writes `header`.
  static Result<std::unique_ptr<Session>> create(const std::string& directory, const Header& header,
                                                 const SessionOptions& options);
  // In an image begun by exec: from what descriptors() gave. They stay open, and are the caller's to hide.
  struct Descriptors {
    HostFd streams{-1}, files{-1}, page{-1};
    HostFd door{-1};  // a way to the session that native programs hand on; the recorder's business
  };
  static Result<std::unique_ptr<Session>> join(const Descriptors& descriptors);
  ~Session();
  Session(const Session&) = delete;

  // Directories `streams` and `files`, the file `session`, the door: never closed by Session; may be moved to other numbers.
  const Descriptors& descriptors() const { return descriptors_; }
  void set_descriptors(const Descriptors& moved) { descriptors_ = moved; }
  SessionPage& page() { return *page_; }
  outside::SharedTable& shared_table() { return *table_; }

  StreamId new_stream() { return StreamId{page_->next_stream.fetch_add(1)}; }
  // A segment is full; the session's own process compresses it when it gets to it.
  void note_full(StreamId stream, u32 number);
  // The session is to end the whole recording; the first reason stays.
  void ask_to_stop(Stop stop, const std::string& reason);
  // Compresses what note_full() left, at most `count`; how many were done.
  u32 compress_some(u32 count);
  // At the end: compresses every segment that is full or whose writer is gone.
  void compress_all();
  void close();

 private:
  Session() = default;
  Descriptors descriptors_;
  SessionPage* page_ = nullptr;
  outside::SharedTable* table_ = nullptr;  // behind the page, in the same file
  Compressor compressor_;
};

}  // namespace sigtape::tape
