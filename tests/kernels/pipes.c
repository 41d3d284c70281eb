// Two processes send each other a byte through two pipes.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 10000, there[2], back[2];
  char byte = 0;
  if (pipe(there) || pipe(back)) return 1;
  pid_t child = fork();
  if (child < 0) return 1;
  for (int i = 0; i < rounds; i++) {
    if (child == 0) {
      if (read(there[0], &byte, 1) != 1) _exit(1);
      byte++;
      if (write(back[1], &byte, 1) != 1) _exit(1);
    } else if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) {
      return 1;
    }
  }
  if (child == 0) _exit(0);
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  printf("%d\n", byte);
  return 0;
}
