// The Replayer: stands behind the door in the outside's place and answers from the tape.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/outside/outside.h"
#include "core/run/machine.h"
#include "core/tape/reader.h"
#include "replay/fiber.h"
#include "replay/stored_files.h"

namespace sigtape::replay {

enum class Finish : u8 {
  ended,      // as recorded, with equal digests; also by exec
  tape_ends,  // the tape has no more of this process
  diverged,
  damaged,     // the tape is
  needs_tree,  // it shares memory with processes that are not replayed
  failed,      // the replayer could not do its part (a stored file is missing)
};

struct StreamResult {
  Finish finish = Finish::failed;
  outside::End end;  // ended
  std::string text;  // diverged, damaged, failed: what to print
  u64 events = 0;    // that agreed, of the last stream
};

struct ReplayPlan {
  std::shared_ptr<tape::Tape> tape;
  // The stream of an image, then the forks that lead from it to the process that is wanted.
  std::vector<tape::StreamId> path;
  // The process forks, and the child's stream is this; true: the caller is the child from now on and follows it.
  // Empty: forks that are not on the path stay with the parent.
  std::function<bool(tape::StreamId child)> at_fork;
  // A turn on memory shared with other processes: returns when the one before it is over. Empty: the processes are not
  // all there, and the replay ends with `needs_tree`.
  std::function<void(u32 object, u64 number)> await_turn;
  std::function<void(u32 object, u64 number)> turn_over;
  HostFd shared_memory{-1};            // for the objects that are files: object N begins at N << 32
  CheckedContents* checked = nullptr;  // where other processes of the tape are replayed, too
  // After each event of the followed stream: for progress and for output in order.
  std::function<void(tape::StreamId, const tape::Event&)> agreed;
};

class Replayer final : public outside::Outside {
 public:
  static Result<std::unique_ptr<Replayer>> open(ReplayPlan plan);
  ~Replayer() override;

  // Runs the plan to its end on a fresh machine.
  StreamResult run(run::Machine& machine);

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
  [[nodiscard]] bool set_mask(os::Thread&) override { return true; }
  void set_action(os::Thread&, os::Signal, const os::SigAction&) override {}
  bool mirrors_signals() const override { return false; }
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

 private:
  // A guest thread and the fiber that it runs on.
  struct Guest {
    ThreadId id;
    os::Thread* thread = nullptr;
    std::unique_ptr<Fiber> fiber;
    std::shared_ptr<const void> answer_bytes;  // keeps those of the last answer
  };
  struct VforkChild {
    std::unique_ptr<os::Thread> unborn;  // until the tape says that it begins
    ThreadId born;
  };
  // What the guest does, for comparison with what the tape says that it did.
  struct Got {
    const char* what;
    const abi::Call* call = nullptr;
    std::string detail = {};
  };

  explicit Replayer(ReplayPlan plan) : plan_(std::move(plan)) {}
  Result<void> open_stream(tape::StreamId stream);

  // --- the tape
  // nullptr: the tape ends here. Asked some six times for each event.
  const tape::Event* ahead() { return ahead_ != nullptr ? ahead_ : look_ahead(); }
  const tape::Event* look_ahead();
  const tape::Event* awaited(os::Thread& thread, const Got& got);  // the thread's next event, others having run
  const tape::Event& consume();  // the next event, valid until the one after it is consumed
  void skip_notes();
  void change_memory(const std::vector<tape::Bytes>& now);
  void move_file_end();
  void take_turn();
  void end_turns();

  // --- threads
  Guest& guest_of(const os::Thread& thread);
  Guest& add_guest(os::Thread& thread);
  void follow_switch(os::Thread& thread);
  void begin_vfork_child(ThreadId parent, ThreadId child);
  void forget_killed_child(ThreadId parent);
  [[noreturn]] void leave_for_good(Guest& guest);

  // --- answers
  template <class What>
  const tape::Event& take(os::Thread& thread, const Got& got) {
    const tape::Event* event = awaited(thread, got);
    if (!event->as<What>() || event->tick != thread.tick) diverge(thread, *event, got);
    return consume();
  }
  const tape::Event& take_called(os::Thread& thread, const abi::Call& call, abi::Answer& answer);
  void map_as_recorded(os::Thread& thread, const tape::Event& event, GuestAddr at, u32 bytes);
  const tape::Event& take_entered(os::Thread& thread, const abi::Call& call);
  void check_call(os::Thread& thread, const tape::Event& event, const abi::Call& expected, const abi::Call& got);
  void check_output(os::Thread& thread, const tape::Event& event);
  void check_digest(os::Thread& thread, const tape::Event& event, u64 expected);
  void become_child(os::Thread& thread, const abi::Call& call, abi::Answer& answer, tape::StreamId stream);

  // --- ends. These do not come back.
  [[noreturn]] void finish(Finish how, std::string text = {}, outside::End end = {});
  [[noreturn]] void diverge(os::Thread& thread, const tape::Event& expected, const Got& got);

  ReplayPlan plan_;
  std::size_t at_ = 0;  // in plan_.path
  std::unique_ptr<tape::StreamReader> reader_;
  const tape::Event* ahead_ = nullptr;  // the reader's next event, once it has been looked at
  tape::StreamBegan began_;
  run::Machine* machine_ = nullptr;
  outside::Inside* inside_ = nullptr;
  StoredFiles files_;
  Fiber main_;
  std::map<ThreadId, std::unique_ptr<Guest>> guests_;
  std::vector<std::unique_ptr<Guest>> gone_;       // a fiber can't free its own stack
  std::map<ThreadId, VforkChild> vfork_children_;  // by parent, as long as that is in its call
  std::map<u32, u64> turns_;                       // that this process has now, by object
  Guest* running_ = nullptr;
  StreamResult result_;
};

}  // namespace sigtape::replay
