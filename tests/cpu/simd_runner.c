// Guest side of the SIMD comparison: runs the cases on stdin one by one and writes what became of the registers.
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "simd_runner.h"

struct Registers {
  uint32_t r[15], fpscr, flags, target, saved_sp, unused;
  uint64_t d[32];
};
extern struct Registers runner_in, runner_out;
void runner_enter(void);
void runner_landing(void);

// The landing stores r0 without the help of another register: its data lies in the next page, 4 KiB away at most.
__asm__(
    ".section .runner, \"awx\", %progbits\n.balign 4096\n.space 3584\n.arm\n"
    ".global runner_enter, runner_landing, runner_in, runner_out\n"
    "runner_enter:\n push {r4-r11, lr}\n vpush {d8-d15}\n"
    " ldr r0, =runner_in\n str sp, [r0, #72]\n"
    " ldr r1, [r0, #60]\n vmsr fpscr, r1\n ldr r1, [r0, #64]\n msr APSR_nzcvqg, r1\n"
    " add r1, r0, #80\n vldmia r1!, {d0-d15}\n vldmia r1!, {d16-d31}\n"
    " ldr sp, [r0, #52]\n ldr lr, [r0, #56]\n ldmia r0, {r0-r12}\n ldr pc, runner_in + 68\n"
    "runner_landing:\n str r0, runner_out\n ldr r0, =runner_out\n"
    " str r1, [r0, #4]\n str r2, [r0, #8]\n str r3, [r0, #12]\n add r1, r0, #16\n stmia r1, {r4-r12}\n"
    " str sp, [r0, #52]\n str lr, [r0, #56]\n vmrs r1, fpscr\n str r1, [r0, #60]\n"
    " mov r2, #0\n vmsr fpscr, r2\n mrs r1, cpsr\n str r1, [r0, #64]\n"
    " add r1, r0, #80\n vstmia r1!, {d0-d15}\n vstmia r1!, {d16-d31}\n"
    " ldr r0, =runner_in\n ldr sp, [r0, #72]\n vpop {d8-d15}\n pop {r4-r11, pc}\n.ltorg\n"
    ".balign 4096\nrunner_in: .space 336\nrunner_out: .space 336\n.balign 4096\n.previous\n");

static volatile int received;

static void on_signal(int number, siginfo_t* info, void* context) {
  (void)info;
  ucontext_t* uc = context;
  received = number;
  uc->uc_mcontext.arm_pc = (uint32_t)runner_landing;
  uc->uc_mcontext.arm_cpsr &= ~0x0600fe20u;  // A32, no IT block, little-endian
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

static void run(const struct RunnerCase* c, struct RunnerResult* result, uint32_t* code) {
  uint8_t* buffer = (uint8_t*)RUNNER_BUFFER;
  if (c->fill) runner_fill(buffer, c->fill);
  memcpy(runner_in.r, c->r, sizeof c->r);
  memcpy(runner_in.d, c->d, sizeof c->d);
  runner_in.fpscr = c->fpscr;
  runner_in.flags = c->flags;
  runner_in.target = (uint32_t)code | c->thumb;
  received = 0;
  runner_enter();
  result->signal = (uint32_t)received;
  result->memory = c->fill ? runner_hash(buffer) : 0;
  result->fpscr = runner_out.fpscr;
  result->flags = runner_out.flags & 0xf80f0000u;
  memcpy(result->r, runner_out.r, sizeof result->r);
  memcpy(result->d, runner_out.d, sizeof result->d);
}

int main(void) {
  static struct RunnerCase cases[256];
  static struct RunnerResult results[256];
  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigaltstack(&alternate, 0);
  const int signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGTRAP};
  for (unsigned i = 0; i < 4; ++i) sigaction(signals[i], &action, 0);
  mmap((void*)RUNNER_BUFFER, RUNNER_BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint32_t count;
  while (read_all(&count, sizeof count)) {
    if (count > 256 || !read_all(cases, count * sizeof cases[0])) return 1;
    uint32_t* code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (uint32_t i = 0; i < count; ++i) {  // the instruction, then a jump to the landing
      uint32_t word = cases[i].word;
      code[3 * i] = cases[i].thumb ? word >> 16 | word << 16 : word;
      code[3 * i + 1] = cases[i].thumb ? 0xf000f8dfu : 0xe51ff004u;  // ldr pc, the word after this
      code[3 * i + 2] = (uint32_t)runner_landing;
    }
    __builtin___clear_cache((char*)code, (char*)code + 4096);
    for (uint32_t i = 0; i < count; ++i) run(&cases[i], &results[i], code + 3 * i);
    if (write(1, results, count * sizeof results[0]) < 0) return 1;
    munmap(code, 4096);
  }
  return 0;
}
