// The self-pipe trick: a SIGALRM handler writes a byte to a pipe, the main loop waits for it in select().
//
// Right on every kernel: whenever the signal comes, before or in select(), the byte is in the pipe and select() returns.
// An emulator that looks "is a signal pending?" and then calls the host's select() loses the signal that comes between
// the two: the handler does not run until select() returns, and select() waits for the handler. A hang.
//
//   sigtape record --delivery=check-first --timeout 20 -o hang.tape -- ./lost_wakeup
//   sigtape record -o good.tape -- ./lost_wakeup
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

static int self_pipe[2];

static void on_alarm(int signal_number) {
  int saved = errno;
  (void)signal_number;
  if (write(self_pipe[1], "!", 1) != 1) _exit(2);
  errno = saved;
}

// Waits until the handler's byte is there.
static void wait_for_byte(void) {
  for (;;) {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(self_pipe[0], &readable);
    int ready = select(self_pipe[0] + 1, &readable, NULL, NULL, NULL);
    if (ready == 1) {
      char byte;
      if (read(self_pipe[0], &byte, 1) == 1) return;
    } else if (ready < 0 && errno != EINTR) {
      perror("select");
      exit(1);
    }
  }
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 20000;
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  if (pipe(self_pipe) || sigaction(SIGALRM, &action, NULL)) {
    perror("set-up");
    return 1;
  }
  for (int round = 0; round < rounds; round++) {
    // A different moment each round, so that sooner or later the signal comes just before select() begins.
    struct itimerval once = {.it_value = {0, 1 + round % 97}};
    setitimer(ITIMER_REAL, &once, NULL);
    wait_for_byte();
  }
  printf("%d of %d wake-ups arrived\n", rounds, rounds);
  return 0;
}
