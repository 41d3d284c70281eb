// The self-pipe trick on FreeBSD; see ../lost_wakeup.c. select() ends with EINTR there whatever SA_RESTART says.
#include "freebsd.h"

static int self_pipe[2];

static void on_alarm(int number) {
  (void)number;
  if (call3(SYS_write, self_pipe[1], "!", 1) != 1) call1(SYS_exit, 2);
}

static int wait_for_byte(void) {
  for (;;) {
    struct fd_set readable = {{0}};
    readable.bits[self_pipe[0] / 32] |= 1u << (self_pipe[0] % 32);
    long ready = call5(SYS_select, self_pipe[0] + 1, &readable, 0, 0, 0);
    char byte;
    if (ready == 1 && call3(SYS_read, self_pipe[0], &byte, 1) == 1) return 0;
    if (ready < 0 && ready != -EINTR) return 1;
  }
}

int main(int argc, char** argv) {
  (void)argv;
  int rounds = argc > 1 ? 200000 : 5000;
  struct sigaction action = {on_alarm, SA_RESTART, {0}};
  if (call2(SYS_pipe2, self_pipe, 0) < 0 || call3(SYS_sigaction, SIGALRM, &action, 0) < 0) return 1;
  for (int round = 0; round < rounds; round++) {
    struct itimerval once = {{0, 0, 0}, {0, 1 + round % 97, 0}};
    call3(SYS_setitimer, 0, &once, 0);
    if (wait_for_byte()) return 1;
  }
  put_number(rounds);
  put(" wake-ups arrived\n");
  return 0;
}
