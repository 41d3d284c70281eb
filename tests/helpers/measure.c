// Runs a command and writes what its whole tree used: CPU time, the largest process's peak memory, the status.
//
// usage: measure RESULT [--enter PID ROOT FOLDER] COMMAND...
// --enter runs it in the user and mount namespaces of process PID, with ROOT as its root and FOLDER as its folder.
// RESULT gets "USER_US SYSTEM_US PEAK_KB STATUS". A process begins with its parent's peak, so a small one must start
// it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int ok, const char* what) {
  if (ok) return;
  fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
  _exit(126);
}

static int namespace_of(const char* pid, const char* kind) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kind);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  check(fd >= 0, path);
  return fd;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  FILE* result = fopen(argv[1], "we");
  check(result != NULL, argv[1]);
  int command = 2, enter = strcmp(argv[2], "--enter") == 0;
  if (enter) command = 6;
  if (argc <= command) return 2;
  // Processes that outlive their parents come to us, so that none of them is left out.
  check(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
  pid_t child = fork();
  check(child >= 0, "fork");
  if (child == 0) {
    if (enter) {
      int user = namespace_of(argv[3], "user"), mounts = namespace_of(argv[3], "mnt");
      check(setns(user, CLONE_NEWUSER) == 0 && setns(mounts, CLONE_NEWNS) == 0, "setns");
      check(chroot(argv[4]) == 0 && chdir(argv[5]) == 0, "chroot");
    }
    execvp(argv[command], argv + command);
    check(0, argv[command]);
  }
  int status = 0, one;
  for (pid_t ended; (ended = wait(&one)) > 0 || errno == EINTR;)
    if (ended == child) status = WIFEXITED(one) ? WEXITSTATUS(one) : 128 + WTERMSIG(one);
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  fprintf(result, "%lld %lld %ld %d\n", used.ru_utime.tv_sec * 1000000LL + used.ru_utime.tv_usec,
          used.ru_stime.tv_sec * 1000000LL + used.ru_stime.tv_usec, used.ru_maxrss, status);
  return fclose(result) == 0 ? 0 : 1;
}
