// futex beyond waiting and waking: priority inheritance, requeueing, bit sets, operations on words, robust lists,
// vectors.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "asleep.h"

static uint32_t word, second;
static int main_tid;

static long futex(uint32_t* at, int operation, uint32_t value, uintptr_t value2, uint32_t* at2, uint32_t value3) {
  return syscall(SYS_futex, at, operation | FUTEX_PRIVATE_FLAG, value, value2, at2, value3);
}
static void show(const char* name, long result) {
  printf("%s: ", name);
  if (result < 0)
    printf("%s\n", strerror(errno));
  else
    printf("%ld\n", result);
}
// Thread ids are not the same twice: main's is shown as M, that of `other` as T.
static void show_word(const char* name, uint32_t value, int other) {
  int holder = value & FUTEX_TID_MASK;
  printf("%s: %s%s%s\n", name,
         holder == 0          ? "0"
         : holder == main_tid ? "M"
         : holder == other    ? "T"
                              : "?",
         value & FUTEX_WAITERS ? " waiters" : "", value & FUTEX_OWNER_DIED ? " died" : "");
}

// --- threads that wait where they are told to
struct waiter {
  int operation;
  uint32_t *at, *at2, value3;
  pthread_t thread;
  volatile int tid;
  long result;
  int error, unlocks;
};
static void* wait_there(void* argument) {
  struct waiter* w = argument;
  __atomic_store_n(&w->tid, gettid(), __ATOMIC_SEQ_CST);
  w->result = futex(w->at, w->operation, 0, 0, w->at2, w->value3);
  w->error = errno;
  if (w->unlocks && w->result == 0) futex(w->at2 ? w->at2 : w->at, FUTEX_UNLOCK_PI, 0, 0, NULL, 0);
  return NULL;
}
static void wait_asleep(volatile int* tid) {
  char path[64];
  while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST)) usleep(1000);
  sprintf(path, "/proc/self/task/%d/stat", *tid);
  asleep(path);
}
static void start(struct waiter* w, int operation, uint32_t* at, uint32_t* at2, uint32_t value3) {
  *w = (struct waiter){.operation = operation, .at = at, .at2 = at2, .value3 = value3};
  w->unlocks = operation == FUTEX_LOCK_PI || operation == FUTEX_WAIT_REQUEUE_PI;
  pthread_create(&w->thread, NULL, wait_there, w);
  wait_asleep(&w->tid);
}
static void end(struct waiter* w, const char* name) {
  pthread_join(w->thread, NULL);
  errno = w->error;
  show(name, w->result);
}

// --- priority inheritance
static void priority(void) {
  struct waiter a, b;
  show("lock", futex(&word, FUTEX_LOCK_PI, 0, 0, NULL, 0));
  show_word("locked", word, 0);
  show("lock again", futex(&word, FUTEX_LOCK_PI, 0, 0, NULL, 0));
  show("try again", futex(&word, FUTEX_TRYLOCK_PI, 0, 0, NULL, 0));
  start(&a, FUTEX_LOCK_PI, &word, NULL, 0);
  show_word("one waits", word, a.tid);
  start(&b, FUTEX_LOCK_PI, &word, NULL, 0);
  show("unlock", futex(&word, FUTEX_UNLOCK_PI, 0, 0, NULL, 0));
  end(&a, "first waiter");
  end(&b, "second waiter");
  show_word("all done", word, a.tid);
  show("unlock what is free", futex(&word, FUTEX_UNLOCK_PI, 0, 0, NULL, 0));
  word = 0x3ffffff0;
  show("the owner does not exist", futex(&word, FUTEX_LOCK_PI, 0, 0, NULL, 0));
  show_word("and then", word, 0);
  word = FUTEX_OWNER_DIED;
  show("the owner died", futex(&word, FUTEX_TRYLOCK_PI, 0, 0, NULL, 0));
  show_word("and then", word, 0);
  show("unlock", futex(&word, FUTEX_UNLOCK_PI, 0, 0, NULL, 0));
  show_word("and then", word, 0);
  show("not aligned", futex((uint32_t*)((char*)&word + 1), FUTEX_LOCK_PI, 0, 0, NULL, 0));
  show("no memory", futex((uint32_t*)16, FUTEX_LOCK_PI, 0, 0, NULL, 0));
  show("a clock", futex(&word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, 0, NULL, 0));
  show("no such operation", futex(&word, 99, 0, 0, NULL, 0));
}

static int ready[2], go[2];
static volatile int holder_tid;
static void* hold(void* argument) {
  char byte;
  __atomic_store_n(&holder_tid, gettid(), __ATOMIC_SEQ_CST);
  futex(&word, FUTEX_LOCK_PI, 0, 0, NULL, 0);
  if (write(ready[1], "r", 1) != 1 || read(go[0], &byte, 1) != 1) exit(9);
  if (!argument) futex(&word, FUTEX_UNLOCK_PI, 0, 0, NULL, 0);
  return NULL;
}
static void held_by_another(void) {
  pthread_t thread;
  char byte;
  word = 0;
  pthread_create(&thread, NULL, hold, NULL);
  if (read(ready[0], &byte, 1) != 1) exit(9);
  show("held: try", futex(&word, FUTEX_TRYLOCK_PI, 0, 0, NULL, 0));
  show_word("held", word, holder_tid);
  show("held: unlock", futex(&word, FUTEX_UNLOCK_PI, 0, 0, NULL, 0));
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  long until[2] = {now.tv_sec, now.tv_nsec};
  show("held: lock until now", syscall(SYS_futex, &word, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, until, NULL, 0));
  long bad[2] = {0, 1000000000};
  show("held: lock until never", syscall(SYS_futex, &word, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, bad, NULL, 0));
  if (write(go[1], "g", 1) != 1) exit(9);
  pthread_join(thread, NULL);
  show_word("released", word, holder_tid);

  struct waiter waiter;
  pthread_create(&thread, NULL, hold, "dies");
  if (read(ready[0], &byte, 1) != 1) exit(9);
  start(&waiter, FUTEX_LOCK_PI, &word, NULL, 0);
  waiter.unlocks = 0;
  if (write(go[1], "g", 1) != 1) exit(9);
  pthread_join(thread, NULL);
  end(&waiter, "the holder ended");
  show_word("the waiter has it", word, waiter.tid);
}

static pthread_mutex_t mutex;
static int counter;
static void* count(void* argument) {
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    if (i % 16 == 0) sched_yield();
    pthread_mutex_unlock(&mutex);
  }
  return argument;
}
static void* lock_and_end(void* argument) {
  pthread_mutex_lock(&mutex);
  return argument;
}
static void mutexes(void) {
  pthread_mutexattr_t kind;
  pthread_t all[4];
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&mutex, &kind);
  for (int i = 0; i < 4; i++) pthread_create(&all[i], NULL, count, NULL);
  for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
  printf("counted to %d\n", counter);
  for (int inherit = 0; inherit < 2; inherit++) {
    pthread_mutexattr_setprotocol(&kind, inherit ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &kind);
    pthread_create(&all[0], NULL, lock_and_end, NULL);
    pthread_join(all[0], NULL);
    printf("robust: %s", strerror(pthread_mutex_lock(&mutex)));
    printf(", %s", strerror(pthread_mutex_consistent(&mutex)));
    printf(", %s\n", strerror(pthread_mutex_unlock(&mutex)));
  }
}

// --- requeueing, bit sets, operations on words
static void requeueing(void) {
  struct waiter w[4];
  word = second = 0;
  for (int i = 0; i < 4; i++) start(&w[i], FUTEX_WAIT, &word, NULL, 0);
  show("compared with another value", futex(&word, FUTEX_CMP_REQUEUE, 1, 2, &second, 5));
  show("one woken, two moved", futex(&word, FUTEX_CMP_REQUEUE, 1, 2, &second, 0));
  show("wake at the second", futex(&second, FUTEX_WAKE, 9, 0, NULL, 0));
  show("requeue nobody", futex(&second, FUTEX_REQUEUE, 1, 1, &word, 0));
  show("wake at the first", futex(&word, FUTEX_WAKE, 9, 0, NULL, 0));
  for (int i = 0; i < 4; i++) end(&w[i], "waiter");

  start(&w[0], FUTEX_WAIT_BITSET, &word, NULL, 1);
  start(&w[1], FUTEX_WAIT_BITSET, &word, NULL, 2);
  show("bits 4", futex(&word, FUTEX_WAKE_BITSET, 9, 0, NULL, 4));
  show("bits 2", futex(&word, FUTEX_WAKE_BITSET, 9, 0, NULL, 2));
  show("bits 3", futex(&word, FUTEX_WAKE_BITSET, 9, 0, NULL, 3));
  show("no bits", futex(&word, FUTEX_WAKE_BITSET, 9, 0, NULL, 0));
  end(&w[0], "bits 1");
  end(&w[1], "bits 2");

  start(&w[0], FUTEX_WAIT, &word, NULL, 0);
  start(&w[1], FUTEX_WAIT, &second, NULL, 0);
  show("add 3 to the second, was 0",
       futex(&word, FUTEX_WAKE_OP, 1, 1, &second, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 0)));
  printf("the second is %u\n", second);
  show("or 4, was less than 3",
       futex(&word, FUTEX_WAKE_OP, 1, 1, &second, FUTEX_OP(FUTEX_OP_OR, 4, FUTEX_OP_CMP_LT, 3)));
  printf("the second is %u\n", second);
  end(&w[0], "at the first");
  end(&w[1], "at the second");

  word = second = 0;
  futex(&second, FUTEX_LOCK_PI, 0, 0, NULL, 0);
  start(&w[0], FUTEX_WAIT_REQUEUE_PI, &word, &second, 0xffffffff);
  start(&w[1], FUTEX_WAIT_REQUEUE_PI, &word, &second, 0xffffffff);
  show("to the lock", futex(&word, FUTEX_CMP_REQUEUE_PI, 1, 9, &second, 0));
  show_word("the lock", second, w[0].tid);
  futex(&second, FUTEX_UNLOCK_PI, 0, 0, NULL, 0);
  end(&w[0], "moved");
  end(&w[1], "moved");
  show_word("the lock", second, w[0].tid);
  start(&w[0], FUTEX_WAIT_REQUEUE_PI, &word, &second, 0xffffffff);
  show("the lock is free", futex(&word, FUTEX_CMP_REQUEUE_PI, 1, 9, &second, 0));
  end(&w[0], "has it at once");
}

// --- several words at once
static void vectors(void) {
  struct {
    uint64_t value, address;
    uint32_t flags, reserved;
  } waiters[2] = {{0, (uintptr_t)&word, 2 | 128, 0}, {0, (uintptr_t)&second, 2 | 128, 0}};
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t until[2] = {now.tv_sec, now.tv_nsec};
  word = second = 0;
  show("until now", syscall(449, waiters, 2, 0, until, CLOCK_MONOTONIC));
  second = 1;
  show("another value", syscall(449, waiters, 2, 0, NULL, 0));
  show("none", syscall(449, waiters, 0, 0, NULL, 0));
  show("flags", syscall(449, waiters, 2, 1, NULL, 0));
  waiters[0].flags = 1;
  show("a size", syscall(449, waiters, 2, 0, NULL, 0));
}

int main(void) {
  main_tid = gettid();
  if (pipe(ready) || pipe(go)) return 8;
  priority();
  held_by_another();
  mutexes();
  requeueing();
  vectors();
  return 0;
}
