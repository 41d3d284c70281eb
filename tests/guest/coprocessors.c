// What user mode reaches of the coprocessors, SWP, and what undefined instructions do. Expected text: the ARM kernel's
// own.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <ucontext.h>

#pragma GCC target("arm")

static sigjmp_buf away;
static void caught(int number, siginfo_t* info, void* context) {
  (void)context;
  printf("signal %d code %d\n", number, info->si_code);
  siglongjmp(away, 1);
}
#define TRY(name, ...)         \
  do {                         \
    printf("%s: ", name);      \
    if (!sigsetjmp(away, 1)) { \
      __VA_ARGS__;             \
    }                          \
  } while (0)
#define TRY_INSN(text) TRY(text, __asm__ volatile(text ::: "r2", "r3", "r4", "cc", "memory"); puts("done"))

static void registers(void) {
  uint32_t value, other = 0x12345678;
  __asm__ volatile("mrc p15, 0, %0, c13, c0, 3" : "=r"(value));
  printf("TPIDRURO is the thread pointer: %d\n", value == (uint32_t)__builtin_thread_pointer());
  __asm__ volatile("mcr p15, 0, %1, c13, c0, 2\n mrc p15, 0, %0, c13, c0, 2" : "=r"(value) : "r"(other));
  printf("TPIDRURW keeps what was written: %d\n", value == other);
  TRY_INSN("mcr p15, 0, r2, c13, c0, 3");
  TRY_INSN("mcr p15, 0, r2, c7, c5, 4");
  TRY_INSN("mcr p15, 0, r2, c7, c10, 4");
  TRY_INSN("mcr p15, 0, r2, c7, c10, 5");
  TRY_INSN("mcr p15, 0, r2, c7, c5, 0");
  TRY_INSN("mcr p15, 0, r2, c7, c5, 6");
  TRY_INSN("mcr p15, 0, r2, c7, c14, 1");
  TRY_INSN("mrc p15, 0, r2, c0, c0, 0");
  TRY_INSN("mrc p15, 0, r2, c0, c0, 1");
  TRY_INSN("mrc p15, 0, r2, c1, c0, 0");
  TRY_INSN("mrc p15, 0, r2, c13, c0, 4");
  TRY_INSN("mrc p15, 0, r2, c9, c13, 0");
  TRY_INSN("mrc p15, 0, r2, c9, c12, 0");
  TRY_INSN("mrc p15, 0, r2, c9, c14, 0");
  TRY_INSN("mrc p15, 0, r2, c14, c0, 0");
  TRY_INSN("mrc p15, 0, r2, c14, c3, 1");
  TRY_INSN("mrrc p15, 1, r2, r3, c14");
  TRY_INSN("mrrc p15, 0, r2, r3, c14");
  TRY_INSN("mcrr p15, 0, r2, r3, c14");
  TRY_INSN("mrc p14, 0, r2, c0, c1, 0");
  TRY_INSN("mrc p14, 6, r2, c0, c0, 0");
  TRY_INSN("mrc p14, 7, r2, c0, c0, 0");
  TRY_INSN("mcr p14, 7, r2, c2, c0, 0");
  TRY_INSN("ldc p5, c1, [sp]");
  TRY_INSN("stc p14, c5, [sp]");
  TRY_INSN("cdp p3, 1, c1, c2, c3");
  TRY_INSN("mrc p0, 1, r2, c2, c3");
  TRY_INSN("vmrs r2, fpscr");
  TRY_INSN(".inst 0xeef02a10 @ vmrs r2, fpsid");
  TRY_INSN(".inst 0xeef72a10 @ vmrs r2, mvfr0");
  TRY_INSN(".inst 0xeef62a10 @ vmrs r2, mvfr1");
  TRY_INSN(".inst 0xeef82a10 @ vmrs r2, fpexc");
  TRY_INSN(".inst 0xeee02a10 @ vmsr fpsid, r2");
}

static void counter(void) {
  uint32_t low, high, frequency, thumb_low, thumb_high;
  __asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(frequency));
  __asm__ volatile("mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
  uint64_t first = (uint64_t)high << 32 | low;
  printf("counter frequency %u\n", frequency);
  __asm__ volatile(
      ".syntax unified\n add r2, pc, #1\n bx r2\n.thumb\n cmp r2, r2\n ite eq\n"
      " mrrceq p15, 1, %0, %1, c14\n movne %0, #0\n .balign 4\n bx pc\n nop\n.arm\n"
      : "=r"(thumb_low), "=r"(thumb_high)::"r2", "cc");
  uint64_t second = (uint64_t)thumb_high << 32 | thumb_low;
  printf("the counter goes on: %d\n", second >= first && second - first < frequency * 100ull);
}

static void privileged(void) {
  TRY_INSN("cpsid i");
  TRY_INSN(".inst 0xe1600070 @ smc #0");
  TRY_INSN(".inst 0xe1400070 @ hvc #0");
  TRY_INSN("mrs r2, spsr");
  TRY_INSN("msr spsr_f, r2");
  TRY_INSN("rfeia sp");
  TRY_INSN("srsia sp, #19");
  TRY_INSN("msr cpsr_c, #0x1f\n mrs r2, cpsr");
  TRY_INSN("wfi");
  TRY_INSN("wfe");
  TRY_INSN("sev");
  TRY_INSN("yield");
  TRY_INSN("dbg #1");
  TRY_INSN(".inst 0xf592f000 @ pldw [r2]");
  TRY_INSN("pli [r2]");
  TRY_INSN("udf #1");
  TRY_INSN(".inst 0xf7f0a001");
  TRY_INSN("cmp r2, r2\n .inst 0x17f000f0 @ undefined, and its condition fails");
  TRY_INSN("cmp r2, r2\n .inst 0x07f000f0 @ undefined, and its condition holds");
  TRY_INSN(".inst 0xee000000 @ cdp p0");
  TRY_INSN(".inst 0xf2800fff | 0xf000 @ undefined Advanced SIMD");
  TRY_INSN(".inst 0xe7ffffff @ undefined media");
}

static void swaps(void) {
  uint32_t word[2] = {0x11223344, 0x55667788}, old = 0;
  TRY("swp of a word", register uint32_t * at __asm__("r2") = word; register uint32_t value __asm__("r3") = 0xaabbccdd;
      register uint32_t was __asm__("r4"); __asm__ volatile(".inst 0xe1024093"
                                                            : "=r"(was)
                                                            : "r"(at), "r"(value)
                                                            : "memory");
      old = was; printf("%#x %#x\n", old, word[0]));
  TRY("swpb", register uint32_t * at __asm__("r2") = word; register uint32_t value __asm__("r3") = 0xaabbccee;
      register uint32_t was __asm__("r4"); __asm__ volatile(".inst 0xe1424093"
                                                            : "=r"(was)
                                                            : "r"(at), "r"(value)
                                                            : "memory");
      old = was; printf("%#x %#x\n", old, word[0]));
  TRY("swp unaligned", register char* at __asm__("r2") = (char*)word + 1; register uint32_t value __asm__("r3") = 1;
      register uint32_t was __asm__("r4"); __asm__ volatile(".inst 0xe1024093"
                                                            : "=r"(was)
                                                            : "r"(at), "r"(value)
                                                            : "memory");
      printf("%#x %#x\n", was, word[0]));
  TRY("swp of nothing", register char* at __asm__("r2") = (char*)64; register uint32_t value __asm__("r3") = 1;
      register uint32_t was __asm__("r4"); __asm__ volatile(".inst 0xe1024093"
                                                            : "=r"(was)
                                                            : "r"(at), "r"(value)
                                                            : "memory");
      printf("%#x\n", was));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
  for (int i = 0; i < 4; i++) sigaction(signals[i], &action, NULL);
  // Without THUMBEE, which a Cortex-A15 has and we do not claim, and without what ThumbEE and the debug unit let user
  // mode read on p14 (docs/INSTRUCTIONS.md).
  printf("hwcap %#lx hwcap2 %#lx platform %s\n", getauxval(AT_HWCAP) & ~(1ul << 11), getauxval(AT_HWCAP2),
         (const char*)getauxval(AT_PLATFORM));
  registers();
  counter();
  privileged();
  swaps();
  return 0;
}
