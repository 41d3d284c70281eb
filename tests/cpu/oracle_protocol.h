// What the comparison with an ARM machine and its guest side say to each other. C, for both; 32-bit, little-endian.
#pragma once
#include <stdint.h>

// The same memory at the same places on both sides. Nothing else is mapped near them.
#define ORACLE_CODE 0x20000000u  // read, execute
#define ORACLE_CODE_SIZE 0x4000u
#define ORACLE_DATA 0x30000000u  // read, write; the last page is read-only
#define ORACLE_DATA_SIZE 0x3000u
#define ORACLE_DATA_WRITABLE 0x2000u
#define ORACLE_LANDING 0x21a00000    // where a case's code jumps to at its end, as A32; as an instruction: movcs r0, r0
#define ORACLE_TPIDRURO 0x5a001230u  // the thread pointer
#define ORACLE_CASES 1024u           // in a batch at most

struct OracleCase {
  uint32_t target;  // where to begin, with bit 0 for Thumb
  uint32_t end;     // what counts as pc where the landing was reached
  uint32_t cpsr;    // flags, Q, GE, E
  uint32_t fpscr;
  uint32_t r[15];
  uint32_t tpidrurw;
  uint64_t d[32];
};

struct OracleResult {
  uint32_t signal;   // 0, or what the kernel sent
  uint32_t address;  // si_addr of SIGSEGV and SIGBUS
  uint32_t pc;
  uint32_t cpsr;  // after a signal with IT, T and E
  uint32_t fpscr;
  uint32_t r[15];
  uint32_t tpidrurw;
  uint32_t unused;
  uint64_t d[32];
};

// A batch: this, then the cases. Answer: the results, then the writable data.
struct OracleBatch {
  uint32_t count;
  uint8_t code[ORACLE_CODE_SIZE];
  uint8_t data[ORACLE_DATA_SIZE];
};
