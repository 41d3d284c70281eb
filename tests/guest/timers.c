// Timers: alarm, setitimer, POSIX timers with each kind of notice, timerfd; no figure depends on how fast things go.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int seen[65];
static siginfo_t last;
static void on_timer(int number, siginfo_t* info, void* context) {
  (void)context;
  last = *info;
  seen[number]++;
}
static void handle(int number) {
  struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
  sigaction(number, &action, NULL);
}
static void until(int number, int times) {
  sigset_t set, old;
  sigemptyset(&set), sigaddset(&set, number);
  sigprocmask(SIG_BLOCK, &set, &old);
  while (seen[number] < times) sigsuspend(&old);
  sigprocmask(SIG_SETMASK, &old, NULL);
}
static void spin(int number, int times) {
  volatile unsigned work = 0;
  while (seen[number] < times) work++;
}

static void intervals(void) {
  printf("alarm: %u\n", alarm(1000));
  unsigned left = alarm(0);
  printf("alarm left: %d, then %u\n", left == 1000 || left == 999, alarm(0));
  handle(SIGALRM), handle(SIGVTALRM), handle(SIGPROF);
  struct itimerval soon = {{0, 0}, {0, 2000}}, often = {{0, 2000}, {0, 2000}}, none = {{0, 0}, {0, 0}}, now;
  setitimer(ITIMER_REAL, &soon, NULL);
  until(SIGALRM, 1);
  getitimer(ITIMER_REAL, &now);
  printf("once: code %d, left %ld %ld\n", last.si_code, now.it_value.tv_sec, now.it_value.tv_usec);
  setitimer(ITIMER_REAL, &often, NULL);
  until(SIGALRM, 4);
  setitimer(ITIMER_REAL, &none, &now);
  printf("often: interval %ld, left at most %d\n", now.it_interval.tv_usec, now.it_value.tv_usec <= 2000);
  setitimer(ITIMER_VIRTUAL, &often, NULL);
  spin(SIGVTALRM, 2);
  setitimer(ITIMER_VIRTUAL, &none, NULL);
  setitimer(ITIMER_PROF, &often, NULL);
  spin(SIGPROF, 2);
  setitimer(ITIMER_PROF, &none, NULL);
  printf("virtual and profile timers came\n");
  struct itimerval bad = {{0, 0}, {0, 1000000}};
  printf("bad time: %s\n", setitimer(ITIMER_REAL, &bad, NULL) ? strerror(errno) : "allowed");
  printf("bad timer: %s\n", setitimer(7, &none, NULL) ? strerror(errno) : "allowed");
  struct itimerval minute = {{0, 0}, {60, 0}};
  setitimer(ITIMER_REAL, &minute, NULL);
  fflush(stdout);
  if (fork() == 0) {
    getitimer(ITIMER_REAL, &now);
    printf("in a child: %ld\n", now.it_value.tv_sec);
    fflush(stdout);
    execl("/proc/self/exe", "timers", "remaining", NULL);
    _exit(9);
  }
  wait(NULL);
  fflush(stdout);
  if (fork() == 0) {
    setitimer(ITIMER_REAL, &minute, NULL);
    execl("/proc/self/exe", "timers", "remaining", NULL);
    _exit(9);
  }
  wait(NULL);
  setitimer(ITIMER_REAL, &none, NULL);
}

static timer_t posix_timer(clockid_t clock, struct sigevent* event) {
  timer_t timer;
  if (timer_create(clock, event, &timer)) {
    printf("timer_create: %s\n", strerror(errno));
    return NULL;
  }
  return timer;
}
static void set(timer_t timer, long ns, long interval) {
  struct itimerspec when = {{0, interval}, {0, ns}};
  if (timer_settime(timer, 0, &when, NULL)) printf("timer_settime: %s\n", strerror(errno));
}
static volatile int thread_tid;
static void* other_thread(void* information) {
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGRTMIN + 3);
  thread_tid = gettid();
  sigwaitinfo(&set, information);
  return NULL;
}
static void by_function(union sigval value) { *(volatile int*)value.sival_ptr = 1; }
static void posix_timers(void) {
  handle(SIGRTMIN);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 99};
  timer_t timer = posix_timer(CLOCK_MONOTONIC, &event);
  set(timer, 1000000, 0);
  until(SIGRTMIN, 1);
  printf("SIGEV_SIGNAL: code %d value %d overrun %d\n", last.si_code, last.si_value.sival_int, last.si_overrun);
  struct itimerspec now;
  timer_gettime(timer, &now);
  printf("then: %ld %ld %ld\n", (long)now.it_value.tv_sec, now.it_value.tv_nsec, now.it_interval.tv_nsec);

  // Blocked for many periods: one signal, the rest is overrun.
  sigset_t block, old;
  sigemptyset(&block), sigaddset(&block, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &block, &old);
  set(timer, 1000000, 1000000);
  nanosleep(&(struct timespec){0, 30000000}, NULL);
  struct timespec zero = {0, 0};
  siginfo_t info;
  int got = sigtimedwait(&block, &info, &zero);
  set(timer, 0, 0);
  printf("periodic: got it %d, code %d, overrun at least 9 %d, as timer_getoverrun %d\n", got == SIGRTMIN, info.si_code,
         info.si_overrun >= 9, timer_getoverrun(timer) >= info.si_overrun);
  timer_delete(timer);
  printf("deleted: %s\n", timer_gettime(timer, &now) ? strerror(errno) : "there");
  sigprocmask(SIG_SETMASK, &old, NULL);

  timer = posix_timer(CLOCK_REALTIME, NULL);
  handle(SIGALRM), seen[SIGALRM] = 0;
  set(timer, 1000000, 0);
  until(SIGALRM, 1);
  printf("default: code %d, value is the id %d\n", last.si_code, last.si_value.sival_int == (int)(intptr_t)timer);
  timer_delete(timer);

  event = (struct sigevent){.sigev_notify = SIGEV_NONE};
  timer = posix_timer(CLOCK_MONOTONIC, &event);
  set(timer, 1000000, 0);
  do timer_gettime(timer, &now);
  while (now.it_value.tv_nsec || now.it_value.tv_sec);
  printf("SIGEV_NONE ran out\n");
  timer_delete(timer);

  pthread_t thread;
  sigaddset(&block, SIGRTMIN + 3);
  pthread_sigmask(SIG_BLOCK, &block, NULL);
  pthread_create(&thread, NULL, other_thread, &info);
  while (!thread_tid) sched_yield();
  event = (struct sigevent){.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN + 3, .sigev_value.sival_int = 5};
  event._sigev_un._tid = thread_tid;
  timer = posix_timer(CLOCK_MONOTONIC, &event);
  set(timer, 1000000, 0);
  pthread_join(thread, NULL);
  printf("SIGEV_THREAD_ID: code %d value %d\n", info.si_code, info.si_value.sival_int);
  timer_delete(timer);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  event._sigev_un._tid = 1;
  timer = posix_timer(CLOCK_MONOTONIC, &event);

  static volatile int called;
  event = (struct sigevent){.sigev_notify = SIGEV_THREAD, .sigev_notify_function = by_function};
  event.sigev_value.sival_ptr = (void*)&called;
  timer = posix_timer(CLOCK_MONOTONIC, &event);
  set(timer, 1000000, 0);
  while (!called) nanosleep(&(struct timespec){0, 1000000}, NULL);
  printf("SIGEV_THREAD: called\n");
  timer_delete(timer);

  event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65};
  posix_timer(CLOCK_MONOTONIC, &event);
  event.sigev_signo = SIGRTMIN;
  posix_timer(77, &event);
  timer = posix_timer(CLOCK_PROCESS_CPUTIME_ID, &event);
  seen[SIGRTMIN] = 0;
  set(timer, 1000000, 0);
  spin(SIGRTMIN, 1);
  printf("CPU time: code %d\n", last.si_code);
  timer_delete(timer);
  timer = posix_timer(CLOCK_MONOTONIC, &event);
  struct itimerspec past = {{0, 0}, {1, 0}};
  seen[SIGRTMIN] = 0;
  timer_settime(timer, TIMER_ABSTIME, &past, NULL);
  until(SIGRTMIN, 1);
  printf("absolute time in the past came\n");
  int status;
  fflush(stdout);
  if (fork() == 0) _exit(timer_gettime(timer, &now) ? errno : 0);
  wait(&status);
  printf("in a child: %s\n", strerror(WEXITSTATUS(status)));
  timer_delete(timer);
}

static void descriptors(void) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  uint64_t count = 0;
  printf("timerfd unarmed: %s\n", read(fd, &count, 8) < 0 ? strerror(errno) : "read");
  struct itimerspec often = {{0, 1000000}, {0, 1000000}}, now;
  timerfd_settime(fd, 0, &often, NULL);
  nanosleep(&(struct timespec){0, 30000000}, NULL);
  long got = read(fd, &count, 8);
  printf("timerfd: %ld, at least 10 %d\n", got, count >= 10);
  timerfd_gettime(fd, &now);
  printf("interval %ld\n", now.it_interval.tv_nsec);
  struct itimerspec bad = {{0, 0}, {0, 1000000000}};
  printf("bad time: %s\n", timerfd_settime(fd, 0, &bad, NULL) ? strerror(errno) : "allowed");
  printf("bad flags: %s\n", timerfd_settime(fd, 64, &often, NULL) ? strerror(errno) : "allowed");
  printf("bad clock: %s\n", timerfd_create(99, 0) < 0 ? strerror(errno) : "allowed");
  printf("short read: %s\n", read(fd, &count, 4) < 0 ? strerror(errno) : "allowed");
}

int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc > 1 && !strcmp(argv[1], "remaining")) {
    struct itimerval now;
    getitimer(ITIMER_REAL, &now);
    printf("after exec: %s\n", now.it_value.tv_sec >= 50 ? "still there" : "none");
    return 0;
  }
  intervals();
  posix_timers();
  descriptors();
  return 0;
}
