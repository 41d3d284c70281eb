// Stopping, going on and ending, as parents see it: wait statuses, SIGCHLD's details, orphaned process groups,
// terminals.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "asleep.h"

static void block(int how, int number) {
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, number);
  sigprocmask(how, &set, NULL);
}
static void show_wait(const char* name, pid_t child, int options) {
  int status = 0;
  pid_t got = waitpid(child, &status, options);
  printf("%s: ", name);
  if (got < 0)
    printf("%s\n", strerror(errno));
  else if (got == 0)
    printf("nothing\n");
  else if (WIFEXITED(status))
    printf("exited %d\n", WEXITSTATUS(status));
  else if (WIFSIGNALED(status))
    printf("killed by %d, core %d\n", WTERMSIG(status), WCOREDUMP(status) != 0);
  else if (WIFSTOPPED(status))
    printf("stopped by %d\n", WSTOPSIG(status));
  else if (WIFCONTINUED(status))
    printf("continued\n");
}
static void show_chld(const char* name, pid_t child) {
  sigset_t set;
  siginfo_t info;
  struct timespec moment = {2, 0};
  sigemptyset(&set), sigaddset(&set, SIGCHLD);
  if (sigtimedwait(&set, &info, &moment) < 0)
    printf("%s: no SIGCHLD\n", name);
  else
    printf("%s: SIGCHLD code %d status %d child %d uid %d\n", name, info.si_code, info.si_status, info.si_pid == child,
           info.si_uid);
}
// Going on and the end are one pending signal or two.
static void forget_chld(void) {
  struct timespec none = {0, 0};
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGCHLD);
  while (sigtimedwait(&set, NULL, &none) > 0) {
  }
}
static void show_waitid(const char* name, pid_t child, int options) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int got = waitid(P_PID, (id_t)child, &info, options);
  if (got < 0)
    printf("%s: %s\n", name, strerror(errno));
  else
    printf("%s: signal %d code %d status %d child %d\n", name, info.si_signo, info.si_code, info.si_status,
           info.si_pid == child);
}
static void sleeps(pid_t pid) {
  char path[32];
  sprintf(path, "/proc/%d/stat", pid);
  asleep(path);
}
static pid_t pausing(void) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    block(SIG_UNBLOCK, SIGCHLD);
    for (;;) pause();
  }
  sleeps(child);
  return child;
}

static void stop_and_go(void) {
  block(SIG_BLOCK, SIGCHLD);
  pid_t child = pausing();
  show_wait("running", child, WNOHANG | WUNTRACED | WCONTINUED);
  kill(child, SIGSTOP);
  show_chld("stop", child);
  show_waitid("looked at", child, WSTOPPED | WNOWAIT);
  show_waitid("stopped", child, WSTOPPED);
  show_waitid("once only", child, WSTOPPED | WNOHANG);
  kill(child, SIGUSR1);  // waits until it goes on
  show_wait("stopped with a deadly signal", child, WNOHANG);
  kill(child, SIGSTOP);
  show_wait("stopped again", child, WNOHANG | WUNTRACED);
  kill(child, SIGCONT);
  show_wait("it was deadly", child, 0);
  forget_chld();
  child = pausing();
  kill(child, SIGTSTP), show_chld("tstp", child), show_wait("tstp", child, WUNTRACED);
  kill(child, SIGCONT), show_chld("cont", child), show_wait("cont", child, WCONTINUED);
  show_wait("cont once only", child, WCONTINUED | WNOHANG);
  kill(child, SIGTTIN), show_chld("ttin", child), show_wait("ttin", child, WUNTRACED);
  kill(child, SIGKILL), show_chld("kill", child), show_waitid("kill", child, WEXITED | WNOWAIT);
  show_wait("kill", child, 0);
  show_wait("no more", child, 0);
}

// SIGCONT throws pending stop signals away, stop signals a pending SIGCONT.
static void going_on(int number) { (void)number; }
static void cancelling(void) {
  sigset_t pending;
  signal(SIGTSTP, going_on), signal(SIGCONT, going_on);
  block(SIG_BLOCK, SIGTSTP), block(SIG_BLOCK, SIGCONT);
  raise(SIGTSTP), raise(SIGCONT);
  sigpending(&pending);
  printf("tstp then cont: %d %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT));
  raise(SIGTSTP);
  sigpending(&pending);
  printf("then tstp: %d %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT));
  signal(SIGTSTP, SIG_IGN);  // which empties the queue
  block(SIG_UNBLOCK, SIGTSTP), block(SIG_UNBLOCK, SIGCONT);
  signal(SIGTSTP, SIG_DFL), signal(SIGCONT, SIG_DFL);
}

static void dying(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  for (int number = 1; number < 65; number++) {
    if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU) continue;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      sigset_t no_signals;
      sigemptyset(&no_signals);
      sigprocmask(SIG_SETMASK, &no_signals, NULL);
      struct sigaction usual = {.sa_handler = SIG_DFL};
      sigaction(number, &usual, NULL);
      kill(getpid(), number);
      _exit(0);
    }
    char name[16];
    sprintf(name, "signal %d", number);
    show_wait(name, child, 0);
  }
  forget_chld();
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) _exit(0x1234);
  show_chld("exit 0x1234", child), show_waitid("exit 0x1234", child, WEXITED);
}

// All that a grandchild writes into the pipe, once the process between has ended.
static void print_report(const int report[2], pid_t middle, const char* what) {
  close(report[1]);
  waitpid(middle, NULL, 0);
  char text[65] = "";
  ssize_t all = 0, got;
  while ((got = read(report[0], text + all, (size_t)(64 - all))) > 0) all += got;
  if (got < 0) exit(8);
  printf("%s%s\n", what, text);
  close(report[0]);
}

// A child in a group without a parent in the session does not stop for a terminal's signals.
static void orphans(void) {
  int report[2];
  if (pipe(report)) exit(8);
  fflush(stdout);
  pid_t middle = fork();
  if (middle == 0) {
    setsid();
    if (fork() == 0) {
      struct timespec moment = {0, 1000000};
      while (getppid() == middle || getppid() == getpid()) nanosleep(&moment, NULL);
      int stopped = kill(getpid(), SIGTSTP);  // ignored: the group is orphaned
      char text[64];
      int size = sprintf(text, "orphan: tstp %d, still here", stopped);
      if (write(report[1], text, (size_t)size) != size) _exit(9);
      _exit(0);
    }
    middle = getpid();
    _exit(0);
  }
  print_report(report, middle, "");
}

// A stopped member makes the kernel send SIGHUP and SIGCONT when its group becomes an orphan.
static void hung_up(void) {
  int report[2];
  if (pipe(report)) exit(8);
  fflush(stdout);
  pid_t middle = fork();
  if (middle == 0) {
    setsid();
    pid_t child = fork();
    if (child == 0) {
      setpgid(0, 0);
      sigset_t both;
      siginfo_t info;
      sigemptyset(&both), sigaddset(&both, SIGHUP), sigaddset(&both, SIGCONT);
      sigprocmask(SIG_BLOCK, &both, NULL);
      raise(SIGSTOP);
      for (int i = 0; i < 2; i++) {
        sigwaitinfo(&both, &info);
        char text[32];
        int size = sprintf(text, "%d code %d; ", info.si_signo, info.si_code);
        if (write(report[1], text, (size_t)size) != size) _exit(9);
      }
      _exit(0);
    }
    waitpid(child, NULL, WUNTRACED);
    _exit(0);
  }
  print_report(report, middle, "orphaned while stopped: ");
}

static void terminal(void) {
  int master, slave;
  char byte;
  if (openpty(&master, &slave, NULL, NULL, NULL)) exit(8);
  fflush(stdout);
  pid_t leader = fork();
  if (leader == 0) {
    setsid();
    if (ioctl(slave, TIOCSCTTY, 0)) _exit(20);
    signal(SIGTTOU, SIG_IGN);
    pid_t child = fork();
    if (child == 0) {
      setpgid(0, 0);
      signal(SIGTTOU, SIG_DFL);
      ssize_t got = read(slave, &byte, 1);  // in the background: SIGTTIN
      _exit(got == 1 ? byte : 30);
    }
    setpgid(child, child);
    show_wait("background read", child, WUNTRACED);
    printf("foreground: %d\n", tcsetpgrp(slave, child));
    kill(child, SIGCONT);
    if (write(master, "A\n", 2) != 2) _exit(21);
    show_wait("then it reads", child, 0);
    printf("back: %d\n", tcsetpgrp(slave, getpid()));
    child = fork();
    if (child == 0) {
      setpgid(0, 0);
      signal(SIGTTOU, SIG_DFL);
      struct termios now;
      tcgetattr(slave, &now);
      now.c_lflag |= TOSTOP;
      _exit(tcsetattr(slave, TCSANOW, &now) ? 31 : 0);
    }
    setpgid(child, child);
    show_wait("background tcsetattr", child, WUNTRACED);
    kill(child, SIGKILL), waitpid(child, NULL, 0);
    child = fork();
    if (child == 0) {
      setpgid(0, 0);
      signal(SIGTTIN, SIG_IGN);
      ssize_t got = read(slave, &byte, 1);
      _exit(got < 0 ? errno : 0);
    }
    setpgid(child, child);
    show_wait("background read, SIGTTIN ignored", child, WUNTRACED);
    signal(SIGINT, going_on);
    sigset_t set;
    sigemptyset(&set), sigaddset(&set, SIGINT), sigaddset(&set, SIGWINCH), sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    siginfo_t info;
    if (write(master, "\003", 1) != 1) _exit(22);
    sigwaitinfo(&set, &info);
    printf("^C: signal %d code %d\n", info.si_signo, info.si_code);
    struct winsize size = {30, 90, 0, 0};
    ioctl(master, TIOCSWINSZ, &size);
    sigwaitinfo(&set, &info);
    printf("size: signal %d code %d\n", info.si_signo, info.si_code);
    close(master);
    close(slave);
    fflush(stdout);
    _exit(0);
  }
  close(slave);
  waitpid(leader, NULL, 0);
  close(master);
}

static void parents_death(void) {
  int report[2];
  if (pipe(report)) exit(8);
  fflush(stdout);
  pid_t middle = fork();
  if (middle == 0) {
    if (fork() == 0) {
      sigset_t set;
      siginfo_t info;
      sigemptyset(&set), sigaddset(&set, SIGUSR1);
      sigprocmask(SIG_BLOCK, &set, NULL);
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      if (write(report[1], "r", 1) != 1) _exit(9);
      sigwaitinfo(&set, &info);
      char text[32];
      int size = sprintf(text, "%d code %d", info.si_signo, info.si_code);
      if (write(report[1], text, (size_t)size) != size) _exit(9);
      _exit(0);
    }
    char byte;
    if (read(report[0], &byte, 1) != 1) _exit(9);
    _exit(0);
  }
  print_report(report, middle, "the parent died: ");
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  pid_t child = fork();  // so that its group has a parent in the session
  if (child) return waitpid(child, NULL, 0) != child;
  setpgid(0, 0);
  stop_and_go();
  cancelling();
  dying();
  orphans();
  hung_up();
  terminal();
  parents_death();
  return 0;
}
