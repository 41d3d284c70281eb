// Live with a guest made of lambdas: threads, processes, signals and delivery modes against the real host.
#include "core/outside/live.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

using namespace sigtape;
using namespace sigtape::outside;

namespace {

constexpr u32 call_read = 3, call_pause = 29;

struct IdleEngine final : cpu::Engine {
  cpu::Stop run(cpu::State&, u64) override { return {}; }
  void code_changed(GuestAddr, u32) override {}
  bool take_stop() { return stop_requested_.exchange(false); }
};

struct Fake final : Inside {
  std::unique_ptr<mem::Space> memory = *mem::Space::reserve();
  IdleEngine idle;
  std::map<ThreadId, std::unique_ptr<os::Thread>> threads;
  std::function<void(os::Thread&)> body;

  mem::Space& space() override { return *memory; }
  cpu::Engine& engine() override { return idle; }
  os::Thread& adopt(std::unique_ptr<os::Thread> thread) override {
    os::Thread& kept = *thread;
    threads[kept.id] = std::move(thread);
    return kept;
  }
  void forget(os::Thread& thread) override { threads.erase(thread.id); }
  void forget_all_but(os::Thread& thread) override {
    for (auto it = threads.begin(); it != threads.end();)
      if (it->second.get() != &thread)
        it = threads.erase(it);
      else
        ++it;
  }
  void run(os::Thread& thread) override { body(thread); }
};

// One guest process with one thread, whose host thread is the test's.
struct Guest {
  LiveHooks hooks;
  Fake inside;
  Live live;
  os::Thread* thread;

  explicit Guest(DeliveryMode mode = DeliveryMode::safe, LiveHooks* other = nullptr)
      : live(LiveOptions{.delivery = mode}, other ? *other : hooks) {
    live.attach(inside);
    auto first = std::make_unique<os::Thread>();
    first->id = ThreadId{static_cast<i32>(raw_syscall(SYS_gettid))};
    first->group = std::make_shared<os::Group>();
    first->group->pid = getpid();
    thread = &inside.adopt(std::move(first));
    live.started(*thread);
    CHECK(inside.memory->map_anonymous(GuestAddr{0x10000}, 0x4000, {true, true, false}, mem::Sharing::private_, "") ==
          0);
  }
  ~Guest() {
    block_all();
    for (int signal = 1; signal <= 64; signal++) act(signal, {.handler = signal == SIGUSR1 ? 1u : 0u});
    for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGABRT, SIGPIPE}) ::signal(signal, SIG_DFL);
    set_real_mask(0);
  }
  void act(int signal, const os::SigAction& action) {
    thread->group->dispositions->action[static_cast<unsigned>(signal)] = action;
    live.set_action(*thread, os::Signal{signal}, action);
  }
  abi::Answer ask(os::Thread& who, u32 number, std::array<u32, 7> words = {}) {
    abi::Call call{.number = number};
    call.row = abi::row_of(call.system, number);
    std::copy(words.begin(), words.end(), call.words.begin());
    abi::Answer answer;
    live.call(who, call, answer);
    return answer;
  }
  std::unique_ptr<os::Thread> child() const {
    auto born = std::make_unique<os::Thread>();
    born->group = thread->group;
    born->mask = thread->mask;
    return born;
  }
};

struct Pipe {
  int end[2];
  Pipe() { REQUIRE(pipe(end) == 0); }
  ~Pipe() {
    close(end[0]);
    close(end[1]);
  }
};

bool sleeps(long tid) {
  char path[64], text[256] = {};
  snprintf(path, sizeof path, "/proc/self/task/%ld/stat", tid);
  FILE* file = fopen(path, "r");
  if (!file) return false;
  std::size_t got = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  const char* state = got ? strrchr(text, ')') : nullptr;
  return state && state[2] == 'S';
}

// Acts once the thread that made it sleeps.
struct WhenAsleep {
  template <class F>
  explicit WhenAsleep(F act) {
    long tid = raw_syscall(SYS_gettid);
    thread = std::thread([tid, act] {
      block_all();
      usleep(1000);
      while (!sleeps(tid)) usleep(200);
      act(tid);
    });
  }
  ~WhenAsleep() { thread.join(); }
  std::thread thread;
};

int status_of(u32 pid) {
  int status = -1;
  while (waitpid(static_cast<pid_t>(pid), &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

u32 value_of(const abi::Answer& answer) {
  const auto* done = std::get_if<abi::Done>(&answer.outcome);
  return done ? done->value : ~u32{0};
}
u32 error_of(const abi::Answer& answer) {
  const auto* failed = std::get_if<abi::Failed>(&answer.outcome);
  return failed ? failed->error : 0;
}
bool not_done(const abi::Answer& answer) { return std::holds_alternative<abi::NotDone>(answer.outcome); }

}  // namespace

TEST_CASE("a read's bytes come with the answer and not before") {
  Guest guest;
  Pipe pipe;
  CHECK(write(pipe.end[1], "abc", 3) == 3);
  auto answer = guest.ask(*guest.thread, call_read, {static_cast<u32>(pipe.end[0]), 0x10000, 10});
  CHECK(value_of(answer) == 3);
  REQUIRE(answer.writes.size() == 1);
  CHECK(answer.writes[0].at == GuestAddr{0x10000});
  CHECK(std::memcmp(answer.writes[0].bytes.data(), "abc", 3) == 0);
  CHECK(*guest.inside.memory->load<u32>(GuestAddr{0x10000}) == 0);
  CHECK(answer.notes.entered_ns != 0);
  CHECK(answer.notes.left_ns >= answer.notes.entered_ns);
}

TEST_CASE("what an interrupted read comes to in each mode, without and with SA_RESTART") {
  struct {
    DeliveryMode mode;
    bool restart, expect_not_done;
  } cases[] = {
      {DeliveryMode::safe, false, false},        {DeliveryMode::safe, true, true},
      {DeliveryMode::self_wake, false, false},   {DeliveryMode::self_wake, true, true},
      {DeliveryMode::always_eintr, true, false}, {DeliveryMode::always_restart, false, true},
      {DeliveryMode::check_first, false, false}, {DeliveryMode::mask_and_pcall, false, false},
  };
  for (const auto& one : cases) {
    CAPTURE(name_of(one.mode));
    Guest guest(one.mode);
    Pipe pipe;
    guest.act(SIGUSR1, {.handler = 0x8000, .restart = one.restart});
    WhenAsleep sender([](long tid) { raw_syscall(SYS_tgkill, getpid(), tid, SIGUSR1); });
    auto answer = guest.ask(*guest.thread, call_read, {static_cast<u32>(pipe.end[0]), 0x10000, 1});
    CHECK(not_done(answer) == one.expect_not_done);
    if (!one.expect_not_done) CHECK(error_of(answer) == EINTR);
    auto info = guest.live.take_signal(*guest.thread);
    REQUIRE(info);
    CHECK(info->signal.value == SIGUSR1);
    CHECK(info->pid == getpid());
    CHECK(guest.live.set_mask(*guest.thread));
  }
}

TEST_CASE("in the modes that only look first, a restarted read hides the signal until its end") {
  for (DeliveryMode mode : {DeliveryMode::check_first, DeliveryMode::mask_and_pcall}) {
    Guest guest(mode);
    Pipe pipe;
    guest.act(SIGUSR1, {.handler = 0x8000, .restart = true});
    int end = pipe.end[1];
    WhenAsleep sender([end](long tid) {
      raw_syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
      usleep(20'000);
      [[maybe_unused]] auto written = write(end, "x", 1);
    });
    auto answer = guest.ask(*guest.thread, call_read, {static_cast<u32>(pipe.end[0]), 0x10000, 1});
    CHECK(value_of(answer) == 1);
    CHECK(answer.notes.rewound_unseen);
    CHECK(guest.live.take_signal(*guest.thread));
    CHECK(guest.live.set_mask(*guest.thread));
  }
}

TEST_CASE("a call that never comes back leaves a trace of the signal that it hides") {
  struct Tracing : LiveHooks {
    CaptureTrace trace{};
    CaptureTrace* capture_trace(os::Thread&) override { return &trace; }
  };
  Tracing hooks;
  Guest guest(DeliveryMode::check_first, &hooks);
  Pipe pipe;
  guest.act(SIGUSR1, {.handler = 0x8000, .restart = true});
  int end = pipe.end[1];
  bool seen = false;
  WhenAsleep sender([end, &seen, &hooks](long tid) {
    raw_syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
    usleep(20'000);
    const CaptureTrace& trace = hooks.trace;
    seen = trace.entered_ns && trace.captured_ns > trace.entered_ns && trace.signal == SIGUSR1 &&
           trace.call_number == call_read && !trace.before_issue && trace.pid == getpid();
    [[maybe_unused]] auto written = write(end, "x", 1);
  });
  CHECK(value_of(guest.ask(*guest.thread, call_read, {static_cast<u32>(pipe.end[0]), 0x10000, 1})) == 1);
  CHECK(seen);
  CHECK(hooks.trace.entered_ns == 0);
  CHECK(guest.live.take_signal(*guest.thread));
  CHECK(guest.live.set_mask(*guest.thread));
}

TEST_CASE("a captured signal comes before a call, and before a change of mask") {
  Guest guest;
  guest.act(SIGUSR1, {.handler = 0x8000});
  raise(SIGUSR1);
  CHECK(not_done(guest.ask(*guest.thread, call_pause)));
  guest.thread->mask.add(os::Signal{SIGUSR1});
  CHECK_FALSE(guest.live.set_mask(*guest.thread));
  CHECK(guest.live.take_signal(*guest.thread)->signal.value == SIGUSR1);
  CHECK(guest.live.set_mask(*guest.thread));
  raise(SIGUSR1);
  CHECK_FALSE(guest.live.take_signal(*guest.thread));
  guest.thread->mask = {};
  CHECK(guest.live.set_mask(*guest.thread));  // done, and the signal comes as it is
  CHECK(guest.live.take_signal(*guest.thread));
  CHECK(guest.live.set_mask(*guest.thread));
}

TEST_CASE("a captured signal asks the engine to stop, if the thread holds the baton") {
  Guest guest;
  guest.act(SIGUSR1, {.handler = 0x8000});
  guest.inside.idle.take_stop();
  raise(SIGUSR1);
  CHECK(guest.inside.idle.take_stop());
  CHECK(guest.live.take_signal(*guest.thread));
  CHECK(guest.live.set_mask(*guest.thread));
}

TEST_CASE("threads take turns by instructions, and none starves") {
  Guest guest;
  std::vector<int> turns;
  auto work = [&](os::Thread& thread, int name) {
    for (int i = 0; i < 300; i++) {
      thread.tick = thread.tick + LiveState::contended_slice / 4;
      if (turns.empty() || turns.back() != name) turns.push_back(name);
      usleep(100);
      guest.live.boundary(thread);
    }
  };
  int next = 1, ended = 0;
  guest.inside.body = [&](os::Thread& thread) {
    work(thread, next++);
    ended++;
    guest.live.end_thread(thread);
  };
  for (int i = 0; i < 2; i++) {
    abi::Answer answer;
    CloneRequest request{.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD};
    guest.live.start_thread(*guest.thread, {}, request, guest.child(), answer);
    CHECK(value_of(answer) != ~u32{0});
    CHECK(guest.inside.threads.contains(ThreadId{static_cast<i32>(value_of(answer))}));
  }
  CHECK(turns.empty());  // nobody ran yet: the parent has kept the baton
  work(*guest.thread, 0);
  while (ended < 2) {
    usleep(100);
    guest.thread->tick = guest.thread->tick + LiveState::contended_slice;
    guest.live.boundary(*guest.thread);
  }
  CHECK(turns.size() > 30);
  while (guest.inside.threads.size() > 1) {
    guest.thread->tick = guest.thread->tick + LiveState::contended_slice;
    guest.live.boundary(*guest.thread);
    usleep(100);
  }
}

TEST_CASE("a signal for the process that an ending thread has captured goes to another thread") {
  Guest guest;
  guest.act(SIGUSR1, {.handler = 0x8000});
  guest.inside.body = [&](os::Thread& thread) {
    // The main thread waits for the baton with all signals blocked by hand: this one must get it.
    raw_syscall(SYS_kill, getpid(), SIGUSR1);
    while (!current_host_thread->pending) usleep(100);
    guest.live.end_thread(thread);
  };
  block_all();
  auto& host = *current_host_thread;
  abi::Answer answer;
  CloneRequest request{.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD};
  guest.live.start_thread(*guest.thread, {}, request, guest.child(), answer);
  block_all();
  while (guest.inside.threads.size() > 1) {
    guest.thread->tick = guest.thread->tick + LiveState::contended_slice;
    guest.live.boundary(*guest.thread);
    usleep(100);
  }
  CHECK(host.pending == 0);
  set_real_mask(host.real_mask);
  CHECK(host.pending == 1);
  CHECK(guest.live.take_signal(*guest.thread)->signal.value == SIGUSR1);
  CHECK(guest.live.set_mask(*guest.thread));
}

TEST_CASE("fork gives a child of its own, whose end is what its parent sees") {
  Guest guest;
  for (int way = 0; way < 2; way++) {
    abi::Answer answer;
    guest.live.fork(*guest.thread, {}, {.exit_signal = SIGCHLD}, answer);
    if (value_of(answer) == 0) {
      bool right = guest.thread->id.value == getpid() && guest.thread->group->pid == getpid() &&
                   guest.inside.threads.size() == 1;
      guest.live.end_process(*guest.thread,
                             way == 0 ? End{EndKind::exit, right ? 5 : 6} : End{EndKind::signal, SIGTERM});
    }
    int status = status_of(value_of(answer));
    if (way == 0)
      CHECK(WEXITSTATUS(status) == 5);
    else
      CHECK(WTERMSIG(status) == SIGTERM);
  }
}

TEST_CASE("a fork with an exit signal of its own is told by that signal") {
  Guest guest;
  guest.act(SIGUSR1, {.handler = 0x8000});
  abi::Answer answer;
  guest.live.fork(*guest.thread, {}, {.exit_signal = SIGUSR1}, answer);
  if (value_of(answer) == 0) guest.live.end_process(*guest.thread, {EndKind::exit, 3});
  int status = -1;
  while (waitpid(static_cast<pid_t>(value_of(answer)), &status, __WALL) < 0 && errno == EINTR) {
  }
  CHECK(WEXITSTATUS(status) == 3);
  auto info = guest.live.take_signal(*guest.thread);
  REQUIRE(info);
  CHECK(info->signal.value == SIGUSR1);
  CHECK(guest.live.set_mask(*guest.thread));
}

TEST_CASE("a vfork child runs in its parent's memory, which goes on after its end or exec") {
  Guest guest;
  int seen = 0;
  u32 exec_error = 0;
  bool with_exec = false;
  guest.inside.body = [&](os::Thread& child) {
    seen = child.id.value;
    if (with_exec) {
      abi::Answer answer;
      guest.live.exec(child, {}, {.path = "/no/such/program", .arguments = {"x"}}, answer);
      exec_error = error_of(answer);
      guest.live.exec(child, {}, {.path = "/bin/sh", .arguments = {"sh", "-c", "exit 4"}}, answer);
    }
    guest.live.end_process(child, {EndKind::exit, 3});
  };
  for (bool exec : {false, true}) {
    with_exec = exec;
    auto child = guest.child();
    child->group = std::make_shared<os::Group>();
    child->group->dispositions = guest.thread->group->dispositions;
    abi::Answer answer;
    guest.live.vfork(*guest.thread, {}, {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD}, std::move(child),
                     answer);
    CHECK(seen == static_cast<int>(value_of(answer)));
    CHECK(WEXITSTATUS(status_of(value_of(answer))) == (exec ? 4 : 3));
    CHECK(guest.inside.threads.size() == 1);
    CHECK(current_host_thread->thread == guest.thread);
    CHECK(current_host_thread->holds_baton);
  }
  CHECK(exec_error == ENOENT);
}

TEST_CASE("a vfork child that is killed while it holds the baton leaves it to its parent") {
  Guest guest;
  guest.inside.body = [&](os::Thread&) { kill(getpid(), SIGKILL); };
  for (int i = 0; i < 20; i++) {
    auto child = guest.child();
    child->group = std::make_shared<os::Group>();
    abi::Answer answer;
    guest.live.vfork(*guest.thread, {}, {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD}, std::move(child),
                     answer);
    CHECK(WTERMSIG(status_of(value_of(answer))) == SIGKILL);
    CHECK(current_host_thread->holds_baton);
  }
}

TEST_CASE("a process in the same memory runs beside its parent, and leaves the baton to it") {
  Guest guest;
  int turns = 0;
  bool killed = false;
  guest.inside.body = [&](os::Thread& child) {
    for (int i = 0; i < 20; i++) {
      turns++;
      child.tick = child.tick + LiveState::contended_slice;
      guest.live.boundary(child);
    }
    if (killed) kill(getpid(), SIGKILL);
    guest.live.end_process(child, {EndKind::exit, 7});
  };
  for (bool by_kill : {false, true}) {
    killed = by_kill;
    turns = 0;
    auto child = guest.child();
    child->group = std::make_shared<os::Group>();
    abi::Answer answer;
    guest.live.vfork(*guest.thread, {}, {.flags = CLONE_VM, .exit_signal = SIGCHLD}, std::move(child), answer);
    u32 pid = value_of(answer);
    REQUIRE(pid != ~u32{0});
    CHECK(turns == 0);
    CHECK(guest.inside.threads.size() == 2);
    while (guest.inside.threads.size() == 2) {
      guest.thread->tick = guest.thread->tick + LiveState::contended_slice;
      guest.live.boundary(*guest.thread);
      usleep(100);
    }
    CHECK(turns == 20);
    int status = status_of(pid);
    if (by_kill)
      CHECK(WTERMSIG(status) == SIGKILL);
    else
      CHECK(WEXITSTATUS(status) == 7);
    CHECK(current_host_thread->holds_baton);
  }
}

TEST_CASE("exec hands the guest's mask and ignored signals to a native program") {
  Guest guest;
  Pipe pipe;
  abi::Answer answer;
  guest.live.fork(*guest.thread, {}, {.exit_signal = SIGCHLD}, answer);
  if (value_of(answer) == 0) {
    guest.thread->mask.add(os::Signal{SIGUSR2});
    bool set = guest.live.set_mask(*guest.thread);
    guest.act(SIGTERM, {.handler = 1});
    guest.act(SIGINT, {.handler = 0x8000});
    guest.act(SIGUSR1, {});
    dup2(pipe.end[1], 1);
    guest.live.exec(*guest.thread, {}, {.path = "/bin/cat", .arguments = {"cat", "/proc/self/status"}}, answer);
    _exit(set ? 9 : 8);
  }
  CHECK(WEXITSTATUS(status_of(value_of(answer))) == 0);
  char raw[4000] = {};
  CHECK(read(pipe.end[0], raw, sizeof raw - 1) > 0);
  std::string text = raw;
  CHECK(text.find("SigBlk:\t0000000000000800\nSigIgn:\t0000000000004000\nSigCgt:\t0000000000000000\n") !=
        std::string::npos);
}
