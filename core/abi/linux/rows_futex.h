// futex's arguments by its operation, for 32-bit and 64-bit timeouts; prctl's by its option, seccomp's by its operation.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

// kernel/futex/syscalls.c: FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME do not select the operation.
inline constexpr u32 futex_operation_bits = ~u32{128 | 256};

consteval auto futex_rows(const Layout& timespec) {
  const Variant rows[] = {
      variant(0, "FUTEX_WAIT", {number("val"), in("timeout", timespec)}, gives::zero, by_arguments),
      variant(1, "FUTEX_WAKE", {number("val")}, gives::integer, not_interruptible),
      variant(3, "FUTEX_REQUEUE", {number("val"), number("val2"), address("uaddr2")}, gives::integer,
              not_interruptible),
      variant(4, "FUTEX_CMP_REQUEUE", {number("val"), number("val2"), address("uaddr2"), number("val3")},
              gives::integer, not_interruptible),
      variant(5, "FUTEX_WAKE_OP", {number("val"), number("val2"), address("uaddr2"), hex("val3")}, gives::integer,
              not_interruptible),
      variant(6, "FUTEX_LOCK_PI", {number("val"), in("timeout", timespec)}, gives::zero, always),
      variant(7, "FUTEX_UNLOCK_PI", {}, gives::zero, not_interruptible),
      variant(8, "FUTEX_TRYLOCK_PI", {}, gives::zero, not_interruptible),
      variant(9, "FUTEX_WAIT_BITSET", {number("val"), in("timeout", timespec), address("uaddr2"), hex("val3")},
              gives::zero, by_arguments),
      variant(10, "FUTEX_WAKE_BITSET", {number("val"), hex("val2"), address("uaddr2"), hex("val3")}, gives::integer,
              not_interruptible),
      variant(11, "FUTEX_WAIT_REQUEUE_PI", {number("val"), in("timeout", timespec), address("uaddr2"), hex("val3")},
              gives::zero, always),
      variant(12, "FUTEX_CMP_REQUEUE_PI", {number("val"), number("val2"), address("uaddr2"), number("val3")},
              gives::integer, not_interruptible),
      variant(13, "FUTEX_LOCK_PI2", {number("val"), in("timeout", timespec)}, gives::zero, always),
  };
  return variants_after(1, rows);
}
inline constexpr auto futex_rows32 = futex_rows(layout::timespec32), futex_rows64 = futex_rows(layout::timespec64);
inline constexpr Variants futex_variants{.argument = 1, .mask = futex_operation_bits, .rows = futex_rows32};
inline constexpr Variants futex_time64_variants{.argument = 1, .mask = futex_operation_bits, .rows = futex_rows64};

inline constexpr std::string_view x86_only = "an x86 matter; ARM answers EINVAL";
inline constexpr std::string_view not_armv7 = "an AArch64, MIPS or PowerPC matter; ARMv7 answers EINVAL";
inline constexpr std::string_view binds_emulator = "would also bind the emulator that runs this process";

inline constexpr Variant prctl_rows[] = {
    variant(1, "PR_SET_PDEATHSIG", {signal("sig")}),
    variant(2, "PR_GET_PDEATHSIG", {out("sig", signal32)}),
    variant(3, "PR_GET_DUMPABLE"),
    variant(4, "PR_SET_DUMPABLE", {integer("dumpable")}),
    refused_variant(5, "PR_GET_UNALIGN", not_armv7),
    refused_variant(6, "PR_SET_UNALIGN", not_armv7),
    variant(7, "PR_GET_KEEPCAPS"),
    variant(8, "PR_SET_KEEPCAPS", {integer("keep")}),
    refused_variant(9, "PR_GET_FPEMU", not_armv7),
    refused_variant(10, "PR_SET_FPEMU", not_armv7),
    refused_variant(11, "PR_GET_FPEXC", not_armv7),
    refused_variant(12, "PR_SET_FPEXC", not_armv7),
    variant(13, "PR_GET_TIMING"),
    variant(14, "PR_SET_TIMING", {integer("timing")}),
    variant(15, "PR_SET_NAME", {string("name")}),
    variant(16, "PR_GET_NAME", {fixed_array("name", octet, Dir::out, 16)}),
    refused_variant(19, "PR_GET_ENDIAN", not_armv7),
    refused_variant(20, "PR_SET_ENDIAN", not_armv7),
    variant(21, "PR_GET_SECCOMP"),
    variant(22, "PR_SET_SECCOMP", {integer("mode"), in("filter", layout::sock_fprog)}),
    variant(23, "PR_CAPBSET_READ", {integer("cap")}),
    variant(24, "PR_CAPBSET_DROP", {integer("cap")}),
    refused_variant(25, "PR_GET_TSC", x86_only),
    refused_variant(26, "PR_SET_TSC", x86_only),
    variant(27, "PR_GET_SECUREBITS", {}, gives::hex),
    variant(28, "PR_SET_SECUREBITS", {hex("bits")}),
    variant(29, "PR_SET_TIMERSLACK", {number("ns")}),
    variant(30, "PR_GET_TIMERSLACK"),
    variant(31, "PR_TASK_PERF_EVENTS_DISABLE"),
    variant(32, "PR_TASK_PERF_EVENTS_ENABLE"),
    variant(33, "PR_MCE_KILL", {integer("arg2"), integer("arg3")}),
    variant(34, "PR_MCE_KILL_GET"),
    refused_variant(35, "PR_SET_MM", "describes the emulator's own image to the host kernel"),
    variant(36, "PR_SET_CHILD_SUBREAPER", {integer("on")}),
    variant(37, "PR_GET_CHILD_SUBREAPER", {out("on", int32)}),
    variant(38, "PR_SET_NO_NEW_PRIVS", {integer("on"), integer("arg3"), integer("arg4"), integer("arg5")}),
    variant(39, "PR_GET_NO_NEW_PRIVS", {integer("arg2"), integer("arg3"), integer("arg4"), integer("arg5")}),
    variant(40, "PR_GET_TID_ADDRESS", {out("tidptr", address32)}),
    variant(41, "PR_SET_THP_DISABLE", {integer("on"), integer("arg3"), integer("arg4"), integer("arg5")}),
    variant(42, "PR_GET_THP_DISABLE", {integer("arg2"), integer("arg3"), integer("arg4"), integer("arg5")}),
    refused_variant(43, "PR_MPX_ENABLE_MANAGEMENT", x86_only),
    refused_variant(44, "PR_MPX_DISABLE_MANAGEMENT", x86_only),
    refused_variant(45, "PR_SET_FP_MODE", not_armv7),
    refused_variant(46, "PR_GET_FP_MODE", not_armv7),
    variant(47, "PR_CAP_AMBIENT", {integer("op"), integer("cap"), integer("arg4"), integer("arg5")}),
    refused_variant(50, "PR_SVE_SET_VL", not_armv7),
    refused_variant(51, "PR_SVE_GET_VL", not_armv7),
    refused_variant(52, "PR_GET_SPECULATION_CTRL", x86_only),
    refused_variant(53, "PR_SET_SPECULATION_CTRL", x86_only),
    refused_variant(54, "PR_PAC_RESET_KEYS", not_armv7),
    refused_variant(55, "PR_SET_TAGGED_ADDR_CTRL", not_armv7),
    refused_variant(56, "PR_GET_TAGGED_ADDR_CTRL", not_armv7),
    variant(57, "PR_SET_IO_FLUSHER", {integer("on"), integer("arg3"), integer("arg4"), integer("arg5")}),
    variant(58, "PR_GET_IO_FLUSHER", {integer("arg2"), integer("arg3"), integer("arg4"), integer("arg5")}),
    refused_variant(59, "PR_SET_SYSCALL_USER_DISPATCH", binds_emulator),
    refused_variant(60, "PR_PAC_SET_ENABLED_KEYS", not_armv7),
    refused_variant(61, "PR_PAC_GET_ENABLED_KEYS", not_armv7),
    refused_variant(62, "PR_SCHED_CORE", binds_emulator),
    refused_variant(63, "PR_SME_SET_VL", not_armv7),
    refused_variant(64, "PR_SME_GET_VL", not_armv7),
    variant(0x59616d61, "PR_SET_PTRACER", {pid()}),
    variant(0x53564d41, "PR_SET_VMA", {integer("attr"), address(), size("size"), string("name")}),
};
inline constexpr auto prctl_shifted = variants_after(0, prctl_rows);
inline constexpr Variants prctl_variants{.argument = 0, .rows = prctl_shifted};

consteval Spec filter_flags() { return flags("flags", seccomp_filter_flags); }
inline constexpr Variant seccomp_rows[] = {
    variant(0, "SECCOMP_SET_MODE_STRICT", {filter_flags()}),
    variant(1, "SECCOMP_SET_MODE_FILTER", {filter_flags(), in("filter", layout::sock_fprog)}),
    variant(2, "SECCOMP_GET_ACTION_AVAIL", {filter_flags(), in("action", uint32)}),
    refused_variant(3, "SECCOMP_GET_NOTIF_SIZES", "the listener would be handed the emulator's calls"),
};
inline constexpr auto seccomp_shifted = variants_after(0, seccomp_rows);
inline constexpr Variants seccomp_variants{.argument = 0, .rows = seccomp_shifted};

}  // namespace sigtape::abi::linux_eabi::rows
