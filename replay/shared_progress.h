// What the processes of a replay share: how far each stream has come, and the first thing that went wrong.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/tape/events.h"
#include "replay/replayer.h"

namespace sigtape::replay {

enum class StreamState : u8 { waiting, running, ended, tape_ends, bad };

class SharedProgress {
 public:
  // For streams below `streams`; mapped so that forked processes see it.
  static Result<std::unique_ptr<SharedProgress>> create(u32 streams, u32 parallel);
  ~SharedProgress();
  SharedProgress(const SharedProgress&) = delete;

  u32 streams() const { return streams_; }
  std::atomic<u64>& agreed(tape::StreamId stream) { return entries_[stream.value].agreed; }  // events of it
  std::atomic<StreamState>& state(tape::StreamId stream) { return entries_[stream.value].state; }
  // A place for one more process that runs beside others; false if all are taken.
  bool take_slot();
  void free_slot();

  // The first failure stays: a divergence, a damaged tape, a missing file.
  void fail(Finish how, const std::string& text);
  bool failed() const { return page_->failed.load() != 0; }
  Finish failure() const { return page_->failure; }
  std::string failure_text() const { return page_->text.data(); }
  void count_events(u64 events) { page_->events.fetch_add(events); }
  u64 events() const { return page_->events.load(); }

 private:
  struct Entry {
    std::atomic<u64> agreed;
    std::atomic<StreamState> state;
  };
  struct Page {
    std::atomic<u32> free_slots;
    std::atomic<u32> claimed, failed;
    std::atomic<u64> events;
    Finish failure;
    std::array<char, 32768> text;
  };
  SharedProgress() = default;
  Page* page_ = nullptr;
  Entry* entries_ = nullptr;
  u32 streams_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace sigtape::replay
