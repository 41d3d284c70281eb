// Double-precision n-body steps and a Mandelbrot row.
#include <math.h>
#include <stdio.h>

int main(void) {
  double p[5][3], v[5][3] = {{0}}, sum = 0;
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 3; j++) p[i][j] = (i + 1) * 0.7 + j * 0.3 + (i * j) * 0.11;
  for (int step = 0; step < 40000; step++)
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        if (i == j) continue;
        double dx = p[j][0] - p[i][0], dy = p[j][1] - p[i][1], dz = p[j][2] - p[i][2];
        double d = dx * dx + dy * dy + dz * dz + 0.01, f = 1e-6 / (d * sqrt(d));
        v[i][0] += dx * f, v[i][1] += dy * f, v[i][2] += dz * f;
      }
      for (int k = 0; k < 3; k++) p[i][k] += v[i][k];
    }
  for (int x = 0; x < 300; x++) {
    double a = 0, b = 0;
    int n = 0;
    for (; n < 200 && a * a + b * b < 4; n++) {
      double t = a * a - b * b + x / 150.0 - 1.5;
      b = 2 * a * b + 0.1, a = t;
    }
    sum += n;
  }
  printf("%.9f %.9f %g\n", p[0][0], v[4][2], sum);
  return 0;
}
