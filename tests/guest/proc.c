// /proc files that speak of the process itself. Expected: the ARM kernel's own.
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char* outcome(long result) { return result < 0 ? strerror(errno) : "ok"; }

static long contents(const char* path, char* into, long room) {
  int file = open(path, O_RDONLY);
  if (file < 0) return -1;
  long length = 0, got;
  while ((got = read(file, into + length, room - length - 1)) > 0) length += got;
  into[length] = 0;
  close(file);
  return length;
}

static void program(const char* self) {
  char link[PATH_MAX] = "", real[PATH_MAX] = "";
  readlink("/proc/self/exe", link, sizeof link - 1);
  realpath(self, real);
  printf("exe is the program: %d\n", !strcmp(link, real));
  char by_pid[64];
  sprintf(by_pid, "/proc/%d/exe", getpid());
  memset(link, 0, sizeof link);
  readlink(by_pid, link, sizeof link - 1);
  printf("by pid: %d\n", !strcmp(link, real));
  struct stat one, other;
  printf("stat: %s", outcome(stat("/proc/self/exe", &one)));
  printf(" %s", outcome(stat(self, &other)));
  printf(" same %d\n", one.st_ino == other.st_ino && one.st_size == other.st_size);
  printf("lstat: %s", outcome(lstat("/proc/self/exe", &one)));
  printf(" link %d\n", S_ISLNK(one.st_mode));
  char head[20] = "";
  contents("/proc/self/exe", head, sizeof head);
  printf("a 32-bit ARM program: %d\n", !memcmp(head, "\177ELF\1", 5) && head[18] == EM_ARM);
}

static void exe_ends_with(const char* when, const char* end) {
  char link[PATH_MAX] = "";
  long length = readlink("/proc/self/exe", link, sizeof link - 1), wanted = strlen(end);
  printf("exe %s ends with %s: %d\n", when, end, length > wanted && link[0] == '/' && !strcmp(link + length - wanted, end));
}

// Begun by a relative path, from which it then goes away.
static void program_that_moves(void) {
  char place[PATH_MAX];
  if (!getcwd(place, sizeof place)) return;
  chdir("/");
  exe_ends_with("after chdir", "/copy");
  chdir(place);
  rename("copy", "renamed");
  exe_ends_with("after rename", "/renamed");
  unlink("renamed");
  exe_ends_with("after unlink", "/renamed (deleted)");
  char head[5] = "";
  contents("/proc/self/exe", head, sizeof head);
  printf("it can be read: %d\n", !memcmp(head, "\177ELF", 4));
}

static void copy(const char* from, const char* to) {
  static char bytes[1 << 16];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
  for (long got; (got = read(in, bytes, sizeof bytes)) > 0;)
    if (write(out, bytes, got) != got) return;
  close(in), close(out);
}

static void texts(void) {
  static char text[1 << 20];
  long length = contents("/proc/self/cmdline", text, sizeof text);
  printf("cmdline: %d strings, the second %s\n", (int)(memchr(text, 0, length) != 0) + 1, text + strlen(text) + 1);
  contents("/proc/self/environ", text, sizeof text);
  printf("environ: %s\n", text);
  prctl(PR_SET_NAME, "renamed");
  contents("/proc/self/comm", text, sizeof text);
  printf("comm: %s", text);
  contents("/proc/self/stat", text, sizeof text);
  printf("stat: own pid %d, name %.9s\n", atoi(text) == getpid(), strchr(text, '('));
  contents("/proc/self/status", text, sizeof text);
  printf("status: %.13s, own pid %d\n", text, atoi(strstr(text, "\nPid:") + 5) == getpid());
  unsigned words[128], found = 0;
  length = contents("/proc/self/auxv", (char*)words, sizeof words);
  for (unsigned i = 0; i + 8 <= (unsigned long)length; i += 8)
    if (words[i / 4] == AT_HWCAP || words[i / 4] == AT_ENTRY || words[i / 4] == AT_RANDOM)
      found += words[i / 4 + 1] == getauxval(words[i / 4]);
  printf("auxv: %u of 3\n", found);
  contents("/proc/cpuinfo", text, sizeof text);
  printf("cpuinfo: neon %d, implementer %d, x86 %d\n", strstr(text, " neon ") != 0, strstr(text, "CPU implementer\t: 0x41") != 0,
         strstr(text, "GenuineIntel") != 0 || strstr(text, "AuthenticAMD") != 0);
}

static int is_mapped(const char* maps, unsigned long address, char* rights, char* name) {
  for (const char* line = maps; *line; line = strchr(line, '\n') + 1) {
    unsigned long begin, end;
    name[0] = 0;
    sscanf(line, "%lx-%lx %4s %*s %*s %*s%*[ ]%63[^\n]", &begin, &end, rights, name);
    if (begin <= address && address < end) return 1;
  }
  return 0;
}

static void maps(void) {
  static char text[1 << 16];
  char rights[8], name[64];
  void* own = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  contents("/proc/self/maps", text, sizeof text);
  printf("code: %d", is_mapped(text, (unsigned long)maps & ~1ul, rights, name));
  printf(" %s\n", rights);
  printf("stack: %d", is_mapped(text, (unsigned long)rights, rights, name));
  printf(" %s\n", name);
  printf("own: %d", is_mapped(text, (unsigned long)own, rights, name));
  printf(" %s %s\n", rights, name);
  munmap(own, 4096);
  contents("/proc/self/maps", text, sizeof text);
  printf("gone: %d\n", is_mapped(text, (unsigned long)own, rights, name));
}

static void descriptors(void) {
  for (int i = 3; i < 64; i++) close(i);
  close(0), open("/dev/null", O_RDONLY);
  DIR* directory = opendir("/proc/self/fd");
  struct dirent* entry;
  int count = 0;
  while ((entry = readdir(directory))) count += entry->d_name[0] != '.';
  printf("open descriptors: %d\n", count);
  closedir(directory);
  char link[64] = "";
  readlink("/proc/self/fd/0", link, sizeof link - 1);
  printf("0 is %s\n", link);
  printf("close_range: %s\n", outcome(close_range(3, ~0u, 0)));
  directory = opendir("/proc/self/task");
  count = 0;
  while ((entry = readdir(directory))) count += entry->d_name[0] != '.';
  printf("tasks: %d\n", count);
  closedir(directory);
}

int main(int argc, char** argv) {
  setvbuf(stdout, 0, _IONBF, 0);
  if (argc == 1) {
    char* arguments[] = {argv[0], "second", 0};
    char* environment[] = {"ONLY=this", 0};
    if (!fork()) {
      execve("/proc/self/exe", arguments, environment);
      printf("exec of /proc/self/exe: %s\n", strerror(errno));
      _exit(1);
    }
    int status;
    wait(&status);
    printf("ended with %d\n", WEXITSTATUS(status));
    copy("/proc/self/exe", "copy");
    if (!fork()) {
      execl("./copy", "copy", "a", "program that moves", NULL);
      printf("exec of a copy: %s\n", strerror(errno));
      _exit(1);
    }
    wait(&status);
    return 0;
  }
  if (argc == 3) {
    program_that_moves();
    return 0;
  }
  program(argv[0]);
  texts();
  maps();
  descriptors();
  return 0;
}
