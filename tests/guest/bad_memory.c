// Pointers to memory that is missing, read-only or half there. Expected: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The first byte of a missing page after a good one; a page that cannot be written; an address where nothing is.
static char *volatile edge, *volatile constant;
static void* volatile missing = (void*)0x10;
static volatile int too_many = 1025, negative_size = -1;

static const char* outcome(long result) {
  static char text[2][32];
  static int turn;
  turn = !turn;
  if (result < 0) return strerror(errno);
  sprintf(text[turn], "%ld", result);
  return text[turn];
}

static void transfers(void) {
  int pipe_ends[2];
  pipe2(pipe_ends, O_NONBLOCK);
  write(pipe_ends[1], "abcdefghij", 10);
  printf("read to nowhere: %s\n", outcome(read(pipe_ends[0], missing, 4)));
  printf("read to constants: %s\n", outcome(read(pipe_ends[0], constant, 4)));
  printf("read over the edge: %s\n", outcome(read(pipe_ends[0], edge - 3, 8)));
  char rest[16] = "";
  long left = read(pipe_ends[0], rest, sizeof rest);
  printf("what is left: %s, %s\n", outcome(left), rest);
  printf("write from nowhere: %s\n", outcome(write(pipe_ends[1], missing, 4)));
  printf("write over the edge: %s\n", outcome(write(pipe_ends[1], edge - 3, 8)));
  printf("nothing from nowhere: %s\n", outcome(write(pipe_ends[1], missing, 0)));
  int file = open("transfers", O_CREAT | O_RDWR | O_TRUNC, 0600);
  memset(edge - 100, 'x', 100);
  printf("write a file over the edge: %s\n", outcome(write(file, edge - 100, 200)));
  lseek(file, 0, SEEK_SET);
  long got = read(file, edge - 60, 100);
  printf("read a file over the edge: %d\n", got > 0 && got <= 60);  // how far depends on how the kernel copies
  printf("pread a file to nowhere: %s\n", outcome(pread(file, missing, 10, 0)));
  struct iovec good_bad[2] = {{edge - 10, 10}, {missing, 10}}, bad[2] = {{missing, 10}, {edge - 10, 10}};
  lseek(file, 0, SEEK_SET);
  printf("readv good, bad: %s\n", outcome(readv(file, good_bad, 2)));
  printf("readv bad, good: %s\n", outcome(readv(file, bad, 2)));
  printf("writev good, bad: %s\n", outcome(writev(file, good_bad, 2)));
  printf("vector nowhere: %s\n", outcome(writev(file, missing, 2)));
  printf("too many: %s\n", outcome(writev(file, good_bad, too_many)));
  struct iovec negative[1] = {{edge - 10, -1}};
  printf("negative length: %s\n", outcome(writev(file, negative, 1)));
  printf("read of a negative size: %s\n", outcome(read(file, edge - 10, negative_size)));
  printf("getrandom over the edge: %s\n", outcome(syscall(SYS_getrandom, edge - 5, 10, 0)));
  printf("readlink to nowhere: %s\n", outcome(readlink("/proc/self/cwd", missing, 10)));
  printf("getcwd to nowhere: %s\n", outcome(syscall(SYS_getcwd, missing, 100)));
  printf("getcwd too small: %s\n", outcome(syscall(SYS_getcwd, edge - 1, 1)));
  int directory = open("/", O_RDONLY);
  printf("getdents64 to nowhere: %s\n", outcome(syscall(SYS_getdents64, directory, missing, 1000)));
  printf("getdents64 with little room: %s\n", outcome(syscall(SYS_getdents64, directory, edge - 10, 10)));
  unlink("transfers");
}

static void paths(void) {
  printf("open nowhere: %s\n", outcome(open(missing, O_RDONLY)));
  printf("stat nowhere: %s\n", outcome(syscall(SYS_stat64, missing, edge - 104)));
  printf("stat to nowhere: %s\n", outcome(syscall(SYS_stat64, "/", missing)));
  printf("stat over the edge: %s\n", outcome(syscall(SYS_stat64, "/", edge - 50)));
  char* long_name = malloc(5000);
  memset(long_name, 'n', 4999), long_name[4999] = 0;
  printf("long path: %s\n", outcome(open(long_name, O_RDONLY)));
  memset(edge - 10, 'a', 10);
  printf("path over the edge: %s\n", outcome(open(edge - 10, O_RDONLY)));
  printf("empty path: %s\n", outcome(open("", O_RDONLY)));
  printf("utimensat nowhere: %s\n", outcome(syscall(SYS_utimensat, AT_FDCWD, "/", missing, 0)));
  printf("rename nowhere: %s\n", outcome(rename("x", missing)));
}

static void structures(void) {
  printf("clock_gettime: %s\n", outcome(syscall(SYS_clock_gettime, 0, missing)));
  printf("clock_gettime of no clock: %s\n", outcome(syscall(SYS_clock_gettime, 99, missing)));
  printf("gettimeofday: %s\n", outcome(syscall(SYS_gettimeofday, missing, 0)));
  printf("nanosleep: %s\n", outcome(syscall(SYS_nanosleep, missing, 0)));
  printf("times: %s\n", outcome(syscall(SYS_times, missing)));
  printf("uname: %s\n", outcome(uname(missing)));
  printf("sysinfo: %s\n", outcome(sysinfo(missing)));
  printf("getrusage: %s\n", outcome(syscall(SYS_getrusage, 0, missing)));
  printf("ugetrlimit: %s\n", outcome(syscall(SYS_ugetrlimit, 0, missing)));
  printf("no resource: %s\n", outcome(syscall(SYS_ugetrlimit, 99, missing)));
  printf("pipe: %s\n", outcome(syscall(SYS_pipe2, missing, 0)));
  printf("pipe flags: %s\n", outcome(syscall(SYS_pipe2, missing, 077)));
  printf("socketpair: %s\n", outcome(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, missing)));
  int next = dup(0);
  printf("no descriptor left behind: %d\n", next), close(next);
  printf("poll: %s\n", outcome(poll(missing, 1, 0)));
  printf("poll of nothing: %s\n", outcome(poll(missing, 0, 0)));
  printf("select: %s\n", outcome(syscall(SYS__newselect, 1, missing, 0, 0, (int[]){0, 0})));
  printf("select negative: %s\n", outcome(syscall(SYS__newselect, -1, 0, 0, 0, (int[]){0, 0})));
  printf("select timeout: %s\n", outcome(syscall(SYS__newselect, 0, 0, 0, 0, missing)));
  int epoll = epoll_create1(0);
  printf("epoll_ctl: %s\n", outcome(epoll_ctl(epoll, EPOLL_CTL_ADD, 0, missing)));
  printf("epoll_wait for none: %s\n", outcome(epoll_wait(epoll, missing, 0, 0)));
  printf("epoll_wait of nothing: %s\n", outcome(epoll_wait(epoll, missing, 1, 0)));
  printf("sigtimedwait: %s\n", outcome(syscall(SYS_rt_sigtimedwait, missing, 0, 0, 8)));
  printf("sigtimedwait size: %s\n", outcome(syscall(SYS_rt_sigtimedwait, edge - 8, 0, 0, 4)));
  printf("setitimer: %s\n", outcome(syscall(SYS_setitimer, ITIMER_REAL, missing, 0)));
  printf("timer_create: %s\n", outcome(syscall(SYS_timer_create, 0, missing, edge - 4)));
  printf("timer_create id: %s\n", outcome(syscall(SYS_timer_create, 0, 0, missing)));
  printf("futex: %s\n", outcome(syscall(SYS_futex, missing, 0, 0, 0, 0, 0)));
  printf("futex unaligned: %s\n", outcome(syscall(SYS_futex, edge - 3, 0, 0, 0, 0, 0)));
  printf("futex other value: %s\n", outcome(syscall(SYS_futex, edge - 4, 0, 12345, 0, 0, 0)));
  printf("statfs64 size: %s\n", outcome(syscall(SYS_statfs64, "/", 80, edge - 88)));
  printf("statfs64 88: %s\n", outcome(syscall(SYS_statfs64, "/", 88, edge - 88)));
  printf("_llseek: %s\n", outcome(syscall(SYS__llseek, 0, 0, 0, missing, SEEK_CUR) * 0));
  if (!fork()) _exit(0);
  printf("wait4 to nowhere: %s\n", outcome(wait4(-1, missing, 0, 0)));
  printf("child is gone all the same: %s\n", outcome(wait4(-1, 0, 0, 0)));
  printf("accept: %s\n", outcome(accept(0, missing, missing)));
  printf("sendmsg: %s\n", outcome(sendmsg(0, missing, 0)));
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  close(0), open("/dev/null", O_RDWR);
  edge = (char*)mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 4096;
  munmap(edge, 4096);
  constant = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  transfers();
  paths();
  structures();
  return 0;
}
