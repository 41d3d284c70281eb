// What execve hands over beyond files and signals: the personality and the limits on memory. Expected text: the ARM
// kernel's own.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char* name, int resource) {
  struct rlimit limit;
  getrlimit(resource, &limit);
  printf(" %s %ld %ld", name, (long)limit.rlim_cur >> 10, (long)limit.rlim_max >> 10);
}

static int permissions_of(void* at) {
  FILE* maps = fopen("/proc/self/maps", "r");
  unsigned long begin, end;
  char bits[5], line[512];
  while (maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx %4s", &begin, &end, bits) == 3 && begin <= (unsigned long)at && (unsigned long)at < end) {
      fclose(maps);
      return printf(" %s", bits);
    }
  return printf(" unmapped");
}

static void state(const char* when) {
  printf("%s: personality %#x, KiB:", when, personality(0xffffffff));
  show("data", RLIMIT_DATA), show("stack", RLIMIT_STACK), show("space", RLIMIT_AS);
  void* small = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void* large = mmap(NULL, 100 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("; 100 MiB: %s; a page to read", large == MAP_FAILED ? "refused" : "mapped");
  permissions_of(small);
  printf("\n");
  if (large != MAP_FAILED) munmap(large, 100 << 20);
  munmap(small, 4096);
}

static void exec_with(const char* name, unsigned long persona, int limited, char** argv) {
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    struct rlimit data = {16 << 20, 20 << 20}, stack = {4 << 20, 6 << 20}, space = {64 << 20, 80 << 20};
    if (limited) setrlimit(RLIMIT_DATA, &data), setrlimit(RLIMIT_STACK, &stack), setrlimit(RLIMIT_AS, &space);
    if (persona) personality(persona);
    execl(argv[0], argv[0], name, "again", (char*)NULL);
    _exit(99);
  }
  int status;
  waitpid(child, &status, 0);
  if (status) printf("%s: status %#x\n", name, status);
}

int main(int argc, char** argv) {
  if (argc > 1) {
    state(argv[1]);
    if (argc > 2) {  // once more: what was inherited is handed on
      fflush(stdout);
      execl(argv[0], argv[0], argv[1], (char*)NULL);
    }
    return 0;
  }
  struct rlimit data = {256 << 20, 512 << 20}, stack = {8 << 20, 512 << 20}, space = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_DATA, &data), setrlimit(RLIMIT_STACK, &stack), setrlimit(RLIMIT_AS, &space);
  exec_with("as it is", 0, 0, argv);
  exec_with("limits", 0, 1, argv);
  exec_with("no randomization", ADDR_NO_RANDOMIZE, 0, argv);
  exec_with("read implies exec", READ_IMPLIES_EXEC, 0, argv);
  exec_with("another domain", PER_LINUX32 | SHORT_INODE, 0, argv);
  exec_with("legacy layout and limits", ADDR_COMPAT_LAYOUT, 1, argv);
  return 0;
}
