// What the processes of a replay share: how far each stream has come, and the first thing that went wrong.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/tape/events.h"
#include "core/outside/shared_batons.h"
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
  // Readable once a place has become free since this was last called with `wanted`.
  HostFd slot_bell(bool wanted);

  // The first failure stays: a divergence, a damaged tape, a missing file.
  void fail(Finish how, const std::string& text);
  // A process was met that can't be replayed alone.
  void want_tree() { page_->wants_tree.store(1); }
  bool wants_tree() const { return page_->wants_tree.load() != 0; }
  bool failed() const { return page_->failed.load() != 0; }
  Finish failure() const { return page_->failure; }
  std::string failure_text() const { return page_->text.data(); }
  // Turns on shared memory: the number of the last one that is over. Waits for it, or for a failure anywhere.
  void await_turns(u32 object, u64 over);
  bool is_over(u32 object, u64 number) const { return object < objects && page_->turns[object].load() == static_cast<u32>(number); }
  void turn_over(u32 object, u64 number);
  CheckedContents& checked() { return page_->checked; }
  HostFd memory() const { return HostFd{memory_}; }  // of the shared objects
  static constexpr u32 objects = outside::SharedTable::size;

  void count_events(u64 events) { page_->events.fetch_add(events); }
  u64 events() const { return page_->events.load(); }

 private:
  struct Entry {
    std::atomic<u64> agreed;
    std::atomic<StreamState> state;
  };
  struct Page {
    std::atomic<u32> free_slots, slot_wanted;
    std::atomic<u32> claimed, failed, wants_tree;
    std::atomic<u64> events;
    Finish failure;
    std::array<std::atomic<u32>, objects> turns;  // low half of the number
    CheckedContents checked;
    std::array<char, 32768> text;
  };
  SharedProgress() = default;
  Page* page_ = nullptr;
  Entry* entries_ = nullptr;
  u32 streams_ = 0;
  int memory_ = -1, bell_ = -1;
  std::size_t bytes_ = 0;
};

}  // namespace sigtape::replay
