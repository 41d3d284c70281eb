// The calls that restart_table.c tries: how to prepare each so that it waits, how to make it, and what lets it end.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "asleep.h"

struct answer {
  long result;
  int error, handled;
};
struct trial {
  const char* name;
  void (*prepare)(void);  // in the parent, before the fork
  void (*inside)(void);   // in the subject
  long (*call)(void);
  void (*finish)(void);  // in the parent
};

static int ready_pipe[2], handled_pipe[2], answer_pipe[2];
static volatile int handled;
static pid_t subject_pid;
static int fds[2], other[2], extra, queue_id = -1, semaphore_id = -1;
static mqd_t mq = -1;
static char buffer[65536];

static void clean_up(void) {
  if (queue_id >= 0) msgctl(queue_id, IPC_RMID, NULL), queue_id = -1;
  if (semaphore_id >= 0) semctl(semaphore_id, 0, IPC_RMID), semaphore_id = -1;
  if (mq >= 0) mq_unlink("/restart-table"), mq = -1;
  unlink("fifo"), unlink("lock"), unlink("socket"), unlink("made");
}
static void must(int good) {
  if (!good) {
    perror("restart_table");
    exit(8);
  }
}

// --- pipes and what looks like them
static void new_pipe(void) { must(!pipe(fds)); }
static void fill(int fd) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  for (size_t piece = sizeof buffer; piece; piece = piece > 1 ? piece / 2 : 0)
    while (write(fd, buffer, piece) > 0) {
    }
  fcntl(fd, F_SETFL, flags);
}
static void full_pipe(void) { new_pipe(), fill(fds[1]); }
static void two_pipes(void) {
  new_pipe();
  must(!pipe(other));
}
static void put_byte(void) { must(write(fds[1], "x", 1) == 1); }
static void take_bytes(void) { must(read(fds[0], buffer, sizeof buffer) > 0); }
static long do_read(void) { return read(fds[0], buffer, 1); }
static long do_readv(void) {
  struct iovec v = {buffer, 1};
  return readv(fds[0], &v, 1);
}
static long do_preadv2(void) {
  struct iovec v = {buffer, 1};
  return preadv2(fds[0], &v, 1, -1, 0);
}
static long do_write(void) { return write(fds[1], buffer, 1); }
static long do_writev(void) {
  struct iovec v = {buffer, 1};
  return writev(fds[1], &v, 1);
}
static long do_splice(void) { return splice(fds[0], NULL, other[1], NULL, 1, 0); }
static long do_tee(void) { return tee(fds[0], other[1], 1, 0); }
static long do_vmsplice(void) {
  struct iovec v = {buffer, 1};
  return vmsplice(fds[1], &v, 1, 0);
}
static void full_pipe_and_file(void) {
  full_pipe();
  extra = open("made", O_RDWR | O_CREAT, 0600);
  must(write(extra, "abc", 3) == 3);
}
static long do_sendfile(void) {
  off_t at = 0;
  return sendfile(fds[1], extra, &at, 1);
}
static void new_fifo(void) { must(!mkfifo("fifo", 0600)); }
static long do_open_read(void) { return open("fifo", O_RDONLY) < 0 ? -1 : 0; }
static long do_open_write(void) { return openat(AT_FDCWD, "fifo", O_WRONLY) < 0 ? -1 : 0; }
static long do_creat(void) { return creat("fifo", 0600) < 0 ? -1 : 0; }
static long do_openat2(void) {
  uint64_t how[3] = {O_RDONLY, 0, 0};
  return syscall(437, AT_FDCWD, "fifo", how, sizeof how) < 0 ? -1 : 0;
}
static void open_other_end(void) { must(open("fifo", O_RDWR | O_NONBLOCK) >= 0); }

// --- other descriptors
static void new_eventfd(void) { fds[0] = fds[1] = eventfd(0, 0); }
static void full_eventfd(void) { fds[0] = fds[1] = eventfd(0, 0), must(!eventfd_write(fds[1], -2ull)); }
static long do_read8(void) { return read(fds[0], buffer, 8); }
static long do_write8(void) {
  uint64_t one = 1;
  return write(fds[1], &one, 8);
}
static void count_one(void) { must(!eventfd_write(fds[1], 1)); }
static void take_count(void) { must(read(fds[0], buffer, 8) == 8); }
static void new_timerfd(void) { fds[0] = timerfd_create(CLOCK_MONOTONIC, 0); }
static void fire_timerfd(void) {
  struct itimerspec soon = {{0, 0}, {0, 1}};
  must(!timerfd_settime(fds[0], 0, &soon, NULL));
}
static void block_end_signal(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
}
static void new_signalfd(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  block_end_signal();
  fds[0] = signalfd(-1, &set, 0);
}
static long do_read_signalfd(void) { return read(fds[0], buffer, 128); }
static void end_signal(void) { must(!kill(subject_pid, SIGUSR2)); }
static void new_inotify(void) {
  fds[0] = inotify_init();
  must(inotify_add_watch(fds[0], ".", IN_CREATE) > 0);
}
static long do_read_inotify(void) { return read(fds[0], buffer, 4096) > 0 ? 0 : -1; }
static void make_file(void) { must(open("made", O_CREAT | O_RDWR, 0600) >= 0); }
static void new_terminal(void) {
  must(!openpty(&fds[1], &fds[0], NULL, NULL, NULL));
  struct termios t;
  tcgetattr(fds[0], &t);
  cfmakeraw(&t);
  tcsetattr(fds[0], TCSANOW, &t);
}
// The kernel carries what is written to the other side by and by.
static void full_terminal(void) {
  new_terminal();
  for (int i = 0; i < 5; i++) fill(fds[0]), usleep(10000);
  fill(fds[0]);
}
static long do_write_terminal(void) { return write(fds[0], buffer, 1); }
static void drain_terminal(void) {
  fcntl(fds[1], F_SETFL, O_NONBLOCK);
  for (int i = 0; i < 100; i++)
    if (read(fds[1], buffer, sizeof buffer) <= 0) break;
}

// --- locks
static void locked_file(void) {
  extra = open("lock", O_RDWR | O_CREAT, 0600);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  must(!flock(extra, LOCK_EX) && !fcntl(extra, F_SETLK, &lock));
}
static void unlock(void) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  must(!flock(extra, LOCK_UN) && !fcntl(extra, F_SETLK, &lock));
}
static long do_flock(void) { return flock(open("lock", O_RDWR), LOCK_EX); }
static long do_setlkw(void) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(open("lock", O_RDWR), F_SETLKW, &lock);
}
static long do_setlkw64(void) {
  struct flock64 lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(open("lock", O_RDWR), F_SETLKW64, &lock);
}
static long do_ofd_setlkw(void) {
  struct flock64 lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(open("lock", O_RDWR), F_OFD_SETLKW, &lock);
}

// --- sockets
static void socket_pair(void) { must(!socketpair(AF_UNIX, SOCK_STREAM, 0, fds)); }
static void timed_pair(void) {
  socket_pair();
  struct timeval t = {60, 0};
  setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
  setsockopt(fds[1], SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}
static void full_pair(void) { socket_pair(), fill(fds[1]); }
static void full_timed_pair(void) { timed_pair(), fill(fds[1]); }
static void drain_pair(void) {
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  while (read(fds[0], buffer, sizeof buffer) > 0) {
  }
}
static struct iovec one_byte = {buffer, 1};
static long do_recv(void) { return recv(fds[0], buffer, 1, 0); }
static long do_recvmsg(void) {
  struct msghdr m = {.msg_iov = &one_byte, .msg_iovlen = 1};
  return recvmsg(fds[0], &m, 0);
}
static long do_recvmmsg(void) {
  struct mmsghdr m = {.msg_hdr = {.msg_iov = &one_byte, .msg_iovlen = 1}};
  return recvmmsg(fds[0], &m, 1, 0, NULL);
}
static long do_recvmmsg_timed(void) {
  struct mmsghdr m = {.msg_hdr = {.msg_iov = &one_byte, .msg_iovlen = 1}};
  int64_t t[2] = {60, 0};
  return syscall(417, fds[0], &m, 1, 0, t);
}
static long do_send(void) { return send(fds[1], buffer, 1, 0); }
static long do_sendmsg(void) {
  struct msghdr m = {.msg_iov = &one_byte, .msg_iovlen = 1};
  return sendmsg(fds[1], &m, 0);
}
static long do_sendmmsg(void) {
  struct mmsghdr m = {.msg_hdr = {.msg_iov = &one_byte, .msg_iovlen = 1}};
  return sendmmsg(fds[1], &m, 1, 0);
}
static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
static void listening(void) {
  fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
  must(!bind(fds[0], (struct sockaddr*)&address, sizeof address) && !listen(fds[0], 0));
}
static void listening_timed(void) {
  struct timeval t = {60, 0};
  listening();
  setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}
static int connected(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return connect(fd, (struct sockaddr*)&address, sizeof address);
}
static void connect_one(void) { must(!connected()); }
static void full_backlog(void) { listening(), connect_one(); }
static void accept_one(void) { must(accept(fds[0], NULL, NULL) >= 0); }
static long do_accept(void) { return accept(fds[0], NULL, NULL) < 0 ? -1 : 0; }
static long do_accept4(void) { return accept4(fds[0], NULL, NULL, SOCK_CLOEXEC) < 0 ? -1 : 0; }
static long do_connect(void) { return connected(); }
static long do_connect_timed(void) {
  struct timeval t = {60, 0};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
  return connect(fd, (struct sockaddr*)&address, sizeof address);
}

// --- waiting for descriptors
static fd_set one_fd(void) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fds[0], &set);
  return set;
}
static long do_select(void) {
  fd_set set = one_fd();
  return syscall(SYS__newselect, fds[0] + 1, &set, NULL, NULL, NULL);
}
static long do_select_timed(void) {
  fd_set set = one_fd();
  long t[2] = {60, 0};
  return syscall(SYS__newselect, fds[0] + 1, &set, NULL, NULL, t);
}
static long do_pselect6(void) {
  fd_set set = one_fd();
  long t[2] = {60, 0};
  return syscall(SYS_pselect6, fds[0] + 1, &set, NULL, NULL, t, NULL);
}
static long do_pselect6_time64(void) {
  fd_set set = one_fd();
  int64_t t[2] = {60, 0};
  return syscall(413, fds[0] + 1, &set, NULL, NULL, t, NULL);
}
static long do_poll(void) {
  struct pollfd p = {fds[0], POLLIN, 0};
  return syscall(SYS_poll, &p, 1, -1);
}
static long do_poll_timed(void) {
  struct pollfd p = {fds[0], POLLIN, 0};
  return syscall(SYS_poll, &p, 1, 60000);
}
static long do_ppoll(void) {
  struct pollfd p = {fds[0], POLLIN, 0};
  long t[2] = {60, 0};
  return syscall(SYS_ppoll, &p, 1, t, NULL, 8);
}
static long do_ppoll_time64(void) {
  struct pollfd p = {fds[0], POLLIN, 0};
  int64_t t[2] = {60, 0};
  return syscall(414, &p, 1, t, NULL, 8);
}
static void watched_pipe(void) {
  new_pipe();
  extra = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN};
  must(!epoll_ctl(extra, EPOLL_CTL_ADD, fds[0], &e));
}
static long do_epoll_wait(void) {
  struct epoll_event e;
  return syscall(SYS_epoll_wait, extra, &e, 1, -1);
}
static long do_epoll_wait_timed(void) {
  struct epoll_event e;
  return syscall(SYS_epoll_wait, extra, &e, 1, 60000);
}
static long do_epoll_pwait(void) {
  struct epoll_event e;
  return syscall(SYS_epoll_pwait, extra, &e, 1, -1, NULL, 8);
}
static long do_epoll_pwait2(void) {
  struct epoll_event e;
  int64_t t[2] = {60, 0};
  return syscall(441, extra, &e, 1, t, NULL, 8);
}

// --- sleeping, waiting for signals and for children
static int ends_by_itself;  // no signal will: the others sleep for longer than it can take to send one
static void no_finish(void) {}
static long do_nanosleep(void) {
  long t[2] = {ends_by_itself ? 0 : 60, 100000000};
  return syscall(SYS_nanosleep, t, NULL);
}
static long do_clock_nanosleep(void) {
  int64_t t[2] = {ends_by_itself ? 0 : 60, 100000000};
  return syscall(407, CLOCK_REALTIME, 0, t, NULL);
}
static long do_clock_nanosleep_until(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  long until[2] = {t.tv_sec + (ends_by_itself ? 0 : 60), t.tv_nsec + 100000000};
  if (until[1] >= 1000000000) until[1] -= 1000000000, until[0]++;
  return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, until, NULL);
}
static long do_pause(void) { return pause(); }
static long do_sigsuspend(void) {
  sigset_t none;
  sigemptyset(&none);
  return sigsuspend(&none);
}
static long do_sigtimedwait(void) {
  uint64_t set = 1ull << (SIGUSR2 - 1);
  long t[2] = {60, 0};
  return syscall(SYS_rt_sigtimedwait, &set, NULL, t, 8);
}
static long do_sigtimedwait_time64(void) {
  uint64_t set = 1ull << (SIGUSR2 - 1);
  return syscall(421, &set, NULL, NULL, 8);
}
static void waiting_child(void) {
  if (fork()) return;
  close(fds[1]);  // so that it ends with the test
  _exit(read(fds[0], buffer, 1) == 1 ? 7 : 9);
}
static long do_wait4(void) {
  int status;
  return wait4(-1, &status, 0, NULL) > 0 ? WEXITSTATUS(status) : -1;
}
static long do_waitid(void) {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED) ? -1 : info.si_status;
}

// --- futexes: a second thread of the subject, which no signal reaches, ends the wait when the byte comes
static uint32_t word, second_word;
static pthread_t helper;
static volatile int helper_id;
static void* wake(void* unused) {
  (void)unused;
  __atomic_store_n(&helper_id, gettid(), __ATOMIC_SEQ_CST);
  if (read(fds[0], buffer, 1) != 1) _exit(9);
  __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  return NULL;
}
static void* hold(void* unused) {
  (void)unused;
  __atomic_store_n(&helper_id, gettid(), __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
  if (write(other[1], "l", 1) != 1 || read(fds[0], buffer, 1) != 1) _exit(9);
  syscall(SYS_futex, &word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
  return NULL;
}
static void* requeue(void* unused) {
  (void)unused;
  __atomic_store_n(&helper_id, gettid(), __ATOMIC_SEQ_CST);
  if (read(fds[0], buffer, 1) != 1) _exit(9);
  syscall(SYS_futex, &second_word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
  syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 0, &second_word, 0);
  syscall(SYS_futex, &second_word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
  return NULL;
}
static void help_by(void* (*what)(void*)) {
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  must(!pthread_create(&helper, NULL, what, NULL));
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  while (!__atomic_load_n(&helper_id, __ATOMIC_SEQ_CST)) usleep(1000);
  char path[64];
  sprintf(path, "/proc/self/task/%d/stat", helper_id);
  must(asleep(path));
}
static void with_waker(void) { help_by(wake); }
static void with_requeuer(void) { help_by(requeue); }
static void with_holder(void) {
  char byte;
  help_by(hold);
  must(read(other[0], &byte, 1) == 1);
}
static long do_futex(void) { return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0); }
static long do_futex_timed(void) {
  long t[2] = {60, 0};
  return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, t, NULL, 0);
}
static int64_t* in_a_minute(void) {
  static int64_t t[2];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  t[0] = now.tv_sec + 60, t[1] = now.tv_nsec;
  return t;
}
static long do_futex_bitset(void) { return syscall(422, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, in_a_minute(), NULL, 5); }
static long do_lock_pi(void) { return syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0); }
static long do_wait_requeue_pi(void) {
  return syscall(SYS_futex, &word, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, NULL, &second_word, 0);
}
static long do_futex_waitv(void) {
  struct {
    uint64_t value, address;
    uint32_t flags, reserved;
  } waiter = {0, (uintptr_t)&word, 2 | 128, 0};
  return syscall(449, &waiter, 1, 0, in_a_minute(), CLOCK_MONOTONIC);
}

// --- IPC
static void new_semaphore(void) { must((semaphore_id = semget(IPC_PRIVATE, 1, 0600)) >= 0); }
static struct sembuf down = {0, -1, 0}, up = {0, 1, 0};
static void raise_semaphore(void) { must(!semop(semaphore_id, &up, 1)); }
static long do_semop(void) { return syscall(SYS_semop, semaphore_id, &down, 1); }
static long do_semtimedop(void) {
  int64_t t[2] = {60, 0};
  return syscall(420, semaphore_id, &down, 1, t);
}
static struct {
  long type;
  char text[4096];
} message = {1, ""};
static void new_queue(void) { must((queue_id = msgget(IPC_PRIVATE, 0600)) >= 0); }
static void full_queue(void) {
  new_queue();
  while (msgsnd(queue_id, &message, 1024, IPC_NOWAIT) == 0) {
  }
}
static void put_message(void) { must(!msgsnd(queue_id, &message, 1, 0)); }
static void take_message(void) { must(msgrcv(queue_id, &message, 4096, 0, 0) >= 0); }
static long do_msgrcv(void) { return msgrcv(queue_id, &message, 4096, 0, 0); }
static long do_msgsnd(void) { return msgsnd(queue_id, &message, 1024, 0); }
static void new_mq(void) {
  struct mq_attr shape = {.mq_maxmsg = 1, .mq_msgsize = 16};
  must((mq = mq_open("/restart-table", O_RDWR | O_CREAT, 0600, &shape)) >= 0);
}
static void put_mq(void) { must(!mq_send(mq, "x", 1, 0)); }
static void full_mq(void) { new_mq(), put_mq(); }
static void take_mq(void) { must(mq_receive(mq, buffer, 16, NULL) == 1); }
static long do_mq_receive(void) { return mq_receive(mq, buffer, 16, NULL); }
static long do_mq_receive_timed(void) {
  int64_t t[2] = {0x7fffffff, 0};
  return syscall(419, mq, buffer, 16, NULL, t);
}
static long do_mq_send(void) { return mq_send(mq, "y", 1, 0); }

static const struct trial trials[] = {
    {"read pipe", new_pipe, 0, do_read, put_byte},
    {"readv pipe", new_pipe, 0, do_readv, put_byte},
    {"preadv2 pipe", new_pipe, 0, do_preadv2, put_byte},
    {"write pipe", full_pipe, 0, do_write, take_bytes},
    {"writev pipe", full_pipe, 0, do_writev, take_bytes},
    {"splice", two_pipes, 0, do_splice, put_byte},
    {"tee", two_pipes, 0, do_tee, put_byte},
    {"vmsplice", full_pipe, 0, do_vmsplice, take_bytes},
    {"sendfile", full_pipe_and_file, 0, do_sendfile, take_bytes},
    {"open FIFO to read", new_fifo, 0, do_open_read, open_other_end},
    {"openat FIFO to write", new_fifo, 0, do_open_write, open_other_end},
    {"creat FIFO", new_fifo, 0, do_creat, open_other_end},
    {"openat2 FIFO", new_fifo, 0, do_openat2, open_other_end},
    {"read eventfd", new_eventfd, 0, do_read8, count_one},
    {"write eventfd", full_eventfd, 0, do_write8, take_count},
    {"read timerfd", new_timerfd, 0, do_read8, fire_timerfd},
    {"read signalfd", 0, new_signalfd, do_read_signalfd, end_signal},
    {"read inotify", new_inotify, 0, do_read_inotify, make_file},
    {"read terminal", new_terminal, 0, do_read, put_byte},
    {"write terminal", full_terminal, 0, do_write_terminal, drain_terminal},
    {"flock", locked_file, 0, do_flock, unlock},
    {"F_SETLKW", locked_file, 0, do_setlkw, unlock},
    {"F_SETLKW64", locked_file, 0, do_setlkw64, unlock},
    {"F_OFD_SETLKW", locked_file, 0, do_ofd_setlkw, unlock},
    {"read socket", socket_pair, 0, do_read, put_byte},
    {"recv", socket_pair, 0, do_recv, put_byte},
    {"recvmsg", socket_pair, 0, do_recvmsg, put_byte},
    {"recvmmsg", socket_pair, 0, do_recvmmsg, put_byte},
    {"recvmmsg with a timeout", socket_pair, 0, do_recvmmsg_timed, put_byte},
    {"recv, SO_RCVTIMEO", timed_pair, 0, do_recv, put_byte},
    {"readv, SO_RCVTIMEO", timed_pair, 0, do_readv, put_byte},
    {"write socket", full_pair, 0, do_write, drain_pair},
    {"send", full_pair, 0, do_send, drain_pair},
    {"sendmsg", full_pair, 0, do_sendmsg, drain_pair},
    {"sendmmsg", full_pair, 0, do_sendmmsg, drain_pair},
    {"send, SO_SNDTIMEO", full_timed_pair, 0, do_send, drain_pair},
    {"accept", listening, 0, do_accept, connect_one},
    {"accept4", listening, 0, do_accept4, connect_one},
    {"accept, SO_RCVTIMEO", listening_timed, 0, do_accept, connect_one},
    {"connect", full_backlog, 0, do_connect, accept_one},
    {"connect, SO_SNDTIMEO", full_backlog, 0, do_connect_timed, accept_one},
    {"_newselect", new_pipe, 0, do_select, put_byte},
    {"_newselect with a timeout", new_pipe, 0, do_select_timed, put_byte},
    {"pselect6", new_pipe, 0, do_pselect6, put_byte},
    {"pselect6_time64", new_pipe, 0, do_pselect6_time64, put_byte},
    {"poll", new_pipe, 0, do_poll, put_byte},
    {"poll with a timeout", new_pipe, 0, do_poll_timed, put_byte},
    {"ppoll", new_pipe, 0, do_ppoll, put_byte},
    {"ppoll_time64", new_pipe, 0, do_ppoll_time64, put_byte},
    {"epoll_wait", watched_pipe, 0, do_epoll_wait, put_byte},
    {"epoll_wait with a timeout", watched_pipe, 0, do_epoll_wait_timed, put_byte},
    {"epoll_pwait", watched_pipe, 0, do_epoll_pwait, put_byte},
    {"epoll_pwait2", watched_pipe, 0, do_epoll_pwait2, put_byte},
    {"nanosleep", 0, 0, do_nanosleep, no_finish},
    {"clock_nanosleep", 0, 0, do_clock_nanosleep, no_finish},
    {"clock_nanosleep, TIMER_ABSTIME", 0, 0, do_clock_nanosleep_until, no_finish},
    {"pause", 0, 0, do_pause, end_signal},
    {"rt_sigsuspend", 0, 0, do_sigsuspend, end_signal},
    {"rt_sigtimedwait", 0, block_end_signal, do_sigtimedwait, end_signal},
    {"rt_sigtimedwait_time64", 0, block_end_signal, do_sigtimedwait_time64, end_signal},
    {"wait4", new_pipe, waiting_child, do_wait4, put_byte},
    {"waitid", new_pipe, waiting_child, do_waitid, put_byte},
    {"FUTEX_WAIT", new_pipe, with_waker, do_futex, put_byte},
    {"FUTEX_WAIT with a timeout", new_pipe, with_waker, do_futex_timed, put_byte},
    {"FUTEX_WAIT_BITSET until", new_pipe, with_waker, do_futex_bitset, put_byte},
    {"FUTEX_LOCK_PI", two_pipes, with_holder, do_lock_pi, put_byte},
    {"FUTEX_WAIT_REQUEUE_PI", new_pipe, with_requeuer, do_wait_requeue_pi, put_byte},
    {"futex_waitv", new_pipe, with_waker, do_futex_waitv, put_byte},
    {"semop", new_semaphore, 0, do_semop, raise_semaphore},
    {"semtimedop_time64", new_semaphore, 0, do_semtimedop, raise_semaphore},
    {"msgrcv", new_queue, 0, do_msgrcv, put_message},
    {"msgsnd", full_queue, 0, do_msgsnd, take_message},
    {"mq_timedreceive", new_mq, 0, do_mq_receive, put_mq},
    {"mq_timedreceive_time64", new_mq, 0, do_mq_receive_timed, put_mq},
    {"mq_timedsend", full_mq, 0, do_mq_send, take_mq},
    {0, 0, 0, 0, 0},
};
