// Products of matrices of 96 rows in single precision, one element at a time.
#include <stdio.h>
#include <stdlib.h>

enum { size = 96 };
static float a[size][size], b[size][size], c[size][size];

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 10;
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) a[i][j] = (float)(i * j % 17) / 17, b[i][j] = (float)((i + 3 * j) % 13) / 13;
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < size; i++)
      for (int j = 0; j < size; j++) {
        float sum = 0;
        for (int k = 0; k < size; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
    for (int i = 0; i < size; i++) a[i][round % size] = c[i][i] / size;
  }
  printf("%.6g %.6g\n", c[1][2], c[size - 1][size - 1]);
  return 0;
}
