// What the kernel refuses, and how: memory, signals, threads, exec, limits. Expected: the ARM kernel's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char* name_of(long result) { return result == -1 ? strerrorname_np(errno) : "ok"; }
#define SAY(what, ...)                          \
  do {                                          \
    errno = 0;                                  \
    long result_ = (long)(__VA_ARGS__);         \
    printf("%s: %s\n", what, name_of(result_)); \
  } while (0)
#define CALL(what, ...) SAY(what, syscall(__VA_ARGS__))

static char* const at = (char*)0x50000000;
enum { page = 4096, rw = PROT_READ | PROT_WRITE, any = MAP_PRIVATE | MAP_ANONYMOUS };

static void advice(void) {
  static const int all[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 100, 101, 102};
  char* private_ = mmap(at, 2 * page, rw, any | MAP_FIXED, -1, 0);
  char* shared = mmap(at + 4 * page, 2 * page, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    printf("madvise %d: private ", all[i]);
    printf("%s, ", name_of(madvise(private_, page, all[i])));
    printf("shared %s, ", name_of(madvise(shared, page, all[i])));
    printf("hole %s, ", name_of(madvise(at + 2 * page, page, all[i])));
    printf("over a hole %s, ", name_of(madvise(private_, 6 * page, all[i])));
    printf("nothing %s\n", name_of(madvise(private_, 0, all[i])));
    mmap(private_, 2 * page, rw, any | MAP_FIXED, -1, 0);
    mmap(shared, 2 * page, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  }
  SAY("madvise unaligned", madvise(at + 1, page, 0));
  SAY("madvise around the end", madvise(at, -page, MADV_NORMAL));
  SAY("madvise of an overflowing length", madvise(at, (size_t)-1, MADV_NORMAL));
  munmap(at, 6 * page);
}

static void mapping(void) {
  SAY("mmap fixed at zero", mmap(0, page, rw, any | MAP_FIXED, -1, 0));
  SAY("mmap fixed above user space", mmap((void*)0xffff0000, page, rw, any | MAP_FIXED, -1, 0));
  SAY("mmap fixed of the last pages", mmap((void*)0xfffff000, 2 * page, rw, any | MAP_FIXED, -1, 0));
  SAY("mmap shared and growing down", mmap(NULL, page, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0));
  SAY("mmap shared and validated, anonymous", mmap(NULL, page, rw, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
  SAY("mmap of type 0", mmap(NULL, page, rw, MAP_ANONYMOUS, -1, 0));
  SAY("mmap of type 4", mmap(NULL, page, rw, MAP_ANONYMOUS | 4, -1, 0));
  SAY("mmap with odd protection", mmap(NULL, page, 0xff0, any, -1, 0));
  CALL("mmap2 with a large offset", SYS_mmap2, 0, page, rw, any, -1, 0xffffffff);
  CALL("mmap2 with an overflowing offset", SYS_mmap2, 0, 2 * page, rw, any, -1, 0xffffffff);
  SAY("mmap of 4 GiB", mmap(NULL, (size_t)-1, rw, any, -1, 0));
  SAY("munmap beyond user space", munmap((void*)0xffff0000, 2 * page));
  SAY("munmap of everything above", munmap(at, (size_t)-page));
  SAY("munmap of an overflowing length", munmap(at, (size_t)-1));
  mmap(at, 4 * page, rw, any | MAP_FIXED, -1, 0);
  SAY("mprotect odd bits", mprotect(at, page, 0x40));
  SAY("mprotect sem", mprotect(at, page, 8 | rw));
  SAY("mprotect overflow", mprotect(at, (size_t)-page, PROT_READ));
  SAY("mprotect nothing in a hole", mprotect(at + 8 * page, 0, PROT_READ));
  SAY("mprotect a hole", mprotect(at + 8 * page, page, PROT_READ));
  SAY("mprotect grows down", mprotect(at, page, PROT_READ | PROT_GROWSDOWN));
  SAY("mprotect grows up", mprotect(at, page, PROT_READ | PROT_GROWSUP));
  SAY("mprotect grows both ways", mprotect(at, page, PROT_READ | PROT_GROWSUP | PROT_GROWSDOWN));
  SAY("mremap dontunmap without moving", mremap(at, page, page, MREMAP_DONTUNMAP));
  SAY("mremap dontunmap with another size", mremap(at, page, 2 * page, MREMAP_DONTUNMAP | MREMAP_MAYMOVE));
  SAY("mremap fixed without moving", mremap(at, page, page, MREMAP_FIXED, at + 8 * page));
  SAY("mremap onto itself", mremap(at, 2 * page, 2 * page, MREMAP_FIXED | MREMAP_MAYMOVE, at + page));
  SAY("mremap to an unaligned place", mremap(at, page, page, MREMAP_FIXED | MREMAP_MAYMOVE, at + 8 * page + 1));
  SAY("mremap beyond user space", mremap(at, page, page, MREMAP_FIXED | MREMAP_MAYMOVE, 0xffff0000));
  SAY("mremap to page zero", mremap(at, page, page, MREMAP_FIXED | MREMAP_MAYMOVE, 0));
  SAY("mremap of nothing, private", mremap(at + page, 0, page, MREMAP_MAYMOVE));
  SAY("mremap same size in a hole", mremap(at + 9 * page, page, page, 0));
  SAY("mremap shrinking over a border", mremap(at + page, 2 * page, page, 0));
  SAY("mremap same size, longer than mapped", mremap(at + page, 8 * page, 8 * page, 0));
  SAY("mremap growing what was cut", mremap(at + page, page, 2 * page, 0));
  SAY("mremap to 4 GiB", mremap(at + page, page, (size_t)-page, MREMAP_MAYMOVE));
  SAY("mremap bad flags", mremap(at + page, page, page, 8));
  unsigned char vector[16];
  SAY("mincore unaligned", mincore(at + 1, page, vector));
  SAY("mincore into nowhere", mincore(at + page, page, (void*)8));
  SAY("mincore of nothing", mincore(at + page, 0, vector));
  SAY("mincore of too much", mincore(at, (size_t)-page, vector));
  SAY("mincore over a hole", mincore(at, 10 * page, vector));
  SAY("msync both ways", msync(at + page, page, MS_SYNC | MS_ASYNC));
  SAY("msync odd flags", msync(at + page, page, 8));
  SAY("msync unaligned", msync(at + 1, page, MS_SYNC));
  SAY("msync", msync(at + page, page, MS_ASYNC));
  SAY("msync without flags", msync(at + page, page, 0));
  SAY("mlock of a hole", mlock(at + 12 * page, page));
  SAY("mlock", mlock(at + page + 5, 10));
  SAY("mlock2 odd flags", syscall(SYS_mlock2, at + page, page, 2));
  SAY("mlockall without flags", mlockall(0));
  SAY("mlockall odd flags", mlockall(8));
  SAY("mlockall onfault only", mlockall(MCL_ONFAULT));
  SAY("munlockall", munlockall());
  munmap(at, 16 * page);
}

static void signals(void) {
  char bad[4];
  (void)bad;
  CALL("rt_sigaction of 0", SYS_rt_sigaction, 0, 0, 0, 8);
  CALL("rt_sigaction of 64", SYS_rt_sigaction, 64, 0, 0, 8);
  CALL("rt_sigaction of 65", SYS_rt_sigaction, 65, 0, 0, 8);
  CALL("rt_sigaction with another size", SYS_rt_sigaction, 10, 0, 0, 4);
  CALL("rt_sigaction from nowhere", SYS_rt_sigaction, 10, 8, 0, 8);
  CALL("rt_sigaction to nowhere", SYS_rt_sigaction, 10, 0, 8, 8);
  CALL("rt_sigaction of SIGKILL, asking", SYS_rt_sigaction, 9, 0, 0, 8);
  uint32_t action[5] = {0, ~0u, 0, ~0u, ~0u}, old[5];
  CALL("rt_sigaction of SIGKILL", SYS_rt_sigaction, 9, action, 0, 8);
  CALL("rt_sigaction all flags", SYS_rt_sigaction, 10, action, 0, 8);
  CALL("and back", SYS_rt_sigaction, 10, 0, old, 8);
  printf("flags %#x mask %#x %#x\n", old[1], old[3], old[4]);
  uint32_t old_action[4] = {1, 0x7fffffff, 0x800 | 0x400, 0};
  CALL("sigaction", SYS_sigaction, 12, old_action, 0);
  CALL("and back", SYS_rt_sigaction, 12, 0, old, 8);
  printf("handler %#x flags %#x mask %#x %#x\n", old[0], old[1], old[3], old[4]);
  CALL("sigaction to nowhere", SYS_sigaction, 12, 0, 8);
  uint64_t set = ~0ull, before = 0;
  CALL("rt_sigprocmask with another size", SYS_rt_sigprocmask, 0, &set, 0, 4);
  CALL("rt_sigprocmask odd how", SYS_rt_sigprocmask, 3, &set, 0, 8);
  CALL("rt_sigprocmask odd how without a set", SYS_rt_sigprocmask, 3, 0, &before, 8);
  CALL("rt_sigprocmask from nowhere", SYS_rt_sigprocmask, 0, 8, 0, 8);
  CALL("rt_sigprocmask all", SYS_rt_sigprocmask, 2, &set, 0, 8);
  CALL("and back to nowhere", SYS_rt_sigprocmask, 2, &before, 8, 8);
  CALL("asking", SYS_rt_sigprocmask, 2, 0, &set, 8);
  printf("mask %#llx\n", (unsigned long long)set);
  uint32_t low = 0x80000101;
  CALL("sigprocmask", SYS_sigprocmask, 2, &low, 0);
  CALL("asking", SYS_rt_sigprocmask, 2, 0, &set, 8);
  printf("mask %#llx\n", (unsigned long long)set);
  set = 0;
  CALL("opening all", SYS_rt_sigprocmask, 2, &set, 0, 8);
  stack_t stack = {.ss_sp = at, .ss_size = 2047};
  SAY("sigaltstack too small", syscall(SYS_sigaltstack, &stack, 0));
  stack.ss_flags = 4;
  SAY("sigaltstack odd flags", syscall(SYS_sigaltstack, &stack, 0));
  stack.ss_flags = SS_DISABLE | 0x80000000;
  SAY("sigaltstack disable, disarm", syscall(SYS_sigaltstack, &stack, 0));
  SAY("sigaltstack asking", syscall(SYS_sigaltstack, 0, &stack));
  printf("flags %#x size %zu sp %p\n", stack.ss_flags, stack.ss_size, stack.ss_sp);
  stack.ss_flags = SS_ONSTACK, stack.ss_size = 8192, stack.ss_sp = at;
  SAY("sigaltstack onstack", syscall(SYS_sigaltstack, &stack, 0));
  SAY("sigaltstack asking", syscall(SYS_sigaltstack, 0, &stack));
  printf("flags %#x size %zu sp %p\n", stack.ss_flags, stack.ss_size, stack.ss_sp);
  SAY("sigaltstack from nowhere", syscall(SYS_sigaltstack, 8, 0));
  SAY("sigaltstack to nowhere", syscall(SYS_sigaltstack, 0, 8));
  CALL("rt_sigsuspend with another size", SYS_rt_sigsuspend, &set, 4);
  CALL("rt_sigsuspend from nowhere", SYS_rt_sigsuspend, 8, 8);
  CALL("rt_sigpending with a larger size", SYS_rt_sigpending, &set, 16);
  CALL("rt_sigtimedwait with another size", SYS_rt_sigtimedwait, &set, 0, 0, 4);
  CALL("kill of signal 65", SYS_kill, getpid(), 65);
  CALL("kill of signal -1", SYS_kill, getpid(), -1);
  CALL("tgkill of thread 0", SYS_tgkill, getpid(), 0, 0);
  CALL("restart_syscall", SYS_restart_syscall);
}

static void threads(void) {
  CALL("clone thread without sharing", SYS_clone, CLONE_THREAD | CLONE_VM, 0, 0, 0, 0);
  CALL("clone handlers without memory", SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0);
  CALL("clone files and namespace", SYS_clone, CLONE_FS | CLONE_NEWNS, 0, 0, 0, 0);
  CALL("clone pidfd of a thread", SYS_clone, CLONE_PIDFD | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0);
  CALL("clone pidfd and parent's tid", SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &errno, 0, 0);
  uint64_t arguments[12] = {0};
  CALL("clone3 too small", SYS_clone3, arguments, 63);
  CALL("clone3 too large", SYS_clone3, arguments, 4097);
  CALL("clone3 from nowhere", SYS_clone3, 8, 64);
  arguments[11] = 1;
  CALL("clone3 of the future", SYS_clone3, arguments, 96);
  arguments[11] = 0, arguments[0] = SIGCHLD;
  CALL("clone3 signal in flags", SYS_clone3, arguments, 88);
  arguments[0] = CLONE_DETACHED;
  CALL("clone3 detached", SYS_clone3, arguments, 88);
  arguments[0] = 0, arguments[4] = 65;
  CALL("clone3 odd signal", SYS_clone3, arguments, 88);
  arguments[4] = 0, arguments[5] = 0x1000;
  CALL("clone3 stack without size", SYS_clone3, arguments, 88);
  arguments[5] = 0, arguments[6] = 0x1000;
  CALL("clone3 size without stack", SYS_clone3, arguments, 88);
  CALL("set_robust_list of another size", SYS_set_robust_list, arguments, 8);
  CALL("get_robust_list of nobody", SYS_get_robust_list, 0x3fffffff, arguments, arguments);
  CALL("get_robust_list to nowhere", SYS_get_robust_list, 0, 8, 8);
  SAY("set_tid_address", (syscall(SYS_set_tid_address, arguments) == gettid()) - 1);
  CALL("cacheflush backwards", 0xf0002, at + page, at, 0);
  CALL("cacheflush with flags", 0xf0002, at, at + page, 1);
  CALL("cacheflush beyond user space", 0xf0002, at, 0xffffffff, 0);
  printf("persona %#x\n", personality(0xffffffff) & ~ADDR_NO_RANDOMIZE);
}

static char* strings[70000];
static void executing(void) {
  char* none[] = {NULL};
  SAY("execve nowhere", execve((char*)8, none, none));
  SAY("execve empty name", execve("", none, none));
  SAY("execve arguments from nowhere", execve("/nonexistent", (char**)8, none));
  SAY("execve environment from nowhere", execve("/nonexistent", none, (char**)8));
  char* wild[] = {(char*)8, NULL};
  SAY("execve with a wild string", execve("/nonexistent", wild, none));
  char* long_name = malloc(5000);
  memset(long_name, 'x', 4999), long_name[4999] = 0;
  SAY("execve long name", execve(long_name, none, none));
  char* text = malloc(131073);
  memset(text, 'x', 131072), text[131072] = 0;
  char* one[] = {text, NULL};
  SAY("execve string of 128 KiB", execve("/nonexistent", one, none));
  text[131071] = 0;
  SAY("execve string of 128 KiB less one", execve("/nonexistent", one, none));
  for (int i = 0; i < 15; i++) strings[i] = text;
  SAY("execve 15 of them", execve("/nonexistent", strings, none));
  strings[15] = text;
  SAY("execve 16 of them", execve("/nonexistent", strings, none));
  for (int i = 0; i < 69999; i++) strings[i] = "";
  SAY("execve 69999 empty strings", execve("/nonexistent", strings, none));
  SAY("execveat odd flags", syscall(SYS_execveat, AT_FDCWD, "/nonexistent", none, none, 1));
  SAY("execveat empty path", syscall(SYS_execveat, AT_FDCWD, "", none, none, 0));
  SAY("execveat of a bad descriptor", syscall(SYS_execveat, 77, "", none, none, AT_EMPTY_PATH));
}

static void limits(void) {
  struct rlimit was, now;
  getrlimit(RLIMIT_DATA, &was);
  now = was, now.rlim_cur = 0;
  SAY("limiting data", setrlimit(RLIMIT_DATA, &now));
  getrlimit(RLIMIT_DATA, &now);
  printf("data limit %lu\n", (unsigned long)now.rlim_cur);
  SAY("sbrk", sbrk(page));
  SAY("mmap private writable", mmap(at, page, rw, any | MAP_FIXED, -1, 0));
  SAY("mmap private read-only", mmap(at, page, PROT_READ, any | MAP_FIXED, -1, 0));
  SAY("mmap shared", mmap(at, page, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  SAY("mprotect to writable", mprotect(mmap(at, page, PROT_READ, any | MAP_FIXED, -1, 0), page, rw));
  now.rlim_cur = page;
  SAY("limiting data to a page", setrlimit(RLIMIT_DATA, &now));
  SAY("mmap private writable", mmap(at, page, rw, any | MAP_FIXED, -1, 0));
  SAY("mmap private read-only", mmap(at, page, PROT_READ, any | MAP_FIXED, -1, 0));
  SAY("mremap of writable", mremap((char*)((uintptr_t)strings & -page), page, 64 * page, MREMAP_MAYMOVE));
  setrlimit(RLIMIT_DATA, &was);
  getrlimit(RLIMIT_AS, &was);
  now = was, now.rlim_cur = 64 << 20;
  SAY("limiting the address space", setrlimit(RLIMIT_AS, &now));
  SAY("mmap of 64 MiB", mmap(NULL, 64 << 20, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  SAY("mmap of a page", mmap(NULL, page, rw, any, -1, 0));
  setrlimit(RLIMIT_AS, &was);
  SAY("mmap of 64 MiB", mmap(NULL, 64 << 20, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  SAY("getrlimit of nothing", getrlimit(77, &was));
  now.rlim_cur = 2, now.rlim_max = 1;
  SAY("setrlimit above its maximum", setrlimit(RLIMIT_STACK, &now));
  printf("clock ticks %lu, page %lu, platform %s, secure %lu\n", getauxval(AT_CLKTCK), getauxval(AT_PAGESZ),
         (char*)getauxval(AT_PLATFORM), getauxval(AT_SECURE));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  advice();
  mapping();
  signals();
  threads();
  executing();
  limits();
  return 0;
}
