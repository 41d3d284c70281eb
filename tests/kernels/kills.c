// Two processes send each other SIGUSR1, waiting in sigsuspend.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t received;
static void receive(int number) { (void)number, received++; }

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1000;
  struct sigaction action = {.sa_handler = receive};
  sigset_t blocked, open;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  if (sigprocmask(SIG_BLOCK, &blocked, &open) || sigaction(SIGUSR1, &action, NULL)) return 1;
  pid_t child = fork(), other = child ? child : getppid();
  if (child < 0) return 1;
  for (int i = 0; i < rounds; i++) {
    if (child && kill(other, SIGUSR1)) return 1;
    while (received <= i) sigsuspend(&open);
    if (!child && kill(other, SIGUSR1)) _exit(1);
  }
  if (child == 0) _exit(0);
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  printf("%d\n", (int)received);
  return 0;
}
