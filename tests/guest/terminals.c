// Pseudo terminals, terminal settings, job control requests, other ioctls and fcntls. Expected: the ARM kernel's own.
#define _GNU_SOURCE
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char* outcome(long result) { return result < 0 ? strerror(errno) : "ok"; }

static void terminal(void) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), number = -1, zero = 0;
  printf("ptmx: %s\n", outcome(master));
  printf("TIOCSPTLCK: %s, TIOCGPTN: %s\n", outcome(ioctl(master, TIOCSPTLCK, &zero)), outcome(ioctl(master, TIOCGPTN, &number)));
  char name[32];
  sprintf(name, "/dev/pts/%d", number);
  printf("name: %d\n", !strcmp(name, ptsname(master)));
  int slave = open(name, O_RDWR | O_NOCTTY);
  printf("slave: %s, isatty %d\n", outcome(slave), isatty(slave));
  struct termios settings;
  printf("tcgetattr: %s", outcome(tcgetattr(slave, &settings)));
  printf(" iflag %x oflag %x cflag %x lflag %x intr %d eof %d\n", settings.c_iflag, settings.c_oflag, settings.c_cflag,
         settings.c_lflag, settings.c_cc[VINTR], settings.c_cc[VEOF]);
  write(master, "line\n", 5);
  char bytes[64];
  long got = read(slave, bytes, sizeof bytes);
  printf("cooked: %ld %.*s", got, (int)got, bytes);
  got = read(master, bytes, sizeof bytes);
  printf("echo: %ld\n", got);
  settings.c_lflag &= ~(ICANON | ECHO);
  settings.c_cc[VMIN] = 1, settings.c_cc[VTIME] = 0;
  printf("tcsetattr: %s\n", outcome(tcsetattr(slave, TCSADRAIN, &settings)));
  write(master, "a", 1);
  printf("raw: %zd\n", read(slave, bytes, sizeof bytes));
  settings.c_cc[VMIN] = 0, settings.c_cc[VTIME] = 1;
  tcsetattr(slave, TCSANOW, &settings);
  printf("with a timeout: %zd\n", read(slave, bytes, sizeof bytes));
  printf("speed: %s %u\n", outcome(cfsetspeed(&settings, B38400)), cfgetospeed(&settings) == B38400);
  struct winsize size = {24, 80, 0, 0}, seen = {0};
  printf("TIOCSWINSZ: %s", outcome(ioctl(master, TIOCSWINSZ, &size)));
  ioctl(slave, TIOCGWINSZ, &seen);
  printf(", %d by %d\n", seen.ws_row, seen.ws_col);
  int waiting = -1;
  write(master, "xyz", 3);
  poll(&(struct pollfd){slave, POLLIN, 0}, 1, 1000);
  printf("FIONREAD: %s %d\n", outcome(ioctl(slave, FIONREAD, &waiting)), waiting);
  printf("tcflush: %s", outcome(tcflush(slave, TCIFLUSH)));
  ioctl(slave, FIONREAD, &waiting);
  printf(", then %d\n", waiting);
  printf("tcsendbreak: %s, tcdrain: %s\n", outcome(tcsendbreak(slave, 0)), outcome(tcdrain(slave)));
  printf("tcgetpgrp of another's terminal: %s\n", outcome(tcgetpgrp(slave)));
  printf("TIOCGPGRP to bad memory: %s\n", outcome(ioctl(master, TIOCGWINSZ, 1)));
  pid_t child = fork();
  if (!child) {
    printf("setsid: %s\n", outcome(setsid()));
    printf("TIOCSCTTY: %s\n", outcome(ioctl(slave, TIOCSCTTY, 0)));
    printf("own group in front: %d, session %d\n", tcgetpgrp(slave) == getpgrp(), tcgetsid(slave) == getpid());
    int tty = open("/dev/tty", O_RDWR);
    printf("/dev/tty: %s\n", outcome(tty));
    printf("tcsetpgrp to a group that is not: %s\n", outcome(tcsetpgrp(slave, 1)));
    signal(SIGHUP, SIG_IGN);
    printf("TIOCNOTTY: %s\n", outcome(ioctl(tty, TIOCNOTTY)));
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  printf("child ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  printf("TIOCGPTPEER: %s\n", outcome(peer));
  close(master);
  printf("after hang-up: %zd, write %s\n", read(slave, bytes, 1), outcome(write(slave, "x", 1)));
  close(slave), close(peer);
}

static void requests(void) {
  int file = open("a-file", O_CREAT | O_RDWR | O_TRUNC, 0600), on = 1, pipe_ends[2];
  write(file, "0123456789", 10);
  lseek(file, 4, SEEK_SET);
  int waiting = 0;
  printf("FIONREAD of a file: %s %d\n", outcome(ioctl(file, FIONREAD, &waiting)), waiting);
  long long size = -1;
  printf("FIOQSIZE: %s %d\n", outcome(ioctl(file, FIOQSIZE, &size)), size >= 0);
  printf("TCGETS of a file: %s\n", outcome(isatty(file) - 1));
  printf("unknown request: %s\n", outcome(ioctl(file, 0xdead, 0)));
  printf("closed descriptor: %s\n", outcome(ioctl(777, FIONREAD, &waiting)));
  pipe(pipe_ends);
  printf("FIONBIO: %s", outcome(ioctl(pipe_ends[0], FIONBIO, &on)));
  printf(", flags %x, read %s\n", fcntl(pipe_ends[0], F_GETFL), outcome(read(pipe_ends[0], &on, 1)));
  printf("FIOCLEX: %s", outcome(ioctl(pipe_ends[0], FIOCLEX)));
  printf(", flags %x\n", fcntl(pipe_ends[0], F_GETFD));
  printf("F_SETPIPE_SZ: %d, F_GETPIPE_SZ: %d\n", fcntl(pipe_ends[0], F_SETPIPE_SZ, 10000), fcntl(pipe_ends[0], F_GETPIPE_SZ));
  printf("F_DUPFD: %d %x\n", fcntl(file, F_DUPFD_CLOEXEC, 100), fcntl(100, F_GETFD));
  printf("F_SETFL: %s", outcome(fcntl(file, F_SETFL, O_APPEND | O_NONBLOCK)));
  printf(", flags without O_LARGEFILE %x\n", fcntl(file, F_GETFL) & ~0400000);
  struct f_owner_ex owner = {F_OWNER_PID, getpid()}, seen = {0};
  printf("F_SETOWN_EX: %s, F_GETOWN_EX: %s %d, F_GETOWN own %d\n", outcome(fcntl(pipe_ends[0], F_SETOWN_EX, &owner)),
         outcome(fcntl(pipe_ends[0], F_GETOWN_EX, &seen)), seen.type, fcntl(pipe_ends[0], F_GETOWN) == getpid());
  int directory = open(".", O_RDONLY | O_DIRECTORY);
  printf("O_DIRECTORY: %s; of a file: %s\n", outcome(directory), outcome(open("a-file", O_RDONLY | O_DIRECTORY)));
  symlink("a-file", "a-link");
  printf("O_NOFOLLOW of a link: %s\n", outcome(open("a-link", O_RDONLY | O_NOFOLLOW)));
  int path = open("a-link", O_PATH | O_NOFOLLOW);
  printf("O_PATH of a link: %s, read: %s\n", outcome(path), outcome(read(path, &on, 1)));
  printf("unknown fcntl: %s\n", outcome(syscall(SYS_fcntl64, file, 4711, 0)));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5};
  printf("F_SETLK: %s, F_OFD_SETLK: %s\n", outcome(fcntl(file, F_SETLK, &lock)), outcome(fcntl(file, F_OFD_SETLK, &lock)));
  unlink("a-file"), unlink("a-link");
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  terminal();
  requests();
  return 0;
}
