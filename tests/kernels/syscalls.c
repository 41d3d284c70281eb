// Many small system calls: getppid, reads and writes of one byte through a pipe.
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  int ends[2];
  char byte = 'x';
  if (pipe(ends)) return 1;
  for (int i = 0; i < 100000; i++) {
    syscall(SYS_getppid);
    if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) return 1;
  }
  puts("done");
  return 0;
}
