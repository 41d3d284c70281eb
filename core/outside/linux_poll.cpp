// Waiting for descriptors: select, poll and epoll families.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>


#include "core/base/bytes.h"
#include "core/outside/linux_access.h"
#include "core/outside/linux_handlers.h"
#include "core/outside/polled_sets.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

// --- the signal mask that holds during a call. The kernel side has put it into thread.mask, the former one into
// thread.mask_to_restore; where it has not, there is none or it is bad.
struct WaitMask {
  i32 error = 0;
  bool present = false;
  u64 host = 0;
  const u64* pointer() const { return present ? &host : nullptr; }
};

WaitMask wait_mask(CallContext& c, u32 address, u32 size) {
  if (c.thread.mask_to_restore) return {0, true, c.host_mask(c.thread.mask)};
  if (address == 0) return {};
  return {size == 8 ? EFAULT : EINVAL};
}

// The sixth argument of pselect6: address and size.
WaitMask wait_mask_behind(CallContext& c, u32 pointer) {
  if (pointer == 0) return {};
  auto argument = c.space.load<guest::SigmaskArgument>(GuestAddr{pointer});
  if (!argument) return {EFAULT};
  return wait_mask(c, argument->address, argument->size);
}

// --- select

// The time that is left is written back whatever the result (fs/select.c, poll_select_finish), unless it can't be.
template <class Guest, class Host>
void give_time_left(CallContext& c, const HostResult& r, GuestAddr at, const Host* host) {
  if (!host || !r.done || !c.can_write(at, sizeof(Guest))) return;
  Guest left;
  to_guest(*host, left);
  c.put(at, left);
}

void newselect_(CallContext& c) {
  auto timeout = fetch_optional<guest::Timeval32>(c, c.at(4));
  if (!timeout.ok) return;
  Select sets;
  if (!sets.load(c)) return;
  timeval* host = nullptr;
  if (timeout.value) *(host = c.stage<timeval>()) = host_of(*timeout.value);
  HostResult r = c.blocking(SYS_select, sets.count, sets.read.host(), sets.write.host(), sets.except.host(), host);
  give_time_left<guest::Timeval32>(c, r, c.at(4), host);
  if (sets.give(c, r)) c.finish(r);
}

template <class Time>
void pselect6_as(CallContext& c) {
  auto timeout = fetch_optional<Time>(c, c.at(4));
  if (!timeout.ok) return;
  WaitMask mask = wait_mask_behind(c, c.word(5));
  if (mask.error) return c.fail(mask.error);
  Select sets;
  if (!sets.load(c)) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  struct {
    const u64* mask;
    u64 size;
  } argument{mask.pointer(), 8};
  HostResult r =
      c.blocking(SYS_pselect6, sets.count, sets.read.host(), sets.write.host(), sets.except.host(), host, &argument);
  give_time_left<Time>(c, r, c.at(4), host);
  if (sets.give(c, r)) c.finish(r);
}

// --- poll

void poll_(CallContext& c) {
  Polled fds;
  if (!fds.load(c)) return;
  HostResult r = c.blocking(SYS_poll, fds.host(), fds.count(), c.signed_word(2));
  if (fds.give(c, r)) c.finish(r);
}

template <class Time>
void ppoll_as(CallContext& c) {
  auto timeout = fetch_optional<Time>(c, c.at(2));
  if (!timeout.ok) return;
  WaitMask mask = wait_mask(c, c.word(3), c.word(4));
  if (mask.error) return c.fail(mask.error);
  Polled fds;
  if (!fds.load(c)) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  HostResult r = c.blocking(SYS_ppoll, fds.host(), fds.count(), host, mask.pointer(), 8);
  give_time_left<Time>(c, r, c.at(2), host);
  if (fds.give(c, r)) c.finish(r);
}

// --- epoll: the guest's struct epoll_event has its 64-bit member aligned, x86-64's is packed.

void epoll_ctl_(CallContext& c) {
  epoll_event host{};
  if (c.word(1) == EPOLL_CTL_DEL) return c.finish(c.immediate(SYS_epoll_ctl, c.fd(0), c.word(1), c.fd(2), &host));
  auto event = fetch<guest::EpollEvent>(c, c.at(3));
  if (!event) return;
  host.events = event->events;
  host.data.u64 = event->data;
  c.finish(c.blocking(SYS_epoll_ctl, c.fd(0), c.word(1), c.fd(2), &host));
}

class Events {
 public:
  bool load(CallContext& c) {
    i32 count = c.signed_word(2);
    if (count <= 0 || count > 0x7fff'ffff / static_cast<i32>(sizeof(guest::EpollEvent))) return c.fail(EINVAL), false;
    at_ = c.at(1);
    u64 room = writable_prefix(c.space, at_, static_cast<u64>(count) * sizeof(guest::EpollEvent));
    count_ = static_cast<u32>(room / sizeof(guest::EpollEvent));
    staged_ = count_ != 0;  // else the host meets the guest's bad memory and loses no event
    if (!staged_) count_ = static_cast<u32>(count);
    host_ = staged_ ? c.stage(u64{count_} * sizeof(epoll_event)) : static_cast<u8*>(c.pointer(at_));
    return true;
  }
  u8* host() const { return host_; }
  u32 count() const { return count_; }
  bool give(CallContext& c, const HostResult& r) const {
    if (!r.succeeded() || !staged_ || r.value == 0) return true;
    u64 bytes = static_cast<u64>(r.value) * sizeof(guest::EpollEvent);
    auto* out = reinterpret_cast<guest::EpollEvent*>(c.stage(bytes));
    for (i64 i = 0; i < r.value; ++i) {
      auto event = sigtape::load<epoll_event>(host_ + static_cast<size_t>(i) * sizeof(epoll_event));
      out[i] = {event.events, 0, event.data.u64};
    }
    return give_bytes(c, at_, out, bytes);
  }

 private:
  GuestAddr at_;
  u8* host_ = nullptr;
  u32 count_ = 0;
  bool staged_ = false;
};

void epoll_wait_(CallContext& c) {
  Events events;
  if (!events.load(c)) return;
  HostResult r = c.blocking(SYS_epoll_wait, c.fd(0), events.host(), events.count(), c.signed_word(3));
  if (events.give(c, r)) c.finish(r);
}

void epoll_pwait_(CallContext& c) {
  WaitMask mask = wait_mask(c, c.word(4), c.word(5));
  if (mask.error) return c.fail(mask.error);
  Events events;
  if (!events.load(c)) return;
  HostResult r =
      c.blocking(SYS_epoll_pwait, c.fd(0), events.host(), events.count(), c.signed_word(3), mask.pointer(), 8);
  if (events.give(c, r)) c.finish(r);
}

void epoll_pwait2_(CallContext& c) {
  auto timeout = fetch_optional<guest::Timespec64>(c, c.at(3));
  if (!timeout.ok) return;
  WaitMask mask = wait_mask(c, c.word(4), c.word(5));
  if (mask.error) return c.fail(mask.error);
  Events events;
  if (!events.load(c)) return;
  timespec* host = nullptr;
  if (timeout.value) *(host = c.stage<timespec>()) = host_of(*timeout.value);
  HostResult r = c.blocking(SYS_epoll_pwait2, c.fd(0), events.host(), events.count(), host, mask.pointer(), 8);
  if (events.give(c, r)) c.finish(r);
}

}  // namespace

HandlerTable poll_handlers() {
  static constexpr NamedHandler table[] = {
      {"_newselect", newselect_},
      {"pselect6", pselect6_as<guest::Timespec32>},
      {"pselect6_time64", pselect6_as<guest::Timespec64>},
      {"poll", poll_},
      {"ppoll", ppoll_as<guest::Timespec32>},
      {"ppoll_time64", ppoll_as<guest::Timespec64>},
      {"epoll_ctl", epoll_ctl_},
      {"epoll_wait", epoll_wait_},
      {"epoll_pwait", epoll_pwait_},
      {"epoll_pwait2", epoll_pwait2_},
  };
  return table;
}

}  // namespace sigtape::outside
