// Where a FreeBSD/armv7 guest's address space keeps what (sys/arm/include/vmparam.h), ASLR off.
#pragma once
#include "core/base/strong.h"
#include "core/os/pages.h"

namespace sigtape::os::freebsd {

inline constexpr u32 lowest_address = 0x1000;     // VM_MIN_ADDRESS
inline constexpr u32 user_end = 0xbfc0'0000;      // VM_MAXUSER_ADDRESS
inline constexpr u32 shared_page = 0xbfbf'f000;   // SHAREDPAGE: sigcode
inline constexpr u32 stack_top = shared_page;     // USRSTACK
inline constexpr u32 largest_data = 512u << 20;   // MAXDSIZ, the hard limit that places the first mapping
inline constexpr u32 largest_stack = 64u << 20;   // MAXSSIZ
inline constexpr u32 dynamic_base = 0x0100'1000;  // et_dyn_addr

}  // namespace sigtape::os::freebsd
