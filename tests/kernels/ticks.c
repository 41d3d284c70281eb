// A 1 kHz timer over a busy loop.
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile int ticks;
static void tick(int number) { (void)number, ticks++; }

int main(void) {
  struct itimerval timer = {{0, 1000}, {0, 1000}};
  signal(SIGALRM, tick);
  setitimer(ITIMER_REAL, &timer, NULL);
  while (ticks < 500) {
  }
  puts("done");
  return 0;
}
