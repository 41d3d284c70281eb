// System V shared memory: where segments go, who shares them, how they are detached. Expected: the ARM kernel's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { page = 4096 };
static char* const place = (char*)0x50000000;

static const char* name_of(void* at) { return at == (void*)-1 ? strerrorname_np(errno) : "ok"; }
static const char* name(int result) { return result == -1 ? strerrorname_np(errno) : "ok"; }

static unsigned attached(int id) {
  struct shmid_ds about;
  return shmctl(id, IPC_STAT, &about) == 0 ? (unsigned)about.shm_nattch : ~0u;
}

static void show_maps(const char* what) {
  printf("%s:\n", what);
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[256];
  while (fgets(line, sizeof line, maps)) {
    unsigned begin, end, offset;
    char prot[5], device[8], inode[16], path[64] = "";
    if (sscanf(line, "%x-%x %4s %x %7s %15s %63[^\n]", &begin, &end, prot, &offset, device, inode, path) < 6) continue;
    if (strstr(path, "/SYSV")) printf("  %#x %s %#x %s\n", end - begin, prot, offset, path);
  }
  fclose(maps);
}

static void places(int id) {
  printf("anywhere: %s, attached %u\n", name_of(shmat(id, NULL, 0)), attached(id));
  printf("fixed: %d\n", shmat(id, place, 0) == place);
  printf("over it: %s\n", name_of(shmat(id, place, 0)));
  printf("into its end: %s\n", name_of(shmat(id, place - 4 * page, 0)));
  printf("over it by SHM_REMAP: %d\n", shmat(id, place, SHM_REMAP) == place);
  printf("in a page: %s\n", name_of(shmat(id, place + 16 * page + 5, 0)));
  printf("at a page: %s\n", name_of(shmat(id, place + 17 * page, 0)));
  printf("rounded: %d\n", shmat(id, place + 19 * page + 7, SHM_RND) == place + 16 * page);
  printf("rounded to nothing: %s\n", name_of(shmat(id, (void*)5, SHM_RND | SHM_REMAP)));
  printf("remap anywhere: %s\n", name_of(shmat(id, NULL, SHM_REMAP)));
  printf("above user space: %s\n", name_of(shmat(id, (void*)0xffff0000, 0)));
  printf("id -1: %s\n", name_of(shmat(-1, NULL, 0)));
  printf("an unknown id: %s\n", name_of(shmat(0x7ffffff, NULL, 0)));
  printf("attached %u\n", attached(id));
  memset(place, 'x', 10);
  printf("the same memory: %.3s\n", place + 16 * page);
  show_maps("mapped");
  printf("detach within: %s\n", name(shmdt(place + page)));
  printf("detach unaligned: %s\n", name(shmdt(place + 1)));
  printf("detach elsewhere: %s\n", name(shmdt(place + 0x100000)));
  printf("detach: %s, again %s, attached %u\n", name(shmdt(place)), name(shmdt(place)), attached(id));
  munmap(place + 17 * page, page);
  mprotect(place + 18 * page, page, PROT_READ);
  show_maps("in pieces");
  printf("detach pieces: %s, attached %u\n", name(shmdt(place + 16 * page)), attached(id));
  shmat(id, place, 0);
  munmap(place, page);
  printf("without its beginning: %s\n", name(shmdt(place)));
  shmat(id, place, 0);
  mremap(place, 5 * page, 5 * page, MREMAP_MAYMOVE | MREMAP_FIXED, place + 64 * page);
  printf("moved: %s \n", name(shmdt(place + 64 * page)));
}

static sigjmp_buf back;
static void on_fault(int number, siginfo_t* info, void* context) {
  (void)context;
  printf("signal %d code %d at %#x\n", number, info->si_code, (unsigned)((char*)info->si_addr - place));
  siglongjmp(back, 1);
}

// mremap of what has another name: from size 0 the same once more, with MREMAP_DONTUNMAP it stays where it was, too.
static void twice(int id) {
  char* first = shmat(id, place, 0);
  strcpy(first + page, "second page");
  char* second = mremap(first + page, 0, 2 * page, MREMAP_MAYMOVE);
  printf("again: %s, %s\n", name_of(second), second == (void*)-1 ? "" : second);
  strcpy(second, "changed");
  char* third = mremap(first, 0, page, MREMAP_MAYMOVE | MREMAP_FIXED, place + 32 * page);
  printf("at a place: %d, %s\n", third == place + 32 * page, first + page);
  printf("staying: %s\n", name_of(mremap(first, 0, page, 0)));
  volatile char* longer = mremap(first, 0, 9 * page, MREMAP_MAYMOVE | MREMAP_FIXED, place + 48 * page);
  printf("more than there is: %d, %c\n", longer == place + 48 * page, longer[page]);
  if (sigsetjmp(back, 1) == 0) longer[6 * page] = 'y';
  if (sigsetjmp(back, 1) == 0) printf("read %d\n", longer[8 * page]);
  printf("into it: %s\n", name((int)read(open("/dev/zero", O_RDONLY), (char*)longer + 6 * page, 4)));
  char* both = mremap(first, page, page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
  printf("both: %s\n", name_of(both));
  strcpy(both, "seen twice");
  printf("%s, %s\n", first, third);
  show_maps("mapped");
  printf("detach: %s\n", name(shmdt(first)));
  munmap(second, 2 * page);
  munmap(third, page);
  munmap(both, page);

  char* anonymous = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  strcpy(anonymous + page, "without a name");
  char* another = mremap(anonymous, 0, 2 * page, MREMAP_MAYMOVE);
  anonymous[page] = 'W';
  printf("anonymous: %s\n", another + page);
  FILE* file = tmpfile();
  fputs("of a file", file);
  fflush(file);
  char* mapped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);
  mapped[0] = 'O';
  char* moved = mremap(mapped, page, page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
  printf("private: moved %s, left %s\n", moved, mapped);
  char* zeros = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, open("/dev/zero", O_RDWR), 0);
  zeros[page] = 'z';
  printf("a device: %s, %d %c\n", name_of(zeros), zeros[0], zeros[page]);
}

static void only_read(int id) {
  volatile char* at = shmat(id, place, SHM_RDONLY);
  printf("to read: %d %c\n", at == place, at[0]);
  if (sigsetjmp(back, 1) == 0) at[5] = 'y';
  printf("made writable: %s\n", name(mprotect(place, page, PROT_READ | PROT_WRITE)));
  if (sigsetjmp(back, 1) == 0) at[5 * page] = 'y';
  shmdt(place);
  if (sigsetjmp(back, 1) == 0) at[5] = 'y';
}

static void give(int semaphores, unsigned which) {
  struct sembuf one = {which, 1, 0};
  if (semop(semaphores, &one, 1)) printf("semop: %s\n", strerrorname_np(errno));
}
static void take(int semaphores, unsigned which) {
  struct sembuf one = {which, -1, 0};
  while (semop(semaphores, &one, 1) && errno == EINTR) {}
}

// In turns by semaphores, and without any by atomic additions.
static void share(int id) {
  int semaphores = semget(IPC_PRIVATE, 2, 0600);
  volatile unsigned* inherited = shmat(id, NULL, 0);
  memset((void*)inherited, 0, 5 * page);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    volatile unsigned* own = shmat(id, NULL, 0);
    for (unsigned i = 0; i < 100; i++) {
      take(semaphores, 0);
      own[0] = own[0] * 3 + 1;
      give(semaphores, 1);
    }
    for (unsigned i = 0; i < 20000; i++) __atomic_add_fetch((unsigned*)own + 1, 1, __ATOMIC_SEQ_CST);
    _exit(attached(id));
  }
  for (unsigned i = 0; i < 100; i++) {
    inherited[0] += i;
    give(semaphores, 0);
    take(semaphores, 1);
  }
  for (unsigned i = 0; i < 20000; i++) __atomic_add_fetch((unsigned*)inherited + 1, 1, __ATOMIC_SEQ_CST);
  int status;
  waitpid(child, &status, 0);
  printf("in turns %#x, added %u; attached when both had it: %d, now %u\n", inherited[0], inherited[1], WEXITSTATUS(status),
         attached(id));
  semctl(semaphores, 0, IPC_RMID);
  shmdt((void*)inherited);
}

static void removed(void) {
  int id = shmget(IPC_PRIVATE, page, 0600);
  char* at = shmat(id, NULL, 0);
  strcpy(at, "still here");
  printf("remove: %s\n", name(shmctl(id, IPC_RMID, NULL)));
  printf("%s, once more: %s\n", at, strcmp(name_of(shmat(id, NULL, 0)), "ok") ? "refused" : "attached");
  shmdt(at);
  printf("gone: %s\n", name_of(shmat(id, NULL, 0)));
}

int main(int argc, char** argv) {
  if (argc > 1) {
    printf("after exec: attached %u\n", attached(atoi(argv[1])));
    show_maps("mapped");
    shmctl(atoi(argv[1]), IPC_RMID, NULL);
    return 0;
  }
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  int id = shmget(IPC_PRIVATE, 4 * page + 100, 0600);
  places(id);
  twice(id);
  only_read(id);
  share(id);
  removed();
  shmat(id, NULL, 0);
  printf("before exec: attached %u\n", attached(id));
  fflush(stdout);
  char text[12];
  snprintf(text, sizeof text, "%d", id);
  execl("/proc/self/exe", "segments", text, NULL);
  return 1;
}
