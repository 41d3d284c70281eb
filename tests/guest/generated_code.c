// Code that programs make: by themselves, by another thread, through the kernel, at the places of other code, on the
// stack. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int (*function)(int);
enum { page = 4096 };

// add r0, r0, #value; bx lr
static void write_adder(void* at, int value) {
  uint32_t code[2] = {0xe2800000 | value, 0xe12fff1e};
  memcpy(at, code, sizeof code);
  __builtin___clear_cache(at, (char*)at + sizeof code);
}
// The same for Thumb: adds r0, #value; bx lr
static void write_thumb_adder(void* at, int value) {
  uint16_t code[2] = {0x3000 | value, 0x4770};
  memcpy(at, code, sizeof code);
  __builtin___clear_cache(at, (char*)at + sizeof code);
}

static void* map(int protection) { return mmap(0, 4 * page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

// Enough calls that a fast engine takes over.
static int often(function f, int times) {
  int sum = 0;
  for (int i = 0; i < times; i++) sum = f(sum) & 0xffffff;
  return sum;
}

static void rewritten(void) {
  char* code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  int sum = 0;
  for (int i = 0; i < 200; i++) {
    write_adder(code, i);
    sum += often((function)code, 50);
    write_thumb_adder(code + 64, i);
    sum += often((function)(code + 65), 50);
  }
  printf("rewritten: %d\n", sum);
  // Only part of an instruction, and the function beside it stays.
  write_adder(code + 128, 7);
  code[0] = 9;
  __builtin___clear_cache(code, code + 4);
  printf("one byte: %d, its neighbour %d\n", often((function)code, 100), often((function)(code + 128), 100));
  munmap(code, 4 * page);
}

static void protected_in_turn(void) {
  char* code = map(PROT_READ | PROT_WRITE);
  int sum = 0;
  for (int i = 0; i < 100; i++) {
    mprotect(code, page, PROT_READ | PROT_WRITE);
    write_adder(code, i);
    mprotect(code, page, PROT_READ | PROT_EXEC);
    sum += often((function)code, 60);
  }
  printf("protected in turn: %d\n", sum);
  munmap(code, 4 * page);
}

// Two views of the same memory: one to write, one to execute.
static void two_views(void) {
  int file = memfd_create("code", 0);
  if (ftruncate(file, page) != 0) exit(1);
  char* writes = mmap(0, page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char* runs = mmap(0, page, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  int sum = 0;
  for (int i = 0; i < 60; i++) {
    uint32_t code[2] = {0xe2800000 | i, 0xe12fff1e};
    memcpy(writes + 8 * i, code, sizeof code);
    __builtin___clear_cache(runs + 8 * i, runs + 8 * i + 8);
    sum += often((function)(runs + 8 * i), 60);
  }
  printf("two views: %d\n", sum);
  munmap(writes, page), munmap(runs, page), close(file);
}

static void at_the_same_place(void) {
  int sum = 0;
  char* place = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  for (int i = 0; i < 50; i++) {
    write_adder(place + page - 4, i);  // across two pages
    sum += often((function)(place + page - 4), 60);
    munmap(place, 4 * page);
    char* again = mmap(place, 4 * page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (again != place) exit(1);
  }
  char* elsewhere = mremap(place, 4 * page, 8 * page, MREMAP_MAYMOVE);
  write_adder(elsewhere, 3);
  sum += often((function)elsewhere, 100);
  printf("at the same place: %d\n", sum);
  munmap(elsewhere, 8 * page);
}

static void through_the_kernel(void) {
  char* code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  int ends[2], sum = 0;
  if (pipe(ends) != 0) exit(1);
  for (int i = 0; i < 50; i++) {
    uint32_t words[2] = {0xe2800000 | i, 0xe12fff1e};
    if (write(ends[1], words, sizeof words) != sizeof words || read(ends[0], code, sizeof words) != sizeof words) exit(1);
    __builtin___clear_cache(code, code + 8);
    sum += often((function)code, 60);
  }
  printf("read into place: %d\n", sum);
  close(ends[0]), close(ends[1]);
  munmap(code, 4 * page);
}

static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int turn;
  char* code;
} shared = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static void* writer(void* none) {
  for (int i = 0; i < 50; i++) {
    pthread_mutex_lock(&shared.lock);
    while (shared.turn != 2 * i) pthread_cond_wait(&shared.changed, &shared.lock);
    write_adder(shared.code, i + 1);
    shared.turn++;
    pthread_cond_signal(&shared.changed);
    pthread_mutex_unlock(&shared.lock);
  }
  return none;
}

static void by_another_thread(void) {
  shared.code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  write_adder(shared.code, 0);
  pthread_t thread;
  pthread_create(&thread, 0, writer, 0);
  int sum = 0;
  for (int i = 0; i < 50; i++) {
    pthread_mutex_lock(&shared.lock);
    while (shared.turn != 2 * i + 1) pthread_cond_wait(&shared.changed, &shared.lock);
    sum += often((function)shared.code, 60);
    shared.turn++;
    pthread_cond_signal(&shared.changed);
    pthread_mutex_unlock(&shared.lock);
  }
  pthread_join(thread, 0);
  printf("by another thread: %d\n", sum);
}

// While one thread runs code of the page, the other writes another function of it.
static volatile int stop;
static void* neighbour(void* code) {
  long turns = 0;
  for (; !stop; turns++) write_adder((char*)code + 256, turns & 0xff);
  return (void*)(long)(turns > 0);
}
static void beside_a_writer(void) {
  char* code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  write_adder(code, 5);
  pthread_t thread;
  pthread_create(&thread, 0, neighbour, code);
  int sum = 0;
  for (int i = 0; i < 20; i++) {
    sum += often((function)code, 20000);
    usleep(500);
  }
  stop = 1;
  void* wrote;
  pthread_join(thread, &wrote);
  printf("beside a writer: %d, it wrote: %d\n", sum, (int)(long)wrote);
}

static void in_a_child(void) {
  char* code = map(PROT_READ | PROT_WRITE | PROT_EXEC);
  write_adder(code, 1);
  int before = often((function)code, 100);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    int same = often((function)code, 100);
    write_adder(code, 2);
    printf("in a child: %d, changed %d\n", same, often((function)code, 100));
    fflush(stdout);
    _exit(0);
  }
  write_adder(code, 3);
  int after = often((function)code, 100);
  waitpid(child, 0, 0);
  printf("in the parent: %d, changed %d\n", before, after);
}

// The compiler's trampolines: code on the stack.
static int apply(function f, int times) { return often(f, times); }
static void on_the_stack(void) {
  int sum = 0;
  for (int i = 0; i < 40; i++) {
    int add(int x) { return x + i; }
    sum += apply(add, 60);
  }
  printf("on the stack: %d\n", sum);
}

int main(void) {
  rewritten();
  protected_in_turn();
  two_views();
  at_the_same_place();
  through_the_kernel();
  by_another_thread();
  beside_a_writer();
  in_a_child();
  on_the_stack();
  return 0;
}
