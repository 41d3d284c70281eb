// The mmap family with the kernel's own errors, self-modifying code, exclusives. Expected text: the ARM kernel's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char* const there = (char*)0x50000000;
static void say(const char* name, void* result) {
  if (result == MAP_FAILED)
    printf("%s: %s\n", name, strerror(errno));
  else
    printf("%s: ok\n", name);
}
static void say_int(const char* name, int result) { printf("%s: %s\n", name, result ? strerror(errno) : "ok"); }

int main(void) {
  int any = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
  say("mmap of nothing", mmap(NULL, 0, rw, any, -1, 0));
  say("mmap without sharing", mmap(NULL, 4096, rw, MAP_ANONYMOUS, -1, 0));
  say("mmap fixed, unaligned", mmap(there + 1, 4096, rw, any | MAP_FIXED, -1, 0));
  say("mmap of a bad descriptor", mmap(NULL, 4096, rw, MAP_PRIVATE, 77, 0));
  say("mmap of 3.9 GiB", mmap(NULL, 0xf8000000u, rw, any | MAP_NORESERVE, -1, 0));
  say("mmap fixed", mmap(there, 0x10000, rw, any | MAP_FIXED, -1, 0));
  say("mmap fixed, no replace", mmap(there, 4096, rw, any | MAP_FIXED_NOREPLACE, -1, 0));
  strcpy(there + 0x8000, "kept");
  say_int("munmap in the middle", munmap(there + 0x4000, 0x1000));
  say_int("munmap of nothing there", munmap(there + 0x4000, 0x1000));
  say_int("munmap unaligned", munmap(there + 1, 0x1000));
  say_int("munmap zero", munmap(there, 0));
  say_int("mprotect over a hole", mprotect(there + 0x3000, 0x3000, PROT_READ));
  say_int("mprotect", mprotect(there, 0x1000, PROT_READ));
  say("mremap of unmapped, staying", mremap(there + 0x4000, 0x1000, 0x2000, 0));
  say("mremap of unmapped, moving", mremap(there + 0x4000, 0x1000, 0x2000, MREMAP_MAYMOVE));
  say("mremap into the neighbour", mremap(there + 0x2000, 0x1000, 0x2000, 0));
  say("mremap over a border", mremap(there + 0x3000, 0x2000, 0x3000, MREMAP_MAYMOVE));
  say("mremap of size zero", mremap(there, 0x1000, 0, MREMAP_MAYMOVE));
  char* moved = mremap(there + 0x8000, 0x1000, 0x3000, MREMAP_MAYMOVE);
  say("mremap growing", moved);
  printf("content moved: %s\n", moved == MAP_FAILED ? "?" : moved);
  say("mremap fixed", mremap(moved, 0x3000, 0x1000, MREMAP_MAYMOVE | MREMAP_FIXED, there + 0x20000));
  printf("content at the fixed place: %s\n", there + 0x20000);
  say_int("madvise of a hole", madvise(there + 0x4000, 0x1000, MADV_DONTNEED));
  say_int("madvise", madvise(there + 0x20000, 0x1000, MADV_DONTNEED));
  printf("after MADV_DONTNEED: %d\n", there[0x20000]);
  say_int("madvise with a bad advice", madvise(there, 0x1000, 9999));
  unsigned char vector[4];
  say_int("mincore of a hole", mincore(there + 0x4000, 0x1000, vector));
  say_int("msync of a hole", msync(there + 0x4000, 0x1000, MS_SYNC));

  // files: private and shared, beyond the end, write-through
  char name[] = "/tmp/memory-XXXXXX";
  int fd = mkstemp(name);
  if (write(fd, "0123456789", 10) != 10) return 1;
  char* private_ = mmap(NULL, 4096, rw, MAP_PRIVATE, fd, 0);
  char* shared = mmap(NULL, 4096, rw, MAP_SHARED, fd, 0);
  private_[0] = 'P', shared[1] = 'S';
  char bytes[11] = {0};
  pread(fd, bytes, 10, 0);
  printf("file after stores: %s, private %c%c\n", bytes, private_[0], shared[1]);
  if (pwrite(fd, "W", 1, 5) != 1) return 1;
  printf("shared mapping after pwrite: %c, zero after the end: %d\n", shared[5], shared[10]);
  int read_only = open(name, O_RDONLY);
  say("shared writable of a read-only file", mmap(NULL, 4096, rw, MAP_SHARED, read_only, 0));
  say("private writable of a read-only file", mmap(NULL, 4096, rw, MAP_PRIVATE, read_only, 0));
  char* seen = mmap(NULL, 4096, PROT_READ, MAP_SHARED, read_only, 0);
  say_int("a shared mapping of it made writable", mprotect(seen, 4096, rw));
  say_int("made executable", mprotect(seen, 4096, PROT_READ | PROT_EXEC));
  char* own = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, read_only, 0);
  say_int("a private mapping of it made writable", mprotect(own, 4096, rw));
  say("offset not a page", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 100));
  say("mapping a directory", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("/tmp", O_RDONLY), 0));
  unlink(name);

  // EFAULT from the kernel on bad pointers
  say_int("read into a read-only page", read(fd, there, 10) < 0 ? -1 : 0);
  printf("write from a hole: %s\n", write(fd, there + 0x4000, 10) < 0 ? strerror(errno) : "ok");
  printf("open of a bad path: %s\n", open((char*)0x10, O_RDONLY) < 0 ? strerror(errno) : "ok");
  struct stat st;
  printf("stat into a hole: %ld %s\n", syscall(SYS_fstat64, fd, there + 0x4000), strerror(errno));
  (void)st;

  // brk
  char* before = sbrk(0);
  char* first = sbrk(8192);
  first[8191] = 1;
  printf("brk: %d\n", first == before && sbrk(0) == before + 8192);
  sbrk(-8192);
  printf("brk back: %d\n", (char*)sbrk(0) == before);

  // generated code, changed and flushed
  uint16_t* code = mmap(NULL, 4096, rw | PROT_EXEC, any, -1, 0);
  for (int round = 1; round <= 3; round++) {
    code[0] = (uint16_t)(0x2000 | round);  // movs r0, #round
    code[1] = 0x4770;                      // bx lr
    __builtin___clear_cache((char*)code, (char*)(code + 2));
    int (*function)(void) = (int (*)(void))((uintptr_t)code | 1);
    printf("generated code: %d\n", function());
  }

  // exclusives: a store between load and store by the same thread; another address
  static unsigned words[64];
  unsigned value, failed;
  __asm__ volatile("ldrex %0, [%2]\n add %0, %0, #1\n strex %1, %0, [%2]" : "=&r"(value), "=&r"(failed) : "r"(words) : "memory");
  printf("ldrex strex: %u %u\n", words[0], failed);
  __asm__ volatile("mov %0, #9\n clrex\n strex %1, %0, [%2]" : "=&r"(value), "=&r"(failed) : "r"(words) : "memory");
  printf("strex after clrex: %u %u\n", words[0], failed);
  unsigned long long wide = 5;
  printf("compare and swap 64: %d %llu\n", __sync_bool_compare_and_swap(&wide, 5, 1ull << 40), wide);
  // kuser helpers at 0xffff0000
  typedef int cmpxchg(int, int, volatile int*);
  volatile int word = 3;
  printf("kuser: version %d, cmpxchg %d %d, tls %d\n", *(int*)0xffff0ffc >= 5, ((cmpxchg*)0xffff0fc0)(3, 4, &word), word,
         ((void* (*)(void))0xffff0fe0)() == __builtin_thread_pointer());
  return 0;
}
