// Where a Linux guest's address space keeps what: the layout of a 32-bit process under a 64-bit kernel, ASLR off.
#pragma once
#include "core/base/strong.h"
#include "core/os/pages.h"

namespace sigtape::os::linux_eabi {

// arch/arm64/include/asm/processor.h: compat tasks end where the vectors page begins.
inline constexpr u32 task_size = 0xffff'0000;
inline constexpr u32 stack_top = task_size;
inline constexpr u32 kuser_page = 0xffff'0000;
inline constexpr u32 dynamic_base = 0x0040'0000;               // ELF_ET_DYN_BASE
inline constexpr u32 lowest_address = 32768;                   // vm.mmap_min_addr of Debian's ARM kernels
inline constexpr u32 map_fixed = 16;                           // MAP_FIXED, of choose_address
inline constexpr u32 first_user_address = 2 * mem::page_size;  // arch/arm/include/asm/pgtable.h
inline constexpr u32 guard_gap = 256 * mem::page_size;         // mm/mmap.c: stack_guard_gap

}  // namespace sigtape::os::linux_eabi
