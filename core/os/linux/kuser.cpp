// Kuser helpers: Documentation/arch/arm/kernel_user_helpers.rst gives addresses, registers and clobbers; real ARM code.
#include "core/os/linux/kuser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/os/linux/frames.h"
#include "core/os/linux/layout.h"

namespace sigtape::os::linux_eabi {

namespace {

constexpr u32 dmb_ish = 0xf57f'f05b;
constexpr u32 bx_lr = 0xe12f'ff1e;
constexpr u32 branch(u32 from, u32 to) { return 0xea00'0000 | (((to - from - 8) >> 2) & 0x00ff'ffff); }
constexpr u32 branch_equal(u32 from, u32 to) { return 0x0a00'0000 | (((to - from - 8) >> 2) & 0x00ff'ffff); }

// 0xffff0f60, r0 *old, r1 *new, r2 *target: r0 zero and C set if exchanged; clobbers r3, lr, flags.
constexpr u32 at_cmpxchg64 = 0xffff'0f60;
constexpr u32 cmpxchg64[] = {
    0xe92d'00f2,  // push    {r1, r4, r5, r6, r7}
    0xe890'0030,  // ldm     r0, {r4, r5}
    0xe891'00c0,  // ldm     r1, {r6, r7}
    dmb_ish,
    0xe1b2'0f9f,  // ldrexd  r0, r1, [r2]
    0xe030'3004,  // eors    r3, r0, r4
    0x0031'3005,  // eorseq  r3, r1, r5
    0x01a2'3f96,  // strexdeq r3, r6, r7, [r2]
    0x0353'0001,  // cmpeq   r3, #1
    branch_equal(at_cmpxchg64 + 36, at_cmpxchg64 + 16),
    dmb_ish,
    0xe273'0000,  // rsbs    r0, r3, #0
    0xe8bd'00f2,  // pop     {r1, r4, r5, r6, r7}
    bx_lr,
};

// 0xffff0fa0
constexpr u32 at_memory_barrier = 0xffff'0fa0;
constexpr u32 memory_barrier[] = {dmb_ish, bx_lr};

// 0xffff0fc0, r0 old, r1 new, r2 pointer: r0 zero and C set if exchanged; clobbers r3, ip, flags. Eight words at most.
constexpr u32 at_cmpxchg = 0xffff'0fc0;
constexpr u32 cmpxchg[] = {
    dmb_ish,
    0xe192'3f9f,  // ldrex   r3, [r2]
    0xe033'3000,  // eors    r3, r3, r0
    0x0182'3f91,  // strexeq r3, r1, [r2]
    0x0353'0001,  // cmpeq   r3, #1
    branch_equal(at_cmpxchg + 20, at_cmpxchg + 4),
    0xe273'0000,  // rsbs    r0, r3, #0
    branch(at_cmpxchg + 28, at_memory_barrier),
};

// 0xffff0fe0
constexpr u32 at_get_tls = 0xffff'0fe0;
constexpr u32 get_tls[] = {
    0xee1d'0f70,  // mrc     p15, 0, r0, c13, c0, 3
    bx_lr,
};

// Around the helpers the page is full of a word that is undefined as ARM and as Thumb code; the exception vectors at
// its beginning lead to the next page, where user mode may not go (arch/arm/kernel/traps.c: early_trap_init).
constexpr u32 poison = 0xe7fd'def1;
constexpr u32 at_stubs = 0xffff'1000;

constexpr u32 at_version = 0xffff'0ffc;
constexpr u32 version[] = {5};  // 32-byte slots in use

template <size_t n>
void poke(mem::Space& space, u32 at, const u32 (&words)[n]) {
  space.poke(GuestAddr{at}, {reinterpret_cast<const u8*>(words), sizeof words});
}

Result<void> map_page(mem::Space& space, u32 at, const char* name) {
  if (int error = space.map_anonymous(GuestAddr{at}, mem::page_size, {.read = true, .exec = true},
                                      mem::Sharing::private_, name))
    return Error{fmt::format("cannot map the guest page {}: {}", name, std::strerror(error))};
  return {};
}

}  // namespace

Result<void> map_kuser_page(mem::Space& space) {
  SIGTAPE_TRY_VOID(map_page(space, kuser_page, "[vectors]"));
  u32 page[mem::page_size / 4];
  std::fill(std::begin(page), std::end(page), poison);
  for (u32 i = 0; i < 8; i++) page[i] = branch(kuser_page + i * 4, at_stubs);
  poke(space, kuser_page, page);
  poke(space, at_cmpxchg64, cmpxchg64);
  poke(space, at_memory_barrier, memory_barrier);
  poke(space, at_cmpxchg, cmpxchg);
  poke(space, at_get_tls, get_tls);
  poke(space, at_version, version);
  return {};
}

Result<void> map_sigreturn_page(mem::Space& space, GuestAddr at) {
  SIGTAPE_TRY_VOID(map_page(space, at.value, "[sigpage]"));
  poke(space, at.value, sigreturn_codes);
  return {};
}

}  // namespace sigtape::os::linux_eabi
