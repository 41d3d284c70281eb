// Kernel event queues of FreeBSD guests: what is waited for, kept beside a host epoll that does the waiting.
#pragma once
#include <sys/epoll.h>

#include <map>
#include <optional>
#include <vector>

#include "core/abi/freebsd/structs.h"
#include "core/outside/host_call.h"

namespace sigtape::outside {

namespace bsd = abi::freebsd;

// sys/sys/event.h
namespace event {
enum : i16 { filter_read = -1, filter_write = -2, filter_proc = -5, filter_timer = -7, filter_user = -11 };
enum : u16 {
  add = 1,
  remove = 2,
  enable = 4,
  disable = 8,
  oneshot = 0x10,
  clear = 0x20,
  receipt = 0x40,
  dispatch = 0x80,
  force_oneshot = 0x100,
  error = 0x4000,
  eof = 0x8000,
  of_the_call = add | remove | enable | disable | force_oneshot,  // not kept
};
}  // namespace event

// One thing that is waited for.
struct Knote {
  bsd::Kevent event{};  // as the guest registered it
  bool enabled = true;
  bool triggered = false;     // EVFILT_USER
  bool always_ready = false;  // a regular file, which epoll refuses
  HostFd source{-1};          // of our own: a timer, a process
};

class EventQueue {
 public:
  // 0 or an errno of the host's numbering.
  int change(CallContext& c, const bsd::Kevent& wanted);
  // Adds what is ready without looking at the epoll.
  void collect_ready(CallContext& c, u32 room, std::vector<bsd::Kevent>& events);
  void collect(CallContext& c, const epoll_event& ready, u32 room, std::vector<bsd::Kevent>& events);
  // The descriptor is about to be closed or replaced.
  void forget(CallContext& c, int fd);
  void close_sources(CallContext& c);

  int epoll = -1;
  i32 owner = 0;  // process id: a queue is not inherited by fork

 private:
  struct Key {
    i16 filter = 0;
    u32 ident = 0;
    auto operator<=>(const Key&) const = default;
  };
  int add(CallContext& c, const bsd::Kevent& wanted);
  int open_source(CallContext& c, Knote& note);
  int set_timer(CallContext& c, const Knote& note);
  int update_descriptor(CallContext& c, u32 fd);
  void trigger(CallContext& c, Knote& note, u32 fflags);
  void drop(CallContext& c, const Key& key);
  void told(CallContext& c, const Key& key);
  void collect_descriptor(CallContext& c, u32 fd, u32 ready, u32 room, std::vector<bsd::Kevent>& events);
  void collect_source(CallContext& c, const Key& key, u32 room, std::vector<bsd::Kevent>& events);

  std::map<Key, Knote> notes_;
  std::map<u32, u32> registered_;  // by descriptor: what epoll has of it
  HostFd wake_{-1};                // an eventfd: EVFILT_USER reaches a thread that waits already
};

// nullptr: no queue of this process has that number.
EventQueue* event_queue_of(CallContext& c, int fd);
EventQueue& new_event_queue(CallContext& c, int fd);
// Before a guest's descriptor is closed or replaced.
void forget_in_event_queues(CallContext& c, int fd);

}  // namespace sigtape::outside
