// Queues of signals: order, values, origin and limits; what each way of sending says in siginfo.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t set64;
static set64 bit(int number) { return 1ull << (number - 1); }
static void mask(int how, set64 set) { syscall(SYS_rt_sigprocmask, how, &set, NULL, 8); }
static long wait_for(set64 set, siginfo_t* info) {
  long none[2] = {0, 0};
  return syscall(SYS_rt_sigtimedwait, &set, info, none, 8);
}
static void show(const char* name, const siginfo_t* i) {
  printf("%s: signal %d errno %d code %d", name, i->si_signo, i->si_errno, i->si_code);
  if (i->si_code == SI_QUEUE || i->si_code == SI_USER || i->si_code == SI_TKILL || i->si_code == SI_MESGQ)
    printf(" self %d uid %d value %d", i->si_pid == getpid(), i->si_uid,
           i->si_code == SI_USER ? 0 : i->si_value.sival_int);
  printf("\n");
}
static void next(const char* name, set64 set) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (wait_for(set, &info) < 0)
    printf("%s: %s\n", name, strerror(errno));
  else
    show(name, &info);
}
static const set64 all = ~0ull;

// Every number from 32 to 64, past the C library, which keeps 32 and 33 for itself.
static int trail[200], count;
static void note(int number, siginfo_t* info, void* context) {
  (void)context;
  trail[count++] = number * 10 + info->si_value.sival_int;
}
static void every_number(void) {
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    set64 mask;
  } action, library;
  struct sigaction plain = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  sigaction(SIGRTMAX, &plain, NULL);
  syscall(SYS_rt_sigaction, SIGRTMAX, NULL, &library, 8);
  mask(SIG_BLOCK, ~0ull << 31);
  for (int number = 32; number <= 64; number++) {
    action = library;
    action.mask = ~0ull << 31;  // one after the other, as they were queued
    if (syscall(SYS_rt_sigaction, number, &action, NULL, 8)) printf("no action for %d\n", number);
  }
  for (int round = 0; round < 2; round++)
    for (int number = 64; number >= 32; number--) {
      siginfo_t info;
      memset(&info, 0, sizeof info);
      info.si_signo = number, info.si_code = SI_QUEUE, info.si_pid = getpid(), info.si_value.sival_int = round;
      if (syscall(SYS_rt_sigqueueinfo, getpid(), number, &info)) printf("can't queue %d\n", number);
    }
  mask(SIG_UNBLOCK, ~0ull << 31);
  printf("every number:");
  for (int i = 0; i < count; i++) printf(" %d", trail[i]);
  printf("\n");
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int number = SIGRTMIN; number <= SIGRTMAX; number++) sigaction(number, &usual, NULL);
}

static void ways_of_sending(void) {
  siginfo_t info;
  mask(SIG_BLOCK, all);
  kill(getpid(), SIGUSR1), next("kill", all);
  syscall(SYS_tkill, gettid(), SIGUSR1), next("tkill", all);
  syscall(SYS_tgkill, getpid(), gettid(), SIGRTMIN), next("tgkill", all);
  sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = -5}), next("sigqueue", all);
  pthread_sigqueue(pthread_self(), SIGUSR2, (union sigval){.sival_int = 6}), next("pthread_sigqueue", all);
  memset(&info, 0, sizeof info);
  info.si_signo = SIGUSR1, info.si_errno = 7, info.si_code = -77;
  printf("own code: %ld\n", syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info)), next("own code", all);
  info.si_code = 5;
  printf("a kernel's code to itself: %ld\n", syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info)), next("that", all);
  pid_t parent = getpid();
  fflush(stdout);
  if (fork() == 0) {
    long got = syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &info);
    printf("a kernel's code to another: %ld %s\n", got, strerror(errno));
    info.si_code = SI_TKILL;
    got = syscall(SYS_rt_tgsigqueueinfo, parent, parent, SIGUSR1, &info);
    printf("SI_TKILL to another: %ld %s\n", got, strerror(errno));
    fflush(stdout);
    _exit(0);
  }
  int status;
  wait(&status);
  next("SIGCHLD is pending", bit(SIGCHLD));
  printf("signal 0: %d, no such process: %d %s\n", kill(parent, 0), kill(0x7ffffff0, 0), strerror(errno));
  printf("tgkill of a wrong group: %ld %s\n", syscall(SYS_tgkill, 1, gettid(), SIGUSR1), strerror(errno));
  printf("tgkill of thread 0: %ld %s\n", syscall(SYS_tgkill, parent, 0, SIGUSR1), strerror(errno));

  struct mq_attr shape = {.mq_maxmsg = 1, .mq_msgsize = 8};
  mqd_t queue = mq_open("/signal-queue", O_RDWR | O_CREAT, 0600, &shape);
  mq_unlink("/signal-queue");
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_int = 8};
  printf("mq_notify: %d\n", mq_notify(queue, &event));
  printf("mq_notify again: %s\n", mq_notify(queue, &event) ? strerror(errno) : "allowed");
  mq_send(queue, "x", 1, 0), next("a message came", all);

  int pair[2];
  char byte;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(8);
  fcntl(pair[0], F_SETOWN, getpid()), fcntl(pair[0], F_SETSIG, SIGRTMIN + 2);
  fcntl(pair[0], F_SETFL, O_ASYNC);
  if (write(pair[1], "x", 1) != 1) exit(8);
  memset(&info, 0, sizeof info);
  wait_for(all, &info);
  printf("F_SETSIG: signal %d code %d band %#lx own fd %d\n", info.si_signo - SIGRTMIN, info.si_code, info.si_band,
         info.si_fd == pair[0]);
  printf("F_GETSIG %d, F_GETOWN self %d\n", fcntl(pair[0], F_GETSIG) - SIGRTMIN, fcntl(pair[0], F_GETOWN) == getpid());
  fcntl(pair[0], F_SETSIG, 0);
  if (read(pair[0], &byte, 1) != 1 || write(pair[1], "x", 1) != 1) exit(8);
  next("SIGIO", all);
  if (send(pair[0], "x", 1, 0) != 1 || close(pair[1]) || send(pair[0], "x", 1, 0) >= 0) exit(8);
  next("SIGIO for the end", bit(SIGIO));
  next("SIGPIPE", all);
}

static void merging(void) {
  mask(SIG_BLOCK, all);
  for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = i});
  for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
  syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);  // the thread's own queue, which comes first
  kill(getpid(), SIGTERM), kill(getpid(), SIGHUP), kill(getpid(), SIGSEGV);
  for (int i = 0; i < 9; i++) next("merged", all);
  sigset_t pending;
  sigpending(&pending);
  printf("none left: %d\n", sigisemptyset(&pending));
}

// The limit counts what is queued for all processes of a user: this one has no others.
static void limits(void) {
  if (setuid(54321)) printf("not root: %s\n", strerror(errno));
  struct rlimit former, four = {4, 4};
  mask(SIG_BLOCK, all);
  getrlimit(RLIMIT_SIGPENDING, &former);
  four.rlim_max = former.rlim_max;
  setrlimit(RLIMIT_SIGPENDING, &four);
  for (int i = 0; i < 6; i++) {
    int got = sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
    printf("queued with a limit of 4: %s\n", got ? strerror(errno) : "yes");
  }
  printf("kill: %d\n", kill(getpid(), SIGUSR1));
  printf("kill with a real-time signal: %d\n", kill(getpid(), SIGRTMIN + 3));
  timer_t timer;
  printf("timer_create: %s\n", timer_create(CLOCK_MONOTONIC, NULL, &timer) ? strerror(errno) : "allowed");
  setrlimit(RLIMIT_SIGPENDING, &former);
  next("beyond the limit", bit(SIGUSR1));
  for (int i = 0; i < 6; i++) next("with a limit of 4", all);
  fflush(stdout);
  _exit(0);
}

// An ignored signal is not queued, becoming ignored empties the queue, a blocked one with its default action waits.
static void ignoring(void) {
  mask(SIG_BLOCK, all);
  signal(SIGUSR1, SIG_IGN);
  kill(getpid(), SIGUSR1), next("blocked and ignored", all);
  signal(SIGUSR1, SIG_DFL);
  for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
  kill(getpid(), SIGCHLD), kill(getpid(), SIGWINCH);
  signal(SIGRTMIN, SIG_IGN), next("emptied", bit(SIGRTMIN));
  signal(SIGRTMIN, SIG_DFL), next("and not back", bit(SIGRTMIN));
  next("ignored by default, but blocked", all), next("ignored by default, but blocked", all), next("and", all);
}

static void descriptors(void) {
  sigset_t set;
  struct signalfd_siginfo info[4];
  sigfillset(&set);
  mask(SIG_BLOCK, all);
  int fd = signalfd(-1, &set, SFD_NONBLOCK);
  for (int i = 0; i < 2; i++) sigqueue(getpid(), SIGRTMAX, (union sigval){.sival_int = 40 + i});
  kill(getpid(), SIGINT);
  struct pollfd p = {fd, POLLIN, 0};
  printf("poll: %d %#x\n", poll(&p, 1, 0), p.revents);
  long got = read(fd, info, sizeof info);
  for (long i = 0; i < got / (long)sizeof *info; i++)
    printf("signalfd: %u code %d self %d value %d\n", info[i].ssi_signo, info[i].ssi_code,
           info[i].ssi_pid == (unsigned)getpid(), info[i].ssi_int);
  got = read(fd, info, sizeof info);
  printf("signalfd: %s\n", got < 0 ? strerror(errno) : "more");
  got = read(fd, info, 100);
  printf("too short: %s\n", got < 0 ? strerror(errno) : "allowed");
  sigemptyset(&set), sigaddset(&set, SIGUSR2);
  printf("changed: %d\n", signalfd(fd, &set, 0) == fd);
  kill(getpid(), SIGUSR1);
  printf("poll: %d\n", poll(&p, 1, 0));
  next("left", all);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  every_number();
  ways_of_sending();
  merging();
  ignoring();
  descriptors();
  fflush(stdout);
  if (fork() == 0) limits();
  wait(NULL);
  return 0;
}
