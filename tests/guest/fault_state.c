// The state at faults in the middle of instructions, of IT blocks and on page borders, and going on after them.
// Expected text: the ARM kernel's own. Registers that the manual leaves UNKNOWN are not shown; the instruction runs
// again.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#pragma GCC target("fpu=neon-vfpv4")
#define ARM __attribute__((noinline, target("arm")))
#define THUMB __attribute__((noinline, target("thumb")))

static char* page;  // two pages; the second one is not accessible at first
static char* border;
static uint32_t start;
static int second_half;

static void caught(int number, siginfo_t* info, void* context) {
  mcontext_t* m = &((ucontext_t*)context)->uc_mcontext;
  uint32_t it = (m->arm_cpsr >> 25 & 3) | (m->arm_cpsr >> 8 & 0xfc);
  printf("signal %d code %d at border%+d, pc+%u, base border%+d, IT %02x, NZCV %x, error %#lx\n", number, info->si_code,
         (int)((char*)info->si_addr - border), (uint32_t)(m->arm_pc - (start & ~1u)),
         (int)(m->arm_r0 - (uintptr_t)border), it, (uint32_t)m->arm_cpsr >> 28, m->error_code);
  mprotect(page, 8192, PROT_READ | PROT_WRITE);
}

// r0 is the base, r1 where results go; `1:` is the instruction.
#define RUN(name, offset, words, code)                                                                            \
  do {                                                                                                            \
    for (int i = 0; i < 64; i++) border[i - 32] = (char)(i + 1);                                                  \
    uint32_t out[8] = {0};                                                                                        \
    printf("%s: ", name);                                                                                         \
    fflush(stdout);                                                                                               \
    mprotect(second_half ? border : page, 4096, PROT_NONE);                                                       \
    register char* at __asm__("r0") = border + (offset);                                                          \
    register uint32_t* to __asm__("r1") = out;                                                                    \
    register uint32_t* where __asm__("r2") = &start;                                                              \
    register char** again __asm__("r12") = &border;                                                               \
    __asm__ volatile(                                                                                             \
        "adr r3, 1f\n str r3, [r2]\n mov r2, #0x22\n mov r3, "                                                    \
        "#0x33\n mov r4, #0x44\n"                                                                                 \
        " mov r5, #0x55\n cmp r2, r2\n" code                                                                      \
        : "+r"(at), "+r"(to), "+r"(where), "+r"(again)::"r3", "r4", "r5", "r6", "r8", "r9", "lr", "cc", "memory", \
          "d16", "d17", "d18", "d19", "d20");                                                                     \
    char* left = at;                                                                                              \
    mprotect(page, 8192, PROT_READ | PROT_WRITE);                                                                 \
    printf("  base border%+d:", (int)(left - border));                                                            \
    for (int i = 0; i < (words); i++) printf(" %08x", out[i]);                                                    \
    printf(" |");                                                                                                 \
    for (int i = -8; i < 16; i++) printf(" %02x", (uint8_t)border[i]);                                            \
    puts("");                                                                                                     \
  } while (0)

#define COMMON                                                                                                      \
  second_half = 1;                                                                                                  \
  RUN("ldm over the border", -8, 4, ".balign 4\n1: ldm r0!, {r2, r3, r4, r5}\n stm r1, {r2, r3, r4, r5}\n");        \
  RUN("ldm with its base in the list", -4, 3,                                                                       \
      ".balign 4\n1: ldm r0, {r0, r2, r3}\n stm r1, {r0, r2, r3}\n"                                                 \
      " ldr r0, [r12]\n");                                                                                          \
  RUN("ldmdb over the border", 8, 4, ".balign 4\n1: ldmdb r0!, {r2, r3, r4, r5}\n stm r1, {r2, r3, r4, r5}\n");     \
  RUN("stm over the border", -8, 0, ".balign 4\n1: stm r0!, {r2, r3, r4, r5}\n");                                   \
  RUN("stmdb over the border", 8, 0, ".balign 4\n1: stmdb r0!, {r2, r3, r4, r5}\n");                                \
  RUN("ldrd over the border", -4, 2, ".balign 4\n1: ldrd r2, r3, [r0], #8\n stm r1, {r2, r3}\n");                   \
  RUN("strd over the border", -4, 0, ".balign 4\n1: strd r2, r3, [r0], #8\n");                                      \
  RUN("vldm over the border", -8, 4, ".balign 4\n1: vldm r0!, {d16, d17}\n vstm r1, {d16, d17}\n");                 \
  RUN("vstm over the border", -8, 0, "vmov d16, r2, r3\n vmov d17, r4, r5\n .balign 4\n1: vstm r0!, {d16, d17}\n"); \
  RUN("vldr over the border", -4, 2, ".balign 4\n1: vldr d16, [r0]\n vstm r1, {d16}\n");                            \
  RUN("vld1 over the border", -4, 2, ".balign 4\n1: vld1.16 {d16}, [r0]!\n vstm r1, {d16}\n");                      \
  RUN("vld3 over the border", -4, 6, ".balign 4\n1: vld3.8 {d16, d17, d18}, [r0]!\n vstm r1, {d16, d17, d18}\n");   \
  RUN("vst1 over the border", -4, 0, "vmov d16, r2, r3\n .balign 4\n1: vst1.16 {d16}, [r0]!\n");                    \
  RUN("word over the border", -2, 1, ".balign 4\n1: ldr r2, [r0], #4\n str r2, [r1]\n");                            \
  RUN("halfword over the border", -1, 1, ".balign 4\n1: ldrh r2, [r0], #2\n str r2, [r1]\n");                       \
  RUN("store over the border", -3, 0, ".balign 4\n1: str r2, [r0], #4\n");                                          \
  RUN("before the border", -4, 1, ".balign 4\n1: ldr r2, [r0]\n str r2, [r1]\n");                                   \
  RUN("pre-indexed", -4, 1, ".balign 4\n1: ldr r2, [r0, #4]!\n str r2, [r1]\n");                                    \
  second_half = 0;                                                                                                  \
  RUN("word out of the first page", -2, 1, ".balign 4\n1: ldr r2, [r0], #4\n str r2, [r1]\n");                      \
  RUN("store into the first page", -2, 0, ".balign 4\n1: str r2, [r0], #4\n");                                      \
  RUN("ldm out of the first page", -8, 4, ".balign 4\n1: ldm r0!, {r2, r3, r4, r5}\n stm r1, {r2, r3, r4, r5}\n");  \
  RUN("behind the border", 0, 1, ".balign 4\n1: ldr r2, [r0]\n str r2, [r1]\n");                                    \
  second_half = 1;                                                                                                  \
  RUN("condition fails", 0, 1, ".balign 4\n1: it ne\n ldrne r2, [r0]\n str r2, [r1]\n");                            \
  RUN("ldm unaligned", -9, 2, ".balign 4\n1: ldm r0, {r2, r3}\n stm r1, {r2, r3}\n");                               \
  RUN("ldm unaligned over the border", -6, 3, ".balign 4\n1: ldm r0, {r2, r3, r4}\n stm r1, {r2, r3, r4}\n");       \
  RUN("stm unaligned over the border", -6, 0, ".balign 4\n1: stm r0!, {r2, r3}\n");                                 \
  RUN("ldrd unaligned over the border", -6, 2, ".balign 4\n1: ldrd r2, r3, [r0]\n stm r1, {r2, r3}\n");             \
  RUN("stm unaligned", -9, 0, ".balign 4\n1: stm r0!, {r2, r3}\n");

ARM static void in_arm(void) {
  COMMON
  RUN("conditional ldm", -4, 2, ".balign 4\n1: ldmeq r0!, {r2, r3}\n stm r1, {r2, r3}\n");
  RUN("load into pc", -4, 1, "ldr r3, [r1]\n .balign 4\n1: ldr r2, [r0, #4]\n str r2, [r1]\n");
}
THUMB static void in_thumb(void) {
  COMMON
  RUN("second of an IT block", 0, 2,
      ".balign 4\n1: ittte eq\n moveq r3, #1\n ldreq r2, [r0]\n moveq r4, #2\n movne r4, #3\n stm r1!, {r2, r4}\n");
  RUN("last of an IT block", 0, 2,
      ".balign 4\n1: itte eq\n moveq r3, #1\n moveq r4, #2\n ldrne r2, [r0]\n ldr r2, [r0]\n stm r1!, {r2, r4}\n");
  RUN("ldm in an IT block", -4, 3,
      ".balign 4\n1: itt eq\n ldmeq.w r0!, {r2, r3}\n moveq r4, #9\n stm r1!, {r2, r3, r4}\n");
  RUN("vldm in an IT block", -8, 4,
      ".balign 4\n1: itt eq\n vldmeq r0!, {d16, d17}\n moveq r4, #9\n vstm r1, {d16, d17}\n");
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  border = page + 4096;
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  puts("ARM");
  in_arm();
  puts("Thumb");
  in_thumb();
  return 0;
}
