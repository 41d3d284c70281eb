// Hello from FreeBSD: output, an error with the carry flag, the thread pointer by sysarch.
#include "freebsd.h"

int main(int argc, char** argv) {
  put("hello from FreeBSD, ");
  put_number(argc);
  put(" argument, ends with hello: ");
  u32 n = length_of(argv[0]);
  put_number(n >= 5 && argv[0][n - 1] == 'o' && argv[0][n - 5] == 'h');
  put("\nclosed descriptor: ");
  put_number(call3(SYS_write, 77, "x", 1));
  put("\nunset address: ");
  put_number(call3(SYS_write, 1, 16, 1));
  call2(SYS_sysarch, ARM_SET_TP, 0x12345678);
  put("\nthread pointer kept: ");
  put_number(call2(SYS_sysarch, ARM_GET_TP, 0) == 0x12345678);
  put("\n");
  return 0;
}
