// Reads tapes: the header, the list of streams, the events of one stream, and those of all streams in order of time.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/tape/events.h"
#include "core/tape/host_file.h"

namespace sigtape::tape {

class StreamReader;

// but_brief: without the events in brief records (format.h) or compact ones, which are counted and not decoded. All
// output of the recorded programs is in others.
enum class Reading : u8 { all, but_brief };

// An open tape. It may still be written to, and it may be damaged or hostile: whatever it holds, functions here end with
// a Result, within bounded memory, and never with a crash.
class Tape : public std::enable_shared_from_this<Tape> {
 public:
  static Result<std::shared_ptr<Tape>> open(const std::string& directory);
  const Header& header() const { return header_; }
  const std::string& directory() const { return directory_; }
  // Streams that have at least a readable first event, by id. Stream 0, the session's own, is among them.
  std::vector<StreamId> streams() const;
  bool has(StreamId stream) const;
  // Event 0 of the stream.
  Result<StreamBegan> beginning(StreamId stream) const;
  Result<std::unique_ptr<StreamReader>> read(StreamId stream, Reading reading = Reading::all) const;
  // Path of a stored file's content, after a check that it is there; the content is not checked.
  Result<std::string> stored(const ContentHash& hash) const;
  // True where the session wrote its end: nothing more will come.
  bool closed() const;
  // Of all files of the tape.
  u64 bytes_on_disk() const;
  // When the stream's first event was, from its first segment's header alone; 0 where that can't be read.
  u64 first_ns(StreamId stream) const;
  HostFd streams_directory() const { return streams_.host(); }

 private:
  Tape() = default;
  std::string directory_;
  OwnedFd streams_;
  Header header_;
};

// The events of one stream, in the order in which they happened.
class StreamReader {
 public:
  ~StreamReader();
  // nullptr: the end, as far as it was written. After an error (one sentence that names segment and offset) the stream
  // gives nothing more; events before the damage have been given. The event is valid until the next call; copies stay
  // valid as long as they exist.
  Result<const Event*> next();
  // The event that next() will give, without going on; same lifetime.
  Result<const Event*> peek();
  StreamId stream() const;

 private:
  friend class Tape;
  struct Impl;
  explicit StreamReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// All streams, merged by time. A damaged stream ends where it is damaged; its sentence is then among damages().
class MergedReader {
 public:
  static Result<std::unique_ptr<MergedReader>> open(std::shared_ptr<Tape> tape, Reading reading = Reading::all);
  ~MergedReader();
  struct Item {
    StreamId stream;
    const Event* event = nullptr;  // valid until the next call
  };
  // event == nullptr at the end.
  Item next();
  const std::vector<std::string>& damages() const;

 private:
  struct Impl;
  explicit MergedReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigtape::tape
