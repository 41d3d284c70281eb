// The least: output through stdio, an argument, an exit status of 0.
#include <stdio.h>

int main(int argc, char** argv) {
  (void)argv;
  printf("hello from %zu-bit code, %d argument\n", sizeof(void*) * 8, argc);
  return 0;
}
