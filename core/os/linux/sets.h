// Linux signal sets: 64 signals in one word, SIGKILL and SIGSTOP never blocked; default actions.
#pragma once
#include "core/os/signal_info.h"

namespace sigtape::os::linux_eabi {

namespace signal {
enum : i32 {
  hup = 1,
  int_ = 2,
  quit = 3,
  ill = 4,
  trap = 5,
  abrt = 6,
  bus = 7,
  fpe = 8,
  kill = 9,
  usr1 = 10,
  segv = 11,
  usr2 = 12,
  pipe = 13,
  alrm = 14,
  term = 15,
  stkflt = 16,
  chld = 17,
  cont = 18,
  stop = 19,
  tstp = 20,
  ttin = 21,
  ttou = 22,
  urg = 23,
  xcpu = 24,
  xfsz = 25,
  vtalrm = 26,
  prof = 27,
  winch = 28,
  io = 29,
  pwr = 30,
  sys = 31,
};
}  // namespace signal

inline constexpr u64 kill_and_stop = (u64{1} << (signal::kill - 1)) | (u64{1} << (signal::stop - 1));
inline SigSet blockable(u64 bits) { return SigSet::of(bits & ~kill_and_stop); }

enum class DefaultAction : u8 { terminate, core, stop, ignore };
// signal(7); include/linux/signal.h: SIG_KERNEL_*_MASK
constexpr DefaultAction default_action_of(i32 number) {
  switch (number) {
    case signal::quit:
    case signal::ill:
    case signal::trap:
    case signal::abrt:
    case signal::fpe:
    case signal::segv:
    case signal::bus:
    case signal::sys:
    case signal::xcpu:
    case signal::xfsz: return DefaultAction::core;
    case signal::stop:
    case signal::tstp:
    case signal::ttin:
    case signal::ttou: return DefaultAction::stop;
    case signal::cont:
    case signal::chld:
    case signal::winch:
    case signal::urg: return DefaultAction::ignore;
    default: return DefaultAction::terminate;
  }
}

}  // namespace sigtape::os::linux_eabi
