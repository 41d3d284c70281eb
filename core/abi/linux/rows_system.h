// Linux/ARM calls on the system as a whole, keys, modules, and ARM's private calls.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

inline constexpr std::string_view host_kernel = "would change the host's kernel";
inline constexpr std::string_view observes_host = "would observe the emulator instead of the program";

inline constexpr Row system[] = {
    call(74, "sethostname", outside, gives::zero, {in_bytes("name", "len"), size("len")}),
    refused(87, "swapon", host_kernel, {path("path"), hex("swapflags")}),
    refused(88, "reboot", host_kernel, {hex("magic"), hex("magic2"), hex("cmd"), address("arg")}),
    call(103, "syslog", outside, if_sa_restart, gives::integer,
         {choice("type", syslog_actions), got(out_bytes("bufp", "len")), integer("len")}),
    refused(113, "syscall", "old ABI only"),
    refused(115, "swapoff", host_kernel, {path("path")}),
    call(116, "sysinfo", outside, gives::zero, {out("info", layout::sysinfo)}),
    call(121, "setdomainname", outside, gives::zero, {in_bytes("name", "len"), size("len")}),
    call(122, "uname", outside, gives::zero, {out("buf", layout::utsname)}),
    refused(128, "init_module", host_kernel, {address("module_image"), size("len"), string("param_values")}),
    refused(129, "delete_module", host_kernel, {string("name"), flags("flags", open_flags)}),
    refused(135, "sysfs", "obsolete: no libc calls it", {integer("option"), hex("arg1"), hex("arg2")}),
    refused(149, "_sysctl", "the kernel has no _sysctl any more", {address("args")}),
    refused(169, "nfsservctl", "the kernel has no nfsservctl any more"),
    refused(271, "pciconfig_iobase", "no PCI bus is emulated"),
    refused(272, "pciconfig_read", "no PCI bus is emulated"),
    refused(273, "pciconfig_write", "no PCI bus is emulated"),
    call(309, "add_key", outside, if_sa_restart, gives::integer,
         {string("type"), string("description"), in_bytes("payload", "plen"), size("plen"), integer("keyring")}),
    call(310, "request_key", outside, if_sa_restart, gives::integer,
         {string("type"), string("description"), string("callout_info"), integer("dest_keyring")}),
    refused(311, "keyctl", "its arguments have as many shapes as there are operations",
            {integer("operation"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}),
    refused(313, "vserver", "never implemented by the kernel"),
    refused(347, "kexec_load", host_kernel),
    refused(364, "perf_event_open", observes_host,
            {address("attr"), pid(), integer("cpu"), fd("group_fd"), hex("flags")}),
    refused(379, "finit_module", host_kernel, {fd(), string("param_values"), hex("flags")}),
    call(384, "getrandom", outside, if_sa_restart, gives::size,
         {got(out_bytes("buf", "buflen")), size("buflen"), flags("flags", getrandom_flags)}),
    refused(386, "bpf", host_kernel, {integer("cmd"), address("attr"), size("size")}),
    refused(401, "kexec_file_load", host_kernel),
    // arch/arm/kernel/traps.c: arm_syscall
    refused(0xf0001, "breakpoint", "answered as a trap: SIGTRAP with TRAP_BRKPT, no result"),
    call(0xf0002, "cacheflush", core, gives::zero, {address("start"), address("end"), hex("flags")}),
    refused(0xf0003, "usr26", "ARMv7 has no 26-bit mode"),
    refused(0xf0004, "usr32", "ARMv7 has no 26-bit mode"),
    call(0xf0005, "set_tls", core, gives::zero, {address("tls")}),
    call(0xf0006, "get_tls", core, gives::address, {}),
};

}  // namespace sigtape::abi::linux_eabi::rows
