// Files, directories, descriptors, sockets, polling. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static const char* outcome(long result) { return result < 0 ? strerror(errno) : "ok"; }

static void directories(void) {
  char name[64];
  for (int i = 0; i < 300; i++) {
    sprintf(name, "file-%d", i);
    close(open(name, O_CREAT | O_WRONLY, 0600));
  }
  DIR* directory = opendir(".");
  int seen = 0, sum = 0;
  long place = -1;
  char at_place[64] = "";
  struct dirent* entry;
  errno = 0;
  while ((entry = readdir(directory))) {
    if (seen == 150) place = telldir(directory);
    if (seen == 151) strcpy(at_place, entry->d_name);
    seen++;
    if (!strncmp(entry->d_name, "file-", 5)) sum += atoi(entry->d_name + 5);
  }
  printf("readdir: %d entries, sum %d, %s\n", seen, sum, strerror(errno));
  seekdir(directory, place);
  entry = readdir(directory);
  printf("seekdir comes back: %d\n", entry && !strcmp(entry->d_name, at_place));
  rewinddir(directory);
  for (seen = 0; readdir(directory);) seen++;
  printf("after rewinddir: %d\n", seen);
  closedir(directory);
  for (int i = 0; i < 300; i++) sprintf(name, "file-%d", i), unlink(name);
}

static void files(void) {
  struct stat st;
  int fd = open("a", O_RDWR | O_CREAT | O_EXCL | O_LARGEFILE, 0640);
  printf("open: %s; again exclusively: %s\n", outcome(fd), outcome(open("a", O_RDWR | O_CREAT | O_EXCL, 0640)));
  printf("write %zd\n", write(fd, "0123456789", 10));
  printf("pwrite far: %zd\n", pwrite64(fd, "end", 3, 0x123456789ll));
  fstat(fd, &st);
  struct stat64 st64;
  printf("fstat64: %s size %lld mode %o links %d\n", outcome(fstat64(fd, &st64)), (long long)st64.st_size, st64.st_mode,
         (int)st64.st_nlink);
  printf("fstat: %s\n", outcome(fstat(fd, &st)));
  printf("lseek64: %lld\n", (long long)lseek64(fd, -3, SEEK_END));
  printf("lseek: %s\n", outcome(lseek(fd, 0, SEEK_CUR)));
  char buffer[64] = "";
  printf("read: %zd %.3s\n", read(fd, buffer, sizeof buffer), buffer);
  printf("ftruncate64: %s\n", outcome(ftruncate64(fd, 20)));
  struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
  lseek(fd, 0, SEEK_SET);
  printf("writev: %zd\n", writev(fd, parts, 2));
  char one[3] = "", two[9] = "";
  struct iovec into[2] = {{one, 2}, {two, 8}};
  lseek(fd, 0, SEEK_SET);
  printf("readv: %zd %s %s\n", readv(fd, into, 2), one, two);
  printf("preadv: %zd\n", preadv(fd, into, 2, 3));
  printf("rename: %s; link: %s; symlink: %s\n", outcome(rename("a", "b")), outcome(link("b", "c")), outcome(symlink("b", "l")));
  long length = readlink("l", buffer, sizeof buffer);
  printf("readlink: %.*s\n", (int)length, buffer);
  printf("lstat: %d; stat: %d\n", lstat("l", &st) == 0 && S_ISLNK(st.st_mode), stat("l", &st) == 0 && S_ISREG(st.st_mode));
  struct timespec times[2] = {{1000000000, 5}, {1100000000, 7}};
  printf("utimensat: %s\n", outcome(utimensat(AT_FDCWD, "b", times, 0)));
  stat("b", &st);
  printf("times: %ld.%ld %ld.%ld\n", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  printf("chmod: %s; access: %s\n", outcome(chmod("b", 0600)), outcome(access("b", R_OK)));
  printf("mkdir: %s; again: %s; rmdir of a file: %s\n", outcome(mkdir("d", 0700)), outcome(mkdir("d", 0700)), outcome(rmdir("b")));
  int dir = open("d", O_RDONLY | O_DIRECTORY);
  printf("openat: %s\n", outcome(openat(dir, "x", O_CREAT | O_WRONLY, 0600)));
  printf("unlinkat: %s; rmdir: %s\n", outcome(unlinkat(dir, "x", 0)), outcome(rmdir("d")));
  struct statfs64 fs;
  printf("statfs64: %s, block size %d\n", outcome(statfs64(".", &fs)), fs.f_bsize > 0);
  struct flock64 lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x100000000ll, .l_len = 10};
  printf("lock: %s\n", outcome(fcntl(fd, F_SETLK64, &lock)));
  pid_t child = fork();
  if (child == 0) {
    int mine = open("b", O_RDWR);
    printf("lock in the child: %s\n", outcome(fcntl(mine, F_SETLK64, &lock)));
    lock.l_type = F_WRLCK;
    fcntl(mine, F_GETLK64, &lock);
    printf("held by the parent: %d from %llx\n", lock.l_pid == getppid(), (long long)lock.l_start);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 20);
  printf("dup: %d, flags %d, mode %o\n", copy, fcntl(copy, F_GETFD), fcntl(copy, F_GETFL) & O_ACCMODE);
  printf("close: %s; again: %s\n", outcome(close(copy)), outcome(close(copy)));
  printf("bad descriptors: %s, %s, %s\n", outcome(read(99, buffer, 1)), outcome(dup2(99, 5)), outcome(fcntl(1023, F_GETFD)));
  printf("isatty: %d %s\n", isatty(fd), strerror(errno));
  struct winsize size;
  printf("ioctl: %s\n", outcome(ioctl(fd, TIOCGWINSZ, &size)));
  printf("unlink: %s %s %s\n", outcome(unlink("b")), outcome(unlink("c")), outcome(unlink("l")));
  close(fd);
}

static void polling(void) {
  int ends[2], event = eventfd(3, EFD_NONBLOCK), timer = timerfd_create(CLOCK_MONOTONIC, 0);
  if (pipe2(ends, O_NONBLOCK)) return;
  struct pollfd all[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {77, POLLIN, 0}};
  printf("poll: %d %x %x %x\n", poll(all, 3, 10), all[0].revents, all[1].revents, all[2].revents);
  fd_set in, out;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_SET(ends[0], &in);
  FD_SET(ends[1], &out);
  struct timeval limit = {0, 20000};
  printf("select: %d in %d out %d\n", select(50, &in, &out, NULL, &limit), FD_ISSET(ends[0], &in) != 0, FD_ISSET(ends[1], &out) != 0);
  FD_ZERO(&in);
  FD_SET(ends[0], &in);
  limit.tv_usec = 20000;
  int ready = select(50, &in, NULL, NULL, &limit);
  printf("select to its end: %d, time left %ld.%ld\n", ready, (long)limit.tv_sec, (long)limit.tv_usec);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event interest = {.events = EPOLLIN, .data.u64 = 0x1122334455667788ull}, found[4];
  printf("epoll_ctl: %s; twice: %s\n", outcome(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest)),
         outcome(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest)));
  printf("epoll_wait: %d %llx\n", epoll_wait(epoll, found, 4, 100), (unsigned long long)found[0].data.u64);
  eventfd_t value;
  printf("eventfd: %d %llu; again: %s\n", eventfd_read(event, &value), (unsigned long long)value, outcome(eventfd_read(event, &value)));
  struct itimerspec soon = {{0, 0}, {0, 2000000}};
  timerfd_settime(timer, 0, &soon, NULL);
  unsigned long long expirations = 0;
  printf("timerfd: %zd %llu\n", read(timer, &expirations, 8), expirations);
  printf("read of an empty pipe: %s\n", outcome(read(ends[0], &value, 1)));
  close(ends[0]);
}

static void sockets(void) {
  int pair[2], status;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  struct iovec text = {"message", 7};
  union { char space[CMSG_SPACE(sizeof(int))]; struct cmsghdr header; } control = {0};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(sizeof(int));
  int file = open("/dev/null", O_WRONLY);
  memcpy(CMSG_DATA(header), &file, sizeof file);
  printf("sendmsg: %zd\n", sendmsg(pair[0], &message, 0));
  char buffer[64];
  struct iovec room = {buffer, sizeof buffer};
  memset(&control, 0, sizeof control);
  message = (struct msghdr){.msg_iov = &room, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  long got = recvmsg(pair[1], &message, 0);
  header = CMSG_FIRSTHDR(&message);
  int passed = -1;
  if (header) memcpy(&passed, CMSG_DATA(header), sizeof passed);
  printf("recvmsg: %ld %.*s, descriptor usable %d, length %d\n", got, (int)got, buffer, write(passed, "x", 1) == 1,
         header ? (int)header->cmsg_len : -1);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  socklen_t length = sizeof address;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  printf("bind: %s; listen: %s\n", outcome(bind(server, (struct sockaddr*)&address, sizeof address)), outcome(listen(server, 3)));
  getsockname(server, (struct sockaddr*)&address, &length);
  pid_t child = fork();
  if (child == 0) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr*)&address, sizeof address)) _exit(1);
    send(client, "over TCP", 8, 0);
    _exit(0);
  }
  struct sockaddr_in peer;
  length = sizeof peer;
  int connection = accept(server, (struct sockaddr*)&peer, &length);
  got = recv(connection, buffer, sizeof buffer, MSG_WAITALL);
  printf("accept: family %d, length %d; recv: %ld %.*s\n", peer.sin_family, (int)length, got, (int)got, buffer);
  waitpid(child, &status, 0);
  struct timeval limit = {1, 500000};
  length = sizeof limit;
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  limit.tv_sec = 0;
  getsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, &length);
  printf("SO_RCVTIMEO: %ld.%06ld, length %d\n", (long)limit.tv_sec, (long)limit.tv_usec, (int)length);
  int error = 5;
  length = sizeof error;
  printf("SO_ERROR: %d %d\n", getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &length), error);
  printf("connect to nobody: %s\n", outcome(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr*)&(struct sockaddr_un){AF_UNIX, "/no/socket"}, sizeof(struct sockaddr_un))));
  int available = 0;
  if (write(pair[0], "abc", 3) == 3) ioctl(pair[1], FIONREAD, &available);
  printf("FIONREAD: %d\n", available);
  shutdown(pair[0], SHUT_WR);
  printf("to the end: %zd %zd\n", read(pair[1], buffer, 64), read(pair[1], buffer, 64));
}

static void times(void) {
  struct timespec a, b, left = {7, 7}, some = {0, 3000000};
  clock_gettime(CLOCK_MONOTONIC, &a);
  printf("nanosleep: %d, rem untouched %d\n", nanosleep(&some, &left), left.tv_sec == 7);
  clock_gettime(CLOCK_MONOTONIC, &b);
  long long passed = (b.tv_sec - a.tv_sec) * 1000000000ll + b.tv_nsec - a.tv_nsec;
  printf("at least as long: %d\n", passed >= 3000000);
  printf("bad time: %s; bad clock: %s\n", nanosleep(&(struct timespec){0, 1000000000}, NULL) ? strerror(errno) : "ok",
         clock_gettime(77, &a) ? strerror(errno) : "ok");
  struct timeval now;
  gettimeofday(&now, NULL);
  printf("year is past 2020: %d\n", now.tv_sec > 1577836800 && labs((long)(time(NULL) - now.tv_sec)) <= 1);
  clock_getres(CLOCK_REALTIME, &a);
  printf("clock_getres: %ld\n", a.tv_nsec);
}

static void system_facts(void) {
  struct utsname name;
  uname(&name);
  printf("uname: %s %s\n", name.sysname, name.machine);
  struct rlimit limit;
  printf("getrlimit: %s\n", outcome(getrlimit(RLIMIT_CORE, &limit)));
  struct sysinfo info;
  printf("sysinfo: %s, unit %d\n", outcome(sysinfo(&info)), info.mem_unit > 0 && info.totalram > 0);
  char buffer[256];
  long length = readlink("/proc/self/exe", buffer, sizeof buffer - 1);
  buffer[length > 0 ? length : 0] = 0;
  char* base = strrchr(buffer, '/');
  printf("/proc/self/exe is this program: %d\n", base && strstr(base, "files") != NULL);
  FILE* maps = fopen("/proc/self/maps", "r");
  int stack = 0, lines = 0;
  while (fgets(buffer, sizeof buffer, maps)) stack += strstr(buffer, "[stack]") != NULL, lines++;
  printf("/proc/self/maps: stack %d, more lines %d\n", stack, lines > 3);
  FILE* comm = fopen("/proc/self/comm", "r");
  printf("/proc/self/comm: %d\n", fgets(buffer, sizeof buffer, comm) && strstr(buffer, "files") != NULL);
  printf("unknown call: %ld %s\n", syscall(9999), strerror(errno));
  printf("page size %ld, clock ticks %ld\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  char where[] = "/tmp/files-XXXXXX";
  if (!mkdtemp(where) || chdir(where)) return 1;
  umask(022);
  directories();
  files();
  polling();
  sockets();
  times();
  system_facts();
  if (chdir("/")) return 1;
  return rmdir(where) ? 1 : 0;
}
