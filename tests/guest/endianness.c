// Big-endian data (SETEND): every kind of access, exclusives, faults and signals meanwhile. Expected text: the ARM
// kernel's own.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#pragma GCC target("fpu=neon-vfpv4")

static uint8_t bytes[64] __attribute__((aligned(64)));
static uint32_t out[32];

static void show(const char* name, int words) {
  printf("%s:", name);
  for (int i = 0; i < words; i++) printf(" %08x", out[i]);
  printf(" |");
  for (int i = 0; i < 24; i++) printf(" %02x", bytes[i]);
  puts("");
  for (int i = 0; i < 64; i++) bytes[i] = (uint8_t)(i + 1);
}

// r0 is `bytes`, r1 is `out`; what is loaded with big-endian data is stored with little-endian data.
#define DO(name, words, code)                                                                                     \
  do {                                                                                                            \
    register uint8_t* at __asm__("r0") = bytes;                                                                   \
    register uint32_t* to __asm__("r1") = out;                                                                    \
    __asm__ volatile(code " setend le\n"                                                                          \
                     : "+r"(at), "+r"(to)::"r2", "r3", "r4", "r5", "r6", "r8", "r9", "r12", "lr", "cc", "memory", \
                       "d16", "d17", "d18", "d19", "d20");                                                        \
    show(name, words);                                                                                            \
  } while (0)

static __attribute__((noinline)) void all(void) {
  DO("word", 1, "setend be\n ldr r2, [r0, #4]\n setend le\n str r2, [r1]\n");
  DO("word, unaligned", 1, "setend be\n ldr r2, [r0, #5]\n setend le\n str r2, [r1]\n");
  DO("halfwords", 2, "setend be\n ldrh r2, [r0, #4]\n ldrsh r3, [r0, #7]\n setend le\n stm r1, {r2, r3}\n");
  DO("byte", 1, "setend be\n ldrb r2, [r0, #4]\n setend le\n str r2, [r1]\n");
  DO("pair", 2, "setend be\n ldrd r2, r3, [r0, #8]\n setend le\n stm r1, {r2, r3}\n");
  DO("several", 3, "setend be\n ldm r0, {r2, r3, r4}\n setend le\n stm r1, {r2, r3, r4}\n");
  DO("several, unaligned", 3, "add r0, r0, #1\n setend be\n ldm r0, {r2, r3, r4}\n setend le\n stm r1, {r2, r3, r4}\n");
  DO("pair, unaligned", 2, "add r0, r0, #2\n setend be\n ldrd r2, r3, [r0]\n setend le\n stm r1, {r2, r3}\n");
  DO("stores", 0,
     "ldr r2, =0x11223344\n setend be\n str r2, [r0]\n strh r2, [r0, #4]\n strb r2, [r0, #6]\n str r2, [r0, #9]\n");
  DO("store pair", 0, "ldr r2, =0x11223344\n mvn r3, r2\n setend be\n strd r2, r3, [r0, #8]\n");
  DO("store several", 0, "ldr r2, =0x11223344\n mvn r3, r2\n setend be\n stm r0, {r2, r3}\n");
  DO("store several, unaligned", 0,
     "ldr r2, =0x11223344\n mvn r3, r2\n add r0, r0, #3\n setend be\n stm r0, {r2, r3}\n");
  DO("push", 2,
     "ldr r2, =0x11223344\n mvn r3, r2\n setend be\n push {r2, r3}\n setend le\n pop {r4, r5}\n stm r1, {r4, r5}\n");
  DO("exclusive", 3,
     "setend be\n ldrex r2, [r0]\n strex r3, r2, [r0, #0]\n ldrexh r4, [r0]\n clrex\n setend le\n"
     " stm r1, {r2, r3, r4}\n");
  DO("exclusive pair", 3,
     "setend be\n ldrexd r2, r3, [r0]\n add r2, r2, #1\n strexd r4, r2, r3, [r0]\n setend le\n"
     " stm r1, {r2, r3, r4}\n");
  DO("single precision", 1, "setend be\n vldr s2, [r0, #4]\n setend le\n vmov r2, s2\n str r2, [r1]\n");
  DO("double precision", 2, "setend be\n vldr d16, [r0, #8]\n setend le\n vmov r2, r3, d16\n stm r1, {r2, r3}\n");
  DO("several doubles", 4, "setend be\n vldm r0, {d16, d17}\n setend le\n vstm r1, {d16, d17}\n");
  DO("elements of 8 bits", 2, "setend be\n vld1.8 {d16}, [r0]\n setend le\n vstm r1, {d16}\n");
  DO("elements of 16 bits", 2, "setend be\n vld1.16 {d16}, [r0]\n setend le\n vstm r1, {d16}\n");
  DO("elements of 32 bits", 2, "setend be\n vld1.32 {d16}, [r0]\n setend le\n vstm r1, {d16}\n");
  DO("elements of 64 bits", 2, "setend be\n vld1.64 {d16}, [r0]\n setend le\n vstm r1, {d16}\n");
  DO("structures", 6, "setend be\n vld3.16 {d16, d17, d18}, [r0]\n setend le\n vstm r1, {d16, d17, d18}\n");
  DO("a lane", 2, "vmov.i8 d16, #0\n setend be\n vld1.32 {d16[1]}, [r0]\n setend le\n vstm r1, {d16}\n");
  DO("all lanes", 2, "setend be\n vld1.16 {d16[]}, [r0]\n setend le\n vstm r1, {d16}\n");
  DO("store structures", 0, "vmov.i16 d16, #0x1200\n vmov.i16 d17, #0x34\n setend be\n vst2.16 {d16, d17}, [r0]\n");
  DO("store double", 0, "ldr r2, =0x11223344\n mvn r3, r2\n vmov d16, r2, r3\n setend be\n vstr d16, [r0]\n");
  DO("status", 2,
     "setend be\n mrs r2, cpsr\n setend le\n mrs r3, cpsr\n and r2, r2, #0x200\n and r3, r3, #0x200\n stm r1, {r2, "
     "r3}\n");
  DO("msr", 1, "mrs r3, cpsr\n orr r2, r3, #0x200\n msr cpsr_x, r2\n ldr r4, [r0]\n msr cpsr_x, r3\n str r4, [r1]\n");
}

static volatile uint32_t seen;
static void caught(int number, siginfo_t* info, void* context) {
  (void)number, (void)info;
  ucontext_t* uc = context;
  uint32_t cpsr;
  __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
  printf("signal %d with E %d in the handler, %d in the frame\n", number, !!(cpsr & 0x200),
         !!(uc->uc_mcontext.arm_cpsr & 0x200));
  seen = *(volatile uint32_t*)bytes;
  if (number == SIGSEGV) uc->uc_mcontext.arm_r0 = (uintptr_t)bytes;
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  show("at first", 0);
  all();
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  DO("fault", 1, "mov r0, #64\n setend be\n ldr r2, [r0]\n setend le\n str r2, [r1]\n");
  register uint32_t number __asm__("r7") = SYS_tkill;
  register uint32_t thread __asm__("r0") = (uint32_t)syscall(SYS_gettid);
  register uint32_t signal __asm__("r1") = SIGUSR1;
  uint32_t loaded;
  __asm__ volatile("setend be\n svc #0\n ldr %0, [%3]\n setend le"
                   : "=&r"(loaded), "+r"(thread)
                   : "r"(number), "r"(bytes), "r"(signal)
                   : "memory");
  printf("a call: %u, then %08x, the handler saw %08x\n", thread, loaded, seen);
  return 0;
}
