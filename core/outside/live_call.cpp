// The way of a guest's call to the host and back: the delivery modes, the baton, notes for the analyzer.
#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <time.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/outside/by_number.h"
#include "core/outside/freebsd_handlers.h"
#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

const volatile u32 never_pending = 0;

HostResult result_of(const SafeOutcome& outcome) { return {outcome.done != 0, outcome.value}; }

HostResult issue_safely(HostThread& host, const SyscallWords& words) {
  host.phase = CallPhase::on_the_way;
  return result_of(sigtape_safe_syscall(&words, &host.pending, &host.phase));
}

// Test for a signal, then call: what comes in between is seen only when the call is over, and if the host restarts the
// call (SA_RESTART), not even then.
HostResult check_then_issue(HostThread& host, const SyscallWords& words, abi::CallNotes& notes) {
  host.phase = CallPhase::on_the_way;
  if (host.pending) {
    host.phase = CallPhase::elsewhere;
    return {};
  }
  notes.entered_ns = monotonic_ns();
  HostResult result = result_of(sigtape_safe_syscall(&words, &never_pending, &host.phase));
  if (host.pending && host.capture.spot == CaptureSpot::before_issue) notes.signal_before_entry = true;
  if (host.pending && host.capture.spot == CaptureSpot::rewound) notes.rewound_unseen = true;
  return result;
}

// select and friends as their p-variants with the guest's mask; nullopt for calls that have none. The kernel's update
// of the time left goes to a copy.
struct MaskedCall {
  SyscallWords words;
  timespec time{};
  u64 mask = 0;
  struct {
    const u64* mask;
    u64 bytes;
  } pselect_mask{};
};

constexpr long epoll_pwait2_number = 441;  // younger than some headers

bool has_masked_variant(long number) {
  switch (number) {
    case SYS_poll:
    case SYS_ppoll:
    case SYS_select:
    case SYS_pselect6:
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
    case epoll_pwait2_number:
    case SYS_rt_sigsuspend: return true;
    default: return false;
  }
}

void make_masked(const SyscallWords& from, u64 guest_mask, MaskedCall& to) {
  to.words = from;
  to.mask = guest_mask;
  long(&a)[6] = to.words.arguments;
  auto take_time = [&](long address) {
    if (!address) return long{0};
    to.time = *reinterpret_cast<const timespec*>(address);
    return reinterpret_cast<long>(&to.time);
  };
  switch (from.number) {
    case SYS_poll:
      to.words.number = SYS_ppoll;
      to.time = {a[2] / 1000, (a[2] % 1000) * 1'000'000};
      a[2] = static_cast<int>(a[2]) < 0 ? 0 : reinterpret_cast<long>(&to.time);
      a[3] = reinterpret_cast<long>(&to.mask);
      a[4] = 8;
      break;
    case SYS_ppoll:
      a[2] = take_time(a[2]);
      if (!a[3]) a[3] = reinterpret_cast<long>(&to.mask), a[4] = 8;
      break;
    case SYS_select:
      to.words.number = SYS_pselect6;
      if (a[4]) {
        const auto* time = reinterpret_cast<const timeval*>(a[4]);
        to.time = {time->tv_sec, time->tv_usec * 1000};
        a[4] = reinterpret_cast<long>(&to.time);
      }
      to.pselect_mask = {&to.mask, 8};
      a[5] = reinterpret_cast<long>(&to.pselect_mask);
      break;
    case SYS_pselect6: {
      a[4] = take_time(a[4]);
      const auto* given = reinterpret_cast<const decltype(to.pselect_mask)*>(a[5]);
      to.pselect_mask = given && given->mask ? *given : decltype(to.pselect_mask){&to.mask, 8};
      a[5] = reinterpret_cast<long>(&to.pselect_mask);
      break;
    }
    case SYS_epoll_wait:
      to.words.number = SYS_epoll_pwait;
      a[4] = reinterpret_cast<long>(&to.mask);
      a[5] = 8;
      break;
    case SYS_epoll_pwait:
    case epoll_pwait2_number:
      if (!a[4]) a[4] = reinterpret_cast<long>(&to.mask), a[5] = 8;
      break;
    default: break;  // rt_sigsuspend has its mask
  }
}

// Block everything, look, call with the guest's mask, unblock.
HostResult mask_and_issue(HostThread& host, const SyscallWords& words, abi::CallNotes& notes) {
  if (!has_masked_variant(words.number)) return check_then_issue(host, words, notes);
  block_all();
  if (host.pending) return {};
  MaskedCall masked;
  make_masked(words, host.real_mask, masked);
  HostResult result = result_of(sigtape_safe_syscall(&masked.words, &never_pending, &host.phase));
  if (!host.pending) set_real_mask(host.real_mask);
  return result;
}

bool is_interruptible(const abi::Call& call) {
  return call.row && call.row->restart != abi::Restart::not_interruptible;
}

// Whether the first captured signal's handler has SA_RESTART, as these designs look it up afterwards.
bool handler_restarts(const HostThread& host, abi::System system) {
  os::Signal signal = guest_signal_of(system, host.capture.info.si_signo);
  return host.thread->group && host.thread->group->dispositions->action[static_cast<unsigned>(signal.value)].restart;
}

HostResult guess(HostThread& host, const abi::Call& call, DeliveryMode mode, abi::CallNotes& notes, HostResult result) {
  bool interrupted = host.pending && (!result.done || result.value == -EINTR);
  if (!interrupted || !is_interruptible(call)) return result;
  notes.decided_by_mode = true;
  bool restart =
      mode == DeliveryMode::always_restart || (mode == DeliveryMode::self_wake && handler_restarts(host, call.system));
  return restart ? HostResult{} : HostResult{true, -EINTR};
}

HostResult issue_as_mode_says(DeliveryMode mode, HostThread& host, const SyscallWords& words, abi::CallNotes& notes) {
  switch (mode) {
    case DeliveryMode::check_first: return check_then_issue(host, words, notes);
    case DeliveryMode::mask_and_pcall: return mask_and_issue(host, words, notes);
    case DeliveryMode::safe:
    case DeliveryMode::self_wake:
    case DeliveryMode::always_eintr:
    case DeliveryMode::always_restart: return issue_safely(host, words);
  }
  UNREACHABLE("delivery mode {}", static_cast<int>(mode));
}

HostResult issue(DeliveryMode mode, HostThread& host, const abi::Call& call, const SyscallWords& words,
                 abi::CallNotes& notes) {
  HostResult result = issue_as_mode_says(mode, host, words, notes);
  if (result.value == -EINTR && result.done && host.pending) notes.host_interrupted = true;
  bool guesses =
      mode == DeliveryMode::self_wake || mode == DeliveryMode::always_eintr || mode == DeliveryMode::always_restart;
  return guesses ? guess(host, call, mode, notes, result) : result;
}

bool only_looks_first(DeliveryMode mode) {
  return mode == DeliveryMode::check_first || mode == DeliveryMode::mask_and_pcall;
}

SyscallWords words_of(long number, const long (&words)[6]) {
  return {number, {words[0], words[1], words[2], words[3], words[4], words[5]}};
}

}  // namespace

CallContext::CallContext(Live& live_, os::Thread& thread_, const abi::Call& call_, abi::Answer& answer_,
                         HostThread& host)
    : thread(thread_), call(call_), space(live_.inside().space()), live(live_), answer(answer_), host_(host) {}

int CallContext::fd(unsigned i) const { return host_.own_fds->is_ours(signed_word(i)) ? -1 : signed_word(i); }

std::optional<std::string> CallContext::path_text(unsigned i) {
  auto text = space.read_string(at(i));
  // PATH_MAX counts the NUL. A longer one faults only if it runs off mapped memory first.
  if (text && text->size() < 4096) return text;
  fail(space.can_read(at(i), 4096) ? ENAMETOOLONG : EFAULT);
  return std::nullopt;
}

std::optional<std::string> CallContext::path(int dirfd, unsigned i, Follow follow) {
  auto text = path_text(i);
  if (text && live.root().active()) return live.root().resolve(dirfd, *text, follow);
  return text;
}

u64 CallContext::host_mask(const os::SigSet& set) const { return host_set_of(call.system, set); }

std::atomic<u32>& CallContext::parking_place(ThreadId id) { return live.state_->parking_places[id]; }

void CallContext::note_wake(GuestAddr word) { live.state_->wakes_at(word).fetch_add(1, std::memory_order_release); }

// Threads that take turns wake each other a few microseconds after they have begun to wait: watching for that costs
// less than the sleep. The host's call follows in any case, and finds that the word has changed. For a thread that is
// not woken so, only now and then.
void CallContext::await_wake(const std::atomic<u32>& wakes) {
  constexpr unsigned spins = 1000;  // some 15 to 40 microseconds, as long as it may take a processor to wake up
  if (!live.state_->baton.is_held() || !there_are_processors_for_two()) return;  // nobody is there to do it
  if (host_.waits_slept_out > 2 && host_.waits_slept_out++ % 32 != 0) return;
  u32 before = wakes.load(std::memory_order_acquire);
  for (unsigned i = 0; i < spins; i++) {
    if (wakes.load(std::memory_order_acquire) != before) {
      host_.waits_slept_out = 0;
      return;
    }
    if (host_.pending) return;
    __builtin_ia32_pause();
  }
  host_.waits_slept_out++;
}

HostResult CallContext::issue_blocking(long number, const long (&words)[6], std::optional<GuestAddr> woken_at) {
  LiveState& s = *live.state_;
  abi::CallNotes& notes = answer.notes;
  SyscallWords call_words = words_of(number, words);
  CaptureTrace* trace = only_looks_first(s.options.delivery) ? s.hooks.capture_trace(thread) : nullptr;
  if (trace) {
    trace->captured_ns = 0;
    trace->call_number = call.number;
  }
  bool limited = host_.limits->limits_files() && may_grow_a_file(number, words);
  if (limited)
    host_.limits->enter_file_size();
  else
    s.put_down_baton(host_);
  // The recorder's time will do, unless it is to be compared with that of a capture.
  if (trace) notes.entered_ns = monotonic_ns();
  if (notes.entered_ns == 0) notes.entered_ns = host_.clock.now();
  host_.trace = trace;
  if (trace) trace->entered_ns = notes.entered_ns;
  if (woken_at) await_wake(s.wakes_at(*woken_at));
  HostResult result = issue(s.options.delivery, host_, call, call_words, notes);
  notes.left_ns = trace ? monotonic_ns() : host_.clock.now();
  if (trace) trace->entered_ns = 0;
  host_.trace = nullptr;
  if (limited)
    host_.limits->leave_file_size();
  else
    s.take_baton(host_);
  return result;
}

namespace {

// Calls that may stop the process that makes them.
bool may_stop(long number) {
  switch (number) {
    case SYS_kill:
    case SYS_tkill:
    case SYS_tgkill:
    case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo:
    case SYS_pidfd_send_signal: return true;
    default: return false;
  }
}

}  // namespace

// A process that stops must not have the memory that others are to go on with.
HostResult CallContext::issue_immediate(long number, const long (&words)[6]) {
  SharedBatons* shared = may_stop(number) && !host_.is_vfork_child ? live.state_->shared : nullptr;
  if (shared) shared->put_down();
  long value = raw_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
  if (shared) shared->take();
  return {true, value};
}

HostResult CallContext::read_clock(clockid_t clock, timespec* now) {
  return {true, clock_gettime(clock, now) == 0 ? 0 : -errno};
}

u8* CallContext::stage(u64 bytes) {
  if (u8* given = live.hooks().stage(thread, bytes)) return given;
  u8* own = host_.staging.allocate(bytes);
  CHECK_THAT(own, "no memory for {} bytes of a call's output", bytes);
  return own;
}

void CallContext::put(GuestAddr to, const void* bytes, u64 count) {
  if (count) answer.writes.push_back({to, {static_cast<const u8*>(bytes), count}});
}

void CallContext::fail(int host_error) { answer.outcome = abi::Failed{guest_error_of(call.system, host_error)}; }

void CallContext::finish(const HostResult& result) {
  if (!result.done) return not_done();
  if (result.failed()) return fail(result.error());
  answer.outcome = abi::Done{static_cast<u32>(result.value)};
}

void CallContext::unsupported(const char* what, int host_error) {
  answer.notes.unsupported = true;
  answer.notes.unsupported_what = what;
  fail(host_error);
}

namespace {

constexpr u32 most_numbers = 1024;

// Calls that may make a file shorter. A longer one is noticed where a page that it has now is used.
bool look_up_shortening(abi::System system, u32 number) {
  static constexpr std::string_view names[] = {"creat", "fallocate", "fspacectl", "ftruncate", "ftruncate64",
                                               "open",  "openat",    "openat2",   "truncate",  "truncate64"};
  return std::ranges::find(names, abi::name_of(system, number)) != std::end(names);
}

bool may_shorten_a_file(const abi::Call& call) {
  static constinit ByNumber<bool, most_numbers> linux_calls, freebsd_calls;
  auto& calls = call.system == abi::System::freebsd ? freebsd_calls : linux_calls;
  return calls.get(call.number, [&](u32 number) { return look_up_shortening(call.system, number); });
}

}  // namespace

void Live::call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  // A capture that was taken may still keep all signals blocked: the kernel side asks on its own behalf then.
  host.staging.reset();
  CallContext context(*this, thread, call, answer, host);
  // Pages that came in are still closed on the host, which would refuse to read them.
  if (context.space.has_pages_beyond_end()) context.space.look_for_file_ends();
  Handler handler =
      call.system == abi::System::freebsd ? freebsd_handler_of(call.number) : linux_handler_of(call.number);
  if (handler)
    handler(context);
  else if (!answer_by_row(context))
    context.unsupported("system call", ENOSYS);
  if (call.system == abi::System::freebsd && host.pending && !answer.notes.decided_by_mode) {
    os::Signal signal = guest_signal_of(call.system, host.capture.info.si_signo);
    bool rewound = host.capture.spot == CaptureSpot::rewound;
    answer.outcome = freebsd_interruption(context.space, thread, call, signal, rewound, answer.outcome);
    if (std::holds_alternative<abi::NotDone>(answer.outcome)) answer.writes.clear();
  }
  if (context.space.has_watched_files() && may_shorten_a_file(call)) context.space.look_for_file_ends();
  LOG(syscall, "{} {} {}", thread.id.value, abi::name_of(call.system, call.number),
      std::holds_alternative<abi::Done>(answer.outcome)
          ? fmt::format("= {:#x}", std::get<abi::Done>(answer.outcome).value)
      : std::holds_alternative<abi::Failed>(answer.outcome)
          ? fmt::format("failed: {}", std::get<abi::Failed>(answer.outcome).error)
          : "not done");
}

}  // namespace sigtape::outside
