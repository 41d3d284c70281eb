// Fast Fourier transforms of 1024 complex numbers in double precision, by halves, in place.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { size = 1024 };
static double re[size], im[size], cosine[size / 2], sine[size / 2];

static void transform(void) {
  for (int i = 1, j = 0; i < size; i++) {
    int bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      double t = re[i];
      re[i] = re[j], re[j] = t;
      t = im[i], im[i] = im[j], im[j] = t;
    }
  }
  for (int half = 1; half < size; half *= 2)
    for (int start = 0; start < size; start += 2 * half)
      for (int k = 0; k < half; k++) {
        int a = start + k, b = a + half, w = k * (size / 2 / half);
        double x = re[b] * cosine[w] - im[b] * sine[w], y = re[b] * sine[w] + im[b] * cosine[w];
        re[b] = re[a] - x, im[b] = im[a] - y;
        re[a] += x, im[a] += y;
      }
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 100;
  for (int i = 0; i < size / 2; i++) cosine[i] = cos(-2 * M_PI * i / size), sine[i] = sin(-2 * M_PI * i / size);
  for (int i = 0; i < size; i++) re[i] = (i * 37 % 101) / 101.0;
  for (int round = 0; round < rounds; round++) {
    transform();
    for (int i = 0; i < size; i++) re[i] /= 32, im[i] /= 32;
  }
  printf("%.9g %.9g\n", re[1], im[size / 3]);
  return 0;
}
