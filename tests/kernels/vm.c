// An interpreter of bytecode for a stack machine, running a sieve of primes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { PUSH, LOAD, STORE, PEEK, POKE, ADD, LESS, JUMP, JUMP_IF_NOT, END };
static uint32_t memory[4096];

static __attribute__((noinline)) uint32_t interpret(const uint8_t* code) {
  uint32_t locals[4] = {0}, stack[32], *top = stack;
  for (const uint8_t* pc = code;;) {
    switch (*pc++) {
      case PUSH: *top++ = (uint32_t)(pc[0] | pc[1] << 8), pc += 2; break;
      case LOAD: *top++ = locals[*pc++ & 3]; break;
      case STORE: locals[*pc++ & 3] = *--top; break;
      case PEEK: top[-1] = memory[top[-1] & 4095]; break;
      case POKE: top -= 2, memory[top[0] & 4095] = top[1]; break;
      case ADD: top--, top[-1] += top[0]; break;
      case LESS: top--, top[-1] = top[-1] < top[0]; break;
      case JUMP: pc = code + (pc[0] | pc[1] << 8); break;
      case JUMP_IF_NOT: pc = *--top ? pc + 2 : code + (pc[0] | pc[1] << 8); break;
      case END: return locals[2];
    }
  }
}

static uint8_t code[256];
static int at;
static int op(int x) { return code[at++] = (uint8_t)x, at; }
static int op_byte(int x, int byte) { return op(x), op(byte); }
static int op_word(int x, int word) { return op(x), op(word & 255), op(word >> 8) - 2; }
static void lands_here(int operand) { code[operand] = (uint8_t)at, code[operand + 1] = (uint8_t)(at >> 8); }

// while (local < limit)
static int loop(int local, int limit) {
  return op_byte(LOAD, local), op_word(PUSH, limit), op(LESS), op_word(JUMP_IF_NOT, 0);
}
static void set(int local, int value) { op_word(PUSH, value), op_byte(STORE, local); }
static void poke(int local, int value) { op_byte(LOAD, local), op_word(PUSH, value), op(POKE); }
static void increase(int local, int by) { op_byte(LOAD, local), op_word(PUSH, by), op(ADD), op_byte(STORE, local); }

int main(int argc, char** argv) {
  uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 100, sum = 0;
  set(0, 2);
  int start = at, end = loop(0, 4000);
  poke(0, 1), increase(0, 1), op_word(JUMP, start), lands_here(end);
  set(0, 2), set(2, 0);
  int outer = at, outer_end = loop(0, 4000);
  op_byte(LOAD, 0), op(PEEK);
  int composite = op_word(JUMP_IF_NOT, 0);
  increase(2, 1);
  op_byte(LOAD, 0), op_byte(LOAD, 0), op(ADD), op_byte(STORE, 1);
  int inner = at, inner_end = loop(1, 4000);
  poke(1, 0), op_byte(LOAD, 1), op_byte(LOAD, 0), op(ADD), op_byte(STORE, 1), op_word(JUMP, inner),
      lands_here(inner_end);
  lands_here(composite), increase(0, 1), op_word(JUMP, outer), lands_here(outer_end);
  op(END);
  for (uint32_t i = 0; i < rounds; i++) sum += interpret(code);
  printf("%u\n", sum);
  return 0;
}
