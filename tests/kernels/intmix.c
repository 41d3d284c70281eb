// Mixed integer work: xorshift, multiplication, division, bit counting, a table that fits the first-level cache.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t table[1024];

int main(int argc, char** argv) {
  uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000, x = 1, sum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    uint32_t slot = x & 1023;
    table[slot] += x * 2654435761u + i;
    uint64_t wide = (uint64_t)table[slot ^ 512] * x;
    sum += (uint32_t)(wide >> 32) ^ (uint32_t)wide;
    if (sum & 64) sum = sum >> 3 | sum << 29;
    uint32_t bits = x - (x >> 1 & 0x55555555);
    bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
    sum += (((bits + (bits >> 4)) & 0x0f0f0f0f) * 0x01010101) >> 24;
    if ((i & 15) == 0) sum += x / ((i & 1023) + 1);
  }
  printf("%08x\n", sum);
  return 0;
}
