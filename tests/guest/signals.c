// What a signal does, case by case: frames, masks, flags, order, siginfo. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static char trail[4096];
static void note(const char* text) { strcat(trail, text); }
static void show(const char* name) {
  printf("%s:%s\n", name, trail);
  trail[0] = 0;
}
static void on(int number, void (*handler)(int), int flags, int masked) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  if (masked) sigaddset(&action.sa_mask, masked);
  sigaction(number, &action, NULL);
}
static void on_info(int number, void (*handler)(int, siginfo_t*, void*), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};
  sigaction(number, &action, NULL);
}
static void block(int how, int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(how, &set, NULL);
}

static void plain(int number) {
  char text[32];
  sprintf(text, " handler %d", number);
  note(text);
}
static void raising(int number) {
  static int depth, times;
  char text[64];
  sprintf(text, " enter %d depth %d", number, depth);
  note(text);
  depth++;
  if (times++ % 3 < 2) raise(number);
  depth--;
  note(" leave");
}
static void with_info(int number, siginfo_t* info, void* context) {
  char text[128];
  ucontext_t* u = context;
  sprintf(text, " signal %d code %d value %d self %d pc %s", number, info->si_code, info->si_value.sival_int,
          info->si_pid == getpid(), u->uc_mcontext.arm_pc ? "set" : "zero");
  note(text);
}

static sigjmp_buf back;
static void on_fault(int number, siginfo_t* info, void* context) {
  char text[128];
  (void)context;
  sprintf(text, " signal %d code %d address %p", number, info->si_code, info->si_addr);
  note(text);
  siglongjmp(back, 1);
}
static void on_fault_no_address(int number, siginfo_t* info, void* context) {
  char text[128];
  (void)context;
  sprintf(text, " signal %d code %d", number, info->si_code);
  note(text);
  siglongjmp(back, 1);
}

static void faults(void) {
  on_info(SIGSEGV, on_fault, 0);
  on_info(SIGBUS, on_fault, 0);
  if (!sigsetjmp(back, 1)) *(volatile int*)0x123450 = 1;
  show("write to unmapped");
  if (!sigsetjmp(back, 1)) (void)*(volatile int*)0x123454;
  show("read of unmapped");
  char* page = mmap((void*)0x50000000, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (!sigsetjmp(back, 1)) *(volatile char*)(page + 5) = 1;
  show("write to read-only");
  mprotect(page, 4096, PROT_NONE);
  if (!sigsetjmp(back, 1)) (void)*(volatile char*)(page + 7);
  show("read of PROT_NONE");
  FILE* file = tmpfile();
  fputs("x", file), fflush(file);
  mmap((void*)0x50010000, 8192, PROT_READ, MAP_SHARED | MAP_FIXED, fileno(file), 0);
  if (!sigsetjmp(back, 1)) (void)*(volatile char*)0x50011000;
  show("read beyond end of file");
  mmap((void*)0x50020000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (!sigsetjmp(back, 1)) ((void (*)(void))0x50020000)();
  show("execute without PROT_EXEC");
  on_info(SIGILL, on_fault_no_address, 0);
  if (!sigsetjmp(back, 1)) __asm__ volatile("udf #0" ::: "memory");
  show("undefined instruction");
  on_info(SIGTRAP, on_fault_no_address, 0);
  if (!sigsetjmp(back, 1)) __asm__ volatile("bkpt #0");
  show("breakpoint");
  signal(SIGSEGV, SIG_DFL), signal(SIGBUS, SIG_DFL), signal(SIGILL, SIG_DFL), signal(SIGTRAP, SIG_DFL);
}

static stack_t alternate;
static void on_stack(int number) {
  stack_t now;
  char here, text[96];
  (void)number;
  sigaltstack(NULL, &now);
  sprintf(text, " inside %d flags %d change %s", &here >= (char*)alternate.ss_sp &&
          &here < (char*)alternate.ss_sp + alternate.ss_size, now.ss_flags,
          sigaltstack(&alternate, NULL) ? strerror(errno) : "allowed");
  note(text);
}
static void alternate_stack(void) {
  alternate.ss_sp = malloc(65536), alternate.ss_size = 65536, alternate.ss_flags = 0;
  sigaltstack(&alternate, NULL);
  on(SIGUSR1, on_stack, SA_ONSTACK, 0);
  raise(SIGUSR1);
  show("alternate stack");
  alternate.ss_flags = SS_DISABLE;
  sigaltstack(&alternate, NULL);
}

static int recursion(int n) {
  volatile char room[4096];
  room[0] = (char)n;
  return n > 100000000 ? 0 : recursion(n + 1) + room[0];
}
static void stack_overflow(void) {
  pid_t child = fork();
  if (child == 0) {
    alternate.ss_flags = 0;
    sigaltstack(&alternate, NULL);
    on_info(SIGSEGV, on_fault_no_address, SA_ONSTACK);
    if (!sigsetjmp(back, 1)) recursion(0);
    show("stack overflow on the alternate stack");
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
}

static void order(void) {
  // Pending together: frames stack lowest number first, so the highest number's handler runs first.
  on(SIGUSR1, plain, 0, 0), on(SIGUSR2, plain, 0, 0), on(SIGHUP, plain, 0, 0), on(SIGTERM, plain, 0, 0);
  sigset_t four, old;
  sigemptyset(&four);
  sigaddset(&four, SIGUSR1), sigaddset(&four, SIGUSR2), sigaddset(&four, SIGHUP), sigaddset(&four, SIGTERM);
  sigprocmask(SIG_BLOCK, &four, &old);
  raise(SIGUSR2), raise(SIGHUP), raise(SIGTERM), raise(SIGUSR1), raise(SIGUSR1);
  sigprocmask(SIG_SETMASK, &old, NULL);
  show("four pending at once");
  sigprocmask(SIG_BLOCK, &four, NULL);
  raise(SIGUSR2), raise(SIGHUP);
  sigsuspend(&old);
  show("two pending under sigsuspend");
  sigset_t now;
  sigprocmask(SIG_SETMASK, NULL, &now);
  printf("mask after sigsuspend: %d %d\n", sigismember(&now, SIGUSR2), sigismember(&now, SIGINT));
  raise(SIGUSR1);
  fd_set none;
  FD_ZERO(&none);
  struct timespec zero = {0, 0};
  int ready = pselect(0, &none, NULL, NULL, &zero, &old);
  printf("pselect with a pending signal: %d\n", ready);
  show("pselect");
  sigprocmask(SIG_SETMASK, &old, NULL);
  on(SIGUSR1, plain, 0, SIGUSR2);
  block(SIG_BLOCK, SIGUSR1), block(SIG_BLOCK, SIGUSR2);
  raise(SIGUSR1), raise(SIGUSR2);
  sigprocmask(SIG_SETMASK, &old, NULL);
  show("first one's sa_mask holds the second back");
}

static void realtime(void) {
  sigset_t old;
  sigprocmask(SIG_SETMASK, NULL, &old);
  for (int number = SIGRTMIN; number <= SIGRTMAX; number += 10) on_info(number, with_info, 0), block(SIG_BLOCK, number);
  for (int i = 0; i < 3; i++)
    for (int number = SIGRTMIN; number <= SIGRTMAX; number += 10)
      sigqueue(getpid(), number, (union sigval){.sival_int = number * 100 + i});
  sigprocmask(SIG_SETMASK, &old, NULL);
  show("queued real-time signals");
  on_info(SIGUSR1, with_info, 0);
  kill(getpid(), SIGUSR1);
  show("kill");
  raise(SIGUSR1);
  show("raise");
  // 32 and 33 are the C library's; the kernel knows no difference.
  struct { void* handler; unsigned long flags; void* restorer; uint64_t mask; } raw, previous;
  memset(&raw, 0, sizeof raw);
  syscall(SYS_rt_sigaction, SIGRTMAX, NULL, &raw, 8);
  raw.handler = (void*)plain;  // flags stay: SA_SIGINFO and the restorer that goes with it
  printf("sigaction 32: %ld\n", syscall(SYS_rt_sigaction, 32, &raw, &previous, 8));
  printf("tgkill 32: %ld\n", syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 32));
  show("signal 32");
}

static void flags(void) {
  on(SIGUSR1, raising, 0, 0);
  raise(SIGUSR1);
  show("raise inside its handler");
  on(SIGUSR1, raising, SA_NODEFER, 0);
  raise(SIGUSR1);
  show("SA_NODEFER");
  on(SIGURG, plain, SA_RESETHAND, 0);
  raise(SIGURG), raise(SIGURG);
  show("SA_RESETHAND");
  struct timespec some = {0, 20000000}, left = {9, 9};
  printf("ignored by default does not interrupt: %d\n", nanosleep(&some, &left));
  struct sigaction seen;
  sigaction(SIGURG, NULL, &seen);
  printf("after SA_RESETHAND: default %d\n", seen.sa_handler == SIG_DFL);
  printf("sigaction SIGKILL: %s\n", sigaction(SIGKILL, &seen, NULL) ? strerror(errno) : "allowed");
  printf("kill 65: %s\n", kill(getpid(), 65) ? strerror(errno) : "allowed");
}

static void waiting(void) {
  sigset_t set, old;
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV), sigaddset(&set, SIGUSR2), sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, &old);
  kill(getpid(), SIGSEGV);
  sigset_t pending;
  sigpending(&pending);
  printf("SIGSEGV by kill is pending: %d\n", sigismember(&pending, SIGSEGV));
  int got = sigwaitinfo(&set, &info);
  printf("sigwaitinfo: %d code %d\n", got, info.si_code);
  sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 77});
  got = sigwaitinfo(&set, &info);
  printf("sigwaitinfo: %s value %d\n", got == SIGRTMIN ? "SIGRTMIN" : "?", info.si_value.sival_int);
  int fd = signalfd(-1, &set, 0);
  kill(getpid(), SIGUSR2);
  struct signalfd_siginfo fd_info;
  long size = read(fd, &fd_info, sizeof fd_info);
  printf("signalfd: %ld bytes, signal %u, self %d\n", size, fd_info.ssi_signo, fd_info.ssi_pid == (unsigned)getpid());
  struct timespec zero = {0, 1000000};
  got = sigtimedwait(&set, &info, &zero);
  printf("sigtimedwait with nothing: %d %s\n", got, strerror(errno));
  sigprocmask(SIG_SETMASK, &old, NULL);
}

static void next_child_event(const char* what) {
  sigset_t set;
  siginfo_t info;
  struct timespec some = {0, 300000000};
  sigemptyset(&set), sigaddset(&set, SIGCHLD);
  if (sigtimedwait(&set, &info, &some) < 0)
    printf("SIGCHLD for the %s: none\n", what);
  else
    printf("SIGCHLD for the %s: code %d status %d\n", what, info.si_code, info.si_status);
}
static void children(void) {
  block(SIG_BLOCK, SIGCHLD);
  for (int flags = 0; flags < 2; flags++) {
    on(SIGCHLD, plain, flags ? SA_NOCLDSTOP : 0, 0);
    pid_t child = fork();
    if (child == 0) {
      raise(SIGSTOP);
      _exit(3);
    }
    int status;
    waitpid(child, &status, WUNTRACED);
    printf("stopped: %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
    next_child_event("stop");
    kill(child, SIGCONT);
    waitpid(child, &status, 0);
    printf("exited: %d\n", WEXITSTATUS(status));
    struct timespec some = {0, 50000000};  // both SIGCHLDs, for going on and for the end, are one pending signal by now
    nanosleep(&some, NULL);
    next_child_event("end");
  }
  block(SIG_UNBLOCK, SIGCHLD);
  struct sigaction no_wait = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
  sigaction(SIGCHLD, &no_wait, NULL);
  pid_t child = fork();
  if (child == 0) _exit(4);
  int status, got = waitpid(child, &status, 0);
  printf("SA_NOCLDWAIT: wait gives %s\n", got < 0 ? strerror(errno) : "a child");
  signal(SIGCHLD, SIG_DFL);
  int ways[] = {SIGTERM, SIGKILL, SIGSEGV, SIGUSR1, SIGABRT};
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    child = fork();
    if (child == 0) {
      for (int s = 1; s < 32; s++) signal(s, SIG_DFL);
      raise(ways[i]);
      _exit(0);
    }
    waitpid(child, &status, 0);
    printf("child died of %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
  }
}

// The kernel clears the exclusive monitor when it returns to user mode: a strex after a handler must fail.
static void exclusive(void) {
  static unsigned word = 5;
  unsigned value, failed;
  on(SIGUSR1, plain, 0, 0);
  pid_t self = getpid();
  __asm__ volatile(
      "ldrex %0, [%2]\n mov r0, %3\n mov r1, %4\n mov r7, #37\n svc #0\n strex %1, %0, [%2]\n"
      : "=&r"(value), "=&r"(failed) : "r"(&word), "r"(self), "r"(SIGUSR1) : "r0", "r1", "r7", "memory");
  printf("strex after a handler: %s\n", failed ? "fails" : "succeeds");
  show("exclusive");
}

// Floating point registers and flags survive a handler that changes them.
static void clobber(int number) {
  (void)number;
  __asm__ volatile(".fpu neon-vfpv4\n vmov.i32 q0, #0\n vmov.i32 q8, #0\n vmov.i32 q15, #0\n cmp r0, r0\n"
                   ::: "d0", "d1", "cc");
}
static void registers(void) {
  on(SIGUSR1, clobber, 0, 0);
  double low = 1.5, high = 2.5;
  unsigned flags;
  pid_t self = getpid();
  __asm__ volatile(
      ".fpu neon-vfpv4\n vmov.f64 d0, #1.5\n vmov.f64 d31, #2.5\n mov r0, %3\n mov r1, %4\n mov r7, #37\n movs r2, #0x80000000\n svc #0\n"
      "mrs %0, cpsr\n vstr d0, [%1]\n vstr d31, [%2]\n"
      : "=&r"(flags) : "r"(&low), "r"(&high), "r"(self), "r"(SIGUSR1) : "r0", "r1", "r2", "r7", "d0", "cc", "memory");
  printf("registers after a handler: %g %g N=%u Z=%u\n", low, high, flags >> 31, (flags >> 30) & 1);
}

static void* waiter(void* unused) {
  sigset_t set;
  int number;
  (void)unused;
  sigemptyset(&set), sigaddset(&set, SIGUSR2);
  sigwait(&set, &number);
  return (void*)(long)number;
}
static void threads(void) {
  pthread_t thread;
  void* result;
  block(SIG_BLOCK, SIGUSR2);
  pthread_create(&thread, NULL, waiter, NULL);
  pthread_kill(thread, SIGUSR2);
  pthread_join(thread, &result);
  printf("pthread_kill to a waiting thread: %ld\n", (long)result);
  block(SIG_UNBLOCK, SIGUSR2);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  flags();
  order();
  realtime();
  waiting();
  faults();
  alternate_stack();
  fflush(stdout);
  stack_overflow();
  children();
  exclusive();
  registers();
  threads();
  return 0;
}
