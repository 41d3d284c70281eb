// Linux/ARM calls on the address space, most of them the emulated kernel's.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

inline constexpr std::string_view no_policy = "placement of memory on the host's nodes";
inline constexpr std::string_view no_keys = "ARMv7 has no memory protection keys";

consteval Spec protection() { return flags("prot", mmap_protection); }

inline constexpr Row memory[] = {
    call(45, "brk", core, gives::address, {address("brk")}),
    refused(90, "mmap", "old ABI only"),
    call(91, "munmap", core, gives::zero, {address(), size("length")}),
    call(125, "mprotect", core, gives::zero, {address(), size("len"), protection()}),
    call(144, "msync", outside, gives::zero, {address(), size("length"), flags("flags", msync_flags)}),
    call(150, "mlock", core, gives::zero, {address(), size("len")}),
    call(151, "munlock", core, gives::zero, {address(), size("len")}),
    call(152, "mlockall", core, gives::zero, {flags("flags", mlockall_flags)}),
    call(153, "munlockall", core, gives::zero, {}),
    call(163, "mremap", core, gives::address,
         {address("old_address"), size("old_size"), size("new_size"), flags("flags", mremap_flags),
          address("new_address")}),
    call(192, "mmap2", core, gives::address,
         {address(), size("length"), protection(), flags("flags", mmap_flags), fd(), hex("pgoffset")}),
    call(219, "mincore", core, gives::zero, {address(), size("length"), address("vec")}),
    call(220, "madvise", core, gives::zero, {address(), size("length"), choice("advice", madvise_values)}),
    refused(253, "remap_file_pages", "replaced by mmap in Linux 4.0; nothing calls it",
            {address(), size("size"), protection(), hex("pgoff"), flags("flags", mmap_flags)}),
    refused(319, "mbind", no_policy),
    refused(320, "get_mempolicy", no_policy),
    refused(321, "set_mempolicy", no_policy),
    refused(344, "move_pages", no_policy),
    refused(388, "userfaultfd", "page faults are the emulator's own business", {flags("flags", open_flags)}),
    call(389, "membarrier", outside, gives::integer,
         {choice("cmd", membarrier_commands), hex("flags"), integer("cpu_id")}),
    call(390, "mlock2", core, gives::zero, {address(), size("len"), flags("flags", mlock2_flags)}),
    refused(394, "pkey_mprotect", no_keys, {address(), size("len"), protection(), integer("pkey")}),
    refused(395, "pkey_alloc", no_keys, {hex("flags"), hex("access_rights")}),
    refused(396, "pkey_free", no_keys, {integer("pkey")}),
    refused(400, "migrate_pages", no_policy),
    refused(440, "process_madvise", "the other process's memory lies at a place that its guest addresses do not tell",
            {fd("pidfd"), in_iovec("vlen"), size("vlen"), choice("advice", madvise_values), hex("flags")}),
    refused(448, "process_mrelease", "takes the memory of another process away without its emulator",
            {fd("pidfd"), hex("flags")}),
    refused(450, "set_mempolicy_home_node", no_policy),
};

}  // namespace sigtape::abi::linux_eabi::rows
