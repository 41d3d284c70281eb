// The sleeping side of _umtx_op and thr_suspend: a thread waits at its own parking place until another wakes it.
// The queues are the emulated kernel's (core/os/freebsd/umtx.cpp), which wakes by thr_wake.
#include <linux/futex.h>
#include <sys/syscall.h>

#include "core/outside/freebsd_convert.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/linux_access.h"

namespace sigtape::outside {
namespace {

constexpr u32 parked = 0, woken = 1;

struct Deadline {
  bool ok = true;  // false: the call is answered
  bool present = false, absolute = false;
  clockid_t clock = CLOCK_REALTIME;
  timespec time{};
  timespec* host() { return present ? &time : nullptr; }
};

bool is_valid(const timespec& t) { return t.tv_sec >= 0 && t.tv_nsec >= 0 && t.tv_nsec < 1'000'000'000; }

Deadline refused(CallContext& c, int error) {
  c.fail(error);
  return {.ok = false};
}

// uaddr2 points to a timespec, or, where uaddr1 says that it is longer, to a struct _umtx_time.
Deadline deadline_of_wait(CallContext& c) {
  constexpr u32 flag_absolute = 1;
  Deadline deadline;
  if (c.at(4).is_null()) return deadline;
  deadline.present = true;
  if (c.word(3) <= sizeof(bsd::Timespec)) {
    auto time = fetch<bsd::Timespec>(c, c.at(4));
    if (!time) return {.ok = false};
    deadline.time = host_of(*time);
  } else {
    auto time = fetch<bsd::UmtxTime>(c, c.at(4));
    if (!time) return {.ok = false};
    auto clock = host_clock_of(time->clockid);
    if (!clock) return refused(c, EINVAL);
    deadline.time = host_of(time->timeout);
    deadline.absolute = time->flags & flag_absolute;
    deadline.clock = *clock;
  }
  return is_valid(deadline.time) ? deadline : refused(c, EINVAL);
}

// UMTX_OP_CV_WAIT: uaddr2 is a timespec; val says how it is meant.
Deadline deadline_of_condition(CallContext& c) {
  enum : u32 { absolute = 2, has_clock = 4 };
  constexpr u32 clock_at = 8;
  Deadline deadline;
  if (c.at(4).is_null()) return deadline;
  auto time = fetch<bsd::Timespec>(c, c.at(4));
  if (!time) return {.ok = false};
  deadline.present = true;
  deadline.time = host_of(*time);
  deadline.absolute = c.word(2) & absolute;
  if (c.word(2) & has_clock) {
    auto number = fetch<u32>(c, c.at(0) + clock_at);
    if (!number) return {.ok = false};
    auto clock = host_clock_of(*number);
    if (!clock) return refused(c, EINVAL);
    deadline.clock = *clock;
  }
  return is_valid(deadline.time) ? deadline : refused(c, EINVAL);
}

timespec now_of(CallContext& c, clockid_t clock) {
  timespec* now = c.stage<timespec>();
  c.immediate(SYS_clock_gettime, clock, now);
  return *now;
}
timespec later(const timespec& t, const timespec& by) {
  timespec sum{t.tv_sec + by.tv_sec, t.tv_nsec + by.tv_nsec};
  if (sum.tv_nsec >= 1'000'000'000) sum.tv_sec++, sum.tv_nsec -= 1'000'000'000;
  return sum;
}
timespec difference(const timespec& t, const timespec& from) {
  timespec rest{t.tv_sec - from.tv_sec, t.tv_nsec - from.tv_nsec};
  if (rest.tv_nsec < 0) rest.tv_sec--, rest.tv_nsec += 1'000'000'000;
  return rest.tv_sec < 0 ? timespec{} : rest;
}

// The host's futex knows two clocks, and absolute times only with the bit set variant.
HostResult park(CallContext& c, Deadline& deadline) {
  std::atomic<u32>& place = c.parking_place(c.thread.id);
  place.store(parked);
  bool real = deadline.clock == CLOCK_REALTIME || deadline.clock == CLOCK_REALTIME_COARSE;
  bool monotonic = deadline.clock == CLOCK_MONOTONIC || deadline.clock == CLOCK_MONOTONIC_COARSE;
  if (deadline.present && !real && !monotonic) {
    timespec now = now_of(c, deadline.clock);
    timespec rest = deadline.absolute ? difference(deadline.time, now) : deadline.time;
    deadline.time = later(now_of(c, CLOCK_MONOTONIC), rest);
  } else if (deadline.present && !deadline.absolute) {
    deadline.time = later(now_of(c, deadline.clock), deadline.time);
  }
  deadline.absolute = true;
  timespec* host = nullptr;
  if (deadline.present) *(host = c.stage<timespec>()) = deadline.time;
  int operation = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | (real ? FUTEX_CLOCK_REALTIME : 0);
  HostResult r = c.blocking(SYS_futex, &place, operation, parked, host, nullptr, FUTEX_BITSET_MATCH_ANY);
  // Woken, even if a signal came as well: the waker has counted this thread.
  if (place.load() == woken) return {true, 0};
  return r;
}

void finish_sleep(CallContext& c, Deadline deadline) {
  if (!deadline.ok) return;
  c.finish(park(c, deadline));
}

void umtx_op_(CallContext& c) {
  constexpr u32 op_cv_wait = 8, op_sem2_wait = 23, operation_bits = 0x3fff'ffff;
  u32 operation = c.word(1) & operation_bits;
  if (operation == op_cv_wait) return finish_sleep(c, deadline_of_condition(c));
  Deadline deadline = deadline_of_wait(c);
  if (!deadline.ok) return;
  bool was_relative = deadline.present && !deadline.absolute;
  HostResult r = park(c, deadline);
  // What is left of a relative time goes behind the structure, where there is room for it.
  bool interrupted = !r.done || r.error() == EINTR;
  constexpr u32 size_with_rest = sizeof(bsd::UmtxTime) + sizeof(bsd::Timespec);
  if (operation == op_sem2_wait && interrupted && was_relative && c.word(3) >= size_with_rest) {
    bsd::Timespec out;
    to_guest(difference(deadline.time, now_of(c, CLOCK_REALTIME)), out);
    if (!give(c, c.at(4) + static_cast<u32>(sizeof(bsd::UmtxTime)), out)) return;
  }
  c.finish(r);
}

void thr_suspend_(CallContext& c) {
  auto time = fetch_optional<bsd::Timespec>(c, c.at(0));
  if (!time.ok) return;
  Deadline deadline{.present = time.value.has_value()};
  if (time.value) deadline.time = host_of(*time.value);
  if (deadline.present && !is_valid(deadline.time)) return c.fail(EINVAL);
  finish_sleep(c, deadline);
}

void thr_wake_(CallContext& c) {
  std::atomic<u32>& place = c.parking_place(ThreadId{c.signed_word(0) - bsd::first_thread_id});
  place.store(woken);
  c.immediate(SYS_futex, &place, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
  c.done(0);
}

}  // namespace

HandlerTable freebsd_umtx_handlers() {
  static constexpr NamedHandler table[] = {
      {"_umtx_op", umtx_op_}, {"thr_suspend", thr_suspend_}, {"thr_wake", thr_wake_}};
  return table;
}

}  // namespace sigtape::outside
