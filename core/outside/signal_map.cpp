// FreeBSD's signals on a Linux host: the same ones by name; the first 31 realtime signals; EMT and INFO on numbers that
// FreeBSD does not have.
#include "core/outside/signal_map.h"

#include <signal.h>

#include <array>

namespace sigtape::outside {
namespace {

using abi::System;

// FreeBSD sys/sys/signal.h to Linux asm-generic/signal.h; index: FreeBSD's number.
constexpr std::array<u8, 34> from_freebsd = {0,
                                             SIGHUP,
                                             SIGINT,
                                             SIGQUIT,
                                             SIGILL,
                                             SIGTRAP,
                                             SIGABRT,
                                             SIGSTKFLT /* EMT */,
                                             SIGFPE,
                                             SIGKILL,
                                             SIGBUS,
                                             SIGSEGV,
                                             SIGSYS,
                                             SIGPIPE,
                                             SIGALRM,
                                             SIGTERM,
                                             SIGURG,
                                             SIGSTOP,
                                             SIGTSTP,
                                             SIGCONT,
                                             SIGCHLD,
                                             SIGTTIN,
                                             SIGTTOU,
                                             SIGIO,
                                             SIGXCPU,
                                             SIGXFSZ,
                                             SIGVTALRM,
                                             SIGPROF,
                                             SIGWINCH,
                                             SIGPWR /* INFO */,
                                             SIGUSR1,
                                             SIGUSR2,
                                             32 /* THR */,
                                             33 /* LIBRT */};
constexpr int freebsd_rt_first = 65, host_rt_first = 34, host_rt_count = 31;

constexpr std::array<u8, 65> to_freebsd = [] {
  std::array<u8, 65> map{};
  for (unsigned i = 1; i < from_freebsd.size(); i++) map[from_freebsd[i]] = static_cast<u8>(i);
  for (int i = 0; i < host_rt_count; i++)
    map[static_cast<unsigned>(host_rt_first + i)] = static_cast<u8>(freebsd_rt_first + i);
  return map;
}();

}  // namespace

int host_signal_of(System system, os::Signal signal) {
  if (signal.value < 1) return 0;
  if (system == System::linux_eabi) return signal.value <= 64 ? signal.value : 0;
  if (signal.value < static_cast<i32>(from_freebsd.size())) return from_freebsd[static_cast<unsigned>(signal.value)];
  int rt = signal.value - freebsd_rt_first;
  return rt >= 0 && rt < host_rt_count ? host_rt_first + rt : 0;
}

os::Signal guest_signal_of(System system, int host_signal) {
  if (host_signal < 1 || host_signal > 64) return os::Signal{0};
  if (system == System::linux_eabi) return os::Signal{host_signal};
  return os::Signal{to_freebsd[static_cast<unsigned>(host_signal)]};
}

u64 host_set_of(System system, const os::SigSet& set) {
  if (system == System::linux_eabi) return set.words[0];
  u64 host = 0;
  for (int signal = 1; signal <= 64; signal++) {
    os::Signal guest = guest_signal_of(system, signal);
    if (guest.value != 0 && set.contains(guest)) host |= u64{1} << (signal - 1);
  }
  return host;
}

os::SigSet guest_set_of(System system, u64 host_set) {
  if (system == System::linux_eabi) return os::SigSet::of(host_set);
  os::SigSet set;
  for (int signal = 1; signal <= 64; signal++) {
    os::Signal guest = guest_signal_of(system, signal);
    if (guest.value != 0 && ((host_set >> (signal - 1)) & 1)) set.add(guest);
  }
  return set;
}

DefaultAction default_action_of(System system, os::Signal signal) {
  // FreeBSD sys/kern/kern_sig.c sigproptbl: IO and INFO are ignored there; Linux' SIGIO terminates.
  if (system == System::freebsd && signal.value >= 32) return DefaultAction::terminate;
  switch (host_signal_of(system, signal)) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH: return DefaultAction::ignore;
    case SIGIO:
    case SIGPWR: return system == System::freebsd ? DefaultAction::ignore : DefaultAction::terminate;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: return DefaultAction::stop;
    default: return DefaultAction::terminate;
  }
}

i32 guest_code_of(System system, int host_signal, int host_code) {
  if (system == System::linux_eabi) return host_code;
  // sys/sys/signal.h: SI_USER and its neighbours; positive codes of SIGCHLD and of faults are the same.
  switch (host_code) {
    case SI_USER: return 0x10001;
    case SI_QUEUE: return 0x10002;
    case SI_TIMER: return 0x10003;
    case SI_ASYNCIO: return 0x10004;
    case SI_MESGQ: return 0x10005;
    case SI_KERNEL: return 0x10006;
    case SI_TKILL: return 0x10007;
    default: return host_code < 0 && host_signal != SIGCHLD ? 0x10001 : host_code;
  }
}

}  // namespace sigtape::outside
