// Calls and returns: two recursions, and calls through a table of pointers.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) uint32_t fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static __attribute__((noinline)) uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t mix(uint32_t a, uint32_t b) { return a ^ b << 7 ^ b >> 3; }
static uint32_t less(uint32_t a, uint32_t b) { return a < b ? b - a : a; }
static uint32_t times(uint32_t a, uint32_t b) { return a * (b | 1); }
static uint32_t (*const volatile table[4])(uint32_t, uint32_t) = {add, mix, less, times};

int main(int argc, char** argv) {
  uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 1, sum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    sum += fibonacci(20) + ackermann(2, 60);
    for (uint32_t j = 0; j < 5000; j++) sum = table[(sum >> 4) & 3](sum, j);
  }
  printf("%08x\n", sum);
  return 0;
}
