// The Recorder: stands behind the door, asks the outside that it wraps, and writes the answer on the tape.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/outside/live.h"
#include "core/outside/outside.h"
#include "core/tape/host_file.h"
#include "core/tape/session.h"
#include "core/tape/store.h"
#include "core/tape/traces.h"
#include "core/tape/writer.h"
#include "record/descriptor_files.h"
#include "record/kept_reads.h"

namespace sigtape::record {

// Which stream an image writes, and what came before it.
struct StreamPlace {
  tape::StreamId stream = tape::first_stream;
  tape::Origin origin = tape::Origin::first;
  tape::StreamId parent;
  u64 parent_event = 0;
  std::string words() const;  // for ExecPlan::words
  static Result<StreamPlace> from_words(const std::string& words);
};

// Event 0 of the stream, by the calling process.
tape::StreamBegan began_at(const StreamPlace& place);

class Recorder final : public outside::Outside, public outside::LiveHooks {
 public:
  // `session` must outlive it.
  static Result<std::unique_ptr<Recorder>> begin(tape::Session& session, const StreamPlace& place);
  ~Recorder() override;

  // The outside to ask, before anything else; and what the tape's digests are made by (none: no digests).
  void wrap(outside::Outside& inner) { inner_ = &inner; }
  void set_digest(std::function<u64()> digest) { digest_ = std::move(digest); }
  // Moves one of our descriptors out of the guest's sight; closes one that was.
  void set_hide(std::function<Result<HostFd>(int)> hide, std::function<void(HostFd)> close_hidden) {
    hide_ = std::move(hide);
    close_hidden_ = std::move(close_hidden);
  }

  void attach(outside::Inside& inside) override;
  Result<outside::Image> image() override;
  Result<std::shared_ptr<outside::ProgramFile>> open_program(const std::string& guest_path) override;
  void started(os::Thread& thread) override;
  void call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) override;
  void answered(os::Thread& thread, const abi::Call& call, const abi::Answer& answer) override;
  void file_ends_moved(os::Thread& thread) override;
  void map_file(os::Thread& thread, const abi::Call& call, const outside::MapRequest& request,
                abi::Answer& answer) override;
  void attach_segment(os::Thread& thread, const abi::Call& call, const outside::SegmentRequest& request,
                      abi::Answer& answer) override;
  std::optional<os::SigInfo> take_signal(os::Thread& thread) override;
  void delivered(os::Thread& thread, const os::SigInfo& info, const os::SigAction& action, GuestAddr frame) override;
  [[nodiscard]] bool set_mask(os::Thread& thread) override;
  void set_action(os::Thread& thread, os::Signal signal, const os::SigAction& action) override;
  bool mirrors_signals() const override { return true; }
  u64 budget(os::Thread& thread) override;
  void boundary(os::Thread& thread) override;
  void start_thread(os::Thread& parent, const abi::Call& call, const outside::CloneRequest& request,
                    std::unique_ptr<os::Thread> child, abi::Answer& answer) override;
  void fork(os::Thread& thread, const abi::Call& call, const outside::CloneRequest& request,
            abi::Answer& answer) override;
  void vfork(os::Thread& parent, const abi::Call& call, const outside::CloneRequest& request,
             std::unique_ptr<os::Thread> child, abi::Answer& answer) override;
  void exec(os::Thread& thread, const abi::Call& call, const outside::ExecRequest& request,
            abi::Answer& answer) override;
  void end_thread(os::Thread& thread) override;
  void end_process(os::Thread& thread, const outside::End& end) override;

  // LiveHooks
  outside::CaptureTrace* capture_trace(os::Thread& thread) override;
  HostFd snapshot(const outside::MappedFile& file) override;
  void segment_attached(const outside::MappedFile& segment, std::span<const u8> content) override;
  outside::SharedBatons* shared_batons() override { return &shared_; }
  void about_to_exec(os::Thread& thread, outside::ExecPlan& plan) override;
  void vfork_child_begins(os::Thread& child) override;
  void vfork_child_gone(os::Thread& child) override;

 private:
  explicit Recorder(tape::Session& session);
  template <class What>
  void write_at(u64 ns, ThreadId thread, Tick tick, const What& what) {
    ns = std::max(ns, last_ns_);  // threads have clocks of their own
    auto written = writer_->write(thread, tick, ns, what);
    if (!written) give_up(written.error());
    last_ns_ = ns;
  }
  template <class What>
  void write(ThreadId thread, Tick tick, const What& what) {
    write_at(clock_.now(), thread, tick, what);
  }
  template <class What>
  void write(const os::Thread& thread, const What& what) {
    write(thread.id, thread.tick, what);
  }
  void hide_descriptors();
  // The thread runs now: notes that another one did before.
  void arrive(os::Thread& thread, bool event_follows = false) {
    if (current_ != &thread || shared_.has_turns()) [[unlikely]]
      note_arrival(thread, event_follows);
  }
  void note_arrival(os::Thread& thread, bool event_follows);
  void note_turns(const os::Thread& thread);
  // Memory that other processes may come to share.
  void share(const outside::MappedFile& file);
  void share_with_children(os::Thread& thread);
  void join(u32 object, u64 device, u64 inode);
  void note_content(const os::Thread& thread, u32 object);
  void give_way(const os::Thread& thread);
  void enter(os::Thread& thread, const abi::Call& call);
  void enter_image(os::Thread& thread, const abi::Call& call, tape::StreamId new_stream,
                   const outside::ExecRequest* exec);
  // What the end of a call has beyond the usual.
  struct Special {
    tape::Output output = tape::Output::none;
    std::vector<std::span<const u8>> output_bytes;
    std::optional<tape::MappedFile> mapped;
    tape::StreamId child_stream;
  };
  void leave(const os::Thread& thread, const abi::Call& call, const abi::Answer& answer, tape::Answerer answerer,
             bool entered, Special* special = nullptr);
  void leave_mapped(os::Thread& thread, const abi::Call& call, const outside::MapRequest& request,
                    const abi::Answer& answer);
  void over(const os::Thread& thread);
  void enter_open_call();
  std::unique_ptr<Special> output_of(const abi::Call& call, const abi::Answer& answer);
  void keep_read(const abi::Call& call, const abi::Answer& answer);
  void begin_fork_child(os::Thread& thread, const abi::Call& call, const abi::Answer& answer, tape::StreamId stream,
                        u64 parent_event);
  void leave_new_task(os::Thread& thread, const abi::Call& call, const abi::Answer& answer,
                      tape::StreamId child_stream);
  u64 digest(const os::Thread& thread) {
    inside_->space().look_for_file_ends();
    note_file_ends(thread);
    return digest_ ? digest_() : 0;
  }
  void note_file_ends(const os::Thread& thread) {
    if (!inside_->space().moved_file_ends().empty()) [[unlikely]]
      write_file_ends(thread);
  }
  void write_file_ends(const os::Thread& thread);
  void seed_random(outside::Image& image) const;
  [[noreturn]] void give_up(const Error& error);

  tape::Session& session_;
  tape::FileStore store_;
  std::unique_ptr<tape::StreamWriter> writer_;
  std::unique_ptr<tape::TraceWriter> traces_;  // made when first asked for
  tape::Origin origin_ = tape::Origin::first;
  outside::Outside* inner_ = nullptr;
  outside::Inside* inside_ = nullptr;
  std::function<u64()> digest_;
  std::function<Result<HostFd>(int)> hide_;
  std::function<void(HostFd)> close_hidden_;

  outside::SharedBatons shared_;
  std::optional<u32> anonymous_;  // the object of the anonymous shared memory, once there is one
  bool said_unordered_ = false;

  // Who ran last; `current_` is nullptr when that thread is over.
  os::Thread* current_ = nullptr;
  ThreadId last_id_;
  Tick last_tick_;
  std::vector<ThreadId> vfork_parents_;  // of vforks whose child has not begun yet
  u64 exec_event_ = 0;                   // index of the last exec's Entered
  u64 digest_due_ = ~u64{0};

  bool may_block(const abi::Call& call);
  // The call that is being done and has no Entered so far.
  struct OpenCall {
    os::Thread* thread;
    const abi::Call* call;
    bool entered;
  };
  OpenCall* open_call_ = nullptr;

  // Reused, so that their vectors are.
  std::vector<tape::Bytes> entry_inputs_;  // of the call that is entered,
  std::vector<tape::Bytes> inputs_;        // and of one that ends and was not
  tape::MemoryChanged changed_;
  u64 last_ns_ = 0;  // the last event's
  FastClock clock_;
  bool has_shared_files_ = false;
  DescriptorFiles descriptors_;
  KeptReads kept_reads_;
  std::optional<tape::StoredFile> stored_;  // by the last snapshot()
  std::vector<tape::StoredFile> programs_;  // of the image that is being started
  std::optional<Error> store_failure_;      // or what kept it from that
  tape::OwnedFd mapped_copy_;               // given out by snapshot() for a mapping that is being made
  bool image_started_ = false;
};

}  // namespace sigtape::record
