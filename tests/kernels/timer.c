// A fixed amount of work under a 1 kHz timer: a loop until so many ticks would take as long in every engine.
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static volatile sig_atomic_t ticks;
static void tick(int number) { (void)number, ticks++; }

int main(int argc, char** argv) {
  uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000;
  volatile uint32_t sum = 0;
  struct itimerval timer = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
  signal(SIGALRM, tick);
  setitimer(ITIMER_REAL, &timer, NULL);
  for (uint32_t i = 0; i < rounds; i++) sum = sum * 3 + i;
  setitimer(ITIMER_REAL, &off, NULL);
  printf("%08x %s\n", sum, ticks > 0 ? "ticked" : "no tick");
  return 0;
}
