// What the SIMD comparison and its guest side say to each other: one case in, one result out (both 32-bit, little-endian).
#pragma once
#include <stdint.h>

// The guest's data buffer: one page, filled from `fill` before a case that uses memory.
#define RUNNER_BUFFER 0x30000000u
#define RUNNER_BUFFER_SIZE 4096u

struct RunnerCase {
  uint32_t word;   // the encoding; T32: first halfword on top
  uint32_t thumb;  // 0 or 1
  uint32_t fill;   // 0: does not use memory
  uint32_t fpscr;
  uint32_t flags;  // APSR
  uint32_t r[15];
  uint64_t d[32];
};

struct RunnerResult {
  uint32_t signal;  // 0, or what the kernel sent; then the rest is not meant
  uint32_t memory;  // hash of the buffer
  uint32_t fpscr;
  uint32_t flags;
  uint32_t r[15];
  uint32_t unused;
  uint64_t d[32];
};

static inline void runner_fill(uint8_t* buffer, uint32_t seed) {
  uint32_t i;
  for (i = 0; i < RUNNER_BUFFER_SIZE; ++i) {
    seed = seed * 1664525u + 1013904223u;
    buffer[i] = (uint8_t)(seed >> 24);
  }
}
static inline uint32_t runner_hash(const uint8_t* buffer) {
  uint32_t hash = 2166136261u, i;
  for (i = 0; i < RUNNER_BUFFER_SIZE; ++i) hash = (hash ^ buffer[i]) * 16777619u;
  return hash;
}
