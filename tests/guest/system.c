// Limits, names, scheduling, prctl, identities, waiting, clocks and timers of both widths. Expected: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char* outcome(long result) { return result < 0 ? strerror(errno) : "ok"; }
static void nothing(int signal) { (void)signal; }

static void limits(void) {
  unsigned old[2];
  unsigned long long wide[2];
  for (int resource = RLIMIT_DATA; resource <= RLIMIT_STACK; resource++) {
    unsigned wanted[2] = {64 << 20, 0xffffffff};
    printf("setrlimit %d: %s", resource, outcome(syscall(SYS_setrlimit, resource, wanted)));
    printf(", ugetrlimit %s %x %x", outcome(syscall(SYS_ugetrlimit, resource, old)), old[0], old[1]);
    printf(", prlimit64 %s %llx %d\n", outcome(syscall(SYS_prlimit64, 0, resource, 0, wide)), wide[0], wide[1] == ~0ull);
  }
  wide[0] = 5ull << 32, wide[1] = ~0ull;
  printf("prlimit64 of 20 GiB of space: %s", outcome(syscall(SYS_prlimit64, 0, RLIMIT_AS, wide, 0)));
  printf(", ugetrlimit %s %x %x\n", outcome(syscall(SYS_ugetrlimit, RLIMIT_AS, old)), old[0], old[1]);
  wide[0] = 9, wide[1] = 8;
  printf("soft above hard: %s\n", outcome(syscall(SYS_prlimit64, 0, RLIMIT_AS, wide, 0)));
  printf("core: %s", outcome(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0})));
  getrlimit(RLIMIT_CORE, (struct rlimit*)old);
  printf(" %u %u\n", old[0], old[1]);
  if (!fork()) {
    struct rlimit seen;
    getrlimit(RLIMIT_STACK, &seen);
    printf("in a child: %lx\n", (long)seen.rlim_cur);
    _exit(0);
  }
  wait(0);
}

static void names(void) {
  struct utsname name;
  uname(&name);
  printf("uname: %s %s\n", name.sysname, name.machine);
  char text[17] = "";
  printf("PR_SET_NAME: %s", outcome(prctl(PR_SET_NAME, "sixteen letters long")));
  printf(", PR_GET_NAME: %s %s\n", outcome(prctl(PR_GET_NAME, text)), text);
  int file = open("/proc/self/comm", O_RDONLY);
  text[read(file, text, 16)] = 0;
  printf("comm: %s", text);
  int value = -1;
  printf("PR_SET_PDEATHSIG: %s", outcome(prctl(PR_SET_PDEATHSIG, SIGUSR1)));
  printf(", get: %s %d\n", outcome(prctl(PR_GET_PDEATHSIG, &value)), value == SIGUSR1);
  printf("PR_SET_CHILD_SUBREAPER: %s", outcome(prctl(PR_SET_CHILD_SUBREAPER, 1)));
  printf(", get: %s %d\n", outcome(prctl(PR_GET_CHILD_SUBREAPER, &value)), value);
  printf("PR_SET_NO_NEW_PRIVS: %s", outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)));
  printf(", get: %d, with rubbish: %s\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 2, 3, 4)));
  printf("PR_GET_DUMPABLE %d, PR_GET_KEEPCAPS %d, PR_GET_TIMERSLACK %d\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS),
         prctl(PR_GET_TIMERSLACK) > 0);
  printf("PR_GET_FPEXC: %s, PR_SET_TSC: %s, unknown: %s\n", outcome(prctl(PR_GET_FPEXC, &value)), outcome(prctl(PR_SET_TSC, 1)),
         outcome(prctl(12345)));
  struct sysinfo about;
  printf("sysinfo: %s, memory %d, unit %d\n", outcome(sysinfo(&about)), about.totalram > 0, about.mem_unit >= 1);
}

static void scheduling(void) {
  unsigned mask[32] = {0};
  long got = syscall(SYS_sched_getaffinity, 0, 4, mask);
  printf("sched_getaffinity in 4 bytes: %ld, some %d\n", got, mask[0] != 0);
  printf("in 6 bytes: %s, in 0: %s\n", outcome(syscall(SYS_sched_getaffinity, 0, 6, mask)), outcome(syscall(SYS_sched_getaffinity, 0, 0, mask)));
  printf("sched_setaffinity: %s\n", outcome(syscall(SYS_sched_setaffinity, 0, 4, mask)));
  printf("sched_getscheduler: %d, priorities %d %d\n", sched_getscheduler(0), sched_get_priority_min(SCHED_FIFO),
         sched_get_priority_max(SCHED_FIFO));
  struct sched_param param = {-1};
  printf("sched_getparam: %s %d\n", outcome(sched_getparam(0, &param)), param.sched_priority);
  int began_at = getpriority(PRIO_PROCESS, 0);  // nice, perhaps
  struct {
    unsigned size, policy;
    unsigned long long flags;
    int nice;
    unsigned priority;
    unsigned long long rest[4];
  } attributes = {0};
  printf("sched_getattr: %s", outcome(syscall(SYS_sched_getattr, 0, &attributes, 48, 0)));
  printf(" size %u policy %u nice %d\n", attributes.size, attributes.policy, attributes.nice - began_at);
  printf("sched_yield: %s, getpriority %ld, nice %s\n", outcome(sched_yield()), syscall(SYS_getpriority, PRIO_PROCESS, 0) + began_at, outcome(nice(1)));
  printf("getpriority %ld\n", syscall(SYS_getpriority, PRIO_PROCESS, 0) + began_at);
  unsigned cpu = -1, node = -1;
  printf("getcpu: %s %d\n", outcome(syscall(SYS_getcpu, &cpu, &node, 0)), cpu < 4096);
}

static void identities(void) {
  unsigned short small[3], groups[64];
  unsigned big[3];
  printf("getresuid: %s", outcome(syscall(SYS_getresuid, &small[0], &small[1], &small[2])));
  printf(" %d, getresuid32: %s", small[0] == (unsigned short)getuid(), outcome(syscall(SYS_getresuid32, &big[0], &big[1], &big[2])));
  printf(" %d\n", big[1] == geteuid());
  printf("setresuid of nothing: %s %s\n", outcome(syscall(SYS_setresuid, 0xffff, 0xffff, 0xffff)), outcome(syscall(SYS_setresuid32, -1, -1, -1)));
  printf("getgroups: %d\n", syscall(SYS_getgroups, 64, groups) == syscall(SYS_getgroups32, 0, 0));
  printf("getpgid: %d, getsid: %d, of no process: %s\n", getpgid(0) == getpgrp(), getsid(0) > 0, outcome(getpgid(0x3fffffff)));
  unsigned header[2] = {0x20080522, 0}, data[6];
  printf("capget: %s", outcome(syscall(SYS_capget, header, data)));
  header[0] = 1;
  printf(", of no version: %s", outcome(syscall(SYS_capget, header, data)));
  printf(" %x\n", header[0]);
}

static void waiting(void) {
  pid_t child = fork();
  if (!child) _exit(5);
  siginfo_t info = {0};
  struct rusage usage = {0};
  printf("waitid: %s", outcome(syscall(SYS_waitid, P_PID, child, &info, WEXITED | WNOWAIT, &usage)));
  printf(" signal %d code %d own %d status %d\n", info.si_signo, info.si_code, info.si_pid == child, info.si_status);
  int status = 0;
  printf("wait4: %d", wait4(child, &status, 0, &usage) == child);
  printf(" status %x, pages %d\n", status, usage.ru_maxrss > 0);
  printf("wait4: %s\n", outcome(wait4(-1, &status, 0, 0)));
  child = fork();
  if (!child) pause();
  memset(&info, 0x55, sizeof info);
  printf("waitid of a running child: %s", outcome(waitid(P_ALL, 0, &info, WEXITED | WNOHANG)));
  printf(" %d %d\n", info.si_signo, info.si_pid);
  kill(child, SIGSTOP);
  waitid(P_PID, child, &info, WSTOPPED);
  printf("stopped: code %d status %d\n", info.si_code, info.si_status == SIGSTOP);
  kill(child, SIGCONT);
  waitid(P_PID, child, &info, WCONTINUED);
  printf("continued: code %d\n", info.si_code);
  kill(child, SIGTERM);
  waitpid(child, &status, 0);
  printf("ended by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void clocks(void) {
  int narrow[2];
  long long wide[2];
  printf("clock_gettime: %s", outcome(syscall(SYS_clock_gettime, CLOCK_REALTIME, narrow)));
  printf(", clock_gettime64: %s", outcome(syscall(SYS_clock_gettime64, CLOCK_REALTIME, wide)));
  printf(", agree %d\n", wide[0] - narrow[0] <= 1);
  printf("clock_getres: %s", outcome(syscall(SYS_clock_getres, CLOCK_MONOTONIC, narrow)));
  printf(" %d, without memory: %s, of no clock: %s\n", narrow[0], outcome(syscall(SYS_clock_getres, 0, 0)), outcome(syscall(SYS_clock_getres, 99, 0)));
  struct sigaction action = {.sa_handler = nothing};
  sigaction(SIGALRM, &action, 0);
  struct itimerval timer = {.it_value = {0, 30000}}, before;
  setitimer(ITIMER_REAL, &timer, 0);
  int request[2] = {2, 0}, left[2] = {-1, -1};
  printf("nanosleep: %s", outcome(syscall(SYS_nanosleep, request, left)));
  printf(", left %d\n", left[0] == 1 && left[1] > 0);
  setitimer(ITIMER_REAL, &timer, 0);
  long long request64[2] = {2, 0}, left64[2] = {-1, -1};
  printf("clock_nanosleep_time64: %s", outcome(syscall(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, request64, left64)));
  printf(", left %d\n", left64[0] == 1 && left64[1] > 0);
  request64[0] = 0, request64[1] = 0x7fffffff00000001;
  printf("upper half of nanoseconds: %s\n", outcome(syscall(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, request64, 0)));
  request[0] = 0, request[1] = 1000000000;
  printf("too many nanoseconds: %s\n", outcome(syscall(SYS_nanosleep, request, left)));
  left[0] = left[1] = -1, request[1] = 1;
  syscall(SYS_nanosleep, request, left);
  printf("left after a whole sleep: %d %d\n", left[0], left[1]);
  setitimer(ITIMER_REAL, &timer, 0);
  struct timeval wait = {2, 0};
  printf("select: %s", outcome(select(0, 0, 0, 0, &wait)));
  printf(", left %d\n", wait.tv_sec == 1 && wait.tv_usec > 0);
  setitimer(ITIMER_REAL, &timer, 0);
  long long wait64[2] = {2, 0};
  printf("ppoll_time64: %s", outcome(syscall(SYS_ppoll_time64, 0, 0, wait64, 0, 0)));
  printf(", left %d\n", wait64[0] == 1 && wait64[1] > 0);
  timer.it_value = (struct timeval){100, 0}, timer.it_interval = (struct timeval){5, 7};
  setitimer(ITIMER_VIRTUAL, &timer, 0);
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_VIRTUAL, &timer, &before);
  printf("setitimer tells: %d, every %ld.%06ld\n", before.it_value.tv_sec >= 99, (long)before.it_interval.tv_sec, (long)before.it_interval.tv_usec);
}

static void timers(void) {
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGRTMIN + 3), sigprocmask(SIG_BLOCK, &set, 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3, .sigev_value.sival_int = -77};
  timer_t timer;
  printf("timer_create: %s\n", outcome(timer_create(CLOCK_MONOTONIC, &event, &timer)));
  struct itimerspec wanted = {.it_value = {0, 20000000}}, seen;
  printf("timer_settime: %s\n", outcome(timer_settime(timer, 0, &wanted, 0)));
  siginfo_t info;
  sigwaitinfo(&set, &info);
  printf("expired: code %d value %d overrun %d\n", info.si_code, info.si_value.sival_int, info.si_overrun);
  wanted.it_value.tv_sec = 1000;
  timer_settime(timer, 0, &wanted, 0);
  printf("timer_gettime: %s", outcome(timer_gettime(timer, &seen)));
  printf(" %d\n", seen.it_value.tv_sec >= 999);
  printf("timer_getoverrun: %d, timer_delete: %s, again: %s\n", timer_getoverrun(timer), outcome(timer_delete(timer)),
         outcome(syscall(SYS_timer_delete, 12345)));
  int file = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  long long spec[4] = {0, 0, 0, 10000000}, back[4];
  printf("timerfd_settime64: %s\n", outcome(syscall(SYS_timerfd_settime64, file, 0, spec, 0)));
  unsigned long long count = 0;
  printf("early: %s\n", outcome(read(file, &count, 8)));
  usleep(30000);
  printf("read: %s", outcome(read(file, &count, 8)));
  printf(" %llu\n", count);
  spec[0] = 3, spec[3] = 0, spec[2] = 500;
  syscall(SYS_timerfd_settime64, file, 0, spec, 0);
  printf("timerfd_gettime64: %s", outcome(syscall(SYS_timerfd_gettime64, file, back)));
  printf(" %lld %d\n", back[0], back[2] >= 499);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  limits();
  names();
  scheduling();
  identities();
  waiting();
  clocks();
  timers();
  return 0;
}
