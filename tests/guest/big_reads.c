// Files read in big pieces, in every order, while they change, by several processes and threads.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { size = 200000, piece = 32768 };
static unsigned char content[size], got[size + piece];

static void check(int fine, const char *what) {
  if (fine) return;
  perror(what);
  exit(1);
}

static uint32_t sum_of(const unsigned char *bytes, size_t count) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < count; i++) sum = (sum ^ bytes[i]) * 16777619u;
  return sum;
}

static void fill(uint32_t seed) {
  for (int i = 0; i < size; i++) content[i] = (unsigned char)((seed = seed * 1103515245u + 12345u) >> 16);
}

static void make(const char *name, uint32_t seed) {
  fill(seed);
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  check(fd >= 0 && write(fd, content, size) == size && close(fd) == 0, "make");
}

// From `from` on to the end, in pieces.
static void read_on(const char *what, int fd, size_t pieces) {
  size_t all = 0;
  ssize_t count;
  while ((count = read(fd, got + all, pieces)) > 0) all += (size_t)count;
  check(count == 0, "read");
  printf("%s: %zu bytes, %08x\n", what, all, sum_of(got, all));
  fflush(stdout);
}

static void read_file(const char *what, const char *name, size_t pieces) {
  int fd = open(name, O_RDONLY);
  check(fd >= 0, name);
  read_on(what, fd, pieces);
  close(fd);
}

static void *read_in_thread(void *name) {
  static unsigned char own[size];
  int fd = open(name, O_RDONLY);
  size_t all = 0;
  ssize_t count;
  while ((count = read(fd, own + all, 20000)) > 0) all += (size_t)count;
  printf("by a thread: %zu bytes, %08x\n", all, sum_of(own, all));
  fflush(stdout);
  close(fd);
  return NULL;
}

static void in_child(void (*what)(void)) {
  pid_t pid = fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    what();
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  check(waitpid(pid, &status, 0) == pid, "waitpid");
  if (status) printf("the child's status is %x\n", status);
}

static int open_before;
static void from_child(void) {
  read_on("the rest, by a child, with its parent's descriptor", open_before, piece);
  read_file("by a child", "big", 50000);
}

static void scattered(void) {
  int fd = open("big", O_RDWR);
  check(fd >= 0, "big");
  check(pread(fd, got, 40000, 100000) == 40000, "pread");
  printf("pread: %08x\n", sum_of(got, 40000));
  check(lseek(fd, 150000, SEEK_SET) == 150000, "lseek");
  read_on("after lseek", fd, piece);
  struct iovec two[] = {{got, 30000}, {got + 30000, 1000}};
  check(lseek(fd, 0, SEEK_SET) == 0, "lseek");
  for (int i = 0; i < 3; i++) {
    check(readv(fd, two, 2) == 31000, "readv");
    printf("readv: %08x\n", sum_of(got, 31000));
  }
  check(preadv(fd, two, 2, 60000) == 31000, "preadv");
  printf("preadv: %08x\n", sum_of(got, 31000));

  // Changes under its reader, with neither size nor (within the clock's step) time to tell.
  content[70000] ^= 1;
  check(pwrite(fd, content + 70000, 1, 70000) == 1, "pwrite");
  check(lseek(fd, 0, SEEK_SET) == 0, "lseek");
  read_on("after a change", fd, piece);
  check(pwrite(fd, content, 10000, size) == 10000, "pwrite");
  check(lseek(fd, 0, SEEK_SET) == 0, "lseek");
  read_on("after it grew", fd, piece);
  check(ftruncate(fd, 90000) == 0, "ftruncate");
  check(lseek(fd, 0, SEEK_SET) == 0, "lseek");
  read_on("after it shrank", fd, piece);
  close(fd);
}

// What a descriptor's number is open on changes between two reads.
static void other_file_at_the_number(void) {
  make("other", 77);
  int fd = open("other", O_RDONLY), again = open("big", O_RDONLY);
  check(fd >= 0 && again >= 0 && read(fd, got, piece) == piece && read(again, got + piece, piece) == piece, "read");
  printf("two files: %08x\n", sum_of(got, 2 * piece));
  check(dup2(again, fd) == fd && read(fd, got, piece) == piece, "dup2");
  printf("after dup2: %08x\n", sum_of(got, piece));
  close(fd);
  close(again);
}

int main(void) {
  char folder[] = "/tmp/big_reads.XXXXXX";
  check(mkdtemp(folder) && chdir(folder) == 0, "mkdtemp");
  make("big", 1);
  read_file("at first", "big", piece);
  read_file("again, in other pieces", "big", 7000);
  open_before = open("big", O_RDONLY);
  check(read(open_before, got, piece) == piece, "read");
  in_child(from_child);
  pthread_t thread;
  check(pthread_create(&thread, NULL, read_in_thread, "big") == 0, "pthread_create");
  check(pthread_join(thread, NULL) == 0, "pthread_join");
  in_child(scattered);
  other_file_at_the_number();

  // The same inode's number, perhaps, with another content.
  check(unlink("big") == 0, "unlink");
  make("big", 2);
  read_file("a new file", "big", piece);
  unlink("big");
  unlink("other");
  check(chdir("/") == 0 && rmdir(folder) == 0, "rmdir");
  return 0;
}
