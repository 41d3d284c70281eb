// Kernel event queues on epoll: descriptors of the guest's, and timers, processes and user events through our own.
#include "core/outside/freebsd_kqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "core/outside/freebsd_convert.h"
#include "core/outside/live.h"

namespace sigtape::outside {
namespace {

// epoll's word for one registration: a descriptor of the guest's, or filter and ident of a source of ours.
constexpr u64 of_source = u64{1} << 63, of_wake = u64{1} << 62;
u64 word_of(i16 filter, u32 ident) { return of_source | u64{static_cast<u16>(filter)} << 32 | ident; }

// EVFILT_TIMER's units and EVFILT_USER's operations on fflags.
enum : u32 { in_seconds = 1, in_milliseconds = 2, in_microseconds = 4, in_nanoseconds = 8, absolute = 0x10 };
enum : u32 {
  operation_mask = 0xc000'0000,
  set_and = 0x4000'0000,
  set_or = 0x8000'0000,
  set_copy = 0xc000'0000,
  flags_mask = 0x00ff'ffff,
  trigger_now = 0x0100'0000
};
constexpr u32 note_exit = 0x8000'0000;

timespec time_of_timer(const bsd::Kevent& event) {
  i64 nanoseconds = 1;
  if (event.fflags & in_seconds)
    nanoseconds = 1'000'000'000;
  else if (event.fflags & in_microseconds)
    nanoseconds = 1'000;
  else if (!(event.fflags & in_nanoseconds))
    nanoseconds = 1'000'000;
  i64 per_second = 1'000'000'000 / nanoseconds;
  timespec time{event.data / per_second, event.data % per_second * nanoseconds};
  if (time.tv_sec == 0 && time.tv_nsec == 0) time.tv_nsec = 1;  // at once, but not "off"
  return time;
}

// The bytes that can be read: FIONREAD; 1 where that says nothing (a listening socket).
i64 readable_bytes(CallContext& c, int fd) {
  int* count = c.stage<int>();
  if (!c.immediate(SYS_ioctl, fd, FIONREAD, count).succeeded()) return 1;
  return *count;
}
i64 writable_bytes(CallContext& c, int fd) {
  constexpr i64 pipe_room = 4096;  // PIPE_BUF is certain where POLLOUT is
  int* waiting = c.stage<int>();
  int* size = c.stage<int>();
  u32* length = c.stage<u32>();
  *length = sizeof *size;
  if (!c.immediate(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDBUF, size, length).succeeded()) return pipe_room;
  if (!c.immediate(SYS_ioctl, fd, SIOCOUTQ, waiting).succeeded()) *waiting = 0;
  return std::max<i64>(*size / 2 - *waiting, 1);
}
u32 socket_error(CallContext& c, int fd) {
  int* error = c.stage<int>();
  u32* length = c.stage<u32>();
  *length = sizeof *error;
  if (!c.immediate(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, error, length).succeeded() || *error == 0) return 0;
  return guest_error_of(c.call.system, *error);
}

HostResult control(CallContext& c, int epoll, int operation, int fd, u32 events, u64 word) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = word;
  return c.immediate(SYS_epoll_ctl, epoll, operation, fd, &event);
}

// By the queue's descriptor; under the baton. A fork takes its copy along, which belongs to nobody there.
std::map<int, EventQueue>& queues() {
  static std::map<int, EventQueue> all;
  return all;
}

}  // namespace

EventQueue* event_queue_of(CallContext& c, int fd) {
  auto it = queues().find(fd);
  return it != queues().end() && it->second.owner == c.thread.group->pid ? &it->second : nullptr;
}

EventQueue& new_event_queue(CallContext& c, int fd) {
  EventQueue& queue = queues()[fd] = EventQueue();
  queue.epoll = fd;
  queue.owner = c.thread.group->pid;
  return queue;
}

void forget_in_event_queues(CallContext& c, int fd) {
  if (queues().empty()) return;
  if (auto own = queues().find(fd); own != queues().end()) {
    own->second.close_sources(c);
    queues().erase(own);
  }
  for (auto& [number, queue] : queues())
    if (queue.owner == c.thread.group->pid) queue.forget(c, fd);
}

// --- changes

int EventQueue::change(CallContext& c, const bsd::Kevent& wanted) {
  const Key key{wanted.filter, wanted.ident};
  auto found = notes_.find(key);
  if (wanted.flags & event::add) {
    if (int error = add(c, wanted)) return error;
    found = notes_.find(key);
  }
  if (found == notes_.end()) return ENOENT;
  if (wanted.flags & event::remove) {
    drop(c, key);
    return 0;
  }
  Knote& note = found->second;
  if (wanted.filter == event::filter_user) trigger(c, note, wanted.fflags);
  if (wanted.flags & event::disable) note.enabled = false;
  if (wanted.flags & event::enable) note.enabled = true;
  if (wanted.filter == event::filter_read || wanted.filter == event::filter_write)
    return update_descriptor(c, wanted.ident);
  return 0;
}

int EventQueue::add(CallContext& c, const bsd::Kevent& wanted) {
  const Key key{wanted.filter, wanted.ident};
  auto [it, is_new] = notes_.try_emplace(key);
  Knote& note = it->second;
  bsd::Kevent before = note.event;
  note.event = wanted;
  note.event.flags &= static_cast<u16>(~event::of_the_call);
  int error = 0;
  switch (wanted.filter) {
    case event::filter_read:
    case event::filter_write:
      if (c.live.own_fds().is_ours(static_cast<int>(wanted.ident)) ||
          !c.immediate(SYS_fcntl, wanted.ident, F_GETFD, 0).succeeded())
        error = EBADF;
      else if (is_new)
        error = update_descriptor(c, wanted.ident);
      break;
    case event::filter_user:
      note.event.fflags = before.fflags;
      if (wake_.value < 0) {
        HostResult r = c.immediate(SYS_eventfd2, 0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (r.failed()) {
          error = r.error();
          break;
        }
        auto own = c.live.own_fds().adopt(static_cast<int>(r.value));
        if (!own) {
          error = EMFILE;
          break;
        }
        wake_ = *own;
        control(c, epoll, EPOLL_CTL_ADD, wake_.value, EPOLLIN, of_wake);
      }
      break;
    case event::filter_timer:
      note.event.flags |= event::clear;
      if (is_new) error = open_source(c, note);
      if (!error) error = set_timer(c, note);
      break;
    case event::filter_proc:
      note.event.flags |= event::clear;
      if (wanted.fflags != note_exit)
        error = EOPNOTSUPP;
      else if (is_new)
        error = open_source(c, note);
      break;
    default: error = EOPNOTSUPP; break;
  }
  if (error == EOPNOTSUPP) {
    c.answer.notes.unsupported = true;
    c.answer.notes.unsupported_what = "kevent filter";
    error = EINVAL;
  }
  if (error && is_new) drop(c, key);
  return error;
}

// A descriptor of ours that becomes readable when the event is there.
int EventQueue::open_source(CallContext& c, Knote& note) {
  constexpr long pidfd_open_number = 434;
  HostResult r = note.event.filter == event::filter_timer
                     ? c.immediate(SYS_timerfd_create, note.event.fflags & absolute ? CLOCK_REALTIME : CLOCK_MONOTONIC,
                                   TFD_NONBLOCK | TFD_CLOEXEC)
                     : c.immediate(pidfd_open_number, note.event.ident, 0);
  if (r.failed()) return r.error();
  auto own = c.live.own_fds().adopt(static_cast<int>(r.value));
  if (!own) return EMFILE;
  note.source = *own;
  return control(c, epoll, EPOLL_CTL_ADD, note.source.value, EPOLLIN, word_of(note.event.filter, note.event.ident))
      .error();
}

int EventQueue::set_timer(CallContext& c, const Knote& note) {
  if (note.event.data < 0) return EINVAL;
  itimerspec times{};
  times.it_value = time_of_timer(note.event);
  bool is_absolute = note.event.fflags & absolute;
  if (!(note.event.flags & event::oneshot) && !is_absolute) times.it_interval = times.it_value;
  return c.immediate(SYS_timerfd_settime, note.source.value, is_absolute ? TFD_TIMER_ABSTIME : 0, &times, nullptr)
      .error();
}

// One registration holds both filters of a descriptor. Setting it again makes an edge anew.
int EventQueue::update_descriptor(CallContext& c, u32 fd) {
  u32 events = 0;
  bool edges = true;
  for (i16 filter : {event::filter_read, event::filter_write}) {
    auto it = notes_.find({filter, fd});
    if (it == notes_.end() || !it->second.enabled || it->second.always_ready) continue;
    events |= filter == event::filter_read ? u32{EPOLLIN | EPOLLRDHUP} : u32{EPOLLOUT};
    if (!(it->second.event.flags & event::clear)) edges = false;
  }
  int number = static_cast<int>(fd);
  auto known = registered_.find(fd);
  if (events == 0) {
    if (known != registered_.end()) {
      control(c, epoll, EPOLL_CTL_DEL, number, 0, fd);
      registered_.erase(known);
    }
    return 0;
  }
  if (edges) events |= EPOLLET;
  int operation = known == registered_.end() ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  HostResult r = control(c, epoll, operation, number, events, fd);
  if (r.error() == EPERM) {  // a regular file or directory: always ready
    for (i16 filter : {event::filter_read, event::filter_write})
      if (auto it = notes_.find({filter, fd}); it != notes_.end()) it->second.always_ready = true;
    return 0;
  }
  if (r.succeeded()) registered_[fd] = events;
  return r.error();
}

void EventQueue::trigger(CallContext& c, Knote& note, u32 fflags) {
  u32& kept = note.event.fflags;
  switch (fflags & operation_mask) {
    case set_and: kept &= fflags & flags_mask; break;
    case set_or: kept |= fflags & flags_mask; break;
    case set_copy: kept = fflags & flags_mask; break;
    default: break;
  }
  if (!(fflags & trigger_now)) return;
  note.triggered = true;
  const u64 one = 1;
  c.immediate(SYS_write, wake_.value, &one, sizeof one);
}

void EventQueue::drop(CallContext& c, const Key& key) {
  auto it = notes_.find(key);
  if (it == notes_.end()) return;
  if (it->second.source.value >= 0) c.live.own_fds().close(it->second.source);
  notes_.erase(it);
  if (key.filter == event::filter_read || key.filter == event::filter_write) update_descriptor(c, key.ident);
}

void EventQueue::forget(CallContext& c, int fd) {
  for (i16 filter : {event::filter_read, event::filter_write}) drop(c, {filter, static_cast<u32>(fd)});
}

void EventQueue::close_sources(CallContext& c) {
  for (auto& [key, note] : notes_)
    if (note.source.value >= 0) c.live.own_fds().close(note.source);
  if (wake_.value >= 0) c.live.own_fds().close(wake_);
  notes_.clear();
}

// --- what is ready

// The event was given to the guest.
void EventQueue::told(CallContext& c, const Key& key) {
  auto it = notes_.find(key);
  if (it == notes_.end()) return;
  Knote& note = it->second;
  if (note.event.flags & event::oneshot) return drop(c, key);
  if (note.event.flags & event::clear) note.triggered = false;
  if (note.event.flags & event::dispatch) {
    note.enabled = false;
    if (key.filter == event::filter_read || key.filter == event::filter_write) update_descriptor(c, key.ident);
  }
}

void EventQueue::collect_ready(CallContext& c, u32 room, std::vector<bsd::Kevent>& events) {
  std::vector<Key> told_keys;
  for (auto& [key, note] : notes_) {
    if (events.size() == room) break;
    if (!note.enabled || !(note.triggered || note.always_ready)) continue;
    bsd::Kevent found = note.event;
    if (note.always_ready) {
      auto* status = c.stage<struct stat>();
      HostResult at = c.immediate(SYS_lseek, key.ident, 0, SEEK_CUR);
      i64 left =
          c.immediate(SYS_fstat, key.ident, status).succeeded() && at.succeeded() ? status->st_size - at.value : 1;
      if (key.filter == event::filter_read && left == 0) continue;  // until the file grows
      found.data = left;
    }
    events.push_back(found);
    told_keys.push_back(key);
  }
  for (const Key& key : told_keys) told(c, key);
}

void EventQueue::collect_descriptor(CallContext& c, u32 fd, u32 ready, u32 room, std::vector<bsd::Kevent>& events) {
  constexpr u32 gone = EPOLLHUP | EPOLLERR;
  int number = static_cast<int>(fd);
  for (i16 filter : {event::filter_read, event::filter_write}) {
    bool reads = filter == event::filter_read;
    auto it = notes_.find({filter, fd});
    if (it == notes_.end() || !it->second.enabled) continue;
    if (!(ready & (gone | (reads ? u32{EPOLLIN | EPOLLRDHUP} : u32{EPOLLOUT})))) continue;
    if (events.size() == room) {
      update_descriptor(c, fd);  // or an edge would be lost
      return;
    }
    bsd::Kevent found = it->second.event;
    found.fflags = 0;
    if (ready & (reads ? gone | EPOLLRDHUP : gone)) {
      found.flags |= event::eof;
      if (ready & EPOLLERR) found.fflags = socket_error(c, number);
    }
    found.data = reads ? readable_bytes(c, number) : writable_bytes(c, number);
    events.push_back(found);
    told(c, {filter, fd});
  }
}

void EventQueue::collect_source(CallContext& c, const Key& key, u32 room, std::vector<bsd::Kevent>& events) {
  auto it = notes_.find(key);
  if (it == notes_.end() || !it->second.enabled || events.size() == room) return;
  bsd::Kevent found = it->second.event;
  if (key.filter == event::filter_timer) {
    u64* count = c.stage<u64>();
    if (!c.immediate(SYS_read, it->second.source.value, count, sizeof *count).succeeded()) return;
    found.data = static_cast<i64>(*count);
    events.push_back(found);
    return told(c, key);
  }
  siginfo_t* info = c.stage<siginfo_t>();
  constexpr int by_pidfd = 3;  // P_PIDFD
  found.data = 0;
  if (c.immediate(SYS_waitid, by_pidfd, it->second.source.value, info, WEXITED | WNOWAIT | WNOHANG, nullptr)
          .succeeded() &&
      info->si_pid != 0)
    found.data = info->si_code == CLD_EXITED ? (info->si_status & 0xff) << 8 : freebsd_wait_status_of(info->si_status);
  found.flags |= event::eof;
  events.push_back(found);
  drop(c, key);
}

void EventQueue::collect(CallContext& c, const epoll_event& ready, u32 room, std::vector<bsd::Kevent>& events) {
  u64 word = ready.data.u64;
  if (word & of_source)
    return collect_source(c, {static_cast<i16>(word >> 32 & 0xffff), static_cast<u32>(word)}, room, events);
  if (word & of_wake) {
    u64* count = c.stage<u64>();
    c.immediate(SYS_read, wake_.value, count, sizeof *count);
    return collect_ready(c, room, events);
  }
  collect_descriptor(c, static_cast<u32>(word), ready.events, room, events);
}

}  // namespace sigtape::outside
