// Mixed integer work: xorshift, divisions, table look-ups, calls.
#include <stdint.h>
#include <stdio.h>

static uint32_t table[1024];
static __attribute__((noinline)) uint32_t step(uint32_t x) {
  x ^= x << 13, x ^= x >> 17, x ^= x << 5;
  return x;
}

int main(void) {
  uint32_t x = 1, sum = 0;
  for (int i = 0; i < 10000000; i++) {
    x = step(x);
    table[x % 1000] += x / ((x & 7) + 1);
    sum += table[(x >> 8) & 1023];
  }
  printf("%u\n", sum);
  return 0;
}
