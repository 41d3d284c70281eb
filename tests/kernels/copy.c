// Copying in words, in bytes and through the C library, in blocks of 64 KiB.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t from[16384], to[16384];

int main(int argc, char** argv) {
  uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 100, sum = 0;
  for (uint32_t i = 0; i < 16384; i++) from[i] = i * 2654435761u;
  for (uint32_t i = 0; i < rounds; i++) {
    volatile uint32_t* words = to;
    for (uint32_t j = 0; j < 16384; j++) words[j] = from[j];
    volatile uint8_t* bytes = (volatile uint8_t*)to;
    for (uint32_t j = 0; j < 16384; j++) bytes[j] = ((uint8_t*)from)[65535 - j];
    sum += to[i & 16383];
    for (int j = 0; j < 4; j++) memcpy(to, from + (i & 15), 65536 - 64), memmove(from + 1, to, 4096);
    sum += to[(i * 7) & 16383];
  }
  printf("%08x\n", sum);
  return 0;
}
