// siginfo as the guest sees it: which member of the union means something, and its bytes.
#include <algorithm>
#include <cstring>

#include "core/os/linux/frames.h"
#include "core/os/linux/sets.h"

namespace sigtape::os {

// kernel/signal.c: siginfo_layout and its table of the highest codes
InfoKind linux_info_kind(const SigInfo& info) {
  using namespace linux_eabi;
  constexpr i32 si_timer = -2, si_sigio = -5, highest_poll_code = 6;
  struct Limit {
    i32 signal, highest_code;
    InfoKind kind;
  };
  static constexpr Limit limits[] = {
      {signal::ill, 11, InfoKind::fault}, {signal::fpe, 15, InfoKind::fault},  {signal::segv, 10, InfoKind::fault},
      {signal::bus, 5, InfoKind::fault},  {signal::trap, 6, InfoKind::fault},  {signal::chld, 6, InfoKind::child},
      {signal::io, 6, InfoKind::poll},    {signal::sys, 2, InfoKind::syscall},
  };
  if (info.code > 0 && info.code < code_kernel) {
    for (const Limit& limit : limits)
      if (limit.signal == info.signal.value && info.code <= limit.highest_code) return limit.kind;
    return info.code <= highest_poll_code ? InfoKind::poll : InfoKind::kill;
  }
  if (info.code == si_timer) return InfoKind::timer;
  if (info.code == si_sigio) return InfoKind::poll;
  return info.code < 0 ? InfoKind::queued : InfoKind::kill;
}

namespace linux_eabi {

namespace layout = abi::linux_eabi;

namespace {
template <class Member>
layout::Siginfo whole(const Member& member) {
  layout::Siginfo info{};
  static_assert(sizeof member <= sizeof info);
  std::memcpy(&info, &member, sizeof member);
  return info;
}
}  // namespace

layout::Siginfo siginfo_of(const SigInfo& i) {
  layout::SiginfoHeader header{i.signal.value, i.error, i.code};
  switch (linux_info_kind(i)) {
    case InfoKind::kill: return whole(layout::SiginfoKill{header, i.pid, i.uid, 0});
    case InfoKind::queued: return whole(layout::SiginfoKill{header, i.pid, i.uid, static_cast<u32>(i.value)});
    case InfoKind::timer:
      return whole(layout::SiginfoTimer{header, i.timer_id, i.overrun, static_cast<u32>(i.value), 0});
    case InfoKind::poll: return whole(layout::SiginfoPoll{header, i.band, i.fd});
    case InfoKind::fault:
      return whole(layout::SiginfoFault{header, i.address.value, static_cast<u16>(i.address_lsb), 0, 0, 0});
    case InfoKind::child: return whole(layout::SiginfoChild{header, i.pid, i.uid, i.status, i.utime, i.stime});
    case InfoKind::syscall:
      return whole(layout::SiginfoSyscall{header, i.address.value, static_cast<i32>(i.syscall_number), i.arch});
  }
  return {};
}

}  // namespace linux_eabi
}  // namespace sigtape::os
