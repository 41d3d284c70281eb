// kqueue and kevent, in the form of FreeBSD 12 and later and in that of FreeBSD 11, which Go uses.
#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <vector>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/freebsd_kqueue.h"
#include "core/outside/linux_access.h"

namespace sigtape::outside {
namespace {

constexpr u32 most_at_once = 256;
constexpr long epoll_pwait2_number = 441;

void kqueue_(CallContext& c) {
  HostResult r = c.immediate(SYS_epoll_create1, 0);
  if (r.succeeded()) new_event_queue(c, static_cast<int>(r.value));
  c.finish(r);
}

bsd::Kevent wide(const bsd::Kevent& event) { return event; }
bsd::Kevent wide(const bsd::Kevent11& e) {
  bsd::Kevent event{};
  event.ident = e.ident, event.filter = e.filter, event.flags = e.flags, event.fflags = e.fflags;
  event.data = e.data, event.udata = e.udata;
  return event;
}
void narrow(const bsd::Kevent& event, bsd::Kevent& out) { out = event; }
void narrow(const bsd::Kevent& e, bsd::Kevent11& out) {
  out = {e.ident, e.filter, e.flags, e.fflags, static_cast<i32>(std::clamp<i64>(e.data, -0x8000'0000ll, 0x7fff'ffff)),
         e.udata};
}

// kqueue_register for each; errors and receipts become events where there is room. False: the call is answered.
template <class Guest>
bool apply_changes(CallContext& c, EventQueue& queue, u32 room, std::vector<bsd::Kevent>& events) {
  for (i32 i = 0; i < c.signed_word(2); ++i) {
    auto change = fetch<Guest>(c, c.at(1) + static_cast<u32>(i) * static_cast<u32>(sizeof(Guest)));
    if (!change) return false;
    bsd::Kevent wanted = wide(*change);
    int error = queue.change(c, wanted);
    if (!error && !(wanted.flags & event::receipt)) continue;
    if (events.size() == room) return c.fail(error), false;
    wanted.flags |= event::error;
    wanted.data = error ? guest_error_of(c.call.system, error) : 0;
    events.push_back(wanted);
  }
  return true;
}

timespec now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}
timespec sum(const timespec& a, const timespec& b) {
  timespec s{a.tv_sec + b.tv_sec, a.tv_nsec + b.tv_nsec};
  if (s.tv_nsec >= 1'000'000'000) s.tv_sec++, s.tv_nsec -= 1'000'000'000;
  return s;
}
timespec left_until(const timespec& end) {
  timespec at = now(), rest{end.tv_sec - at.tv_sec, end.tv_nsec - at.tv_nsec};
  if (rest.tv_nsec < 0) rest.tv_sec--, rest.tv_nsec += 1'000'000'000;
  return rest.tv_sec < 0 ? timespec{} : rest;
}

// Waits until there is an event or the time is over; what ended it otherwise.
HostResult wait_for_events(CallContext& c, u32 room, const std::optional<timespec>& timeout,
                           std::vector<bsd::Kevent>& events) {
  const int fd = c.fd(0);
  const u32 slots = std::min(room, most_at_once);
  const timespec end = timeout ? sum(now(), *timeout) : timespec{};
  for (bool first = true;; first = false) {
    EventQueue* queue = event_queue_of(c, fd);
    if (!queue) return {true, -EBADF};  // closed by another thread meanwhile
    queue->collect_ready(c, room, events);
    auto* ready = reinterpret_cast<epoll_event*>(c.stage(slots * sizeof(epoll_event)));
    timespec* host = c.stage<timespec>();
    if (!events.empty())
      *host = {};
    else if (timeout)
      *host = first ? *timeout : left_until(end);
    bool forever = events.empty() && !timeout;
    HostResult r = c.blocking(epoll_pwait2_number, fd, ready, slots, forever ? nullptr : host, nullptr, 8);
    if (!events.empty() && !r.succeeded()) return {true, 0};  // what is there already counts
    if (!r.succeeded()) return r;
    queue = event_queue_of(c, fd);
    if (!queue) return {true, -EBADF};
    for (i64 i = 0; i < r.value; ++i) queue->collect(c, ready[i], room, events);
    bool is_over = r.value == 0 || (timeout && timeout->tv_sec == 0 && timeout->tv_nsec == 0);
    if (!events.empty() || is_over) return {true, 0};
  }
}

template <class Guest>
void kevent_as(CallContext& c) {
  EventQueue* queue = event_queue_of(c, c.fd(0));
  if (!queue) return c.fail(EBADF);
  auto timeout = fetch_optional<bsd::Timespec>(c, c.at(5));
  if (!timeout.ok) return;
  std::optional<timespec> time;
  if (timeout.value) time = host_of(*timeout.value);
  if (time && (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec >= 1'000'000'000)) return c.fail(EINVAL);
  if (c.signed_word(4) < 0) return c.fail(EINVAL);
  u32 room = static_cast<u32>(std::min<i32>(c.signed_word(4), 1 << 16));
  std::vector<bsd::Kevent> events;
  if (!apply_changes<Guest>(c, *queue, room, events)) return;
  if (events.empty() && room != 0) {
    HostResult r = wait_for_events(c, room, time, events);
    if (!r.done && c.signed_word(2) > 0) return c.fail(EINTR);  // the changes are made and must not be made again
    if (!r.succeeded()) return c.finish(r);
  }
  u64 bytes = events.size() * sizeof(Guest);
  auto* out = reinterpret_cast<Guest*>(c.stage(bytes + 1));
  for (size_t i = 0; i < events.size(); ++i) narrow(events[i], out[i]);
  if (give_bytes(c, c.at(3), out, bytes)) c.done(static_cast<u32>(events.size()));
}

}  // namespace

HandlerTable freebsd_kqueue_handlers() {
  static constexpr NamedHandler table[] = {
    {"kqueue", kqueue_}, {"kevent", kevent_as<bsd::Kevent>}, {"freebsd11_kevent", kevent_as<bsd::Kevent11>}};
  return table;
}

}  // namespace sigtape::outside
