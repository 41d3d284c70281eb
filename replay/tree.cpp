// One process per image stream, a few at a time; forks of the guest are forks of the replay.
#include "replay/tree.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

#include "core/tape/processes.h"
#include "replay/output.h"
#include "replay/replayer.h"
#include "replay/shared_progress.h"
#include "replay/streams.h"
#include "replay/tree_end.h"

namespace sigtape::replay {
namespace {

// Runs in a process of its own.
class Worker {
 public:
  Worker(const TreeOptions& options, SharedProgress& progress, bool whole_tree)
      : tape_(options.tape), engine_(options.engine), progress_(progress), whole_tree_(whole_tree) {}

  [[noreturn]] void run(const std::vector<tape::StreamId>& path) {
    stream_ = path.back();
    progress_.state(stream_).store(StreamState::running);
    ReplayPlan plan;
    plan.tape = tape_;
    plan.path = path;
    plan.checked = &progress_.checked();
    if (whole_tree_) {
      plan.at_fork = [this](tape::StreamId child) { return fork_with(child); };
      plan.await_turn = [this](u32 object, u64 number) { await_turn(object, number); };
      plan.turn_over = [this](u32 object, u64 number) { progress_.turn_over(object, number); };
      plan.shared_memory = progress_.memory();
    }
    plan.agreed = [this](tape::StreamId stream, const tape::Event& event) {
      if (parent_goes_on_ && ready_ >= 0) close(std::exchange(ready_, -1));
      if (stream == stream_) progress_.agreed(stream).store(event.index + 1, std::memory_order_release);
    };
    StreamResult result;
    auto machine = run::Machine::create(engine_);
    auto replayer = Replayer::open(std::move(plan));
    if (!machine || !replayer) {
      result.text = machine ? replayer.error().text : machine.error().text;
    } else {
      result = (*replayer)->run(**machine);
    }
    report(result);
    if (has_slot_) progress_.free_slot();
    _exit(0);
  }

 private:
  // True in the child. With a free place both go on; otherwise the child comes first.
  bool fork_with(tape::StreamId child) {
    bool parallel = progress_.take_slot();
    int ready[2];
    if (pipe(ready) != 0) ready[0] = ready[1] = -1;
    pid_t pid = fork();
    if (pid == 0) {
      stream_ = child;
      has_slot_ = parent_goes_on_ = parallel;
      close(ready[0]);
      if (ready_ >= 0) close(ready_);
      ready_ = ready[1];
      progress_.state(child).store(StreamState::running);
      return true;
    }
    close(ready[1]);
    if (pid < 0) {
      progress_.fail(Finish::failed, "no process for the replay of a fork");
    } else if (!parallel) {
      wait_for_child(ready[0], pid, child);
    } else {
      // Until the child has taken its copy of shared memory: it closes the pipe with its first event.
      char unused;
      (void)!read(ready[0], &unused, 1);
    }
    close(ready[0]);
    return false;
  }

  // To its end, or until it has to wait for a turn, perhaps this process's.
  void wait_for_child(int ready, pid_t pid, tape::StreamId child) {
    char word = 0;
    ssize_t got;
    while ((got = read(ready, &word, 1)) < 0 && errno == EINTR) {
    }
    if (got > 0) return;
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    note_crash(child, status);
  }

  // Others run meanwhile: the one that is waited for must find a place.
  void await_turn(u32 object, u64 number) {
    if (progress_.is_over(object, number - 1)) return;
    if (ready_ >= 0) {
      (void)!write(ready_, "w", 1);
      close(std::exchange(ready_, -1));
    }
    if (std::exchange(has_slot_, false)) progress_.free_slot();
    progress_.await_turns(object, number - 1);
    if (progress_.failed()) _exit(0);
  }

  void note_crash(tape::StreamId stream, int status) {
    if (!WIFSIGNALED(status)) return;
    progress_.state(stream).store(StreamState::bad);
    progress_.fail(Finish::failed, fmt::format("the replay of stream {} died of signal {}", stream.value, WTERMSIG(status)));
  }

  void report(const StreamResult& result) {
    progress_.count_events(result.events);
    switch (result.finish) {
      case Finish::ended: progress_.state(stream_).store(StreamState::ended); return;
      case Finish::tape_ends: progress_.state(stream_).store(StreamState::tape_ends); return;
      case Finish::needs_tree: progress_.want_tree(); return;
      case Finish::diverged:
      case Finish::damaged:
      case Finish::failed:
        progress_.state(stream_).store(StreamState::bad);
        progress_.fail(result.finish, result.text);
    }
  }

  std::shared_ptr<tape::Tape> tape_;
  cpu::EngineKind engine_;
  SharedProgress& progress_;
  bool whole_tree_;
  tape::StreamId stream_;
  bool has_slot_ = true;
  bool parent_goes_on_ = true;  // it does not wait for this process's end
  int ready_ = -1;
};

// While it exists, the end of a child interrupts ppoll(waiting()), and nothing else.
class ChildSignals {
 public:
  ChildSignals() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before_);
    waiting_ = before_;
    sigdelset(&waiting_, SIGCHLD);
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGCHLD, &action, &action_before_);
  }
  ~ChildSignals() { restore(); }
  ChildSignals(const ChildSignals&) = delete;
  const sigset_t& waiting() const { return waiting_; }
  void restore() const {
    sigaction(SIGCHLD, &action_before_, nullptr);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_, waiting_;
  struct sigaction action_before_;
};

// How late output may be.
constexpr timespec output_latency{0, 10'000'000};

class TreeReplay {
 public:
  TreeReplay(const TreeOptions& options, Streams streams, std::unique_ptr<SharedProgress> progress, bool whole_tree)
      : options_(options), streams_(std::move(streams)), progress_(std::move(progress)), whole_tree_(whole_tree) {}

  void choose() {
    for (const auto& [id, stream] : streams_) {
      bool wanted = options_.process ? stream.began.pid == *options_.process : true;
      if (stream.readable && wanted) followed_.push_back(id);
      if (!stream.readable || (!wanted && !whole_tree_)) continue;
      // All at once: a fork's stream is replayed where its parent's replay forks.
      if (whole_tree_ && stream.began.origin == tape::Origin::fork) continue;
      if (auto path = path_to(streams_, id); !path.empty()) waiting_.push_back(std::move(path));
    }
    std::reverse(waiting_.begin(), waiting_.end());
  }
  bool found() const { return !waiting_.empty() && !followed_.empty(); }

  void run() {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    ChildSignals signals;
    OutputInOrder output(options_.tape, *progress_, options_.process ? &followed_ : nullptr);
    while (!waiting_.empty() || !running_.empty() || others_left()) {
      if (progress_->failed()) break;
      while (!waiting_.empty() && progress_->take_slot()) start(signals);
      if (!options_.quiet) output.advance();
      reap();
      pollfd bell{progress_->slot_bell(!waiting_.empty()).value, POLLIN, 0};
      ppoll(&bell, 1, &output_latency, &signals.waiting());
    }
    if (!options_.quiet) output.advance();
    if (progress_->failed()) end_all();
  }

  const Streams& streams() const { return streams_; }
  SharedProgress& progress() { return *progress_; }

 private:
  void start(const ChildSignals& signals) {
    std::vector<tape::StreamId> path = std::move(waiting_.back());
    waiting_.pop_back();
    std::fflush(nullptr);
    pid_t pid = fork();
    if (pid == 0) {
      signals.restore();
      Worker(options_, *progress_, whole_tree_).run(path);
    }
    if (pid < 0) {
      progress_->free_slot();
      progress_->fail(Finish::failed, "no process for the replay");
      return;
    }
    running_[pid] = path.back();
  }

  bool others_left() {
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  }

  void reap() {
    int status = 0;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
      auto at = running_.find(pid);
      if (WIFSIGNALED(status))
        progress_->fail(Finish::failed, fmt::format("a process of the replay died of signal {}{}", WTERMSIG(status),
                                                    at != running_.end() ? fmt::format(" in stream {}", at->second.value) : ""));
      if (at != running_.end()) running_.erase(at);
    }
  }

  void end_all() {
    for (const auto& [pid, stream] : running_) kill(pid, SIGKILL);
    while (waitpid(-1, nullptr, 0) > 0) {
    }
  }

  TreeOptions options_;
  Streams streams_;
  std::unique_ptr<SharedProgress> progress_;
  bool whole_tree_;  // else only what leads to the wanted process
  std::vector<tape::StreamId> followed_;
  std::vector<std::vector<tape::StreamId>> waiting_;  // paths, the first one last
  std::map<pid_t, tape::StreamId> running_;
};

// nullopt: the process shares memory with others, so all of them are to be replayed.
std::optional<int> replay(const TreeOptions& options, bool whole_tree) {
  Streams streams = streams_of(*options.tape);
  u32 count = streams.empty() ? 1 : streams.rbegin()->first.value + 1;
  auto progress = SharedProgress::create(count, std::max(1u, std::thread::hardware_concurrency()));
  if (!progress) return say_failure(progress.error().text);
  TreeReplay tree(options, std::move(streams), std::move(*progress), whole_tree);
  tree.choose();
  if (!tree.found())
    return say_failure(options.process ? fmt::format("{} has no process {}", options.tape->directory(), *options.process)
                                       : fmt::format("{} holds nothing that can be replayed", options.tape->directory()));
  tree.run();
  SharedProgress& shared = tree.progress();
  if (shared.wants_tree()) return std::nullopt;
  if (shared.failed()) {
    int status = say_failure(shared.failure_text());
    return shared.failure() == Finish::diverged ? status_of_divergence : status;
  }
  return end_of(options, shared);
}

}  // namespace

int replay_tape(const TreeOptions& options) {
  auto status = replay(options, !options.process);
  if (!status) status = replay(options, true);
  return *status;
}

}  // namespace sigtape::replay
