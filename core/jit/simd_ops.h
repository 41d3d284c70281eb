// SSE opcodes behind 66 0F (or 66 0F 38 where they have three bytes), by Intel's names; packed singles have no prefix.
#pragma once
#include "core/base/ints.h"

namespace sigtape::jit::sse {

constexpr u32 addps = 0x0f58, mulps = 0x0f59, subps = 0x0f5c, minps = 0x0f5d, maxps = 0x0f5f;

constexpr u32 pand = 0x0fdb, pandn = 0x0fdf, por = 0x0feb, pxor = 0x0fef;
constexpr u32 paddb = 0x0ffc, paddw = 0x0ffd, paddd = 0x0ffe, paddq = 0x0fd4;
constexpr u32 psubb = 0x0ff8, psubw = 0x0ff9, psubd = 0x0ffa, psubq = 0x0ffb;
constexpr u32 paddsb = 0x0fec, paddsw = 0x0fed, paddusb = 0x0fdc, paddusw = 0x0fdd;
constexpr u32 psubsb = 0x0fe8, psubsw = 0x0fe9, psubusb = 0x0fd8, psubusw = 0x0fd9;
constexpr u32 pcmpeqb = 0x0f74, pcmpeqw = 0x0f75, pcmpeqd = 0x0f76, pcmpgtb = 0x0f64, pcmpgtw = 0x0f65,
              pcmpgtd = 0x0f66;
constexpr u32 pavgb = 0x0fe0, pavgw = 0x0fe3;
constexpr u32 pmaxub = 0x0fde, pminub = 0x0fda, pmaxsw = 0x0fee, pminsw = 0x0fea;
constexpr u32 pmullw = 0x0fd5, pmulhw = 0x0fe5, pmulhuw = 0x0fe4, pmuludq = 0x0ff4;
constexpr u32 punpcklbw = 0x0f60, punpcklwd = 0x0f61, punpckldq = 0x0f62, punpcklqdq = 0x0f6c;
constexpr u32 punpckhbw = 0x0f68, punpckhwd = 0x0f69, punpckhdq = 0x0f6a, punpckhqdq = 0x0f6d;
constexpr u32 packsswb = 0x0f63, packssdw = 0x0f6b, packuswb = 0x0f67;
constexpr u32 pmovmskb = 0x0fd7, psadbw = 0x0ff6;
// SSSE3
constexpr u32 pshufb = 0x0f3800, palignr = 0x0f3a0f, pmulhrsw = 0x0f380b;
// SSE4.1
constexpr u32 pmulld = 0x0f3840, pmuldq = 0x0f3828, packusdw = 0x0f382b;
constexpr u32 pmovsxbd = 0x0f3821, pmovsxwd = 0x0f3823, pmovzxbd = 0x0f3831, pmovzxwd = 0x0f3833;
constexpr u32 pminsb = 0x0f3838, pminsd = 0x0f3839, pminuw = 0x0f383a, pminud = 0x0f383b;
constexpr u32 pmaxsb = 0x0f383c, pmaxsd = 0x0f383d, pmaxuw = 0x0f383e, pmaxud = 0x0f383f;

// By lane size, bytes first.
constexpr u32 padd[] = {paddb, paddw, paddd, paddq};
constexpr u32 pcmpeq[] = {pcmpeqb, pcmpeqw, pcmpeqd}, pcmpgt[] = {pcmpgtb, pcmpgtw, pcmpgtd};
constexpr u32 padds[] = {paddsb, paddsw}, paddus[] = {paddusb, paddusw};
constexpr u32 psubs[] = {psubsb, psubsw}, psubus[] = {psubusb, psubusw};
constexpr u32 psub[] = {psubb, psubw, psubd, psubq};
constexpr u32 punpckl[] = {punpcklbw, punpcklwd, punpckldq};
constexpr u32 punpckh[] = {punpckhbw, punpckhwd, punpckhdq};

}  // namespace sigtape::jit::sse
