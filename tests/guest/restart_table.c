// Every call that can wait x every way in which a signal can meet it: a handler with and without SA_RESTART, an ignored
// signal, one whose default is to do nothing, stop and continue, death. The expected text is the ARM kernel's own.
// A subject process makes the call; its parent waits until it sleeps, sends the signal twice, then lets the call end.
#include "restart_table.h"

static void on_signal(int number) {
  int saved = errno;
  (void)number;
  handled++;
  if (write(handled_pipe[1], "h", 1) != 1) _exit(9);
  errno = saved;
}
static void on_end(int number) { (void)number; }

static const char* const deliveries[] = {"handler", "SA_RESTART", "ignored", "default", "stopped", "deadly"};
enum { handler, restarting, ignored, harmless, stopped, deadly, all_deliveries };

static void subject(const struct trial* trial, int delivery) {
  struct sigaction action = {.sa_handler = on_signal};
  if (delivery == restarting) action.sa_flags = SA_RESTART;
  if (delivery == ignored) action.sa_handler = SIG_IGN;
  if (delivery == deadly) action.sa_handler = SIG_DFL;
  sigaction(SIGUSR1, &action, NULL);
  action.sa_flags = 0;
  action.sa_handler = on_end;
  sigaction(SIGUSR2, &action, NULL);
  ends_by_itself = delivery == ignored || delivery == harmless || delivery == stopped;
  if (trial->inside) trial->inside();
  if (write(ready_pipe[1], "r", 1) != 1) _exit(9);
  errno = 0;
  long result = trial->call();
  struct answer answer = {result, errno, handled};
  if (write(answer_pipe[1], &answer, sizeof answer) != sizeof answer) _exit(9);
  _exit(0);
}

static int sleeps(pid_t pid) {
  char path[32];
  sprintf(path, "/proc/%d/stat", pid);
  return asleep(path);
}

static void deliver(pid_t pid, int delivery) {
  char byte;
  siginfo_t info;
  switch (delivery) {
    case handler:
    case restarting:
      kill(pid, SIGUSR1);
      if (read(handled_pipe[0], &byte, 1) != 1) exit(8);
      break;
    case harmless: kill(pid, SIGWINCH); break;
    case stopped:
      kill(pid, SIGSTOP);
      // A short sleep may be over by now, and the process with it, for which try() waits.
      if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT)) exit(8);
      if (info.si_code == CLD_STOPPED && waitid(P_PID, (id_t)pid, &info, WSTOPPED)) exit(8);
      kill(pid, SIGCONT);
      break;
    default: kill(pid, SIGUSR1);
  }
}

static void try(const struct trial* trial, int delivery) {
  if (pipe(ready_pipe) || pipe(handled_pipe) || pipe(answer_pipe)) exit(8);
  if (trial->prepare) trial->prepare();
  handled = 0;
  subject_pid = fork();
  if (subject_pid == 0) subject(trial, delivery);
  char byte;
  if (read(ready_pipe[0], &byte, 1) != 1) exit(8);
  for (int times = 0; times < 2 && sleeps(subject_pid); times++) deliver(subject_pid, delivery);
  if (sleeps(subject_pid)) trial->finish();
  int status;
  if (waitpid(subject_pid, &status, 0) != subject_pid) exit(8);
  struct answer answer;
  printf("%s, %s: ", trial->name, deliveries[delivery]);
  if (WIFSIGNALED(status))
    printf("killed by %d\n", WTERMSIG(status));
  else if (WEXITSTATUS(status) || read(answer_pipe[0], &answer, sizeof answer) != sizeof answer)
    printf("exit status %d\n", WEXITSTATUS(status));
  else if (answer.result < 0)
    printf("%s, %d handled\n", strerror(answer.error), answer.handled);
  else
    printf("%ld, %d handled\n", answer.result, answer.handled);
  fflush(stdout);
  for (int fd = 3; fd < 40; fd++) close(fd);
  clean_up();
}

int main(int argc, char** argv) {
  char folder[] = "/tmp/restart-table-XXXXXX";
  if (!mkdtemp(folder) || chdir(folder)) return 8;
  for (const struct trial* trial = trials; trial->name; trial++)
    if (argc < 2 || strstr(trial->name, argv[1]))
      for (int delivery = 0; delivery < all_deliveries; delivery++) try(trial, delivery);
  if (chdir("/") || rmdir(folder)) return 8;
  return 0;
}
