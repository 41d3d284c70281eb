// Starts itself again and again with fork and execve, and waits for each.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc < 2) return 7;
  int rounds = atoi(argv[1]), ended = 0;
  for (int i = 0; i < rounds; i++) {
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      execl(argv[0], argv[0], NULL);
      _exit(1);
    }
    int status;
    if (waitpid(child, &status, 0) != child) return 1;
    ended += WIFEXITED(status) && WEXITSTATUS(status) == 7;
  }
  printf("%d\n", ended);
  return 0;
}
