// The front: forwards signals, waits, ends as the session says.
#include "record/front.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "core/run/end_as.h"
#include "core/tape/host_file.h"
#include "record/guest.h"

namespace sigtape::record {
namespace {

constexpr int forwarded = SIGUSR1, front_died = SIGUSR2;

sigset_t mask_before;

sigset_t waited_for() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP, forwarded, front_died}) sigaddset(&set, signal);
  return set;
}

// What the two have in common: the end.
struct Shared {
  SessionEnd end;
  bool has_end = false;
};

int wait_and_forward(pid_t session, const Shared& shared) {
  sigset_t set = waited_for();
  for (;;) {
    siginfo_t info{};
    int signal = sigwaitinfo(&set, &info);
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) {
      union sigval value {};
      // Low byte: the signal; above: who sent it, 0 for the terminal.
      value.sival_int = signal | ((info.si_code > 0 ? 0 : info.si_pid) << 8);
      sigqueue(session, forwarded, value);
    }
    int status = 0;
    if (waitpid(session, &status, WNOHANG) != session) continue;
    sigprocmask(SIG_SETMASK, &mask_before, nullptr);
    if (!shared.has_end) return complain(Error{"the process that keeps the recording was killed"});
    return shared.end.as ? run::end_as(*shared.end.as) : shared.end.status;
  }
}

}  // namespace

int run_behind_front(const std::function<SessionEnd()>& session) {
  void* at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return complain(tape::host_error("no memory"));
  auto* shared = new (at) Shared;
  sigset_t set = waited_for();
  sigprocmask(SIG_BLOCK, &set, &mask_before);
  pid_t front = getpid();
  pid_t pid = fork();
  if (pid < 0) return complain(tape::host_error("the recording can't be started"));
  if (pid != 0) return wait_and_forward(pid, *shared);
  prctl(PR_SET_PDEATHSIG, front_died);
  if (getppid() != front) raise(front_died);
  shared->end = session();
  shared->has_end = true;
  _exit(0);
}

std::optional<SessionSignal> wait_for_signal(u64 ns) {
  sigset_t set = waited_for();
  timespec time{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  siginfo_t info{};
  int signal = sigtimedwait(&set, &info, &time);
  // SIGINT and the like come by way of the front, so that one for the whole group counts once.
  if (signal == forwarded) return SessionSignal{info.si_value.sival_int & 0xff, info.si_value.sival_int >> 8};
  if (signal == front_died) return SessionSignal{front_is_gone};
  return std::nullopt;
}

void restore_signals() { sigprocmask(SIG_SETMASK, &mask_before, nullptr); }

}  // namespace sigtape::record
