// Products of matrices of 128 rows in single precision with Advanced SIMD: tiles of 4 by 8, multiply-accumulate by
// lane.
#include <arm_neon.h>
#include <stdio.h>
#include <stdlib.h>

enum { size = 128 };
static float a[size][size], b[size][size], c[size][size];

static void tile(int row, int column) {
  float32x4_t sum[4][2];
  for (int i = 0; i < 4; i++) sum[i][0] = sum[i][1] = vdupq_n_f32(0);
  for (int k = 0; k < size; k++) {
    float32x4_t left = vld1q_f32(&b[k][column]), right = vld1q_f32(&b[k][column + 4]);
    float32x4_t factors = vld1q_f32(&a[k][row]);  // a is stored by columns
    float32x2_t low = vget_low_f32(factors), high = vget_high_f32(factors);
    sum[0][0] = vmlaq_lane_f32(sum[0][0], left, low, 0), sum[0][1] = vmlaq_lane_f32(sum[0][1], right, low, 0);
    sum[1][0] = vmlaq_lane_f32(sum[1][0], left, low, 1), sum[1][1] = vmlaq_lane_f32(sum[1][1], right, low, 1);
    sum[2][0] = vmlaq_lane_f32(sum[2][0], left, high, 0), sum[2][1] = vmlaq_lane_f32(sum[2][1], right, high, 0);
    sum[3][0] = vmlaq_lane_f32(sum[3][0], left, high, 1), sum[3][1] = vmlaq_lane_f32(sum[3][1], right, high, 1);
  }
  for (int i = 0; i < 4; i++) vst1q_f32(&c[row + i][column], sum[i][0]), vst1q_f32(&c[row + i][column + 4], sum[i][1]);
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 10;
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) a[i][j] = (float)(i * j % 17) / 17, b[i][j] = (float)((i + 3 * j) % 13) / 13;
  for (int round = 0; round < rounds; round++) {
    for (int row = 0; row < size; row += 4)
      for (int column = 0; column < size; column += 8) tile(row, column);
    for (int i = 0; i < size; i++) a[round % size][i] = c[i][i] / size;
  }
  printf("%.6g %.6g\n", c[1][2], c[size - 1][size - 1]);
  return 0;
}
