// System V semaphores and messages, POSIX message queues. Expected: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char* outcome(long result) { return result < 0 ? strerror(errno) : "ok"; }

union semun {
  int val;
  struct semid_ds* buf;
  unsigned short* array;
  struct seminfo* info;
};

static void semaphores(void) {
  int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640);
  printf("semget: %s\n", outcome(id));
  unsigned short values[3] = {5, 6, 7};
  printf("SETALL: %s\n", outcome(semctl(id, 0, SETALL, (union semun){.array = values})));
  printf("SETVAL: %s\n", outcome(semctl(id, 1, SETVAL, (union semun){.val = 2})));
  struct sembuf take[2] = {{0, -5, 0}, {1, -2, 0}};
  printf("semop: %s\n", outcome(semop(id, take, 2)));
  memset(values, 0, sizeof values);
  printf("GETALL: %s", outcome(semctl(id, 0, GETALL, (union semun){.array = values})));
  printf(" %d %d %d, GETVAL %d, last pid own %d\n", values[0], values[1], values[2], semctl(id, 2, GETVAL),
         semctl(id, 0, GETPID) == getpid());
  struct semid_ds about;
  printf("IPC_STAT: %s", outcome(semctl(id, 0, IPC_STAT, (union semun){.buf = &about})));
  printf(", mode %o, %lu semaphores, own uid %d, operated %d, created %d\n", about.sem_perm.mode & 0777,
         about.sem_nsems, about.sem_perm.uid == geteuid(), about.sem_otime != 0, about.sem_ctime != 0);
  about.sem_perm.mode = 0600;
  printf("IPC_SET: %s\n", outcome(semctl(id, 0, IPC_SET, (union semun){.buf = &about})));
  semctl(id, 0, IPC_STAT, (union semun){.buf = &about});
  printf("mode now %o\n", about.sem_perm.mode & 0777);
  struct timespec short_time = {0, 20000000};
  printf("semtimedop: %s\n", outcome(semtimedop(id, &(struct sembuf){0, -1, 0}, 1, &short_time)));
  printf("without waiting: %s\n", outcome(semop(id, &(struct sembuf){0, -1, IPC_NOWAIT}, 1)));
  if (!fork()) {
    semop(id, &(struct sembuf){0, 1, 0}, 1);
    _exit(0);
  }
  printf("semop after the child's: %s\n", outcome(semop(id, &(struct sembuf){0, -1, 0}, 1)));
  wait(0);
  struct seminfo info;
  printf("IPC_INFO: %s, some limit %d\n", outcome(semctl(id, 0, IPC_INFO, (union semun){.info = &info})), info.semmsl > 0);
  printf("bad semaphore: %s\n", outcome(semctl(id, 3, GETVAL)));
  printf("IPC_RMID: %s, again %s\n", outcome(semctl(id, 0, IPC_RMID)), outcome(semctl(id, 0, IPC_RMID)));
}

static void messages(void) {
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct {
    long type;
    char text[100];
  } message = {3, "three"};
  printf("msgsnd: %s\n", outcome(msgsnd(id, &message, 6, 0)));
  message.type = 5, strcpy(message.text, "five is longer");
  printf("msgsnd: %s\n", outcome(msgsnd(id, &message, 15, 0)));
  memset(&message, 0, sizeof message);
  long got = msgrcv(id, &message, 100, 5, 0);
  printf("msgrcv of type 5: %ld %ld %s\n", got, message.type, message.text);
  got = msgrcv(id, &message, 3, 0, 0);
  printf("too big: %s\n", outcome(got));
  got = msgrcv(id, &message, 3, 0, MSG_NOERROR);
  printf("cut: %ld %.3s\n", got, message.text);
  printf("none: %s\n", outcome(msgrcv(id, &message, 3, 0, IPC_NOWAIT)));
  struct msqid_ds about;
  printf("IPC_STAT: %s", outcome(msgctl(id, IPC_STAT, &about)));
  printf(", %lu messages, own pid %d %d, received %d\n", about.msg_qnum, about.msg_lspid == getpid(),
         about.msg_lrpid == getpid(), about.msg_rtime != 0);
  message.type = 0;
  printf("type 0: %s\n", outcome(msgsnd(id, &message, 1, 0)));
  printf("IPC_RMID: %s\n", outcome(msgctl(id, IPC_RMID, 0)));
}

static void queues(void) {
  char name[32];
  sprintf(name, "/sigtape-%d", getpid());
  struct mq_attr wanted = {.mq_maxmsg = 3, .mq_msgsize = 20}, seen;
  mqd_t queue = mq_open(name, O_CREAT | O_RDWR | O_EXCL, 0600, &wanted);
  printf("mq_open: %s; again: %s\n", outcome(queue), outcome(mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, 0)));
  printf("mq_send: %s %s\n", outcome(mq_send(queue, "low", 3, 1)), outcome(mq_send(queue, "higher", 6, 9)));
  mq_getattr(queue, &seen);
  printf("attributes: flags %lo, %ld of %ld, size %ld\n", seen.mq_flags, seen.mq_curmsgs, seen.mq_maxmsg, seen.mq_msgsize);
  char text[20];
  unsigned priority = 0;
  long got = mq_receive(queue, text, sizeof text, &priority);
  printf("mq_receive: %.*s of priority %u\n", (int)got, text, priority);
  printf("buffer too small: %s\n", outcome(mq_receive(queue, text, 19, 0)));
  mq_receive(queue, text, sizeof text, 0);
  struct timespec past = {1, 0};
  printf("mq_timedreceive: %s\n", outcome(mq_timedreceive(queue, text, sizeof text, 0, &past)));
  mq_setattr(queue, &(struct mq_attr){.mq_flags = O_NONBLOCK}, &seen);
  printf("mq_setattr, before: %lo; mq_receive: %s\n", seen.mq_flags, outcome(mq_receive(queue, text, sizeof text, 0)));
  sigset_t set;
  sigemptyset(&set), sigaddset(&set, SIGUSR1), sigprocmask(SIG_BLOCK, &set, 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 0x12345678};
  printf("mq_notify: %s\n", outcome(mq_notify(queue, &event)));
  mq_send(queue, "x", 1, 0);
  siginfo_t info;
  sigwaitinfo(&set, &info);
  printf("notified: code %d value %x own pid %d\n", info.si_code, info.si_value.sival_int, info.si_pid == getpid());
  printf("mq_unlink: %s\n", outcome(mq_unlink(name)));
}

static void segments(void) {
  int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0640);
  struct shmid_ds about;
  printf("shmget: %s\n", outcome(id < 0 ? -1 : 0));
  printf("IPC_STAT: %s\n", outcome(shmctl(id, IPC_STAT, &about)));
  printf("size %zu mode %o attached %lu own %d last %d\n", about.shm_segsz, about.shm_perm.mode,
         (unsigned long)about.shm_nattch, about.shm_cpid == getpid(), about.shm_lpid);
  printf("never attached %d, made by now %d\n", about.shm_atime == 0, about.shm_ctime > 0);
  about.shm_perm.mode = 0600;
  printf("IPC_SET: %s\n", outcome(shmctl(id, IPC_SET, &about)));
  shmctl(id, IPC_STAT, &about);
  printf("mode %o\n", about.shm_perm.mode);
  struct shminfo limits;
  printf("IPC_INFO: %s, ", outcome(shmctl(0, IPC_INFO, (struct shmid_ds*)&limits) < 0 ? -1 : 0));
  printf("smallest %lu\n", limits.shmmin);
  struct shm_info use;
  printf("SHM_INFO: %s, ", outcome(shmctl(0, SHM_INFO, (struct shmid_ds*)&use) < 0 ? -1 : 0));
  printf("some there %d\n", use.used_ids >= 1);
  printf("lock: %s, unlock: %s\n", outcome(shmctl(id, SHM_LOCK, 0)), outcome(shmctl(id, SHM_UNLOCK, 0)));
  printf("IPC_RMID: %s, ", outcome(shmctl(id, IPC_RMID, 0)));
  printf("again %s\n", outcome(shmctl(id, IPC_RMID, 0)));
  printf("too small: %s\n", outcome(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600)));
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  semaphores();
  messages();
  segments();
  queues();
  return 0;
}
