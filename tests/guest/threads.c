// Eight threads on a mutex and a condition variable: a bounded queue, then a barrier of turns. Then a thread that polls
// the clock until another one, which was asleep, has run.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

enum { threads = 8, items = 2000 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int queue[16], head, tail, turn;
static long sum;

static void put(int value) {
  pthread_mutex_lock(&lock);
  while (tail - head == 16) pthread_cond_wait(&changed, &lock);
  queue[tail++ % 16] = value;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static int take(void) {
  pthread_mutex_lock(&lock);
  while (tail == head) pthread_cond_wait(&changed, &lock);
  int value = queue[head++ % 16];
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  return value;
}

static void* work(void* argument) {
  long id = (long)argument;
  for (int i = 0; i < items; i++) {
    if (id % 2) {
      put(i);
    } else {
      int value = take();
      __atomic_fetch_add(&sum, value, __ATOMIC_SEQ_CST);
    }
  }
  pthread_mutex_lock(&lock);  // end in order of ids
  while (turn != id) pthread_cond_wait(&changed, &lock);
  printf("thread %ld done\n", id);
  turn++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  return (void*)(id * id);
}

static sem_t may_run;
static int has_run;

static void* run_once(void* unused) {
  while (sem_wait(&may_run)) {
  }
  __atomic_store_n(&has_run, 1, __ATOMIC_SEQ_CST);
  return unused;
}

// No call of the poller's waits, and none is far from the next.
static void poll_clock(void) {
  pthread_t sleeper;
  struct timespec now;
  sem_init(&may_run, 0, 0);
  pthread_create(&sleeper, NULL, run_once, NULL);
  nanosleep(&(struct timespec){0, 10000000}, NULL);
  sem_post(&may_run);
  while (!__atomic_load_n(&has_run, __ATOMIC_SEQ_CST)) clock_gettime(CLOCK_MONOTONIC, &now);
  pthread_join(sleeper, NULL);
  printf("the sleeper ran while the clock was polled\n");
}

int main(void) {
  pthread_t all[threads];
  long squares = 0;
  for (long i = 0; i < threads; i++) pthread_create(&all[i], NULL, work, (void*)i);
  for (int i = 0; i < threads; i++) {
    void* result;
    pthread_join(all[i], &result);
    squares += (long)result;
  }
  printf("sum %ld, squares %ld\n", sum, squares);
  poll_clock();
  return 0;
}
