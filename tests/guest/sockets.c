// Messages with ancillary data, socket options, addresses, several messages at once. Expected: the ARM kernel's own.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char* outcome(long result) { return result < 0 ? strerror(errno) : "ok"; }

static void send_descriptors(int to, int count) {
  char control[CMSG_SPACE(4 * 8)] = {0};
  struct iovec data = {"d", 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(4 * count)};
  struct cmsghdr* first = CMSG_FIRSTHDR(&message);
  first->cmsg_level = SOL_SOCKET, first->cmsg_type = SCM_RIGHTS, first->cmsg_len = CMSG_LEN(4 * count);
  for (int i = 0; i < count; i++) ((int*)CMSG_DATA(first))[i] = 0;
  printf("sendmsg of %d descriptors: %s\n", count, outcome(sendmsg(to, &message, 0)));
}

static void receive(int from, unsigned room, const char* what) {
  char control[256], bytes[64];
  memset(control, 0x55, sizeof control);
  struct iovec data = {bytes, sizeof bytes};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
  long got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  printf("%s, room %u: %ld bytes, control %u, flags %x", what, room, got, (unsigned)message.msg_controllen,
         message.msg_flags & ~MSG_CMSG_CLOEXEC);
  for (struct cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    printf(" [level %d type %d length %u]", c->cmsg_level, c->cmsg_type, (unsigned)c->cmsg_len);
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
      for (unsigned i = 0; CMSG_LEN(4 * (i + 1)) <= c->cmsg_len; i++) close(((int*)CMSG_DATA(c))[i]);
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
      printf(" own pid %d", ((struct ucred*)CMSG_DATA(c))->pid == getpid());
  }
  printf(", untouched after %d\n", room == 0 || control[message.msg_controllen] == 0x55);
}

static void ancillary(void) {
  int pair[2], on = 1;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  send_descriptors(pair[0], 1);
  receive(pair[1], 100, "one descriptor");
  send_descriptors(pair[0], 3);
  receive(pair[1], CMSG_LEN(4), "three descriptors");
  send_descriptors(pair[0], 3);
  receive(pair[1], CMSG_LEN(4) + 6, "three descriptors");
  send_descriptors(pair[0], 2);
  receive(pair[1], 8, "two descriptors");
  send_descriptors(pair[0], 2);
  receive(pair[1], 0, "two descriptors");
  setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  send_descriptors(pair[0], 2);
  receive(pair[1], 100, "credentials and descriptors");
  send_descriptors(pair[0], 2);
  receive(pair[1], CMSG_SPACE(12) + CMSG_LEN(4), "credentials and descriptors");
  send_descriptors(pair[0], 1);
  receive(pair[1], 20, "credentials and a descriptor");
  struct iovec data = {"x", 1};
  char bad[32] = {0};
  struct cmsghdr* header = (struct cmsghdr*)bad;
  header->cmsg_len = 100, header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS;
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = bad, .msg_controllen = sizeof bad};
  printf("control message too long: %s\n", outcome(sendmsg(pair[0], &message, 0)));
  header->cmsg_len = CMSG_LEN(4), message.msg_controllen = CMSG_SPACE(4), *(int*)CMSG_DATA(header) = 777;
  printf("descriptor that is not open: %s\n", outcome(sendmsg(pair[0], &message, 0)));
  int pid_next_open = dup(0);
  printf("no descriptor leaked: %d\n", pid_next_open == pair[1] + 1);
  close(pid_next_open), close(pair[0]), close(pair[1]);
}

static void many(void) {
  int pair[2];
  socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
  struct mmsghdr out[3] = {0}, in[5] = {0};
  struct iovec data[3] = {{"one", 3}, {"three", 5}, {"seventeen", 9}}, room[5];
  char bytes[5][6];
  for (int i = 0; i < 3; i++) out[i].msg_hdr.msg_iov = &data[i], out[i].msg_hdr.msg_iovlen = 1;
  printf("sendmmsg %d:", sendmmsg(pair[0], out, 3, 0));
  for (int i = 0; i < 3; i++) printf(" %u", out[i].msg_len);
  for (int i = 0; i < 5; i++) {
    room[i] = (struct iovec){bytes[i], sizeof bytes[i]};
    in[i].msg_hdr.msg_iov = &room[i], in[i].msg_hdr.msg_iovlen = 1;
  }
  struct timespec wait = {5, 0};
  printf("\nrecvmmsg %d:", recvmmsg(pair[1], in, 5, MSG_DONTWAIT, &wait));
  for (int i = 0; i < 3; i++) printf(" %.*s (%u, flags %x)", (int)in[i].msg_len, bytes[i], in[i].msg_len, in[i].msg_hdr.msg_flags);
  printf("\ntime left of recvmmsg: %d\n", wait.tv_sec <= 5 && wait.tv_sec >= 4);
  printf("recvmmsg of nothing: %s\n", outcome(recvmmsg(pair[1], in, 5, MSG_DONTWAIT, 0)));
  send(pair[0], "abcdefghij", 10, 0);
  printf("recv truncated: %zd\n", recv(pair[1], bytes[0], 4, MSG_TRUNC));
  close(pair[0]), close(pair[1]);
}

static void timestamps(void) {
  int pair[2], on = 1;
  socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
  static const int options[] = {29, 35, 63, 64};  // SO_TIMESTAMP and SO_TIMESTAMPNS, old and new
  for (int i = 0; i < 4; i++) {
    setsockopt(pair[1], SOL_SOCKET, options[i], &on, sizeof on);
    send(pair[0], "t", 1, 0);
    receive(pair[1], 100, "timestamp");
    on = 0;
    setsockopt(pair[1], SOL_SOCKET, options[i], &on, sizeof on);
    on = 1;
  }
  close(pair[0]), close(pair[1]);
}

static void options(void) {
  int one = socket(AF_INET, SOCK_STREAM, 0), value = 0;
  struct {
    int seconds, microseconds;
  } time = {3, 0};  // whole seconds: the kernel rounds to its own ticks
  socklen_t length = 8;
  printf("SO_RCVTIMEO: %s", outcome(setsockopt(one, SOL_SOCKET, 20, &time, 8)));
  time.seconds = 0;
  getsockopt(one, SOL_SOCKET, 20, &time, &length);
  printf(", back %d.%06d in %u\n", time.seconds, time.microseconds, length);
  printf("SO_RCVTIMEO too short: %s\n", outcome(setsockopt(one, SOL_SOCKET, 20, &time, 7)));
  long long both[2] = {2, 0};
  printf("SO_SNDTIMEO_NEW: %s", outcome(setsockopt(one, SOL_SOCKET, 67, both, 16)));
  length = 8;
  getsockopt(one, SOL_SOCKET, 21, &time, &length);
  printf(", seen by the old one as %d.%06d\n", time.seconds, time.microseconds);
  length = 3;
  printf("SO_TYPE in 3 bytes: %s, length %u\n", outcome(getsockopt(one, SOL_SOCKET, SO_TYPE, &value, &length)), length);
  length = 100;
  printf("SO_TYPE in 100 bytes: %s, %d, length %u\n", outcome(getsockopt(one, SOL_SOCKET, SO_TYPE, &value, &length)), value, length);
  length = -1;
  printf("negative length: %s\n", outcome(getsockopt(one, SOL_SOCKET, SO_TYPE, &value, &length)));
  struct linger linger = {1, 7};
  setsockopt(one, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  length = sizeof linger;
  linger.l_linger = 0;
  getsockopt(one, SOL_SOCKET, SO_LINGER, &linger, &length);
  printf("SO_LINGER %d %d\n", linger.l_onoff, linger.l_linger);
  struct sock_filter accept_all[] = {{0x06, 0, 0, 0xffffffff}};
  struct sock_fprog program = {1, accept_all};
  printf("SO_ATTACH_FILTER: %s\n", outcome(setsockopt(one, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program)));
  printf("TCP_NODELAY: %s\n", outcome(setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &(int){1}, 4)));
  printf("no such option: %s\n", outcome(setsockopt(one, SOL_SOCKET, 999, &value, 4)));
  printf("bad pointer: %s\n", outcome(setsockopt(one, SOL_SOCKET, SO_KEEPALIVE, (void*)1, 4)));
  struct ifreq request = {.ifr_name = "lo"};
  printf("SIOCGIFFLAGS: %s, loopback %d\n", outcome(ioctl(one, SIOCGIFFLAGS, &request)), !!(request.ifr_flags & IFF_LOOPBACK));
  printf("SIOCGIFINDEX: %s, %d\n", outcome(ioctl(one, SIOCGIFINDEX, &request)), request.ifr_ifindex);
  printf("if_nametoindex %u\n", if_nametoindex("lo"));
  close(one);
}

static void addresses(void) {
  int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "local-socket"}, seen;
  printf("bind: %s\n", outcome(bind(server, (struct sockaddr*)&name, offsetof(struct sockaddr_un, sun_path) + 13)));
  listen(server, 1);
  printf("connect: %s\n", outcome(connect(client, (struct sockaddr*)&name, sizeof name)));
  socklen_t length = sizeof seen;
  int accepted = accept(server, (struct sockaddr*)&seen, &length);
  printf("accept: %s, length %u\n", outcome(accepted), length);
  length = sizeof seen;
  getpeername(client, (struct sockaddr*)&seen, &length);
  printf("getpeername: %s, length %u\n", seen.sun_path, length);
  length = 7;
  memset(&seen, 'z', sizeof seen);
  getsockname(server, (struct sockaddr*)&seen, &length);
  printf("getsockname cut: %.8s, length %u\n", seen.sun_path, length);
  printf("connect to nothing: %s\n", outcome(connect(client, (struct sockaddr*)&(struct sockaddr_un){AF_UNIX, "nowhere"}, sizeof name)));
  printf("accept4 without anyone: %s\n", outcome(accept4(server, 0, 0, 0x7fff0000)));
  fcntl(server, F_SETFL, O_NONBLOCK);
  printf("accept without anyone: %s\n", outcome(accept(server, 0, 0)));
  printf("accept on a file: %s\n", outcome(accept(0, 0, 0)));
  shutdown(client, SHUT_WR);
  char byte;
  printf("read after shutdown: %zd\n", read(accepted, &byte, 1));
  unlink("local-socket");
  close(server), close(client), close(accepted);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  ancillary();
  many();
  timestamps();
  options();
  addresses();
  return 0;
}
