// What stands on a tape, as plain C++: one struct per kind of event. Written by the recorder, read by all the others.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/abi/call.h"
#include "core/base/strong.h"
#include "core/os/signal_info.h"
#include "core/outside/outside.h"

namespace sigtape::tape {

// A stream is what one program image of one process did: a fork and an exec begin new ones. Stream 0 is the session's
// own (notes such as a timeout, and the final status); stream 1 is the first program.
struct StreamId : Strong<struct StreamIdTag, u32> {
  using Strong::Strong;
};
inline constexpr StreamId session_stream{0};
inline constexpr StreamId first_stream{1};

// XXH3-128 of a file's content; its text form names the file in the tape's store.
struct ContentHash {
  u64 high = 0, low = 0;
  bool operator==(const ContentHash&) const = default;
  std::string text() const;  // 32 hex digits
};
ContentHash content_hash(std::span<const u8> bytes);

// A file of the store: the whole of the guest's file, or the part of it that begins at `first_byte`.
struct StoredFile {
  ContentHash hash;
  u64 bytes = 0;         // in the store
  u64 first_byte = 0;    // where in the guest's file the stored bytes begin
  u64 file_bytes = 0;    // size of the guest's file when it was stored
  u64 device = 0, inode = 0;
  std::string path;      // the name that the guest sees in its maps
};

using Bytes = abi::GuestWrite;  // an address and what stood, or stands from now on, there

// --- the beginning of a stream

// joined: started by a native program of the tree.
enum class Origin : u8 { session, first, fork, exec, joined };

// Always event 0 of its stream.
struct StreamBegan {
  StreamId stream;
  Origin origin = Origin::first;
  StreamId parent;         // fork: of whom; exec: which stream this one continues; joined: where the tree went native
  u64 parent_event = 0;    // index of the parent's Entered of that fork or exec; joined: not known where parent is 0
  i32 pid = 0, parent_pid = 0;
  u64 realtime_ns = 0;     // CLOCK_REALTIME at the event's ns
};

// What execve handed over; absent from streams that began by fork.
struct ImageBegan {
  outside::Image image;
};

// The kernel opened the program, or the interpreter that it names.
struct ProgramOpened {
  std::string path;
  std::optional<StoredFile> file;  // or
  std::string refusal;             // the sentence that was answered instead
};

// The first thread is about to run its first instruction.
struct Started {};

// --- system calls

// A call that may block, or that begins a process or image, was given to the host. Its Called follows, unless it never
// came back.
struct Entered {
  abi::Call call;
  std::vector<Bytes> inputs;  // memory that the call reads, as far as printing wants it
  StreamId new_stream;        // fork, exec: taken by the child or the new image (0: none)
  // exec only
  std::string path;
  std::vector<std::string> arguments;
};

enum class Answerer : u8 { outside, kernel };  // kernel: the emulated kernel alone; replay computes it again
enum class Output : u8 { none, standard_output, standard_error };

struct MappedFile {
  GuestAddr at;
  u32 bytes = 0;
  bool read = false, write = false, exec = false, shared = false;
  bool never_writable = false;  // mem::Mapping's
  u64 offset = 0;
  StoredFile file;
};

// A call ended, in whatever way.
struct Called {
  abi::Call call;
  abi::Outcome outcome;
  Answerer answerer = Answerer::outside;
  std::vector<Bytes> writes;   // what the outside put into guest memory
  std::vector<Bytes> inputs;   // as in Entered, and taken from there where there is one
  bool entered = false;        // an Entered came before
  // The call wrote these bytes to what is the recorder's own standard output or error; replay writes them again.
  Output output = Output::none;
  std::vector<std::span<const u8>> output_bytes;
  std::optional<MappedFile> mapped;
  StreamId child_stream;       // fork
  // Of use to the analyzer only, as in abi::CallNotes.
  bool signal_before_entry = false, host_interrupted = false, decided_by_mode = false, rewound_unseen = false;
  bool unsupported = false;
  std::string unsupported_what;
  u64 entered_ns = 0, left_ns = 0;
};

// Guest memory that changed by other means than its own stores and the writes of calls: a file that is mapped shared was
// written to through a descriptor, or by another process.
struct MemoryChanged {
  std::vector<Bytes> now;
};

// A file that is mapped shared ends elsewhere now: the mapping that begins at `at` has so many bytes of it. What is not
// zero in pages that came in is in `now`.
struct FileEndMoved {
  GuestAddr at;
  u32 inside = 0;
  std::vector<Bytes> now;
};

// --- memory shared between processes (core/outside/shared_batons.h)

// The process is one of those that take turns on an object from here on.
struct SharedJoined {
  u32 object = 0;
  u64 device = 0, inode = 0;  // of the file; 0, 0: the anonymous shared memory that it has in common with its relatives
};
// Its turn on the object begins at this position; the last one ended when the holder of the number before gave up its
// baton. The process begins turns on all its objects at once; before the first of them, its own former ones ended.
inline constexpr u64 no_turn = 0;  // as number: the former ones end here, and others follow later
struct Turn {
  u32 object = 0;
  u64 number = 0;
  bool first = false;
};

// --- signals

// The thread took a captured, asynchronous signal: its position is where the signal comes in.
struct SignalTaken {
  os::SigInfo info;
};
// A frame was built, or the default action is taken (action.handler 0), for an asynchronous or synchronous signal.
struct SignalDelivered {
  os::SigInfo info;
  os::SigAction action;
  GuestAddr frame;
};

// The thread's call was issued although a signal for it had been captured just before, and it never came back (broken
// delivery modes). Made by the reader, at the end of a stream, from what the signal handler could leave behind.
struct SignalStranded {
  abi::Call call;
  os::SigInfo info;
  u64 entered_ns = 0;
};

// --- threads and processes

// The baton went from the event's thread, which stands at the event's tick, to another one.
struct Switched {
  ThreadId to;
  Tick to_tick;
};
// First event of a thread other than the image's first.
struct ThreadStarted {
  ThreadId parent;
  bool vfork_child = false;  // a process of its own, in its parent's memory
};
struct ThreadEnded {};
// The image gives way to another program. Where the host refused in the last moment, a Called follows all the same.
struct ExecBegan {
  std::string path;     // of the program
  bool native = false;  // not for this guest ABI: runs on the host, and leaves no stream
  StreamId new_stream;
  u64 digest = 0;
};

// The process is over (in stream 0: the session).
struct Ended {
  outside::End end;
  bool vfork_child = false;  // only the vfork child is over; the stream goes on
  u64 digest = 0;            // 0: not taken
};

// Machine::digest() at this place.
struct Digest {
  u64 value = 0;
};

enum class NoteKind : u8 { unsupported, timeout, interrupted, hang, disk_full, killed, text, survivor };
// survivor: the event's thread is a process that was still running when the session ended.
struct Note {
  NoteKind kind = NoteKind::text;
  std::string text;  // one sentence
};

// A kind that this program does not know: from a tape of a later minor version.
struct UnknownEvent {};

struct Event {
  u64 index = 0;    // in its stream
  ThreadId thread;
  Tick tick;
  u64 ns = 0;       // CLOCK_MONOTONIC of the recording host; comparable across the streams of a tape
  std::variant<UnknownEvent, StreamBegan, ImageBegan, ProgramOpened, Started, Entered, Called, SignalTaken,
               SignalDelivered, Switched, ThreadStarted, ThreadEnded, ExecBegan, Ended, Digest, Note, SignalStranded,
               MemoryChanged, SharedJoined, Turn, FileEndMoved>
      what;
  std::shared_ptr<const void> owner;  // keeps the bytes that spans of `what` point to

  template <class T>
  const T* as() const {
    return std::get_if<T>(&what);
  }
};

const char* kind_name(const Event& event);

// --- the tape as a whole

struct Header {
  u32 format = 0;                     // format_version of format.h
  std::string sigtape_version;
  std::string host;                   // uname: system, release, machine
  std::vector<std::string> command;   // the recorded command line
  std::string directory;              // where it was started
  u64 start_realtime_ns = 0, start_ns = 0;
  std::string delivery;               // --delivery mode
  std::string root;                   // --root, or empty
  u64 seed = 0;
};

}  // namespace sigtape::tape
