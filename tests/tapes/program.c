// What the tapes here are of: without libc, to be small. It uses a pipe, writes to both outputs and ends with 7.
//
// A tape: arm-linux-gnueabihf-gcc -Os -nostdlib -static -ffreestanding -s -o program program.c
//         env -i sigtape record -q -o format-N.tape -- ./program
// With -DSHARED, for formats since 2, the 7 comes from a child process, through memory that both share.
static int call(int number, int a, int b, int c) {
  register int r7 __asm__("r7") = number, r0 __asm__("r0") = a, r1 __asm__("r1") = b, r2 __asm__("r2") = c;
  // For mmap2: shared, anonymous.
  register int r3 __asm__("r3") = number == 192 ? 0x21 : 0, r4 __asm__("r4") = -1, r5 __asm__("r5") = 0;
  __asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
  return r0;
}
static int seven(void) {
#ifdef SHARED
  volatile int* shared = (volatile int*)call(192, 0, 4096, 3);
  if (call(2, 0, 0, 0) == 0) {
    *shared = 7;
    call(1, 0, 0, 0);
  }
  call(114, -1, 0, 0);
  return *shared;
#else
  return 7;
#endif
}
void _start(void) {
  static char text[16];
  int ends[2];
  call(42, (int)ends, 0, 0);
  call(4, ends[1], (int)"from a pipe\n", 12);
  int got = call(3, ends[0], (int)text, sizeof text);
  call(4, 1, (int)text, got);
  call(4, 2, (int)"an error\n", 9);
  call(1, call(20, 0, 0, 0) > 0 ? seven() : 1, 0, 0);
  for (;;) {}
}
