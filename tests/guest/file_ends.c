// Files that get longer and shorter while they are mapped: by ftruncate, by write, by another process.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { page = 4096, pages = 4 };
static sigjmp_buf back;
static volatile int fault_signal, fault_code;
static char *volatile fault_address;

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)context;
  fault_signal = signal;
  fault_code = info->si_code;
  fault_address = info->si_addr;
  siglongjmp(back, 1);
}

// The first byte of a page, or the fault.
static void look(const char *what, char *map, int number) {
  char *at = map + number * page;
  if (sigsetjmp(back, 1) == 0) {
    printf("%s: page %d: %d\n", what, number, *(volatile char *)at);
  } else {
    printf("%s: page %d: %s, code %d, %s address\n", what, number, strsignal(fault_signal), fault_code,
           fault_address == at ? "its" : "another");
  }
}
static void look_at_all(const char *what, char *map) {
  for (int i = 0; i < pages; i++) look(what, map, i);
}

static void put(const char *what, char *map, int number, int value) {
  if (sigsetjmp(back, 1) == 0) {
    *(volatile char *)(map + number * page) = value;
    printf("%s: page %d written\n", what, number);
  } else {
    printf("%s: page %d: %s, code %d\n", what, number, strsignal(fault_signal), fault_code);
  }
}

static void in_child(void (*act)(int), int file) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    act(file);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) printf("the child failed\n");
}
static void child_extends(int file) {
  if (ftruncate(file, 3 * page) != 0 || pwrite(file, "c", 1, 2 * page) != 1) _exit(1);
}
static void child_shortens(int file) {
  if (ftruncate(file, 5) != 0) _exit(1);
}
static void child_writes(int file) {
  if (pwrite(file, "w", 1, 3 * page + 1) != 1) _exit(1);
}

// Accesses of several words, across pages.
static void copy(const char *what, char *map, int number) {
  char words[256];
  char *at = map + number * page - 100;
  if (sigsetjmp(back, 1) == 0) {
    memcpy(words, at, sizeof words);
    memset(at, 3, sizeof words);
    memcpy(at, words, sizeof words);
    printf("%s: copied around page %d\n", what, number);
  } else {
    printf("%s: around page %d: %s, code %d, %s\n", what, number, strsignal(fault_signal), fault_code,
           (unsigned long)fault_address / page == (unsigned long)(map + number * page) / page ? "in it" : "elsewhere");
  }
}

static void send(const char *what, char *at, int count) {
  int ends[2];
  if (pipe(ends) != 0) exit(1);
  ssize_t done = write(ends[1], at, count);
  printf("%s: %d%s%s\n", what, (int)done, done < 0 ? " " : "", done < 0 ? strerror(errno) : "");
  close(ends[0]);
  close(ends[1]);
}

// Enough times that a fast engine takes over.
static unsigned sum(const char *at, int times) {
  unsigned total = 0;
  for (int i = 0; i < times; i++) total += ((const volatile char *)at)[i % page];
  return total;
}

static const char *outcome(int result) { return result < 0 ? strerror(errno) : "ok"; }

// MADV_REMOVE: a hole, at the end too.
static void holes(int file, char *map) {
  if (ftruncate(file, 2 * page + 9) != 0) return;
  memset(map, 'a', 2 * page + 9);
  printf("a hole: %s\n", outcome(madvise(map + page, page, MADV_REMOVE)));
  char byte = 1;
  printf("%d %d %d, read %d\n", map[page - 1], map[page], map[2 * page], pread(file, &byte, 1, page + 5) == 1 ? byte : -1);
  printf("across the end: %s\n", outcome(madvise(map + 2 * page, 2 * page, MADV_REMOVE)));
  printf("%d %d, the end is %d\n", map[2 * page - 1], map[2 * page], (int)lseek(file, 0, SEEK_END));
  printf("beyond the end: %s\n", outcome(madvise(map + 3 * page, page, MADV_REMOVE)));
  mprotect(map, page, PROT_READ);
  printf("read only: %s\n", outcome(madvise(map, page, MADV_REMOVE)));
  char *own = mmap(0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  printf("private: %s\n", outcome(madvise(own, page, MADV_REMOVE)));
  munmap(own, page);
  mprotect(map, page, PROT_READ | PROT_WRITE);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  char name[] = "/tmp/file_ends-XXXXXX";
  int file = mkstemp(name);
  if (file < 0) return 1;
  unlink(name);
  if (write(file, "begin", 5) != 5) return 1;

  char *map = mmap(0, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) return 1;
  look_at_all("five bytes", map);
  put("five bytes", map, 0, 'x');
  put("five bytes", map, 1, 'x');
  send("write from beyond the end", map + page, 1);
  send("write across the end", map + page - 2, 4);

  if (ftruncate(file, 2 * page) != 0) return 1;
  look_at_all("two pages", map);
  put("two pages", map, 1, 'y');
  copy("two pages", map, 1);
  copy("two pages", map, 2);
  printf("sum %u\n", sum(map + page, 20000));
  if (pwrite(file, "z", 1, 2 * page + 7) != 1) return 1;
  printf("behind a write: %d %d\n", map[2 * page], map[2 * page + 7]);
  look_at_all("behind a write", map);

  map[20] = 'k';
  if (ftruncate(file, 10) != 0) return 1;
  printf("behind the end in its page: %d\n", map[20]);
  look_at_all("ten bytes", map);
  put("ten bytes", map, 1, 'x');
  printf("sum %u\n", sum(map, 20000));

  in_child(child_extends, file);
  look_at_all("extended by a child", map);
  in_child(child_shortens, file);
  look_at_all("shortened by a child", map);
  in_child(child_writes, file);
  send("write of what a child has written", map + 3 * page, 2);
  look_at_all("written by a child", map);
  in_child(child_shortens, file);
  if (sigsetjmp(back, 1) == 0)
    printf("sum %u\n", sum(map + page, 20000));
  else
    printf("sum: %s\n", strsignal(fault_signal));

  // Protection, and a mapping that moves, where part lies beyond the end.
  if (mprotect(map, pages * page, PROT_READ) != 0 || ftruncate(file, 2 * page) != 0) return 1;
  look_at_all("read only", map);
  put("read only", map, 1, 'x');
  put("read only", map, 3, 'x');
  if (mprotect(map, pages * page, PROT_READ | PROT_WRITE) != 0) return 1;
  put("writable again", map, 1, 'v');
  put("writable again", map, 3, 'x');
  char *other = mmap(0, 2 * page, PROT_READ, MAP_SHARED, file, page);
  printf("another view: %d\n", other[0]);
  if (ftruncate(file, 6 * page) != 0) return 1;
  map = mremap(map, pages * page, 6 * page, MREMAP_MAYMOVE);
  if (map == MAP_FAILED) return 1;
  put("longer", map, 5, 'u');
  put("longer", map, 2, 't');
  look_at_all("longer", map);
  printf("another view: %d %d\n", other[0], other[page]);
  holes(file, map);
  return 0;
}
