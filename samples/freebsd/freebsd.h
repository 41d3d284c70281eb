// FreeBSD/armv7 without a C library: system calls (number in r7, carry set on error), start, and what the samples need.
#pragma once

typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

// Result, or -errno where the kernel set the carry flag.
static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
  register long r7 __asm__("r7") = number;
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  register long r3 __asm__("r3") = d;
  __asm__ volatile(
      "str %6, [sp, #-4]!\n str %5, [sp, #-4]!\n svc #0\n add sp, sp, #8\n rsbcs r0, r0, #0\n"
      : "+r"(r0), "+r"(r1)
      : "r"(r7), "r"(r2), "r"(r3), "r"(e), "r"(f)
      : "memory", "cc");
  return r0;
}
#define call0(n) call6(n, 0, 0, 0, 0, 0, 0)
#define call1(n, a) call6(n, (long)(a), 0, 0, 0, 0, 0)
#define call2(n, a, b) call6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define call3(n, a, b, c) call6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define call5(n, a, b, c, d, e) call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

enum {
  SYS_exit = 1, SYS_read = 3, SYS_write = 4, SYS_getpid = 20, SYS_kill = 37, SYS_setitimer = 83, SYS_select = 93,
  SYS_nanosleep = 240, SYS_sigprocmask = 340, SYS_sigaction = 416, SYS_pipe2 = 542, SYS_clock_gettime = 232,
  SYS_sysarch = 165,
};
enum { EINTR = 4, EBADF = 9, SIGALRM = 14, SIGUSR1 = 30, SA_RESTART = 2, SA_SIGINFO = 0x40, ARM_SET_TP = 2, ARM_GET_TP = 3 };

struct sigaction { void (*handler)(int); int flags; u32 mask[4]; };
struct timeval { i64 seconds; long microseconds, padding; };
struct timespec { i64 seconds; long nanoseconds, padding; };
struct itimerval { struct timeval interval, value; };
struct fd_set { u32 bits[32]; };

static inline u32 length_of(const char* text) {
  u32 n = 0;
  while (text[n]) n++;
  return n;
}
static inline void put(const char* text) { call3(SYS_write, 1, text, length_of(text)); }
static inline void put_number(long value) {
  char digits[12];
  int at = sizeof digits;
  unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;
  digits[--at] = 0;
  do digits[--at] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) digits[--at] = '-';
  put(digits + at);
}

int main(int argc, char** argv);

// The kernel enters with sp at argc, argv, envp, auxv, aligned to four bytes only.
__asm__(".globl _start\n.type _start, %function\n_start:\n mov r4, sp\n bic sp, sp, #7\n mov r0, r4\n bl begin\n");
__attribute__((used)) void begin(u32* stack) {
  call1(SYS_exit, main((int)stack[0], (char**)(stack + 1)));
  for (;;) {
  }
}
