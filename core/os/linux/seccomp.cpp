// seccomp: modes and filters are put on a thread, and keep its calls from being made (kernel/seccomp.c).
#include "core/os/linux/seccomp.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/os/linux/kernel.h"
#include "core/os/linux/sets.h"

namespace sigtape::os::linux_eabi {

namespace {

enum : u32 { set_mode_strict = 0, set_mode_filter = 1, get_action_available = 2, get_notify_sizes = 3 };
enum : u32 { mode_strict = 1, mode_filter = 2 };
enum : u32 {
  flag_synchronize = 1,
  flag_log = 2,
  flag_speculation_allowed = 4,
  flag_new_listener = 8,
  flag_synchronize_esrch = 16,
  flag_wait_killable = 32
};
enum : u32 { call_exit = 1, call_read = 3, call_write = 4, call_rt_sigreturn = 173 };  // asm-generic/seccomp.h
enum : u32 { get_seccomp = 21, set_seccomp = 22 };                                     // prctl
constexpr i32 sys_seccomp = 1;                                                         // si_code

bool is_strictly_allowed(u32 number) {
  return number == call_read || number == call_write || number == call_exit || number == call_rt_sigreturn;
}

}  // namespace

// What forbids is computed from guest registers alone, so replay needs no note of it.
bool LinuxKernel::passes_seccomp(Thread& thread, Answered& outcome) {
  if (thread.seccomp_strict) {
    if (is_strictly_allowed(thread.call.number)) return true;
    thread.answer.outcome = abi::Gone{};
    end_thread(thread, {outside::EndKind::signal, signal::kill});
    return false;
  }
  if (!thread.seccomp_filter) return true;
  cpu::State behind = thread.cpu;
  behind.skip_svc();
  u32 verdict = thread.seccomp_filter->judge(thread.call, GuestAddr{behind.r[15]});
  u32 data = verdict & 0xffff;
  SigInfo info{.signal = Signal{signal::sys},
               .error = static_cast<i32>(data),
               .code = sys_seccomp,
               .address = GuestAddr{behind.r[15]},
               .syscall_number = thread.call.number & 0xf'ffff,
               .arch = architecture_arm};
  LOG(syscall, "seccomp: {:#x} for {}", verdict, abi::name_of(thread.call.system, thread.call.number));
  switch (static_cast<SeccompAction>(verdict & 0xffff'0000)) {
    case SeccompAction::allow:
    case SeccompAction::log: return true;
    case SeccompAction::error: {
      constexpr u32 largest_error = 4095;
      u32 error = std::min(data, largest_error);
      outcome = error ? abi::Outcome{abi::Failed{error}} : done();
      return false;
    }
    case SeccompAction::trace:   // nobody traces
    case SeccompAction::notify:  // nobody listens
      outcome = fail(Errno::nosys);
      return false;
    case SeccompAction::trap: {
      cpu::State before = thread.cpu;
      thread.cpu = behind;
      if (raise(thread, info)) {
        outcome = abi::Gone{};
      } else {
        thread.cpu = before;
        outcome = abi::NotDone{};
      }
      return false;
    }
    case SeccompAction::kill_thread:
      if (!is_last_of_group(thread)) {
        thread.answer.outcome = abi::Gone{};
        end_thread(thread, {});
        return false;
      }
      [[fallthrough]];
    default:  // kill_process, and what is no action
      thread.answer.outcome = abi::Gone{};
      thread.cpu = behind;
      raise_deadly(thread, info);
      return false;
  }
}

Answered LinuxKernel::seccomp(Thread& thread) {
  const abi::Call& call = thread.call;
  u32 operation = call.word(0), flags = call.word(1), argument = call.word(2);
  switch (operation) {
    case set_mode_strict: return flags || argument ? fail(Errno::inval) : set_seccomp_strict(thread);
    case set_mode_filter: return set_seccomp_filter(thread, flags, argument);
    case get_action_available: {
      if (flags) return fail(Errno::inval);
      auto action = space_.load<u32>(GuestAddr{argument});
      if (!action) return fail(Errno::fault);
      switch (static_cast<SeccompAction>(*action)) {
        case SeccompAction::kill_process:
        case SeccompAction::kill_thread:
        case SeccompAction::trap:
        case SeccompAction::error:
        case SeccompAction::trace:
        case SeccompAction::log:
        case SeccompAction::allow: return done();
        case SeccompAction::notify: break;  // as a kernel before 5.0
      }
      return fail(Errno::opnotsupp);
    }
    case get_notify_sizes:
      thread.answer.notes.unsupported = true;
      thread.answer.notes.unsupported_what = "seccomp's notifications";
      [[fallthrough]];
    default: return fail(Errno::inval);
  }
}

Answered LinuxKernel::prctl(Thread& thread) {
  const abi::Call& call = thread.call;
  if (call.word(0) == get_seccomp)  // not reached in strict mode
    return done(thread.seccomp_filter ? u32{mode_filter} : 0);
  if (call.word(0) == set_seccomp) {
    if (call.word(1) == mode_strict) return set_seccomp_strict(thread);
    if (call.word(1) == mode_filter) return set_seccomp_filter(thread, 0, call.word(2));
    return fail(Errno::inval);
  }
  outside_.call(thread, call, thread.answer);
  return std::nullopt;
}

abi::Outcome LinuxKernel::set_seccomp_strict(Thread& thread) {
  if (thread.seccomp_filter) return fail(Errno::inval);
  thread.seccomp_strict = true;
  return done();
}

Answered LinuxKernel::set_seccomp_filter(Thread& thread, u32 flags, u32 argument) {
  constexpr u32 known = flag_synchronize | flag_log | flag_speculation_allowed | flag_synchronize_esrch;
  if (flags & (flag_new_listener | flag_wait_killable)) {
    thread.answer.notes.unsupported = true;
    thread.answer.notes.unsupported_what = "seccomp's notifications";
  }
  if (flags & ~known) return fail(Errno::inval);
  auto wanted = space_.load<abi::linux_eabi::SockFprog>(GuestAddr{argument});
  if (!wanted) return fail(Errno::fault);
  if (wanted->len == 0 || wanted->len > SeccompFilter::most_instructions || wanted->filter == 0)
    return fail(Errno::inval);
  std::vector<abi::linux_eabi::SockFilter> program(wanted->len);
  if (!space_.read(GuestAddr{wanted->filter}, {reinterpret_cast<u8*>(program.data()), program.size() * 8}))
    return fail(Errno::fault);
  auto filter = SeccompFilter::make(std::move(program), thread.seccomp_filter);
  if (!filter) return fail(Errno::inval);
  if (filter->instructions_on_path() > SeccompFilter::most_on_path) return fail(Errno::nomem);
  std::vector<Thread*> followers;
  if (flags & flag_synchronize)
    for (const auto& [id, other] : threads_) {
      if (other.get() == &thread || other->group != thread.group || other->life != Life::running) continue;
      if (other->seccomp_strict || (other->seccomp_filter && !filter->descends_from(other->seccomp_filter.get())))
        return flags & flag_synchronize_esrch ? fail(Errno::srch) : done(static_cast<u32>(id.value));
      followers.push_back(other.get());
    }
  // Whether this process may filter at all, the host knows. The ARM kernel asks that earlier: there a wrong program of
  // one that may not is EACCES.
  outside_.call(thread, thread.call, thread.answer);
  if (!std::holds_alternative<abi::Done>(thread.answer.outcome)) return std::nullopt;
  for (Thread* follower : followers) follower->seccomp_filter = filter;
  thread.seccomp_filter = std::move(filter);
  return std::nullopt;
}

}  // namespace sigtape::os::linux_eabi
