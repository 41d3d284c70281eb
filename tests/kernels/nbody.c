// Five bodies under gravity, in double precision.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  int steps = argc > 1 ? atoi(argv[1]) : 40000;
  double place[5][3], speed[5][3] = {{0}};
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 3; j++) place[i][j] = (i + 1) * 0.7 + j * 0.3 + (i * j) * 0.11;
  for (int step = 0; step < steps; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double x = place[j][0] - place[i][0], y = place[j][1] - place[i][1], z = place[j][2] - place[i][2];
        double square = x * x + y * y + z * z + 0.01, force = 1e-3 / (square * sqrt(square));
        speed[i][0] += x * force, speed[i][1] += y * force, speed[i][2] += z * force;
        speed[j][0] -= x * force, speed[j][1] -= y * force, speed[j][2] -= z * force;
      }
    for (int i = 0; i < 5; i++)
      for (int j = 0; j < 3; j++) place[i][j] += 1e-3 * speed[i][j];
  }
  printf("%.12f %.12f\n", place[0][0], speed[4][2]);
  return 0;
}
