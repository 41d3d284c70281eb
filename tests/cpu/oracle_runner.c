// Guest side of the comparison with an ARM machine: runs batches of cases from stdin, writes what became of the
// registers.
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "oracle_protocol.h"

extern struct OracleCase runner_in;
extern uint32_t runner_saved_sp, runner_target_swapped;
extern struct OracleResult runner_out;
extern const char runner_landing[], runner_landing_end[];
void runner_enter(void);

// runner_enter loads everything and jumps to the case; the landing, which is copied to ORACLE_LANDING, stores it. It
// needs a place for r0 that it reaches without another register: the page after it. runner_enter's literals lie in the
// page after its code, so that writing them does not touch a page with code. The instruction given in hexadecimal is
// str r0, [pc, #4088].
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number
__asm__(
    ".section .runner, \"awx\", %progbits\n.balign 4096\n.space 3072\n.arm\n.fpu neon-vfpv4\n"
    ".macro load_all\n"
    " ldr r1, [r0, #76]\n mcr p15, 0, r1, c13, c0, 2\n ldr r1, [r0, #12]\n vmsr fpscr, r1\n ldr r1, [r0, #8]\n msr "
    "APSR_nzcvqg, r1\n"
    " add r1, r0, #80\n vldmia r1!, {d0-d15}\n vldmia r1!, {d16-d31}\n"
    " ldr sp, [r0, #68]\n ldr lr, [r0, #72]\n add r0, r0, #16\n ldmia r0, {r0-r12}\n"
    ".endm\n"
    ".global runner_enter, runner_landing, runner_landing_end, runner_in, runner_out, runner_saved_sp\n"
    ".global runner_target_swapped\n"
    "runner_enter:\n push {r4-r11, lr}\n vpush {d8-d15}\n clrex\n"
    " ldr r0, =runner_saved_sp\n str sp, [r0]\n ldr r0, =runner_in\n ldr r1, [r0, #8]\n tst r1, #0x200\n bne 1f\n"
    " load_all\n ldr pc, runner_in\n"
    "1: load_all\n setend be\n ldr pc, runner_target_swapped\n.ltorg\n"
    "runner_return:\n ldr r0, =runner_saved_sp\n ldr sp, [r0]\n vpop {d8-d15}\n pop {r4-r11, pc}\n.ltorg\n"
    "runner_landing:\n .inst 0xe58f0ff8\n ldr r0, =runner_out\n add r0, r0, #24\n stmia r0, {r1-r12}\n"
    " str sp, [r0, #48]\n str lr, [r0, #52]\n sub r0, r0, #24\n ldr r1, =" TEXT(ORACLE_LANDING) " + 4096\n ldr r1, [r1]\n str r1, [r0, "
    "#20]\n"
    " vmrs r1, fpscr\n str r1, [r0, #16]\n mov r2, #0\n vmsr fpscr, r2\n mrs r1, cpsr\n str r1, [r0, #12]\n"
    " mrc p15, 0, r1, c13, c0, 2\n str r1, [r0, #80]\n"
    " add r1, r0, #88\n vstmia r1!, {d0-d15}\n vstmia r1!, {d16-d31}\n ldr pc, =runner_return\n.ltorg\n"
    "runner_landing_end:\n"
    ".balign 4096\nrunner_in: .space 336\nrunner_target_swapped: .word 0\nrunner_saved_sp: .word 0\n"
    ".balign 8\nrunner_out: .space 344\n.balign 4096\n.previous\n");

static volatile struct { uint32_t signal, address, pc, cpsr; } stopped;

static void on_signal(int number, siginfo_t* info, void* context) {
  mcontext_t* m = &((ucontext_t*)context)->uc_mcontext;
  stopped.signal = (uint32_t)number;
  stopped.address = number == SIGSEGV || number == SIGBUS ? (uint32_t)info->si_addr : 0;
  stopped.pc = m->arm_pc;
  stopped.cpsr = m->arm_cpsr;
  m->arm_pc = ORACLE_LANDING;
  m->arm_cpsr &= ~0x0600fe20u;  // A32, no IT block, little-endian
}

static int read_all(void* into, size_t bytes) {
  char* at = into;
  while (bytes) {
    ssize_t n = read(0, at, bytes);
    if (n <= 0) return 0;
    at += n;
    bytes -= (size_t)n;
  }
  return 1;
}
static int write_all(const void* from, size_t bytes) {
  const char* at = from;
  while (bytes) {
    ssize_t n = write(1, at, bytes);
    if (n <= 0) return 0;
    at += n;
    bytes -= (size_t)n;
  }
  return 1;
}

// Fresh pages, since an emulator may have translated the old ones.
static int fresh(uint32_t at, uint32_t bytes) {
  return mmap((void*)at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

int main(void) {
  static struct OracleCase cases[ORACLE_CASES];
  static struct OracleResult results[ORACLE_CASES];
  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigaltstack(&alternate, 0);
  const int signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGTRAP, SIGFPE};
  for (unsigned i = 0; i < 5; ++i) sigaction(signals[i], &action, 0);
  if (!fresh(ORACLE_LANDING, 8192) || !fresh(ORACLE_DATA, ORACLE_DATA_SIZE)) return 1;
  memcpy((void*)ORACLE_LANDING, runner_landing, (size_t)(runner_landing_end - runner_landing));
  mprotect((void*)ORACLE_LANDING, 4096, PROT_READ | PROT_EXEC);
  if (syscall(0xf0005, ORACLE_TPIDRURO) != 0) return 1;  // set_tls; from here on libc must not need it
  uint32_t count;
  while (read_all(&count, sizeof count)) {
    if (count > ORACLE_CASES || !fresh(ORACLE_CODE, ORACLE_CODE_SIZE)) return 1;
    if (!read_all((void*)ORACLE_CODE, ORACLE_CODE_SIZE)) return 1;
    mprotect((void*)ORACLE_CODE, ORACLE_CODE_SIZE, PROT_READ | PROT_EXEC);
    mprotect((void*)ORACLE_DATA, ORACLE_DATA_SIZE, PROT_READ | PROT_WRITE);
    if (!read_all((void*)ORACLE_DATA, ORACLE_DATA_SIZE)) return 1;
    mprotect((void*)(ORACLE_DATA + ORACLE_DATA_WRITABLE), ORACLE_DATA_SIZE - ORACLE_DATA_WRITABLE, PROT_READ);
    if (!read_all(cases, count * sizeof cases[0])) return 1;
    __builtin___clear_cache((char*)ORACLE_CODE, (char*)ORACLE_CODE + ORACLE_CODE_SIZE);
    for (uint32_t i = 0; i < count; ++i) {
      runner_in = cases[i];
      runner_target_swapped = __builtin_bswap32(cases[i].target);
      stopped.signal = 0;
      runner_enter();
      results[i] = runner_out;
      results[i].signal = stopped.signal;
      results[i].address = stopped.signal ? stopped.address : 0;
      results[i].pc = stopped.signal ? stopped.pc : cases[i].end;
      if (stopped.signal) results[i].cpsr = stopped.cpsr;
    }
    if (!write_all(results, count * sizeof results[0])) return 1;
    if (!write_all((void*)ORACLE_DATA, ORACLE_DATA_WRITABLE)) return 1;
  }
  _exit(0);  // not exit(), which needs the thread pointer
}
