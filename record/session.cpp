// The session's own process: it waits for the recorded ones, compresses what they wrote, and says how it ended.
#include "record/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "core/base/clock.h"
#include "core/outside/linux_limits.h"
#include "core/outside/tree_stand.h"
#include "core/tape/host_file.h"
#include "core/tape/session.h"
#include "core/tape/writer.h"
#include "record/front.h"
#include "record/guest.h"
#include "record/join.h"
#include "record/process_tree.h"
#include "record/session_end.h"

namespace sigtape::record {
namespace {

constexpr u64 second = 1'000'000'000;
// How long processes that outlive the first program are waited for, and what a tree that is to end gets between one
// signal and the next.
constexpr u64 linger_ns = 2 * second, patience_ns = 2 * second;
constexpr int status_of_timeout = 124;  // as timeout(1)
constexpr int status_of_hang = 123;
constexpr int own_failure = 125;

tape::FileKey key_of(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

tape::Header header_of(const RecordOptions& options) {
  tape::Header header;
  utsname host{};
  uname(&host);
  header.sigtape_version = SIGTAPE_VERSION;
  header.host = fmt::format("{} {} {}", host.sysname, host.release, host.machine);
  header.command = options.command;
  std::error_code ignored;
  header.directory = std::filesystem::current_path(ignored).string();
  header.start_realtime_ns = realtime_ns();
  header.start_ns = monotonic_ns();
  header.delivery = name_of(options.live.delivery);
  header.root = options.live.root;
  header.seed = options.seed;
  return header;
}

class SessionRun {
 public:
  SessionRun(RecordOptions options, std::unique_ptr<tape::Session> session)
      : options_(std::move(options)), session_(std::move(session)), begin_ns_(monotonic_ns()) {}

  SessionEnd run() {
    tape::StreamBegan began;
    began.stream = tape::session_stream;
    began.origin = tape::Origin::session;
    began.pid = getpid();
    began.parent_pid = getppid();
    began.realtime_ns = realtime_ns();
    auto writer = tape::StreamWriter::open(*session_, began);
    if (!writer) return {complain(writer.error()), {}};
    writer_ = std::move(*writer);
    // Orphans of the recorded tree come to us, so that its end can be seen.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    auto door = Door::open({options_.live.delivery, options_.live.root});
    if (!door) return {complain(door.error()), {}};
    door_ = std::move(*door);
    tape::Session::Descriptors ours = session_->descriptors();
    ours.door = door_->outer();
    session_->set_descriptors(ours);
    if (auto started = start(); !started) return {complain(started.error()), {}};
    door_->attend(*session_);
    wait();
    return end();
  }

 private:
  Result<void> start() {
    first_ = fork();
    if (first_ < 0) return tape::host_error("the program can't be started");
    if (first_ != 0) return {};
    writer_->abandon();
    door_->leave_to_keeper();
    restore_signals();
    if (options_.native) _exit(run_native());
    _exit(run_recorded(std::move(options_.live), *session_, StreamPlace{}));
  }

  // Not on the tape; what it starts of armv7 programs is.
  int run_native() {
    session_->page().started.store(1);
    StreamPlace place{{}, tape::Origin::joined, tape::session_stream, 0};
    std::string entry = door_entry(door_->outer(), place);
    fcntl(door_->outer().value, F_SETFD, 0);
    std::vector<char*> arguments, environment;
    for (std::string& word : options_.live.arguments) arguments.push_back(word.data());
    for (std::string& word : options_.live.environment)
      if (!is_door_entry(word)) environment.push_back(word.data());
    environment.push_back(entry.data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    outside::restore_file_size_limit();
    execve(options_.live.path.c_str(), arguments.data(), environment.data());
    session_->page().started.store(0);
    return complain(tape::host_error(options_.live.path));
  }

  void wait() {
    bool busy = false;
    while (!is_over()) {
      if (auto signal = wait_for_signal(busy ? second / 1000 : second / 20)) interrupted(*signal);
      reap();
      busy = session_->compress_some(1) != 0;
      check_clock();
      if (!options_.quiet) progress_.show(session_->page(), monotonic_ns() - begin_ns_);
    }
    progress_.clear();
  }

  bool is_over() const {
    if (!status_) return false;
    if (no_children_) return true;
    return monotonic_ns() - first_ended_ns_ > linger_ns;
  }

  void reap() {
    for (;;) {
      int status = 0;
      pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid < 0 && errno == ECHILD) no_children_ = true;
      if (pid <= 0) return;
      if (pid != first_) continue;
      status_ = status;
      first_ended_ns_ = monotonic_ns();
    }
  }

  void note(tape::NoteKind kind, const std::string& text, i32 pid = 0) {
    (void)writer_->write(ThreadId{pid}, Tick{}, monotonic_ns(), tape::Note{kind, text});
  }

  // Each process, thread and wait of the tree, before it is ended.
  void note_stand() {
    for (const outside::Observation& seen : outside::observations_of(outside::stand_of(descendants_of(getpid()))))
      note(tape::NoteKind::text, seen.text, seen.pid);
  }

  // No event on the tape, no tick of processor time anywhere in the tree, and nobody who was only kept from running.
  bool stands_still(u64 now) {
    if (!options_.hang_after_s) return false;
    auto limit = static_cast<u64>(*options_.hang_after_s * 1e9);
    if (now - looked_ns_ < std::min(limit / 8, second)) return false;
    looked_ns_ = now;
    u64 events = session_->page().events.load(), activity = outside::activity_of(descendants_of(getpid()));
    if (events != events_seen_ || activity != activity_seen_) {
      events_seen_ = events;
      activity_seen_ = activity;
      moved_ns_ = now;
    }
    if (now - moved_ns_ <= limit) return false;
    if (!outside::is_anyone_ready(descendants_of(getpid()))) return true;
    moved_ns_ = now;
    return false;
  }

  void end_tree(tape::Stop why, tape::NoteKind kind, const std::string& text) {
    stop_ = why;
    note(kind, text);
    note_stand();
    ask_next_ns_ = monotonic_ns();
    signal_to_ask_ = SIGTERM;
  }

  // A signal of the terminal, or to our group, has reached the guest by itself. One that was meant for us alone has
  // not: whether the guest ends is looked at first.
  void interrupted(const SessionSignal& signal) {
    if (stop_ == tape::Stop::no) {
      stop_ = tape::Stop::interrupted;
      bool gone = signal.number == front_is_gone;
      std::string name = gone ? "" : fmt::format("SIG{}", sigabbrev_np(signal.number));
      note(tape::NoteKind::interrupted, gone                 ? "the recorder was killed"
                                        : signal.sender != 0 ? fmt::format("{} from process {}", name, signal.sender)
                                                             : fmt::format("{} from the terminal", name));
      note_stand();
      ask_next_ns_ = monotonic_ns() + (gone ? 0 : second);
      signal_to_ask_ = gone ? SIGTERM : signal.number;
      return;
    }
    ask_next_ns_ = 0;  // a second time: now
  }

  void check_clock() {
    u64 now = monotonic_ns();
    if (stop_ == tape::Stop::no) {
      stop_ = session_->page().stop.load();
      if (stop_ != tape::Stop::no) {
        ask_next_ns_ = now;
        signal_to_ask_ = SIGKILL;  // nothing more can be recorded
      } else if (options_.timeout_s && static_cast<double>(now - begin_ns_) > *options_.timeout_s * 1e9) {
        end_tree(tape::Stop::timeout, tape::NoteKind::timeout,
                 fmt::format("the time limit of {} s was reached", *options_.timeout_s));
      } else if (stands_still(now)) {
        end_tree(tape::Stop::hang, tape::NoteKind::hang,
                 fmt::format("nothing moved for {} s", *options_.hang_after_s));
      }
    }
    if (stop_ == tape::Stop::no || now < ask_next_ns_) return;
    signal_all(descendants_of(getpid()), signal_to_ask_);
    signal_to_ask_ = signal_to_ask_ == SIGTERM || signal_to_ask_ == SIGKILL ? SIGKILL : SIGTERM;
    ask_next_ns_ = now + patience_ns;
  }

  SessionEnd end() {
    for (i32 pid : no_children_ ? std::vector<i32>{} : descendants_of(getpid()))
      note(tape::NoteKind::survivor, fmt::format("process {} was still running when the recording ended", pid), pid);
    outside::End how;
    if (WIFSIGNALED(*status_)) {
      how = {outside::EndKind::signal, WTERMSIG(*status_), WCOREDUMP(*status_) != 0};
    } else {
      how.status = WEXITSTATUS(*status_);
    }
    (void)writer_->write(ThreadId{}, Tick{}, monotonic_ns(), tape::Ended{how, false, 0});
    writer_->finish();
    session_->compress_all();
    session_->close();
    if (session_->page().started.load() == 0 && stop_ == tape::Stop::no) {
      // No guest came to be; its process has said why.
      std::error_code ignored;
      std::filesystem::remove_all(options_.tape, ignored);
      return {WIFEXITED(*status_) ? WEXITSTATUS(*status_) : own_failure, {}};
    }
    return say_end(how);
  }

  SessionEnd say_end(const outside::End& how) {
    const tape::SessionPage& page = session_->page();
    if (stop_ == tape::Stop::disk_full || stop_ == tape::Stop::failed)
      return {complain(Error{fmt::format("the recording could not go on: {}; what is on {} up to there is good",
                                         page.stop_reason.data(), options_.tape)}),
              {}};
    if (stop_ == tape::Stop::timeout) {
      complain(Error{fmt::format("timeout: the program did not end within {} s and was ended", *options_.timeout_s)});
    } else if (stop_ == tape::Stop::hang) {
      complain(Error{fmt::format("hang: nothing moved for {} s, and the program was ended; `sigtape analyze {}` says who "
                                 "waited for whom",
                                 *options_.hang_after_s, options_.tape)});
    } else if (stop_ == tape::Stop::interrupted) {
      complain(Error{"interrupted"});
    }
    if (options_.native && page.next_stream.load() == tape::first_stream.value + 1) say_nothing_recorded();
    if (!options_.quiet) say_summary(options_.tape, page, monotonic_ns() - begin_ns_);
    if (stop_ == tape::Stop::timeout) return {status_of_timeout, {}};
    if (stop_ == tape::Stop::hang) return {status_of_hang, {}};
    if (how.kind == outside::EndKind::signal) return {0, how};
    return {how.status, {}};
  }

  RecordOptions options_;
  std::unique_ptr<tape::Session> session_;
  std::unique_ptr<tape::StreamWriter> writer_;
  std::unique_ptr<Door> door_;
  u64 begin_ns_;
  pid_t first_ = -1;
  std::optional<int> status_;
  u64 first_ended_ns_ = 0;
  bool no_children_ = false;
  tape::Stop stop_ = tape::Stop::no;
  u64 ask_next_ns_ = 0;  // when the tree gets the next signal
  int signal_to_ask_ = 0;
  u64 looked_ns_ = 0, moved_ns_ = monotonic_ns(), events_seen_ = 0, activity_seen_ = 0;  // of stands_still()
  ProgressLine progress_;
};

Result<std::unique_ptr<tape::Session>> make_session(RecordOptions& options) {
  tape::SessionOptions wanted;
  wanted.digest_every = options.digest_every;
  wanted.seed = options.seed;
  wanted.standard_output = key_of(STDOUT_FILENO);
  wanted.standard_error = key_of(STDERR_FILENO);
  tape::Header header = header_of(options);
  if (!options.tape.empty()) return tape::Session::create(options.tape, header, wanted);
  std::string program = std::filesystem::path(options.command.front()).filename().string();
  std::string before = options.directory.empty() ? "" : options.directory + "/";
  for (unsigned n = 1; n < 1'000'000; n++) {
    options.tape = fmt::format("{}{}-{}.tape", before, program, n);
    if (access(options.tape.c_str(), F_OK) == 0) continue;
    return tape::Session::create(options.tape, header, wanted);
  }
  return Error{"no name for the tape is free; name one with -o"};
}

}  // namespace

int record_session(RecordOptions options) {
  auto session = make_session(options);
  if (!session) return complain(session.error());
  return run_behind_front([&] { return SessionRun(std::move(options), std::move(*session)).run(); });
}

}  // namespace sigtape::record
