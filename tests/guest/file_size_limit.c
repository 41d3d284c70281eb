// RLIMIT_FSIZE: how far files grow, what the signal says, who inherits it. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char block[65536];
static const char* name = "file_size_limit.tmp";

#define SAY(what, call)                                                       \
  do {                                                                        \
    errno = 0;                                                                \
    long result = (long)(call);                                               \
    printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : ""); \
  } while (0)

static void size_of(int fd) {
  struct stat status;
  fstat(fd, &status);
  printf("  size %ld, position %ld\n", (long)status.st_size, (long)lseek(fd, 0, SEEK_CUR));
}

static void limit_to(rlim_t soft, rlim_t hard) {
  struct rlimit limit = {soft, hard};
  printf("limit %ld %ld: %d\n", (long)soft, (long)hard, setrlimit(RLIMIT_FSIZE, &limit) ? errno : 0);
}

static void grow(void) {
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY("write within", write(fd, block, 8192));
  SAY("write across", write(fd, block, 8192));
  SAY("write at the limit", write(fd, block, 1));
  SAY("write of nothing", write(fd, block, 0));
  size_of(fd);
  SAY("overwrite across", pwrite(fd, block, 8192, 4000));
  SAY("pwrite beyond", pwrite(fd, block, 10, 20000));
  struct iovec parts[] = {{block, 600}, {block, 600}};
  SAY("pwritev across", pwritev(fd, parts, 2, 9000));
  lseek(fd, 9000, SEEK_SET);
  SAY("writev across", writev(fd, parts, 2));
  SAY("writev beyond", writev(fd, parts, 2));
  SAY("ftruncate shorter", ftruncate(fd, 100));
  SAY("ftruncate beyond", ftruncate(fd, 10001));
  SAY("ftruncate to the limit", ftruncate(fd, 10000));
  SAY("truncate beyond", truncate(name, 10001));
  SAY("truncate shorter", truncate(name, 200));
  SAY("fallocate beyond", fallocate(fd, 0, 0, 10001));
  SAY("fallocate", fallocate(fd, 0, 0, 9999));
  size_of(fd);
  int other = open("file_size_limit.other", O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY("sendfile", (lseek(fd, 0, SEEK_SET), sendfile(other, fd, NULL, 9000)));
  SAY("sendfile across", (lseek(fd, 0, SEEK_SET), sendfile(other, fd, NULL, 9000)));
  SAY("sendfile beyond", (lseek(fd, 0, SEEK_SET), sendfile(other, fd, NULL, 9000)));
  size_of(other);
  SAY("append", close(other) + (other = open("file_size_limit.other", O_WRONLY | O_APPEND)) > 0);
  SAY("write in append mode", write(other, block, 10));
  size_of(other);
  close(other);
  unlink("file_size_limit.other");
  int memory = memfd_create("limited", 0);
  SAY("write across of memory", write(memory, block, 20000));
  SAY("ftruncate of memory", ftruncate(memory, 20000));
  close(memory);
  int ends[2];
  if (pipe(ends)) exit(9);
  SAY("write to a pipe", write(ends[1], block, 20000));
  int null = open("/dev/null", O_WRONLY);
  SAY("write to a device", write(null, block, sizeof block));
  close(null), close(ends[0]), close(ends[1]), close(fd);
}

static volatile sig_atomic_t seen;
static siginfo_t last;
static void on_limit(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)context;
  seen++;
  last = *info;
}

static void show(const char* who) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  printf("%s has %ld %ld\n", who, (long)limit.rlim_cur, (long)limit.rlim_max);
}

static void* crowd(void* argument) {
  long sum = 0;
  for (int i = 0; i < 100000; i++) sum += i ^ (long)argument;
  void* memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(memory, 1, 1 << 20);
  munmap(memory, 1 << 20);
  return (void*)sum;
}

static void in_child(const char* what, void (*act)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    act();
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  printf("%s: %s %d\n", what, WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void exceed(void) {
  signal(SIGXFSZ, SIG_DFL);
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY("write across", write(fd, block, 20000));
  fflush(stdout);
  write(fd, block, 1);
  printf("still there\n");
}

static void exec_again(void) { execl("/proc/self/exe", "file_size_limit", "again", (char*)NULL); }

static void without_rights(void) {
  if (setgid(1000) || setuid(1000)) exit(8);
  limit_to(3000, 5000);
  limit_to(5000, 5000);
  limit_to(5000, 20000);
  limit_to(6000, 5000);
  show("a child without rights");
}

int main(int argc, char** argv) {
  (void)argv;
  if (argc > 1) {
    show("the next program");
    exceed();
    return 0;
  }
  signal(SIGXFSZ, SIG_IGN);
  limit_to(10000, RLIM_INFINITY);
  grow();
  struct sigaction action = {.sa_sigaction = on_limit, .sa_flags = SA_SIGINFO};
  sigaction(SIGXFSZ, &action, NULL);
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY("write across", write(fd, block, 20000));
  printf("signals %d\n", (int)seen);
  SAY("write beyond", write(fd, block, 20000));
  printf("signals %d: %d code %d of %s\n", (int)seen, last.si_signo, last.si_code,
         last.si_pid == getpid() ? "itself" : "another");
  close(fd);
  in_child("default action", exceed);
  signal(SIGXFSZ, SIG_DFL);
  in_child("over exec", exec_again);
  in_child("without rights", without_rights);
  limit_to(1, RLIM_INFINITY);
  pthread_t threads[8];
  for (long i = 0; i < 8; i++) pthread_create(&threads[i], NULL, crowd, (void*)i);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  printf("threads done\n");
  limit_to(RLIM_INFINITY, RLIM_INFINITY);
  fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY("write without a limit", write(fd, block, sizeof block));
  close(fd);
  unlink(name);
  return 0;
}
