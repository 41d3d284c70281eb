// seccomp: what filters see, what each of their answers does, what is refused, who inherits. Expected: the ARM kernel's.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RET(value) BPF_STMT(BPF_RET | BPF_K, value)
#define UNLESS(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0), RET(SECCOMP_RET_ALLOW)
#define ON(number, value) {LOAD(nr), UNLESS(number), RET(value)}
#define INSTALL(...)                                                       \
  do {                                                                     \
    struct sock_filter code_[] = __VA_ARGS__;                              \
    long r_ = install(code_, COUNT(code_), 0);                             \
    if (r_) printf("not installed: %s\n", strerrorname_np(errno));         \
  } while (0)

static long install(struct sock_filter* code, unsigned count, unsigned flags) {
  struct sock_fprog program = {count, code};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static const char* text(long result) {
  static char buffer[32];
  if (result == -1) return strerrorname_np(errno) ? strerrorname_np(errno) : "an unknown error";
  sprintf(buffer, "%ld", result);
  return buffer;
}

#define SAY(what, ...)                    \
  do {                                    \
    errno = 0;                            \
    long said_ = (long)(__VA_ARGS__);     \
    printf("%s: %s\n", what, text(said_)); \
  } while (0)

// Each in a process of its own, since filters cannot be taken off.
static void inside(const char* name, void (*body)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    body();
    fflush(stdout);
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    printf("%s: killed by %d\n", name, WTERMSIG(status));
  else
    printf("%s: exit %d\n", name, WEXITSTATUS(status));
}

static void errors(void) {
  INSTALL(ON(SYS_getppid, SECCOMP_RET_ERRNO | ENOTNAM));
  SAY("getppid", syscall(SYS_getppid));
  SAY("mode", prctl(PR_GET_SECCOMP));
  INSTALL(ON(SYS_getuid32, SECCOMP_RET_ERRNO | 0));
  SAY("errno 0", syscall(SYS_getuid32, 5));
  INSTALL(ON(SYS_getgid32, SECCOMP_RET_ERRNO | 0xffff));
  long result;
  register long r0 asm("r0") = 5;
  register long r7 asm("r7") = SYS_getgid32;
  asm volatile("svc 0" : "+r"(r0) : "r"(r7) : "memory");
  result = r0;
  printf("errno 65535: %ld\n", result);
  INSTALL(ON(SYS_geteuid32, SECCOMP_RET_TRACE | 3));
  SAY("trace without a tracer", syscall(SYS_geteuid32));
  INSTALL(ON(SYS_getegid32, SECCOMP_RET_LOG));
  SAY("log", syscall(SYS_getegid32) >= 0 ? 0 : -1);
  INSTALL(ON(0x1234, SECCOMP_RET_ERRNO | EXDEV));
  SAY("an unknown call", syscall(0x1234));
  SAY("another unknown call", syscall(0x1235));
  INSTALL(ON(0xf0005, SECCOMP_RET_ERRNO | EXDEV));
  SAY("an ARM private call", syscall(0xf0005, 0));
}

static void on_sys(int number, siginfo_t* info, void* context) {
  ucontext_t* u = context;
  const uint16_t* pc = (const uint16_t*)u->uc_mcontext.arm_pc;
  bool thumb = u->uc_mcontext.arm_cpsr & 0x20, behind_svc = thumb ? pc[-1] == 0xdf00 : pc[-1] == 0xef00 && pc[-2] == 0;
  printf("SIGSYS %d: code %d, errno %d, call %d, arch %#x, pc behind the svc %d, address too %d, r0 %#lx, r7 %ld\n", number,
         info->si_code, info->si_errno, info->si_syscall, info->si_arch, behind_svc, (const uint16_t*)info->si_call_addr == pc,
         u->uc_mcontext.arm_r0, u->uc_mcontext.arm_r7);
  u->uc_mcontext.arm_r0 = 4711;
}

static void trap(void) {
  struct sigaction action = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, NULL);
  INSTALL(ON(SYS_getppid, SECCOMP_RET_TRAP | 0xabcd));
  SAY("trapped", syscall(SYS_getppid, 0x1111));
  SAY("once more", syscall(SYS_getppid, 0x2222));
  signal(SIGSYS, SIG_IGN);
  fflush(stdout);
  syscall(SYS_getppid, 0x1111);
  printf("not reached\n");
}

static void trap_blocked(void) {
  struct sigaction action = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGSYS);
  sigprocmask(SIG_BLOCK, &set, NULL);
  INSTALL(ON(SYS_getppid, SECCOMP_RET_TRAP));
  syscall(SYS_getppid);
  printf("not reached\n");
}

static void kill_process(void) {
  signal(SIGSYS, SIG_IGN);
  INSTALL(ON(SYS_getppid, SECCOMP_RET_KILL_PROCESS));
  syscall(SYS_getppid);
  printf("not reached\n");
}

static void kill_alone(void) {
  struct sigaction action = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, NULL);
  INSTALL(ON(SYS_getppid, SECCOMP_RET_KILL_THREAD));
  syscall(SYS_getppid);
  printf("not reached\n");
}

static void notify(void) {
  INSTALL(ON(SYS_getppid, SECCOMP_RET_USER_NOTIF));
  SAY("notify without a listener", syscall(SYS_getppid));
}

static void unknown_action(void) {
  INSTALL(ON(SYS_getppid, 0x12345678));
  syscall(SYS_getppid);
  printf("not reached\n");
}

static void* dies(void* unused) {
  (void)unused;
  syscall(SYS_getppid);
  printf("not reached\n");
  return NULL;
}

static void kill_thread(void) {
  INSTALL(ON(SYS_getppid, SECCOMP_RET_KILL_THREAD));
  pthread_t thread;
  pthread_create(&thread, NULL, dies, NULL);
  pthread_join(thread, NULL);
  printf("the other one is dead\n");
}

// All of what a filter is handed: number, arch, address behind the svc, six 64-bit arguments.
static void data(void) {
#define EQUAL(member, half, value)                                                                         \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member) + (half)), \
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0), RET(SECCOMP_RET_ERRNO | (100 + offsetof(struct seccomp_data, member) + (half)))
  INSTALL({LOAD(nr), UNLESS(SYS_getppid), EQUAL(arch, 0, AUDIT_ARCH_ARM), EQUAL(instruction_pointer, 4, 0),
           EQUAL(args[0], 0, 0xfffffff0), EQUAL(args[0], 4, 0), EQUAL(args[1], 0, 11), EQUAL(args[2], 0, 12),
           EQUAL(args[3], 0, 13), EQUAL(args[4], 0, 14), EQUAL(args[5], 0, 15), EQUAL(args[5], 4, 0),
           RET(SECCOMP_RET_ERRNO | ENOTNAM)});
  SAY("all as expected", syscall(SYS_getppid, 0xfffffff0, 11, 12, 13, 14, 15));
  errno = 0;
  long result = syscall(SYS_getppid, 0xfffffff0, 11, 12, 14, 14, 15);
  printf("another fourth argument: %ld %d\n", result, errno);
}

static __attribute__((noinline)) long own_getppid(void) {
  register long r0 asm("r0");
  register long r7 asm("r7") = SYS_getppid;
  asm volatile("svc 0" : "=r"(r0) : "r"(r7) : "memory");
  return r0;
}

static void pointer(void) {
  uint32_t at = (uintptr_t)own_getppid & ~1u;
  INSTALL({LOAD(nr), UNLESS(SYS_getppid), LOAD(instruction_pointer), BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, at),
           BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 32, 1, 0), RET(SECCOMP_RET_ERRNO | ENOTNAM), RET(SECCOMP_RET_ALLOW)});
  printf("from here: %d, from elsewhere: %d\n", own_getppid() == -ENOTNAM, syscall(SYS_getppid) > 0);
}

static void arithmetic(void) {
  INSTALL({LOAD(nr), UNLESS(SYS_getppid),
           LOAD(args[0]),                                       // A = 1000
           BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 24),             // 1024
           BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3),              // 341
           BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 7),              // 2387
           BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 0xff),           // 2476
           BPF_STMT(BPF_MISC | BPF_TAX, 0),
           BPF_STMT(BPF_ST, 3),
           BPF_STMT(BPF_LD | BPF_IMM, 100000),
           BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),              // 97524
           BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),              // 6095
           BPF_STMT(BPF_LDX | BPF_MEM, 3),                      // X = 2476
           BPF_STMT(BPF_ALU | BPF_AND | BPF_X, 0),              // 6095 & 2476 = 396
           BPF_STMT(BPF_ALU | BPF_NEG, 0),                      // -396
           BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 1),              // -792
           BPF_STMT(BPF_ALU | BPF_NEG, 0),                      // 792
           BPF_STMT(BPF_LDX | BPF_IMM, 5),
           BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),              // 158
           BPF_STMT(BPF_STX, 0),
           BPF_STMT(BPF_MISC | BPF_TXA, 0),                     // 5
           BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),              // 64
           BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),              // 69
           BPF_STMT(BPF_LDX | BPF_MEM, 0),                      // 5
           BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0),              // 345
           BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO), BPF_STMT(BPF_RET | BPF_A, 0)});
  errno = 0;
  syscall(SYS_getppid, 1000);
  printf("computed: %d\n", errno);
  INSTALL({LOAD(nr), UNLESS(SYS_getpid), LOAD(args[0]), BPF_STMT(BPF_LDX | BPF_IMM, 50),
           BPF_JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 0, 1), RET(SECCOMP_RET_ERRNO | 1),
           BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 1), RET(SECCOMP_RET_ERRNO | 2),
           BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x10, 0, 1), RET(SECCOMP_RET_ERRNO | 3),
           BPF_STMT(BPF_JMP | BPF_JA, 1), RET(SECCOMP_RET_ERRNO | 4), RET(SECCOMP_RET_ERRNO | 5)});
  static const unsigned values[] = {51, 50, 49, 0x10, 0x0f, 0x80000000};
  for (unsigned i = 0; i < COUNT(values); i++) {
    errno = 0;
    syscall(SYS_getpid, values[i]);
    printf("%#x: %d\n", values[i], errno);
  }
}

static void division(void) {
  INSTALL({LOAD(nr), UNLESS(SYS_getppid), BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
           RET(SECCOMP_RET_ALLOW)});
  syscall(SYS_getppid);
  printf("not reached\n");
}

static void show_status(void) {
  FILE* status = fopen("/proc/thread-self/status", "r");
  char line[256];
  while (fgets(line, sizeof line, status))
    if (!strncmp(line, "Seccomp", 7) || !strncmp(line, "NoNewPrivs", 10)) fputs(line, stdout);
  fclose(status);
}

static void several(void) {
  show_status();
  INSTALL(ON(SYS_getppid, SECCOMP_RET_ERRNO | 1));
  INSTALL(ON(SYS_getppid, SECCOMP_RET_ERRNO | 2));
  INSTALL(ON(SYS_getppid, SECCOMP_RET_LOG));
  SAY("the newest of equals", syscall(SYS_getppid));
  show_status();
  INSTALL(ON(SYS_getppid, SECCOMP_RET_TRAP));
  fflush(stdout);
  syscall(SYS_getppid);
}

static void* ask(void* unused) {
  (void)unused;
  return (void*)(syscall(SYS_getppid) == -1 ? (long)errno : 0L);
}

static volatile int go;
static void* asks_later(void* unused) {
  while (!go) usleep(1000);
  return ask(unused);
}

static void heirs(void) {
  pthread_t before, after;
  void *seen_before, *seen_after;
  pthread_create(&before, NULL, asks_later, NULL);
  INSTALL(ON(SYS_getppid, SECCOMP_RET_ERRNO | ENOTNAM));
  pthread_create(&after, NULL, ask, NULL);
  pthread_join(after, &seen_after);
  go = 1;
  pthread_join(before, &seen_before);
  printf("a thread after: %d, one before: %d\n", (int)(long)seen_after, (int)(long)seen_before);
  pid_t child = fork();
  if (child == 0) _exit((int)(long)ask(NULL));
  int status;
  waitpid(child, &status, 0);
  printf("a child: %d\n", WEXITSTATUS(status));
  fflush(stdout);
  execl("/proc/self/exe", "seccomp", "heir", NULL);
  printf("exec: %s\n", strerrorname_np(errno));
}

static void synchronize(void) {
  pthread_t other;
  void* seen;
  pthread_create(&other, NULL, asks_later, NULL);
  struct sock_filter code[] = ON(SYS_getppid, SECCOMP_RET_ERRNO | ENOTNAM);
  SAY("tsync", install(code, COUNT(code), SECCOMP_FILTER_FLAG_TSYNC));
  go = 1;
  pthread_join(other, &seen);
  printf("the other one: %d\n", (int)(long)seen);
}

static pid_t own_id;
static void* filters_itself(void* unused) {
  struct sock_filter code[] = ON(SYS_getuid32, SECCOMP_RET_ERRNO | ENOTNAM);
  install(code, COUNT(code), 0);
  own_id = (pid_t)syscall(SYS_gettid);
  while (!go) usleep(1000);
  return ask(unused);
}

static void synchronize_in_vain(void) {
  pthread_t other;
  void* seen;
  pthread_create(&other, NULL, filters_itself, NULL);
  while (!own_id) usleep(1000);
  struct sock_filter code[] = ON(SYS_getppid, SECCOMP_RET_ERRNO | ENOTNAM);
  printf("the one in the way: %d\n", install(code, COUNT(code), SECCOMP_FILTER_FLAG_TSYNC) == own_id);
  SAY("tsync with ESRCH", install(code, COUNT(code), SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
  SAY("not filtered", syscall(SYS_getppid) > 0 ? 0 : -1);
  go = 1;
  pthread_join(other, &seen);
}

static void strict(void) {
  SAY("strict", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
  fflush(stdout);
  if (write(1, "still writing\n", 14) != 14) _exit(1);
  syscall(SYS_getppid);
  if (write(1, "not reached\n", 12) != 12) _exit(1);
}

static void strict_end(void) {
  SAY("strict", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
  fflush(stdout);
  syscall(SYS_exit, 5);
}

static void modes(void) {
  INSTALL(ON(SYS_getppid, SECCOMP_RET_ERRNO | 1));
  SAY("strict after a filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
  struct sock_filter code[] = {RET(SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {1, code};
  SAY("a filter by prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
  SAY("no filter by prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL));
  SAY("mode 3", prctl(PR_SET_SECCOMP, 3, &program));
  SAY("mode 0", prctl(PR_SET_SECCOMP, 0, &program));
}

#define REFUSED(what, ...)                       \
  do {                                           \
    struct sock_filter code_[] = __VA_ARGS__;    \
    SAY(what, install(code_, COUNT(code_), 0));  \
  } while (0)
static void refusals(void) {
  struct sock_filter fine[] = {RET(SECCOMP_RET_ALLOW)};
  SAY("operation 9", syscall(SYS_seccomp, 9, 0, NULL));
  SAY("strict with flags", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
  SAY("strict with an argument", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, fine));
  SAY("unknown flags", install(fine, 1, 0x1000));
  SAY("tsync and listener", install(fine, 1, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER));
  SAY("wait killable alone", install(fine, 1, 1u << 5));
  SAY("flags that ask nothing of us", install(fine, 1, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW));
  SAY("nothing", install(fine, 0, 0));
  SAY("no program", install(NULL, 1, 0));
  SAY("from nowhere", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8));
  static struct sock_filter many[4097];
  for (unsigned i = 0; i < COUNT(many); i++) many[i] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
  SAY("4097 instructions", install(many, 4097, 0));
  SAY("4096 instructions", install(many, 4096, 0));
  REFUSED("no return", {LOAD(nr)});
  REFUSED("an unknown code", {BPF_STMT(0xffff, 0), RET(0)});
  REFUSED("a byte", {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RET(SECCOMP_RET_ALLOW)});
  REFUSED("indirect", {BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RET(SECCOMP_RET_ALLOW)});
  REFUSED("misaligned", {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), RET(SECCOMP_RET_ALLOW)});
  REFUSED("the last word", {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 60), RET(SECCOMP_RET_ALLOW)});
  REFUSED("behind the data", {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), RET(SECCOMP_RET_ALLOW)});
  REFUSED("modulo", {BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), RET(SECCOMP_RET_ALLOW)});
  REFUSED("division by zero", {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RET(SECCOMP_RET_ALLOW)});
  REFUSED("shift by 32", {BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RET(SECCOMP_RET_ALLOW)});
  REFUSED("a jump out", {BPF_STMT(BPF_JMP | BPF_JA, 1), RET(SECCOMP_RET_ALLOW)});
  REFUSED("a jump back", {BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-1), RET(SECCOMP_RET_ALLOW)});
  REFUSED("a branch out", {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), RET(SECCOMP_RET_ALLOW)});
  REFUSED("word 16 of memory", {BPF_STMT(BPF_ST, 16), RET(SECCOMP_RET_ALLOW)});
  REFUSED("memory not stored to", {BPF_STMT(BPF_LD | BPF_MEM, 1), RET(SECCOMP_RET_ALLOW)});
  REFUSED("memory stored to on one way only",
          {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), BPF_STMT(BPF_ST, 1), BPF_STMT(BPF_LD | BPF_MEM, 1), RET(SECCOMP_RET_ALLOW)});
  REFUSED("memory stored to on both ways",
          {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2), BPF_STMT(BPF_ST, 1), BPF_STMT(BPF_JMP | BPF_JA, 1), BPF_STMT(BPF_STX, 1),
           BPF_STMT(BPF_LD | BPF_MEM, 1), RET(SECCOMP_RET_ALLOW)});
  REFUSED("return of X", {BPF_STMT(BPF_RET | BPF_X, 0)});
  static const unsigned actions[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
                                     SECCOMP_RET_TRACE,        SECCOMP_RET_LOG,         SECCOMP_RET_ALLOW, 0x12340000, 1};
  for (unsigned i = 0; i < COUNT(actions); i++) {
    errno = 0;
    printf("action %#x: %s\n", actions[i], text(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i])));
  }
  SAY("action from nowhere", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, 8));
  SAY("action with flags", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &actions[0]));
}

static void too_long(void) {
  static struct sock_filter many[4096];
  for (unsigned i = 0; i < COUNT(many); i++) many[i] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
  int count = 0;
  while (count < 20 && install(many, 4096, 0) == 0) count++;
  printf("filters: %d, then %s\n", count, strerrorname_np(errno));
}

static void without_privileges(void) {
  if (geteuid() == 0 && setuid(65534)) printf("setuid: %s\n", strerrorname_np(errno));
  struct sock_filter code[] = {RET(SECCOMP_RET_ALLOW)};
  SAY("no privileges", install(code, 1, 0));
  SAY("no privileges, by prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){1, code}));
  SAY("mode", prctl(PR_GET_SECCOMP));
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  SAY("no new privileges either", install(code, 1, 0));
}

int main(int argc, char** argv) {
  if (argc > 1 && !strcmp(argv[1], "heir")) {
    printf("after exec: %d, mode %d\n", (int)(long)ask(NULL), prctl(PR_GET_SECCOMP));
    return 3;
  }
  SAY("mode", prctl(PR_GET_SECCOMP));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    without_privileges();
    fflush(stdout);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  inside("errors", errors);
  inside("trap", trap);
  inside("trap while blocked", trap_blocked);
  inside("kill process", kill_process);
  inside("kill thread, alone", kill_alone);
  inside("notify", notify);
  inside("unknown action", unknown_action);
  inside("kill thread", kill_thread);
  inside("data", data);
  inside("pointer", pointer);
  inside("arithmetic", arithmetic);
  inside("division", division);
  inside("several", several);
  inside("heirs", heirs);
  inside("synchronize", synchronize);
  inside("synchronize in vain", synchronize_in_vain);
  inside("strict", strict);
  inside("strict end", strict_end);
  inside("modes", modes);
  inside("refusals", refusals);
  inside("too long", too_long);
  return 0;
}
