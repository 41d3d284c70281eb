// fork, vfork, posix_spawn, exec, wait and what children inherit. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
static const char* self;

static int wait_for(pid_t child) {
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void spawn(const char* path, char** arguments) {
  pid_t child;
  int error = posix_spawn(&child, path, NULL, NULL, arguments, environ);
  if (error)
    printf("posix_spawn %s: %s\n", strrchr(path, '/'), strerror(error));
  else
    printf("posix_spawn %s: status %d\n", strrchr(path, '/'), wait_for(child));
}

static void failing_exec(const char* name, const char* path) {
  char* arguments[] = {"x", NULL};
  execve(path, arguments, environ);
  printf("execve of %s: %s\n", name, strerror(errno));
}

static void* idle(void* unused) {
  (void)unused;
  for (;;) pause();
}
static void* exec_from_here(void* unused) {
  (void)unused;
  execl(self, self, "child", "from-thread", (char*)NULL);
  _exit(99);
}

static int as_child(int argc, char** argv) {
  if (!strcmp(argv[2], "status")) return atoi(argv[3]);
  if (!strcmp(argv[2], "from-thread")) return printf("exec from a second thread: pid kept %d\n", getpid() == atoi(getenv("P"))), 0;
  if (!strcmp(argv[2], "inherit")) {
    sigset_t mask;
    struct sigaction usr1, usr2;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigaction(SIGUSR1, NULL, &usr1), sigaction(SIGUSR2, NULL, &usr2);
    printf("after exec: argc %d, X=%s, USR1 blocked %d, USR1 ignored %d, USR2 default %d, cloexec fd %s, other fd %s\n", argc,
           getenv("X"), sigismember(&mask, SIGUSR1), usr1.sa_handler == SIG_IGN, usr2.sa_handler == SIG_DFL,
           fcntl(10, F_GETFD) < 0 ? "closed" : "open", fcntl(11, F_GETFD) < 0 ? "closed" : "open");
    return 0;
  }
  return 50;
}

static void nothing(int number) { (void)number; }

int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  self = argv[0];
  if (argc > 1) return as_child(argc, argv);
  char path[4096], buffer[256];

  // vfork shares memory: the child's store is seen.
  static volatile int shared;
  pid_t child = vfork();
  if (child == 0) {
    shared = 42;
    _exit(7);
  }
  printf("vfork: memory %d, status %d\n", shared, wait_for(child));
  shared = 0;
  child = fork();
  if (child == 0) {
    shared = 42;
    _exit(8);
  }
  printf("fork: status %d, memory %d\n", wait_for(child), shared);

  spawn(self, (char*[]){(char*)self, "child", "status", "21", NULL});
  spawn("/no/such/program", (char*[]){"x", NULL});
  spawn("/etc/passwd", (char*[]){"x", NULL});

  char directory[] = "/tmp/processes-XXXXXX";
  if (!mkdtemp(directory) || chdir(directory)) return 1;
  failing_exec("a missing file", "./missing");
  failing_exec("a directory", directory);
  int fd = open("text", O_WRONLY | O_CREAT, 0755);
  if (write(fd, "no program\n", 11) != 11) return 1;
  close(fd);
  failing_exec("text", "./text");
  failing_exec("a file as folder", "./text/x");
  fd = open("script", O_WRONLY | O_CREAT, 0755);
  sprintf(buffer, "#!%s child\n", "/no/such/interpreter");
  if (write(fd, buffer, strlen(buffer)) < 0) return 1;
  close(fd);
  failing_exec("a script without interpreter", "./script");
  unlink("text"), unlink("script");
  snprintf(path, sizeof path, "%s", directory);
  if (chdir("/")) return 1;
  rmdir(path);

  // exec keeps mask and ignored signals, resets handlers, closes what is close-on-exec
  child = fork();
  if (child == 0) {
    sigset_t set;
    sigemptyset(&set), sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGUSR1, SIG_IGN), signal(SIGUSR2, nothing);
    int null = open("/dev/null", O_RDWR);
    dup3(null, 10, O_CLOEXEC), dup2(null, 11);
    setenv("X", "a value", 1);
    execl(self, self, "child", "inherit", "x", (char*)NULL);
    _exit(99);
  }
  printf("exec: status %d\n", wait_for(child));

  child = fork();
  if (child == 0) {
    pthread_t other;
    sprintf(buffer, "%d", getpid());
    setenv("P", buffer, 1);
    pthread_create(&other, NULL, idle, NULL);
    pthread_create(&other, NULL, exec_from_here, NULL);
    for (;;) pause();
  }
  printf("exec from a thread: status %d\n", wait_for(child));

  // pipes, process groups, statuses
  int ends[2];
  if (pipe(ends)) return 1;
  child = fork();
  if (child == 0) {
    setpgid(0, 0);
    printf("own group: %d\n", getpgrp() == getpid());
    if (write(ends[1], "through the pipe", 16) != 16) _exit(1);
    for (;;) pause();
  }
  long got = read(ends[0], buffer, sizeof buffer);
  printf("read %ld: %.*s\n", got, (int)got, buffer);
  kill(-child, SIGTERM);
  printf("killed by group: %d\n", wait_for(child));
  child = fork();
  if (child == 0) abort();
  int status;
  struct rusage usage;
  wait4(child, &status, 0, &usage);
  printf("abort: signal %d\n", WTERMSIG(status));
  printf("no more children: %s\n", wait(&status) < 0 ? strerror(errno) : "?");
  child = fork();
  if (child == 0) {
    pthread_t other;
    pthread_create(&other, NULL, idle, NULL);
    pthread_exit(NULL);  // the leader ends, the process lives on
  }
  siginfo_t info;
  memset(&info, 0, sizeof info);
  struct timespec some = {0, 50000000};
  nanosleep(&some, NULL);
  printf("leader ended, process alive: %d\n", waitpid(child, &status, WNOHANG) == 0);
  kill(child, SIGKILL);
  waitid(P_PID, child, &info, WEXITED);
  printf("waitid: code %d status %d\n", info.si_code, info.si_status);
  printf("close-on-exec of standard files: %d\n", fcntl(1, F_GETFD));
  return 0;
}
