// A 1 kHz SIGALRM interrupts every call that can block, with and without SA_RESTART; prints what each call answered.
// The expected text is the ARM kernel's own (restart_calls.expected). No output depends on timing: a call that is
// restarted goes on until the handler's fifth run lets it finish.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { enough = 5 };
static volatile int handled;
static void (*finish)(void);
static int pipe_fds[2], listener, word, epoll_fd, semaphores, opened;
static pid_t child;
static char fifo_path[64], lock_path[64], socket_path[64];

static void on_alarm(int number) {
  int saved = errno;
  (void)number;
  if (++handled == enough && finish) finish();
  errno = saved;
}

static void ticking(int on) {
  struct itimerval timer = {{0, on ? 1000 : 0}, {0, on ? 1000 : 0}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

// What lets each call end.
static void put_byte(void) {
  if (write(pipe_fds[1], "x", 1) != 1) _exit(9);
}
static void take_bytes(void) {
  static char sink[65536];
  if (read(pipe_fds[0], sink, sizeof sink) <= 0) _exit(9);
}
static void kill_child(void) { kill(child, SIGKILL); }
static void connect_one(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, socket_path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr*)&address, sizeof address)) _exit(9);
}
static void change_word(void) { word = 1; }
static void open_other_end(void) {
  if (open(fifo_path, O_RDWR | O_NONBLOCK) < 0) _exit(9);
}
static void raise_semaphore(void) {
  struct sembuf up = {0, 1, 0};
  semop(semaphores, &up, 1);
}
static void send_byte(void) {
  if (send(pipe_fds[1], "x", 1, 0) != 1) _exit(9);
}

// Each returns the call's result, errno set.
static long do_read(void) {
  char c;
  return read(pipe_fds[0], &c, 1);
}
static long do_write(void) {
  static char block[4096];
  return write(pipe_fds[1], block, sizeof block);
}
static long do_select(void) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pipe_fds[0], &set);
  return select(pipe_fds[0] + 1, &set, 0, 0, 0);
}
static long do_pselect(void) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pipe_fds[0], &set);
  return pselect(pipe_fds[0] + 1, &set, 0, 0, 0, 0);
}
static long do_poll(void) {
  struct pollfd p = {pipe_fds[0], POLLIN, 0};
  return poll(&p, 1, -1);
}
static long do_ppoll(void) {
  struct pollfd p = {pipe_fds[0], POLLIN, 0};
  return ppoll(&p, 1, 0, 0);
}
static long do_epoll(void) {
  struct epoll_event e;
  return epoll_wait(epoll_fd, &e, 1, -1);
}
static long do_nanosleep(void) {
  struct timespec t = {0, 40000000};
  return nanosleep(&t, 0);
}
static long do_clock_nanosleep(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += 40000000;
  if (t.tv_nsec >= 1000000000) t.tv_nsec -= 1000000000, t.tv_sec++;
  int e = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
  errno = e;
  return e ? -1 : 0;
}
static long do_wait4(void) {
  int status;
  return wait4(child, &status, 0, 0) == child ? status : -1;
}
static long do_waitid(void) {
  siginfo_t i;
  return waitid(P_PID, child, &i, WEXITED) ? -1 : i.si_status;
}
static long do_futex(void) { return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0); }
static long do_futex_timed(void) {
  struct {
    long s, ns;
  } t = {60, 0};
  return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &t, 0, 0);
}
static long do_accept(void) { return (opened = accept(listener, 0, 0)) >= 0 ? 0 : -1; }
static long do_open_fifo(void) { return (opened = open(fifo_path, O_RDONLY)) >= 0 ? 0 : -1; }
static long do_flock(void) { return flock(opened = open(lock_path, O_RDWR), LOCK_EX); }
static long do_fcntl_lock(void) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(opened = open(lock_path, O_RDWR), F_SETLKW, &lock);
}
static long do_sigsuspend(void) {
  sigset_t none;
  sigemptyset(&none);
  return sigsuspend(&none);
}
static long do_pause(void) { return pause(); }
static long do_semop(void) {
  struct sembuf down = {0, -1, 0};
  return semop(semaphores, &down, 1);
}
static long do_sigtimedwait(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  struct timespec t = {60, 0};
  return sigtimedwait(&set, 0, &t);
}
static long do_recv(void) {
  char c;
  return recv(pipe_fds[0], &c, 1, 0);
}
static long do_recv_timed(void) {
  struct timeval t = {60, 0};
  setsockopt(pipe_fds[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
  return do_recv();
}

static void plain_pipe(void) {
  if (pipe(pipe_fds)) exit(8);
}
static void full_pipe(void) {
  static char block[65536];
  plain_pipe();
  fcntl(pipe_fds[1], F_SETFL, O_NONBLOCK);
  while (write(pipe_fds[1], block, sizeof block) > 0) {
  }
  fcntl(pipe_fds[1], F_SETFL, 0);
}
static void socket_pair(void) {
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pipe_fds)) exit(8);
}
static void epoll_pipe(void) {
  plain_pipe();
  epoll_fd = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, pipe_fds[0], &e);
}
static void sleeping_child(void) {
  child = fork();
  if (child == 0)
    for (;;) pause();
}
static void locking_child(void) {
  int ready[2];
  char c;
  if (pipe(ready)) exit(8);
  child = fork();
  if (child == 0) {
    int fd = open(lock_path, O_RDWR | O_CREAT, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    flock(fd, LOCK_EX);
    fcntl(fd, F_SETLKW, &lock);
    if (write(ready[1], "r", 1) != 1) _exit(9);
    for (;;) pause();
  }
  if (read(ready[0], &c, 1) != 1) exit(8);
}
static void listening(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, socket_path);
  unlink(socket_path);
  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) || listen(listener, 4)) exit(8);
}
static void new_fifo(void) {
  unlink(fifo_path);
  if (mkfifo(fifo_path, 0600)) exit(8);
}
static void zero_word(void) { word = 0; }
static void new_semaphores(void) { semaphores = semget(IPC_PRIVATE, 1, 0600); }

static const struct {
  const char* name;
  void (*prepare)(void);
  long (*call)(void);
  void (*finish)(void);
} cases[] = {
    {"read pipe", plain_pipe, do_read, put_byte},
    {"write full pipe", full_pipe, do_write, take_bytes},
    {"select", plain_pipe, do_select, put_byte},
    {"pselect", plain_pipe, do_pselect, put_byte},
    {"poll", plain_pipe, do_poll, put_byte},
    {"ppoll", plain_pipe, do_ppoll, put_byte},
    {"epoll_wait", epoll_pipe, do_epoll, put_byte},
    {"nanosleep", 0, do_nanosleep, 0},
    {"clock_nanosleep absolute", 0, do_clock_nanosleep, 0},
    {"wait4", sleeping_child, do_wait4, kill_child},
    {"waitid", sleeping_child, do_waitid, kill_child},
    {"futex wait", zero_word, do_futex, change_word},
    {"futex wait with timeout", zero_word, do_futex_timed, change_word},
    {"accept", listening, do_accept, connect_one},
    {"open fifo", new_fifo, do_open_fifo, open_other_end},
    {"flock", locking_child, do_flock, kill_child},
    {"fcntl F_SETLKW", locking_child, do_fcntl_lock, kill_child},
    {"sigsuspend", 0, do_sigsuspend, 0},
    {"pause", 0, do_pause, 0},
    {"semop", new_semaphores, do_semop, raise_semaphore},
    {"sigtimedwait", 0, do_sigtimedwait, 0},
    {"recv", socket_pair, do_recv, send_byte},
    {"recv with SO_RCVTIMEO", socket_pair, do_recv_timed, send_byte},
};

int main(void) {
  sprintf(fifo_path, "/tmp/restart-fifo-%d", getpid());
  sprintf(lock_path, "/tmp/restart-lock-%d", getpid());
  sprintf(socket_path, "/tmp/restart-socket-%d", getpid());
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int restart = 0; restart < 2; restart++) {
      struct sigaction action = {.sa_handler = on_alarm, .sa_flags = restart ? SA_RESTART : 0};
      sigaction(SIGALRM, &action, NULL);
      child = 0;
      if (cases[i].prepare) cases[i].prepare();
      handled = 0;
      finish = cases[i].finish;
      errno = 0;
      ticking(1);
      long result = cases[i].call();
      int error = errno;
      ticking(0);
      printf("%s, %s: ", cases[i].name, restart ? "SA_RESTART" : "no SA_RESTART");
      if (result < 0)
        printf("%s\n", strerror(error));
      else
        printf("%ld after %s\n", result, handled >= enough ? "all signals" : "fewer signals");
      fflush(stdout);
      if (child) kill(child, SIGKILL), waitpid(child, 0, 0);
      if (pipe_fds[0]) close(pipe_fds[0]), close(pipe_fds[1]), pipe_fds[0] = pipe_fds[1] = 0;
      if (opened > 0) close(opened), opened = 0;
      if (semaphores) semctl(semaphores, 0, IPC_RMID), semaphores = 0;
    }
  }
  unlink(fifo_path), unlink(lock_path), unlink(socket_path);
  return 0;
}
