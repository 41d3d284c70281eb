// The windows of the safe system call: a signal before it, on its instruction, during it; with and without SA_RESTART.
#include "core/outside/safe_syscall.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>

#include "core/outside/capture.h"
#include "core/outside/raw_syscall.h"

using namespace sigtape;
using namespace sigtape::outside;

namespace {

const os::Signal usr1{SIGUSR1};

// A host thread with a capture slot and, for as long as it lives, a handler for SIGUSR1 and SIGALRM.
struct Slot {
  HostThread host;
  explicit Slot(bool restart = false, DeliveryMode mode = DeliveryMode::safe) {
    set_capture_mode(mode);
    current_host_thread = &host;
    host.real_mask = real_mask();
    for (int signal : {SIGUSR1, SIGALRM, 32, 33, 64})
      mirror_action(abi::System::linux_eabi, mode, os::Signal{signal}, {.handler = 0x1000, .restart = restart});
  }
  ~Slot() {
    block_all();
    for (int signal : {SIGUSR1, SIGALRM, 32, 33, 64})
      mirror_action(abi::System::linux_eabi, DeliveryMode::safe, os::Signal{signal}, {.handler = 1});
    current_host_thread = nullptr;
    set_real_mask(host.real_mask);
    set_capture_mode(DeliveryMode::safe);
  }
  SafeOutcome call(long number, long a = 0, long b = 0, long c = 0) {
    SyscallWords words{number, {a, b, c, 0, 0, 0}};
    return sigtape_safe_syscall(&words, &host.pending, &host.phase);
  }
  int take() {
    int signal = host.pending ? host.capture.info.si_signo : 0;
    host.pending = 0;
    set_real_mask(host.real_mask);
    return signal;
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

void kill_self(int signal) { raw_syscall(SYS_tgkill, getpid(), raw_syscall(SYS_gettid), signal); }

// Sends `signal` to this thread once it sleeps in the kernel.
struct SignalWhenAsleep {
  explicit SignalWhenAsleep(int signal) {
    long tid = raw_syscall(SYS_gettid);
    sender = std::thread([tid, signal] {
      while (true) {
        char path[64], text[256] = {};
        snprintf(path, sizeof path, "/proc/self/task/%ld/stat", tid);
        FILE* file = fopen(path, "r");
        std::size_t got = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        const char* state = got ? strrchr(text, ')') : nullptr;
        if (state && state[2] == 'S') break;
        usleep(100);
      }
      raw_syscall(SYS_tgkill, getpid(), tid, signal);
    });
  }
  ~SignalWhenAsleep() { sender.join(); }
  std::thread sender;
};

}  // namespace

TEST_CASE("without a signal the call is done and gives the kernel's value") {
  Slot slot;
  SafeOutcome outcome = slot.call(SYS_getpid);
  CHECK(outcome.done);
  CHECK(outcome.value == getpid());
  CHECK(slot.call(SYS_close, -1).value == -EBADF);
}

TEST_CASE("a signal that was captured before keeps the call from being entered") {
  Slot slot;
  Pipe pipe;
  kill_self(SIGUSR1);
  CHECK(slot.host.pending == 1);
  CHECK_FALSE(slot.call(SYS_write, pipe.end[1], reinterpret_cast<long>("x"), 1).done);
  CHECK(slot.take() == SIGUSR1);
  CHECK(slot.call(SYS_write, pipe.end[1], reinterpret_cast<long>("x"), 1).value == 1);
}

TEST_CASE("a signal during a blocking read ends it with EINTR, or rewinds it where SA_RESTART is set") {
  for (bool restart : {false, true}) {
    Slot slot(restart);
    Pipe pipe;
    char byte;
    SignalWhenAsleep sender(SIGUSR1);
    SafeOutcome outcome = slot.call(SYS_read, pipe.end[0], reinterpret_cast<long>(&byte), 1);
    CHECK(outcome.done == !restart);
    if (!restart) CHECK(outcome.value == -EINTR);
    CHECK(slot.host.capture.spot == (restart ? CaptureSpot::rewound : CaptureSpot::elsewhere));
    CHECK(slot.take() == SIGUSR1);
  }
}

TEST_CASE("a sleep is ended by EINTR even with SA_RESTART, and what is left of it is written") {
  Slot slot(true);
  timespec wanted{4, 500'000'000}, left{};
  SignalWhenAsleep sender(SIGUSR1);
  SafeOutcome outcome = slot.call(SYS_nanosleep, reinterpret_cast<long>(&wanted), reinterpret_cast<long>(&left));
  CHECK(outcome.done);
  CHECK(outcome.value == -EINTR);
  CHECK(left.tv_sec == 4);
  slot.take();
}

TEST_CASE("while one signal is captured, the others wait in the kernel, lowest number first") {
  Slot slot;
  block_all();
  kill_self(64);
  kill_self(33);
  kill_self(SIGUSR1);
  set_real_mask(slot.host.real_mask);
  CHECK(slot.take() == SIGUSR1);
  CHECK(slot.take() == 33);
  CHECK(slot.take() == 64);
  CHECK(slot.take() == 0);
}

TEST_CASE("signals 32 and 33 are the guest's like any other") {
  Slot slot;
  kill_self(32);
  CHECK(slot.take() == 32);
}

// Single-steps through the stub, and sends the signal when the pc is at a given instruction.
namespace {

u64 planted_at = 0;
bool plants_restart_syscall = false;  // and makes it look as the kernel leaves a stopped and continued sleep

void plant(int, siginfo_t*, void* raw) {
  auto& registers = static_cast<ucontext_t*>(raw)->uc_mcontext.gregs;
  if (static_cast<u64>(registers[REG_RIP]) != planted_at) return;
  registers[REG_EFL] &= ~0x100L;  // TF off
  if (plants_restart_syscall) {
    registers[REG_RAX] = SYS_restart_syscall;
    registers[REG_RCX] = registers[REG_RIP] + 2;
  }
  kill_self(SIGUSR1);  // comes when this handler returns, with the pc where it is
}

struct PlantOnTrap {
  PlantOnTrap() {
    struct sigaction action {};
    action.sa_sigaction = plant;
    action.sa_flags = SA_SIGINFO;
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGTRAP, &action, nullptr);
  }
  ~PlantOnTrap() { signal(SIGTRAP, SIG_DFL); }
};

SafeOutcome stepped(Slot& slot, const SyscallWords& words) {
  asm volatile("pushfq; orl $0x100, (%%rsp); popfq" ::: "memory", "cc");
  SafeOutcome outcome = sigtape_safe_syscall(&words, &slot.host.pending, &slot.host.phase);
  asm volatile("pushfq; andl $0xfffffeff, (%%rsp); popfq" ::: "memory", "cc");
  return outcome;
}

}  // namespace

TEST_CASE("a signal on every instruction up to the syscall leaves it undone, and after it done") {
  Slot slot;
  PlantOnTrap plant;
  struct {
    const char* at;
    bool done;
    CaptureSpot spot;
  } cases[] =  // the trap flag acts one instruction late after a syscall
      {{sigtape_safe_enter, false, CaptureSpot::before_issue},
       {sigtape_safe_issue, false, CaptureSpot::before_issue},
       {sigtape_safe_leave + 5, true, CaptureSpot::elsewhere}};
  for (const auto& one : cases) {
    planted_at = reinterpret_cast<u64>(one.at);
    Pipe pipe;
    SafeOutcome outcome = stepped(slot, {SYS_write, {pipe.end[1], reinterpret_cast<long>("x"), 1, 0, 0, 0}});
    CHECK(slot.host.pending == 1);
    CHECK(bool(outcome.done) == one.done);
    CHECK(slot.host.capture.spot == one.spot);
    CHECK(slot.take() == SIGUSR1);
  }
}

TEST_CASE(
    "a signal between a stopped sleep's continuation and its restart_syscall: EINTR, not a sleep from the start") {
  Slot slot;
  PlantOnTrap plant;
  planted_at = reinterpret_cast<u64>(sigtape_safe_issue);
  plants_restart_syscall = true;
  SafeOutcome outcome = stepped(slot, {SYS_nanosleep, {}});
  plants_restart_syscall = false;
  CHECK(outcome.done);
  CHECK(outcome.value == -EINTR);
  CHECK(slot.host.capture.spot == CaptureSpot::rewound);
  slot.take();
}

TEST_CASE("a storm of signals: every byte once, every interrupted call either done or not") {
  for (bool restart : {false, true}) {
    Slot slot(restart);
    Pipe pipe;
    constexpr int wanted = 30'000;
    std::thread writer([&] {
      block_all();
      for (int i = 0; i < wanted; i++) {
        u8 byte = static_cast<u8>(i);
        while (write(pipe.end[1], &byte, 1) != 1) {
        }
      }
      close(pipe.end[1]);
    });
    itimerval often{{0, 50}, {0, 50}};
    setitimer(ITIMER_REAL, &often, nullptr);
    int got = 0, undone = 0, interrupted = 0;
    bool in_order = true;
    while (true) {
      u8 byte = 0;
      SafeOutcome outcome = slot.call(SYS_read, pipe.end[0], reinterpret_cast<long>(&byte), 1);
      if (slot.host.pending) slot.take();
      if (!outcome.done)
        undone++;
      else if (outcome.value == -EINTR)
        interrupted++;
      else if (outcome.value == 0)
        break;
      else
        in_order = in_order && byte == static_cast<u8>(got), got++;
    }
    const itimerval off{};
    setitimer(ITIMER_REAL, &off, nullptr);
    writer.join();
    pipe.end[1] = -1;
    CHECK(got == wanted);
    CHECK(in_order);
    CHECK(undone + interrupted > 0);
    if (restart) CHECK(interrupted == 0);
  }
}

TEST_CASE("check-first lets a restarted call hide the signal") {
  Slot slot(true, DeliveryMode::check_first);
  Pipe pipe;
  const u32 never = 0;
  long tid = raw_syscall(SYS_gettid);
  int end = pipe.end[1];
  std::thread sender([tid, end] {
    usleep(30'000);
    raw_syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
    usleep(30'000);
    [[maybe_unused]] auto written = write(end, "x", 1);
  });
  char byte = 0;
  SyscallWords words{SYS_read, {pipe.end[0], reinterpret_cast<long>(&byte), 1, 0, 0, 0}};
  SafeOutcome outcome = sigtape_safe_syscall(&words, &never, &slot.host.phase);
  sender.join();
  CHECK(outcome.done);
  CHECK(outcome.value == 1);
  CHECK(slot.host.capture.spot == CaptureSpot::rewound);
  CHECK(slot.take() == SIGUSR1);
}

TEST_CASE("a mask can be changed as a safe call") {
  Slot slot;
  u64 mask = u64{1} << (SIGUSR1 - 1);
  kill_self(SIGUSR1);
  SyscallWords words{SYS_rt_sigprocmask, {SIG_SETMASK, reinterpret_cast<long>(&mask), 0, 8, 0, 0}};
  CHECK_FALSE(sigtape_safe_syscall(&words, &slot.host.pending, &slot.host.phase).done);
  slot.take();
  CHECK(sigtape_safe_syscall(&words, &slot.host.pending, &slot.host.phase).done);
  kill_self(SIGUSR1);
  CHECK(slot.host.pending == 0);
  set_real_mask(slot.host.real_mask);
  CHECK(slot.take() == usr1.value);
}
