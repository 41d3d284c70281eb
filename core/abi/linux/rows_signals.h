// Linux/ARM calls on signals.
#pragma once
#include "core/abi/linux/row_words.h"

namespace sigtape::abi::linux_eabi::rows {

consteval Spec how() { return choice("how", sigprocmask_how); }
consteval Spec set_size() { return size("sigsetsize"); }

inline constexpr Row signals[] = {
    call(0, "restart_syscall", core, block, gives::integer, {}),
    call(29, "pause", outside, if_no_handler, gives::integer, {}),
    call(37, "kill", outside, gives::zero, {pid(), signal()}),
    call(67, "sigaction", core, gives::zero,
         {signal("signum"), in("act", layout::sigaction_old), out("oldact", layout::sigaction_old)}),
    call(72, "sigsuspend", outside, if_no_handler, gives::integer, {integer("restart"), hex("oldmask"), hex("mask")}),
    call(73, "sigpending", outside, gives::zero, {out("set", hex32)}),
    call(119, "sigreturn", core, gives::none, {}),
    call(126, "sigprocmask", core, gives::zero, {how(), in("set", hex32), out("oldset", hex32)}),
    call(173, "rt_sigreturn", core, gives::none, {}),
    call(174, "rt_sigaction", core, gives::zero,
         {signal("signum"), in("act", layout::sigaction), out("oldact", layout::sigaction), set_size()}),
    call(175, "rt_sigprocmask", core, gives::zero, {how(), in_sigset(), out_sigset(), set_size()}),
    call(176, "rt_sigpending", outside, gives::zero, {out_sigset("set"), set_size()}),
    call(177, "rt_sigtimedwait", outside, never, gives::signal,
         {in_sigset(), out("info", layout::siginfo), in("timeout", layout::timespec32), set_size()}),
    call(178, "rt_sigqueueinfo", outside, gives::zero, {pid(), signal(), in("info", layout::siginfo)}),
    call(179, "rt_sigsuspend", outside, if_no_handler, gives::integer, {in_sigset("mask"), set_size()}),
    call(186, "sigaltstack", core, gives::zero, {in("ss", layout::stack), out("old_ss", layout::stack)}),
    call(238, "tkill", outside, gives::zero, {pid("tid"), signal()}),
    call(268, "tgkill", outside, gives::zero, {pid("tgid"), pid("tid"), signal()}),
    call(349, "signalfd", outside, gives::fd, {fd(), in_sigset("mask"), size("sizemask")}),
    call(355, "signalfd4", outside, gives::fd,
         {fd(), in_sigset("mask"), size("sizemask"), flags("flags", signalfd_flags)}),
    call(363, "rt_tgsigqueueinfo", outside, gives::zero,
         {pid("tgid"), pid("tid"), signal(), in("info", layout::siginfo)}),
    call(421, "rt_sigtimedwait_time64", outside, never, gives::signal,
         {in_sigset(), out("info", layout::siginfo), in("timeout", layout::timespec64), set_size()}),
    call(424, "pidfd_send_signal", outside, gives::zero,
         {fd("pidfd"), signal(), in("info", layout::siginfo), hex("flags")}),
};

}  // namespace sigtape::abi::linux_eabi::rows
