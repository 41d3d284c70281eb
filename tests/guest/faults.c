// Faults of every kind as a handler sees them; signal frames. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#pragma GCC target("arm")

static sigjmp_buf away;
static char* base;
static char alternate[16384];
static void caught(int number, siginfo_t* info, void* context) {
  ucontext_t* uc = context;
  long offset = (char*)info->si_addr - base;
  char where[40];
  if (offset >= 0 && offset < 0x100000)
    sprintf(where, "base+%#lx", offset);
  else if ((uintptr_t)info->si_addr < 0x10000)
    sprintf(where, "%p", info->si_addr);
  else
    sprintf(where, "elsewhere");
  if (number == SIGTRAP && info->si_code == 4)
    strcpy(where, "an unknown place");  // what the fault address register held
  int at_pc = number != SIGTRAP && (uintptr_t)info->si_addr == uc->uc_mcontext.arm_pc;
  printf("signal %d code %d at %s%s trap %lu error %#lx%s\n", number, info->si_code, where, at_pc ? " (pc)" : "",
         uc->uc_mcontext.trap_no, uc->uc_mcontext.error_code,
         number == SIGSEGV && uc->uc_mcontext.fault_address == (uintptr_t)info->si_addr ? " same address" : "");
  siglongjmp(away, 1);
}
#define TRY(name, ...)              \
  do {                              \
    printf("%s: ", name);           \
    if (!sigsetjmp(away, 1)) {      \
      __VA_ARGS__;                  \
      printf("nothing happened\n"); \
    }                               \
  } while (0)

static int in_child(void (*act)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    act();
    _exit(99);
  }
  int status;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
static void ignored_fault(void) {
  signal(SIGSEGV, SIG_IGN);
  *(volatile int*)16 = 1;
}
static void blocked_fault(void) {
  sigset_t set;
  sigfillset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
  *(volatile int*)16 = 1;
}
static int depth;
static void overflow(int n) {
  volatile char block[4096];
  block[0] = (char)n;
  depth = n;
  overflow(n + 1);
  block[1] = 0;
}
static void overflow_with_frame_on_it(void) { overflow(0); }
static void bad_return(void) { __asm__ volatile("mov r7, #119\n svc #0" ::: "r7", "memory"); }
static void bad_restorer(int number) { (void)number; }

static void blocks(int number, siginfo_t* info, void* context) {
  (void)number, (void)info;
  ucontext_t* uc = context;
  uint32_t* word = (uint32_t*)uc->uc_regspace;
  printf("blocks:");
  for (int i = 0; i < 4 && word[0]; i++) {
    printf(" %#x size %u", word[0], word[1]);
    if (word[0] == 0x56465001) printf(" fpexc %#x", word[68]);
    word += word[1] / 4;
  }
  printf("; sizes %zu %zu; flags %lu link %p; aligned %d\n", sizeof *uc, (size_t)((char*)uc - (char*)info),
         uc->uc_flags, (void*)uc->uc_link, (int)((uintptr_t)info & 7));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  for (int n = 1; n < 32; n++)
    if (n == SIGSEGV || n == SIGBUS || n == SIGILL || n == SIGTRAP || n == SIGFPE) sigaction(n, &action, NULL);
  base = mmap(NULL, 0x8000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(base + 0x1000, 0x1000);
  base[0x2000] = 1;
  mprotect(base + 0x2000, 0x1000, PROT_READ);
  mprotect(base + 0x3000, 0x1000, PROT_NONE);
  base[0] = 1, base[0x4000] = 1;
  TRY("read of a hole", (void)*(volatile char*)(base + 0x1234));
  TRY("write to a hole", *(volatile char*)(base + 0x1234) = 1);
  TRY("write to read-only", *(volatile char*)(base + 0x2010) = 1);
  TRY("read of none", (void)*(volatile char*)(base + 0x3010));
  TRY("write to none", *(volatile char*)(base + 0x3010) = 1);
  TRY("read of page zero", (void)*(volatile char*)8);
  TRY("jump to a hole", ((void (*)(void))(base + 0x1000))());
  TRY("jump to data", ((void (*)(void))(base + 0x4000))());
  TRY("jump to zero", ((void (*)(void))0)());
  TRY("word over a border", (void)*(volatile uint32_t*)(base + 0xffe));
  TRY("undefined", __asm__ volatile(".inst 0xe7f000f0"));
  TRY("breakpoint", __asm__ volatile("bkpt #3"));
  TRY("planted breakpoint", __asm__ volatile(".inst 0xe7f001f0"));
  TRY("breakpoint call", syscall(0xf0001));
  TRY("private call 0", syscall(0xf0000));
  TRY("private call usr26", syscall(0xf0003));
  TRY("private call of the ignored range", printf("%ld ", syscall(0xf0700)));
  TRY("private call beyond", syscall(0xf0800));
  TRY("call far beyond", printf("%ld ", syscall(0x1000000)));
  TRY("call unknown", printf("%ld ", syscall(9999)));
  TRY("ldrex unaligned", __asm__ volatile("ldrex r3, [%0]" ::"r"(base + 1) : "r3"));
  TRY("ldm unaligned", __asm__ volatile("ldm %0, {r3, r4}" ::"r"(base + 1) : "r3", "r4"));
  TRY("ldrd unaligned", __asm__ volatile("ldrd r4, r5, [%0]" ::"r"(base + 2) : "r4", "r5"));
  TRY("vldr unaligned", __asm__ volatile("vldr d0, [%0]" ::"r"(base + 1) : "d0"));
  TRY("vld1 aligned claim", __asm__ volatile("vld1.8 {d0}, [%0:64]" ::"r"(base + 1) : "d0"));
  TRY("ldr unaligned", __asm__ volatile("ldr r3, [%0]" ::"r"(base + 1) : "r3"));
  TRY("privileged", __asm__ volatile("mcr p15, 0, r3, c7, c5, 0"));
  TRY("cp15 read", __asm__ volatile("mrc p15, 0, r3, c0, c0, 0" ::: "r3"));
  TRY("divide by zero", register int a __asm__("r3") = 5; register int b __asm__("r2") = 0;
      __asm__ volatile(".inst 0xe713f213"
                       : "+r"(a)
                       : "r"(b));
      printf("%d ", a));
  TRY("exec of the vectors", ((void (*)(void))0xffff0000)());
  TRY("write to the vectors", *(volatile int*)0xffff0fe0 = 1);
  TRY("read of kernel space", (void)*(volatile int*)0xffff2000);
  char name[] = "/tmp/faults-XXXXXX";
  int fd = mkstemp(name);
  unlink(name);
  if (write(fd, "x", 1) != 1) return 1;
  char* file = mmap(base + 0x6000, 0x2000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  TRY("within the last page", (void)*(volatile char*)(file + 100));
  TRY("beyond the end of a file", (void)*(volatile char*)(file + 0x1010));
  TRY("write beyond the end of a file", *(volatile char*)(file + 0x1010) = 1);
  TRY("stack overflow", overflow(0));
  printf("overflow is deep: %d\n", depth > 1500 && depth < 2100);

  struct sigaction show = {.sa_sigaction = blocks, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &show, NULL);
  raise(SIGUSR1);
  printf("ignored: %d\n", in_child(ignored_fault));
  printf("blocked: %d\n", in_child(blocked_fault));
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, NULL);
  printf("overflow without another stack: %d\n", in_child(overflow_with_frame_on_it));
  action.sa_handler = bad_restorer;
  action.sa_flags = 0;
  sigaction(SIGSEGV, &action, NULL);
  printf("sigreturn from nothing: ");
  signal(SIGSEGV, SIG_DFL);
  printf("%d\n", in_child(bad_return));
  return 0;
}
