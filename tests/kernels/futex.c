// Two threads take turns by a futex.
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int turn, rounds;

static void take_turns(int mine) {
  for (int i = 0; i < rounds; i++) {
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != mine) syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, !mine, NULL);
    __atomic_store_n(&turn, !mine, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1);
  }
}

static void* other(void* argument) { return take_turns(1), argument; }

int main(int argc, char** argv) {
  rounds = argc > 1 ? atoi(argv[1]) : 1000;
  pthread_t thread;
  if (pthread_create(&thread, NULL, other, NULL)) return 1;
  take_turns(0);
  pthread_join(thread, NULL);
  printf("%d\n", turn);
  return 0;
}
