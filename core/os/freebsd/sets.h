// FreeBSD signal numbers, sets of 128 and default actions (sys/sys/signal.h, sys/kern/kern_sig.c: sigproptbl).
#pragma once
#include "core/abi/freebsd/structs.h"
#include "core/os/signal_info.h"

namespace sigtape::os::freebsd {

namespace signal {
enum : i32 {
  quit = 3,
  ill = 4,
  trap = 5,
  abrt = 6,
  emt = 7,
  fpe = 8,
  kill = 9,
  bus = 10,
  segv = 11,
  sys = 12,
  urg = 16,
  stop = 17,
  tstp = 18,
  cont = 19,
  chld = 20,
  ttin = 21,
  ttou = 22,
  io = 23,
  winch = 28,
  info = 29,
  largest = 128,  // _SIG_MAXSIG
};
}  // namespace signal

inline SigSet set_of(const abi::freebsd::Sigset& set) {
  return {{set.bits[0] | (u64{set.bits[1]} << 32), set.bits[2] | (u64{set.bits[3]} << 32)}};
}
inline abi::freebsd::Sigset sigset_of(const SigSet& set) {
  auto low = [](u64 w) { return static_cast<u32>(w); };
  auto high = [](u64 w) { return static_cast<u32>(w >> 32); };
  return {{low(set.words[0]), high(set.words[0]), low(set.words[1]), high(set.words[1])}};
}
// SIG_CANTMASK
inline SigSet blockable(SigSet set) {
  set.remove(Signal{signal::kill});
  set.remove(Signal{signal::stop});
  return set;
}

enum class DefaultAction : u8 { terminate, core, stop, ignore };
constexpr DefaultAction default_action_of(i32 number) {
  switch (number) {
    case signal::quit:
    case signal::ill:
    case signal::trap:
    case signal::abrt:
    case signal::emt:
    case signal::fpe:
    case signal::bus:
    case signal::segv:
    case signal::sys: return DefaultAction::core;
    case signal::stop:
    case signal::tstp:
    case signal::ttin:
    case signal::ttou: return DefaultAction::stop;
    case signal::urg:
    case signal::cont:
    case signal::chld:
    case signal::io:
    case signal::winch:
    case signal::info: return DefaultAction::ignore;
    default: return DefaultAction::terminate;
  }
}

}  // namespace sigtape::os::freebsd
