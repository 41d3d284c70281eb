// A picture of the Mandelbrot set of 200 columns, in double precision.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  int rows = argc > 1 ? atoi(argv[1]) : 20;
  long sum = 0;
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < 200; column++) {
      double re = column / 100.0 - 1.5, im = (row * 37 % 200) / 100.0 - 1.0, a = 0, b = 0;
      int n = 0;
      for (; n < 500 && a * a + b * b < 4; n++) {
        double t = a * a - b * b + re;
        b = 2 * a * b + im, a = t;
      }
      sum += n;
    }
  printf("%ld\n", sum);
  return 0;
}
