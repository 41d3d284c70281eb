// FreeBSD select, pselect, poll, ppoll: times of 64 bits, which are never written back; other event bits.
#include <sys/syscall.h>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/polled_sets.h"

namespace sigtape::outside {
namespace {

// The mask that holds during the call is thread.mask by now, if the kernel side could read it.
struct WaitMask {
  bool ok = true;
  bool present = false;
  u64 host = 0;
  const u64* pointer() const { return present ? &host : nullptr; }
};
WaitMask wait_mask(CallContext& c, unsigned argument) {
  if (c.thread.mask_to_restore) return {true, true, c.host_mask(c.thread.mask)};
  if (c.at(argument).is_null()) return {};
  c.fail(EFAULT);
  return {false};
}

void finish_select(CallContext& c, const timespec* time, const WaitMask& mask) {
  if (time && (time->tv_nsec < 0 || time->tv_nsec >= 1'000'000'000 || time->tv_sec < 0)) return c.fail(EINVAL);
  Select sets;
  if (!sets.load(c)) return;
  timespec* host = nullptr;
  if (time) *(host = c.stage<timespec>()) = *time;
  struct {
    const u64* mask;
    u64 size;
  } argument{mask.pointer(), 8};
  HostResult r =
      c.blocking(SYS_pselect6, sets.count, sets.read.host(), sets.write.host(), sets.except.host(), host, &argument);
  if (sets.give(c, r)) c.finish(r);
}

void select_(CallContext& c) {
  auto timeout = fetch_optional<bsd::Timeval>(c, c.at(4));
  if (!timeout.ok) return;
  timespec time{};
  if (timeout.value) time = {timeout.value->sec, timeout.value->usec * 1000L};
  finish_select(c, timeout.value ? &time : nullptr, {});
}

void pselect_(CallContext& c) {
  auto timeout = fetch_optional<bsd::Timespec>(c, c.at(4));
  if (!timeout.ok) return;
  WaitMask mask = wait_mask(c, 5);
  if (!mask.ok) return;
  timespec time{};
  if (timeout.value) time = host_of(*timeout.value);
  finish_select(c, timeout.value ? &time : nullptr, mask);
}

// --- poll. sys/sys/poll.h: POLLIN 1, PRI 2, OUT and WRNORM 4, ERR 8, HUP 0x10, NVAL 0x20, RDNORM 0x40 and RDBAND 0x80
// are the host's; these are not.
constexpr u16 guest_wrband = 0x100, guest_rdhup = 0x4000;

i16 host_events(i16 guest) {
  u16 bits = static_cast<u16>(guest), host = bits & 0xff;
  if (bits & guest_wrband) host |= POLLWRBAND;
  if (bits & guest_rdhup) host |= POLLRDHUP;
  return static_cast<i16>(host);
}
// Writability is told as what was asked for; with POLLHUP there is none (sys/sys/poll.h).
i16 guest_events(i16 host) {
  u16 bits = static_cast<u16>(host), guest = bits & 0xff;
  if (bits & POLLWRBAND) guest |= guest_wrband;
  if (bits & POLLRDHUP) guest |= guest_rdhup;
  if (guest & POLLHUP) guest &= static_cast<u16>(~u16{POLLOUT});
  return static_cast<i16>(guest);
}

void finish_poll(CallContext& c, const timespec* time, const WaitMask& mask) {
  Polled fds;
  if (!fds.load(c)) return;
  std::vector<i16> asked(fds.count());
  for (u32 i = 0; i < fds.count(); ++i) {
    asked[i] = fds.host()[i].events;
    fds.host()[i].events = host_events(asked[i]);
  }
  timespec* host = nullptr;
  if (time) *(host = c.stage<timespec>()) = *time;
  HostResult r = c.blocking(SYS_ppoll, fds.host(), fds.count(), host, mask.pointer(), 8);
  for (u32 i = 0; i < fds.count(); ++i) {
    fds.host()[i].events = asked[i];
    fds.host()[i].revents = guest_events(fds.host()[i].revents);
  }
  if (fds.give(c, r)) c.finish(r);
}

void poll_(CallContext& c) {
  i32 milliseconds = c.signed_word(2);
  constexpr i32 forever = -1;  // INFTIM
  if (milliseconds < forever) return c.fail(EINVAL);
  timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  finish_poll(c, milliseconds == forever ? nullptr : &time, {});
}

void ppoll_(CallContext& c) {
  auto timeout = fetch_optional<bsd::Timespec>(c, c.at(2));
  if (!timeout.ok) return;
  WaitMask mask = wait_mask(c, 3);
  if (!mask.ok) return;
  timespec time{};
  if (timeout.value) time = host_of(*timeout.value);
  finish_poll(c, timeout.value ? &time : nullptr, mask);
}

}  // namespace

HandlerTable freebsd_poll_handlers() {
  static constexpr NamedHandler table[] = {
      {"select", select_}, {"pselect", pselect_}, {"poll", poll_}, {"ppoll", ppoll_}};
  return table;
}

}  // namespace sigtape::outside
