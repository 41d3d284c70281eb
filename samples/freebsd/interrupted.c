// What FreeBSD answers when a signal interrupts: select leaves its timeout alone, read restarts, nanosleep never does.
#include "freebsd.h"

static int handled, ends[2];

static void on_alarm(int number) {
  (void)number;
  if (++handled == 5) call3(SYS_write, ends[1], "x", 1);
}
static void ticking(int on) {
  struct itimerval timer = {{0, on ? 2000 : 0, 0}, {0, on ? 2000 : 0, 0}};
  call3(SYS_setitimer, 0, &timer, 0);
}
static void show(const char* name, int restart, long result) {
  put(name);
  put(restart ? ", SA_RESTART: " : ", no SA_RESTART: ");
  put_number(result);
}

int main(int argc, char** argv) {
  (void)argc, (void)argv;
  call2(SYS_pipe2, ends, 0);
  for (int restart = 0; restart < 2; restart++) {
    struct sigaction action = {on_alarm, restart ? SA_RESTART : 0, {0}};
    call3(SYS_sigaction, SIGALRM, &action, 0);
    handled = 0;
    ticking(1);
    char byte;
    long result = call3(SYS_read, ends[0], &byte, 1);
    ticking(0);
    show("read", restart, result);
    put("\n");
    if (result < 0) {
      handled = 4;
      on_alarm(0);
      call3(SYS_read, ends[0], &byte, 1);
    }
    handled = 10;
    struct fd_set none = {{0}};
    none.bits[ends[0] / 32] |= 1u << (ends[0] % 32);
    struct timeval limit = {5, 0, 0};
    ticking(1);
    result = call5(SYS_select, ends[0] + 1, &none, 0, 0, &limit);
    ticking(0);
    show("select", restart, result);
    put(", time limit after: ");
    put_number((long)limit.seconds);
    put(".");
    put_number(limit.microseconds);
    put("\n");
    struct timespec request = {5, 0, 0}, left = {9, 9, 0};
    ticking(1);
    result = call2(SYS_nanosleep, &request, &left);
    ticking(0);
    show("nanosleep", restart, result);
    put(", remaining seconds: ");
    put_number((long)left.seconds);
    put("\n");
  }
  struct timespec request = {0, 1000000, 0}, left = {9, 9, 0};
  put_number(call2(SYS_nanosleep, &request, &left));
  put(" from a whole sleep, remaining untouched: ");
  put_number(left.seconds == 9);
  put("\nsignal numbers: ");
  handled = 10;
  struct sigaction action = {on_alarm, 0, {0}};
  call3(SYS_sigaction, SIGUSR1, &action, 0);
  call2(SYS_kill, call0(SYS_getpid), SIGUSR1);
  put_number(handled);
  put("\n");
  return 0;
}
