// Four threads increase one number under a mutex, with some work of their own in between.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int rounds;
static uint32_t total;

static void* work(void* argument) {
  uint32_t x = (uint32_t)(uintptr_t)argument;
  for (int i = 0; i < rounds; i++) {
    for (int j = 0; j < 20; j++) x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    pthread_mutex_lock(&mutex);
    total += x;
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(int argc, char** argv) {
  rounds = argc > 1 ? atoi(argv[1]) : 10000;
  pthread_t threads[4];
  for (uintptr_t i = 0; i < 4; i++)
    if (pthread_create(&threads[i], NULL, work, (void*)(i + 1))) return 1;
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  printf("%08x\n", total);
  return 0;
}
