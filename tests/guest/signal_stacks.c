// Where handlers run and how they are left: alternate stacks, SS_AUTODISARM, nesting, jumps out, children of vfork.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif

static char* area;
enum { area_size = 65536 };
static int is_inside(const void* at) { return (char*)at >= area && (char*)at < area + area_size; }
static void set_stack(unsigned flags, size_t size) {
  stack_t stack = {.ss_sp = area, .ss_flags = (int)flags, .ss_size = size};
  printf("sigaltstack flags %#x size %zu: %s\n", flags, size, sigaltstack(&stack, NULL) ? strerror(errno) : "set");
}
static void show_stack(const char* name) {
  stack_t now;
  sigaltstack(NULL, &now);
  printf("%s: flags %#x size %zu, %s\n", name, (unsigned)now.ss_flags, now.ss_size,
         now.ss_sp == area ? "the area"
         : now.ss_sp       ? "elsewhere"
                           : "none");
}
static void handle(int number, void (*handler)(int, siginfo_t*, void*), int flags, int masked) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};
  if (masked) sigaddset(&action.sa_mask, masked);
  sigaction(number, &action, NULL);
}
static int is_blocked(int number) {
  sigset_t now;
  sigprocmask(SIG_SETMASK, NULL, &now);
  return sigismember(&now, number);
}

static void on_plain(int number, siginfo_t* info, void* context) {
  ucontext_t* u = context;
  (void)info;
  printf("handler %d: on the area %d, frame's stack flags %#x, own signal blocked %d, mask before %d\n", number,
         is_inside(&number), (unsigned)u->uc_stack.ss_flags, is_blocked(number), sigismember(&u->uc_sigmask, number));
  show_stack("inside");
}
static void on_disarmed(int number, siginfo_t* info, void* context) {
  on_plain(number, info, context);
  // Disarmed: the area can be set anew, and a second signal starts at its top again.
  stack_t other = {.ss_sp = area, .ss_size = area_size, .ss_flags = 0};
  printf("set inside: %s\n", sigaltstack(&other, NULL) ? strerror(errno) : "allowed");
}
static void stacks(void) {
  set_stack(0, 100), set_stack(3, area_size), set_stack(SS_ONSTACK, area_size), set_stack(SS_DISABLE, 0);
  show_stack("disabled");
  set_stack(0, area_size);
  show_stack("set");
  handle(SIGUSR1, on_plain, 0, 0);
  raise(SIGUSR1);
  handle(SIGUSR1, on_plain, SA_ONSTACK, 0);
  raise(SIGUSR1);
  set_stack(SS_AUTODISARM, area_size);
  show_stack("set");
  handle(SIGUSR1, on_disarmed, SA_ONSTACK, 0);
  raise(SIGUSR1);
  show_stack("after the handler");
  set_stack(SS_AUTODISARM | SS_DISABLE, 0);
  show_stack("disabled");
  set_stack(0, area_size);
  fflush(stdout);
  if (fork() == 0) show_stack("in a child"), fflush(stdout), _exit(0);
  wait(NULL);
}
static void* in_a_thread(void* unused) {
  show_stack("in a thread");
  return unused;
}

// A second signal inside the first handler: stays on the area, and SA_NODEFER and sa_mask say what is blocked.
static int depth;
static void on_nested(int number, siginfo_t* info, void* context) {
  (void)info, (void)context;
  printf("%*senter %d: on the area %d, USR1 %d USR2 %d HUP %d\n", depth * 2, "", number, is_inside(&number),
         is_blocked(SIGUSR1), is_blocked(SIGUSR2), is_blocked(SIGHUP));
  depth++;
  if (number == SIGUSR1) raise(SIGUSR2);
  if (number == SIGUSR2) raise(SIGHUP);
  depth--;
  printf("%*sleave %d\n", depth * 2, "", number);
}
static void nesting(void) {
  handle(SIGUSR1, on_nested, SA_ONSTACK, SIGHUP);
  handle(SIGUSR2, on_nested, 0, 0);
  handle(SIGHUP, on_nested, SA_ONSTACK, 0);
  raise(SIGUSR1);
}

static sigjmp_buf with_mask, without_mask;
static void on_jump(int number, siginfo_t* info, void* context) {
  (void)info, (void)context;
  if (number == SIGUSR1) siglongjmp(with_mask, 1);
  siglongjmp(without_mask, 1);
}
static void jumps(void) {
  handle(SIGUSR1, on_jump, SA_ONSTACK, 0);
  handle(SIGUSR2, on_jump, SA_ONSTACK, 0);
  for (volatile int i = 0; i < 3; i++)
    if (!sigsetjmp(with_mask, 1)) raise(SIGUSR1);
  printf("with the mask: blocked %d\n", is_blocked(SIGUSR1));
  show_stack("after the jump");
  if (!sigsetjmp(without_mask, 0)) raise(SIGUSR2);
  printf("without the mask: blocked %d\n", is_blocked(SIGUSR2));
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // Out of a fault, many times.
  volatile int faults = 0;
  volatile uintptr_t hole = 16;
  handle(SIGSEGV, on_jump, SA_ONSTACK | SA_NODEFER, 0);
  for (volatile int i = 0; i < 1000; i++)
    if (!sigsetjmp(without_mask, 0))
      *(volatile int*)hole = 1;
    else
      faults++;
  printf("faults left by jumps: %d\n", faults);
  signal(SIGSEGV, SIG_DFL);
}

// The handler changes the context that it returns to.
static volatile int steps;
static void on_change(int number, siginfo_t* info, void* context) {
  ucontext_t* u = context;
  (void)number, (void)info;
  u->uc_mcontext.arm_pc += u->uc_mcontext.arm_cpsr & 0x20 ? 2 : 4;
  u->uc_mcontext.arm_r4 = 77;
  sigaddset(&u->uc_sigmask, SIGHUP);
  steps++;
}
static void contexts(void) {
  int value;
  handle(SIGILL, on_change, 0, 0);
  __asm__ volatile("mov r4, #1\n udf #0\n mov %0, r4\n" : "=r"(value)::"r4");
  printf("context changed: r4 %d, HUP blocked %d, handled %d\n", value, is_blocked(SIGHUP), steps);
}

// A child of vfork has its own handlers and mask, and what it is sent is its own.
static volatile int in_child, handled;
static void on_shared(int number, siginfo_t* info, void* context) {
  (void)number, (void)info, (void)context;
  handled++;
}
static void vforks(void) {
  handle(SIGUSR1, on_shared, 0, 0);
  handle(SIGUSR2, on_shared, 0, 0);
  handled = 0;
  pid_t parent = getpid(), child = vfork();
  if (child == 0) {
    kill(getpid(), SIGUSR1);
    in_child = handled;
    signal(SIGUSR2, SIG_IGN);
    kill(parent, SIGUSR1);  // waits until the parent goes on
    in_child += handled * 10;
    _exit(0);
  }
  struct sigaction now;
  sigaction(SIGUSR2, NULL, &now);
  printf("vfork: in the child %d, in all %d, the parent's action is its own %d\n", in_child, handled,
         now.sa_handler != SIG_IGN);
  int status;
  waitpid(child, &status, 0);
  child = vfork();
  if (child == 0) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    kill(getpid(), SIGKILL);
    _exit(1);
  }
  waitpid(child, &status, 0);
  printf("vfork: child killed by %d, USR1 blocked here %d\n", WTERMSIG(status), is_blocked(SIGUSR1));
  posix_spawnattr_t attributes;
  sigset_t defaults, blocked;
  posix_spawnattr_init(&attributes);
  sigemptyset(&defaults), sigaddset(&defaults, SIGUSR1);
  sigemptyset(&blocked), sigaddset(&blocked, SIGTERM);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  signal(SIGUSR1, SIG_IGN), signal(SIGUSR2, SIG_IGN);
  char* arguments[] = {"signal_stacks", "spawned", NULL};
  fflush(stdout);
  int error = posix_spawn(&child, "/proc/self/exe", NULL, &attributes, arguments, NULL);
  waitpid(child, &status, 0);  // what it says comes first
  printf("posix_spawn: %s\n", strerror(error));
  fflush(stdout);
}
static const char* action_of(int number) {
  struct sigaction now;
  sigaction(number, NULL, &now);
  return now.sa_handler == SIG_IGN ? "ignored" : now.sa_handler == SIG_DFL ? "default" : "handled";
}

int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  (void)argv;
  if (argc > 1) {
    printf("spawned: USR1 %s, USR2 %s, TERM blocked %d\n", action_of(SIGUSR1), action_of(SIGUSR2), is_blocked(SIGTERM));
    show_stack("spawned");
    return 0;
  }
  area = mmap(NULL, area_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stacks();
  pthread_t thread;
  pthread_create(&thread, NULL, in_a_thread, NULL);
  pthread_join(thread, NULL);
  nesting();
  jumps();
  contexts();
  vforks();
  return 0;
}
