// Small loops, each of one kind of instruction or call that real programs are full of in places: none should be slower
// than elsewhere. Built with -march=armv7ve -mfpu=neon-vfpv4.
#include <arm_neon.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { bytes = 1 << 16 };
static uint8_t from[4 * bytes], to[4 * bytes];
static volatile uint32_t sum;
static volatile double number;

static void atomics(int n) {
  static uint32_t word;
  for (int i = 0; i < n; i++) {
    __atomic_fetch_add(&word, 3, __ATOMIC_SEQ_CST);
    __sync_bool_compare_and_swap(&word, (uint32_t)i, (uint32_t)i + 1);
  }
  sum = word;
}

static void wide_atomics(int n) {
  static uint64_t doubleword;
  static uint16_t halfword;
  for (int i = 0; i < n; i++) {
    __atomic_fetch_add(&doubleword, 0x100000001, __ATOMIC_SEQ_CST);
    __atomic_fetch_or(&halfword, (uint16_t)i, __ATOMIC_RELAXED);
  }
  sum = (uint32_t)(doubleword >> 20) + halfword;
}

// Pixels of three and four bytes, samples of two channels.
static void structures(int n) {
  for (int round = 0; round < n; round++) {
    for (int i = 0; i < bytes / 4; i += 8) {
      uint8x8x3_t rgb = vld3_u8(from + 3 * i);
      uint16x8_t gray = vmull_u8(rgb.val[0], vdup_n_u8(77));
      gray = vmlal_u8(gray, rgb.val[1], vdup_n_u8(150));
      gray = vmlal_u8(gray, rgb.val[2], vdup_n_u8(29));
      uint8x8x4_t rgba = {{rgb.val[2], rgb.val[1], rgb.val[0], vshrn_n_u16(gray, 8)}};
      vst4_u8(to + 4 * i, rgba);
    }
    for (int i = 0; i < bytes / 4; i += 8) {
      int16x8x2_t stereo = vld2q_s16((const int16_t*)to + 2 * i);
      int16x8x2_t mixed = {{vhaddq_s16(stereo.val[0], stereo.val[1]), vqsubq_s16(stereo.val[0], stereo.val[1])}};
      vst2q_s16((int16_t*)to + 2 * i, mixed);
    }
  }
}

static void fixed_point(int n) {
  for (int round = 0; round < n; round++)
    for (int i = 0; i < bytes; i += 8) {
      int16x8_t v = vqrdmulhq_n_s16(vld1q_s16((const int16_t*)from + i), 12345);
      v = vrshlq_s16(vqaddq_s16(v, v), vdupq_n_s16(-3));
      vst1_u8(to + i, vqrshrun_n_s16(v, 1));
    }
}

static void conversions(int n) {
  for (int round = 0; round < n; round++)
    for (int i = 0; i < bytes / 4; i += 4) {
      float32x4_t v = vmulq_n_f32(vcvtq_f32_u32(vmovl_u16(vld1_u16((const uint16_t*)from + i))), 0.5f);
      vst1q_u32((uint32_t*)to + i, vcvtq_u32_f32(v));
      vst1q_s32((int32_t*)to + bytes / 4 + i, vcvtq_n_s32_f32(v, 8));
    }
}

static void reciprocals(int n) {
  float32x4_t all = vdupq_n_f32(0);
  for (int i = 1; i < n; i++) {
    float32x4_t x = vdupq_n_f32((float)i), y = vrecpeq_f32(x);
    y = vmulq_f32(y, vrecpsq_f32(x, y));
    all = vaddq_f32(all, vmulq_f32(y, vrecpsq_f32(x, y)));
  }
  number = vgetq_lane_f32(all, 0);
}

static void denormals(int n) {
  double x = 1e-310;
  float y = 1e-39f;
  for (int i = 0; i < n; i++) x = x * 0.999 + 1e-312, y = y * 0.999f + 1e-41f;
  number = x + y;
}

static void strings(int n) {
  static char a[300], b[300];
  memset(a, 'x', 299), memset(b, 'x', 299);
  b[250] = 'y';
  uint32_t all = 0;
  for (int i = 0; i < n; i++) {
    all += (uint32_t)(strcmp(a, b) < 0) + (uint32_t)(memcmp(a, b, 260) < 0) + (uint32_t)strlen(a);
    all += memchr(a, 0, sizeof a) != NULL;
    a[i % 200] = b[i % 200] = (char)('a' + i % 20);
  }
  sum = all;
}

static void saturation(int n) {
  int32_t a = 0, b = 5;
  for (int i = 0; i < n; i++)
    __asm__ volatile("qadd %0, %0, %1\n\tssat %0, #20, %0\n\tusat %1, #16, %1\n\tqsub %1, %1, %0\n\tadd %1, %1, #77"
                     : "+r"(a), "+r"(b));
  sum = (uint32_t)(a ^ b);
}

static void parallel(int n) {
  uint32_t a = 1, b = 0x01020304;
  for (int i = 0; i < n; i++)
    __asm__ volatile("uadd8 %0, %0, %1\n\tsel %1, %0, %1\n\tusad8 %0, %0, %1\n\tuxtb16 %1, %0\n\tsadd16 %0, %0, %1"
                     : "+r"(a), "+r"(b));
  sum = a ^ b;
}

static void long_products(int n) {
  uint32_t a = 3, b = 5, c = 7, d = 9;
  for (int i = 0; i < n; i++)
    __asm__ volatile(
        "umlal %0, %1, %2, %3\n\tsmlal %0, %1, %3, %2\n\tumaal %0, %1, %2, %3\n\tmla %2, %0, %3, %1\n\t"
        "smulbb %3, %0, %2\n\tsmmul %2, %0, %3"
        : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
  sum = a ^ b ^ c ^ d;
}

static void carries(int n) {
  uint32_t a = 3, b = 5, c = 9;
  for (int i = 0; i < n; i++)
    __asm__ volatile(
        "adds %0, %0, %1\n\tadcs %1, %1, %2\n\tsbcs %2, %2, %0\n\trsbs %0, %0, #3\n\trrx %2, %2\n\tlsrs %0, %0, #1"
        : "+r"(a), "+r"(b), "+r"(c)
        :
        : "cc");
  sum = a ^ b ^ c;
}

static void bit_fields(int n) {
  uint32_t a = 3, b = 5;
  for (int i = 0; i < n; i++)
    __asm__ volatile(
        "bfi %0, %1, #3, #7\n\tubfx %1, %0, #2, #9\n\tbfc %0, #20, #4\n\tsbfx %1, %1, #1, #5\n\trbit %0, %0\n\t"
        "rev16 %1, %1\n\tclz %1, %1\n\trevsh %0, %0"
        : "+r"(a), "+r"(b));
  sum = a ^ b;
}

static void divisions(int n) {
  uint32_t a = 0xfedcba98, sums = 0;
  int32_t b = -1234567;
  for (int i = 1; i < n; i++) sums += a / (uint32_t)i + (uint32_t)(b / i) + a % 1000;
  sum = sums;
}

// What codecs for speech do with halfwords.
static void halfwords(int n) {
  uint32_t a = 0x12345678, b = 0x00030002, c = 5, d = 0;
  for (int i = 0; i < n; i++)
    __asm__ volatile(
        "smlad %2, %0, %1, %2\n\tsmlald %2, %3, %0, %1\n\tsxtab16 %0, %0, %1\n\tsmlawb %2, %0, %1, %2\n\t"
        "qadd16 %0, %0, %1\n\tpkhbt %1, %1, %0, lsl #4\n\tshasx %0, %0, %1\n\tssat16 %0, #12, %0"
        : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
  sum = a ^ b ^ c ^ d;
}

// Single elements of structures.
static void elements(int n) {
  for (int round = 0; round < n; round++)
    for (int i = 0; i < bytes / 4; i += 32) {
      uint8x8x3_t rgb = vld3_dup_u8(from + 3 * i);
      rgb = vld3_lane_u8(from + 3 * i + 30, rgb, 5);
      vst3_lane_u8(to + i, rgb, 2);
      uint16x4x4_t four = vld4_dup_u16((const uint16_t*)(from + i));
      vst4_lane_u16((uint16_t*)(to + i + 4), vld4_lane_u16((const uint16_t*)(from + i + 8), four, 1), 3);
      vst2_lane_u8(to + i + 16, vld2_lane_u8(from + i, (uint8x8x2_t){{rgb.val[0], rgb.val[1]}}, 7), 6);
    }
}

static void saturating_lanes(int n) {
  for (int round = 0; round < n; round++)
    for (int i = 0; i < bytes; i += 16) {
      int16x8_t v = vld1q_s16((const int16_t*)(from + i)), w = vld1q_s16((const int16_t*)(from + i + 64));
      int32x4_t wide = vqdmlal_s16(vqdmull_s16(vget_low_s16(v), vget_low_s16(w)), vget_high_s16(v), vget_high_s16(w));
      wide = vqaddq_s32(wide, vqrdmulhq_n_s32(wide, 123456789));
      int16x4_t low = vqrshrn_n_s32(wide, 6), high = vqmovn_s32(vqsubq_s32(wide, vpaddlq_s16(v)));
      v = vqabsq_s16(vcombine_s16(low, high));
      vst1_u8(to + i, vqmovun_s16(vhsubq_s16(v, w)));
    }
}

static void bit_counts(int n) {
  for (int round = 0; round < n; round++)
    for (int i = 0; i < bytes; i += 16) {
      uint8x16_t v = vld1q_u8(from + i);
      uint16x8_t ones = vpaddlq_u8(vcntq_u8(v));
      ones = vaddq_u16(ones, vclzq_u16(vreinterpretq_u16_u8(v)));
      ones = vshlq_u16(ones, vreinterpretq_s16_u16(vandq_u16(ones, vdupq_n_u16(3))));
      uint16x8_t product = vreinterpretq_u16_p16(vmull_p8(vreinterpret_p8_u8(vget_low_u8(v)), vdup_n_p8(0x1b)));
      vst1q_u16((uint16_t*)(to + i), veorq_u16(ones, product));
    }
}

static void clocks(int n) {
  struct timespec now;
  for (int i = 0; i < n; i++) clock_gettime(CLOCK_MONOTONIC, &now);
}

static void allocation(int n) {
  static void* block[64];
  for (int i = 0; i < n; i++) {
    free(block[i * 7 % 64]);
    block[i * 7 % 64] = malloc((size_t)(16 + i * 37 % 900));
  }
}

static const struct {
  const char* name;
  void (*run)(int);
} kinds[] = {{"atomics", atomics},
             {"wide_atomics", wide_atomics},
             {"structures", structures},
             {"fixed_point", fixed_point},
             {"conversions", conversions},
             {"reciprocals", reciprocals},
             {"denormals", denormals},
             {"strings", strings},
             {"saturation", saturation},
             {"parallel", parallel},
             {"long_products", long_products},
             {"carries", carries},
             {"bit_fields", bit_fields},
             {"divisions", divisions},
             {"halfwords", halfwords},
             {"elements", elements},
             {"saturating_lanes", saturating_lanes},
             {"bit_counts", bit_counts},
             {"clocks", clocks},
             {"allocation", allocation}};

int main(int argc, char** argv) {
  for (uint32_t i = 0; i < sizeof from; i++) from[i] = (uint8_t)(i * 7 + i / 9);
  for (uint32_t i = 0; argc > 2 && i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(argv[1], kinds[i].name) == 0) kinds[i].run(atoi(argv[2]));
  uint32_t hash = 0;
  for (uint32_t i = 0; i < bytes; i++) hash = hash * 31 + to[i];
  printf("%08x %08x %.6g\n", hash, (unsigned)sum, number);
  return 0;
}
